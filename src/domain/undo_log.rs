//! Past acts, as undo reads them.

use jiff::{SignedDuration, Timestamp};

use crate::domain::conversation::State;
use crate::domain::participant::Participant;
use crate::domain::verb::Verb;
use crate::ids::{ConversationId, SlackUserId};

/// A line of the audit log of something that was done, as undo reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// The act that it is part of.
    pub act: String,
    /// The command.
    pub verb: Verb,
    /// The Slack user who did it.
    pub actor: SlackUserId,
    /// Their name among colleagues.
    pub by: String,
    /// Whether it was done in dialnote itself, or because time had passed.
    pub elsewhere: bool,
    /// The conversation.
    pub conversation: ConversationId,
    /// The conversation before and afterwards, if it was changed.
    pub change: Option<(State, State)>,
    /// Whether a note was written.
    pub noted: bool,
    /// When.
    pub at: Timestamp,
}

/// What a decision to take something back rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undoing {
    /// What was done to the conversation, newest first.
    pub log: Vec<Logged>,
    /// The act to be taken back; the latest one on the conversation, if none is named.
    pub act: Option<String>,
    /// The owner before it, if there was one.
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

/// How long something can be taken back.
pub(crate) const UNDO_WITHIN: SignedDuration = SignedDuration::from_mins(10);
