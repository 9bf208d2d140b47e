//! Compares names as people type them with names as dialnote stores them. Case, accents, hyphens and the shape of
//! apostrophes make no difference.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::core::text::is_unseen;

/// The fewest letters to search for, because shorter text occurs in half the names.
const FEWEST_LETTERS: usize = 2;

/// The fewest letters with which a first or last name alone names a contact.
const FEWEST_OF_A_NAME: usize = 3;

/// The least similarity of a misspelt word to a word of the name (0 nothing alike, 1 the same).
const WORD_SIMILARITY: f64 = 0.88;

/// The fewest letters of a word that may be misspelt, because shorter words are too easily alike.
const MIN_WORD_LENGTH: usize = 4;

/// The words that never name a conversation.
const STOP_WORDS: [&str; 10] = ["to", "for", "on", "about", "no", "ok", "an", "and", "it", "this"];

/// The stop words that are grammar before a name and offer no conversation.
const GRAMMAR: [&str; 7] = ["to", "for", "on", "about", "and", "it", "this"];

/// The words with which people end a request.
const POLITE: [&str; 5] = ["please", "pls", "thanks", "thank you", "thx"];

/// First and last names that also begin sentences: `bill is wrong`.
const ALSO_WORDS: [&str; 41] = [
    "april",
    "august",
    "bill",
    "call",
    "chase",
    "day",
    "december",
    "february",
    "friday",
    "grant",
    "hope",
    "january",
    "joy",
    "july",
    "june",
    "march",
    "mark",
    "may",
    "monday",
    "november",
    "october",
    "please",
    "price",
    "rush",
    "saturday",
    "september",
    "short",
    "summer",
    "sunday",
    "sunny",
    "support",
    "thursday",
    "today",
    "tomorrow",
    "tonight",
    "tuesday",
    "urgent",
    "wednesday",
    "who",
    "will",
    "young",
];

/// The quality with which words fit a name; greater is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// The words don't fit.
    Nothing,
    /// The words are nearly a word of the name.
    Misspelt,
    /// The words occur inside a word of the name.
    InsideAWord,
    /// The words begin a word of the name.
    StartOfAWord,
    /// The words are whole words of the name.
    WholeWords,
    /// The words are the whole name.
    WholeName,
}

/// The certainty with which words name a contact; greater is surer. Anything weaker becomes a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    /// The first or last words of a name.
    Part,
    /// The full name in either order, or the whole company.
    Full,
}

/// Folds a text to lower case without accents, apostrophes and punctuation, its words separated by single blanks:
/// `José  O’Neil-SMITH` becomes `jose oneil smith`.
pub(crate) fn folded(text: &str) -> String {
    if text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        // Most words have nothing else to fold.
        return text.to_ascii_lowercase();
    }
    let mut bare = String::with_capacity(text.len());
    for c in without_accents(text).chars().flat_map(char::to_lowercase) {
        match c {
            // Most characters need no look into the tables below.
            c if c.is_ascii_alphanumeric() => bare.push(c),
            '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '＇' => {}
            'ı' => bare.push('i'),
            'ß' => bare.push_str("ss"),
            'ø' => bare.push('o'),
            'ł' => bare.push('l'),
            'đ' => bare.push('d'),
            'æ' => bare.push_str("ae"),
            'œ' => bare.push_str("oe"),
            '&' => bare.push_str(" and "),
            '-' | '‐'..='―' | ',' | ';' | ':' | '.' | '!' | '?' | '(' | ')' | '"' | '“' | '”' | '„' | '«' | '»' =>
            {
                bare.push(' ');
            }
            // Lower-casing a letter can add a combining mark (`İ`).
            c if is_combining_mark(c) || is_unseen(c) => {}
            c => bare.push(c),
        }
    }
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn without_accents(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { text.into() } else { text.nfkd().filter(|c| !is_combining_mark(*c)).collect() }
}

/// Answers whether a [`folded`] word never names a conversation.
pub(crate) fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.contains(&word)
}

/// Answers whether a [`folded`] word only introduces the words after it.
pub(crate) fn is_grammar(word: &str) -> bool {
    GRAMMAR.contains(&word)
}

/// Answers whether a [`folded`] word is only polite, and says nothing about a conversation.
pub(crate) fn is_polite(word: &str) -> bool {
    POLITE.contains(&word)
}

/// Answers whether a [`folded`] word is a name and an everyday word as well.
pub(crate) fn is_also_a_word(word: &str) -> bool {
    ALSO_WORDS.contains(&word)
}

/// Returns how surely `phrase` names `name`, both [`folded`]. Returns `None` if it doesn't.
pub(crate) fn strength(phrase: &str, name: &str) -> Option<Strength> {
    if phrase.is_empty() || name.is_empty() || is_stop_word(phrase) {
        return None;
    }
    if is_full(phrase, name) {
        let enough = letters(phrase) >= FEWEST_OF_A_NAME || name.contains(' ') || !name.is_ascii();
        return enough.then_some(Strength::Full);
    }
    let is_part = name.strip_prefix(phrase).is_some_and(|rest| rest.starts_with(' '))
        || name.strip_suffix(phrase).is_some_and(|rest| rest.ends_with(' '));
    (is_part && letters(phrase) >= FEWEST_OF_A_NAME).then_some(Strength::Part)
}

