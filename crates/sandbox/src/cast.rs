//! Additions to the fixed world, and changes of it: contacts, people and channels. Names are kept exactly as they are given,
//! control characters and direction marks included. Their shapes are those of the case files of the tests.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::channels::{Channel, ChannelKind};
use crate::dialnote::{Contact, Entry, Kind, Member, address};
use crate::ids::{BOT_USER, OTHER_TEAM};
use crate::impossible::Impossible;
use crate::people::Person;
use crate::world::World;

/// The shared number of a new contact's conversation.
const FRONT_DESK: &str = "num_front";

/// The text message that begins it: a sender without a number can't call.
const FIRST_WORDS: &str = "Could you get back to me?";

/// A contact beside those of the fixed world.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewContact {
    /// A number in E.164, with an extension (`;ext=22`) or not; or a sender without one (`SUPPORT`, `68849`).
    pub phone: String,
    /// First name.
    #[serde(default)]
    pub first: Option<String>,
    /// Last name.
    #[serde(default)]
    pub last: Option<String>,
    /// Company.
    #[serde(default)]
    pub company: Option<String>,
}

/// A person beside those of the fixed world: `zoe2` gets the id `U0ZOE2`, and `mem_zoe2` in dialnote.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// The part after the `@`.
    pub handle: String,
    /// Full name.
    pub name: String,
    /// Display name; the first word of the full name, if it is missing.
    #[serde(default)]
    pub display: Option<String>,
    /// Confirmed address; at `acme.example`, if it is missing.
    #[serde(default)]
    pub email: Option<String>,
    /// Membership in dialnote.
    #[serde(default)]
    pub member: bool,
    /// From another workspace, met in a shared channel.
    #[serde(default)]
    pub stranger: bool,
    /// The channels they are in, by name; if it is missing, all public ones, or for a stranger all shared ones.
    #[serde(default)]
    pub channels: Option<Vec<String>>,
    /// A guest.
    #[serde(default)]
    pub guest: Option<bool>,
    /// Deactivated.
    #[serde(default)]
    pub deactivated: Option<bool>,
    /// IANA time zone; empty for none.
    #[serde(default)]
    pub tz: Option<String>,
    /// For how many seconds they do not want to be disturbed.
    #[serde(default)]
    pub do_not_disturb_s: Option<u32>,
}

/// What changes about a person.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewProfile {
    /// Handle or id.
    pub user: String,
    /// Display name.
    pub display: Option<String>,
    /// Whether they are a guest.
    pub guest: Option<bool>,
    /// Whether they are deactivated.
    pub deactivated: Option<bool>,
    /// IANA time zone; empty for none.
    pub tz: Option<String>,
    /// For how many seconds they do not want to be disturbed; 0 if they may be.
    pub do_not_disturb_s: Option<u32>,
}

/// A channel beside those of the fixed world, or what changes about one of them: `night-shift` gets the id
/// `C0NIGHTSHIFT`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewChannel {
    /// Without the `#`.
    pub name: String,
    /// For its members only.
    pub private: Option<bool>,
    /// Shared with another workspace.
    pub shared: Option<bool>,
    /// Archived.
    pub archived: Option<bool>,
    /// Who is in it, by handle or id, instead of those before; in a new one everybody of the workspace but guests.
    pub members: Option<Vec<String>>,
    /// Whether the app is in it; in a new one it is, unless this says otherwise.
    pub app: Option<bool>,
}

impl NewProfile {
    fn apply(self, person: &mut Person, now: Timestamp) -> Result<(), Impossible> {
        if let Some(display) = self.display {
            person.display_name = display;
        }
        if let Some(tz) = self.tz {
            if !tz.is_empty() && TimeZone::get(&tz).is_err() {
                return Err(Impossible(format!("{tz} is no time zone")));
            }
            person.tz = tz;
        }
        person.guest = self.guest.unwrap_or(person.guest);
        person.deleted = self.deactivated.unwrap_or(person.deleted);
        if let Some(seconds) = self.do_not_disturb_s {
            let until = now + SignedDuration::from_secs(i64::from(seconds));
            person.undisturbed_until = (seconds > 0).then_some(until);
        }
        Ok(())
    }
}

impl World {
    /// Adds a contact with one open conversation on *Front desk*, without an owner; answers the conversation's id:
    /// `conv_1015` for the first.
    pub fn add_contact(&mut self, new: NewContact) -> Result<String, Impossible> {
        let phone_number = address(&new.phone)?;
        let known = self.dialnote.conversations.iter().find(|c| c.contact.phone_number == phone_number);
        if let Some(known) = known {
            return Err(Impossible(format!("{} has the conversation {} already", new.phone, known.id)));
        }
        let NewContact { first: first_name, last: last_name, company, .. } = new;
        let id = self.dialnote.new_id("con");
        let contact = Contact { id, first_name, last_name, company, phone_number, email: None };
        let at = self.now();
        let conversation = self.dialnote.begin(contact, FRONT_DESK, at);
        let (id, kind) = (self.dialnote.new_id("msg"), Kind::Sms);
        let entry = Entry { id, kind, direction: "inbound".to_owned(), text: FIRST_WORDS.to_owned(), at };
        if let Some(begun) = self.dialnote.conversation_mut(&conversation) {
            begun.timeline.push(entry);
        }
        Ok(conversation)
    }

