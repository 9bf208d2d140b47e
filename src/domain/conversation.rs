//! A dialnote conversation as far as we use it, and the ways in which people point at one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::domain::phone;
use crate::ids::{ConversationId, MemberId};

/// Everything about one contact in one timeline (docs/contracts/dialnote.md, Objects).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// Its name in dialnote.
    pub id: ConversationId,
    /// Open, done, snoozed or another one.
    pub status: Status,
    /// dialnote's word for another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_word: Option<String>,
    /// Whether somebody has seen in dialnote what came in, if dialnote says so.
    #[serde(default)]
    pub read: Option<bool>,
    /// When it comes back, while it is snoozed.
    #[serde(default)]
    pub snoozed_until: Option<Timestamp>,
    /// The member who owns the follow-up.
    pub owner: Option<Owner>,
    /// Who called or wrote.
    pub contact: Contact,
    /// The shared number it belongs to.
    pub line: Option<SharedNumber>,
    /// What came in or went out last.
    pub last_activity: Option<Activity>,
    /// When the last note was written that is known of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_note: Option<Timestamp>,
}

/// Where a conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Somebody has to follow up.
    Open,
    /// Resolved.
    Done,
    /// Comes back later.
    Snoozed,
    /// Another one that this version does not know: never counted as open.
    Other,
}

/// What can change about a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The owner.
    pub owner: Option<MemberId>,
    /// The status.
    pub status: Status,
    /// When it comes back, if it is snoozed and that is known.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

impl From<&Conversation> for State {
    fn from(conversation: &Conversation) -> Self {
        Self {
            owner: conversation.owner.as_ref().map(|owner| owner.id.clone()),
            status: conversation.status,
            until: conversation.snoozed_until.filter(|_| conversation.status == Status::Snoozed),
        }
    }
}

impl State {
    /// The same at a later time: a snooze ends by itself.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        match self.until {
            Some(until) if until <= now => Self { status: Status::Open, until: None, ..self },
            _ => self,
        }
    }
}

/// The member who owns a conversation, as dialnote names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The member.
    pub id: MemberId,
    /// The member's name in dialnote; empty if the answer did not carry it.
    pub name: String,
}

/// The person outside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// First and last name as one, if known.
    pub name: Option<String>,
    /// The company, if known.
    pub company: Option<String>,
    /// E.164; dialnote's own spelling where it is none (an anonymous caller).
    pub phone: String,
}

/// A number that the team shares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedNumber {
    /// E.164.
    pub number: String,
    /// What the team calls it.
    pub name: Option<String>,
}

/// The last thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// What it was.
    pub kind: ActivityKind,
    /// Whether it came from the contact.
    pub inbound: bool,
    /// The beginning of the message or of the voicemail's summary.
    pub preview: Option<String>,
    /// When.
    pub at: Timestamp,
    /// What it means after what was before it, if that was looked at.
    #[serde(default, skip_serializing_if = "ActivityContext::is_nothing")]
    #[serde(alias = "sequel")]
    pub activity_context: ActivityContext,
}

/// What an [`Activity`] means after what was before it in the timeline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityContext {
    /// Nothing more.
    #[default]
    Nothing,
    /// As many of its kind came in without an answer, this one included.
    Nth(usize),
    /// It answers a contact who had called or written.
    Answer {
        /// Who in dialnote called back, if the call log says so.
        by: Option<String>,
    },
}

impl ActivityContext {
    fn is_nothing(&self) -> bool {
        *self == Self::Nothing
    }
}

impl Activity {
    /// What this comes to after what was before it, newest first; notes do not count.
    pub fn activity_context<'a>(&self, before: impl Iterator<Item = &'a Self>) -> ActivityContext {
        let mut before = before.filter(|one| one.kind != ActivityKind::Note);
        if !self.inbound {
            let answers = before.next().is_some_and(Self::wants_an_answer);
            return if answers { ActivityContext::Answer { by: None } } else { ActivityContext::Nothing };
        }
        match 1 + before.take_while(|one| one.inbound && one.kind == self.kind).count() {
            several if several > 1 && self.wants_an_answer() => ActivityContext::Nth(several),
            _ => ActivityContext::Nothing,
        }
    }

    fn wants_an_answer(&self) -> bool {
        self.inbound && matches!(self.kind, ActivityKind::MissedCall | ActivityKind::Voicemail | ActivityKind::Sms)
    }
}

