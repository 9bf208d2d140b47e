//! Readings of a typed command.

use serde::{Deserialize, Serialize};

use crate::domain::assignee::Assignee;
use crate::domain::conversation::Links;
use crate::domain::verb::Verb;
use crate::ids::{ConversationId, SlackUserId};

/// A typed command of which is still to be found out what it means.
#[derive(Clone, Copy, Debug)]
pub struct UnresolvedCommand<'a> {
    /// Its verb.
    pub verb: Verb,
    /// The new owner, if that is known already.
    pub who: Option<&'a Assignee>,
    /// What was typed, as Slack sent it.
    pub text: &'a str,
    /// Where conversations stand on the web.
    pub links: &'a Links,
}

/// What it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// All of it is clear.
    Ready {
        /// The new owner, if it names one.
        who: Option<Assignee>,
        /// The conversations.
        ids: Vec<ConversationId>,
        /// Those of them that are named by words alone.
        by_name: Vec<ConversationId>,
        /// The note.
        note: String,
    },
    /// All conversations that are open and belong to the person who asks.
    AllMine {
        /// The new owner.
        who: Assignee,
        /// The note.
        note: String,
    },
    /// One of these conversations.
    WhichConversation {
        /// The new owner, if it names one.
        who: Option<Assignee>,
        /// The conversations.
        ids: Vec<ConversationId>,
        /// What names them.
        asked: String,
        /// Why they are asked about.
        doubt: super::conversations::NameDoubt,
        /// The note.
        note: String,
    },
    /// One of these people.
    WhichPerson {
        /// The people.
        people: Vec<SlackUserId>,
        /// The words that name nobody surely; empty if several are named.
        typed: String,
        /// The text without them.
        rest: String,
    },
    /// Something is missing.
    Missing {
        /// The new owner, if it names one.
        who: Option<Assignee>,
        /// The conversations that are clear.
        ids: Vec<ConversationId>,
        /// The note.
        note: String,
        /// What is missing.
        what: Missing,
    },
}

impl Reading {
    /// What may be shown of the text: the note, and the words that name nothing.
    pub fn words_mut(&mut self) -> Vec<&mut String> {
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

/// What is missing for a command to be carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// Which conversation.
    Conversation {
        /// The words that name none.
        asked: String,
    },
    /// Which conversations these words mean, among several.
    Clarity {
        /// The words.
        asked: Vec<String>,
    },
    /// Who.
    Person,
    /// Who is called so.
    Somebody {
        /// The words that name nobody.
        typed: String,
    },
    /// One person: a group was named.
    OnePerson,
    /// The note.
    Note,
}
