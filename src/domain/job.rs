//! What the store keeps: tagged and versioned, so that a job written by yesterday's program still
//! runs after today's upgrade.

use serde::{Deserialize, Serialize};

use crate::domain::asker::Asker;
use crate::domain::click::Resume;
use crate::domain::command::Command;
use crate::domain::conversation::Which;
use crate::domain::message::Message;
use crate::domain::plan::Progress;
use crate::ids::{ChannelId, ConversationId, SlackUserId};

/// Room for most jobs, so that a job is not copied each time it has outgrown its room.
const USUAL_LENGTH: usize = 768;

/// A durable unit of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "job")]
pub enum Job {
    /// Carry out a command.
    #[serde(rename = "command.v1")]
    Command(CommandJob),
    /// Go on with a kept command.
    #[serde(rename = "resume.v1")]
    Resume(ResumeJob),
    /// Read a Slack user anew: the profile changed.
    #[serde(rename = "profile.v1")]
    Profile(SlackUserId),
    /// Say something.
    #[serde(rename = "message.v1")]
    Message(Message),
}

/// A command on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandJob {
    /// Who asks.
    pub asker: Asker,
    /// For what.
    pub command: Command,
    /// How far it got.
    pub stage: Stage,
}

/// How far a command got. Each stage is stored before the next begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It is not known yet which conversation is meant.
    Asked,
    /// This one is meant; nothing is decided yet.
    Found(ConversationId),
    /// It is decided what to do, and some of it may be done.
    Doing(Box<Progress>),
}

/// A kept command being taken up again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResumeJob {
    /// Who asks.
    pub asker: Asker,
    /// What is taken up, and how.
    pub resume: Resume,
}

impl Job {
    /// The job as the store keeps it.
    pub fn encode(&self) -> String {
        let mut encoded = Vec::with_capacity(USUAL_LENGTH);
        let outcome = serde_json::to_writer(&mut encoded, self);
        outcome.ok().and_then(|()| String::from_utf8(encoded).ok()).unwrap_or_default()
    }

    /// The job that the store kept.
    pub fn decode(body: &str) -> Result<Self, String> {
        let deserializer = &mut serde_json::Deserializer::from_str(body);
        serde_path_to_error::deserialize(deserializer).map_err(|error| error.to_string())
    }

    /// Under which key the job must wait its turn.
    pub fn key(&self) -> String {
        match self {
            Self::Command(job) => match &job.stage {
                Stage::Asked => person_key(&job.asker.user),
                Stage::Found(conversation) => conversation_key(conversation),
                Stage::Doing(progress) => conversation_key(&progress.plan.before.id),
            },
            Self::Resume(job) => person_key(&job.asker.user),
            Self::Profile(user) => format!("profile:{user}"),
            Self::Message(Message::Private { to, .. }) => format!("private:{}", to.user),
            Self::Message(Message::Direct { user, .. }) => format!("direct:{user}"),
            Self::Message(Message::Card { channel, face, .. }) => card_key(channel, &face.conversation.id),
            Self::Message(Message::Line { channel, conversation, .. }) => card_key(channel, conversation),
        }
    }

    /// Behind which other key the job queues up while something waits there. A command by somebody
    /// whose earlier command is still looking for its conversation may concern the same one, and
    /// people's own commands keep their order.
    pub fn behind(&self) -> Option<String> {
        match self {
            Self::Command(CommandJob { asker, stage: Stage::Found(_), .. }) => Some(person_key(&asker.user)),
            _ => None,
        }
    }
}

impl CommandJob {
    /// A command that nothing was done about yet.
    pub fn new(asker: Asker, command: Command) -> Self {
        let stage = match &command.which {
            Which::Id(id) => Stage::Found(id.clone()),
            Which::MyLast | Which::Number(_) | Which::Name(_) | Which::NameThenNote(_) => Stage::Asked,
        };
        Self { asker, command, stage }
    }
}

fn conversation_key(id: &ConversationId) -> String {
    format!("conversation:{id}")
}

fn person_key(user: &SlackUserId) -> String {
    format!("person:{user}")
}

fn card_key(channel: &ChannelId, conversation: &ConversationId) -> String {
    format!("card:{channel}:{conversation}")
}
