//! Job bodies as the store keeps them. Bodies written by an earlier version still run after an upgrade.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::absence::Absence;
use crate::domain::command_job::Batch;
use crate::domain::conversation::{Conversation, Owner};
use crate::domain::form::FormContext;
use crate::domain::linking::Linking;
use crate::domain::policy::Rules;
use crate::domain::preferences::NotificationPreferences;
use crate::domain::request_context::{Listed, RequestContext};
use crate::domain::route;
use crate::domain::routing::Routing;
use crate::ids::{ChannelId, ConversationId, MessageTs, SlackUserId, ViewId};
use crate::view::kit::Block;

/// The end of the time to answer a hand-off of this conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverDue(pub ConversationId);

/// A member who left the organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left(pub Owner);

/// A person to notify after the app has read everything that happened during an absence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaughtUp(pub SlackUserId);

/// The periodic check for stale conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaleCheck;

/// An owner to ask about their stale conversations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskOwner(pub Owner);

/// A hint from a webhook that something changed in dialnote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookAtDialnote;

/// A token that is about to expire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshToken;

/// The removal of the app from the workspace, with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed(pub Timestamp);

/// An admin's request to check the setup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoctorJob(pub RequestContext);

/// A list to draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListJob {
    /// The requester.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// The query, and the place where the list is shown.
    pub list: Listed,
    /// The result of the button that was pressed in the list.
    #[serde(default)]
    pub notice: Vec<Block>,
}

/// A form to fill in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormJob {
    /// The person who has the form open.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// The form's view.
    pub view: ViewId,
    /// The context that the form keeps.
    pub context: FormContext,
}

/// The end of one command of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchJob {
    /// The requester.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// The batch.
    pub batch: Batch,
}

/// A request to change settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeJob {
    /// The requester.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// The changes.
    pub changes: Vec<SettingsChange>,
}

/// A change of a setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingsChange {
    /// New rules.
    Rules(Rules),
    /// The requester's notification preferences.
    Wishes(NotificationPreferences),
    /// A request about routes.
    Route(Routing),
    /// New settings of a channel.
    #[serde(alias = "privacy")]
    Channel {
        /// The channel.
        channel: ChannelId,
        /// True if the channel hides numbers and messages.
        masked: bool,
        /// True if a change of owner or status is shown to everyone in the channel.
        #[serde(default)]
        aloud: bool,
        /// The settings of its route, if the channel has one.
        #[serde(default)]
        route: Option<route::RouteSettings>,
    },
}

impl SettingsChange {
    /// Answers whether every teammate may make the change: it concerns only the requester, or changes nothing.
    pub fn is_open_to_all(&self) -> bool {
        matches!(self, Self::Wishes(_) | Self::Route(Routing::List))
    }
}

/// Links that a person posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinksJob {
    /// The person.
    pub user: SlackUserId,
    /// The channel.
    pub channel: ChannelId,
    /// The message with the links.
    pub ts: MessageTs,
    /// The links, exactly as Slack gave them.
    pub urls: Vec<String>,
}

/// A conversation that differs from its snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalChangeJob {
    /// The conversation.
    pub conversation: ConversationId,
    /// The snapshot before the change, if there was one.
    pub before: Option<Box<Conversation>>,
    /// The time at which the change was found.
    pub at: Timestamp,
    /// True if the change was found long after it happened. Cards are then updated, and no one is notified.
    #[serde(default)]
    pub quiet: bool,
    /// The absence after which the change was found, if it was that long.
    #[serde(default)]
    pub away: Option<Absence>,
}

/// A channel that is due for a digest or a reminder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestJob {
    /// The channel.
    pub channel: ChannelId,
    /// True if the digest follows an absence, rather than being the daily one.
    pub caught_up: bool,
    /// True if it lists only overdue conversations.
    #[serde(default)]
    pub overdue: bool,
    /// The absence that it follows, if any.
    #[serde(default)]
    pub away: Option<Absence>,
}

/// A channel that another company reads, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedJob {
    /// The channel.
    pub channel: ChannelId,
    /// True if Slack reported the sharing just now. An admin's earlier choice to show everything then no longer
    /// counts.
    pub told: bool,
    /// The last card already redrawn; `None` if all are still to be redrawn.
    pub after: Option<MessageTs>,
}

/// A request for a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportJob {
    /// The requester, and the place to answer.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// The number of days that the report covers.
    pub days: u16,
}

/// A request about links between Slack users and members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleJob {
    /// The requester.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// The request.
    pub linking: Linking,
    /// The window that shows the unlinked people.
    pub window: Option<PeopleWindow>,
    /// The result of the button that was pressed in the window.
    #[serde(default)]
    pub notice: Vec<Block>,
}

/// The window that shows the unlinked people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleWindow {
    /// The window's view.
    pub view: ViewId,
    /// The page, from 0.
    pub page: usize,
}

/// An unlinked user who may be linked by now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedJob {
    /// The Slack user.
    pub user: SlackUserId,
    /// The name that colleagues read for the admin who made the link by hand; `None` if no one did.
    pub by: Option<String>,
}

/// Returns the coalesce key of every job that posts or updates a digest in a channel.
pub fn digest_key(channel: &ChannelId) -> String {
    format!("digest:{channel}")
}
