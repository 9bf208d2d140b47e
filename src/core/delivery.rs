//! The fate of direct messages, for the requester whose command caused them: the app says that someone was notified
//! only after Slack took the message. The view has the sentences; the outbox waits for the result.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::about::About;
use crate::core::request_context::RequestContext;

/// The state of a direct message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Slack took it.
    Taken,
    /// Held until the end of its reader's quiet hours.
    Later(Timestamp),
    /// Switched off: its receiver does not want this kind.
    Unwanted,
    /// Not taken at the first try; the outbox tries again.
    NotYet {
        /// True if Slack refused it with an unknown code; false if Slack could not be reached.
        refused: bool,
    },
    /// Refused for good.
    Never(Why),
}

/// The reason why someone cannot be sent direct messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The account is deactivated.
    Deactivated,
    /// Slack knows no such user, or does not show them to the app.
    NotFound,
    /// The account is a bot's.
    Bot,
    /// The app's Messages tab is off. This concerns everyone.
    NoMessagesTab,
    /// The workspace restricts who may post.
    Restricted,
    /// Slack took nothing until the app stopped trying.
    GaveUp,
    /// Another code of Slack's.
    Other(String),
}

impl Why {
    /// Returns the kind of reason in a word, for metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Deactivated => "deactivated",
            Self::NotFound => "not_found",
            Self::Bot => "bot",
            Self::NoMessagesTab => "no_messages_tab",
            Self::Restricted => "restricted",
            Self::GaveUp => "gave_up",
            Self::Other(_) => "other",
        }
    }
}

/// A direct message in the answer to its sender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The receiver's name for colleagues.
    pub name: String,
    /// Its state, if it is known.
    pub fate: Option<DeliveryState>,
}

/// The sender of a direct message, who is notified of its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Awaited {
    /// The answer that waits for it, if one does. Otherwise the sender is notified only of a refusal.
    pub answer: Option<String>,
    /// Its place among the direct messages of that answer.
    pub nth: usize,
    /// The act that it is about: one command, or several that were given at once. Nothing, if the sender already knows
    /// when the receiver will be notified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<String>,
    /// The sender.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// The receiver's name for colleagues.
    pub name: String,
}

impl Awaited {
    /// Returns the act for which Slack has to alert the receiver.
    pub(crate) fn alerts_for(&self) -> Option<&str> {
        self.act.as_deref().or(self.answer.as_deref())
    }
}

/// Returns whether a notice may be added to a message that was posted for an act, or for none. Slack alerts no one of
/// an edit. An edit is enough if its sender waits for nothing, or if the receiver was alerted of the same act.
pub(crate) fn may_join(awaited: Option<&Awaited>, posted_for: Option<&str>) -> bool {
    let act = awaited.and_then(Awaited::alerts_for);
    act.is_none_or(|act| posted_for == Some(act))
}

/// The state of a direct message for an answer that waits for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeliveryReport {
    /// The message.
    pub of: Awaited,
    /// The conversation it is about, if it is about one.
    pub about: Option<About>,
    /// Its state.
    pub fate: DeliveryState,
}
