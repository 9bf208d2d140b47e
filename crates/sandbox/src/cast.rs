//! Additions to the fixed world and changes of it: contacts, people and channels. Names are kept exactly as given, with
//! control characters and direction marks. The shapes are those of the tests' case files.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::channels::{Channel, ChannelKind};
use crate::dialnote::address::address;
use crate::dialnote::model::{Contact, Dialnote, Entry, Kind, Member};
use crate::ids::{BOT_USER, OTHER_TEAM};
use crate::impossible::Impossible;
use crate::people::Person;

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

/// A person beside those of the fixed world. `zoe2` gets the id `U0ZOE2`, and `mem_zoe2` in dialnote.
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
    /// The names of the channels they are in; if missing, all public ones, or for a stranger all shared ones.
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
    /// The number of seconds for which they do not want to be disturbed.
    #[serde(default)]
    pub do_not_disturb_s: Option<u32>,
}

/// The changes of a person's profile.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewProfile {
    /// Handle or id.
    pub user: String,
    /// Display name.
    pub display: Option<String>,
    /// True if they are a guest.
    pub guest: Option<bool>,
    /// True if they are deactivated.
    pub deactivated: Option<bool>,
    /// IANA time zone; empty for none.
    pub tz: Option<String>,
    /// The number of seconds for which they do not want to be disturbed; 0 for none.
    pub do_not_disturb_s: Option<u32>,
}

/// A channel beside those of the fixed world, or changes of an existing one. `night-shift` gets the id `C0NIGHTSHIFT`.
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
    /// The members by handle or id, replacing those before; by default a new channel has everyone of the workspace but
    /// guests.
    pub members: Option<Vec<String>>,
    /// True if the app is in it, which is the default for a new channel.
    pub app: Option<bool>,
}

impl NewProfile {
    /// Applies the changes to a person.
    pub(crate) fn apply(self, person: &mut Person, now: Timestamp) -> Result<(), Impossible> {
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

impl NewContact {
    /// Adds the contact with one open, unassigned conversation on *Front desk*, and returns the conversation's id.
    pub(crate) fn join(self, dialnote: &mut Dialnote, at: Timestamp) -> Result<String, Impossible> {
        let phone_number = address(&self.phone)?;
        let known = dialnote.conversations.iter().find(|c| c.contact.phone_number == phone_number);
        if let Some(known) = known {
            return Err(Impossible(format!("{} has the conversation {} already", self.phone, known.id)));
        }
        let Self { first: first_name, last: last_name, company, .. } = self;
        let id = dialnote.new_id("con");
        let contact = Contact { id, first_name, last_name, company, phone_number, email: None };
        let conversation = dialnote.begin(contact, FRONT_DESK, at);
        let (id, kind) = (dialnote.new_id("msg"), Kind::Sms);
        let entry = Entry { id, kind, direction: "inbound".to_owned(), text: FIRST_WORDS.to_owned(), at };
        if let Some(begun) = dialnote.conversation_mut(&conversation) {
            begun.timeline.push(entry);
        }
        Ok(conversation)
    }
}

impl NewPerson {
    /// Refuses an invalid handle.
    pub(crate) fn check_handle(&self) -> Result<(), Impossible> {
        if self.handle.is_empty() || !self.handle.chars().all(|c| is_plain(c) || c == '.') {
            return Err(Impossible(format!("{:?} is not a handle: small letters, digits, '.', '_', '-'", self.handle)));
        }
        Ok(())
    }

    /// Returns the ids of the channels that the person is in.
    pub(crate) fn channels(&self, all: &[Channel]) -> Result<Vec<String>, Impossible> {
        let missing = |name: &String| Impossible(format!("there is no channel {name}"));
        let find = |name: &String| {
            let channel = all.iter().find(|channel| channel.is_called(name));
            channel.map(|channel| channel.id.clone()).ok_or_else(|| missing(name))
        };
        let usual = |channel: &&Channel| {
            if self.stranger { channel.shared } else { channel.kind == ChannelKind::Public }
        };
        match &self.channels {
            Some(names) => names.iter().map(find).collect(),
            None => Ok(all.iter().filter(usual).map(|channel| channel.id.clone()).collect()),
        }
    }

    /// Returns the person as Slack knows them, in the workspace `team` unless they are a stranger.
    pub(crate) fn person(&self, team: &str, now: Timestamp) -> Result<Person, Impossible> {
        let team = if self.stranger { OTHER_TEAM } else { team };
        let named = Person::named(&self.handle, &self.name);
        let email = self.email.clone().or(named.email.clone());
        let mut person = Person { email, stranger: self.stranger, team: team.to_owned(), ..named };
        let profile = NewProfile {
            user: self.handle.clone(),
            display: self.display.clone(),
            guest: self.guest,
            deactivated: self.deactivated,
            tz: self.tz.clone(),
            do_not_disturb_s: self.do_not_disturb_s,
        };
        profile.apply(&mut person, now)?;
        Ok(person)
    }

    /// Returns the member of dialnote that `person` is, if they are one.
    pub(crate) fn membership(self, person: &Person) -> Option<Member> {
        self.member.then(|| Member {
            id: format!("mem_{}", self.handle),
            name: self.name,
            email: person.email.clone().unwrap_or_default(),
            avatar: None,
            role: "Member".to_owned(),
            availability: "Available".to_owned(),
        })
    }
}

impl NewChannel {
    /// Refuses an invalid channel name.
    pub(crate) fn check_name(&self) -> Result<(), Impossible> {
        if self.name.is_empty() || !self.name.chars().all(is_plain) {
            return Err(Impossible(format!("{:?} is not the name of a channel", self.name)));
        }
        Ok(())
    }

    /// Returns the channel before any change: everyone of the workspace but guests is in it.
    pub(crate) fn channel(&self, people: &[Person]) -> Channel {
        let letters: String = self.name.chars().filter(char::is_ascii_alphanumeric).collect();
        let everybody = people.iter().filter(|person| !person.guest && !person.stranger && !person.deleted);
        let members: Vec<&str> = everybody.map(|person| person.id.as_str()).collect();
        Channel::public(&format!("C0{}", letters.to_uppercase()), &self.name, &members)
    }

    /// Changes the channel. `members` are ids that replace those before.
    pub(crate) fn apply(self, channel: &mut Channel, members: Option<BTreeSet<String>>) {
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

/// Answers whether handles and channel names may contain the character.
fn is_plain(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-')
}
