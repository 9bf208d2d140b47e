//! Verification before everything else: whoever asks for [`Signed`] gets nothing that Slack did not
//! sign, and there is no other way to the bytes.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use tracing::{debug, info};

use crate::http::body::{Unread, Whole};
use crate::http::connection_slots::Begun;
use crate::http::{Front, body};
use crate::slack::inbound;
use crate::slack::signature::{SIGNATURE_HEADER, SignatureHeaders, TIMESTAMP_HEADER};
use crate::work::ctx::AppState;

/// The largest body that is read. Slack's largest payloads are far smaller.
const LARGEST_BODY: usize = 1024 * 1024;

/// The largest body that is read of a request without a signature.
const LARGEST_SSL_CHECK: usize = 4 * 1024;

/// The longest header that is looked at; a genuine signature has 67 characters.
const LONGEST_HEADER: usize = 100;

/// A body that Slack signed.
pub(super) struct Signed {
    body: Whole,
    headers: HeaderMap,
}

impl Signed {
    /// Verifies the headers, then reads the body and verifies it; else this is the answer. For a body whose headers
    /// cannot be Slack's nothing is kept and nothing waits.
    pub(super) async fn read(
        request: hyper::Request<Incoming>,
        front: &Front,
        begun: &Begun,
    ) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let headers = parts.headers;
        let AppState { ingress, clock, .. } = &front.tenants.common;
        if ingress.secrets.is_empty() {
            return Err(refused(
                "without SLACK_SIGNING_SECRET nothing of Slack's comes in here, but through Socket Mode",
            ));
        }
        let (timestamp, signature) = (header(&headers, TIMESTAMP_HEADER), header(&headers, SIGNATURE_HEADER));
        let (Some(timestamp), Some(signature)) = (timestamp, signature) else {
            return Err(unsigned(body).await);
        };
        let claim =
            SignatureHeaders::read(timestamp, signature, clock.now()).map_err(|forged| refused(&forged.to_string()))?;
        let body = body::read(body, LARGEST_BODY).await.map_err(unread)?;
        begun.is_whole();
        claim.verify(&ingress.secrets, &body.bytes).map_err(|forged| refused(&forged.to_string()))?;
        Ok(Self { body, headers })
    }

    /// The raw body.
    pub(super) fn body(&self) -> &[u8] {
        &self.body.bytes
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

/// Slack's test of our certificate may come unsigned; it asks for nothing but a 200
/// (docs/contracts/slack.md §3).
async fn unsigned(body: Incoming) -> Response {
    let read = body::read(body, LARGEST_SSL_CHECK).await;
    if read.is_ok_and(|body| inbound::is_ssl_check(&body.bytes)) {
        return StatusCode::OK.into_response();
    }
    refused("it is not signed")
}

fn unread(why: Unread) -> Response {
    if why == Unread::TooLarge {
        return refused("the body is too large");
    }
    debug!(?why, "a body was not read");
    why.status().into_response()
}

/// The sender learns nothing but that; the log says why, and nothing of the body.
fn refused(why: &str) -> Response {
    info!(why, "refused a request");
    StatusCode::UNAUTHORIZED.into_response()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| value.len() <= LONGEST_HEADER)
}
