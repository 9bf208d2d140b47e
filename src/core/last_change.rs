//! The last change of a conversation and who made it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::conversation::{State, Status};
use crate::core::ids::ConversationId;

/// The last change of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastChange {
    /// The actor.
    pub by: Changer,
    /// The age of the change, in seconds.
    pub seconds_ago: i64,
}

/// The actor who changed a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Changer {
    /// The requester.
    You,
    /// A colleague, by name.
    Colleague(String),
    /// A person in dialnote who is not known here.
    Elsewhere,
}

/// A change of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversationChange {
    /// The conversation.
    pub conversation: ConversationId,
    /// The time of the change.
    pub at: Timestamp,
    /// The time at which the contact had called or written, if known.
    pub heard: Option<Timestamp>,
    /// The state before.
    pub before: State,
    /// The state after.
    pub after: State,
}

impl ConversationChange {
    /// Answers whether the conversation became done.
    pub(crate) fn is_done(&self) -> bool {
        self.before.status != Status::Done && self.after.status == Status::Done
    }

    /// Returns the seconds for which the contact had waited, if it is known when they got in touch.
    pub(crate) fn waited(&self) -> Option<i64> {
        self.heard.map(|heard| self.at.duration_since(heard).as_secs().max(0))
    }
}
