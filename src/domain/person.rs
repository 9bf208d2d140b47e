//! People: profiles in Slack and members in dialnote.

use serde::{Deserialize, Serialize};

use crate::ids::{MemberId, SlackUserId};

/// A Slack user as far as we use one (docs/contracts/slack.md §23.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The user.
    pub user: SlackUserId,
    /// What colleagues see: the display name, else the real name.
    pub name: String,
    /// The full name, if Slack says one.
    #[serde(default)]
    pub real: Option<String>,
    /// Whether another person who is known shows the same name.
    #[serde(default)]
    pub shared: bool,
    /// The address in the profile, if there is one and we may see it.
    pub email: Option<String>,
    /// What kind of account it is.
    pub account: Account,
    /// The time zone, by its name in the tz database, if Slack knows it.
    #[serde(default)]
    pub zone: Option<String>,
    /// Whether they administer the workspace.
    #[serde(default)]
    pub admin: bool,
}

/// What kind of account a Slack user is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// A full member of this workspace, with a confirmed address.
    Member,
    /// Somebody's program, or Slackbot.
    Bot,
    /// Switched off.
    Deactivated,
    /// Single- or multi-channel guest.
    Guest,
    /// From another workspace, through Slack Connect.
    Outsider,
    /// The e-mail address was never confirmed, so it proves nothing.
    Unconfirmed,
}

/// A member of the dialnote organization (docs/contracts/dialnote.md, Objects).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The member.
    pub id: MemberId,
    /// The name in dialnote.
    pub name: String,
    /// The address in dialnote.
    pub email: Option<String>,
    /// Whether the member says in dialnote to be away; an API that does not tell leaves everybody there.
    #[serde(default)]
    pub away: bool,
    /// Whether the member administers the organization.
    #[serde(default)]
    pub admin: bool,
}

/// An address as it is compared: upper and lower case are alike among ASCII letters. Other letters have no such
/// rule that mail systems agree on (a Kelvin sign in small letters is a `k`), so an address with any is compared
/// as it is.
pub fn folded(email: &str) -> String {
    let email = email.trim();
    if email.is_ascii() { email.to_ascii_lowercase() } else { email.to_owned() }
}
