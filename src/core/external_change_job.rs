//! A conversation that differs from its snapshot, as a job.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::absence::Absence;
use crate::core::conversation::Conversation;
use crate::core::ids::ConversationId;

/// A conversation that differs from its snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ExternalChangeJob {
    /// The conversation.
    pub conversation: ConversationId,
    /// The snapshot before the change, if there was one.
    pub before: Option<Box<Conversation>>,
    /// The time at which the change was found.
    pub at: Timestamp,
    /// True if the change was found long after it happened. Cards are then updated, and no one is notified.
    #[serde(default)]
    pub quiet: bool,
    /// The absence after which the change was found, if it was that long.
    #[serde(default)]
    pub away: Option<Absence>,
}
