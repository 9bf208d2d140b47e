//! Verification before everything else: whoever asks for [`Signed`] gets nothing that Slack did not
//! sign, and there is no other way to the bytes.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;
use tracing::info;

use crate::http::Front;
use crate::slack::inbound;
use crate::slack::signature::{Forged, SIGNATURE_HEADER, TIMESTAMP_HEADER, verify};

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
    /// What kind of body it says to be.
    pub(super) content_type: Option<String>,
    /// The signature: as unique as the request, for requests that carry nothing else unique.
    pub(super) signature: String,
}

impl Signed {
    /// Reads the body and verifies it; else this is the answer.
    pub(super) async fn read(request: Request, front: &Front) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let (timestamp, signature) =
            (header(&parts.headers, TIMESTAMP_HEADER), header(&parts.headers, SIGNATURE_HEADER));
        let (Some(timestamp), Some(signature)) = (timestamp, signature) else {
            return Err(unsigned(body).await);
        };
        let body = match timeout(DEADLINE, to_bytes(body, LARGEST_BODY)).await {
            Ok(Ok(body)) => body,
            Ok(Err(_)) => return Err(refused("the body is too large")),
            Err(_) => return Err(StatusCode::REQUEST_TIMEOUT.into_response()),
        };
        let content_type = header(&parts.headers, CONTENT_TYPE.as_str()).map(str::to_owned);
        match verify(&front.secrets, timestamp, signature, &body, front.work.clock.now()) {
            Ok(()) => Ok(Self { content_type, signature: signature.to_owned(), body }),
            Err(forged) => Err(refused_as(forged)),
        }
    }
}

/// Slack's test of our certificate may come unsigned; it asks for nothing but a 200
/// (contracts/slack.md §3).
async fn unsigned(body: Body) -> Response {
    let read = timeout(DEADLINE, to_bytes(body, LARGEST_SSL_CHECK)).await;
    if read.is_ok_and(|body| body.is_ok_and(|body| inbound::is_ssl_check(&body))) {
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
