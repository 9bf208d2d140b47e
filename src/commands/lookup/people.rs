//! Reads the people that the words of a command name.

use crate::commands::lookup::token::{TokenKind, TokenizedText};
use crate::core::assignee::{Assignee, UserGroup};
use crate::core::colleague::Colleague;
use crate::core::ids::SlackUserId;
use crate::core::names::folded;
use crate::core::{person, typed};

/// The longest name of a person, in words.
const MOST_NAME_WORDS: usize = 4;

/// The most people that are offered.
const MOST_OFFERED: usize = 5;

/// The words between two people who are named together.
const BETWEEN: [&str; 3] = ["and", "or", "/"];

/// A person named at some position of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPerson {
    /// The person.
    pub who: PersonRef,
    /// The token after the name.
    pub to: usize,
}

/// A person as a text names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonRef {
    /// Exactly one person or group.
    Clear(Assignee),
    /// One of several Slack users.
    OneOf(Vec<SlackUserId>),
    /// Words that name no one known.
    Unknown(String),
}

/// The people of a team, by the names that colleagues use.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// The people.
    pub people: Vec<Colleague>,
    /// The requester.
    pub me: Option<SlackUserId>,
}

impl Directory {
    /// Reads the person that the words at a token surely name. Several people named together become one question.
    pub fn at(&self, text: &TokenizedText<'_>, at: usize) -> Option<NamedPerson> {
        let first = self.one_at(text, at)?;
        let mut all = vec![first];
        while let Some(last) = all.last() {
            let next = text.past(last.to, &BETWEEN);
            let follows = (next > last.to).then(|| self.one_at(text, next)).flatten();
            // Without a separator, only a person recognized by Slack counts: a bare name may be a contact's.
            let beside = || is_recognized(text, last.to).then(|| self.one_at(text, last.to)).flatten();
            match follows.or_else(beside) {
                Some(follows) => all.push(follows),
                None => break,
            }
        }
        let to = all.last()?.to;
        match all.pop() {
            Some(only) if all.is_empty() => Some(only),
            last => {
                all.extend(last);
                let twice = all.windows(2).all(|pair| matches!(pair, [one, other] if one.who == other.who));
                let who = all.first().map(|first| first.who.clone()).filter(|_| twice);
                Some(NamedPerson { who: who.unwrap_or_else(|| PersonRef::OneOf(self.users(all))), to })
            }
        }
    }

    fn users(&self, named: Vec<NamedPerson>) -> Vec<SlackUserId> {
        let users = named.into_iter().flat_map(|named| match named.who {
            PersonRef::Clear(Assignee::User(user)) => vec![user],
            PersonRef::Clear(Assignee::Me) => self.me.iter().cloned().collect(),
            PersonRef::OneOf(users) => users,
            PersonRef::Clear(Assignee::Group(_) | Assignee::PickedBy(_) | Assignee::InText | Assignee::Named(_))
            | PersonRef::Unknown(_) => Vec::new(),
        });
        let mut several: Vec<SlackUserId> = Vec::new();
        for user in users {
            if !several.contains(&user) {
                several.push(user);
            }
        }
        several
    }

    fn one_at(&self, text: &TokenizedText<'_>, at: usize) -> Option<NamedPerson> {
        if let Some(who) = recognized(text, at) {
            return Some(NamedPerson { who: PersonRef::Clear(who), to: at + 1 });
        }
        self.by_address(text, at).or_else(|| self.by_name(text, at))
    }

    fn by_address(&self, text: &TokenizedText<'_>, at: usize) -> Option<NamedPerson> {
        let address = address(&text.token(at)?.kind)?;
        let has_it = |one: &&Colleague| one.email.as_deref().is_some_and(|email| person::folded(email) == address);
        let who = match self.people.iter().find(has_it) {
            Some(one) => PersonRef::Clear(Assignee::User(one.user.clone())),
            None => PersonRef::Unknown(address),
        };
        Some(NamedPerson { who, to: at + 1 })
    }

