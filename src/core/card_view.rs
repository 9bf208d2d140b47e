//! The contents of cards and digests.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::absence::Absence;
use crate::core::conversation::Conversation;
use crate::core::event::ThreadEntry;
use crate::core::ids::ConversationId;

/// A digest of a channel: its unassigned conversations, and how many open conversations people own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// The time for which the digest is correct.
    pub at: Timestamp,
    /// True if the digest is posted because the app was offline and has caught up.
    pub caught_up: bool,
    /// The time without polls, if it is known.
    #[serde(default)]
    pub away: Option<Absence>,
    /// The number of minutes for which all of them have been unassigned at least, if this is a reminder.
    #[serde(default)]
    pub overdue: Option<u16>,
    /// The unassigned conversations that are shown, oldest first.
    pub waiting: Vec<CardView>,
    /// The number of unassigned conversations that are not shown.
    pub more: usize,
    /// The latest thread entries of conversations that were unassigned when the digest was posted.
    #[serde(default)]
    pub settled: Vec<(ConversationId, ThreadEntry)>,
    /// The number of conversations whose snooze ends today.
    pub snoozed: usize,
    /// The names of owners for colleagues, each with their number of open conversations.
    pub loads: Vec<(String, usize)>,
}

impl Digest {
    /// Returns an empty digest.
    pub fn at(at: Timestamp) -> Self {
        Self {
            at,
            caught_up: false,
            away: None,
            overdue: None,
            waiting: Vec::new(),
            more: 0,
            settled: Vec::new(),
            snoozed: 0,
            loads: Vec::new(),
        }
    }
}

/// The contents of a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardView {
    /// The conversation as it is now.
    pub conversation: Conversation,
    /// The owner's name for colleagues.
    pub owner: Option<String>,
}
