//! The order of a command's words: person and conversations in either order, then the note.

use crate::domain::assignee::Assignee;
use crate::domain::lookup::book::Book;
use crate::domain::lookup::conversations::{ConversationMatch, Manner, ReferenceReader};
use crate::domain::lookup::people::{Directory, NamedPerson, PersonRef, is_recognized};
use crate::domain::lookup::reading::{Missing, Reading, UnresolvedCommand};
use crate::domain::lookup::token::{Token, TokenizedText, cleaned};
use crate::domain::typed;
use crate::domain::verb::Verb;
use crate::ids::ConversationId;

/// Words that lead to a person.
const LEADS: [&str; 2] = ["to", "for"];

/// Stands for everything open that belongs to the person who asks.
const ALL: &str = "all";

/// Words before which `all` begins a sentence.
const AFTER_ALL: [&str; 24] = [
    "of", "the", "her", "his", "their", "my", "our", "your", "this", "that", "these", "those", "is", "are", "was",
    "were", "right", "good", "set", "clear", "about", "she", "he", "we",
];

/// Reads what a typed command means.
pub fn read(asked: &UnresolvedCommand<'_>, book: &Book<'_>, directory: &Directory) -> Reading {
    let source = cleaned(asked.text);
    let text = TokenizedText::read(&source);
    let grammar = Grammar { asked, text: &text, reader: reader(asked, &text, book), book, directory };
    match asked.who {
        None if takes_person(asked.verb) => grammar.person_and_conversations(),
        who => grammar.conversations(who.cloned(), 0),
    }
}

fn reader<'r, 'a>(
    asked: &UnresolvedCommand<'r>,
    text: &'r TokenizedText<'r>,
    book: &'r Book<'a>,
) -> ReferenceReader<'r, 'a> {
    ReferenceReader::new(text, book, asked.links, manner(asked.verb))
}

/// Whether a command names a new owner.
pub(super) fn takes_person(verb: Verb) -> bool {
    matches!(verb, Verb::Assign | Verb::Handoff)
}

/// Whether a command has a note.
pub(super) fn takes_note(verb: Verb) -> bool {
    takes_person(verb) || matches!(verb, Verb::Done | Verb::Note | Verb::GiveBack)
}

/// Whether a name means a done conversation as well as any other to a command.
pub fn means_done_too(verb: Verb) -> bool {
    matches!(verb, Verb::Reopen | Verb::Note | Verb::History | Verb::Undo)
}