    /// Adds a person to the workspace and its channels, and to dialnote if they are a member there; answers the
    /// user's id.
    pub fn add_teammate(&mut self, new: NewPerson) -> Result<String, Impossible> {
        if new.handle.is_empty() || !new.handle.chars().all(|c| is_plain(c) || c == '.') {
            return Err(Impossible(format!("{:?} is not a handle: small letters, digits, '.', '_', '-'", new.handle)));
        }
        if self.person(&new.handle).is_some() || self.groups.iter().any(|group| group.handle == new.handle) {
            return Err(Impossible(format!("there is a {} already", new.handle)));
        }
        let channels = self.channels_of(&new)?;
        let person = self.newcomer(&new)?;
        if new.member {
            self.dialnote.members.push(Member {
                id: format!("mem_{}", new.handle),
                name: new.name,
                email: person.email.clone().unwrap_or_default(),
                avatar: None,
                role: "Member".to_owned(),
                availability: "Available".to_owned(),
            });
        }
        let id = person.id.clone();
        for channel in self.channels.iter_mut().filter(|channel| channels.contains(&channel.id)) {
            channel.members.insert(id.clone());
        }
        self.people.push(person);
        Ok(id)
    }

    /// The ids of the channels that a new person is in.
    fn channels_of(&self, new: &NewPerson) -> Result<Vec<String>, Impossible> {
        let missing = |name: &String| Impossible(format!("there is no channel {name}"));
        let find = |name: &String| self.channel(name).map(|channel| channel.id.clone()).ok_or_else(|| missing(name));
        let usual = |channel: &&Channel| {
            if new.stranger { channel.shared } else { channel.kind == ChannelKind::Public }
        };
        match &new.channels {
            Some(names) => names.iter().map(find).collect(),
            None => Ok(self.channels.iter().filter(usual).map(|channel| channel.id.clone()).collect()),
        }
    }

    fn newcomer(&self, new: &NewPerson) -> Result<Person, Impossible> {
        let team = if new.stranger { OTHER_TEAM } else { &self.workspace.id };
        let named = Person::named(&new.handle, &new.name);
        let email = new.email.clone().or(named.email.clone());
        let mut person = Person { email, stranger: new.stranger, team: team.to_owned(), ..named };
        let profile = NewProfile {
            user: new.handle.clone(),
            display: new.display.clone(),
            guest: new.guest,
            deactivated: new.deactivated,
            tz: new.tz.clone(),
            do_not_disturb_s: new.do_not_disturb_s,
        };
        profile.apply(&mut person, self.now())?;
        Ok(person)
    }

    /// Changes what Slack knows of a person; answers the user's id. Slack would send an event as well.
    pub fn change_profile(&mut self, new: NewProfile) -> Result<String, Impossible> {
        let now = self.now();
        let missing = || Impossible(format!("there is no {} in this workspace", new.user));
        let who = new.user.strip_prefix('@').unwrap_or(&new.user);
        let person = self.person_mut(who).ok_or_else(missing)?;
        new.apply(person, now)?;
        Ok(person.id.clone())
    }

    /// Adds a channel, or changes the one of this name; answers its id.
    pub fn set_channel(&mut self, new: NewChannel) -> Result<String, Impossible> {
        if new.name.is_empty() || !new.name.chars().all(is_plain) {
            return Err(Impossible(format!("{:?} is not the name of a channel", new.name)));
        }
        let members = new.members.as_ref().map(|members| self.ids_of(members)).transpose()?;
        let is_there = |channel: &Channel| channel.kind != ChannelKind::Direct && channel.name == new.name;
        let place = self.channels.iter().position(is_there).unwrap_or_else(|| {
            let letters: String = new.name.chars().filter(char::is_ascii_alphanumeric).collect();
            let everybody = self.people.iter().filter(|person| !person.guest && !person.stranger && !person.deleted);
            let members: Vec<&str> = everybody.map(|person| person.id.as_str()).collect();
            let channel = Channel::public(&format!("C0{}", letters.to_uppercase()), &new.name, &members);
            self.channels.push(channel);
            self.channels.len() - 1
        });
        let channel = self.channels.get_mut(place).ok_or_else(|| Impossible("there is no such channel".to_owned()))?;
        new.apply(channel, members);
        Ok(channel.id.clone())
    }

    fn ids_of(&self, people: &[String]) -> Result<BTreeSet<String>, Impossible> {
        let missing = |who: &String| Impossible(format!("there is no {who} in this workspace"));
        let id = |who: &String| self.person(who).map(|person| person.id.clone()).ok_or_else(|| missing(who));
        people.iter().map(id).collect()
    }
}

impl NewChannel {
    fn apply(self, channel: &mut Channel, members: Option<BTreeSet<String>>) {
        let app = self.app.unwrap_or_else(|| channel.members.contains(BOT_USER));
        if let Some(members) = members {
            channel.members = members;
        }
        if app {
            channel.members.insert(BOT_USER.to_owned());
        } else {
            channel.members.remove(BOT_USER);
        }
        match self.private {
            Some(true) => channel.kind = ChannelKind::Private,
            Some(false) => channel.kind = ChannelKind::Public,
            None => {}
        }
        channel.shared = self.shared.unwrap_or(channel.shared);
        channel.archived = self.archived.unwrap_or(channel.archived);
    }
}

/// What handles and the names of channels are made of.
fn is_plain(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-')
}
