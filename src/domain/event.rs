//! What happened to a conversation, for everybody who reads of it: in threads, in histories, in digests.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What happened, for everybody who reads the card's thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadEntry {
    /// What colleagues call the one who did it.
    pub actor: String,
    /// What.
    pub what: Event,
    /// The note; empty if there is none.
    pub note: String,
}

/// What happened to a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The actor took it.
    Took {
        /// The owner before.
        from: Option<String>,
    },
    /// The actor gave it to somebody.
    Assigned {
        /// The owner before.
        from: Option<String>,
        /// The owner now.
        to: String,
    },
    /// The actor handed it over with a note.
    HandedOff {
        /// The owner now.
        to: String,
    },
    /// The actor put it back into the queue.
    Unassigned {
        /// The owner before.
        from: Option<String>,
    },
    /// The actor resolved it.
    Done,
    /// The actor opened it again.
    Reopened,
    /// The actor put it away until then.
    Snoozed(Timestamp),
    /// The actor brought it back.
    Woke,
    /// The actor took back what they did last.
    Undone(Again),
    /// The actor wrote a note.
    Noted,
    /// The actor takes care of what they were given.
    Accepted,
    /// The actor is still on it.
    Kept,
    /// The actor gave it back.
    GaveBack {
        /// To whom; to nobody, if whoever gave it is gone.
        to: Option<String>,
    },
    /// The time is over for which it was put away. The actor is the contact.
    TimeIsUp,
    /// The contact, who is the actor, called or wrote, and it is open again.
    GotInTouch,
    /// The actor called the contact back, or wrote an answer.
    Answered {
        /// Whether it was a call.
        call: bool,
    },
    /// The actor did not answer in time.
    Returned {
        /// Who owns it again.
        to: Option<String>,
    },
}

impl Event {
    /// Whether the conversation has another owner or another status since.
    pub fn changes_state(&self) -> bool {
        !matches!(self, Self::Noted | Self::Accepted | Self::Kept | Self::Answered { .. })
    }
}

/// How something is after what was done to it was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Again {
    /// Owned by this person.
    OwnedBy(String),
    /// Owned by nobody.
    Queued,
    /// Open.
    Open,
    /// Done.
    Done,
    /// Snoozed.
    Snoozed,
}

/// Something that happened, as a history tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// What colleagues call the one who did it.
    pub by: String,
    /// What.
    pub what: Event,
}

/// What whoever changed something in dialnote itself is called: dialnote does not say who.
pub const SOMEBODY: &str = "Somebody in dialnote";