fn manner(verb: Verb) -> Manner {
    Manner { takes_note: takes_note(verb), done_too: means_done_too(verb) }
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
        let start = self.text.past(0, &[]);
        self.all_of_mine(start)
            .or_else(|| self.person_first(start))
            .or_else(|| self.conversation_first(start))
            .or_else(|| self.led_to_a_person(start))
            .unwrap_or_else(|| self.nobody_surely(start))
    }

    /// `all @zoe note`.
    fn all_of_mine(&self, start: usize) -> Option<Reading> {
        let next = self.past_all(start)?;
        let named = self.person_at(next)?;
        Some(self.with(named.who, |who| self.all(who, named.to), || self.text.from(start).to_owned()))
    }

    fn past_all(&self, at: usize) -> Option<usize> {
        let is_all = self.text.token(at)?.word().is_some_and(|word| word == ALL);
        is_all.then_some(at + 1)
    }

    /// Whether `all` before a note means everything, and neither begins a sentence (`all the details are …`) nor
    /// stands beside a conversation that is named.
    fn is_the_whole(&self, at: usize, after: usize) -> bool {
        let goes_on = self.text.token(after).and_then(Token::word).is_some_and(|word| AFTER_ALL.contains(&&*word));
        let named = self.reader.name_words(at) > 0 || self.reader.names_any_after(after);
        !goes_on && !named
    }

    fn all(&self, who: Assignee, from: usize) -> Reading {
        Reading::AllMine { who, note: typed::plain(self.text.from(self.text.past(from, &[]))) }
    }

    /// `@zoe Ana Lima note`, unless the words are a contact's name rather than a person's.
    fn person_first(&self, start: usize) -> Option<Reading> {
        let named = self.person_at(start)?;
        let of_a_contact = self.reader.name_words(start) > self.directory.name_words(self.text, start);
        if of_a_contact && !is_recognized(self.text, start) {
            return None;
        }
        let next = self.text.past(named.to, &[]);
        Some(self.with(
            named.who,
            |who| match self.past_all(next).filter(|after| self.is_the_whole(next, *after)) {
                Some(after) => self.all(who, after),
                None => self.conversations(Some(who), named.to),
            },
            || self.text.from(named.to).to_owned(),
        ))
    }

    /// `Ana Lima to @zoe note`.
    fn conversation_first(&self, start: usize) -> Option<Reading> {
        let end = self.reader.clear_at(start)?;
        let named = self.person_at(self.text.past(end, &[]))?;
        Some(self.around(start, end, named))
    }

    /// The text around a person who is named between conversation and note.
    fn around(&self, start: usize, end: usize, named: NamedPerson) -> Reading {
        // A colon keeps what belongs to the note from being taken for another conversation.
        let rest = format!("{} : {}", self.text.between(start, end).trim(), self.text.from(named.to));
        self.with(named.who, |who| self.again(&who, &rest), || rest.clone())
    }

    /// `okafro to @zoe note`: the words before are no conversation's name, and meant as one.
    fn led_to_a_person(&self, start: usize) -> Option<Reading> {
        let leads = |at: usize| self.text.token(at)?.word().filter(|word| LEADS.contains(&&**word));
        let lead = (start..self.text.tokens.len())
            .find(|at| leads(*at).is_some() && self.directory.at(self.text, at + 1).is_some())?;
        let named = self.directory.at(self.text, lead + 1)?;
        (lead > start).then(|| self.around(start, lead, named))
    }

    /// Nobody is named surely: the words before a conversation may be a name that is misspelt.
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

    /// The conversation is clear; the word after it may be a name that is misspelt, if it is led to.
    fn somebody_after(&self, start: usize, end: usize) -> Reading {
        let after = self.text.past(end, &LEADS);
        let typed = self.text.between(after, after + 1).trim().to_owned();
        if after > end
            && !typed.is_empty()
            && self.text.past(end, &[]) < after
            && let PersonRef::OneOf(people) = self.directory.nearest(&typed)
        {
            let rest = format!("{} : {}", self.text.between(start, end).trim(), self.text.from(after + 1));
            return Reading::WhichPerson { people, typed: typed::as_typed(&typed), rest };
        }
        self.lacking(Missing::Person, start)
    }

    /// Something about the person is missing; what is known of the conversations is kept.
    fn lacking(&self, what: Missing, from: usize) -> Reading {
        let (ids, note) = match self.reader.read(from) {
            ConversationMatch::Clear { ids, note, .. } | ConversationMatch::Unclear { ids, note, .. } => (ids, note),
            ConversationMatch::OneOf { .. } | ConversationMatch::Nothing { .. } => {
                (Vec::new(), typed::plain(self.text.from(self.text.past(from, &[]))))
            }
        };
        Reading::Missing { who: None, ids, note, what }
    }

    fn person_at(&self, at: usize) -> Option<NamedPerson> {
        self.directory.at(self.text, at).or_else(|| {
            let leads = self.text.token(at)?.word().is_some_and(|word| LEADS.contains(&&*word));
            if leads { self.directory.at(self.text, at + 1) } else { None }
        })
    }

    /// Goes on with the person who is named, or asks who it is.
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

    /// What a text says for sure about conversations, and its note.
    fn known_of(&self, text: &str) -> (Vec<ConversationId>, String) {
        match self.again(&Assignee::Me, text) {
            Reading::Ready { ids, note, .. } | Reading::Missing { ids, note, .. } => (ids, note),
            _ => (Vec::new(), typed::plain(text)),
        }
    }

    /// Another text with the person known.
    fn again(&self, who: &Assignee, text: &str) -> Reading {
        read(&UnresolvedCommand { who: Some(who), text, ..*self.asked }, self.book, self.directory)
    }

    fn conversations(&self, who: Option<Assignee>, start: usize) -> Reading {
        match self.reader.read(start) {
            ConversationMatch::Clear { ids, note, .. } if self.asked.verb == Verb::Note && note.is_empty() => {
                Reading::Missing { who, ids, note, what: Missing::Note }
            }
            ConversationMatch::Clear { ids, by_name, note } => Reading::Ready { who, ids, by_name, note },
            ConversationMatch::OneOf { ids, asked, doubt, note } => {
                Reading::WhichConversation { who, ids, asked, doubt, note }
            }
            ConversationMatch::Unclear { ids, asked, note } => {
                Reading::Missing { who, ids, note, what: Missing::Clarity { asked } }
            }
            ConversationMatch::Nothing { note } => {
                let asked = note.clone();
                Reading::Missing { who, ids: Vec::new(), note, what: Missing::Conversation { asked } }
            }
        }
    }
}
