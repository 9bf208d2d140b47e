//! What is kept of a workspace that has installed the app: with it the app can speak there, and with its
//! connection read and assign in dialnote.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ids::SlackUserId;
use crate::vault::Sealed;

/// How long before its end a token is replaced (docs/contracts/slack.md §18.5).
const EARLY: SignedDuration = SignedDuration::from_hours(2);

/// An installation, by `InstallationId`. It is written anew when the app is installed again and when its token
/// is replaced, and gone when the app is removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// What the workspace, or the organization, is called.
    pub name: String,
    /// The app's own user there.
    pub bot: SlackUserId,
    /// What was granted, last time.
    pub scopes: Vec<String>,
    /// Who installed it.
    pub installer: SlackUserId,
    /// When.
    pub at: Timestamp,
    /// What it speaks with.
    pub token: Sealed,
    /// What gets the next token, if tokens are replaced (docs/contracts/slack.md §18).
    pub refresh: Option<Sealed>,
    /// When the token ends, if it does.
    pub expires: Option<Timestamp>,
}

impl Installation {
    /// What it is kept as (`store::Document`).
    pub const KIND: &str = "installation";

    /// When the token is to be replaced, if ever.
    pub fn refresh_at(&self) -> Option<Timestamp> {
        self.refresh.as_ref()?;
        Some(self.expires?.saturating_sub(EARLY).unwrap_or(Timestamp::MIN))
    }
}

/// The end of what lasts so long from now on.
pub fn end(now: Timestamp, lasts: Duration) -> Timestamp {
    let lasts = SignedDuration::try_from(lasts).unwrap_or(SignedDuration::MAX);
    now.saturating_add(lasts).unwrap_or(Timestamp::MAX)
}

/// How an installation reaches its organization in dialnote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// The organization's API key; nothing, if it was taken away again.
    pub key: Option<Sealed>,
    /// Who gave it, or took it away.
    pub by: SlackUserId,
    /// When.
    pub at: Timestamp,
    /// Since when this organization is the one that is worked with, if there was another one before: what the
    /// audit log tells of earlier is about that one.
    #[serde(default)]
    pub since: Option<Timestamp>,
}

impl Connection {
    /// What it is kept as (`store::Document`).
    pub const KIND: &str = "connection";
}
