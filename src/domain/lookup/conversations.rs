//! Which conversations the words of a command mean, and which words are its note.

use crate::domain::conversation::{Conversation, Links, Status, id_shaped};
use crate::domain::lookup::book::Book;
use crate::domain::lookup::names::{Strength, folded, is_grammar, is_misspelt, is_stop_word, is_turned};
use crate::domain::lookup::token::{Kind, Mark, Text};
use crate::domain::phone::{Fit, WrittenNumber};
use crate::domain::typed;
use crate::ids::ConversationId;

/// More words than this never belong to a contact's name.
const MOST_NAME_WORDS: usize = 6;

/// More words than this are not offered as a name.
const MOST_OFFERED_WORDS: usize = 4;

/// More conversations than this are not named at once.
const MOST_NAMED: usize = 100;

/// More numbers than this are not looked up for one command.
const MOST_NUMBERS: usize = 12;

/// A word that leads to what follows it.
const LEADS: [&str; 4] = ["to", "for", "on", "about"];

/// How a command looks at what it finds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// Whether it takes a note.
    pub takes_note: bool,
    /// Whether a name means a done conversation as well as any other.
    pub done_too: bool,
}

/// The conversations that a text means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meant {
    /// These, and what is left is the note.
    Clear {
        /// Which.
        ids: Vec<ConversationId>,
        /// Those of them that are named by words alone.
        by_name: Vec<ConversationId>,
        /// The words that are left.
        note: String,
    },
    /// One of these; nobody can tell which.
    OneOf {
        /// Which.
        ids: Vec<ConversationId>,
        /// What names them.
        asked: String,
        /// Why they are asked about.
        doubt: Doubt,
        /// The words that are left.
        note: String,
    },
    /// Several, some of which are not clear.
    Unclear {
        /// Those that are.
        ids: Vec<ConversationId>,
        /// What names the others.
        asked: Vec<String>,
        /// The words that are left.
        note: String,
    },
    /// No conversation.
    Nothing {
        /// All the words.
        note: String,
    },
}

/// Why a name is a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// Several fit equally well.
    Several,
    /// It fits only in part, or is misspelt.
    Weak,
    /// What it fits is done.
    Done,
    /// Words are left that the command does not take.
    Leftover,
}

/// One conversation as it is named in a text.
struct Item<'a> {
    /// Those that fit. Empty, if it is an id that nobody knows.
    fits: Vec<&'a Conversation>,
    /// The id that nobody knows.
    unknown: Option<ConversationId>,
    /// How it is named.
    by: By,
    /// The tokens that name it.
    from: usize,
    to: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// An id or a link.
    Id,
    /// A number of a whole line.
    Line,
    /// The end of a number.
    Ending,
    /// The full name, or the company.
    FullName,
    /// A first or last name.
    PartOfAName,
    /// What only comes near a name.
    NearlyAName,
}

impl By {
    fn is_name(self) -> bool {
        matches!(self, Self::FullName | Self::PartOfAName | Self::NearlyAName)
    }

    /// Whether another one may stand beside it without anything between.
    fn stands_alone(self) -> bool {
        matches!(self, Self::Id | Self::Line)
    }
}

/// Reads which conversations a text names.
pub(super) struct Reader<'r, 'a> {
    text: &'r Text<'r>,
    book: &'r Book<'a>,
    links: &'r Links,
    manner: Manner,
}

impl<'r, 'a> Reader<'r, 'a> {
    /// A reader of a text.
    pub(super) fn new(text: &'r Text<'r>, book: &'r Book<'a>, links: &'r Links, manner: Manner) -> Self {
        Self { text, book, links, manner }
    }

    /// The conversations that the text from `start` on means.
    pub(super) fn read(&self, start: usize) -> Meant {
        let start = self.past_marks(start);
        let named = self.list(self.after_grammar(start));
        let meant = match named.as_slice() {
            [] => self.further_on(start).unwrap_or_else(|| self.offered(start)),
            [one] if one.by.is_name() => {
                self.named_or_further_on(start, one).unwrap_or_else(|| self.several(named, ""))
            }
            _ => self.several(named, ""),
        };
        self.without_leftovers(meant)
    }

    /// The conversations that begin at `start`, all of them clear, and where they end.
    pub(super) fn clear_at(&self, start: usize) -> Option<usize> {
        let items = self.list(self.after_grammar(start));
        items.last().map(|last| last.to)
    }

