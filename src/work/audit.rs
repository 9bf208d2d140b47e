//! The audit log: dialnote cannot know who assigned, because every call is made with the
//! organization's key. What was attempted, by whom and with what outcome is written down here.

use serde::{Deserialize, Serialize};

use crate::domain::asker::Via;
use crate::domain::conversation::{Conversation, Status};
use crate::domain::message::{Event, Told};
use crate::domain::plan::Past;
use crate::domain::refusal::Refusal;
use crate::domain::verb::Verb;
use crate::ids::{ChannelId, MemberId};
use crate::store::Entry;

/// What an entry says besides who, when and about which conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// The command.
    pub verb: Verb,
    /// What colleagues call the one who asked.
    pub by: String,
    /// How it was asked for.
    pub via: Via,
    /// Where.
    pub channel: Option<ChannelId>,
    /// The conversation before.
    pub before: Option<State>,
    /// The conversation afterwards.
    pub after: Option<State>,
    /// What came of it.
    pub outcome: Outcome,
    /// What happened in words, if it did.
    #[serde(default)]
    pub event: Option<Event>,
}

/// What can change about a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The owner.
    pub owner: Option<MemberId>,
    /// The status.
    pub status: Status,
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was done but for the note.
    NoteRefused(Refusal),
    /// It was not done.
    Refused(Refusal),
    /// It was tried until we gave up.
    GivenUp,
}

impl From<&Conversation> for State {
    fn from(conversation: &Conversation) -> Self {
        Self { owner: conversation.owner.as_ref().map(|owner| owner.id.clone()), status: conversation.status }
    }
}

/// The entries that tell of changes, as decisions look at them.
pub fn past(entries: &[Entry]) -> Vec<Past> {
    let changes = entries.iter().filter_map(|entry| {
        let detail: Detail = serde_json::from_str(&entry.detail).ok()?;
        let changed =
            matches!(detail.outcome, Outcome::Done | Outcome::NoteRefused(_)) && detail.before != detail.after;
        let after = detail.after.filter(|_| changed)?;
        Some(Past { verb: detail.verb, by: detail.by, owner: after.owner, at: entry.at })
    });
    changes.collect()
}

/// The entries as a history tells them.
pub fn told(entries: &[Entry]) -> Vec<Told> {
    let told = entries.iter().filter_map(|entry| {
        let detail: Detail = serde_json::from_str(&entry.detail).ok()?;
        Some(Told { at: entry.at, by: detail.by, what: detail.event? })
    });
    told.collect()
}
