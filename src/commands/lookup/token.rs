//! A typed command as tokens: words, quoted words, people, links and the marks between them. Each token keeps its
//! position, so that the leftover text is passed on exactly as typed.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeSet;

use crate::core::ids::{SlackUserId, UserGroupId};
use crate::core::names::folded;
use crate::core::phone::written::WrittenNumber;
use crate::core::typed::TypedWord;
use crate::core::{text, typed};

/// The opening quotes, each with its closing quotes.
const QUOTES: [(char, &[char]); 11] = [
    ('"', &['"', '“', '”']),
    ('“', &['”', '“', '"']),
    ('”', &['”', '"']),
    ('„', &['“', '”', '"']),
    ('«', &['»']),
    ('»', &['«']),
    ('‘', &['’', '‘']),
    ('‚', &['‘', '’']),
    ('\'', &['\'']),
    ('`', &['`']),
    ('*', &['*']),
];

/// The characters that are cut off the end of a word.
const ENDS: [char; 10] = [':', '.', '?', '!', ')', ']', '"', '”', '“', '»'];

/// Typed angle brackets, as Slack escapes them, without the ampersand.
const BRACKETS: [&str; 2] = ["lt;", "gt;"];

/// The length of a typical word with its blank, in bytes.
const TYPICAL_WORD: usize = 5;

/// The kind of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenKind<'a> {
    /// A person recognized by Slack.
    Person(SlackUserId),
    /// A user group, with its id and name.
    Group(UserGroupId, &'a str),
    /// The target of a link.
    Link(&'a str),
    /// Words between quotes.
    Quoted(&'a str),
    /// A word, as Slack sent it.
    Word(&'a str),
    /// A mark between words.
    Mark(Punctuation),
}

/// A mark between words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Punctuation {
    /// A comma.
    Comma,
    /// A semicolon.
    Semicolon,
    /// A colon.
    Colon,
    /// A full stop, question mark or exclamation mark.
    Stop,
    /// A dash between blanks.
    Dash,
    /// An ampersand.
    Ampersand,
    /// A sign between alternatives: a slash, a bar, or a plus between blanks.
    Slash,
    /// The end of a line.
    Break,
    /// A bracket.
    Bracket,
}

/// A token and its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// The kind.
    pub kind: TokenKind<'a>,
    /// The position of its first byte in the text.
    pub start: usize,
    /// The word as [`Token::word`] returns it, once it was asked for.
    word: OnceCell<Option<String>>,
}

impl Token<'_> {
    /// Returns the word, [`folded`]. An ampersand is the word "and". Returns `None` for every other token.
    pub fn word(&self) -> Option<&str> {
        let word = || match &self.kind {
            TokenKind::Word(word) => Some(folded(&typed::plain(word))),
            TokenKind::Mark(Punctuation::Ampersand) => Some("and".to_owned()),
            _ => None,
        };
        self.word.get_or_init(word).as_deref()
    }

    /// Answers whether the token can separate several people or conversations.
    pub fn parts(&self) -> bool {
        match &self.kind {
            TokenKind::Mark(mark) => {
                matches!(
                    mark,
                    Punctuation::Comma
                        | Punctuation::Semicolon
                        | Punctuation::Break
                        | Punctuation::Ampersand
                        | Punctuation::Slash
                )
            }
            TokenKind::Word(word) => word.eq_ignore_ascii_case("and"),
            _ => false,
        }
    }

    /// Answers whether the token is a mark.
    pub(crate) fn is_mark(&self) -> bool {
        matches!(self.kind, TokenKind::Mark(_))
    }
}

/// A typed text with its tokens.
#[derive(Clone, Debug)]
pub struct TokenizedText<'a> {
    source: &'a str,
    /// The tokens in their order.
    pub tokens: Vec<Token<'a>>,
}

/// Normalizes blanks and removes invisible characters. (A joiner stays, because it holds emoji together.)
pub(crate) fn cleaned(text: &str) -> Cow<'_, str> {
    if text::is_plain(text) {
        return text.trim().into();
    }
    text::words(text).replace(|c: char| c.is_whitespace() && !matches!(c, ' ' | '\n'), " ").into()
}

impl<'a> TokenizedText<'a> {
    /// Splits a [`cleaned`] text into tokens.
    pub fn read(source: &'a str) -> Self {
        let mut tokens = Vec::with_capacity(source.len() / TYPICAL_WORD);
        let mut number_ends = BTreeSet::new();
        let mut rest = source.trim_start_matches(' ');
        while let Some((kind, after)) = next(rest) {
            let start = source.len() - rest.len();
            let numbers = if may_begin_a_number(rest) { WrittenNumber::leading(rest) } else { Vec::new() };
            number_ends.extend(numbers.iter().map(|(_, behind)| source.len() - behind.len()));
            // Text that directly follows a number is a token of its own: `0101/+1415…`, `0101(urgent)`.
            let glued = number_ends.range(start + 1..source.len() - after.len()).next();
            let cut = glued.and_then(|end| Some((rest.get(..end - start)?, source.get(*end..)?)));
            let (kind, after) = match (kind, cut) {
                (Some(TokenKind::Word(_)), Some((word, behind))) => (Some(TokenKind::Word(word)), behind),
                (kind, _) => (kind, after),
            };
            tokens.extend(kind.map(|kind| Token { kind, start, word: OnceCell::new() }));
            rest = after.trim_start_matches(' ');
        }
        Self { source, tokens }
    }

