//! One HTTP exchange with a service we call: bounded in time and size, and every way in which it
//! can fail told apart by what it means for a retry.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::{StatusCode, header};

use crate::error::{Fault, Service, whole};

/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// An answer larger than this is not read to its end.
const LARGEST_ANSWER: usize = 8 * 1024 * 1024;

/// The longest wait we accept from a `Retry-After`.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// An answer, good or bad.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// What `Retry-After` asks for.
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: Vec<u8>,
}

/// The HTTP client that all calls share; `timeout` is how long a call may take, from connecting to the
/// last byte. It follows no redirects: neither service uses them.
pub fn client(timeout: Duration) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .user_agent(concat!("dialnote-slack/", env!("CARGO_PKG_VERSION")))
        .timeout(timeout)
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .build()
}

/// Sends a request and reads the answer.
pub async fn send(service: Service, request: reqwest::RequestBuilder) -> Result<Answer, Fault> {
    let mut response = request.send().await.map_err(|error| fault(service, error))?;
    let status = response.status();
    let retry_after = response.headers().get(header::RETRY_AFTER).and_then(|value| wait(value.to_str().ok()?));
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| fault(service, error))? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            let cause = format!("the answer is larger than {LARGEST_ANSWER} bytes");
            return Err(Fault::Unusable { service, cause });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, retry_after, body })
}

fn fault(service: Service, error: reqwest::Error) -> Fault {
    // Addresses can be secrets: a response URL is one.
    let error = error.without_url();
    let cause = whole(&error);
    if error.is_connect() || error.is_builder() {
        Fault::Unreachable { service, cause }
    } else {
        Fault::Unanswered { service, cause }
    }
}

/// Seconds or an HTTP date.
fn wait(value: &str) -> Option<Duration> {
    let seconds = value.trim().parse::<u64>().ok().map(Duration::from_secs);
    let until = || rfc2822::parse(value).ok()?.timestamp().duration_since(Timestamp::now()).try_into().ok();
    seconds.or_else(until).map(|wait| wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_forms_of_retry_after() {
        assert_eq!(wait("30"), Some(Duration::from_secs(30)));
        assert_eq!(wait("999999999"), Some(LONGEST_WAIT));
        assert_eq!(wait("Fri, 31 Dec 2100 23:59:59 GMT"), Some(LONGEST_WAIT));
        assert_eq!(wait("soon"), None);
    }
}