/// What an [`Activity`] was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityKind {
    /// A call that was answered.
    Call,
    /// A call that nobody answered.
    MissedCall,
    /// A recorded message.
    Voicemail,
    /// A text message.
    Sms,
    /// An internal note.
    Note,
    /// Something newer than this program.
    Other,
}

impl Conversation {
    /// What people call it: the contact's name, else the number.
    pub fn title(&self) -> String {
        self.contact.name.clone().unwrap_or_else(|| self.number())
    }

    /// The contact's number as people read it.
    pub fn number(&self) -> String {
        phone::pretty(&self.contact.phone)
    }

    /// Whether the last thing that happened was a note of the team's: no news from the contact.
    pub fn ends_with_a_note(&self) -> bool {
        self.last_activity.as_ref().is_some_and(|activity| activity.kind == ActivityKind::Note)
    }

    /// When its contact called or wrote, if nothing has happened since.
    pub fn last_inbound_at(&self) -> Option<Timestamp> {
        self.last_activity.as_ref().filter(|last| last.inbound).map(|last| last.at)
    }

    /// Whether it has another owner or status than it had, or something came in or went out since.
    pub fn is_news_after(&self, before: &Self) -> bool {
        let last = |one: &Self| one.last_activity.as_ref().map(|last| last.at);
        State::from(self) != State::from(before) || last(self) > last(before)
    }

    /// The same, showing `before` instead if the last thing that happened was a note of the team's, or was
    /// just that.
    #[must_use]
    pub fn past_notes(mut self, before: Option<&Activity>) -> Self {
        let same = |last: &Activity, before: &Activity| (last.at, last.kind) == (before.at, before.kind);
        if let Some(note) = self.last_activity.as_ref().filter(|last| last.kind == ActivityKind::Note) {
            self.last_note = self.last_note.max(Some(note.at));
        }
        if let Some((last, before)) = self.last_activity.as_mut().zip(before) {
            if last.kind == ActivityKind::Note {
                *last = before.clone();
            } else if same(last, before) {
                last.activity_context = before.activity_context.clone();
            }
        }
        self
    }

    /// Whether somebody has to follow up.
    pub fn is_open(&self) -> bool {
        self.status == Status::Open
    }

    /// Whether it is open, or will be.
    pub fn is_pending(&self) -> bool {
        matches!(self.status, Status::Open | Status::Snoozed)
    }

    /// Whether `member` owns it.
    pub fn is_owned_by(&self, member: &MemberId) -> bool {
        self.owner.as_ref().is_some_and(|owner| owner.id == *member)
    }
}

/// Which conversation a person means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", from = "KeptWhich")]
pub enum ConversationRef {
    /// Named by its id or its link.
    Id(ConversationId),
    /// The one to which whoever asks did something last; or, to accept, the one they were given last.
    MyLast,
    /// All that are open and belong to whoever asks.
    AllMine,
    /// All that are open and belong to a member.
    AllOf(MemberId),
    /// All of these.
    These(Vec<ConversationId>),
    /// Those that an earlier act of the person who asks changed (`domain::undo`).
    Act {
        /// The act.
        id: String,
        /// Only this one of them, if one is named.
        only: Option<ConversationId>,
    },
    /// Those that this text names, as Slack sent it; what is left of it is the note.
    Text(String),
}

/// The same as any version wrote it: what is a text was once read in part.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum KeptWhich {
    Id(ConversationId),
    MyLast,
    AllMine,
    AllOf(MemberId),
    These(Vec<ConversationId>),
    Act {
        id: String,
        only: Option<ConversationId>,
    },
    #[serde(alias = "name", alias = "name_then_note")]
    Text(String),
    Number {
        digits: String,
        international: bool,
    },
}

impl From<KeptWhich> for ConversationRef {
    fn from(kept: KeptWhich) -> Self {
        match kept {
            KeptWhich::Id(id) => Self::Id(id),
            KeptWhich::MyLast => Self::MyLast,
            KeptWhich::AllMine => Self::AllMine,
            KeptWhich::AllOf(member) => Self::AllOf(member),
            KeptWhich::These(ids) => Self::These(ids),
            KeptWhich::Act { id, only } => Self::Act { id, only },
            KeptWhich::Text(text) => Self::Text(text),
            KeptWhich::Number { digits, international } => {
                Self::Text(format!("{}{digits}", if international { "+" } else { "" }))
            }
        }
    }
}

