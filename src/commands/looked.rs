//! The read of a conversation on which a plan was decided.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A read of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// The time of the request.
    pub at: Timestamp,
    /// The attempt at the command that made the request (`platform::db::Claim`).
    pub attempt: u32,
}