    /// The first conversation further on that is named by id, link or number: where it begins and ends.
    pub(super) fn explicit_after(&self, start: usize) -> Option<(usize, usize)> {
        let item = self.first_explicit(start)?;
        Some((item.from, self.list(item.from).last().map_or(item.to, |last| last.to)))
    }

    /// How many words of a contact's name stand at `at`.
    pub(super) fn name_words(&self, at: usize) -> usize {
        self.name_at(at).map_or(0, |item| item.to - item.from)
    }

    /// Past the marks at `at`, but for the bracket of a number.
    fn past_marks(&self, mut at: usize) -> usize {
        while self.text.token(at).is_some_and(|token| token.is_mark()) && self.readings(at).is_empty() {
            at += 1;
        }
        at
    }

    /// Past a word that only leads to a reference or a full name.
    fn after_grammar(&self, at: usize) -> usize {
        let leads = self.text.token(at).and_then(|token| token.word()).is_some_and(|word| LEADS.contains(&&*word));
        if !leads {
            return at;
        }
        let follows = self.item(at + 1);
        if follows.is_some_and(|item| item.by != By::PartOfAName) { at + 1 } else { at }
    }

    /// Conversations one after the other: parted by marks or "and"; ids, links and full numbers also by nothing.
    fn list(&self, start: usize) -> Vec<Item<'a>> {
        let Some(first) = self.item(start) else { return Vec::new() };
        let mut items = vec![first];
        while let Some(last) = items.last().filter(|_| items.len() < MOST_NAMED) {
            let next = self.past_parting(last.to);
            let follows = if next > last.to {
                self.item(next).or_else(|| self.doubtful(next))
            } else if last.by.stands_alone() {
                self.item(next).filter(|item| item.by.stands_alone() && item.unknown.is_none())
            } else {
                None
            };
            let Some(follows) = follows else { break };
            items.push(follows);
        }
        items
    }

    fn past_parting(&self, at: usize) -> usize {
        let mut next = at;
        while self.text.token(next).is_some_and(|token| token.parts()) {
            next += 1;
        }
        next
    }

    /// What stands where another conversation may, and is nearly one: then nobody can tell.
    fn doubtful(&self, at: usize) -> Option<Item<'a>> {
        let word = self.text.token(at)?.word().filter(|word| !is_stop_word(word))?;
        let long = word.chars().count() >= 3;
        let fits = self.book.offered(&word);
        let nearly = |one: &&&'a Conversation| {
            let name = folded(&one.title());
            name.split(' ').any(|of_name| of_name.starts_with(&*word)) || is_misspelt(&word, &name)
        };
        let fits: Vec<_> = fits.iter().filter(nearly).copied().collect();
        (long && !fits.is_empty()).then(|| Item { fits, unknown: None, by: By::NearlyAName, from: at, to: at + 1 })
    }

    fn item(&self, at: usize) -> Option<Item<'a>> {
        self.by_id(at).or_else(|| self.by_number(at)).or_else(|| self.name_at(at))
    }

    fn by_id(&self, at: usize) -> Option<Item<'a>> {
        let id = match &self.text.token(at)?.kind {
            Kind::Link(link) => self.links.parse(link),
            Kind::Word(word) | Kind::Quoted(word) => self.links.parse(word).or_else(|| id_shaped(word)),
            _ => None,
        }?;
        let known = self.book.by_id(id.as_str());
        let unknown = known.is_none().then_some(id);
        Some(Item { fits: known.into_iter().collect(), unknown, by: By::Id, from: at, to: at + 1 })
    }

    /// The beginning of a number that fits a contact's best; of several the longest.
    fn by_number(&self, at: usize) -> Option<Item<'a>> {
        let mut best: Option<(Fit, Item<'a>)> = None;
        for (number, to) in self.readings(at) {
            let Some(found) = self.book.by_number(&number) else { continue };
            if found.by == Fit::LastDigits || best.as_ref().is_some_and(|(fit, _)| *fit >= found.by) {
                continue;
            }
            let by = if found.by == Fit::Line { By::Line } else { By::Ending };
            best = Some((found.by, Item { fits: found.conversations, unknown: None, by, from: at, to }));
        }
        best.map(|(_, item)| item)
    }

    /// The numbers that begin at a token, longest first, and where each ends.
    fn readings(&self, at: usize) -> Vec<(WrittenNumber, usize)> {
        let text = self.text.from(at);
        let begins = |c: char| {
            c.is_numeric()
                || matches!(c, '+' | '＋' | '(' | '<' | '[' | '"' | '\'' | '`' | '*')
                || !c.is_ascii() && !c.is_alphabetic()
        };
        let is_tel = text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("tel:"));
        if !is_tel && !text.starts_with(begins) {
            return Vec::new();
        }
        let found = WrittenNumber::leading(text).into_iter();
        found.map(|(number, rest)| (number, self.end_of_number(at, rest))).collect()
    }

    /// The token after a number that leaves this rest. Marks that follow it are none of its own.
    fn end_of_number(&self, at: usize, rest: &str) -> usize {
        let mut to = self.text.token_with(rest.len());
        while to > at + 1 && self.text.token(to - 1).is_some_and(|token| token.is_mark()) {
            to -= 1;
        }
        to
    }

    /// The longest name that stands at a token.
    fn name_at(&self, at: usize) -> Option<Item<'a>> {
        if let Kind::Quoted(name) = &self.text.token(at)?.kind {
            let name = folded(&typed::plain(name));
            return self.book.by_name(&name).map(|found| named(found.by, found.conversations, at, at + 1));
        }
        let words = self.words(at);
        (1..=words.len()).rev().find_map(|count| {
            let words = words.get(..count)?;
            let (last, phrase) = (words.last()?.0, phrase(words));
            let found = self.book.by_name(&phrase)?;
            let comma =
                words.windows(2).position(|pair| matches!(pair, [one, other] if self.has_comma(one.0, other.0)));
            let fits = |one: &&'a Conversation| comma.is_none_or(|at| is_last_first(words, at, one));
            let conversations: Vec<_> = found.conversations.into_iter().filter(fits).collect();
            (!conversations.is_empty()).then(|| named(found.by, conversations, at, last + 1))
        })
    }

    fn has_comma(&self, from: usize, to: usize) -> bool {
        (from..to).any(|at| self.text.token(at).is_some_and(|token| token.kind == Kind::Mark(Mark::Comma)))
    }

    /// The words from a token on that may belong to one name: a comma may stand between last and first name.
    fn words(&self, at: usize) -> Vec<(usize, String)> {
        let mut words = Vec::new();
        for (index, token) in self.text.tokens.iter().enumerate().skip(at) {
            match token.word() {
                Some(word) if !word.is_empty() => words.push((index, word)),
                Some(_) => {}
                None if matches!(token.kind, Kind::Mark(Mark::Comma | Mark::Stop)) && !words.is_empty() => {}
                None => break,
            }
            if words.len() == MOST_NAME_WORDS {
                break;
            }
        }
        words
    }

    /// A name, unless something further on says more surely which conversation is meant.
    fn named_or_further_on(&self, start: usize, named: &Item<'a>) -> Option<Meant> {
        let Some(explicit) = self.first_explicit(named.to) else { return self.named_twice(named) };
        if let ([one], [other]) = (named.fits.as_slice(), explicit.fits.as_slice())
            && one.id == other.id
        {
            return self.said_again(named, &explicit);
        }
        if explicit.by == By::Id || named.by == By::PartOfAName {
            return Some(self.with_words_before(start, &explicit));
        }
        self.either(named, &explicit)
    }

    /// `Ana Lima (conv_1001)`: what only says again which one is meant is not the note.
    fn said_again(&self, named: &Item<'a>, again: &Item<'a>) -> Option<Meant> {
        let beside = self.past_marks(named.to) >= again.from;
        let [one] = named.fits.as_slice() else { return None };
        beside.then(|| Meant::Clear {
            ids: vec![one.id.clone()],
            by_name: Vec::new(),
            note: note("", self.text.from(again.to)),
        })
    }

    /// A first or last name, and another contact's full name further on: nobody can tell which is meant.
    fn named_twice(&self, named: &Item<'a>) -> Option<Meant> {
        if named.by != By::PartOfAName {
            return None;
        }
        let further_on = (named.to..self.text.tokens.len()).filter_map(|at| self.name_at(at));
        let mut full = further_on.filter(|item| item.by == By::FullName);
        full.next().and_then(|full| self.either(named, &full))
    }

    /// One of two, if they are two.
    fn either(&self, one: &Item<'a>, other: &Item<'a>) -> Option<Meant> {
        let ([first], [second]) = (one.fits.as_slice(), other.fits.as_slice()) else { return None };
        (first.id != second.id).then(|| Meant::OneOf {
            ids: vec![first.id.clone(), second.id.clone()],
            asked: self.words_of(one),
            doubt: Doubt::Several,
            note: note("", self.text.from(one.to)),
        })
    }

    fn further_on(&self, start: usize) -> Option<Meant> {
        self.first_explicit(start).map(|explicit| self.with_words_before(start, &explicit))
    }

    /// What is named further on, and all that stands around it as the note.
    fn with_words_before(&self, start: usize, explicit: &Item<'a>) -> Meant {
        let mut before = explicit.from;
        let leads =
            |at: usize| self.text.token(at).and_then(|token| token.word()).is_some_and(|w| LEADS.contains(&&*w));
        if before > start && leads(before - 1) {
            before -= 1;
        }
        self.several(self.list(explicit.from), self.text.between(start, before))
    }

    /// The first conversation from a token on that is named by a known id, a link or a contact's number.
    fn first_explicit(&self, start: usize) -> Option<Item<'a>> {
        let mut at = start;
        let mut numbers = 0;
        while at < self.text.tokens.len() && numbers < MOST_NUMBERS {
            let known = |item: &Item<'a>| {
                item.unknown.is_none() || matches!(self.text.token(at), Some(t) if matches!(t.kind, Kind::Link(_)))
            };
            if let Some(item) = self.by_id(at).filter(known).or_else(|| self.by_number(at)) {
                return Some(item);
            }
            // The end of a number that is nobody's is no number of its own.
            let number = self.readings(at).first().map(|(_, to)| *to);
            numbers += usize::from(number.is_some());
            at = number.unwrap_or(at + 1);
        }
        None
    }

    /// What a list of named conversations comes to.
    fn several(&self, items: Vec<Item<'a>>, before: &str) -> Meant {
        let end = items.last().map_or(0, |last| last.to);
        let note = note(before, self.text.from(end));
        let (mut ids, mut by_name, mut unclear) = (Vec::new(), Vec::new(), Vec::new());
        let alone = items.len() == 1;
        for item in &items {
            match self.one_of(item) {
                Ok(id) if ids.contains(&id) => {}
                Ok(_) if item.unknown.is_some() && !alone => unclear.push((item, Doubt::Weak)),
                Ok(id) => {
                    by_name.extend(item.by.is_name().then(|| id.clone()));
                    ids.push(id);
                }
                Err(doubt) => unclear.push((item, doubt)),
            }
        }
        match unclear.as_slice() {
            [] => Meant::Clear { ids, by_name, note },
            [(item, doubt)] if alone => {
                let fits = self.not_done(&item.fits);
                let ids = fits.iter().map(|one| one.id.clone()).collect();
                Meant::OneOf { ids, asked: self.words_of(item), doubt: *doubt, note }
            }
            _ => Meant::Unclear { ids, asked: unclear.iter().map(|(item, _)| self.words_of(item)).collect(), note },
        }
    }

    /// The one conversation that is named, or why nobody can tell.
    fn one_of(&self, item: &Item<'a>) -> Result<ConversationId, Doubt> {
        if let Some(unknown) = &item.unknown {
            return Ok(unknown.clone());
        }
        let only = |fits: &[&'a Conversation]| match fits {
            [one] => Some(one.id.clone()),
            _ => None,
        };
        if item.by == By::NearlyAName {
            return Err(Doubt::Weak);
        }
        if !item.by.is_name() {
            return only(&item.fits).ok_or(Doubt::Several);
        }
        let open: Vec<_> = item.fits.iter().filter(|one| one.status != Status::Done).copied().collect();
        let doubt = if open.is_empty() && item.fits.len() == 1 { Doubt::Done } else { Doubt::Several };
        only(&open).or_else(|| only(&item.fits).filter(|_| self.manner.done_too)).ok_or(doubt)
    }

    /// Those that are not done, if there are any.
    fn not_done(&self, fits: &[&'a Conversation]) -> Vec<&'a Conversation> {
        let open: Vec<_> = fits.iter().filter(|one| one.status != Status::Done).copied().collect();
        if open.is_empty() || self.manner.done_too { fits.to_vec() } else { open }
    }

    /// What somebody may mean who names nothing surely.
    fn offered(&self, start: usize) -> Meant {
        let offered = self.offered_by_digits(start).or_else(|| self.offered_further_on(start));
        let offered = offered.or_else(|| self.offered_by_words(start));
        offered.unwrap_or_else(|| Meant::Nothing { note: note("", self.text.from(start)) })
    }

    /// `the Robert Hale thing`: a name that stands in the middle.
    fn offered_further_on(&self, start: usize) -> Option<Meant> {
        let mut named = (start + 1..self.text.tokens.len()).filter_map(|at| self.name_at(at));
        let item = named.next()?;
        let ids = self.not_done(&item.fits).iter().map(|one| one.id.clone()).collect();
        let note = note("", self.text.from(start));
        Some(Meant::OneOf { ids, asked: self.words_of(&item), doubt: Doubt::Weak, note })
    }

    fn offered_by_digits(&self, start: usize) -> Option<Meant> {
        self.readings(start).into_iter().find_map(|(number, to)| {
            let found = self.book.by_number(&number)?;
            let ids = found.conversations.iter().map(|one| one.id.clone()).collect();
            let asked = self.text.between(start, to).trim().to_owned();
            Some(Meant::OneOf { ids, asked, doubt: Doubt::Weak, note: note("", self.text.from(to)) })
        })
    }

    fn offered_by_words(&self, start: usize) -> Option<Meant> {
        if let Some(Kind::Quoted(name)) = self.text.token(start).map(|token| &token.kind) {
            let name = folded(&typed::plain(name));
            return self.offer(&name, start + 1);
        }
        let words = self.words(start);
        let (_, first) = words.first()?;
        if is_grammar(first) {
            // "for Ana": what it leads to is offered, if that is anybody.
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

    fn offer(&self, phrase: &str, end: usize) -> Option<Meant> {
        let fits = self.book.offered(phrase);
        if fits.is_empty() {
            return None;
        }
        let ids = fits.iter().map(|one| one.id.clone()).collect();
        let note = note("", self.text.from(end));
        Some(Meant::OneOf { ids, asked: phrase.to_owned(), doubt: Doubt::Weak, note })
    }

    /// A command that takes no note does nothing if words are left.
    fn without_leftovers(&self, meant: Meant) -> Meant {
        match meant {
            Meant::Clear { ids, note, .. } if !self.manner.takes_note && !note.is_empty() => {
                if ids.len() == 1 {
                    return Meant::OneOf { ids, asked: note, doubt: Doubt::Leftover, note: String::new() };
                }
                Meant::Unclear { ids, asked: vec![note], note: String::new() }
            }
            other => other,
        }
    }

    fn words_of(&self, item: &Item<'a>) -> String {
        let words = typed::as_typed(self.text.between(item.from, item.to));
        words.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';')).to_owned()
    }
}

fn named<'a>(strength: Strength, fits: Vec<&'a Conversation>, from: usize, to: usize) -> Item<'a> {
    let by = if strength == Strength::Full { By::FullName } else { By::PartOfAName };
    Item { fits, unknown: None, by, from, to }
}

