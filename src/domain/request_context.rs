//! Who asks, and where they can be answered: a person in Slack, from whom a request came.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::list::Query;
use crate::ids::{ChannelId, MessageTs, SlackUserId, TeamId, ViewId};

/// Who asks, and where they can be answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestContext {
    /// The person, from the verified payload (docs/contracts/slack.md §8.5).
    pub user: SlackUserId,
    /// Where they are.
    pub channel: Option<ChannelId>,
    /// In which workspace of an organization that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
    /// Where Slack takes answers to this request.
    pub reply: Option<ReplyTarget>,
    /// How they asked.
    pub via: Via,
    /// The list whose button they pressed: it is drawn anew afterwards, and says what came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<Listed>,
    /// The direct message whose button they pressed: it shows their answer afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageTs>,
}

/// A list that stands somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// What it lists.
    #[serde(rename = "q")]
    pub query: Query,
    /// Where it stands.
    #[serde(rename = "w")]
    pub place: ListPlace,
}

/// Where a list stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListPlace {
    /// In a private message: that of the response URL.
    Message,
    /// In the person's home.
    Home,
    /// In a window.
    View(ViewId),
}

/// How a command was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// A slash command.
    Typed,
    /// A control on a message.
    Clicked,
    /// A control on a message that tells of several conversations.
    Digest,
    /// A form.
    Submitted,
    /// In one of these ways, and it had to wait until somebody was linked.
    Postponed,
    /// Nobody: time passed.
    Timer,
    /// Not through this app.
    Elsewhere,
}

/// Where a person can be answered so that nobody else sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addressee {
    /// The person.
    pub user: SlackUserId,
    /// Where they asked.
    pub channel: Option<ChannelId>,
    /// Where Slack takes answers to this very request.
    pub reply: Option<ReplyTarget>,
    /// Whether they asked so long ago that they have to be reminded for what.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
}

/// A response URL (docs/contracts/slack.md §6). The URL is a secret: whoever has it can post.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyTarget {
    /// The URL.
    pub url: String,
    /// When it stops working.
    pub until: Timestamp,
    /// Whether the answer takes the place of the message that was clicked.
    pub replace: bool,
}

impl std::fmt::Debug for ReplyTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reply").field("until", &self.until).field("replace", &self.replace).finish_non_exhaustive()
    }
}

impl RequestContext {
    /// Where to answer. Who asked long ago may be elsewhere by now, so they are told directly.
    pub fn addressee(&self) -> Addressee {
        let late = self.via == Via::Postponed;
        let channel = self.channel.clone().filter(|_| !late);
        Addressee { user: self.user.clone(), channel, reply: self.reply.clone(), late }
    }
}
