//! Words around a phrase that make it unclear: "Feb 30 at 9am" isn't nine o'clock, and "2 or 3 hours" isn't
//! three hours. Everything else before a phrase is left to the reader of the command.

use std::ops::RangeInclusive;

use super::clock::{self, DayPart};
use super::words::{Pieces, Word, pieces_of};

use super::{Day, When, day, length, names, phrase, wrong};

/// Words that change the meaning of a time behind them.
const CHANGE: [&str; 17] = [
    "after", "before", "during", "earlier", "every", "except", "for", "from", "half", "later", "minus", "not", "of",
    "over", "quarter", "since", "within",
];

/// Words that join two times.
const JOIN: [&str; 8] = ["and", "or", "to", "through", "-", "–", "—", "&"];

/// Words that lead to more of a time.
const LEAD: [&str; 7] = ["at", "@", "by", "in", "until", "till", "ago"];

/// Fewest digits that are taken for a phone number.
const SHORTEST_NUMBER: usize = 7;

/// Decides if `phrase` is only a part of something, with the words before it.
pub(super) fn before(words: &[Word], phrase: &[Word]) -> bool {
    let Some((_, rest)) = words.split_last() else { return false };
    let is_range = || {
        let (from, to) = (tail(rest, 1), pieces_of(phrase));
        from.last().is_some_and(|from| is_small(from)) && to.first().is_some_and(|to| is_small(to))
    };
    match tail(words, 1).as_slice() {
        [word] if CHANGE.contains(word) => true,
        [word] if JOIN.contains(word) => is_time(rest) || is_time_of_day(rest) || is_range(),
        [word] if is_other_day(word, &pieces_of(phrase)) => true,
        // One word is the contact: "3M".
        _ if rest.is_empty() => false,
        _ => is_time(words) || is_time_of_day(words) || is_part_of_date(words),
    }
}

/// "Nov" before "the 31st", "Friday" before the date of a Thursday.
fn is_other_day(word: &str, phrase: Pieces<'_>) -> bool {
    let is_date = || matches!(phrase::read(phrase), Some(When::On { day: Day::Date(_), .. }));
    match phrase {
        ["the", ..] => names::month(word).is_some(),
        _ => word.ends_with("day") && names::weekday(word).is_some() && is_date(),
    }
}

/// Decides if words behind a phrase may belong to it: "9am - 5pm", "tomorrow or friday", "31 Dec 27".
pub(super) fn behind(words: &[Word]) -> bool {
    let pieces = pieces_of(words);
    let Some(first) = pieces.first() else { return false };
    let leads = |word: &str| CHANGE.contains(&word) || JOIN.contains(&word) || LEAD.contains(&word);
    !first.starts_with(char::is_alphabetic)
        || leads(first)
        || length::is_unit(first)
        || day::take(&pieces).is_some()
        || clock::take(&pieces).is_some()
        || DayPart::read(first).is_some()
        || wrong::is_zone(first)
}

/// The words behind a phrase at the start, past a dash and "for". `None` if they may belong to the phrase.
pub(super) fn named_behind(words: &[Word]) -> Option<&[Word]> {
    let is_joint = |word: &Word| word.pieces.iter().all(|piece| matches!(piece.as_str(), "-" | "–" | "—" | "for"));
    let words = words.split_first().filter(|(word, _)| is_joint(word)).map_or(words, |(_, rest)| rest);
    let is_token = words.first()?.pieces.first()? == "<";
    (is_token || is_phone_number(words) || !behind(words)).then_some(words)
}

/// A day of the week alone may be a first name: "Sunday Okafor", "Sun Wei Chen". Before two words or an id a whole name
/// of a day is one.
pub(super) fn is_first_name(phrase: &[Word], behind: &[Word]) -> bool {
    let pieces = pieces_of(phrase);
    let [word] = pieces.as_slice() else { return false };
    let is_whole = word.ends_with("day") && (behind.len() > 1 || has_id(behind));
    names::weekday(word).is_some() && !is_whole
}

/// Decides if a phrase before another may be the contact or the end of the name: "3M tomorrow", "Okafor Sunday 2h".
pub(super) fn is_contact(named: &[Word], phrase: &[Word], when: &When) -> bool {
    let starts_with_letters = || pieces_of(phrase).first().is_some_and(|piece| piece.starts_with(char::is_alphabetic));
    match named {
        [] => !starts_with_letters(),
        [_] => is_name(phrase, when) && !has_id(named),
        _ => false,
    }
}