    /// Returns the token at `at`.
    pub fn token(&self, at: usize) -> Option<&Token<'a>> {
        self.tokens.get(at)
    }

    /// Returns the text from the token at `at` on.
    pub fn from(&self, at: usize) -> &'a str {
        self.tokens.get(at).and_then(|token| self.source.get(token.start..)).unwrap_or_default()
    }

    /// Returns the text from the token at `from` up to the one at `to`.
    pub fn between(&self, from: usize, to: usize) -> &'a str {
        let text = self.from(from);
        text.get(..text.len() - self.from(to).len()).unwrap_or_default()
    }

    /// Returns the first token that begins within the last `left` bytes.
    pub(crate) fn token_with(&self, left: usize) -> usize {
        let start = self.source.len() - left.min(self.source.len());
        self.tokens.partition_point(|token| token.start < start)
    }

    /// Skips marks, and returns the first other token from `at` on.
    pub(crate) fn past_marks(&self, at: usize) -> usize {
        at + self.tokens.iter().skip(at).take_while(|token| token.is_mark()).count()
    }

    /// Skips marks and the words in `also`, and returns the first other token from `at` on.
    pub fn past(&self, at: usize, also: &[&str]) -> usize {
        let is_passed = |token: &&Token<'_>| token.is_mark() || token.word().is_some_and(|word| also.contains(&word));
        at + self.tokens.iter().skip(at).take_while(is_passed).count()
    }
}

/// Answers whether a text begins as numbers do.
pub(crate) fn may_begin_a_number(text: &str) -> bool {
    let begins = |c: char| {
        c.is_numeric()
            || matches!(c, '+' | '＋' | '(' | '<' | '[' | '"' | '\'' | '`' | '*')
            || !c.is_ascii() && !c.is_alphabetic()
    };
    let is_tel = text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("tel:"));
    is_tel || text.starts_with(begins)
}

/// Reads the next token and the text after it. The token is `None` for a quote that is never closed.
fn next(text: &str) -> Option<(Option<TokenKind<'_>>, &str)> {
    let first = text.chars().next()?;
    if first.is_alphabetic() {
        // Most tokens: no mark, emoji or quote begins with a letter.
        let (word, rest) = word(text);
        return Some((Some(TokenKind::Word(word)), rest));
    }
    if let Some(rest) = text.strip_prefix("&amp;") {
        return Some((Some(TokenKind::Mark(Punctuation::Ampersand)), rest));
    }
    if let Some(emoji) = typed::emoji_code(text) {
        return Some((Some(TokenKind::Word(emoji)), text.get(emoji.len()..).unwrap_or_default()));
    }
    let after = text.get(first.len_utf8()..).unwrap_or_default();
    if let Some(mark) = mark(first, after) {
        return Some((Some(TokenKind::Mark(mark)), after));
    }
    if first == '<'
        && let Some((word, rest)) = typed::first(text)
        && let Some(kind) = slack_token(word)
    {
        return Some((Some(kind), rest));
    }
    if let Some((_, closing)) = QUOTES.iter().find(|(opening, _)| *opening == first) {
        return Some(match quoted(after, closing) {
            Some((inside, rest)) => (Some(TokenKind::Quoted(inside)), rest),
            // A quote that is never closed is dropped.
            None => (None, after),
        });
    }
    let (word, rest) = word(text);
    Some((Some(TokenKind::Word(word)), rest))
}

fn mark(first: char, after: &str) -> Option<Punctuation> {
    let alone = || after.is_empty() || after.starts_with(char::is_whitespace);
    Some(match first {
        '\n' => Punctuation::Break,
        ',' => Punctuation::Comma,
        ';' => Punctuation::Semicolon,
        ':' => Punctuation::Colon,
        '.' | '?' | '!' => Punctuation::Stop,
        '(' | ')' | '[' | ']' => Punctuation::Bracket,
        '&' if !BRACKETS.iter().any(|bracket| after.starts_with(bracket)) => Punctuation::Ampersand,
        '-' | '‐'..='―' if alone() => Punctuation::Dash,
        '/' | '|' if alone() || after.starts_with(['+', '(', '<']) => Punctuation::Slash,
        '+' if alone() && !after.trim_start().starts_with(char::is_numeric) => Punctuation::Slash,
        _ => return None,
    })
}