/// Answers whether `phrase` is the whole `name`, also with the last name first. In a script without blanks, `phrase`
/// may omit the blanks of `name`.
fn is_full(phrase: &str, name: &str) -> bool {
    if phrase.len() == name.len() {
        return phrase == name || turns(name).any(|(last, first)| is_turned(phrase, last, first));
    }
    !phrase.is_ascii() && !phrase.contains(' ') && name.split(' ').collect::<String>() == phrase
}

/// Returns every split of a name into two parts, as (last, first).
fn turns(name: &str) -> impl Iterator<Item = (&str, &str)> {
    name.match_indices(' ').filter_map(|(at, blank)| Some((name.get(at + blank.len()..)?, name.get(..at)?)))
}

/// Answers whether `phrase` is the name with its last words first.
pub(crate) fn is_turned(phrase: &str, last: &str, first: &str) -> bool {
    phrase.strip_prefix(last).and_then(|rest| rest.strip_prefix(' ')) == Some(first)
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Returns how well `wanted` fits a name, both [`folded`], at any position in it.
pub fn how(wanted: &str, name: &str) -> How {
    if letters(wanted) < FEWEST_LETTERS {
        return How::Nothing;
    }
    if wanted == name {
        return How::WholeName;
    }
    let starts_a_word = |at: usize| name.get(..at).is_some_and(|before| !before.ends_with(char::is_alphanumeric));
    let ends_a_word = |at: usize| name.get(at..).is_some_and(|after| !after.starts_with(char::is_alphanumeric));
    name.match_indices(wanted)
        .map(|(at, hit)| match (starts_a_word(at), ends_a_word(at + hit.len())) {
            (true, true) => How::WholeWords,
            (true, false) => How::StartOfAWord,
            (false, _) => How::InsideAWord,
        })
        .max()
        .unwrap_or(How::Nothing)
}

/// Answers whether a word is nearly a word of the name or its possessive, both [`folded`]: `kims` of `Kim's tenants`.
pub(crate) fn is_misspelt(word: &str, name: &str) -> bool {
    if word.contains(' ') {
        return false;
    }
    let owner = word.strip_suffix('s').filter(|owner| letters(owner) >= FEWEST_OF_A_NAME);
    is_nearly(word, name, MIN_WORD_LENGTH) || owner.is_some_and(|owner| name.split(' ').any(|of_name| of_name == owner))
}

/// Answers whether each of several words is nearly a word of the name, both [`folded`]. Beside a longer word a short
/// one may be misspelt too: `anna limma`.
pub(crate) fn are_misspelt(phrase: &str, name: &str) -> bool {
    let nearly = |word: &str| name.split(' ').any(|of_name| of_name == word) || is_nearly(word, name, FEWEST_OF_A_NAME);
    let words = || phrase.split(' ');
    words().count() > 1 && words().all(nearly) && words().any(|word| word.chars().count() >= MIN_WORD_LENGTH)
}

fn is_nearly(word: &str, name: &str, fewest: usize) -> bool {
    let long = |word: &str| word.chars().count() >= fewest;
    let alike = |of_name: &str| {
        long(of_name)
            && (strsim::osa_distance(of_name, word) == 1 || strsim::jaro_winkler(of_name, word) >= WORD_SIMILARITY)
    };
    long(word) && name.split(' ').any(alike)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_matter() {
        for (one, other) in [
            ("José  LIMA", "jose lima"),
            ("Pat O’Brien", "pat o`brien"),
            ("Ann-Marie", "ANN MARIE"),
            ("Işık", "isik"),
            ("Straße", "STRASSE"),
            ("Kim & Sons", "kim and sons"),
            ("Acme, Inc.", "acme inc"),
            ("E\u{200b}ve", "eve"),
        ] {
            assert_eq!(folded(one), folded(other), "{one}");
        }
    }

    #[test]
    fn only_whole_names_are_sure() {
        use Strength::{Full, Part};
        for (phrase, name, expected) in [
            ("ana lima", "ana lima", Some(Full)),
            ("lima ana", "ana lima", Some(Full)),
            ("de la cruz maria", "maria de la cruz", Some(Full)),
            ("李小龙", "李 小龙", Some(Full)),
            ("小龙", "李 小龙", None),
            ("ana", "ana lima", Some(Part)),
            ("de la cruz", "maria de la cruz", Some(Part)),
            ("la", "maria de la cruz", None),
            ("ana", "diana okafor", None),
            ("oka", "diana okafor", None),
            ("no", "no name", None),
            ("al", "al", None),
        ] {
            assert_eq!(strength(phrase, name), expected, "{phrase} in {name}");
        }
    }
}