/// An id of a conversation among the words.
fn has_id(words: &[Word]) -> bool {
    pieces_of(words).contains(&"_")
}

/// "+1 415 555 0101", "(415) 555-0101".
fn is_phone_number(words: &[Word]) -> bool {
    let pieces = pieces_of(words);
    let is_part = |piece: &&str| piece.chars().all(|c| c.is_ascii_digit() || "+-.()".contains(c));
    let number: String = pieces.iter().copied().take_while(is_part).collect();
    let first = number.chars().take_while(char::is_ascii_digit).count();
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let starts = number.starts_with(['+', '(']) || first >= SHORTEST_NUMBER;
    starts && digits >= SHORTEST_NUMBER && day::take(&pieces).is_none()
}

/// The words end in a phrase.
fn is_time(words: &[Word]) -> bool {
    phrase::last(words).is_some_and(|(at, when)| !is_name(words.get(at..).unwrap_or_default(), &when))
}

/// A weekday alone may be the contact's name.
pub(super) fn is_name(phrase: &[Word], when: &When) -> bool {
    let is_one_word = matches!(pieces_of(phrase).as_slice(), [_]);
    is_one_word && !matches!(when, When::On { day: Day::Today | Day::Tomorrow | Day::In(_) | Day::Date(_), .. })
}

/// "25:00", "13 pm", "0h", "at 9", "same time".
fn is_time_of_day(words: &[Word]) -> bool {
    match tail(words, 2).as_slice() {
        [.., "same" | "this", "time"] => true,
        [.., "at" | "@", hour] if is_small(hour) => true,
        // A number behind a conversation's id.
        [.., "_", _, hour] if is_small(hour) => true,
        [.., number, unit] if length::is_unit(unit) || matches!(*unit, "am" | "pm" | "oclock") => {
            starts_like_a_number(number)
        }
        [.., figures] => figures.contains(':') && starts_like_a_number(figures),
        [] => false,
    }
}

/// "Feb 30", "30th of Feb", "Feb 30 2027", "31/12", "31.12", "2027-02-30".
fn is_part_of_date(words: &[Word]) -> bool {
    let mut pieces = tail(words, 4);
    pieces.retain(|piece| !matches!(*piece, "st" | "nd" | "rd" | "th" | "of"));
    let with_year = pieces.split_last().filter(|(year, _)| is_digits(year, 4..=4));
    match with_year.map_or(pieces.as_slice(), |(_, rest)| rest) {
        [.., name, day] | [.., day, name] if is_digits(day, 1..=2) && names::month(name).is_some() => true,
        _ => pieces.last().is_some_and(|figures| is_numeric_date(figures)),
    }
}

fn is_numeric_date(figures: &str) -> bool {
    let separator = figures.chars().find(|c| !c.is_ascii_digit()).unwrap_or_default();
    let parts: Vec<&str> = figures.split(separator).collect();
    let is_small = |part: &&str| is_digits(part, 1..=2);
    let is_part = |part: &&str| is_small(part) || is_digits(part, 4..=4);
    match (separator, parts.as_slice()) {
        ('/' | '.', [first, second]) => is_small(first) && is_small(second),
        ('/' | '.' | '-', [first, second, third]) => is_part(first) && is_small(second) && is_part(third),
        _ => false,
    }
}

/// The pieces of the last words.
fn tail(words: &[Word], most: usize) -> Vec<&str> {
    pieces_of(words.get(words.len().saturating_sub(most)..).unwrap_or_default())
}

/// An hour, a number of hours or a day of a month, said as a number.
fn is_small(piece: &str) -> bool {
    is_digits(piece, 1..=2) || names::number(piece).is_some()
}

fn starts_like_a_number(piece: &str) -> bool {
    piece.trim_start_matches(['-', '+']).starts_with(|c: char| c.is_ascii_digit())
}

fn is_digits(piece: &str, length: RangeInclusive<usize>) -> bool {
    length.contains(&piece.len()) && piece.chars().all(|c| c.is_ascii_digit())
}
