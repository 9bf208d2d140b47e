//! A reader's answer to an assignment, and the states that a direct message shows later.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A reader's answer to an assignment, or a later state of its conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The reader accepted it, at this time.
    Accepted(Timestamp),
    /// The reader declined it.
    GaveBack,
    /// The reader marked it done.
    Done,
    /// The reader is still working on it.
    Kept,
    /// The reader need not answer: the conversation is no longer theirs.
    Gone,
    /// The conversation moved on without the reader's answer.
    Ended(Ended),
}

/// The times of a hand-off that waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerBy {
    /// The time of the reminder.
    pub reminder: Timestamp,
    /// The time at which it returns to the sender.
    pub end: Timestamp,
}

/// The end of a reader's assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The kind of end.
    pub what: Ending,
    /// The actor.
    pub by: EndedBy,
    /// The time of the end.
    pub at: Timestamp,
}

/// The actor who ended a reader's assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// The reader.
    You,
    /// A colleague, by name.
    Colleague(String),
    /// Someone in dialnote.
    Dialnote,
    /// No one: time passed.
    Time,
}

/// The kind of end of a reader's assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It has another owner.
    Reassigned(String),
    /// Another person took it over.
    TakenOver,
    /// It is unassigned.
    Unassigned,
    /// The act that made the reader the owner was undone.
    Undone,
    /// It is done.
    Done,
    /// It was not accepted in time, and returned to this person; `None` if to no one.
    Returned(Option<String>),
}

impl Answer {
    /// Answers whether the reader has nothing left to do about it in this message.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self, Self::GaveBack | Self::Done | Self::Ended(_))
    }
}
