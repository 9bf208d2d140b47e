//! Questions to the requester before a command is carried out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::commands::lookup::NameDoubt;
use crate::commands::lookup::reading::Missing;
use crate::core::about::About;
use crate::core::command::Command;
use crate::core::conversation::{Activity, Status};
use crate::core::ids::{DraftId, SlackUserId};
use crate::core::seen::Seen;
use crate::core::verbs::Verb;

/// A command that is stored until the requester answers a question about it. Earlier versions stored the command
/// alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredQuestion {
    /// The command.
    #[serde(flatten)]
    pub command: Command,
    /// The conversations that it may be about, as they were when the question was asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<Seen>,
    /// The new owner of whose absence the requester knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub despite: Option<SlackUserId>,
}

/// A question about a command that is stored until the requester answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Question {
    /// The stored command.
    pub draft: DraftId,
    /// Its verb.
    pub verb: Verb,
    /// The part that is unclear.
    pub about: Unclear,
    /// The note that came with it; empty without one.
    pub note: String,
    /// The end of the snooze, if the command is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// The unclear part of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unclear {
    /// The conversation: several may be meant.
    Conversation {
        /// The ones to choose from.
        choices: Vec<Choice>,
        /// The number of further matches.
        more: usize,
        /// The words that name them.
        asked: String,
        /// The reason why it is unclear.
        doubt: NameDoubt,
    },
    /// The person: several may be meant.
    Person {
        /// The people, each with a text that tells them apart.
        people: Vec<(SlackUserId, String)>,
        /// The words that name no one for certain; empty if several are named.
        typed: String,
    },
    /// A missing part.
    Missing(Missing),
}

/// A conversation to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Choice {
    /// The conversation.
    pub about: About,
    /// The owner's name for colleagues.
    pub owner: Option<String>,
    /// The status; none if an earlier version stored the question.
    #[serde(default)]
    pub status: Option<Status>,
    /// The last activity, without its words.
    pub last_activity: Option<Activity>,
}
