//! A conversation as a sentence names it.

use serde::{Deserialize, Serialize};

use crate::ids::ConversationId;

/// A conversation as a sentence needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The conversation.
    pub id: ConversationId,
    /// What people call it.
    pub title: String,
    /// The contact's number as people read it; empty if the title is the number.
    pub number: String,
}
