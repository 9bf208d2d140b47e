//! The parts of a dialnote conversation that the app uses, and the ways in which people refer to one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::core::ids::{ConversationId, MemberId};
use crate::core::phone;

/// A conversation: the timeline of one contact (docs/contracts/dialnote.md, Objects).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// The id in dialnote.
    pub id: ConversationId,
    /// The status.
    pub status: Status,
    /// dialnote's word for the status, if this version does not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_word: Option<String>,
    /// True if someone has read the last inbound activity in dialnote; nothing, if dialnote does not say.
    #[serde(default)]
    pub read: Option<bool>,
    /// The end of the snooze, while it is snoozed.
    #[serde(default)]
    pub snoozed_until: Option<Timestamp>,
    /// The member who owns the follow-up.
    pub owner: Option<Owner>,
    /// The contact who called or wrote.
    pub contact: Contact,
    /// The shared number it belongs to.
    pub line: Option<SharedNumber>,
    /// The last activity, inbound or outbound.
    pub last_activity: Option<Activity>,
    /// The time of the last known note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_note: Option<Timestamp>,
}

/// The status of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Open: the team has to follow up.
    Open,
    /// Done.
    Done,
    /// Snoozed: it becomes open again later.
    Snoozed,
    /// A status that this version does not know. It never counts as open.
    Other,
}

/// The parts of a conversation that a command can change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The owner.
    pub owner: Option<MemberId>,
    /// The status.
    pub status: Status,
    /// The end of the snooze, if it is snoozed and the end is known.
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
    /// Returns the state at a later time: a snooze that has ended makes it open.
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
    /// The member's id.
    pub id: MemberId,
    /// The member's name in dialnote; empty if the answer did not carry it.
    pub name: String,
    /// The address of the member's photo, if dialnote sends one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
}

impl Owner {
    /// Returns an owner without a photo.
    pub fn new(id: MemberId, name: String) -> Self {
        Self { id, name, avatar: None }
    }
}

/// The person outside the team.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The first and last name in one, if known.
    pub name: Option<String>,
    /// The company, if known.
    pub company: Option<String>,
    /// The number in E.164; dialnote's own spelling if it is no such number (an anonymous caller).
    pub phone: String,
}

/// A phone number that the team shares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedNumber {
    /// The number in E.164.
    pub number: String,
    /// The team's name for it.
    pub name: Option<String>,
}

/// An entry in a conversation's timeline, usually the last one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// The kind of activity.
    pub kind: ActivityKind,
    /// True if it came from the contact.
    pub inbound: bool,
    /// The beginning of the message or of the voicemail's summary.
    pub preview: Option<String>,
    /// The time at which it happened.
    pub at: Timestamp,
    /// Its context in the timeline, if earlier activity was read.
    #[serde(default, skip_serializing_if = "ActivityContext::is_nothing")]
    #[serde(alias = "sequel")]
    pub activity_context: ActivityContext,
}

/// The meaning of an [`Activity`] in the context of earlier ones in the timeline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityContext {
    /// No further meaning.
    #[default]
    Nothing,
    /// The number of its kind that came in one after the other without an answer, this one included.
    Nth(usize),
    /// An answer to a contact who had called or written.
    Answer {
        /// The person in dialnote who called back, if the call log says so.
        by: Option<String>,
    },
}

impl ActivityContext {
    fn is_nothing(&self) -> bool {
        *self == Self::Nothing
    }
}

impl Activity {
    /// Returns its context, given the activity before it, newest first. Notes do not count.
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

    /// Answers whether it ends the wait of a contact who got in touch before: a call back, a sent message, or a call of
    /// the contact that someone answered.
    pub(crate) fn ends_a_wait(&self) -> bool {
        match self.kind {
            ActivityKind::Call => true,
            ActivityKind::Sms => !self.inbound,
            ActivityKind::MissedCall | ActivityKind::Voicemail | ActivityKind::Note | ActivityKind::Other => false,
        }
    }

    /// Returns whether the contact called without an answer, left a voicemail or wrote.
    pub(crate) fn wants_an_answer(&self) -> bool {
        self.inbound && matches!(self.kind, ActivityKind::MissedCall | ActivityKind::Voicemail | ActivityKind::Sms)
    }
}

/// The kind of an [`Activity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityKind {
    /// A call that was answered.
    Call,
    /// A call that no one answered.
    MissedCall,
    /// A voicemail.
    Voicemail,
    /// A text message.
    Sms,
    /// An internal note.
    Note,
    /// A kind that this version does not know.
    Other,
}

impl Conversation {
    /// Returns the title: the contact's name, else the number.
    pub fn title(&self) -> String {
        self.contact.name.clone().unwrap_or_else(|| self.number())
    }

    /// Returns the contact's number in a readable form.
    pub fn number(&self) -> String {
        phone::pretty(&self.contact.phone)
    }

    /// Returns whether the last activity is a note of the team, which is no news from the contact.
    pub(crate) fn ends_with_a_note(&self) -> bool {
        self.last_activity.as_ref().is_some_and(|activity| activity.kind == ActivityKind::Note)
    }

    /// Returns the time at which the contact called or wrote, if that is the last activity.
    pub(crate) fn last_inbound_at(&self) -> Option<Timestamp> {
        self.last_activity.as_ref().filter(|last| last.inbound).map(|last| last.at)
    }

