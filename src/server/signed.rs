//! Verification before everything else: [`Signed`] holds only bytes that Slack signed, and there is no other way to the
//! bytes.

use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use tracing::{debug, info};

use crate::jobs::ctx::AppState;
use crate::platform::slack::reading;
use crate::platform::slack::signature::{SIGNATURE_HEADER, SignatureHeaders, TIMESTAMP_HEADER};
use crate::server::body;
use crate::server::body::{Unread, Whole};
use crate::server::connection_slots::Begun;
use crate::server::front::Front;

/// The size of the largest body that is read, in bytes. Slack's largest payloads are far smaller.
const LARGEST_BODY: usize = 1024 * 1024;

/// The size of the largest body that is read of a request without a signature, in bytes.
const LARGEST_SSL_CHECK: usize = 4 * 1024;

/// The length of the longest signature header that is read; a genuine signature has 67 characters.
const LONGEST_HEADER: usize = 100;

/// A body that Slack signed.
pub(crate) struct Signed {
    body: Whole,
    headers: HeaderMap,
}

impl Signed {
    /// Verifies the headers, then reads the body and verifies it; returns an answer to a request that fails. If the
    /// headers cannot be Slack's, the body takes no memory and no time.
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

    /// Returns the raw body.
    pub(crate) fn body(&self) -> &[u8] {
        &self.body.bytes
    }

    /// Returns the declared content type.
    pub(crate) fn content_type(&self) -> Option<&str> {
        header(&self.headers, CONTENT_TYPE.as_str())
    }

    /// Returns the media types that the sender takes.
    pub(super) fn accept(&self) -> &str {
        header(&self.headers, ACCEPT.as_str()).unwrap_or_default()
    }

    /// Returns the signature: as unique as the request, for requests that carry nothing else unique.
    pub(super) fn signature(&self) -> &str {
        header(&self.headers, SIGNATURE_HEADER).unwrap_or_default()
    }
}

/// Answers a request without a signature. Only Slack's test of the app's certificate may come unsigned; it needs
/// nothing but a 200 (docs/contracts/slack.md §3).
async fn unsigned(body: Incoming) -> Response {
    let read = body::read(body, LARGEST_SSL_CHECK).await;
    if read.is_ok_and(|body| reading::is_ssl_check(&body.bytes)) {
        return StatusCode::OK.into_response();
    }
    refused("it is not signed")
}

fn unread(why: Unread) -> Response {
    if why == Unread::TooLarge {
        return refused("the body is too large");
    }
    debug!(?why, "request body not read");
    why.status().into_response()
}

/// Refuses a request. The sender does not learn the reason; the log has it, without the body.
fn refused(why: &str) -> Response {
    info!(why, "request refused");
    StatusCode::UNAUTHORIZED.into_response()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| value.len() <= LONGEST_HEADER)
}
