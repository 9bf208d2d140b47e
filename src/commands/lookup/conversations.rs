//! Reads the conversations that the words of a command name, and the words of its note.

use crate::commands::lookup::book::Book;
use crate::commands::lookup::items::{Finder, Item, NamedBy, phrase};
use crate::commands::lookup::token::{Token, TokenKind, TokenizedText};
use crate::core::conversation::{Conversation, Links, Status};
use crate::core::ids::ConversationId;
use crate::core::names::{folded, is_grammar, is_stop_word};
use crate::core::typed;

/// The longest phrase, in words, that is offered as a name.
const MOST_OFFERED_WORDS: usize = 4;

/// The most conversations that one command can name.
const MOST_NAMED: usize = 100;

/// The longest unrecognized phrase, in words, that counts as an item of a list. A longer one is the note.
const MOST_UNCLEAR_WORDS: usize = 3;

/// The most numbers that are looked up for one command.
const MOST_NUMBERS: usize = 12;

/// The words that introduce a conversation.
const LEADS: [&str; 4] = ["to", "for", "on", "about"];

/// The way in which a command treats conversations and leftover words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// True if the command takes a note.
    pub takes_note: bool,
    /// True if a name can mean a done conversation as well as an open one.
    pub done_too: bool,
}

/// The conversations that a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ConversationMatch {
    /// All conversations are clear, and the leftover words are the note.
    Clear {
        /// The conversations.
        ids: Vec<ConversationId>,
        /// The conversations among `ids` that are named only by words.
        by_name: Vec<ConversationId>,
        /// The leftover words.
        note: String,
    },
    /// One of several conversations, and the text doesn't decide which.
    OneOf {
        /// The candidates.
        ids: Vec<ConversationId>,
        /// The words that name them.
        asked: String,
        /// The reason for the question.
        doubt: NameDoubt,
        /// The leftover words.
        note: String,
    },
    /// Several conversations, some of them unclear.
    Unclear {
        /// The clear ones.
        ids: Vec<ConversationId>,
        /// The words that name the unclear ones.
        asked: Vec<String>,
        /// The leftover words.
        note: String,
    },
    /// No conversation.
    Nothing {
        /// All the words.
        note: String,
    },
}

/// The reason why a name leads to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameDoubt {
    /// Several conversations fit equally well.
    Several,
    /// Two conversations are named, and only one can be meant.
    TwoNamed,
    /// The name fits only in part, or is misspelt.
    Weak,
    /// The only conversation that fits is done.
    Done,
    /// Words are left over, and the command takes no note.
    Leftover,
}

/// A reader of the conversations that a text names.
pub(crate) struct ReferenceReader<'r, 'a> {
    text: &'r TokenizedText<'r>,
    find: Finder<'r, 'a>,
    manner: Manner,
}

impl<'r, 'a> ReferenceReader<'r, 'a> {
    /// Returns a reader of a text.
    pub(super) fn new(text: &'r TokenizedText<'r>, book: &'r Book<'a>, links: &'r Links, manner: Manner) -> Self {
        Self { text, find: Finder { text, book, links }, manner }
    }

    /// Reads the conversations that the text names from token `start` on.
    pub(super) fn read(&self, start: usize) -> ConversationMatch {
        let start = self.past_marks(start);
        let named = self.list(self.after_grammar(start));
        let meant = match named.as_slice() {
            [] => self.further_on(start).unwrap_or_else(|| self.offered(start)),
            [one] if one.by.is_name() => {
                self.named_or_further_on(start, one).unwrap_or_else(|| self.several(&named, ""))
            }
            _ => self.several(&named, ""),
        };
        self.without_leftovers(meant)
    }

    /// Returns the token after the conversations that begin at `start`, if any is named there.
    pub(crate) fn clear_at(&self, start: usize) -> Option<usize> {
        let items = self.list(self.after_grammar(start));
        items.last().map(|last| last.to)
    }

    /// Finds the first later conversation that is named by id, link or number, and returns the tokens at which its list
    /// begins and ends.
    pub(crate) fn explicit_after(&self, start: usize) -> Option<(usize, usize)> {
        let item = self.first_explicit(start)?;
        Some((item.from, self.list(item.from).last().map_or(item.to, |last| last.to)))
    }

