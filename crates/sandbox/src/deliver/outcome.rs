//! The outcome of an action: the app's answer and the person's view of it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::calls::Delivery;

/// The app's answer as Slack sees it, and its effects on the person's screen.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Outcome {
    /// True if a request was sent to the app.
    pub delivered: bool,
    /// The status of the app's answer.
    pub status: Option<u16>,
    /// The app's response time, in real milliseconds.
    pub ack_ms: u64,
    /// The body of the app's answer.
    pub body: String,
    /// Slack's complaint about the app: `operation_timeout`, `dispatch_failed`, or the fault in its answer.
    pub error: Option<String>,
    /// Errors that keep a modal from being submitted: block → sentence, from Slack itself or from the app.
    pub field_errors: BTreeMap<String, String>,
    /// Options the app offered to a person typing.
    pub options: Vec<Value>,
    /// The same options in their groups, if the app grouped them.
    pub option_groups: Vec<Value>,
    /// The trigger that was sent along.
    pub trigger_id: Option<String>,
    /// The response URL that was sent along.
    pub response_url: Option<String>,
}

/// The app's answer.
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
    /// Returns the outcome of a request with this answer.
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
    /// Returns an unusable answer with its reason.
    pub(super) fn failed(error: &'static str) -> Self {
        Self { error: Some(error), ..Self::default() }
    }

    /// Records the answer beside the request.
    pub(super) fn note_in(&self, delivery: &mut Delivery) {
        delivery.status = self.status;
        delivery.ack_ms = self.millis;
        delivery.response.clone_from(&self.body);
        delivery.error = self.error.map(str::to_owned);
    }
}

/// Returns Slack's complaint about an acknowledgement: any status but 200.
pub(super) fn complaint(ack: &Ack) -> Option<String> {
    let refused = ack.status.is_some_and(|status| status != 200);
    ack.error.or(refused.then_some("dispatch_failed")).map(str::to_owned)
}
