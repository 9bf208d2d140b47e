//! Changes of settings.

use serde::{Deserialize, Serialize};

use crate::core::ids::ChannelId;
use crate::core::preferences::NotificationPreferences;
use crate::core::request_context::RequestContext;
use crate::core::route;
use crate::core::routing::Routing;
use crate::core::rules::Rules;

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
        /// True if emoji on cards act.
        #[serde(default)]
        emoji: bool,
        /// The settings of its route, if the channel has one.
        #[serde(default)]
        route: Option<route::RouteSettings>,
    },
}

impl SettingsChange {
    /// Answers whether every teammate may make the change: it concerns only the requester, or changes nothing.
    pub(crate) fn is_open_to_all(&self) -> bool {
        matches!(self, Self::Wishes(_) | Self::Route(Routing::List))
    }
}
