//! A conversation that has changed since its person saw it.

use serde::{Deserialize, Serialize};

use crate::domain::about::About;
use crate::domain::conversation::Status;
use crate::domain::last_change::LastChange;
use crate::domain::seen::Seen;
use crate::domain::verb::Verb;
use crate::ids::DraftId;

/// A conversation whose owner or status changed after it was shown to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The conversation.
    pub about: About,
    /// Its owner now, if that changed; an empty name, if it has none.
    pub owner: Option<String>,
    /// Its status now, if that changed, or the end of its snooze.
    pub status: Option<Status>,
    /// The last change that is known of.
    pub by: Option<LastChange>,
    /// The command.
    pub verb: Verb,
    /// The command as it is kept, to go on with.
    pub draft: DraftId,
    /// The conversation as its person is told of it now.
    pub seen: Seen,
    /// Whether its person was asked nothing before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unasked: bool,
}
