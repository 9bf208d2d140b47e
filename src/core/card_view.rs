//! The contents of cards and digests.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::absence::Absence;
use crate::core::auto_assign::PickDelay;
use crate::core::conversation::{Conversation, State};
use crate::core::event::{HistoryEntry, ThreadEntry};
use crate::core::ids::ConversationId;
use crate::core::target_outcome::NextLimit;

/// A part of the day, which decides how a digest greets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartOfDay {
    /// From four to noon.
    #[default]
    Morning,
    /// From noon to five.
    Afternoon,
    /// From five to four: a night shift begins.
    Evening,
}

impl PartOfDay {
    /// Returns the part of the day at an hour.
    pub(crate) fn at(hour: i8) -> Self {
        match hour {
            4..12 => Self::Morning,
            12..17 => Self::Afternoon,
            _ => Self::Evening,
        }
    }
}

/// A digest of a channel: its unassigned conversations, and how many open conversations people own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// The time for which the digest is correct.
    pub at: Timestamp,
    /// The part of the day at that time, in the channel's time zone.
    #[serde(default)]
    pub part: PartOfDay,
    /// True if the digest is posted because the app was offline and has caught up.
    pub caught_up: bool,
    /// The time without polls, if it is known.
    #[serde(default)]
    pub away: Option<Absence>,
    /// The number of minutes for which all of them have been unassigned at least, if this is a reminder.
    #[serde(default)]
    pub overdue: Option<u16>,
    /// True if a workflow asked for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asked: bool,
    /// The unassigned conversations that are shown, oldest first.
    pub waiting: Vec<CardView>,
    /// The number of unassigned conversations that are not shown.
    pub more: usize,
    /// The latest thread entries of conversations that were unassigned when the digest was posted.
    #[serde(default)]
    pub settled: Vec<(ConversationId, ThreadEntry)>,
    /// The conversations whose snooze ends today.
    #[serde(default)]
    pub back: Vec<Conversation>,
    /// The names of owners for colleagues, each with their number of open conversations.
    pub loads: Vec<(String, usize)>,
}

impl Digest {
    /// Returns an empty digest.
    pub fn at(at: Timestamp) -> Self {
        Self {
            at,
            part: PartOfDay::Morning,
            caught_up: false,
            away: None,
            overdue: None,
            asked: false,
            waiting: Vec::new(),
            more: 0,
            settled: Vec::new(),
            back: Vec::new(),
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
    /// The address of the owner's photo, if Slack may show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<String>,
    /// The event that led to the owner and status, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<HistoryEntry>,
    /// The newest note that was written through the app or read in dialnote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<CardNote>,
    /// The number of minutes for which it has been unassigned at least, if that is more than the limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdue: Option<u16>,
    /// The next limit of the contact's wait, if the conversation is open and has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<NextLimit>,
    /// The reason why the auto-assignment has not assigned it yet, if it is to be assigned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<PickDelay>,
}

/// A note on a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardNote {
    /// The writer's name for colleagues; nothing, if dialnote does not say who wrote it.
    pub by: Option<String>,
    /// The note.
    pub text: String,
    /// The time at which it was written or read.
    pub at: Timestamp,
}

impl CardView {
    /// Returns a card about which nothing else is known.
    pub fn new(conversation: Conversation, owner: Option<String>) -> Self {
        Self { conversation, owner, photo: None, last: None, note: None, overdue: None, limit: None, delay: None }
    }

    /// Returns the card with the facts of the card before it that are still true, as far as it has none of its own.
    #[must_use]
    pub(crate) fn after(mut self, before: &Self) -> Self {
        let is_unchanged = State::from(&self.conversation) == State::from(&before.conversation);
        self.note = self.note.or_else(|| before.note.clone());
        self.last = self.last.or_else(|| before.last.clone().filter(|_| is_unchanged));
        self.overdue = self.overdue.or(before.overdue.filter(|_| is_unchanged));
        self.delay = self.delay.or_else(|| before.delay.clone().filter(|_| is_unchanged));
        self
    }

    /// Answers whether no one owns it, although the team has to follow up.
    pub(crate) fn is_unassigned(&self) -> bool {
        self.conversation.is_open() && self.owner.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::PartOfDay;
    use super::PartOfDay::{Afternoon, Evening, Morning};

    #[test]
    fn a_night_shift_is_wished_a_good_evening() {
        let parts = [3, 4, 11, 12, 16, 17, 22].map(PartOfDay::at);
        assert_eq!(parts, [Evening, Morning, Morning, Afternoon, Afternoon, Evening, Evening]);
    }
}
