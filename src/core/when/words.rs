//! Splits text into words and their pieces, without knowledge of times.

use crate::core::text::is_unseen;
use unicode_normalization::UnicodeNormalization;

/// A run of words' pieces, in lower case.
pub(crate) type Pieces<'a> = &'a [&'a str];

/// A word of a text: "9:30am" has the pieces "9:30" and "am".
#[derive(Clone, Debug)]
pub(crate) struct Word {
    /// The position of its first byte in the text.
    pub(crate) start: usize,
    pub(crate) pieces: Vec<String>,
}

/// The kind of a character within a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CharKind {
    /// Part of a number, a clock time or a date.
    Figure,
    Letter,
    /// A sign that is dropped without ending a piece: the full stops of "p.m.", the apostrophe of "o'clock".
    Silent,
    /// A sign that is dropped and ends a piece: the hyphen of "twenty-five".
    Gap,
    /// A sign that is a piece of its own.
    Sign,
}

impl Word {
    fn new(start: usize, raw: &str) -> Option<Self> {
        let plain: String = decimals(raw).nfkc().flat_map(char::to_lowercase).collect();
        let word = plain.trim_end_matches(['.', ':', '!', '?', ',']);
        (!word.is_empty()).then(|| Self { start, pieces: pieces(word) })
    }
}

/// Splits a text at blanks of every kind, semicolons, and commas that are not inside a number.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut current: Option<(usize, String)> = None;
    for (at, c) in text.char_indices().filter(|(_, c)| !is_unseen(*c)) {
        let so_far = current.as_ref().map_or("", |(_, word)| word.as_str());
        let after = text.get(at + c.len_utf8()..).unwrap_or_default();
        if is_blank(c) || c == ';' || (c == ',' && !is_in_number(so_far, after)) {
            words.extend(current.take().and_then(|(start, word)| Word::new(start, &word)));
        } else {
            current.get_or_insert_with(|| (at, String::new())).1.push(c);
        }
    }
    words.extend(current.and_then(|(start, word)| Word::new(start, &word)));
    words
}

/// Returns all pieces of the words, in order.
pub(crate) fn pieces_of(words: &[Word]) -> Vec<&str> {
    words.iter().flat_map(|word| &word.pieces).map(String::as_str).collect()
}

/// Returns the text without the blanks, marks and separators at its end.
pub(crate) fn trimmed(text: &str) -> &str {
    let is_gap = |c: char| is_blank(c) || is_unseen(c);
    let ends = |text: &str| text.is_empty() || text.ends_with(is_gap);
    let mut rest = text;
    loop {
        rest = rest.trim_end_matches(|c| is_gap(c) || matches!(c, ',' | ';' | ':'));
        match rest.strip_suffix(['-', '–', '—']) {
            Some(before) if ends(before) => rest = before,
            _ => return rest,
        }
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// Answers whether a comma is part of a number, as in "2,5" and "1,500". In "31,2027" a year follows it.
fn is_in_number(before: &str, after: &str) -> bool {
    let digits = after.chars().take_while(char::is_ascii_digit).count();
    before.ends_with(|c: char| c.is_ascii_digit()) && (1..=3).contains(&digits)
}

/// Writes "½" as a decimal fraction.
fn decimals(raw: &str) -> String {
    let mut plain = String::with_capacity(raw.len());
    for c in raw.chars() {
        let fraction = match c {
            '¼' => ".25",
            '½' => ".5",
            '¾' => ".75",
            _ => {
                plain.push(c);
                continue;
            }
        };
        plain.push_str(fraction);
    }
    plain
}

fn pieces(word: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let (mut last, mut before) = (CharKind::Gap, None);
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        let kind = kind(before.replace(c), c, chars.peek().copied());
        match (kind, pieces.last_mut()) {
            (CharKind::Silent, _) => continue,
            (CharKind::Gap, _) => {}
            (CharKind::Figure | CharKind::Letter, Some(piece)) if kind == last => piece.push(c),
            _ => pieces.push(c.to_string()),
        }
        last = kind;
    }
    pieces
}

fn kind(before: Option<char>, c: char, after: Option<char>) -> CharKind {
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    match c {
        '0'..='9' => CharKind::Figure,
        _ if c.is_alphabetic() => CharKind::Letter,
        '.' | '\'' | '’' if is_letter(before) => CharKind::Silent,
        '.' | ':' | '/' | ',' | '+' | '-' if is_digit(after) && (before.is_none() || is_digit(before)) => {
            CharKind::Figure
        }
        // Examples are shown between backticks, and people may copy them with the text.
        '`' | '*' => CharKind::Gap,
        '.' if is_digit(before) => CharKind::Gap,
        '-' | '\u{2010}' if before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric) => {
            CharKind::Gap
        }
        _ => CharKind::Sign,
    }
}