fn phrase(words: &[(usize, String)]) -> String {
    words.iter().map(|(_, word)| word.as_str()).collect::<Vec<_>>().join(" ")
}

/// Whether words with a comma after the one at `comma` are a name with the last name first.
fn is_last_first(words: &[(usize, String)], comma: usize, conversation: &Conversation) -> bool {
    let Some((last, first)) = words.split_at_checked(comma + 1) else { return false };
    let name = folded(conversation.contact.name.as_deref().unwrap_or_default());
    let all = phrase(words);
    is_turned(&all, &phrase(last), &phrase(first)) && name == format!("{} {}", phrase(first), phrase(last))
}

/// What stands before and after a conversation as one note, without what parts it from the rest.
fn note(before: &str, after: &str) -> String {
    let parts = |c: char| c.is_whitespace() || matches!(c, ',' | ':' | ';' | '-' | '‐'..='―');
    let before = before.trim_start_matches(parts).trim_end_matches(|c| parts(c) || matches!(c, '(' | '['));
    let mut after = after.trim_start_matches(|c| parts(c) || matches!(c, ')' | ']'));
    // A full stop or question mark ends the name, and belongs to nothing; three of them are the writer's.
    if let Some(rest) = after.strip_prefix(['.', '?', '!'])
        && (rest.is_empty() || rest.starts_with(char::is_whitespace))
    {
        after = rest.trim_start_matches(parts);
    }
    [typed::plain(before), typed::plain(after)].join(" ").trim().to_owned()
}
