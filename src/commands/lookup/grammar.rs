//! The word order of a command: the person and the conversations in either order, then the note.

use crate::commands::lookup::book::Book;
use crate::commands::lookup::conversations::{ConversationMatch, Manner, ReferenceReader};
use crate::commands::lookup::people::{Directory, NamedPerson, PersonRef, is_recognized};
use crate::commands::lookup::reading::{Missing, Reading, UnresolvedCommand};
use crate::commands::lookup::token::{Token, TokenizedText, cleaned};
use crate::core::assignee::Assignee;
use crate::core::ids::ConversationId;
use crate::core::typed;
use crate::core::verbs;
use crate::core::verbs::NoteNeed;
use crate::core::verbs::Verb;

/// The words that introduce a person.
const LEADS: [&str; 2] = ["to", "for"];

/// The words that point at a conversation without naming one: `assign this to @zoe`, `pass it on to @leo`.
const POINTERS: [&str; 6] = ["it", "this", "that", "one", "on", "over"];

/// The word for all open conversations that the requester owns.
const ALL: &str = "all";

/// The words that make a preceding `all` the beginning of a sentence.
const AFTER_ALL: [&str; 24] = [
    "of", "the", "her", "his", "their", "my", "our", "your", "this", "that", "these", "those", "is", "are", "was",
    "were", "right", "good", "set", "clear", "about", "she", "he", "we",
];

/// Reads a typed command against the known conversations and people.
pub fn read(asked: &UnresolvedCommand<'_>, book: &Book<'_>, directory: &Directory) -> Reading {
    let source = cleaned(asked.text);
    let text = TokenizedText::read(&source);
    let grammar = Grammar { asked, text: &text, reader: reader(asked, &text, book), book, directory };
    match (asked.who, asked.apart.and_then(|apart| apart.person)) {
        (None, Some(person)) => grammar.person_apart(person),
        (None, None) if takes_person(asked.verb) => grammar.person_and_conversations(),
        (who, _) => grammar.conversations(who.cloned(), 0),
    }
}

/// Reads words that name a person, and nothing else.
pub(crate) fn person(words: &str, directory: &Directory) -> PersonRef {
    let source = cleaned(words);
    let text = TokenizedText::read(&source);
    let named = directory.at(&text, text.past_marks(0)).filter(|named| text.past_marks(named.to) == text.tokens.len());
    match named {
        Some(named) => named.who,
        None => typed::user_id(words).map_or_else(|| directory.nearest(words), PersonRef::Clear),
    }
}

fn reader<'r, 'a>(
    asked: &UnresolvedCommand<'r>,
    text: &'r TokenizedText<'r>,
    book: &'r Book<'a>,
) -> ReferenceReader<'r, 'a> {
    let manner =
        Manner { takes_note: asked.apart.is_none() && takes_note(asked.verb), done_too: means_done_too(asked.verb) };
    ReferenceReader::new(text, book, asked.links, manner)
}

/// Answers whether a command names a new owner.
pub(crate) fn takes_person(verb: Verb) -> bool {
    verbs::spec(verb).takes_person
}

/// Answers whether a command takes a note.
pub(crate) fn takes_note(verb: Verb) -> bool {
    verbs::spec(verb).note.is_some()
}

/// Answers whether a name in this command can mean a done conversation as well as an open one.
pub fn means_done_too(verb: Verb) -> bool {
    verbs::spec(verb).means_done_too
}

/// Answers whether a command does nothing without a note.
fn is_only_a_note(verb: Verb) -> bool {
    verbs::spec(verb).note.as_ref().is_some_and(|note| note.need == NoteNeed::Always)
}

struct Grammar<'r, 'a> {
    asked: &'r UnresolvedCommand<'r>,
    text: &'r TokenizedText<'r>,
    reader: ReferenceReader<'r, 'a>,
    book: &'r Book<'a>,
    directory: &'r Directory,
}

impl Grammar<'_, '_> {
    fn person_and_conversations(&self) -> Reading {
        let start = self.text.past_marks(0);
        self.all_of_mine(start)
            .or_else(|| self.person_first(start))
            .or_else(|| self.conversation_first(start))
            .or_else(|| self.led_to_a_person(start))
            .unwrap_or_else(|| self.nobody_surely(start))
    }

    /// Reads the person and the conversations, each from words of their own.
    fn person_apart(&self, words: &str) -> Reading {
        let rest = || self.text.from(0).to_owned();
        match person(words, self.directory) {
            PersonRef::OneOf(people) => Reading::WhichPerson { people, typed: typed::as_typed(words), rest: rest() },
            who => self.with(who, |who| self.conversations(Some(who), 0), rest),
        }
    }

