//! Answer targets: the working time within which a conversation must have an owner, and an answer.

use serde::{Deserialize, Serialize};

use crate::core::assignee::UserGroup;
use crate::core::conversation::ActivityKind;
use crate::core::ids::SlackUserId;

/// The answer targets of a route, and what happens when one is near or missed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Targets {
    /// The target of missed calls.
    pub call: Target,
    /// The target of voicemails.
    pub voicemail: Target,
    /// The target of SMS.
    pub sms: Target,
    /// The working time, in minutes, before the end of a target at which the owner, or the thread of a conversation
    /// without one, is warned; 0 if never.
    pub warn_before: u16,
    /// True if the owner is notified of a missed target.
    pub tell_owner: bool,
    /// The person or group who is notified next; `None` if no one is.
    pub then: Option<Backup>,
    /// The working time, in minutes, between two steps of an escalation.
    pub step: u16,
    /// True if the channel is notified last.
    pub tell_channel: bool,
}

/// The working time, in minutes, within which a conversation must have an owner, and an answer; 0 if there is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Target {
    /// The limit until an owner.
    pub owner: u16,
    /// The limit until the contact was called back or answered, or the conversation is done.
    pub answer: u16,
}

/// The person or group who is notified when an owner does not answer in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Backup {
    /// This person.
    User(SlackUserId),
    /// This group, by a mention.
    Group(UserGroup),
}

impl Target {
    fn edited(self, shown: Self, wanted: Self) -> Self {
        Self {
            owner: edited(&self.owner, &shown.owner, &wanted.owner),
            answer: edited(&self.answer, &shown.answer, &wanted.answer),
        }
    }
}

impl Default for Target {
    fn default() -> Self {
        Self { owner: 30, answer: 120 }
    }
}

impl Default for Targets {
    /// Returns the targets of a route that has none of its own: they are shown, and no one is notified.
    fn default() -> Self {
        Self {
            call: Target::default(),
            voicemail: Target::default(),
            sms: Target::default(),
            warn_before: 0,
            tell_owner: false,
            then: None,
            step: 15,
            tell_channel: false,
        }
    }
}

impl Targets {
    /// Returns the targets after an edit: those that differ between what a form `showed` and what is `wanted` change.
    #[must_use]
    pub(crate) fn edited(&self, shown: &Self, wanted: &Self) -> Self {
        Self {
            call: self.call.edited(shown.call, wanted.call),
            voicemail: self.voicemail.edited(shown.voicemail, wanted.voicemail),
            sms: self.sms.edited(shown.sms, wanted.sms),
            warn_before: edited(&self.warn_before, &shown.warn_before, &wanted.warn_before),
            tell_owner: edited(&self.tell_owner, &shown.tell_owner, &wanted.tell_owner),
            then: edited(&self.then, &shown.then, &wanted.then),
            step: edited(&self.step, &shown.step, &wanted.step),
            tell_channel: edited(&self.tell_channel, &shown.tell_channel, &wanted.tell_channel),
        }
    }

    /// Returns the target of an activity of this kind; `None` for one that waits for no answer.
    pub fn of(&self, kind: ActivityKind) -> Option<Target> {
        match kind {
            ActivityKind::MissedCall => Some(self.call),
            ActivityKind::Voicemail => Some(self.voicemail),
            ActivityKind::Sms => Some(self.sms),
            ActivityKind::Call | ActivityKind::Note | ActivityKind::Other => None,
        }
    }
}

/// Returns a setting after an edit: the wanted value if a form showed another one, else the value of now.
pub(crate) fn edited<T: Clone + PartialEq>(now: &T, shown: &T, wanted: &T) -> T {
    if shown == wanted { now.clone() } else { wanted.clone() }
}