    /// Counts the words of a contact's name at token `at`.
    pub(crate) fn name_words(&self, at: usize) -> usize {
        self.find.name_at(at).map_or(0, |item| item.to - item.from)
    }

    /// Answers whether a conversation is named from `start` on by id, link, number or full name.
    pub(crate) fn names_any_after(&self, start: usize) -> bool {
        let is_full = |at| self.find.name_at(at).is_some_and(|item| item.by == NamedBy::FullName);
        self.first_explicit(start).is_some() || (start..self.text.tokens.len()).any(is_full)
    }

    /// Returns the first token from `at` on that isn't a mark. A bracket that begins a number counts as the number.
    fn past_marks(&self, mut at: usize) -> usize {
        while self.text.token(at).is_some_and(Token::is_mark) && self.find.readings(at).is_empty() {
            at += 1;
        }
        at
    }

    /// Skips a word such as "for", if an id, link, number or full name follows it.
    fn after_grammar(&self, at: usize) -> usize {
        let leads = self.text.token(at).and_then(Token::word).is_some_and(|word| LEADS.contains(&word));
        if !leads {
            return at;
        }
        let follows = self.find.item(at + 1);
        if follows.is_some_and(|item| item.by != NamedBy::PartOfAName) { at + 1 } else { at }
    }

