//! What somebody is asked before a command of theirs is carried out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::about::About;
use crate::domain::command::Command;
use crate::domain::lookup::NameDoubt;
use crate::domain::lookup::reading::Missing;
use crate::domain::seen::Seen;
use crate::domain::verb::Verb;
use crate::ids::{DraftId, SlackUserId};

/// A command that is kept until its person answers a question about it. Earlier versions kept the command alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredQuestion {
    /// The command.
    #[serde(flatten)]
    pub command: Command,
    /// The conversations that it may be about, as they were when the question was asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<Seen>,
}

/// A question about a command that is kept until its person answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The kept command.
    pub draft: DraftId,
    /// Its verb.
    pub verb: Verb,
    /// What is asked.
    pub about: Unclear,
    /// The note that came with it; empty without one.
    pub note: String,
    /// The time until which it snoozes, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// What is not clear about a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unclear {
    /// Which of these conversations is meant.
    Conversation {
        /// The ones to choose from.
        choices: Vec<Choice>,
        /// How many more fit.
        more: usize,
        /// The words that name them.
        asked: String,
        /// Why it is not clear.
        doubt: NameDoubt,
    },
    /// Which of these people is meant.
    Person {
        /// The people: who they are, and what tells them apart.
        people: Vec<(SlackUserId, String)>,
        /// The words that name nobody surely; empty if several are named.
        typed: String,
    },
    /// Something that was not said.
    Missing(Missing),
}

/// A conversation to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Which.
    pub about: About,
    /// The owner's name among colleagues.
    pub owner: Option<String>,
    /// When something last happened.
    pub last_activity: Option<Timestamp>,
}
