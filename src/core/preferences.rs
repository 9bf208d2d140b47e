//! A person's notification preferences: the kinds of direct messages that they receive, and the quiet hours.

use serde::{Deserialize, Serialize};

use crate::core::direct_message::DirectMessage;
use crate::core::working_hours::Hours;

/// A person's notification preferences.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NotificationPreferences {
    /// The kinds of messages that are switched off.
    pub off: Vec<MessageKind>,
    /// The quiet hours, if any.
    pub quiet: Option<Hours>,
    /// True if an unanswered hand-off stays with the person instead of returning.
    pub keeps: bool,
}

/// Kinds of direct messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// The reader got a conversation.
    Yours,
    /// The reader is no longer the owner of a conversation.
    NotYours,
    /// Another person added a note to a conversation that the reader owns.
    Noted,
    /// Another person accepted or declined an assignment by the reader.
    Answered,
    /// The reader has not answered a hand-off yet.
    Reminder,
    /// A snoozed or done conversation of the reader's is open again.
    Back,
    /// A conversation of the reader's is stale.
    Untouched,
    /// A conversation of the reader's, or one that the reader is named for, is near its answer target or missed it.
    Target,
}

/// All kinds, each with its key and its label.
pub(crate) const KINDS: [(MessageKind, &str, &str); 8] = [
    (MessageKind::Yours, "yours", "I'm assigned a conversation"),
    (MessageKind::NotYours, "not_yours", "I lose a conversation"),
    (MessageKind::Noted, "noted", "Someone adds a note to one of mine"),
    (MessageKind::Answered, "answered", "Someone accepts or declines what I assigned"),
    (MessageKind::Reminder, "reminder", "I haven't responded to a hand-off"),
    (MessageKind::Back, "back", "One of mine reopens: its snooze ended, or the contact got in touch"),
    (MessageKind::Untouched, "untouched", "One of mine is inactive"),
    (MessageKind::Target, "target", "One of mine is due soon or overdue, or I'm the backup for one"),
];

impl NotificationPreferences {
    /// Answers whether the person wants this message. A message without a kind is always wanted.
    pub fn want(&self, notice: &DirectMessage) -> bool {
        notice.kind().is_none_or(|kind| !self.off.contains(&kind))
    }
}

impl DirectMessage {
    /// Returns the kind of the message; `None` if it cannot be switched off.
    pub fn kind(&self) -> Option<MessageKind> {
        Some(match self {
            Self::RoutePaused { .. }
            | Self::NoOneToPick { .. }
            | Self::Left { .. }
            | Self::Linked { .. }
            | Self::CaughtUp { .. }
            | Self::WeeklyReport { .. }
            | Self::CannotNotify { .. }
            | Self::StillOnIt { until: Some(_), .. } => return None,
            Self::YoursNow { .. }
            | Self::YoursElsewhere { .. }
            | Self::SeveralYours { .. }
            | Self::YoursAgain { .. } => MessageKind::Yours,
            Self::Back { .. } => MessageKind::Back,
            Self::NotYoursNow { .. }
            | Self::SeveralNotYours { .. }
            | Self::Returned { .. }
            | Self::WhileAway { .. } => MessageKind::NotYours,
            Self::Noted { .. } => MessageKind::Noted,
            Self::Accepted { .. } | Self::BackToYou { .. } => MessageKind::Answered,
            Self::Reminder { .. } => MessageKind::Reminder,
            Self::StillOnIt { .. } => MessageKind::Untouched,
            Self::AnswerDue { .. } | Self::AnswerOverdue { .. } | Self::TargetMissed { .. } => MessageKind::Target,
        })
    }
}
