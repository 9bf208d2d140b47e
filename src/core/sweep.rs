//! Everything that a person owns, to be reassigned at once.

use serde::{Deserialize, Serialize};

use crate::core::ids::MemberId;

/// Everything that a person owns and that is not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sweep {
    /// The owner.
    pub owner: MemberId,
    /// The owner's name for colleagues.
    pub name: String,
    /// The number of conversations.
    pub of: usize,
}
