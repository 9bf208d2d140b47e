//! Facts about a dialnote that the app learns by reading, because no document tells them: the id by which each member
//! is assigned, the spelling of statuses, and the owners that lists leave out (docs/contracts/dialnote.md, Variants).
//! The doctor shows them (`check`).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::core::conversation::{Conversation, Owner, Status};
use crate::core::ids::{ConversationId, MemberId};
use crate::platform::dialnote::wire::DirectoryMember;

/// The time for which the owner that a list leaves out is taken from the last read of the conversation itself.
const OWNER_AGE: SignedDuration = SignedDuration::from_mins(10);

/// The facts learned so far, shared by all clones.
#[derive(Debug, Default)]
pub(super) struct Learned {
    facts: Mutex<LearnedFacts>,
}

#[derive(Debug, Default)]
struct LearnedFacts {
    /// The members by each of their ids, and whether the id that assigns is a number; `None` before the members were
    /// read.
    members: Option<HashMap<String, (MemberId, bool)>>,
    /// The field by which members are assigned.
    named_by: Option<&'static str>,
    /// The spelling of statuses; `None` before one was read.
    spelling: Option<Spelling>,
    /// Set if lists leave owners out.
    unlisted: bool,
    owners: HashMap<ConversationId, Unlisted>,
}

/// The spelling of a dialnote's statuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Spelling {
    #[default]
    Small,
    Capitals,
    Capital,
}

impl Spelling {
    /// Returns a lower-case word in this spelling.
    fn of(self, word: &str) -> String {
        match self {
            Self::Small => word.to_owned(),
            Self::Capitals => word.to_uppercase(),
            Self::Capital => word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect(),
        }
    }
}

/// The owner of a conversation whose list item does not name one.
#[derive(Debug)]
struct Unlisted {
    item: Value,
    owner: Option<Owner>,
    at: Timestamp,
}

impl Learned {
    fn facts(&self) -> MutexGuard<'_, LearnedFacts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers whether the members' ids are known.
    pub(super) fn knows_members(&self) -> bool {
        self.facts().members.is_some()
    }

    /// Stores the ids of each member.
    pub(super) fn members(&self, all: &[DirectoryMember]) {
        let ids = all.iter().flat_map(|named| {
            let known = (named.member.id.clone(), named.is_number);
            named.ids.iter().map(move |id| (id.clone(), known.clone()))
        });
        let mut facts = self.facts();
        facts.members = Some(ids.collect());
        facts.named_by = all.first().map(|named| named.field);
    }

    /// Returns the field by which members are assigned.
    pub(super) fn named_by(&self) -> Option<&'static str> {
        self.facts().named_by
    }

    /// Answers whether lists leave owners out.
    pub(super) fn leaves_owners_out(&self) -> bool {
        self.facts().unlisted
    }

    /// Returns "open" in dialnote's spelling, once a status was read.
    pub(super) fn example(&self) -> Option<String> {
        self.facts().spelling.map(|spelling| spelling.of("open"))
    }

    /// Replaces the owner's id by the id that assigns, if the conversation has another of the owner's ids.
    pub(super) fn resolved(&self, mut conversation: Conversation) -> Conversation {
        if let Some(owner) = &mut conversation.owner
            && let Some((member, _)) = self.facts().members.as_ref().and_then(|known| known.get(owner.id.as_str()))
        {
            owner.id = member.clone();
        }
        conversation
    }

    /// Returns a member's id in dialnote's notation: an id that is a number is sent as a number.
    pub(super) fn written(&self, member: &MemberId) -> Value {
        let facts = self.facts();
        let is_number = facts.members.as_ref().and_then(|known| known.get(member.as_str())).is_some_and(|(_, is)| *is);
        match member.as_str().parse::<u64>() {
            Ok(number) if is_number => json!(number),
            _ => json!(member),
        }
    }

    /// Stores the spelling of a status.
    pub(super) fn spelling_of(&self, word: &str) {
        let mut letters = word.chars().filter(|c| c.is_alphabetic());
        let (first, second) = (letters.next(), letters.next());
        let is_capital = |c: Option<char>| c.is_some_and(char::is_uppercase);
        let spelling = match (is_capital(first), is_capital(second)) {
            (true, true) => Spelling::Capitals,
            (true, false) => Spelling::Capital,
            (false, _) => Spelling::Small,
        };
        self.facts().spelling = Some(spelling);
    }

    /// Returns a status in the spelling that dialnote used last.
    pub(super) fn spelled(&self, status: Status) -> String {
        let word = match status {
            Status::Open | Status::Other => "open",
            Status::Done => "done",
            Status::Snoozed => "snoozed",
        };
        self.facts().spelling.unwrap_or_default().of(word)
    }

    /// Returns a conversation with its owner, where its list item names none, if the conversation was read after its
    /// last change and less than `OWNER_AGE` ago.
    pub(super) fn with_owner(&self, listed: &Conversation, item: &Value, now: Timestamp) -> Option<Conversation> {
        let facts = self.facts();
        let known = facts.owners.get(&listed.id)?;
        let is_young = now.duration_since(known.at) < OWNER_AGE;
        (known.item == *item && is_young).then(|| Conversation { owner: known.owner.clone(), ..listed.clone() })
    }

    /// Stores the owner of such a conversation.
    pub(super) fn looked_at(&self, conversation: &Conversation, item: Value, at: Timestamp) {
        let unlisted = Unlisted { item, owner: conversation.owner.clone(), at };
        let mut facts = self.facts();
        facts.unlisted = true;
        facts.owners.insert(conversation.id.clone(), unlisted);
    }

    /// Stores the new owner of a conversation.
    pub(super) fn owned(&self, conversation: &Conversation) {
        if let Some(known) = self.facts().owners.get_mut(&conversation.id) {
            known.owner.clone_from(&conversation.owner);
        }
    }
}