    /// Reads the longest full or display name at a token.
    fn by_name(&self, text: &TokenizedText<'_>, at: usize) -> Option<NamedPerson> {
        if let TokenKind::Quoted(name) = &text.token(at)?.kind {
            return self.called(&folded(&typed::plain(name))).map(|who| NamedPerson { who, to: at + 1 });
        }
        let words = words(text, at);
        (1..=words.len()).rev().find_map(|count| {
            let who = self.called(&words.get(..count)?.join(" "))?;
            Some(NamedPerson { who, to: at + count })
        })
    }

    fn called(&self, phrase: &str) -> Option<PersonRef> {
        let called: Vec<_> =
            self.people.iter().filter(|one| one.is_named(phrase)).map(|one| one.user.clone()).collect();
        match called.as_slice() {
            [] => None,
            [one] => Some(PersonRef::Clear(Assignee::User(one.clone()))),
            _ => Some(PersonRef::OneOf(called)),
        }
    }

    /// Returns the people whose names come nearest to words that name no one surely.
    pub fn nearest(&self, typed: &str) -> PersonRef {
        let phrase = folded(&typed::plain(typed).replace('@', " "));
        let nearly = self.people.iter().filter(|one| !phrase.is_empty() && one.is_nearly(&phrase));
        let users: Vec<_> = nearly.map(|one| one.user.clone()).take(MOST_OFFERED).collect();
        if users.is_empty() { PersonRef::Unknown(typed::as_typed(typed)) } else { PersonRef::OneOf(users) }
    }

    /// Counts the words of a person's name at a token.
    pub(crate) fn name_words(&self, text: &TokenizedText<'_>, at: usize) -> usize {
        self.by_name(text, at).map_or(0, |named| named.to - at)
    }
}

/// Returns the person with this name, if exactly one of these people has it.
pub(crate) fn only_one_called(name: &str, people: &[Colleague]) -> Option<SlackUserId> {
    let phrase = folded(name.trim_start_matches('@'));
    let mut called = people.iter().filter(|one| one.is_named(&phrase));
    called.next().filter(|_| called.next().is_none()).map(|one| one.user.clone())
}

/// Answers whether a token is a person or group that Slack recognized, or means the requester ("me").
pub(crate) fn is_recognized(text: &TokenizedText<'_>, at: usize) -> bool {
    recognized(text, at).is_some()
}

fn recognized(text: &TokenizedText<'_>, at: usize) -> Option<Assignee> {
    match &text.token(at)?.kind {
        TokenKind::Person(user) => Some(Assignee::User(user.clone())),
        TokenKind::Group(id, name) => Some(Assignee::Group(UserGroup { id: id.clone(), name: typed::plain(name) })),
        TokenKind::Word(word) if ["me", "@me"].iter().any(|me| word.eq_ignore_ascii_case(me)) => Some(Assignee::Me),
        _ => None,
    }
}

/// Returns the email addresses in a text.
pub fn addresses(text: &TokenizedText<'_>) -> Vec<String> {
    text.tokens.iter().filter_map(|token| address(&token.kind)).collect()
}

/// Returns an email address in lower case, from a plain word or Slack's `mailto:` link.
fn address(kind: &TokenKind<'_>) -> Option<String> {
    let address = match kind {
        TokenKind::Link(link) => link.strip_prefix("mailto:")?,
        TokenKind::Word(word) => word,
        _ => return None,
    };
    let (name, host) = address.split_once('@')?;
    let is_address = !name.is_empty() && host.contains('.') && !host.contains('@');
    is_address.then(|| person::folded(address))
}

/// Returns the words from a token on that may form one name, [`folded`].
fn words(text: &TokenizedText<'_>, at: usize) -> Vec<String> {
    let words = text.tokens.iter().skip(at).map_while(|token| match token.kind {
        TokenKind::Word(word) => Some(folded(&typed::plain(word.trim_start_matches('@')))),
        _ => None,
    });
    words.take(MOST_NAME_WORDS).collect()
}
