//! One HTTP exchange with a service: limited in time and size, with its failures distinguished by their consequences
//! for a retry.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{StatusCode, Upgraded};
use tokio::task_local;

use crate::core::error::{Fault, Service, whole};

/// The timeout for connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// The size in bytes from which on an answer is not read to its end.
const LARGEST_ANSWER: usize = 8 * 1024 * 1024;

/// The shortest wait after a 429, whatever its headers say.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// The longest wait that the app accepts from a `Retry-After`: after that it calls the service again.
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);

/// An answer, good or bad.
#[derive(Debug)]
pub struct HttpAnswer {
    /// The status.
    pub status: StatusCode,
    /// The wait that `Retry-After` asks for.
    pub retry_after: Option<Duration>,
    /// The other headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

/// Creates the HTTP client that all calls share; `timeout` is the limit for a call, from connecting to the last byte.
/// It follows no redirects: neither service uses them.
pub fn client(timeout: Duration) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .user_agent(concat!("dialnote-slack/", env!("CARGO_PKG_VERSION")))
        .timeout(timeout)
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .build()
}

impl HttpAnswer {
    /// Returns a header, if it is there and text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the time on the service's clock.
    pub fn date(&self) -> Option<Timestamp> {
        Some(rfc2822::parse(self.header(header::DATE.as_str())?).ok()?.timestamp())
    }
}

task_local! {
    static CALLING: Calling;
}

/// The service that a job calls at the moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calling(Arc<Mutex<Option<Service>>>);

impl Calling {
    /// Wraps a future so that its calls are noted here.
    pub(crate) fn noted<F: Future>(&self, work: F) -> impl Future<Output = F::Output> {
        CALLING.scope(self.clone(), work)
    }

    /// Returns the service that is being called at the moment, if there is one.
    pub(crate) fn service(&self) -> Option<Service> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, service: Option<Service>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = service;
    }
}

/// Sends a request, unless `by` has passed when it is written, and reads the answer.
pub async fn send(
    service: Service,
    by: Option<Instant>,
    request: reqwest::RequestBuilder,
) -> Result<HttpAnswer, Fault> {
    let note = |service| {
        // Not every call is made for a job.
        let _ = CALLING.try_with(|calling| calling.set(service));
    };
    note(Some(service));
    let answer = exchange(service, by, request).await;
    note(None);
    answer
}

async fn exchange(
    service: Service,
    by: Option<Instant>,
    request: reqwest::RequestBuilder,
) -> Result<HttpAnswer, Fault> {
    let sent = match by {
        Some(by) => sent_by(by, request).await,
        None => request.send().await,
    };
    let mut response = sent.map_err(|error| fault(service, error))?;
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let said = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let retry_after = said(header::RETRY_AFTER).and_then(|value| wait(value, said(header::DATE)));
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| fault(service, error))? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            let cause = format!("the answer is larger than {LARGEST_ANSWER} bytes");
            return Err(Fault::Unanswered { service, cause });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(HttpAnswer { status, retry_after, headers, body })
}

/// Sends a request that turns its connection into something else, and returns the connection with the headers of the
/// answer. It uses the same certificates and proxies as all calls.
pub async fn upgrade(service: Service, request: reqwest::RequestBuilder) -> Result<(HeaderMap, Upgraded), Fault> {
    let mut response = request.send().await.map_err(|error| fault(service, error))?;
    let status = response.status();
    if status != StatusCode::SWITCHING_PROTOCOLS {
        return Err(Fault::Unusable { service, cause: format!("the connection was refused with {status}") });
    }
    let headers = std::mem::take(response.headers_mut());
    let upgraded = response.upgrade().await.map_err(|error| fault(service, error))?;
    Ok((headers, upgraded))
}

/// Sends a request, unless it is too late by the time the connection is ready for its body.
async fn sent_by(by: Instant, request: reqwest::RequestBuilder) -> reqwest::Result<reqwest::Response> {
    let (client, request) = request.build_split();
    let mut request = request?;
    let whole = request.body().and_then(reqwest::Body::as_bytes).map(Bytes::copy_from_slice);
    if let Some(bytes) = whole {
        *request.body_mut() = Some(reqwest::Body::wrap(Prompt { left: Some(bytes), by }));
    }
    client.execute(request).await
}

