//! The rules of a workspace that can refuse a command.

use serde::{Deserialize, Serialize};

/// The people who may do something to a conversation.
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

/// A rule that refused a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Only these people may reassign.
    Reassign(Who),
    /// Only these people may snooze another person's conversation: the same as may reassign it.
    Snooze(Who),
    /// Only these people may mark a conversation done.
    Done(Who),
    /// Only admins may change the rules, the routes and the settings of channels.
    Configure,
    /// Only admins may link people.
    Link,
    /// Only admins may check the setup.
    Doctor,
    /// Workflow steps may not use the app.
    Workflows,
}
