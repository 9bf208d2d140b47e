//! Events of a conversation, for everyone who reads of them: in threads, histories and digests.

use crate::core::automation::AutomaticReason;
use crate::core::verbs;
use crate::core::verbs::Verb;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A thread entry: an event, for everyone who reads the card's thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadEntry {
    /// The actor's name for colleagues.
    pub actor: String,
    /// The event.
    pub what: Event,
    /// The note; empty if there is none.
    pub note: String,
}

/// An event of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The actor took it, or took it over.
    Took {
        /// The previous owner, if it had one.
        from: Option<String>,
    },
    /// The actor assigned it.
    Assigned {
        /// The previous owner, if it had one.
        from: Option<String>,
        /// The new owner.
        to: String,
    },
    /// The actor handed it off with a note.
    HandedOff {
        /// The new owner.
        to: String,
    },
    /// The actor unassigned it.
    Unassigned {
        /// The previous owner.
        from: Option<String>,
    },
    /// The actor marked it done.
    Done,
    /// The actor reopened it.
    Reopened,
    /// The actor snoozed it until then.
    Snoozed(Timestamp),
    /// The actor ended the snooze.
    Woke,
    /// The actor undid an earlier act of theirs.
    Undone(Again),
    /// The actor gave a plain command: one that changes neither the owner nor the status, such as a note.
    Did(Verb),
    /// The actor declined the assignment.
    GaveBack {
        /// The new owner: the person who assigned it. No one, if that person is no longer there.
        to: Option<String>,
    },
    /// The snooze ended. The actor is the contact.
    TimeIsUp,
    /// The contact called or wrote, and it is open again. The actor is the contact.
    GotInTouch,
    /// The actor called the contact back, or wrote an answer.
    Answered {
        /// True if it was a call.
        call: bool,
    },
    /// The actor did not answer a hand-off in time.
    Returned {
        /// The new owner, if there is one.
        to: Option<String>,
    },
    /// The app changed the owner by itself, because a setting of the route says so.
    Automatic {
        /// The previous owner, if it had one.
        from: Option<String>,
        /// The new owner, if it has one.
        to: Option<String>,
        /// The reason.
        reason: AutomaticReason,
    },
}

impl Event {
    /// Describes the event as a sentence. dialnote does not say who changed something in its own app: the place is the
    /// actor then.
    pub fn sentence(&self, actor: &str) -> String {
        match self {
            Self::TimeIsUp => format!("{actor} is open again: the snooze ended."),
            _ if is_elsewhere(actor) => self.in_dialnote(),
            _ => format!("{actor} {}", self.words()),
        }
    }

    /// Describes the event, to follow the name of the person who caused it.
    pub fn words(&self) -> String {
        match self {
            Self::Took { from: None } => "took this.".to_owned(),
            Self::Took { from: Some(from) } => format!("took this over from {from}."),
            Self::Assigned { from: None, to } => format!("assigned this to {to}."),
            Self::Assigned { from: Some(from), to } => format!("reassigned this from {from} to {to}."),
            Self::HandedOff { to } => format!("handed this off to {to}."),
            Self::Unassigned { from: None } => "unassigned this.".to_owned(),
            Self::Unassigned { from: Some(from) } => format!("unassigned this from {from}."),
            Self::Done => "marked this done.".to_owned(),
            Self::Reopened => "reopened this.".to_owned(),
            Self::Snoozed(_) => "snoozed this.".to_owned(),
            Self::Woke => "unsnoozed this.".to_owned(),
            Self::Undone(again) => format!("undid that: {}.", again.words()),
            Self::Did(verb) => verbs::spec(*verb).plain.as_ref().map_or("", |plain| plain.event).to_owned(),
            Self::GaveBack { to: Some(to) } => format!("declined this. {to} is the owner again."),
            Self::GaveBack { to: None } => "declined this. It's unassigned now.".to_owned(),
            Self::Answered { call: true } => "called back.".to_owned(),
            Self::Answered { call: false } => "replied.".to_owned(),
            Self::TimeIsUp => "is open again: the snooze ended.".to_owned(),
            Self::GotInTouch => "got in touch again and is open.".to_owned(),
            Self::Returned { to: Some(to) } => format!("didn't respond in time. {to} is the owner again."),
            Self::Returned { to: None } => "didn't respond in time. It's unassigned now.".to_owned(),
            Self::Automatic { from, to, reason } => automatic(from.as_deref(), to.as_deref(), reason),
        }
    }

