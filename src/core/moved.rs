//! A conversation that changed after the requester saw it.

use serde::{Deserialize, Serialize};

use crate::core::about::About;
use crate::core::conversation::Status;
use crate::core::ids::DraftId;
use crate::core::last_change::LastChange;
use crate::core::seen::Seen;
use crate::core::verbs::Verb;

/// A conversation whose owner or status changed after it was shown to the requester.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The conversation.
    pub about: About,
    /// Its owner now, if that changed; an empty name, if it has none.
    pub owner: Option<String>,
    /// Its status now, if that changed, or the end of its snooze.
    pub status: Option<Status>,
    /// The last known change.
    pub by: Option<LastChange>,
    /// The command.
    pub verb: Verb,
    /// The stored command, which the requester can confirm.
    pub draft: DraftId,
    /// The snapshot that the requester is shown now.
    pub seen: Seen,
    /// True if no question had been asked before: a button or a form showed the conversation.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unasked: bool,
}
