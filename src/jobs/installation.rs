//! Installations of the app in workspaces, and their connections to organizations in dialnote. The installation lets
//! the app post in Slack. The connection lets it read and assign in dialnote.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::core::ids::SlackUserId;
use crate::platform::db::{DocumentKind, StoredDocument};
use crate::platform::vault::Sealed;

/// The time before a token's expiry at which the token is replaced (docs/contracts/slack.md §18.5).
const EARLY: SignedDuration = SignedDuration::from_hours(2);

/// An installation, by `InstallationId`. It is rewritten when the app is installed again and when its token is
/// replaced. It is deleted when the app is removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// The name of the workspace or organization.
    pub name: String,
    /// The app's own user in the workspace.
    pub bot: SlackUserId,
    /// The scopes granted at the latest installation.
    pub scopes: Vec<String>,
    /// The person who installed the app.
    pub installer: SlackUserId,
    /// The time of the installation.
    pub at: Timestamp,
    /// The token for calls to Slack.
    pub token: Sealed,
    /// The refresh token, if tokens are replaced (docs/contracts/slack.md §18).
    pub refresh: Option<Sealed>,
    /// The time at which the token expires, if it does.
    pub expires: Option<Timestamp>,
}

impl StoredDocument for Installation {
    const KIND: DocumentKind = DocumentKind::Installation;
}

impl Installation {
    /// Returns the time at which the token is due to be replaced; `None` if it has no refresh token or no expiry.
    pub(crate) fn refresh_at(&self) -> Option<Timestamp> {
        self.refresh.as_ref()?;
        Some(self.expires?.saturating_sub(EARLY).unwrap_or(Timestamp::MIN))
    }
}

/// Returns the time `lasts` after `now`, or the latest possible time if that is out of range.
pub fn end(now: Timestamp, lasts: Duration) -> Timestamp {
    let lasts = SignedDuration::try_from(lasts).unwrap_or(SignedDuration::MAX);
    now.saturating_add(lasts).unwrap_or(Timestamp::MAX)
}

/// A workspace's connection to its organization in dialnote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// The organization's API key; `None` after someone removed it.
    pub key: Option<Sealed>,
    /// The person who entered or removed the key.
    pub by: SlackUserId,
    /// The time of that change.
    pub at: Timestamp,
    /// The time since which this organization is connected, if another one was before. Earlier entries of the audit
    /// log are about the other organization.
    #[serde(default)]
    pub since: Option<Timestamp>,
}

impl StoredDocument for Connection {
    const KIND: DocumentKind = DocumentKind::Connection;
}