    /// Describes a change that was made in dialnote's own app.
    fn in_dialnote(&self) -> String {
        match self {
            Self::Assigned { from: None, to } => format!("Assigned to {to} in dialnote."),
            Self::Assigned { from: Some(from), to } => format!("Reassigned from {from} to {to} in dialnote."),
            Self::HandedOff { to } => format!("Handed off to {to} in dialnote."),
            Self::Unassigned { from: None } => "Unassigned in dialnote.".to_owned(),
            Self::Unassigned { from: Some(from) } => format!("Unassigned from {from} in dialnote."),
            Self::Done => "Marked done in dialnote.".to_owned(),
            Self::Reopened => "Reopened in dialnote.".to_owned(),
            Self::Snoozed(_) => "Snoozed in dialnote.".to_owned(),
            Self::Woke => "Unsnoozed in dialnote.".to_owned(),
            Self::Did(Verb::Note) => "Note added in dialnote.".to_owned(),
            Self::Answered { call: true } => "Called back from dialnote.".to_owned(),
            Self::Answered { call: false } => "Replied from dialnote.".to_owned(),
            other => format!("{SOMEBODY} {}", other.words()),
        }
    }

    /// Returns the verb whose effect the event is, if a change in dialnote caused it.
    pub fn verb(&self) -> Option<Verb> {
        match self {
            Self::Took { .. } => Some(Verb::Take),
            Self::Assigned { .. } | Self::Automatic { to: Some(_), .. } => Some(Verb::Assign),
            Self::HandedOff { .. } => Some(Verb::Handoff),
            Self::Unassigned { .. } | Self::Automatic { to: None, .. } => Some(Verb::Unassign),
            Self::Done => Some(Verb::Done),
            Self::Reopened | Self::GotInTouch => Some(Verb::Reopen),
            Self::Snoozed(_) => Some(Verb::Snooze),
            Self::Woke | Self::TimeIsUp => Some(Verb::Wake),
            Self::Undone(_) => Some(Verb::Undo),
            Self::Did(verb) => Some(*verb),
            Self::GaveBack { .. } | Self::Returned { .. } => Some(Verb::GiveBack),
            Self::Answered { .. } => None,
        }
    }

    /// Returns whether the event changes the owner or the status.
    pub(crate) fn changes_state(&self) -> bool {
        !matches!(self, Self::Did(_) | Self::Answered { .. })
    }
}

/// Describes a change that the app made by itself, with the reason.
fn automatic(from: Option<&str>, to: Option<&str>, reason: &AutomaticReason) -> String {
    let change = match (from, to) {
        (None, Some(to)) => format!("assigned this to {to}"),
        (Some(from), Some(to)) => format!("passed this on from {from} to {to}"),
        (Some(from), None) => format!("unassigned this from {from}"),
        (None, None) => "unassigned this".to_owned(),
    };
    format!("{change} ({}).", reason.words())
}

/// The state of a conversation after an undo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Again {
    /// Owned by this person.
    OwnedBy(String),
    /// Unassigned.
    Queued,
    /// Open.
    Open,
    /// Done.
    Done,
    /// Snoozed.
    Snoozed,
}

impl Again {
    fn words(&self) -> String {
        match self {
            Self::OwnedBy(name) => format!("this is assigned to {name} again"),
            Self::Queued => "this is unassigned again".to_owned(),
            Self::Open => "this is open again".to_owned(),
            Self::Done => "this is done again".to_owned(),
            Self::Snoozed => "this is snoozed again".to_owned(),
        }
    }
}

/// An event in a history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The time of the event.
    pub at: Timestamp,
    /// The actor's name for colleagues.
    pub by: String,
    /// The event.
    pub what: Event,
}

/// The name of the actor of a change that was made in dialnote itself: dialnote does not say who made it.
pub(crate) const SOMEBODY: &str = "Someone in dialnote";

/// The same, as earlier versions stored it.
const SOMEBODY_BEFORE: &str = "Somebody in dialnote";

/// Answers whether this name stands for a person in dialnote who is not known.
pub(crate) fn is_elsewhere(actor: &str) -> bool {
    actor == SOMEBODY || actor == SOMEBODY_BEFORE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_in_dialnote_names_the_place() {
        let moved = Event::Assigned { from: Some("Leo".to_owned()), to: "Zoe".to_owned() };
        assert_eq!(moved.sentence("Maya"), "Maya reassigned this from Leo to Zoe.");
        for actor in [SOMEBODY, SOMEBODY_BEFORE] {
            assert_eq!(moved.sentence(actor), "Reassigned from Leo to Zoe in dialnote.");
            assert_eq!(Event::Did(Verb::Note).sentence(actor), "Note added in dialnote.");
        }
    }

    #[test]
    fn an_undo_says_the_state_it_led_to() {
        let undone = Event::Undone(Again::OwnedBy("Leo".to_owned()));
        assert_eq!(undone.sentence("Maya"), "Maya undid that: this is assigned to Leo again.");
    }
}