    /// Reads `all @zoe note`.
    fn all_of_mine(&self, start: usize) -> Option<Reading> {
        let next = self.past_all(start)?;
        let named = self.person_at(next)?;
        Some(self.with(named.who, |who| self.all(who, named.to), || self.text.from(start).to_owned()))
    }

    fn past_all(&self, at: usize) -> Option<usize> {
        let is_all = self.text.token(at)?.word().is_some_and(|word| word == ALL);
        is_all.then_some(at + 1)
    }

    /// Answers whether `all` means all conversations. It doesn't if it begins a sentence (`all the details are …`) or
    /// if a conversation is named as well.
    fn is_the_whole(&self, at: usize, after: usize) -> bool {
        let goes_on = self.text.token(after).and_then(Token::word).is_some_and(|word| AFTER_ALL.contains(&word));
        let named = self.reader.name_words(at) > 0 || self.reader.names_any_after(after);
        !goes_on && !named
    }

    fn all(&self, who: Assignee, from: usize) -> Reading {
        Reading::AllMine { who, note: typed::plain(self.text.from(self.text.past_marks(from))) }
    }

    /// Reads `@zoe Ana Lima note`, unless the first words are a contact's name rather than a person's.
    fn person_first(&self, start: usize) -> Option<Reading> {
        let named = self.person_at(start)?;
        let of_a_contact = self.reader.name_words(start) > self.directory.name_words(self.text, start);
        if of_a_contact && !is_recognized(self.text, start) {
            return None;
        }
        let next = self.text.past_marks(named.to);
        Some(self.with(
            named.who,
            |who| match self.past_all(next).filter(|after| self.is_the_whole(next, *after)) {
                Some(after) => self.all(who, after),
                None => self.conversations(Some(who), named.to),
            },
            || self.text.from(named.to).to_owned(),
        ))
    }

    /// Reads `Ana Lima to @zoe note`.
    fn conversation_first(&self, start: usize) -> Option<Reading> {
        let end = self.reader.clear_at(start)?;
        let named = self.person_at(self.text.past_marks(end))?;
        Some(self.around(start, end, named))
    }

    /// Reads the text around a person who is named between the conversation and the note.
    fn around(&self, start: usize, end: usize, named: NamedPerson) -> Reading {
        let end = self.before_pointers(start, end);
        let named_first = self.text.between(start, end).trim();
        // The colon separates the note, so that its words aren't read as another conversation.
        let rest = if named_first.is_empty() {
            self.text.from(self.text.past_marks(named.to)).to_owned()
        } else {
            format!("{named_first} : {}", self.text.from(named.to))
        };
        self.with(named.who, |who| self.again(&who, &rest), || rest.clone())
    }

    /// Returns the end of the words without those that only point at a conversation. They stay if others are left that
    /// are no clear conversation: they may be part of a name.
    fn before_pointers(&self, start: usize, end: usize) -> usize {
        let points = |token: &Token<'_>| token.is_mark() || token.word().is_some_and(|word| POINTERS.contains(&word));
        let count = (start..end).rev().take_while(|at| self.text.token(*at).is_some_and(points)).count();
        let left = end - count;
        let is_clear = || self.reader.clear_at(start).is_some_and(|clear| clear <= left);
        if left <= start || is_clear() { left } else { end }
    }

    /// Reads `okafro to @zoe note`: the words before the person are meant as a name, but fit no conversation.
    fn led_to_a_person(&self, start: usize) -> Option<Reading> {
        let leads = |at: usize| self.text.token(at)?.word().filter(|word| LEADS.contains(word));
        let lead = (start..self.text.tokens.len())
            .find(|at| leads(*at).is_some() && self.directory.at(self.text, at + 1).is_some())?;
        let named = self.directory.at(self.text, lead + 1)?;
        (lead > start).then(|| self.around(start, lead, named))
    }

    /// Handles a command in which no person is named surely. The words before the conversation may be a misspelt name.
    fn nobody_surely(&self, start: usize) -> Reading {
        let (from, end) = match self.reader.explicit_after(start) {
            Some((from, end)) => (from, end),
            None => match self.reader.clear_at(start) {
                Some(end) => (start, end),
                None => (start + 1, start + 1),
            },
        };
        let typed = typed::as_typed(self.text.between(start, from));
        let typed = typed.trim_end_matches([',', ':', ';', ' ']).to_owned();
        if typed.is_empty() {
            return self.somebody_after(start, end);
        }
        match self.directory.nearest(&typed) {
            PersonRef::OneOf(people) => Reading::WhichPerson { people, typed, rest: self.text.from(from).to_owned() },
            _ => self.lacking(Missing::Somebody { typed }, from),
        }
    }

