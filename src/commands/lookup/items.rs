//! A single conversation as a text names it: by id, link, number or name.

use crate::commands::lookup::book::Book;
use crate::commands::lookup::token::{Punctuation, Token, TokenKind, TokenizedText, may_begin_a_number};
use crate::core::conversation::{Conversation, Links, id_shaped};
use crate::core::ids::ConversationId;
use crate::core::names::{Strength, folded, is_also_a_word, is_misspelt, is_stop_word, is_turned};
use crate::core::phone::Fit;
use crate::core::phone::written::WrittenNumber;
use crate::core::typed;

/// The longest contact name, in words.
const MOST_NAME_WORDS: usize = 6;

/// A conversation as a text names it.
pub(crate) struct Item<'a> {
    /// The conversations that fit. Empty if dialnote doesn't know the id, or if the words fit no conversation.
    pub fits: Vec<&'a Conversation>,
    /// The id, if dialnote doesn't know it.
    pub unknown: Option<ConversationId>,
    /// The way in which it is named.
    pub by: NamedBy,
    /// The first token of the name.
    pub from: usize,
    /// The token after the name.
    pub to: usize,
}

/// The way in which a conversation is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NamedBy {
    /// An id or a link.
    Id,
    /// A whole phone number.
    Line,
    /// The last digits of a number.
    Ending,
    /// The full name, or the whole company.
    FullName,
    /// A first or last name.
    PartOfAName,
    /// Words that only resemble a name.
    NearlyAName,
}

impl NamedBy {
    /// Answers whether only words name the conversation.
    pub(crate) fn is_name(self) -> bool {
        matches!(self, Self::FullName | Self::PartOfAName | Self::NearlyAName)
    }

    /// Answers whether another reference may follow without a separator.
    pub(crate) fn stands_alone(self) -> bool {
        matches!(self, Self::Id | Self::Line)
    }
}

/// A finder of the conversations that a text names.
pub(crate) struct Finder<'r, 'a> {
    /// The text.
    pub text: &'r TokenizedText<'r>,
    /// The known conversations.
    pub book: &'r Book<'a>,
    /// The links of the conversations.
    pub links: &'r Links,
}

