//! The state of the fake dialnote and its JSON shapes (docs/contracts/dialnote.md, Objects).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::impossible::Impossible;

/// The fake dialnote organization.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Dialnote {
    /// Its members: the only ones who can be assigned.
    pub members: Vec<Member>,
    /// Its shared numbers.
    pub numbers: Vec<Number>,
    /// Its conversations, in no particular order.
    pub conversations: Vec<Conversation>,
    /// Its calls, oldest first.
    pub call_logs: Vec<CallLog>,
    /// Its webhook subscriptions.
    pub webhooks: Vec<Hook>,
    pub(crate) last_id: u64,
    /// The number of conversations deleted; their ids are not reused.
    #[serde(default)]
    pub(super) deleted: usize,
}

/// A teammate who can own a conversation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Member {
    /// `mem_…`.
    pub id: String,
    /// The full name.
    pub name: String,
    /// The address, in the letter case in which it was typed.
    pub email: String,
    /// The picture's URL.
    pub avatar: Option<String>,
    /// `Member` or `Admin`.
    pub role: String,
    /// `Available`, `Away` or `Do Not Disturb`.
    pub availability: String,
}

/// A shared number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Number {
    /// `num_…`.
    pub id: String,
    /// E.164.
    pub number: String,
    /// Its name.
    pub name: String,
}

/// The state of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Open: waits for a teammate.
    Open,
    /// Done.
    Done,
    /// Snoozed: opens again later.
    Snoozed,
}

impl Status {
    /// Returns the status for this word.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Open, Self::Done, Self::Snoozed].into_iter().find(|status| status.word() == word)
    }

    /// Returns the word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Snoozed => "snoozed",
        }
    }
}

/// The person on the other end.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Contact {
    /// `con_…`.
    pub id: String,
    /// First name, if known.
    pub first_name: Option<String>,
    /// Last name, if known.
    pub last_name: Option<String>,
    /// Company, if known.
    pub company: Option<String>,
    /// E.164.
    pub phone_number: String,
    /// Address, if known.
    pub email: Option<String>,
}

/// The kind of an entry in the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A call, answered or missed.
    Call,
    /// A voicemail.
    Voicemail,
    /// A text message.
    Sms,
    /// An internal note.
    Note,
}

impl Kind {
    /// Returns the word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Voicemail => "voicemail",
            Self::Sms => "sms",
            Self::Note => "note",
        }
    }
}

/// One entry of a conversation's timeline.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// `msg_…`.
    pub id: String,
    /// The kind.
    pub kind: Kind,
    /// `inbound`, `outbound` or `internal`.
    pub direction: String,
    /// The words written or spoken, or `Missed call`.
    pub text: String,
    /// The time.
    pub at: Timestamp,
}

/// A conversation: everything with one contact.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Conversation {
    /// `conv_…`.
    pub id: String,
    /// The contact.
    pub contact: Contact,
    /// The id of the shared number it came in on.
    pub number: String,
    /// Its state.
    pub status: Status,
    /// True if a teammate has looked at it.
    pub is_read: bool,
    /// The id of the member who owns it.
    pub assigned_to: Option<String>,
    /// The end of the snooze.
    pub snoozed_until: Option<Timestamp>,
    /// The time of its beginning.
    pub created_at: Timestamp,
    /// The time of its last change.
    pub updated_at: Timestamp,
    /// The entries, oldest first.
    pub timeline: Vec<Entry>,
}

/// A call in the call log.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CallLog {
    /// `call_…`.
    pub id: String,
    /// The contact's id.
    pub contact: String,
    /// The conversation's id.
    pub conversation: String,
    /// `inbound` or `outbound`.
    pub direction: String,
    /// E.164.
    pub from: String,
    /// E.164.
    pub to: String,
    /// `missed`, `voicemail` or `completed`.
    pub status: String,
    /// The duration, in seconds.
    pub duration: u64,
    /// The time.
    pub at: Timestamp,
    /// The member who called, of an outbound call.
    #[serde(default)]
    pub member: Option<String>,
}

/// A webhook subscription.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Hook {
    /// `hook_…`.
    pub id: String,
    /// The URL to deliver to.
    pub url: String,
    /// `call_log`, `call_recording` or `note`.
    pub event: String,
    /// `custom`, or the name of an integration.
    pub provider: String,
}

impl Conversation {
    /// Returns its notes, oldest first.
    pub fn notes(&self) -> Vec<&str> {
        self.timeline.iter().filter(|entry| entry.kind == Kind::Note).map(|entry| entry.text.as_str()).collect()
    }

    /// Returns the time of its last entry.
    pub fn last_activity(&self) -> Timestamp {
        self.timeline.last().map_or(self.created_at, |entry| entry.at)
    }
}

impl Dialnote {
    /// Returns the conversation with this id.
    pub fn conversation(&self, id: &str) -> Option<&Conversation> {
        self.conversations.iter().find(|conversation| conversation.id == id)
    }

