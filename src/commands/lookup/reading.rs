//! The result of reading a typed command.

use serde::{Deserialize, Serialize};

use crate::core::assignee::Assignee;
use crate::core::conversation::Links;
use crate::core::ids::{ConversationId, SlackUserId};
use crate::core::verbs::Verb;

/// A typed command before its people and conversations are looked up.
#[derive(Clone, Copy, Debug)]
pub struct UnresolvedCommand<'a> {
    /// The verb.
    pub verb: Verb,
    /// The new owner, if already known.
    pub who: Option<&'a Assignee>,
    /// The typed text, as Slack sent it.
    pub text: &'a str,
    /// The links of the conversations on the web.
    pub links: &'a Links,
    /// The parts that are given apart from the text, if the text names only conversations.
    pub apart: Option<Apart<'a>>,
}

/// The parts of a command that are given apart from the words for its conversations. So no word of one part can be read
/// as another part.
#[derive(Clone, Copy, Debug)]
pub struct Apart<'a> {
    /// The words that name the new owner, if the owner is not known.
    pub person: Option<&'a str>,
    /// The note.
    pub note: &'a str,
}

/// The meaning of a typed command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A command in which everything is clear.
    Ready {
        /// The new owner, if the command names one.
        who: Option<Assignee>,
        /// The conversations.
        ids: Vec<ConversationId>,
        /// The conversations among `ids` that are named only by words.
        by_name: Vec<ConversationId>,
        /// The note.
        note: String,
    },
    /// All open conversations that the requester owns.
    AllMine {
        /// The new owner.
        who: Assignee,
        /// The note.
        note: String,
    },
    /// A command whose requester has to choose the conversation.
    WhichConversation {
        /// The new owner, if the command names one.
        who: Option<Assignee>,
        /// The candidates.
        ids: Vec<ConversationId>,
        /// The words that name them.
        asked: String,
        /// The reason for the question.
        doubt: super::conversations::NameDoubt,
        /// The note.
        note: String,
    },
    /// A command whose requester has to choose the person.
    WhichPerson {
        /// The candidates.
        people: Vec<SlackUserId>,
        /// The words that name no one surely; empty if several people are named.
        typed: String,
        /// The text without those words.
        rest: String,
    },
    /// A command that lacks something.
    Missing {
        /// The new owner, if the command names one.
        who: Option<Assignee>,
        /// The clear conversations.
        ids: Vec<ConversationId>,
        /// The note.
        note: String,
        /// The missing part.
        what: Missing,
    },
}

impl Reading {
    /// Returns the parts of the text that may be shown: the note, and the words that name no conversation.
    pub(crate) fn words_mut(&mut self) -> Vec<&mut String> {
        match self {
            Self::WhichPerson { .. } => Vec::new(),
            Self::WhichConversation { asked, note, .. }
            | Self::Missing { note, what: Missing::Conversation { asked }, .. } => vec![note, asked],
            Self::Missing { note, what: Missing::Clarity { asked }, .. } => {
                std::iter::once(note).chain(asked).collect()
            }
            Self::Ready { note, .. } | Self::AllMine { note, .. } | Self::Missing { note, .. } => vec![note],
        }
    }
}

/// The part that a command lacks before it can be carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The conversation.
    Conversation {
        /// The words that name no conversation.
        asked: String,
    },
    /// The conversations meant by some of the words.
    Clarity {
        /// The unclear words.
        asked: Vec<String>,
    },
    /// The new owner.
    Person,
    /// The person with this name.
    Somebody {
        /// The words that name no one.
        typed: String,
    },
    /// A single person instead of the group that was named.
    OnePerson,
    /// The note.
    Note,
}
