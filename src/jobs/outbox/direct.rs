//! Jobs that send direct messages and keep them up to date.

use serde::{Deserialize, Serialize};

use crate::core::answer::Answer;
use crate::core::delivery::Awaited;
use crate::core::direct_message::DirectMessage;
use crate::core::ids::{ConversationId, MessageTs, SlackUserId};
use crate::core::request_context::Addressee;
use crate::jobs::job::JobKind;
use crate::jobs::rate_limits;
use crate::platform::db::Queue;
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::slack::blocks::kit::Content;

/// A direct message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SendDirect {
    /// The receiver.
    pub user: SlackUserId,
    /// The content.
    pub notice: DirectMessage,
    /// The sender to whom the delivery is reported, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaited: Option<Box<Awaited>>,
}

impl SendDirect {
    /// Returns a direct message whose sender does not wait for its delivery state.
    pub(crate) fn new(user: SlackUserId, notice: DirectMessage) -> Self {
        Self { user, notice, awaited: None }
    }
}

/// A new state of a conversation, for the direct messages about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MarkDirect {
    /// Their reader.
    pub user: SlackUserId,
    /// The conversation.
    pub conversation: ConversationId,
    /// The state that they show from now on.
    pub answer: Answer,
}

/// A reader's answer, to show in the direct message that asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShowAnswer {
    /// The reader, in the direct channel.
    pub to: Addressee,
    /// The message.
    pub ts: MessageTs,
    /// The conversation that was answered; the message may list several.
    pub conversation: ConversationId,
    /// The answer.
    pub answer: Answer,
    /// The reply that is sent instead if the message is too old to be changed.
    pub otherwise: Content,
}

/// Returns the partition key of the direct messages to a person.
fn direct_key(user: &SlackUserId) -> String {
    format!("direct:{user}")
}

impl JobKind for SendDirect {
    const KIND: &'static str = "send_direct.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        direct_key(&self.user)
    }

    fn fairness_key(&self) -> String {
        self.user.to_string()
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        rate_limits::posting(self.user.as_str())
    }
}

impl JobKind for MarkDirect {
    const KIND: &'static str = "mark_direct.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        direct_key(&self.user)
    }

    fn fairness_key(&self) -> String {
        self.user.to_string()
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::updating()]
    }
}

impl JobKind for ShowAnswer {
    const KIND: &'static str = "show_answer.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        direct_key(&self.to.user)
    }

    fn fairness_key(&self) -> String {
        self.to.user.to_string()
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::updating()]
    }
}