    /// Reads the word after a clear conversation as a misspelt name, if "to" or "for" precedes it.
    fn somebody_after(&self, start: usize, end: usize) -> Reading {
        let after = self.text.past(end, &LEADS);
        let typed = self.text.between(after, after + 1).trim().to_owned();
        if after > end
            && !typed.is_empty()
            && self.text.past_marks(end) < after
            && let PersonRef::OneOf(people) = self.directory.nearest(&typed)
        {
            let rest = format!("{} : {}", self.text.between(start, end).trim(), self.text.from(after + 1));
            return Reading::WhichPerson { people, typed: typed::as_typed(&typed), rest };
        }
        self.lacking(Missing::Person, start)
    }

    /// Reports that the person is missing or unclear, and keeps the clear conversations and the note.
    fn lacking(&self, what: Missing, from: usize) -> Reading {
        let (ids, note) = match self.reader.read(from) {
            ConversationMatch::Clear { ids, note, .. } | ConversationMatch::Unclear { ids, note, .. } => (ids, note),
            ConversationMatch::OneOf { .. } | ConversationMatch::Nothing { .. } => {
                (Vec::new(), typed::plain(self.text.from(self.text.past_marks(from))))
            }
        };
        Reading::Missing { who: None, ids, note, what }
    }

    fn person_at(&self, at: usize) -> Option<NamedPerson> {
        self.directory.at(self.text, at).or_else(|| {
            let leads = self.text.token(at)?.word().is_some_and(|word| LEADS.contains(&word));
            if leads { self.directory.at(self.text, at + 1) } else { None }
        })
    }

    /// Continues with the named person, or asks which person is meant.
    fn with(&self, who: PersonRef, go_on: impl FnOnce(Assignee) -> Reading, rest: impl FnOnce() -> String) -> Reading {
        match who {
            PersonRef::Clear(Assignee::Group(_)) if self.asked.verb == Verb::Handoff => {
                let (ids, note) = self.known_of(&rest());
                Reading::Missing { who: None, ids, note, what: Missing::OnePerson }
            }
            PersonRef::Clear(who) => go_on(who),
            PersonRef::OneOf(people) => Reading::WhichPerson { people, typed: String::new(), rest: rest() },
            PersonRef::Unknown(typed) => {
                let (ids, note) = self.known_of(&rest());
                Reading::Missing { who: None, ids, note, what: Missing::Somebody { typed } }
            }
        }
    }

    /// Returns the clear conversations of a text and its note.
    fn known_of(&self, text: &str) -> (Vec<ConversationId>, String) {
        match self.again(&Assignee::Me, text) {
            Reading::Ready { ids, note, .. } | Reading::Missing { ids, note, .. } => (ids, note),
            _ => (Vec::new(), typed::plain(text)),
        }
    }

    /// Reads another text, with the person already known.
    fn again(&self, who: &Assignee, text: &str) -> Reading {
        read(&UnresolvedCommand { who: Some(who), text, ..*self.asked }, self.book, self.directory)
    }

    fn conversations(&self, who: Option<Assignee>, start: usize) -> Reading {
        match self.with_note_apart(self.reader.read(start)) {
            ConversationMatch::Clear { ids, note, .. } if note.is_empty() && is_only_a_note(self.asked.verb) => {
                Reading::Missing { who, ids, note, what: Missing::Note }
            }
            ConversationMatch::Clear { ids, by_name, note } => Reading::Ready { who, ids, by_name, note },
            ConversationMatch::OneOf { ids, asked, doubt, note } => {
                Reading::WhichConversation { who, ids, asked, doubt, note }
            }
            ConversationMatch::Unclear { ids, asked, note } => {
                Reading::Missing { who, ids, note, what: Missing::Clarity { asked } }
            }
            ConversationMatch::Nothing { note: asked } => {
                let note = self.asked.apart.map_or_else(|| asked.clone(), |apart| apart.note.to_owned());
                Reading::Missing { who, ids: Vec::new(), note, what: Missing::Conversation { asked } }
            }
        }
    }

    /// Returns what the text names, with the note that is given apart from it, if it is.
    fn with_note_apart(&self, found: ConversationMatch) -> ConversationMatch {
        let Some(note) = self.asked.apart.map(|apart| apart.note.to_owned()) else { return found };
        match found {
            ConversationMatch::Clear { ids, by_name, .. } => ConversationMatch::Clear { ids, by_name, note },
            ConversationMatch::OneOf { ids, asked, doubt, .. } => ConversationMatch::OneOf { ids, asked, doubt, note },
            ConversationMatch::Unclear { ids, asked, .. } => ConversationMatch::Unclear { ids, asked, note },
            nothing @ ConversationMatch::Nothing { .. } => nothing,
        }
    }
}