    /// Returns whether the owner, status or snooze differs from `before`, or there is newer activity.
    pub(crate) fn is_news_after(&self, before: &Self) -> bool {
        let last = |one: &Self| one.last_activity.as_ref().map(|last| last.at);
        State::from(self) != State::from(before) || last(self) > last(before)
    }

    /// Returns the conversation with `before` as its last activity, if its last activity is a note. If the last
    /// activity is `before` itself, it gets the context of `before`.
    #[must_use]
    pub(crate) fn past_notes(mut self, before: Option<&Activity>) -> Self {
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

    /// Returns whether the last activity answers the contact, so that nothing may be left to do.
    pub(crate) fn is_answered(&self) -> bool {
        let answers = |last: &Activity| matches!(last.activity_context, ActivityContext::Answer { .. });
        self.last_activity.as_ref().is_some_and(answers)
    }

    /// Returns whether it is open, so that the team has to follow up.
    pub(crate) fn is_open(&self) -> bool {
        self.status == Status::Open
    }

    /// Returns whether it is open or snoozed.
    pub(crate) fn is_pending(&self) -> bool {
        matches!(self.status, Status::Open | Status::Snoozed)
    }

    /// Returns whether `member` owns it.
    pub(crate) fn is_owned_by(&self, member: &MemberId) -> bool {
        self.owner.as_ref().is_some_and(|owner| owner.id == *member)
    }
}

/// A reference to one or several conversations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", from = "KeptWhich")]
pub enum ConversationRef {
    /// The conversation with this id or link.
    Id(ConversationId),
    /// The conversation on which the requester acted last; for accept, the one that was assigned to them last.
    MyLast,
    /// All open conversations of the requester.
    AllMine,
    /// All open conversations of a member.
    AllOf(MemberId),
    /// All of these conversations.
    These(Vec<ConversationId>),
    /// The conversations that an earlier act of the requester changed (`commands::undo`).
    Act {
        /// The act's id.
        id: String,
        /// The only conversation of the act that is meant, if one is named.
        only: Option<ConversationId>,
    },
    /// The conversations that this text names, as Slack sent it. The rest of the text is the note.
    Text(String),
    /// The conversation in whose thread this text was written, unless the text names others. The rest is the note.
    InThread {
        /// The conversation of the thread.
        id: ConversationId,
        /// The text, as Slack sent it.
        text: String,
    },
    /// The conversations that these words name, and nothing else: none of the words is a note.
    Words(String),
}

/// A reference as any version stored it. Earlier versions stored some texts as names or numbers.
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
    InThread {
        id: ConversationId,
        text: String,
    },
    Words(String),
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
            KeptWhich::InThread { id, text } => Self::InThread { id, text },
            KeptWhich::Words(words) => Self::Words(words),
            KeptWhich::Number { digits, international } => {
                Self::Text(format!("{}{digits}", if international { "+" } else { "" }))
            }
        }
    }
}

/// Writes the reference as a person names it.
impl std::fmt::Display for ConversationRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) | Self::Act { only: Some(id), .. } => id.fmt(f),
            Self::Text(text) | Self::Words(text) | Self::InThread { text, .. } => f.write_str(text),
            Self::MyLast => f.write_str("the last one"),
            Self::AllMine => f.write_str("all of mine"),
            Self::AllOf(_) => f.write_str("all of theirs"),
            Self::These(ids) => f.write_str(&ids.iter().map(ConversationId::as_str).collect::<Vec<_>>().join(", ")),
            Self::Act { .. } => f.write_str("all of an act"),
        }
    }
}

/// Returns the id that a word looks like. dialnote's ids are opaque (docs/contracts/dialnote.md, Objects). These words
/// count as ids: a prefix with an underscore (`conv_1001`), a UUID, or one long word of letters and digits mixed.
pub(crate) fn id_shaped(word: &str) -> Option<ConversationId> {
    if !word.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let is_word = word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let prefixed = word.split_once('_').is_some_and(|(prefix, rest)| {
        !rest.is_empty() && (2..=8).contains(&prefix.len()) && prefix.bytes().all(|b| b.is_ascii_lowercase())
    });
    let opaque = word.len() >= 16;
    (is_word && (prefixed || opaque) && word.len() <= 128).then(|| ConversationId::new(word))
}

/// The web addresses of conversations. No page describes dialnote's own addresses, so the shape is assumed here and
/// nowhere else: `{app}/conversations/{id}` (docs/contracts/dialnote.md, A).
#[derive(Clone, Debug)]
pub struct Links {
    app: Url,
}

impl Links {
    /// Returns links below `app`, the address of the dialnote web app.
    pub fn new(app: Url) -> Self {
        Self { app }
    }

    /// Returns the address of a conversation.
    pub fn to(&self, id: &ConversationId) -> String {
        let mut link = self.app.clone();
        if let Ok(mut path) = link.path_segments_mut() {
            path.pop_if_empty().extend(["conversations", id.as_str()]);
        }
        link.into()
    }

    /// Returns the conversation that a link to the same web app leads to. Its id is the segment after
    /// `conversations` or `inbox`, anywhere in the path. Returns nothing for other links.
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
