//! The last change of a conversation and who made it.

use serde::{Deserialize, Serialize};

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
