//! Additions to the fixed world: contacts, teammates and display names. Names are kept exactly as they are given,
//! control characters and direction marks included. Their shapes are those of the case files of the tests.

use serde::Deserialize;

use super::Impossible;
use super::channels::ChannelKind;
use super::dialnote::{Contact, Entry, Kind, Member, address};
use super::people::Person;
use super::world::World;

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

/// A teammate beside those of the fixed world: `zoe2` gets the id `U0ZOE2`, and `mem_zoe2` in dialnote.
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
}

/// Another display name for a person.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewProfile {
    /// Handle or id.
    pub user: String,
    /// Display name.
    pub display: String,
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

    /// Adds a teammate to the workspace and to all its public channels, and to dialnote if they are a member there;
    /// answers the user's id.
    pub fn add_teammate(&mut self, new: NewPerson) -> Result<String, Impossible> {
        let usable = new.handle.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c));
        if new.handle.is_empty() || !usable {
            return Err(Impossible(format!("{:?} is not a handle: small letters, digits, '.', '_', '-'", new.handle)));
        }
        if self.person(&new.handle).is_some() || self.groups.iter().any(|group| group.handle == new.handle) {
            return Err(Impossible(format!("there is a {} already", new.handle)));
        }
        let named = Person::named(&new.handle, &new.name);
        let person = Person {
            display_name: new.display.unwrap_or(named.display_name),
            email: new.email.or(named.email),
            team: self.workspace.id.clone(),
            ..named
        };
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
        for channel in self.channels.iter_mut().filter(|channel| channel.kind == ChannelKind::Public) {
            channel.members.insert(id.clone());
        }
        self.people.push(person);
        Ok(id)
    }

    /// Gives a person another display name; answers the user's id. Slack would send an event as well.
    pub fn change_profile(&mut self, new: NewProfile) -> Result<String, Impossible> {
        let id = self.actor(&new.user)?.id;
        if let Some(person) = self.person_mut(&id) {
            person.display_name = new.display;
        }
        Ok(id)
    }
}
