//! The origin of a request: the person in Slack who made it, and the place to answer.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::ids::{ChannelId, MessageTs, SlackUserId, TeamId, ToolCallId, ViewId};
use crate::core::pane::Pane;
use crate::core::query::Query;

/// The requester, and the place to answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestContext {
    /// The person, from the verified payload (docs/contracts/slack.md §8.5).
    pub user: SlackUserId,
    /// The channel of the request.
    pub channel: Option<ChannelId>,
    /// The first message of the thread in which a message to the app is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<MessageTs>,
    /// The workspace of the channel, if the app is installed in an organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
    /// The place where Slack takes answers to this request.
    pub reply: Option<ReplyTarget>,
    /// The way in which the request was made.
    pub via: Via,
    /// The list whose button was pressed. It is redrawn afterwards, and shows the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<Listed>,
    /// The direct message whose button was pressed. It shows the requester's answer afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageTs>,
    /// The pane from which the request came. It shows the result afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pane: Option<Pane>,
    /// The assistant's call, if the request is one. It takes the answer while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<ToolCallId>,
}

/// A list that is on display.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The query of the list.
    #[serde(rename = "q")]
    pub query: Query,
    /// The place of the list.
    #[serde(rename = "w")]
    pub place: ListPlace,
}

/// A place where a list is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListPlace {
    /// A private message: that of the response URL.
    Message,
    /// The person's Home tab.
    Home,
    /// A window.
    View(ViewId),
}

/// The way in which a command was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// A slash command.
    Typed,
    /// A message to the app: a mention in a channel, or a direct message.
    Written,
    /// An emoji on a card, added or removed.
    Reacted,
    /// A control on a message.
    Clicked,
    /// A control on a message about several conversations.
    Digest,
    /// A form.
    Submitted,
    /// Slackbot, or another assistant in Slack that acts for the person.
    Slackbot,
    /// Any of these ways, deferred until an unlinked user was linked.
    Postponed,
    /// No person: a time was reached.
    Timer,
    /// No person: a step of a workflow in Slack.
    Workflow,
    /// No person: a setting of the conversation's route.
    Automatic,
    /// A way outside this app.
    Elsewhere,
}

/// A person, and the place where only they see an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addressee {
    /// The person.
    pub user: SlackUserId,
    /// The channel where they asked.
    pub channel: Option<ChannelId>,
    /// The first message of the thread where they asked, if they asked in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<MessageTs>,
    /// The place where Slack takes answers to this request.
    pub reply: Option<ReplyTarget>,
    /// True if they asked so long ago that the answer has to repeat the request.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
    /// The assistant's call that takes the answer while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<ToolCallId>,
}

/// A response URL (docs/contracts/slack.md §6). The URL is a secret: anyone who has it can post.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyTarget {
    /// The URL.
    pub url: String,
    /// The time at which it stops working.
    pub until: Timestamp,
    /// True if the answer replaces the message that was clicked.
    pub replace: bool,
}

impl std::fmt::Debug for ReplyTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reply").field("until", &self.until).field("replace", &self.replace).finish_non_exhaustive()
    }
}

impl Via {
    /// Answers whether a person waits for an answer in words.
    pub(crate) fn has_a_reader(self) -> bool {
        !matches!(self, Self::Timer | Self::Workflow | Self::Automatic)
    }
}

impl Addressee {
    /// Returns a person who is answered by direct message.
    pub(crate) fn directly(user: SlackUserId) -> Self {
        Self { user, channel: None, thread: None, reply: None, late: false, call: None }
    }
}

impl RequestContext {
    /// Returns the context of a request that was made nowhere in particular.
    pub(crate) fn of(user: SlackUserId, via: Via) -> Self {
        Self {
            user,
            channel: None,
            thread: None,
            team: None,
            reply: None,
            via,
            list: None,
            message: None,
            pane: None,
            call: None,
        }
    }

    /// Returns the context of a workflow step, which acts for no person.
    pub(crate) fn of_workflow() -> Self {
        Self::of(SlackUserId::workflow(), Via::Workflow)
    }

    /// Returns the context of a change that the app makes by itself.
    pub(crate) fn automatic() -> Self {
        Self::of(SlackUserId::automation(), Via::Automatic)
    }

    /// Returns the place to answer. A deferred command is answered by direct message, because the requester may have
    /// left the channel since.
    pub(crate) fn addressee(&self) -> Addressee {
        let late = self.via == Via::Postponed;
        let channel = self.channel.clone().filter(|_| !late);
        let thread = self.thread.clone().filter(|_| !late);
        let (reply, call) = (self.reply.clone(), self.call.clone());
        Addressee { user: self.user.clone(), channel, thread, reply, late, call }
    }
}
