//! Changes of settings.

use serde::{Deserialize, Serialize};

use crate::core::ids::ChannelId;
use crate::core::preferences::NotificationPreferences;
use crate::core::request_context::RequestContext;
use crate::core::route::RouteSettings;
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
        /// Three settings of its route, as forms of earlier versions sent them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        route: Option<RouteSettings>,
    },
    /// New settings of a channel's route.
    RouteSettings {
        /// The channel.
        channel: ChannelId,
        /// The settings that the form showed, so that only those that the person edited change; `None` if unknown.
        shown: Option<Box<RouteSettings>>,
        /// The settings in the submitted form.
        wanted: Box<RouteSettings>,
    },
}

impl ChangeJob {
    /// Answers whether every teammate may make the changes.
    pub(crate) fn is_own(&self) -> bool {
        self.changes.iter().all(SettingsChange::is_open_to_all)
    }
}

impl SettingsChange {
    /// Answers whether every teammate may make the change: it concerns only the requester, or changes nothing.
    pub(crate) fn is_open_to_all(&self) -> bool {
        matches!(self, Self::Wishes(_) | Self::Route(Routing::List | Routing::Resume))
    }
}
