//! The name of a conversation in a sentence.

use serde::{Deserialize, Serialize};

use crate::core::ids::ConversationId;

/// The parts of a conversation that a sentence needs to name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The conversation.
    pub id: ConversationId,
    /// The conversation's title: the contact's name, else the number.
    pub title: String,
    /// The contact's number in a readable form; empty if the title is the number.
    pub number: String,
}
