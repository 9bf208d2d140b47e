//! The fixed world: documentation, scripts and tests rely on these names, numbers and ids.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::channels::Channel;
use super::people::{Person, UserGroup};

/// The workspace, unless there are several.
pub const TEAM: &str = "T0ACME";
/// Its name.
pub const TEAM_NAME: &str = "Acme Dental";
/// The workspace of people who are met in shared channels.
pub(super) const OTHER_TEAM: &str = "T0OTHER";
/// Its domain.
pub const DOMAIN: &str = "acme-dental";
/// The app.
pub const APP: &str = "A0DIAL";
/// The app's bot user.
pub const BOT_USER: &str = "U0BOT";
/// The app's bot.
pub const BOT: &str = "B0BOT";
/// Slack's own voice.
pub const SLACKBOT: &str = "USLACKBOT";
/// The handle under which the app appears.
pub const BOT_HANDLE: &str = "dialnote";

/// A workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// `T…`.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Where it is on the web.
    pub domain: String,
    /// The organization for all of whose workspaces the app is installed, if it is not for this one alone: its id
    /// (`E…`) and its name (docs/contracts/slack.md §24).
    pub organization: Option<(String, String)>,
}

impl Workspace {
    /// The one there always is.
    pub fn acme() -> Self {
        let (id, name, domain) = (TEAM.to_owned(), TEAM_NAME.to_owned(), DOMAIN.to_owned());
        Self { id, name, domain, organization: None }
    }

    /// Another one. Its people, channels and conversations have the same ids: only the workspace tells them apart.
    pub fn globex() -> Self {
        let (id, name, domain) = ("T0GLOBEX".to_owned(), "Globex Clinic".to_owned(), "globex-clinic".to_owned());
        Self { id, name, domain, organization: None }
    }

    /// Says of a user of an organization that they are one (docs/contracts/slack.md §23.5).
    pub(super) fn belongs(&self, user: &mut Value) {
        if let Some((id, name)) = &self.organization {
            user["enterprise_user"] = json!({ "enterprise_id": id, "enterprise_name": name, "teams": [self.id] });
        }
    }

    /// The organization's id, where the app is installed for all of it.
    pub(super) fn organization(&self) -> Option<&str> {
        self.organization.as_ref().map(|(id, _)| id.as_str())
    }
}

/// Teammates maya (admin), leo and zoe, and sam, who is no dialnote member.
pub(super) fn people() -> Vec<Person> {
    let maya = Person { admin: true, ..Person::named("maya", "Maya Chen") };
    let leo = Person::named("leo", "Leo Martins");
    let zoe = Person { tz: "America/New_York".to_owned(), ..Person::named("zoe", "Zoe Park") };
    let sam = Person::named("sam", "Sam Doyle");
    let bot = Person {
        id: BOT_USER.to_owned(),
        email: None,
        bot: true,
        display_name: BOT_HANDLE.to_owned(),
        ..Person::named(BOT_HANDLE, "dialnote")
    };
    vec![maya, leo, zoe, sam, bot]
}

pub(super) fn groups() -> Vec<UserGroup> {
    vec![UserGroup {
        id: "S0FRONTDESK".to_owned(),
        handle: "frontdesk".to_owned(),
        name: "Front desk".to_owned(),
        users: vec!["U0LEO".to_owned(), "U0ZOE".to_owned()],
    }]
}

pub(super) fn channels() -> Vec<Channel> {
    let everybody = ["U0MAYA", "U0LEO", "U0ZOE", "U0SAM", BOT_USER];
    vec![Channel::public("C0FRONT", "front-desk", &everybody), Channel::public("C0BILLING", "billing", &everybody)]
}

/// The direct message between a person and the app: `U0ZOE` has `D0ZOE`.
pub(super) fn direct_message(user: &str) -> Channel {
    let id = format!("D0{}", user.strip_prefix("U0").unwrap_or(user));
    let members = BTreeSet::from([user.to_owned(), BOT_USER.to_owned()]);
    Channel { members, kind: super::channels::ChannelKind::Direct, ..Channel::public(&id, "directmessage", &[]) }
}
