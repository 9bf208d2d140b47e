//! What somebody is asked before a command of theirs is carried out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::command::Command;
use crate::domain::conversation::{Conversation, State};
use crate::domain::lookup::{Missing, NameDoubt};
use crate::domain::refusal::About;
use crate::domain::verb::Verb;
use crate::ids::{ConversationId, DraftId, SlackUserId};

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

/// A conversation as it was shown to a person who was asked about it, or who acts on it by a button or a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The conversation.
    pub conversation: ConversationId,
    /// Its owner and status.
    pub state: State,
    /// Whether its person was asked nothing: a button or a form showed it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unasked: bool,
}

impl From<&Conversation> for Seen {
    fn from(conversation: &Conversation) -> Self {
        Self { conversation: conversation.id.clone(), state: State::from(conversation), unasked: false }
    }
}

impl Seen {
    /// A conversation as a button or a form shows it.
    pub fn unasked(conversation: &Conversation) -> Self {
        Self { unasked: true, ..Self::from(conversation) }
    }
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