/// As somebody named it.
impl std::fmt::Display for ConversationRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) | Self::Act { only: Some(id), .. } => id.fmt(f),
            Self::Text(text) => f.write_str(text),
            Self::MyLast => f.write_str("the last one"),
            Self::AllMine => f.write_str("all of mine"),
            Self::AllOf(_) => f.write_str("all of theirs"),
            Self::These(ids) => f.write_str(&ids.iter().map(ConversationId::as_str).collect::<Vec<_>>().join(", ")),
            Self::Act { .. } => f.write_str("all of an act"),
        }
    }
}

/// The id that a word looks like. dialnote's ids are opaque (docs/contracts/dialnote.md, Objects). Taken for one: a
/// prefix with an underscore (`conv_1001`), a UUID, or one long word of letters and digits mixed.
pub fn id_shaped(word: &str) -> Option<ConversationId> {
    let has_digit = word.bytes().any(|b| b.is_ascii_digit());
    let is_word = word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let prefixed = word.split_once('_').is_some_and(|(prefix, rest)| {
        !rest.is_empty() && (2..=8).contains(&prefix.len()) && prefix.bytes().all(|b| b.is_ascii_lowercase())
    });
    let opaque = word.len() >= 16 && has_digit;
    (is_word && has_digit && (prefixed || opaque) && word.len() <= 128).then(|| ConversationId::new(word))
}

/// Where conversations stand on the web. No page describes dialnote's own addresses, so the shape
/// is assumed here and nowhere else: `{app}/conversations/{id}` (docs/contracts/dialnote.md, A).
#[derive(Clone, Debug)]
pub struct Links {
    app: Url,
}

impl Links {
    /// Links below the dialnote web app's address.
    pub fn new(app: Url) -> Self {
        Self { app }
    }

    /// The address of a conversation.
    pub fn to(&self, id: &ConversationId) -> String {
        let mut link = self.app.clone();
        if let Ok(mut path) = link.path_segments_mut() {
            path.pop_if_empty().extend(["conversations", id.as_str()]);
        }
        link.into()
    }

    /// The conversation that a link of the same web app leads to: the segment after `conversations`
    /// or `inbox`, wherever it stands in the path.
    pub fn parse(&self, link: &str) -> Option<ConversationId> {
        let link = Url::parse(link.contains("//").then_some(link)?).ok()?;
        if link.host_str()? != self.app.host_str()? || link.port_or_known_default() != self.app.port_or_known_default()
        {
            return None;
        }
        let mut segments = link.path_segments()?.skip_while(|segment| !matches!(*segment, "conversations" | "inbox"));
        let id = segments.nth(1).filter(|id| !id.is_empty())?;
        let id = percent_encoding::percent_decode_str(id).decode_utf8().ok()?;
        Some(ConversationId::new(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links() -> Links {
        Links::new(Url::parse("https://app.dialnote.com").unwrap_or_else(|_| unreachable!("a constant")))
    }

    #[test]
    fn ids_have_a_shape() {
        for id in ["conv_1001", "7c9e6679-7425-40de-944b-e07fc1f90ae7", "clx9y2k3b0000qw8h"] {
            assert_eq!(id_shaped(id), Some(ConversationId::new(id)), "{id}");
        }
        for other in ["", "ana", "2nd", "conv_", "Conv_1", "x-ray", "+14155550101"] {
            assert_eq!(id_shaped(other), None, "{other}");
        }
    }

    #[test]
    fn links_are_read_wherever_they_lead() {
        for (link, id) in [
            ("https://app.dialnote.com/conversations/a%2Fb", Some("a/b")),
            ("https://app.dialnote.com/w/1/inbox/c9?tab=notes", Some("c9")),
            ("https://other.test/conversations/c9", None),
        ] {
            assert_eq!(links().parse(link), id.map(ConversationId::new), "{link}");
        }
    }

    #[test]
    fn links_lead_back() {
        let id = ConversationId::new("a b/c?d");
        assert_eq!(links().parse(&links().to(&id)), Some(id));
    }
}
