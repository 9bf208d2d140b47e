//! What cards and digests show.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::absence::Absence;
use crate::domain::conversation::Conversation;
use crate::domain::event::ThreadEntry;
use crate::ids::ConversationId;

/// What a channel is told at once: who waits for an owner, and how much everybody has to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// When this was so.
    pub at: Timestamp,
    /// Whether it is told because we were away.
    pub caught_up: bool,
    /// The absence, if that is known.
    #[serde(default)]
    pub away: Option<Absence>,
    /// For how many minutes all of it has waited at least, if that is why it is told.
    #[serde(default)]
    pub overdue: Option<u16>,
    /// What nobody owns, oldest first.
    pub waiting: Vec<CardView>,
    /// How much more of that there is.
    pub more: usize,
    /// What happened since to what nobody owned.
    #[serde(default)]
    pub settled: Vec<(ConversationId, ThreadEntry)>,
    /// How much of what is snoozed comes back today.
    pub snoozed: usize,
    /// What colleagues call people, and how many open conversations they own.
    pub loads: Vec<(String, usize)>,
}

impl Digest {
    /// One that says nothing yet.
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

/// What a card shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardView {
    /// The conversation as it is now.
    pub conversation: Conversation,
    /// What colleagues call the owner.
    pub owner: Option<String>,
}
