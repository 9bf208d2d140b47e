//! The results of commands, and the answers that say who was notified of them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::about::About;
use crate::core::conversation::State;
use crate::core::delivery::Receipt;
use crate::core::event::Again;
use crate::core::refusal::Refusal;
use crate::core::verbs::Verb;

/// The answer to a command that was carried out. It says who was notified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reply {
    /// The command was carried out.
    Done(CommandResult),
    /// The command was carried out, but its note was not saved.
    NoteRefused {
        /// The result.
        deed: Box<CommandResult>,
        /// The reason why the note was not saved.
        why: Refusal,
        /// The note, so that it is not lost.
        note: String,
    },
    /// The results of several commands that were given at once.
    Several(Box<Several>),
}

impl Reply {
    /// Answers whether nothing was done at all.
    pub(crate) fn did_nothing(&self) -> bool {
        matches!(self, Self::Several(several) if several.deeds.is_empty() && several.unnoted.is_empty())
    }

    /// Returns the reply with the states of its direct messages.
    #[must_use]
    pub(crate) fn with_receipts(mut self, receipts: Vec<Receipt>) -> Self {
        match &mut self {
            Self::Done(deed) => deed.receipts = receipts,
            Self::NoteRefused { deed, .. } => deed.receipts = receipts,
            Self::Several(several) => several.receipts = receipts,
        }
        self
    }
}

/// The results of several commands that were given at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Several {
    /// The commands that were carried out.
    pub deeds: Vec<CommandResult>,
    /// The conversations whose note was not saved although the rest was done, each with the reason.
    pub unnoted: Vec<(About, Refusal)>,
    /// The commands that were not carried out: the conversation as the requester named it, and the reason.
    pub refused: Vec<(String, Refusal)>,
    /// The note, so that it is not lost; empty if it was saved everywhere.
    pub note: String,
    /// The direct messages that followed.
    #[serde(default)]
    pub receipts: Vec<Receipt>,
}

/// The result of a command, for the requester.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CommandResult {
    /// The conversation.
    pub about: About,
    /// The kind of result.
    pub what: ResultKind,
    /// The name that colleagues read for the previous owner, if there was one.
    pub from: Option<String>,
    /// True if a note was saved with it.
    pub noted: bool,
    /// The pick from a group, if the command named a group.
    #[serde(default)]
    pub picked: Option<Picked>,
    /// The reason why the new owner does not see the conversation among the open ones, if so.
    #[serde(default)]
    pub hidden: Option<Hidden>,
    /// The conversation's owner and status, if `hidden` is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// True if it was undone, but the note that came with it stays.
    #[serde(default)]
    pub note_stays: bool,
    /// The act that it is part of, if the act can be undone.
    #[serde(default)]
    pub undo: Option<String>,
    /// The direct messages that followed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<Receipt>,
    /// The time by which a hand-off has to be accepted, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// The reason why a conversation is not among the open ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Hidden {
    /// It is done.
    Done,
    /// It is snoozed until this time, if the time is known.
    Snoozed(Option<Timestamp>),
}

/// A pick of a group member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picked {
    /// The group.
    pub group: String,
    /// The number of open conversations that the picked member had.
    pub open: usize,
}

/// The kind of a command's result, from the requester's view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ResultKind {
    /// The requester became the owner.
    Mine,
    /// Another person became the owner.
    Theirs(String),
    /// Another person became the owner and got the requester's note.
    HandedTo(String),
    /// The conversation is unassigned.
    Unassigned,
    /// It is done.
    Done,
    /// It is open again.
    Reopened,
    /// It is snoozed until this time.
    Snoozed(Timestamp),
    /// It was unsnoozed.
    Woken,
    /// The requester's last act was undone.
    Undone(Again),
    /// An assignment was declined, or not accepted in time, and returned to this person.
    GivenBack(String),
    /// A plain verb was carried out, such as a note that was saved as asked.
    Did(Verb),
    /// Nothing changed, but the note was saved.
    OnlyNoted,
}

impl ResultKind {
    /// Answers whether the command changed something that undo can restore.
    pub(crate) fn can_be_undone(&self) -> bool {
        !matches!(self, Self::Undone(_) | Self::Did(_) | Self::OnlyNoted)
    }
}
