//! The look at a conversation that a plan was decided on.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A look at a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// When it was asked for.
    pub at: Timestamp,
    /// By which attempt at the command (`store::Claim`).
    pub attempt: u32,
}