    /// Reads a list of conversations. Marks or "and" separate its items. Ids, links and full numbers need no separator.
    fn list(&self, start: usize) -> Vec<Item<'a>> {
        let Some(first) = self.find.item(start).or_else(|| self.strange_before_others(start)) else {
            return Vec::new();
        };
        let mut items = vec![first];
        while let Some(last) = items.last().filter(|_| items.len() < MOST_NAMED) {
            let next = self.past_parting(last.to);
            let follows = if next > last.to {
                let strange = || self.find.strange_number(next);
                self.find
                    .item(next)
                    .or_else(strange)
                    .or_else(|| self.find.doubtful(next))
                    .or_else(|| self.unclear(next))
            } else if last.by.stands_alone() {
                self.find.item(next).filter(|item| item.by.stands_alone() && item.unknown.is_none())
            } else if self.text.token(next).is_some_and(|token| !token.is_mark()) {
                self.unclear(next)
            } else {
                None
            };
            let Some(follows) = follows else { break };
            items.push(follows);
        }
        items
    }

    /// Reads a number that no contact has, if a conversation named by id, link or number follows it in a list.
    fn strange_before_others(&self, start: usize) -> Option<Item<'a>> {
        let strange = self.find.strange_number(start)?;
        let next = self.past_parting(strange.to);
        let follows = self.find.item(next).filter(|item| next > strange.to && !item.by.is_name());
        follows.map(|_| strange)
    }

    /// Reads a few unrecognized words between two conversations of a list.
    fn unclear(&self, from: usize) -> Option<Item<'a>> {
        let parts = |at: &usize| self.text.token(*at).is_some_and(Token::parts);
        let to = (from + 1..=from + MOST_UNCLEAR_WORDS).find(parts)?;
        let next = self.find.item(self.past_parting(to))?;
        let is_sure = next.unknown.is_none() && matches!(next.by, NamedBy::Id | NamedBy::Line | NamedBy::FullName);
        is_sure.then(|| Item { fits: Vec::new(), unknown: None, by: NamedBy::NearlyAName, from, to })
    }

    fn past_parting(&self, at: usize) -> usize {
        let mut next = at;
        while self.text.token(next).is_some_and(Token::parts) {
            next += 1;
        }
        next
    }

    /// Reads a name, unless a later id, link or number identifies a conversation more surely.
    fn named_or_further_on(&self, start: usize, named: &Item<'a>) -> Option<ConversationMatch> {
        let Some(explicit) = self.first_explicit(named.to) else { return self.named_twice(named) };
        if let ([one], [other]) = (named.fits.as_slice(), explicit.fits.as_slice())
            && one.id == other.id
        {
            return self.said_again(named, &explicit);
        }
        if explicit.by == NamedBy::Id || named.by == NamedBy::PartOfAName {
            return Some(self.with_words_before(start, &explicit));
        }
        self.either(named, &explicit)
    }

    /// Reads `Ana Lima (conv_1001)`: the repeated reference isn't part of the note.
    fn said_again(&self, named: &Item<'a>, again: &Item<'a>) -> Option<ConversationMatch> {
        let beside = self.past_marks(named.to) >= again.from;
        let [one] = named.fits.as_slice() else { return None };
        beside.then(|| ConversationMatch::Clear {
            ids: vec![one.id.clone()],
            by_name: Vec::new(),
            note: note("", self.text.from(again.to)),
        })
    }

    /// Asks which contact is meant if a first or last name is followed by another contact's full name.
    fn named_twice(&self, named: &Item<'a>) -> Option<ConversationMatch> {
        if named.by != NamedBy::PartOfAName {
            return None;
        }
        let further_on = (named.to..self.text.tokens.len()).filter_map(|at| self.find.name_at(at));
        let mut full = further_on.filter(|item| item.by == NamedBy::FullName);
        full.next().and_then(|full| self.either(named, &full))
    }

    /// Asks which of two conversations is meant, if they differ.
    fn either(&self, one: &Item<'a>, other: &Item<'a>) -> Option<ConversationMatch> {
        let ([first], [second]) = (one.fits.as_slice(), other.fits.as_slice()) else { return None };
        (first.id != second.id).then(|| ConversationMatch::OneOf {
            ids: vec![first.id.clone(), second.id.clone()],
            asked: self.words_of(one),
            doubt: NameDoubt::TwoNamed,
            note: note("", self.text.from(one.to)),
        })
    }

    fn further_on(&self, start: usize) -> Option<ConversationMatch> {
        self.first_explicit(start).map(|explicit| self.with_words_before(start, &explicit))
    }

    /// Reads the conversations named later in the text, and takes the words around them as the note.
    fn with_words_before(&self, start: usize, explicit: &Item<'a>) -> ConversationMatch {
        let mut before = explicit.from;
        let leads = |at: usize| self.text.token(at).and_then(Token::word).is_some_and(|w| LEADS.contains(&w));
        if before > start && leads(before - 1) {
            before -= 1;
        }
        self.several(&self.list(explicit.from), self.text.between(start, before))
    }

    /// Finds the first conversation from a token on that is named by a known id, a link or a contact's number.
    fn first_explicit(&self, start: usize) -> Option<Item<'a>> {
        let mut at = start;
        let mut numbers = 0;
        while at < self.text.tokens.len() && numbers < MOST_NUMBERS {
            let known = |item: &Item<'a>| {
                item.unknown.is_none() || matches!(self.text.token(at), Some(t) if matches!(t.kind, TokenKind::Link(_)))
            };
            if let Some(item) = self.find.by_id(at).filter(known).or_else(|| self.find.by_number(at)) {
                return Some(item);
            }
            // The end of a number that no contact has isn't a number of its own.
            let number = self.find.readings(at).first().map(|(_, to)| *to);
            numbers += usize::from(number.is_some());
            at = number.unwrap_or(at + 1);
        }
        None
    }

    /// Turns a list of named conversations into a match, with the words before and after it as the note.
    fn several(&self, items: &[Item<'a>], before: &str) -> ConversationMatch {
        let end = items.last().map_or(0, |last| last.to);
        let note = note(before, self.text.from(end));
        let (mut ids, mut by_name, mut unclear) = (Vec::new(), Vec::new(), Vec::new());
        let alone = items.len() == 1;
        for item in items {
            match self.one_of(item) {
                Ok(id) if ids.contains(&id) => {}
                Ok(_) if item.unknown.is_some() && !alone => unclear.push((item, NameDoubt::Weak)),
                Ok(id) => {
                    by_name.extend(item.by.is_name().then(|| id.clone()));
                    ids.push(id);
                }
                Err(doubt) => unclear.push((item, doubt)),
            }
        }
        match unclear.as_slice() {
            [] => ConversationMatch::Clear { ids, by_name, note },
            [(item, doubt)] if alone => {
                let fits = self.not_done(&item.fits);
                let ids = fits.iter().map(|one| one.id.clone()).collect();
                ConversationMatch::OneOf { ids, asked: self.words_of(item), doubt: *doubt, note }
            }
            _ => ConversationMatch::Unclear {
                ids,
                asked: unclear.iter().map(|(item, _)| self.words_of(item)).collect(),
                note,
            },
        }
    }

    /// Returns the one conversation that an item names, or the doubt about it.
    fn one_of(&self, item: &Item<'a>) -> Result<ConversationId, NameDoubt> {
        if let Some(unknown) = &item.unknown {
            return Ok(unknown.clone());
        }
        let only = |fits: &[&'a Conversation]| match fits {
            [one] => Some(one.id.clone()),
            _ => None,
        };
        if item.by == NamedBy::NearlyAName {
            return Err(NameDoubt::Weak);
        }
        if !item.by.is_name() {
            return only(&item.fits).ok_or(NameDoubt::Several);
        }
        let open: Vec<_> = item.fits.iter().filter(|one| one.status != Status::Done).copied().collect();
        let doubt = if open.is_empty() && item.fits.len() == 1 { NameDoubt::Done } else { NameDoubt::Several };
        only(&open).or_else(|| only(&item.fits).filter(|_| self.manner.done_too)).ok_or(doubt)
    }

    /// Returns the conversations that aren't done. If all are done, or the command accepts done ones, returns all.
    fn not_done(&self, fits: &[&'a Conversation]) -> Vec<&'a Conversation> {
        let open: Vec<_> = fits.iter().filter(|one| one.status != Status::Done).copied().collect();
        if open.is_empty() || self.manner.done_too { fits.to_vec() } else { open }
    }

    /// Offers the conversations that the text may mean, if it names none surely.
    fn offered(&self, start: usize) -> ConversationMatch {
        let offered = self.offered_by_digits(start).or_else(|| self.offered_as_misspelt(start));
        let offered = offered.or_else(|| self.offered_further_on(start)).or_else(|| self.offered_by_words(start));
        offered.unwrap_or_else(|| ConversationMatch::Nothing { note: note("", self.text.from(start)) })
    }

    /// Offers a name in the middle of the text: `the Robert Hale thing`.
    fn offered_further_on(&self, start: usize) -> Option<ConversationMatch> {
        let mut named = (start + 1..self.text.tokens.len()).filter_map(|at| self.find.name_at(at));
        let item = named.next()?;
        let ids = self.not_done(&item.fits).iter().map(|one| one.id.clone()).collect();
        let note = note("", self.text.from(start));
        Some(ConversationMatch::OneOf { ids, asked: self.words_of(&item), doubt: NameDoubt::Weak, note })
    }

    /// Offers a misspelt name of several words: `Anna Lima called`.
    fn offered_as_misspelt(&self, start: usize) -> Option<ConversationMatch> {
        let words = self.find.words(start);
        let most = words.len().min(MOST_OFFERED_WORDS);
        (2..=most).rev().find_map(|count| {
            let words = words.get(..count)?;
            self.offer(&phrase(words), words.last()?.0 + 1)
        })
    }

    fn offered_by_digits(&self, start: usize) -> Option<ConversationMatch> {
        self.find.readings(start).into_iter().find_map(|(number, to)| {
            let found = self.find.book.by_number(&number)?;
            let ids = found.conversations.iter().map(|one| one.id.clone()).collect();
            let asked = self.text.between(start, to).trim().to_owned();
            Some(ConversationMatch::OneOf { ids, asked, doubt: NameDoubt::Weak, note: note("", self.text.from(to)) })
        })
    }

    fn offered_by_words(&self, start: usize) -> Option<ConversationMatch> {
        if let Some(TokenKind::Quoted(name)) = self.text.token(start).map(|token| &token.kind) {
            let name = folded(&typed::plain(name));
            return self.offer(&name, start + 1);
        }
        let words = self.find.words(start);
        let (_, first) = words.first()?;
        if is_grammar(first) {
            // "for Ana": the word after the preposition is offered, if it fits a contact.
            let next = words.get(1).filter(|(_, word)| !is_stop_word(word))?;
            return self.offered_by_words(next.0);
        }
        let most = words.len().min(if is_stop_word(first) { 1 } else { MOST_OFFERED_WORDS });
        (1..=most).rev().find_map(|count| {
            let words = words.get(..count)?;
            let end = if is_stop_word(first) { start } else { words.last()?.0 + 1 };
            self.offer(&phrase(words), end)
        })
    }

    fn offer(&self, phrase: &str, end: usize) -> Option<ConversationMatch> {
        let fits = self.find.book.offered(phrase);
        if fits.is_empty() {
            return None;
        }
        let ids = fits.iter().map(|one| one.id.clone()).collect();
        let note = note("", self.text.from(end));
        Some(ConversationMatch::OneOf { ids, asked: phrase.to_owned(), doubt: NameDoubt::Weak, note })
    }

    /// Turns a match into a question if words are left over and the command takes no note.
    fn without_leftovers(&self, meant: ConversationMatch) -> ConversationMatch {
        match meant {
            ConversationMatch::Clear { ids, note, .. } if !self.manner.takes_note && !note.is_empty() => {
                if ids.len() == 1 {
                    return ConversationMatch::OneOf {
                        ids,
                        asked: note,
                        doubt: NameDoubt::Leftover,
                        note: String::new(),
                    };
                }
                ConversationMatch::Unclear { ids, asked: vec![note], note: String::new() }
            }
            // The leftover words don't become a note when the requester chooses a conversation with a button.
            ConversationMatch::OneOf { ids, asked, doubt, .. } if !self.manner.takes_note => {
                ConversationMatch::OneOf { ids, asked, doubt, note: String::new() }
            }
            other => other,
        }
    }

    fn words_of(&self, item: &Item<'a>) -> String {
        let words = typed::as_typed(self.text.between(item.from, item.to));
        words.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';')).to_owned()
    }
}

