//! Jobs, as the store keeps them: what was written by an earlier version still runs after an upgrade.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::absence::Absence;
use crate::domain::command_job::Batch;
use crate::domain::conversation::{Conversation, Owner};
use crate::domain::form::FormContext;
use crate::domain::linking::Linking;
use crate::domain::policy::Rules;
use crate::domain::preferences::NotificationPreferences;
use crate::domain::reply::Reply;
use crate::domain::request_context::{Listed, RequestContext};
use crate::domain::route;
use crate::domain::routing::Routing;
use crate::ids::{ChannelId, ConversationId, MessageTs, SlackUserId, ViewId};

/// The time to answer to a hand-over is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverDue(pub ConversationId);

/// A member has left the organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left(pub Owner);

/// All was read that happened during an absence: this person is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaughtUp(pub SlackUserId);

/// The regular check for conversations that nothing has happened to for long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaleCheck;

/// An owner to be asked about such conversations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskOwner(pub Owner);

/// A webhook has hinted at a change in dialnote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookAtDialnote;

/// The token is about to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshToken;

/// The app was removed from the workspace at this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed(pub Timestamp);

/// An admin who wants the set-up checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoctorJob(pub RequestContext);

/// A list to be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListJob {
    /// Who asks.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// What, and where.
    pub list: Listed,
    /// What came of the button that was pressed in it.
    #[serde(default)]
    pub notice: Option<Reply>,
}

/// A form to be filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormJob {
    /// Who has it open.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// Which.
    pub view: ViewId,
    /// What it remembers.
    pub context: FormContext,
}

/// One of several commands has come to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchJob {
    /// Who asks.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// Which.
    pub batch: Batch,
}

/// Something kept to be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeJob {
    /// Who asks.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// What.
    pub changes: Vec<SettingsChange>,
}

/// A change of what is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingsChange {
    /// These are the rules.
    Rules(Rules),
    /// This is what whoever asks wants to hear of.
    Wishes(NotificationPreferences),
    /// This is what is wanted about routes.
    Route(Routing),
    /// This is what holds for a channel.
    #[serde(alias = "privacy")]
    Channel {
        /// The channel.
        channel: ChannelId,
        /// Whether it shows less.
        masked: bool,
        /// Whether everybody there is shown that a conversation has another owner or status.
        #[serde(default)]
        aloud: bool,
        /// What holds for its cards, if it gets any by itself.
        #[serde(default)]
        route: Option<route::RouteSettings>,
    },
}

impl SettingsChange {
    /// Whether every teammate may make it: it concerns only them, or changes nothing.
    pub fn is_open_to_all(&self) -> bool {
        matches!(self, Self::Wishes(_) | Self::Route(Routing::List))
    }
}

/// Links that somebody posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinksJob {
    /// Who.
    pub user: SlackUserId,
    /// Where.
    pub channel: ChannelId,
    /// In which message.
    pub ts: MessageTs,
    /// To the letter.
    pub urls: Vec<String>,
}

/// A conversation that is not as it was seen before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalChangeJob {
    /// Which.
    pub conversation: ConversationId,
    /// How it was seen before, if it was.
    pub before: Option<Box<Conversation>>,
    /// When it was found changed.
    pub at: Timestamp,
    /// Whether that was long after it happened, so that cards are made true and nobody is told.
    #[serde(default)]
    pub quiet: bool,
    /// The absence after which it was found, if it is that long.
    #[serde(default)]
    pub away: Option<Absence>,
}

/// A channel to be told at once what waits there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestJob {
    /// The channel.
    pub channel: ChannelId,
    /// Whether that is because we were away, rather than because it is morning.
    pub caught_up: bool,
    /// Whether it is told only what has waited for long.
    #[serde(default)]
    pub overdue: bool,
    /// The absence, if that is why.
    #[serde(default)]
    pub away: Option<Absence>,
}

/// A channel that another company reads, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedJob {
    /// Which.
    pub channel: ChannelId,
    /// Whether Slack told that it was shared just now, so that what an admin said before does not count any more.
    pub told: bool,
    /// Its cards beyond this one are still to be drawn again; all of them, if none is named.
    pub after: Option<MessageTs>,
}

/// Somebody who wants a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportJob {
    /// Who asks, and where.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// Of how many days.
    pub days: u16,
}

/// Who is who, as somebody wants it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleJob {
    /// Who asks.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// For what.
    pub linking: Linking,
    /// The window that shows it.
    pub window: Option<PeopleWindow>,
    /// What came of the button that was pressed there.
    pub notice: Option<Reply>,
}

/// The window that shows who is not linked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleWindow {
    /// Which.
    pub view: ViewId,
    /// Which page of it.
    pub page: usize,
}

/// Somebody who may be linked by now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedJob {
    /// Who.
    pub user: SlackUserId,
    /// What colleagues call the one who did it by hand, if somebody did.
    pub by: Option<String>,
}

/// The key of all that is posted as, or changed in, the digests of a channel.
pub fn digest_key(channel: &ChannelId) -> String {
    format!("digest:{channel}")
}
