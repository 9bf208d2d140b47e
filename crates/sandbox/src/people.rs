//! The people of the fake workspace, as Slack knows them.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::ids::TEAM;

/// A Slack user. Tests change the fields to make a guest, a deactivated person, a bot, …
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "Slack's user object is made of such flags")]
pub struct Person {
    /// `U…`.
    pub id: String,
    /// The name after the `@`: Slack's `name`.
    pub handle: String,
    /// The full name.
    pub real_name: String,
    /// The name that Slack shows; may be empty.
    pub display_name: String,
    /// The address in the profile, if there is one.
    pub email: Option<String>,
    /// True if the address was confirmed.
    pub email_confirmed: bool,
    /// A workspace admin.
    pub admin: bool,
    /// A guest (`is_restricted`).
    pub guest: bool,
    /// Deactivated.
    pub deleted: bool,
    /// A bot.
    pub bot: bool,
    /// From another workspace, met in a shared channel (`is_stranger`).
    pub stranger: bool,
    /// The workspace the person belongs to.
    pub team: String,
    /// IANA time zone; empty where Slack knows none.
    pub tz: String,
    /// `en-US` and the like.
    pub locale: String,
    /// The end of their do-not-disturb time.
    #[serde(default)]
    pub undisturbed_until: Option<Timestamp>,
    /// The status in their profile, if there is one.
    #[serde(default)]
    pub status: Option<ProfileStatus>,
}

/// A status in a profile (docs/contracts/slack-2026.md §6.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileStatus {
    /// The emoji, with its colons.
    pub emoji: String,
    /// The words; may be empty.
    pub text: String,
    /// The time at which Slack clears it; `None` if it stays until changed.
    pub until: Option<Timestamp>,
}

impl Person {
    /// Returns an ordinary person of the workspace: `Person::named("kim", "Kim Ode")` is `U0KIM`, shown as "Kim", with
    /// the confirmed address `kim@acme.example`.
    pub fn named(handle: &str, real_name: &str) -> Self {
        Self {
            id: format!("U0{}", handle.to_uppercase()),
            handle: handle.to_owned(),
            real_name: real_name.to_owned(),
            display_name: real_name.split(' ').next().unwrap_or_default().to_owned(),
            email: Some(format!("{handle}@acme.example")),
            email_confirmed: true,
            admin: false,
            guest: false,
            deleted: false,
            bot: false,
            stranger: false,
            team: TEAM.to_owned(),
            tz: "America/Los_Angeles".to_owned(),
            locale: "en-US".to_owned(),
            undisturbed_until: None,
            status: None,
        }
    }

    /// Returns the user object (docs/contracts/slack.md §23). Without the email scope the address is missing without an
    /// error; deactivated users lack a time zone.
    pub(super) fn object(&self, with_email: bool, with_locale: bool, now: Timestamp) -> Value {
        let status = self.status.as_ref();
        let mut profile = json!({
            "title": "", "phone": "", "skype": "",
            "real_name": self.real_name, "real_name_normalized": self.real_name,
            "display_name": self.display_name, "display_name_normalized": self.display_name,
            "status_text": status.map_or("", |status| &status.text),
            "status_emoji": status.map_or("", |status| &status.emoji),
            "status_expiration": status.and_then(|status| status.until).map_or(0, Timestamp::as_second),
            "avatar_hash": "g0000000000",
            "image_48": format!("https://avatars.acme.example/{}-48.png", self.handle),
            "image_192": format!("https://avatars.acme.example/{}-192.png", self.handle),
            "team": self.team,
        });
        if let (true, false, Some(email)) = (with_email, self.bot, &self.email) {
            profile["email"] = json!(email);
        }
        let mut user = json!({
            "id": self.id, "team_id": self.team, "name": self.handle, "deleted": self.deleted,
            "profile": profile, "is_bot": self.bot, "is_app_user": false, "updated": now.as_second(),
        });
        if !self.deleted {
            user["color"] = json!("4bbe2e");
            user["real_name"] = json!(self.real_name);
            user["is_admin"] = json!(self.admin);
            user["is_owner"] = json!(false);
            user["is_primary_owner"] = json!(false);
            user["is_restricted"] = json!(self.guest);
            user["is_ultra_restricted"] = json!(false);
            user["is_email_confirmed"] = json!(self.email_confirmed);
            user["who_can_share_contact_card"] = json!("EVERYONE");
        }
        if !self.deleted && !self.tz.is_empty() {
            user["tz"] = json!(self.tz);
            user["tz_label"] = json!(self.tz);
            user["tz_offset"] = json!(offset(&self.tz, now));
        }
        if self.stranger {
            user["is_stranger"] = json!(true);
        }
        if with_locale {
            user["locale"] = json!(self.locale);
        }
        user
    }
}

/// A user group, `@handle` for several people at once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UserGroup {
    /// `S…`.
    pub id: String,
    /// The name after the `@`.
    pub handle: String,
    /// The name.
    pub name: String,
    /// The ids of its people.
    pub users: Vec<String>,
}

fn offset(tz: &str, now: Timestamp) -> i32 {
    TimeZone::get(tz).map_or(0, |tz| tz.to_offset(now).seconds())
}
