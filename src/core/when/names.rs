//! Names of days, months and numbers, and their misspellings. A word that could be two names counts as neither.

use jiff::civil::Weekday;

/// The shortest word that can be a misspelling, in letters.
const MIN_MISSPELT_LENGTH: usize = 5;

/// The shortest name in which two letters may be wrong, in letters.
const LONG_NAME: usize = 8;

const DAYS: [(&str, &[&str]); 10] = [
    ("monday", &["mon"]),
    ("tuesday", &["tue", "tues"]),
    ("wednesday", &["wed", "weds"]),
    ("thursday", &["thu", "thur", "thurs"]),
    ("friday", &["fri"]),
    ("saturday", &["sat"]),
    ("sunday", &["sun"]),
    ("tomorrow", &["tmr", "tmrw", "tmrrw", "tmw"]),
    ("yesterday", &[]),
    ("tonight", &["tonite"]),
];

const MONTHS: [(&str, &[&str]); 12] = [
    ("january", &["jan"]),
    ("february", &["feb"]),
    ("march", &["mar"]),
    ("april", &["apr"]),
    ("may", &[]),
    ("june", &["jun"]),
    ("july", &["jul"]),
    ("august", &["aug"]),
    ("september", &["sep", "sept"]),
    ("october", &["oct"]),
    ("november", &["nov"]),
    ("december", &["dec"]),
];

const NUMBERS: [&str; 20] = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];

const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// Returns the whole name of a day: a weekday, "tomorrow", "yesterday" or "tonight".
pub(super) fn day(word: &str) -> Option<&'static str> {
    // Some names of people are as similar: Frida, Sundar, Thursby. None of them ends like a day.
    let like_a_day = |name: &str| word.ends_with("ay") || word.ends_with("dy") || !name.ends_with("day");
    exact(&DAYS, word).or_else(|| misspelt(&DAYS, word).filter(|name| like_a_day(name)))
}

/// Reads a day of the week.
pub(crate) fn weekday(word: &str) -> Option<Weekday> {
    match day(word)? {
        "monday" => Some(Weekday::Monday),
        "tuesday" => Some(Weekday::Tuesday),
        "wednesday" => Some(Weekday::Wednesday),
        "thursday" => Some(Weekday::Thursday),
        "friday" => Some(Weekday::Friday),
        "saturday" => Some(Weekday::Saturday),
        "sunday" => Some(Weekday::Sunday),
        _ => None,
    }
}

/// Reads a month, from 1 to 12.
pub(crate) fn month(word: &str) -> Option<i8> {
    let name = exact(&MONTHS, word).or_else(|| misspelt(&MONTHS, word))?;
    (1..).zip(MONTHS).find(|(_, (month, _))| *month == name).map(|(number, _)| number)
}

/// Reads a number from 1 to 20 as a word.
pub(crate) fn number(word: &str) -> Option<i64> {
    (1..).zip(NUMBERS).find(|(_, name)| *name == word).map(|(number, _)| number)
}

/// Reads a round number from 20 to 90 as a word.
pub(crate) fn tens(word: &str) -> Option<i64> {
    (2..).zip(TENS).find(|(_, name)| *name == word).map(|(number, _)| number * 10)
}

fn exact(names: &[(&'static str, &[&str])], word: &str) -> Option<&'static str> {
    names.iter().find(|(name, short)| *name == word || short.contains(&word)).map(|(name, _)| *name)
}

/// Returns the only name that the word resembles. One letter may be wrong, two in a long name, but never the first.
fn misspelt(names: &[(&'static str, &[&str])], word: &str) -> Option<&'static str> {
    let resembles = |name: &str| {
        let wrong = if name.len() >= LONG_NAME { 2 } else { 1 };
        name.len() > MIN_MISSPELT_LENGTH && strsim::osa_distance(name, word) <= wrong
    };
    let mut similar =
        names.iter().map(|(name, _)| *name).filter(|name| word.len() >= MIN_MISSPELT_LENGTH && resembles(name));
    let only = similar.next().filter(|_| similar.next().is_none())?;
    (only.chars().next() == word.chars().next()).then_some(only)
}
