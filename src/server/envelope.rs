//! The answer to an envelope of Socket Mode: the envelope is handled like a request, and the answer becomes the
//! acknowledgement (docs/contracts/slack.md §20.4).

use std::time::Instant;

use axum::http::StatusCode;
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::Value;
use tracing::warn;

use crate::platform::slack::socket::Envelope;
use crate::server::front::Front;
use crate::server::slack::{answer, record_response};

/// The acknowledgement of an envelope.
pub(crate) struct EnvelopeAnswer {
    /// The envelope's id.
    pub(crate) id: String,
    /// The payload of the acknowledgement.
    pub(crate) payload: Option<Value>,
}

/// Handles an envelope. Without an acknowledgement Slack reports a failure, and sends an event again. The app leaves it
/// out, too, where it has to send a payload and the envelope takes none: then a form stays open with its text, where an
/// acknowledgement would close it.
pub(crate) async fn acknowledgement(front: Front, envelope: Envelope) -> Option<EnvelopeAnswer> {
    let begun = Instant::now();
    let response = answer(&front, envelope.inbound(), envelope.id.clone(), begun).await;
    let ack = said(response, envelope.accepts_payload).await;
    let status = if ack.is_some() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    record_response(&front, status, begun);
    ack.map(|payload| EnvelopeAnswer { id: envelope.id, payload })
}

/// Returns the payload of the answer to a request, if the answer accepts the request and the envelope can carry it.
async fn said(response: Response, accepts_payload: bool) -> Option<Option<Value>> {
    if response.status() != StatusCode::OK {
        return None;
    }
    let body = response.into_body().collect().await.ok()?.to_bytes();
    if body.is_empty() {
        return Some(None);
    }
    if !accepts_payload {
        warn!("envelope not acknowledged: it cannot carry the answer");
        return None;
    }
    serde_json::from_slice(&body).ok().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Json;
    use axum::response::IntoResponse;
    use serde_json::json;

    #[tokio::test]
    async fn what_cannot_be_said_is_not_acknowledged() {
        let words = || Json(json!({ "text": "no" })).into_response();
        assert_eq!(said(words(), true).await, Some(Some(json!({ "text": "no" }))));
        assert_eq!(said(words(), false).await, None);
        assert_eq!(said(StatusCode::OK.into_response(), false).await, Some(None));
        assert_eq!(said(StatusCode::SERVICE_UNAVAILABLE.into_response(), true).await, None);
    }
}
