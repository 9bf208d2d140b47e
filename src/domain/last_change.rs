//! The last change of a conversation and who made it.

use serde::{Deserialize, Serialize};

/// The last change of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastChange {
    /// The one who made it.
    pub by: Changer,
    /// How long ago.
    pub seconds_ago: i64,
}

/// The one who changed a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Changer {
    /// The person who asks.
    You,
    /// A colleague, by name.
    Colleague(String),
    /// A person in dialnote who is not known here.
    Elsewhere,
}