    /// Returns the conversation with this id, for changes that a teammate makes in dialnote itself.
    pub fn conversation_mut(&mut self, id: &str) -> Option<&mut Conversation> {
        self.conversations.iter_mut().find(|conversation| conversation.id == id)
    }

    /// Returns the member with this id.
    pub fn member(&self, id: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.id == id)
    }

    /// Sets a member's availability: `Available`, `Away` or `Do Not Disturb`.
    pub fn set_availability(&mut self, id: &str, availability: String) -> Result<(), Impossible> {
        let member = self.members.iter_mut().find(|member| member.id == id);
        let member = member.ok_or_else(|| Impossible(format!("there is no member {id}")))?;
        if !["Available", "Away", "Do Not Disturb"].contains(&availability.as_str()) {
            return Err(Impossible(format!("{availability:?} is no availability")));
        }
        member.availability = availability;
        Ok(())
    }

    /// Begins an open, unread, unassigned conversation on the shared number with this id, and returns its own id.
    pub(crate) fn begin(&mut self, contact: Contact, number: &str, at: Timestamp) -> String {
        let id = format!("conv_{}", 1001 + self.conversations.len() + self.deleted);
        self.conversations.push(Conversation {
            id: id.clone(),
            contact,
            number: number.to_owned(),
            status: Status::Open,
            is_read: false,
            assigned_to: None,
            snoozed_until: None,
            created_at: at,
            updated_at: at,
            timeline: Vec::new(),
        });
        id
    }

    /// Removes a conversation and its calls. Answers whether it existed.
    pub(super) fn delete(&mut self, id: &str) -> bool {
        let Some(place) = self.conversations.iter().position(|conversation| conversation.id == id) else {
            return false;
        };
        self.conversations.remove(place);
        self.call_logs.retain(|call| call.conversation != id);
        self.deleted += 1;
        true
    }

    /// Returns a new id: `msg_5001`.
    pub(crate) fn new_id(&mut self, prefix: &str) -> String {
        self.last_id += 1;
        format!("{prefix}_{}", self.last_id)
    }

    /// Returns the conversation object, with owner and number filled in.
    pub(crate) fn conversation_object(&self, conversation: &Conversation) -> Value {
        let owner = conversation.assigned_to.as_ref().and_then(|id| self.member(id));
        let number = self.numbers.iter().find(|number| number.id == conversation.number);
        json!({
            "id": conversation.id,
            "status": conversation.status.word(),
            "isRead": conversation.is_read,
            "assignedToId": conversation.assigned_to,
            "assignedTo": owner.map(Member::as_owner),
            "contact": conversation.contact.object(),
            "phoneNumber": number.map(|n| json!({"id": n.id, "number": n.number, "name": n.name})),
            "lastActivity": conversation.timeline.last().map(|entry| json!({
                "type": entry.kind.word(), "direction": entry.direction, "preview": preview(&entry.text),
                "at": entry.at,
            })),
            "snoozedUntil": conversation.snoozed_until,
            "createdAt": conversation.created_at,
            "updatedAt": conversation.updated_at,
        })
    }
}

impl Contact {
    /// Returns the contact object.
    pub(super) fn object(&self) -> Value {
        json!({
            "id": self.id, "firstName": self.first_name, "lastName": self.last_name, "company": self.company,
            "phoneNumber": self.phone_number, "email": self.email,
        })
    }

    /// Answers whether one of its words contains the text.
    pub(super) fn matches(&self, search: &str) -> bool {
        let named = [&self.first_name, &self.last_name, &self.company, &self.email].into_iter().flatten();
        let search = search.to_lowercase();
        named.chain([&self.phone_number]).any(|word| word.to_lowercase().contains(&search))
    }
}

impl Entry {
    /// Returns the message object.
    pub(crate) fn object(&self) -> Value {
        json!({
            "id": self.id, "type": self.kind.word(), "direction": self.direction, "content": self.text,
            "createdAt": self.at,
        })
    }
}

impl Member {
    /// Returns the member as conversations name their owner.
    pub(super) fn as_owner(&self) -> Value {
        json!({"id": self.id, "name": self.name, "avatar": self.avatar})
    }

    /// Returns the member object.
    pub(crate) fn object(&self) -> Value {
        json!({
            "id": self.id, "name": self.name, "email": self.email, "avatar": self.avatar, "role": self.role,
            "availability": self.availability,
        })
    }
}

impl CallLog {
    /// Returns the call object.
    pub(crate) fn object(&self, members: &[Member]) -> Value {
        let member = members.iter().find(|member| Some(&member.id) == self.member.as_ref());
        json!({
            "member": member.map(|member| json!({ "id": member.id, "name": member.name })),
            "id": self.id, "contactId": self.contact, "conversationId": self.conversation,
            "direction": self.direction, "fromNumber": self.from, "toNumber": self.to, "status": self.status,
            "duration": self.duration, "createdAt": self.at,
        })
    }
}

/// Returns the beginning of a text, as lists show it.
fn preview(text: &str) -> String {
    const LENGTH: usize = 140;
    if text.chars().count() <= LENGTH { text.to_owned() } else { text.chars().take(LENGTH).chain(['…']).collect() }
}
