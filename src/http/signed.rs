//! Verification before everything else: whoever asks for [`Signed`] gets nothing that Slack did not
//! sign, and there is no other way to the bytes.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use tokio::time::timeout;
use tracing::info;

use crate::http::Front;
use crate::slack::inbound;
use crate::slack::signature::{Forged, SIGNATURE_HEADER, TIMESTAMP_HEADER, verify};
use crate::work::office::Common;

/// The largest body that is read. Slack's largest payloads are far smaller.
const LARGEST_BODY: usize = 1024 * 1024;

/// The largest body that is read of a request without a signature.
const LARGEST_SSL_CHECK: usize = 4 * 1024;

/// How long a body may take to arrive in full. Slack gives up after 3 s.
const DEADLINE: Duration = Duration::from_secs(10);

/// The longest header that is looked at; a genuine signature has 67 characters.
const LONGEST_HEADER: usize = 100;

/// A body that Slack signed.
pub(super) struct Signed {
    /// The raw body.
    pub(super) body: Bytes,
    headers: HeaderMap,
}

impl Signed {
    /// Reads the body and verifies it; else this is the answer.
    pub(super) async fn read(request: hyper::Request<Incoming>, front: &Front) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let headers = parts.headers;
        let Common { door, clock, .. } = &front.office.common;
        if door.secrets.is_empty() {
            return Err(refused(
                "without SLACK_SIGNING_SECRET nothing of Slack's comes in here, but through Socket Mode",
            ));
        }
        let (timestamp, signature) = (header(&headers, TIMESTAMP_HEADER), header(&headers, SIGNATURE_HEADER));
        let (Some(timestamp), Some(signature)) = (timestamp, signature) else {
            return Err(unsigned(body).await);
        };
        let body = match timeout(DEADLINE, whole(body, LARGEST_BODY)).await {
            Ok(Some(body)) => body,
            Ok(None) => return Err(refused("the body is too large")),
            Err(_) => return Err(StatusCode::REQUEST_TIMEOUT.into_response()),
        };
        match verify(&door.secrets, timestamp, signature, &body, clock.now()) {
            Ok(()) => Ok(Self { body, headers }),
            Err(forged) => Err(refused_as(forged)),
        }
    }

    /// What kind of body it says to be.
    pub(super) fn content_type(&self) -> Option<&str> {
        header(&self.headers, CONTENT_TYPE.as_str())
    }

    /// The signature: as unique as the request, for requests that carry nothing else unique.
    pub(super) fn signature(&self) -> &str {
        header(&self.headers, SIGNATURE_HEADER).unwrap_or_default()
    }
}

/// The body, unless it is larger than this.
async fn whole(body: Incoming, most: usize) -> Option<Bytes> {
    Limited::new(body, most).collect().await.ok().map(http_body_util::Collected::to_bytes)
}

/// Slack's test of our certificate may come unsigned; it asks for nothing but a 200
/// (contracts/slack.md §3).
async fn unsigned(body: Incoming) -> Response {
    let read = timeout(DEADLINE, whole(body, LARGEST_SSL_CHECK)).await;
    if read.is_ok_and(|body| body.is_some_and(|body| inbound::is_ssl_check(&body))) {
        return StatusCode::OK.into_response();
    }
    refused("it is not signed")
}

fn refused_as(forged: Forged) -> Response {
    refused(&forged.to_string())
}

/// The sender learns nothing but that; the log says why, and nothing of the body.
fn refused(why: &str) -> Response {
    info!(why, "refused a request");
    StatusCode::UNAUTHORIZED.into_response()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| value.len() <= LONGEST_HEADER)
}
