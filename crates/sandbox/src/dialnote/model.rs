//! What the fake dialnote knows, and its JSON shapes (docs/contracts/dialnote.md, Objects).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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
    /// How many conversations were deleted: their ids are not given to others.
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
    /// The address, in whatever letter case it was typed.
    pub email: String,
    /// Where the picture is.
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
    /// Waits for a teammate.
    Open,
    /// Resolved.
    Done,
    /// Comes back later.
    Snoozed,
}

impl Status {
    /// The status that this word stands for.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Open, Self::Done, Self::Snoozed].into_iter().find(|status| status.word() == word)
    }

    /// The word that stands for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Snoozed => "snoozed",
        }
    }
}

/// Who is on the other end.
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

/// What happened in a conversation.
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
    /// The word that stands for it.
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
    /// What it is.
    pub kind: Kind,
    /// `inbound`, `outbound` or `internal`.
    pub direction: String,
    /// What was written or said, or `Missed call`.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// A conversation: everything with one contact.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Conversation {
    /// `conv_…`.
    pub id: String,
    /// With whom.
    pub contact: Contact,
    /// The id of the shared number it came in on.
    pub number: String,
    /// Its state.
    pub status: Status,
    /// Whether a teammate has looked at it.
    pub is_read: bool,
    /// The id of the member who owns it.
    pub assigned_to: Option<String>,
    /// When it comes back.
    pub snoozed_until: Option<Timestamp>,
    /// When it began.
    pub created_at: Timestamp,
    /// When anything about it last changed.
    pub updated_at: Timestamp,
    /// What happened, oldest first.
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
    /// In seconds.
    pub duration: u64,
    /// When.
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
    /// Where to deliver.
    pub url: String,
    /// `call_log`, `call_recording` or `note`.
    pub event: String,
    /// `custom`, or the name of an integration.
    pub provider: String,
}

impl Conversation {
    /// Its notes, oldest first.
    pub fn notes(&self) -> Vec<&str> {
        self.timeline.iter().filter(|entry| entry.kind == Kind::Note).map(|entry| entry.text.as_str()).collect()
    }

    /// When something last happened in it.
    pub fn last_activity(&self) -> Timestamp {
        self.timeline.last().map_or(self.created_at, |entry| entry.at)
    }
}

impl Dialnote {
    /// A conversation by its id.
    pub fn conversation(&self, id: &str) -> Option<&Conversation> {
        self.conversations.iter().find(|conversation| conversation.id == id)
    }

    /// A conversation by its id, to be changed: as a teammate would in dialnote itself.
    pub fn conversation_mut(&mut self, id: &str) -> Option<&mut Conversation> {
        self.conversations.iter_mut().find(|conversation| conversation.id == id)
    }

    /// A member by id.
    pub fn member(&self, id: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.id == id)
    }

    /// Begins an open, unread conversation without an owner on the shared number with this id; answers its own.
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

    /// Takes a conversation away with its calls; whether there was one.
    pub(super) fn delete(&mut self, id: &str) -> bool {
        let Some(place) = self.conversations.iter().position(|conversation| conversation.id == id) else {
            return false;
        };
        self.conversations.remove(place);
        self.call_logs.retain(|call| call.conversation != id);
        self.deleted += 1;
        true
    }

    /// A new id: `msg_5001`.
    pub(crate) fn new_id(&mut self, prefix: &str) -> String {
        self.last_id += 1;
        format!("{prefix}_{}", self.last_id)
    }

    /// The conversation object, with owner and number filled in.
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
    /// The contact object.
    pub(super) fn object(&self) -> Value {
        json!({
            "id": self.id, "firstName": self.first_name, "lastName": self.last_name, "company": self.company,
            "phoneNumber": self.phone_number, "email": self.email,
        })
    }

    /// Whether one of its words has these letters.
    pub(super) fn matches(&self, search: &str) -> bool {
        let named = [&self.first_name, &self.last_name, &self.company, &self.email].into_iter().flatten();
        let search = search.to_lowercase();
        named.chain([&self.phone_number]).any(|word| word.to_lowercase().contains(&search))
    }
}

impl Entry {
    /// The message object.
    pub(crate) fn object(&self) -> Value {
        json!({
            "id": self.id, "type": self.kind.word(), "direction": self.direction, "content": self.text,
            "createdAt": self.at,
        })
    }
}

impl Member {
    /// As conversations name their owner.
    pub(super) fn as_owner(&self) -> Value {
        json!({"id": self.id, "name": self.name, "avatar": self.avatar})
    }

    /// The member object.
    pub(crate) fn object(&self) -> Value {
        json!({
            "id": self.id, "name": self.name, "email": self.email, "avatar": self.avatar, "role": self.role,
            "availability": self.availability,
        })
    }
}

impl CallLog {
    /// The call object.
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

/// Lists show the beginning of a long text.
fn preview(text: &str) -> String {
    const LENGTH: usize = 140;
    if text.chars().count() <= LENGTH { text.to_owned() } else { text.chars().take(LENGTH).chain(['…']).collect() }
}
