//! TODO.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A look at a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// When it was asked for.
    pub at: Timestamp,
    /// By which attempt at the command (`store::Claim`).
    pub attempt: u32,
}