/// A body that is sent in time or not at all. Between the decision to make a call and the moment in which it is written
/// the process may have stood still, for longer than its lease; its request would then be made a second time, after
/// another worker has made it. The writer has nothing left to wait for once it has the body.
struct Prompt {
    left: Option<Bytes>,
    by: Instant,
}

#[derive(Debug, thiserror::Error)]
#[error("the request missed its deadline and was not sent")]
struct TooLate;

impl Body for Prompt {
    type Data = Bytes;
    type Error = TooLate;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, TooLate>>> {
        let is_late = Instant::now() > self.by;
        Poll::Ready(self.left.take().map(|bytes| if is_late { Err(TooLate) } else { Ok(Frame::data(bytes)) }))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

fn fault(service: Service, error: reqwest::Error) -> Fault {
    // Addresses can be secrets: a response URL is one.
    let error = error.without_url();
    let cause = whole(&error);
    if error.is_connect() || error.is_builder() {
        Fault::Unreachable { service, cause }
    } else if error.is_timeout() {
        Fault::TimedOut { service, cause }
    } else {
        Fault::Unanswered { service, cause }
    }
}

/// Reads a wait: seconds or an HTTP date. Parts of a second round up. A date is by the service's clock, which `sent`
/// shows.
fn wait(value: &str, sent: Option<&str>) -> Option<Duration> {
    let seconds = value.trim().parse::<f64>().ok().filter(|seconds| !seconds.is_nan());
    let at = |date: &str| Some(rfc2822::parse(date).ok()?.timestamp());
    let until = || Some(at(value)?.duration_since(sent.and_then(at).unwrap_or_else(Timestamp::now)).as_secs_f64());
    let seconds = seconds.or_else(until)?.ceil();
    Some(Duration::from_secs_f64(seconds.clamp(SHORTEST_WAIT.as_secs_f64(), LONGEST_WAIT.as_secs_f64())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_late_is_not_sent() {
        let heard = |by: Instant| async move {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.ok()?;
            let url = format!("http://{}/", listener.local_addr().ok()?);
            let served = async {
                let (mut stream, _) = listener.accept().await.ok()?;
                let mut heard = vec![0; 4096];
                let length = tokio::io::AsyncReadExt::read(&mut stream, &mut heard).await.ok()?;
                Some(String::from_utf8_lossy(heard.get(..length)?).into_owned())
            };
            let request = sent_by(by, reqwest::Client::new().post(url).body("a note"));
            tokio::select! {
                heard = served => heard,
                // Without the body the server hears nothing, or only the part before the body.
                answered = request => answered.err().map(|error| whole(&error)),
            }
        };
        let in_time = heard(Instant::now() + CONNECT_TIMEOUT).await.unwrap_or_default();
        assert!(in_time.contains("content-length: 6") && in_time.ends_with("a note"), "{in_time}");
        let late = heard(Instant::now()).await.unwrap_or_default();
        assert!(!late.contains("a note"), "{late}");
    }

    #[test]
    fn reads_both_forms_of_retry_after() {
        let in_seconds = |value| wait(value, None);
        assert_eq!(in_seconds("30"), Some(Duration::from_secs(30)));
        assert_eq!(in_seconds("1.5"), Some(Duration::from_secs(2)));
        for at_once in ["0", "-5", "-inf", "Fri, 31 Dec 1999 23:59:59 GMT"] {
            assert_eq!(in_seconds(at_once), Some(SHORTEST_WAIT), "{at_once}");
        }
        assert_eq!(in_seconds("999999999"), Some(LONGEST_WAIT));
        assert_eq!(in_seconds("1e400"), Some(LONGEST_WAIT));
        assert_eq!(in_seconds("NaN"), None);
        assert_eq!(in_seconds("Fri, 31 Dec 2100 23:59:59 GMT"), Some(LONGEST_WAIT));
        assert_eq!(in_seconds("soon"), None);
        let (sent, until) = ("Mon, 23 Nov 2026 09:00:00 GMT", "Mon, 23 Nov 2026 09:00:20 GMT");
        assert_eq!(wait(until, Some(sent)), Some(Duration::from_secs(20)));
        assert_eq!(wait(until, Some("yesterday")), in_seconds(until), "an unreadable date is none");
    }
}
