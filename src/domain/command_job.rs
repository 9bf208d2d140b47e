//! A command on its way, and how far it got.

use jiff::Timestamp;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::domain::click::Resume;
use crate::domain::command::Command;
use crate::domain::conversation::ConversationRef;
use crate::domain::plan::Progress;
use crate::domain::request_context::RequestContext;
use crate::domain::seen::Seen;
use crate::ids::{ConversationId, SlackUserId};

/// A command on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandJob {
    /// Who asks.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// For what.
    pub command: Command,
    /// How far it got.
    pub stage: Stage,
    /// With which others it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<Batch>,
    /// The message that its note is, so that it becomes one once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted: Option<String>,
    /// When it was asked for, if it had to wait for somebody to be linked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Timestamp>,
    /// The act that it takes back (`domain::undo`), if it takes back a certain one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<String>,
    /// The conversations as they were when its person was asked about them, if they were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<Seen>,
}

/// How far a command got. Each stage is stored before the next begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", from = "StoredStage")]
pub enum Stage {
    /// Nothing is decided yet. Which conversation is meant is known if the command names it.
    Asked,
    /// It is decided what to do, and some of it may be done.
    Doing(Box<Progress>),
}

/// How far a command got, as any version wrote it.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredStage {
    Asked,
    /// The conversation was written twice: the command names it, too.
    Found(IgnoredAny),
    Doing(Box<Progress>),
}

impl From<StoredStage> for Stage {
    fn from(kept: StoredStage) -> Self {
        match kept {
            StoredStage::Asked | StoredStage::Found(_) => Self::Asked,
            StoredStage::Doing(progress) => Self::Doing(progress),
        }
    }
}

/// A kept command being taken up again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResumeJob {
    /// Who asks.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// What is taken up, and how.
    pub resume: Resume,
}

impl CommandJob {
    /// A command that nothing was done about yet.
    pub fn new(requester: RequestContext, command: Command) -> Self {
        let (stage, seen) = (Stage::Asked, Vec::new());
        Self { requester, command, stage, batch: None, quoted: None, asked: None, undoes: None, seen }
    }

    /// Which conversation is meant, if that is known.
    pub fn conversation(&self) -> Option<&ConversationId> {
        match (&self.stage, &self.command.which) {
            (Stage::Doing(progress), _) => Some(&progress.plan.before.id),
            (Stage::Asked, ConversationRef::Id(id)) => Some(id),
            (Stage::Asked, _) => None,
        }
    }

    /// Under which key it must wait its turn: that of its conversation, or of its person until that is known.
    pub fn key(&self) -> String {
        self.conversation().map_or_else(|| person_key(&self.requester.user), conversation_key)
    }
}

/// Commands that were given at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// What they have in common.
    pub id: String,
    /// How many they are.
    pub of: usize,
}

impl Batch {
    /// How the kind under which their outcomes are kept begins (`store::Document`).
    pub const KIND: &str = "batch:";

    /// What the outcomes of its commands are kept under (`store::Document`), by conversation.
    pub fn kind(&self) -> String {
        format!("{}{}", Self::KIND, self.id)
    }
}

/// The key of what is done about a conversation, one thing after the other.
pub fn conversation_key(id: &ConversationId) -> String {
    format!("conversation:{id}")
}

/// The key of what a person asked for, until its conversation is known.
pub fn person_key(user: &SlackUserId) -> String {
    format!("person:{user}")
}
