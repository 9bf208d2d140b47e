//! Rules of a workspace about who may do what.

use serde::{Deserialize, Serialize};

/// Who may do something to a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Every teammate.
    #[default]
    Anyone,
    /// Its owner, and admins.
    OwnerAndAdmins,
    /// Admins.
    Admins,
}

/// A rule that somebody ran into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Who may re-assign.
    Reassign(Who),
    /// Who may snooze what somebody else owns: who may re-assign it.
    Snooze(Who),
    /// Who may mark done.
    Done(Who),
    /// Only admins may change the rules.
    Configure,
}
