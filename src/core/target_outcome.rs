//! The limits of a contact's wait: the next one, as people see it, and the outcomes, as the audit log keeps them for reports.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::ids::MemberId;

/// A limit of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitLimit {
    /// The time until an owner.
    Owner,
    /// The time until an answer.
    Answer,
}

/// The next limit of a conversation, as people see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextLimit {
    /// The limit.
    pub limit: WaitLimit,
    /// Its end.
    pub due: Timestamp,
    /// True if it has ended.
    pub missed: bool,
}

/// The outcome of one limit of a wait. Of several for the same wait and limit, the last counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetOutcome {
    /// The limit.
    pub limit: WaitLimit,
    /// The time at which the wait began.
    pub since: Timestamp,
    /// True if it was met.
    pub met: bool,
    /// The seconds until the owner or the answer; `None` as long as there is none.
    pub seconds: Option<i64>,
    /// The owner at that time.
    pub member: Option<MemberId>,
}
