//! What a person wants to hear of by direct message, and when.

use serde::{Deserialize, Serialize};

use crate::domain::direct_message::DirectMessage;
use crate::domain::hours::Hours;

/// What a person wants.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NotificationPreferences {
    /// What they do not want to hear of.
    pub off: Vec<MessageKind>,
    /// When they want to hear nothing.
    pub quiet: Option<Hours>,
    /// Whether what they were handed stays with them although they did not answer.
    pub keeps: bool,
}

/// Kinds of direct messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// Something is mine now.
    Yours,
    /// Something is mine no more.
    NotYours,
    /// Somebody wrote a note on what is mine.
    Noted,
    /// Somebody accepted or gave back what I gave them.
    Answered,
    /// I did not answer yet.
    Reminder,
    /// Something of mine comes back.
    Back,
    /// I own something that nothing has happened to for long.
    Untouched,
}

/// All kinds, and what they are called.
pub const KINDS: [(MessageKind, &str, &str); 7] = [
    (MessageKind::Yours, "yours", "Something is mine now"),
    (MessageKind::NotYours, "not_yours", "Something is mine no more"),
    (MessageKind::Noted, "noted", "Somebody wrote a note on what is mine"),
    (MessageKind::Answered, "answered", "Somebody accepted or gave back what I gave them"),
    (MessageKind::Reminder, "reminder", "I did not answer a hand-over yet"),
    (MessageKind::Back, "back", "What I own comes back: its time is over, or the contact got in touch"),
    (MessageKind::Untouched, "untouched", "What I own has not been touched for long"),
];

impl NotificationPreferences {
    /// What they are kept under (`store::Document`), by Slack user.
    pub const KIND: &str = "wishes";

    /// Whether a person wants to hear this.
    pub fn want(&self, notice: &DirectMessage) -> bool {
        notice.kind().is_none_or(|kind| !self.off.contains(&kind))
    }
}

impl DirectMessage {
    /// What kind of message it is; none, if it is one that has to be heard.
    pub fn kind(&self) -> Option<MessageKind> {
        Some(match self {
            Self::RoutePaused { .. }
            | Self::Left { .. }
            | Self::Linked { .. }
            | Self::CaughtUp { .. }
            | Self::CannotNotify { .. } => return None,
            Self::YoursNow { .. } | Self::YoursElsewhere { .. } | Self::SeveralYours { .. } => MessageKind::Yours,
            Self::Back { .. } => MessageKind::Back,
            Self::NotYoursNow { .. } | Self::Returned { .. } => MessageKind::NotYours,
            Self::Noted { .. } => MessageKind::Noted,
            Self::Accepted { .. } | Self::BackToYou { .. } => MessageKind::Answered,
            Self::Reminder { .. } => MessageKind::Reminder,
            Self::StillOnIt { .. } => MessageKind::Untouched,
        })
    }
}