impl<'a> Finder<'_, 'a> {
    /// Reads the id, link, number or name that begins at a token.
    pub(crate) fn item(&self, at: usize) -> Option<Item<'a>> {
        self.by_id(at).or_else(|| self.by_number(at)).or_else(|| self.name_at(at))
    }

    /// Reads the id or link at a token.
    pub(crate) fn by_id(&self, at: usize) -> Option<Item<'a>> {
        let (id, is_exact) = match &self.text.token(at)?.kind {
            TokenKind::Link(link) => (self.links.parse(link)?, true),
            TokenKind::Word(word) | TokenKind::Quoted(word) => self.id_in(word)?,
            _ => return None,
        };
        let known = self.book.by_id(id.as_str());
        let unknown = known.is_none().then_some(id).filter(|_| is_exact);
        (known.is_some() || is_exact).then(|| Item {
            fits: known.into_iter().collect(),
            unknown,
            by: NamedBy::Id,
            from: at,
            to: at + 1,
        })
    }

    /// Returns the id in a word, and whether it has dialnote's spelling. `CONV_1001` counts only if dialnote has it.
    fn id_in(&self, word: &str) -> Option<(ConversationId, bool)> {
        let exact = self.links.parse(word).or_else(|| id_shaped(word)).map(|id| (id, true));
        exact.or_else(|| id_shaped(&word.to_lowercase()).map(|id| (id, false)))
    }

    /// Reads the number at a token that fits a contact's best. Of several equal ones, the longest wins.
    pub(super) fn by_number(&self, at: usize) -> Option<Item<'a>> {
        let mut best: Option<((Fit, bool), Item<'a>)> = None;
        for (number, to) in self.readings(at) {
            let Some(found) = self.book.by_number(&number) else { continue };
            if found.by.0 == Fit::LastDigits || best.as_ref().is_some_and(|(fit, _)| *fit >= found.by) {
                continue;
            }
            let by = if found.by.0 == Fit::Line { NamedBy::Line } else { NamedBy::Ending };
            best = Some((found.by, Item { fits: found.conversations, unknown: None, by, from: at, to }));
        }
        best.map(|(_, item)| item)
    }

    /// Returns the numbers that begin at a token, longest first, each with the token after it.
    pub(crate) fn readings(&self, at: usize) -> Vec<(WrittenNumber, usize)> {
        let text = self.text.from(at);
        if !may_begin_a_number(text) {
            return Vec::new();
        }
        let found = WrittenNumber::leading(text).into_iter();
        found.map(|(number, rest)| (number, self.end_of_number(at, rest))).collect()
    }

    /// Returns the token after a number that leaves `rest`. Marks at the end don't belong to the number.
    fn end_of_number(&self, at: usize, rest: &str) -> usize {
        let mut to = self.text.token_with(rest.len());
        while to > at + 1 && self.text.token(to - 1).is_some_and(Token::is_mark) {
            to -= 1;
        }
        to
    }

    /// Reads the longest name that begins at a token.
    pub(crate) fn name_at(&self, at: usize) -> Option<Item<'a>> {
        if let TokenKind::Quoted(name) = &self.text.token(at)?.kind {
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
            if conversations.is_empty() {
                return None;
            }
            let to = last + 1;
            let nearly =
                |to| Item { fits: conversations.clone(), unknown: None, by: NamedBy::NearlyAName, from: at, to };
            if found.by == Strength::Part && self.goes_on_nearly(to, &conversations) {
                return Some(nearly(to + 1));
            }
            if found.by == Strength::Part && (self.goes_on(at, to) || self.may_be_a_word(at, to, &phrase)) {
                return Some(nearly(to));
            }
            Some(named(found.by, conversations, at, to))
        })
    }

    /// Answers whether a part of a name is followed by a misspelling of another part: `Nora Quin`.
    fn goes_on_nearly(&self, next: usize, conversations: &[&'a Conversation]) -> bool {
        let Some(word) = self.text.token(next).and_then(Token::word) else { return false };
        conversations.iter().any(|one| is_misspelt(word, &folded(&one.title())))
    }

    /// Answers whether a part of a name is followed by another capitalized word: `Nora Smith`. That word is either a
    /// different last name or the first word of the note.
    fn goes_on(&self, at: usize, next: usize) -> bool {
        self.is_capitalized(at) && self.is_capitalized(next)
    }

    /// Answers whether a part of a name is more likely an ordinary word that begins the note: `bill is wrong`.
    fn may_be_a_word(&self, at: usize, next: usize, phrase: &str) -> bool {
        let goes_on = self.text.token(next).and_then(Token::word).is_some();
        goes_on && is_also_a_word(phrase) && !self.is_capitalized(at)
    }

    fn is_capitalized(&self, at: usize) -> bool {
        let Some(TokenKind::Word(word)) = self.text.token(at).map(|token| &token.kind) else { return false };
        let mut letters = word.chars();
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase)
    }

    fn has_comma(&self, from: usize, to: usize) -> bool {
        (from..to).any(|at| self.text.token(at).is_some_and(|token| token.kind == TokenKind::Mark(Punctuation::Comma)))
    }

    /// Returns the words from a token on that may form one name. A comma may separate last and first name.
    pub(super) fn words(&self, at: usize) -> Vec<(usize, String)> {
        let mut words = Vec::new();
        for (index, token) in self.text.tokens.iter().enumerate().skip(at) {
            match token.word() {
                Some(word) if !word.is_empty() => words.push((index, word.to_owned())),
                Some(_) => {}
                None if matches!(token.kind, TokenKind::Mark(Punctuation::Comma | Punctuation::Stop))
                    && !words.is_empty() => {}
                None => break,
            }
            if words.len() == MOST_NAME_WORDS {
                break;
            }
        }
        words
    }

    /// Reads a whole number that no contact has as an item of a list. It counts only at the end of the text, or before
    /// a separator or a colon.
    pub(crate) fn strange_number(&self, at: usize) -> Option<Item<'a>> {
        let (number, to) = self.readings(at).into_iter().next().filter(|(number, _)| number.is_whole())?;
        let is_strange = self.book.by_number(&number).is_none();
        (is_strange && self.ends_an_item(to)).then(|| Item {
            fits: Vec::new(),
            unknown: None,
            by: NamedBy::NearlyAName,
            from: at,
            to,
        })
    }

    /// Answers whether an item of a list ends before a token: at the end of the text, a separator or a colon.
    fn ends_an_item(&self, at: usize) -> bool {
        self.text.token(at).is_none_or(|next| next.parts() || next.kind == TokenKind::Mark(Punctuation::Colon))
    }

    /// Reads a word in a list that nearly names a conversation, so that the requester is asked about it.
    pub(crate) fn doubtful(&self, at: usize) -> Option<Item<'a>> {
        let word = self.text.token(at)?.word().filter(|word| !is_stop_word(word))?;
        let long = word.chars().count() >= 3;
        let fits = self.book.offered(word);
        // `first call her` isn't a misspelling of Frost.
        let may_be_misspelt = self.is_capitalized(at) || self.ends_an_item(at + 1);
        let nearly = |one: &&&'a Conversation| {
            let name = folded(&one.title());
            let begins = name.split(' ').any(|of_name| of_name.starts_with(word));
            begins || may_be_misspelt && is_misspelt(word, &name)
        };
        let fits: Vec<_> = fits.iter().filter(nearly).copied().collect();
        (long && !fits.is_empty()).then(|| Item { fits, unknown: None, by: NamedBy::NearlyAName, from: at, to: at + 1 })
    }
}

fn named(strength: Strength, fits: Vec<&Conversation>, from: usize, to: usize) -> Item<'_> {
    let by = if strength == Strength::Full { NamedBy::FullName } else { NamedBy::PartOfAName };
    Item { fits, unknown: None, by, from, to }
}

/// Joins words with blanks.
pub(crate) fn phrase(words: &[(usize, String)]) -> String {
    words.iter().map(|(_, word)| word.as_str()).collect::<Vec<_>>().join(" ")
}

/// Answers whether words with a comma after the one at `comma` are the contact's name with the last name first.
fn is_last_first(words: &[(usize, String)], comma: usize, conversation: &Conversation) -> bool {
    let Some((last, first)) = words.split_at_checked(comma + 1) else { return false };
    let name = folded(conversation.contact.name.as_deref().unwrap_or_default());
    let all = phrase(words);
    is_turned(&all, &phrase(last), &phrase(first)) && name == format!("{} {}", phrase(first), phrase(last))
}
