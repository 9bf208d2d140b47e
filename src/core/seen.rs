//! Snapshots of conversations as the requester saw them.

use serde::{Deserialize, Serialize};

use crate::core::conversation::{Conversation, State};
use crate::core::ids::ConversationId;

/// A conversation as it was shown to a person who was asked about it, or who acts on it by a button or form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The conversation.
    pub conversation: ConversationId,
    /// Its owner and status.
    pub state: State,
    /// True if a button or a form showed it, rather than a question.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unasked: bool,
}

impl From<&Conversation> for Seen {
    fn from(conversation: &Conversation) -> Self {
        Self { conversation: conversation.id.clone(), state: State::from(conversation), unasked: false }
    }
}

impl Seen {
    /// Returns the conversation as a button or a form shows it.
    pub fn unasked(conversation: &Conversation) -> Self {
        Self { unasked: true, ..Self::from(conversation) }
    }
}
