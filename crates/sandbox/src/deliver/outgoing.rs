//! Requests to the app before they are sent.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::calls::Delivery;

/// A request ready to be sent.
#[derive(Clone, Debug)]
pub(super) struct OutgoingRequest {
    pub(super) kind: String,
    pub(super) who: Option<String>,
    /// The path below the app's base URL.
    pub(super) path: &'static str,
    pub(super) content_type: &'static str,
    pub(super) body: String,
    /// The `x-slack-retry-reason`, for an event sent again.
    pub(super) retry: Option<&'static str>,
}

impl OutgoingRequest {
    /// Returns an interaction: a form with one field, `payload`, that holds JSON.
    pub(super) fn interaction(path: &'static str, who: &str, payload: &Value) -> Self {
        let body =
            form_urlencoded::Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish();
        Self {
            kind: payload["type"].as_str().unwrap_or_default().to_owned(),
            who: Some(who.to_owned()),
            path,
            content_type: "application/x-www-form-urlencoded",
            body,
            retry: None,
        }
    }

    /// Returns the record of the request when it is sent to `url`, with its headers and body.
    pub(super) fn delivery(
        &self,
        seq: u64,
        at: Timestamp,
        url: &str,
        headers: &BTreeMap<String, String>,
        body: &str,
    ) -> Delivery {
        Delivery {
            seq,
            at,
            kind: self.kind.clone(),
            who: self.who.clone(),
            url: url.to_owned(),
            headers: headers.clone(),
            body: body.to_owned(),
            status: None,
            ack_ms: 0,
            response: String::new(),
            error: None,
        }
    }
}