/// Joins the words before and after a conversation into one note, without the separators around them.
fn note(before: &str, after: &str) -> String {
    let before = up_to_words(from_words(before, separates));
    // `Ana Lima (see conv_1002)`: a bracket that the note opened is closed in the note.
    let is_open = before.matches(['(', '[']).count() > before.matches([')', ']']).count();
    let mut after = from_words(after, |c| separates(c) || !is_open && matches!(c, ')' | ']'));
    // One full stop or question mark ends the name and is dropped. Three of them are kept as the writer's own.
    if let Some(rest) = after.strip_prefix(['.', '?', '!'])
        && (rest.is_empty() || rest.starts_with(char::is_whitespace))
    {
        after = from_words(rest, separates);
    }
    let blank = if after.starts_with([')', ']']) { "" } else { " " };
    let note = [typed::plain(before), typed::plain(after)].join(blank).trim().to_owned();
    // `Ana Lima!!!`: a note of punctuation alone is empty.
    let is_said = |c: char| !matches!(c, '.' | '?' | '!' | '…') && !separates(c);
    if note.contains(is_said) { note } else { String::new() }
}

fn separates(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ':' | ';' | '|' | '-' | '‐'..='―')
}

/// Returns the text without the separators before its first word. An emoji keeps its colon.
fn from_words(text: &str, separates: impl Fn(char) -> bool) -> &str {
    let mut rest = text;
    while typed::emoji_code(rest).is_none()
        && let Some(next) = rest.strip_prefix(&separates)
    {
        rest = next;
    }
    rest
}

/// Returns the text without the separators and the open bracket after its last word. An emoji keeps its colon.
fn up_to_words(text: &str) -> &str {
    let last = text.trim_end().rsplit(char::is_whitespace).next().unwrap_or_default();
    let is_emoji = !last.is_empty() && typed::emoji_code(last) == Some(last);
    if is_emoji { text.trim_end() } else { text.trim_end_matches(|c| separates(c) || matches!(c, '(' | '[')) }
}
