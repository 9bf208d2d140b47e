//! People: profiles in Slack and members in dialnote.

use serde::{Deserialize, Serialize};

use crate::core::ids::{MemberId, SlackUserId};
use crate::core::slack_status::SlackStatus;

/// A Slack user, with the fields that the app uses (docs/contracts/slack.md §23.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The user.
    pub user: SlackUserId,
    /// The name that colleagues see: the display name, else the real name.
    pub name: String,
    /// The full name, if Slack sends one.
    #[serde(default)]
    pub real: Option<String>,
    /// True if another known person shows the same name.
    #[serde(default)]
    pub shared: bool,
    /// The address in the profile, if there is one and the app may see it.
    pub email: Option<String>,
    /// The kind of account.
    pub account: Account,
    /// The address of the photo of 48 pixels, if Slack sends one.
    #[serde(default)]
    pub photo: Option<String>,
    /// The time zone, by its name in the tz database, if Slack knows it.
    #[serde(default)]
    pub zone: Option<String>,
    /// True if they are an admin of the workspace.
    #[serde(default)]
    pub admin: bool,
    /// The status, if they have set one.
    #[serde(default)]
    pub status: Option<SlackStatus>,
}

/// The kind of a Slack user's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// A full member of this workspace, with a confirmed address.
    Member,
    /// A bot of any app, or Slackbot.
    Bot,
    /// A deactivated account.
    Deactivated,
    /// A single-channel or multi-channel guest.
    Guest,
    /// A user of another workspace, through Slack Connect.
    Outsider,
    /// An account whose email address was never confirmed, so that the address proves nothing.
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
    /// True if the member is marked as away in dialnote; `false` if the API does not say.
    #[serde(default)]
    pub away: bool,
    /// True if the member is an admin of the organization.
    #[serde(default)]
    pub admin: bool,
}

/// Returns an address in the form in which addresses are compared. ASCII letters are compared in lower case. Mail
/// systems agree on no such rule for other letters (a Kelvin sign in lower case is a `k`), so an address with any of
/// them is only trimmed.
pub(crate) fn folded(email: &str) -> String {
    let email = email.trim();
    if email.is_ascii() { email.to_ascii_lowercase() } else { email.to_owned() }
}

/// Answers whether [`folded`] returns `folded` for an address. It is asked for each member of an organization.
pub(crate) fn folds_to(email: &str, folded: &str) -> bool {
    let email = email.trim();
    if email.is_ascii() { email.eq_ignore_ascii_case(folded) } else { email == folded }
}
