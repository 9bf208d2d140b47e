//! A command being carried out, and its progress.

use crate::core::job_keys::conversation_key;
use jiff::Timestamp;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::commands::plan::Progress;
use crate::core::automation::AutomaticReason;
use crate::core::click::Resume;
use crate::core::command::Command;
use crate::core::conversation::ConversationRef;
use crate::core::ids::{ConversationId, SlackUserId};
use crate::core::reaction::Reaction;
use crate::core::request_context::RequestContext;
use crate::core::seen::Seen;
use crate::jobs::outbox::steps::WaitingStep;

/// A command being carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandJob {
    /// The requester.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// The command.
    pub command: Command,
    /// The progress of the command.
    pub stage: Stage,
    /// The batch that the command was given in, if it was given for several conversations at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<Batch>,
    /// The Slack message that becomes the note. It is kept so that the message becomes a note only once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted: Option<String>,
    /// The emoji that asked for it, until the app has checked whether it still counts (`commands::reacting`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reaction: Option<Reaction>,
    /// The time of the request, if the command was deferred because a user was not linked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Timestamp>,
    /// The act that it undoes (`commands::undo`), if it undoes a certain one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<String>,
    /// The conversations as they were shown to the requester, if they were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<Seen>,
    /// The workflow step that the command ends, if one requested it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<WaitingStep>,
    /// The new owner of whose absence the requester knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub despite: Option<SlackUserId>,
    /// The reason, if the app gives the command by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<AutomaticReason>,
}

/// The progress of a command. Each stage is stored before the next begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", from = "StoredStage")]
pub enum Stage {
    /// Nothing is decided yet. The conversation is known if the command names it.
    Asked,
    /// The plan is decided, and some of its calls may be made.
    Doing(Box<Progress>),
}

/// The progress of a command, as any version stored it.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredStage {
    Asked,
    /// A found conversation. It was stored twice, because the command names it, too.
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

/// A kept command that its requester resumes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ResumeJob {
    /// The requester.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// The kept command, and the choices with which it is resumed.
    pub resume: Resume,
}

impl CommandJob {
    /// Returns a command about which nothing is decided yet.
    pub fn new(requester: RequestContext, command: Command) -> Self {
        let (stage, seen) = (Stage::Asked, Vec::new());
        Self {
            requester,
            command,
            stage,
            batch: None,
            quoted: None,
            reaction: None,
            asked: None,
            undoes: None,
            seen,
            step: None,
            despite: None,
            reason: None,
        }
    }

    /// Returns the conversation, if it is known.
    pub fn conversation(&self) -> Option<&ConversationId> {
        match (&self.stage, &self.command.which) {
            (Stage::Doing(progress), _) => Some(&progress.plan.before.id),
            (Stage::Asked, ConversationRef::Id(id)) => Some(id),
            (Stage::Asked, _) => None,
        }
    }

    /// Returns its partition key: that of its conversation, or that of its requester until the conversation is known.
    pub fn key(&self) -> String {
        self.conversation().map_or_else(|| person_key(&self.requester.user), conversation_key)
    }
}

/// A batch: commands that were given at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// The id that the commands of the batch share.
    pub id: String,
    /// The number of commands.
    pub of: usize,
}

/// Returns the key of a requester's commands, until their conversation is known.
pub(crate) fn person_key(user: &SlackUserId) -> String {
    format!("person:{user}")
}
