//! Past acts, as undo reads them.

use jiff::{SignedDuration, Timestamp};

use crate::core::conversation::State;
use crate::core::ids::{ConversationId, SlackUserId};
use crate::core::participant::Participant;
use crate::core::verbs::Verb;

/// An entry of the audit log about something that was done, as undo reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// The act that it is part of.
    pub act: String,
    /// The command.
    pub verb: Verb,
    /// The Slack user who did it.
    pub actor: SlackUserId,
    /// The user's name for colleagues.
    pub by: String,
    /// True if it was done in dialnote itself, or by a timer.
    pub elsewhere: bool,
    /// The conversation.
    pub conversation: ConversationId,
    /// The state before and after, if it changed.
    pub change: Option<(State, State)>,
    /// True if a note was saved.
    pub noted: bool,
    /// The time of the act.
    pub at: Timestamp,
}

/// The facts for a decision about undo.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undoing {
    /// The log of the conversation, newest first.
    pub log: Vec<Logged>,
    /// The act to undo; `None` for the latest one on the conversation.
    pub act: Option<String>,
    /// The owner before the act, if there was one.
    pub owner_before: Option<Participant>,
}

impl Logged {
    pub(crate) fn is_by(&self, actor: &SlackUserId) -> bool {
        !self.elsewhere && self.actor == *actor
    }

    pub(crate) fn is_late(&self, asked: Timestamp) -> bool {
        asked.duration_since(self.at) > UNDO_WITHIN
    }
}

/// The time within which an act can be undone.
pub(crate) const UNDO_WITHIN: SignedDuration = SignedDuration::from_mins(10);
