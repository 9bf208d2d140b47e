//! What came of it: what the app answered, and what a person saw of it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::calls::Delivery;

/// What Slack saw of the app, and what the person saw of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Outcome {
    /// Whether anything was sent to the app at all.
    pub delivered: bool,
    /// The status the app answered.
    pub status: Option<u16>,
    /// How long it took, in real milliseconds.
    pub ack_ms: u64,
    /// The body the app answered.
    pub body: String,
    /// Slack's complaint about the app: `operation_timeout`, `dispatch_failed`, or what was wrong
    /// with its answer.
    pub error: Option<String>,
    /// What keeps a modal from being submitted: block → sentence, from Slack itself or from the app.
    pub field_errors: BTreeMap<String, String>,
    /// Options the app offered to a person typing.
    pub options: Vec<Value>,
    /// The trigger that was sent along.
    pub trigger_id: Option<String>,
    /// The response URL that was sent along.
    pub response_url: Option<String>,
}

/// What the app answered.
#[derive(Clone, Debug, Default)]
pub(super) struct Ack {
    pub(super) status: Option<u16>,
    pub(super) media_type: String,
    pub(super) body: String,
    pub(super) millis: u64,
    pub(super) error: Option<&'static str>,
    /// The app asked not to be sent this again.
    pub(super) no_retry: bool,
}

impl Outcome {
    /// What came of a request that was answered so.
    pub(super) fn of(ack: &Ack) -> Self {
        Self {
            delivered: true,
            status: ack.status,
            ack_ms: ack.millis,
            body: ack.body.clone(),
            error: ack.error.map(str::to_owned),
            ..Self::default()
        }
    }
}

impl Ack {
    /// No answer that Slack can use, and why.
    pub(super) fn failed(error: &'static str) -> Self {
        Self { error: Some(error), ..Self::default() }
    }

    /// Writes the answer down beside the request.
    pub(super) fn note_in(&self, delivery: &mut Delivery) {
        delivery.status = self.status;
        delivery.ack_ms = self.millis;
        delivery.response.clone_from(&self.body);
        delivery.error = self.error.map(str::to_owned);
    }
}
