//! Earlier changes of a conversation.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::conversation::State;
use crate::core::ids::SlackUserId;
use crate::core::verbs::Verb;

/// An earlier change in the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// The verb of the command.
    pub verb: Verb,
    /// The Slack user who did it.
    pub actor: SlackUserId,
    /// The actor's name for colleagues.
    pub by: String,
    /// The state before.
    pub before: State,
    /// The state afterwards.
    pub after: State,
    /// The time of the change.
    pub at: Timestamp,
}
