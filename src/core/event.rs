//! Events of a conversation, for everyone who reads of them: in threads, histories and digests.

use crate::core::verbs::Verb;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A thread entry: an event, for everyone who reads the card's thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadEntry {
    /// The actor's name for colleagues.
    pub actor: String,
    /// The event.
    pub what: Event,
    /// The note; empty if there is none.
    pub note: String,
}

/// An event of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The actor took it, or took it over.
    Took {
        /// The previous owner, if it had one.
        from: Option<String>,
    },
    /// The actor assigned it.
    Assigned {
        /// The previous owner, if it had one.
        from: Option<String>,
        /// The new owner.
        to: String,
    },
    /// The actor handed it off with a note.
    HandedOff {
        /// The new owner.
        to: String,
    },
    /// The actor unassigned it.
    Unassigned {
        /// The previous owner.
        from: Option<String>,
    },
    /// The actor marked it done.
    Done,
    /// The actor reopened it.
    Reopened,
    /// The actor snoozed it until then.
    Snoozed(Timestamp),
    /// The actor ended the snooze.
    Woke,
    /// The actor undid an earlier act of theirs.
    Undone(Again),
    /// The actor gave a plain command: one that changes neither the owner nor the status, such as a note.
    Did(Verb),
    /// The actor declined the assignment.
    GaveBack {
        /// The new owner: the person who assigned it. No one, if that person is no longer there.
        to: Option<String>,
    },
    /// The snooze ended. The actor is the contact.
    TimeIsUp,
    /// The contact called or wrote, and it is open again. The actor is the contact.
    GotInTouch,
    /// The actor called the contact back, or wrote an answer.
    Answered {
        /// True if it was a call.
        call: bool,
    },
    /// The actor did not answer a hand-off in time.
    Returned {
        /// The new owner, if there is one.
        to: Option<String>,
    },
}

impl Event {
    /// Returns whether the event changes the owner or the status.
    pub fn changes_state(&self) -> bool {
        !matches!(self, Self::Did(_) | Self::Answered { .. })
    }
}

/// The state of a conversation after an undo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Again {
    /// Owned by this person.
    OwnedBy(String),
    /// Unassigned.
    Queued,
    /// Open.
    Open,
    /// Done.
    Done,
    /// Snoozed.
    Snoozed,
}

/// An event in a history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The time of the event.
    pub at: Timestamp,
    /// The actor's name for colleagues.
    pub by: String,
    /// The event.
    pub what: Event,
}

/// The name of the actor of a change that was made in dialnote itself: dialnote does not say who made it.
pub const SOMEBODY: &str = "Somebody in dialnote";