fn slack_token(word: TypedWord<'_>) -> Option<TokenKind<'_>> {
    match word {
        TypedWord::Person(user) => Some(TokenKind::Person(user)),
        TypedWord::Group(id, name) => Some(TokenKind::Group(id, name)),
        TypedWord::Link(link) => Some(TokenKind::Link(link)),
        TypedWord::Quoted(_) | TypedWord::Plain(_) => None,
    }
}

/// Returns the text before and after the closing quote. A closing quote inside a word is an apostrophe.
fn quoted<'a>(text: &'a str, closing: &[char]) -> Option<(&'a str, &'a str)> {
    let ends = text.char_indices().filter(|(_, c)| closing.contains(c)).find_map(|(at, c)| {
        let (inside, rest) = (text.get(..at)?, text.get(at + c.len_utf8()..)?);
        (!rest.starts_with(char::is_alphanumeric)).then_some((inside, rest))
    });
    ends.map(|(inside, rest)| (inside.trim(), rest)).filter(|(inside, _)| !inside.is_empty())
}

fn word(text: &str) -> (&str, &str) {
    let end = text.char_indices().find(|(at, c)| may_end_a_word(*c) && ends_a_word(text, *at));
    let whole = end.and_then(|(at, _)| text.get(..at)).unwrap_or(text);
    let bare = whole.trim_end_matches(ENDS);
    let bare = if bare.is_empty() { whole } else { bare };
    (bare, text.get(bare.len()..).unwrap_or_default())
}

fn may_end_a_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '<' | '&')
}

/// Answers whether a blank or a sign ends the word before it. A person, a link or an ampersand does so even without a
/// blank.
fn ends_a_word(text: &str, at: usize) -> bool {
    let mut rest = text.get(at..).unwrap_or_default().chars();
    match rest.next() {
        Some('<') => at > 0,
        Some('&') => at > 0 && !BRACKETS.iter().any(|bracket| rest.as_str().starts_with(bracket)),
        Some(';') => !in_bracket(text, at),
        _ => true,
    }
}

/// Answers whether the semicolon at `at` only ends an escaped angle bracket.
fn in_bracket(text: &str, at: usize) -> bool {
    let written = text.get(..=at).and_then(|before| before.rsplit_once('&'));
    written.is_some_and(|(_, entity)| BRACKETS.contains(&entity))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<String> {
        TokenizedText::read(text).tokens.iter().map(|token| format!("{:?}", token.kind)).collect()
    }

    #[test]
    fn words_end_where_people_end_them() {
        assert_eq!(
            kinds("<@U1|zoe>, (conv_1): Lima,Ana. “not now” O’Brien &amp; x - y"),
            [
                "Person(SlackUserId(\"U1\"))",
                "Mark(Comma)",
                "Mark(Bracket)",
                "Word(\"conv_1\")",
                "Mark(Bracket)",
                "Mark(Colon)",
                "Word(\"Lima\")",
                "Mark(Comma)",
                "Word(\"Ana\")",
                "Mark(Stop)",
                "Quoted(\"not now\")",
                "Word(\"O’Brien\")",
                "Mark(Ampersand)",
                "Word(\"x\")",
                "Mark(Dash)",
                "Word(\"y\")",
            ]
        );
    }

    #[test]
    fn quotes_of_all_kinds_are_quotes() {
        for quoted in ["\"Ana Lima\"", "„Ana Lima“", "«Ana Lima»", "‘Ana Lima’", "'Ana Lima'", "*Ana Lima*"] {
            assert_eq!(kinds(quoted), ["Quoted(\"Ana Lima\")"], "{quoted}");
        }
        assert_eq!(kinds("“Ana won’t"), ["Word(\"Ana\")", "Word(\"won’t\")"]);
        assert_eq!(kinds("‘O’Brien’ x"), ["Quoted(\"O’Brien\")", "Word(\"x\")"]);
    }

    #[test]
    fn brackets_that_were_typed_are_letters_like_any() {
        assert_eq!(kinds("&lt;@U1&gt; x"), ["Word(\"&lt;@U1&gt;\")", "Word(\"x\")"]);
        assert_eq!(kinds("a&lt;b;c &lt;3"), ["Word(\"a&lt;b\")", "Mark(Semicolon)", "Word(\"c\")", "Word(\"&lt;3\")"]);
        assert_eq!(
            kinds("R&amp;D x&<@U1>"),
            [
                "Word(\"R\")",
                "Mark(Ampersand)",
                "Word(\"D\")",
                "Word(\"x\")",
                "Mark(Ampersand)",
                "Person(SlackUserId(\"U1\"))"
            ]
        );
    }

    #[test]
    fn what_is_left_is_left_to_the_letter() {
        let source = cleaned("Ana\u{a0}Lima,  “not now” &lt;b&gt;");
        let text = TokenizedText::read(&source);
        assert_eq!(text.from(3), "“not now” &lt;b&gt;");
        assert_eq!(text.between(0, 2), "Ana Lima");
    }
}
