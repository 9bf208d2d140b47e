//! An envelope of Socket Mode, answered: it goes the way of a request, and what would be the answer becomes
//! the acknowledgement (docs/contracts/slack.md §20.4).

use std::time::Instant;

use axum::http::StatusCode;
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::Value;
use tracing::warn;

use crate::http::front::Front;
use crate::http::slack::{answer, record_response};
use crate::slack::socket::Envelope;

/// What an envelope is acknowledged with.
pub(crate) struct EnvelopeAnswer {
    /// Which envelope.
    pub(crate) id: String,
    /// What is said with it.
    pub(crate) payload: Option<Value>,
}

/// Does what an envelope asks for. Without an acknowledgement Slack says that it failed, and sends an event
/// again. That is how it ends, too, where something has to be said and the envelope takes no words: a form
/// stays open with what was written, where an acknowledgement would close it.
pub(crate) async fn acknowledgement(front: Front, envelope: Envelope) -> Option<EnvelopeAnswer> {
    let begun = Instant::now();
    let response = answer(&front, envelope.inbound(), envelope.id.clone(), begun).await;
    let ack = said(response, envelope.accepts_payload).await;
    let status = if ack.is_some() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    record_response(&front, status, begun);
    ack.map(|payload| EnvelopeAnswer { id: envelope.id, payload })
}

/// What the answer to a request says, if it is one that accepts the request and can be said.
async fn said(response: Response, accepts_payload: bool) -> Option<Option<Value>> {
    if response.status() != StatusCode::OK {
        return None;
    }
    let body = response.into_body().collect().await.ok()?.to_bytes();
    if body.is_empty() {
        return Some(None);
    }
    if !accepts_payload {
        warn!("an envelope is not acknowledged, because what has to be said cannot be said with it");
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
