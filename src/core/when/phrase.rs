//! A whole phrase: a length of time, an instant, or a day and a time in any order.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff::civil::Time;

use crate::core::when::clock::{ClockForm, DayPart, SpokenTime};
use crate::core::when::day::NamedDay;
use crate::core::when::length::Length;
use crate::core::when::model::{Day, When};
use crate::core::when::words::{Pieces, Word, pieces_of};
use crate::core::when::{clock, day, names, zones};

/// The longest phrase, in words: "until the day after tomorrow at half past nine in the morning".
const MOST_WORDS: usize = 12;

/// Reads the longest phrase at the end, and returns it with its position among the words.
pub(crate) fn last(words: &[Word]) -> Option<(usize, When)> {
    let first = words.len().saturating_sub(MOST_WORDS);
    (first..words.len()).find_map(|at| Some((at, read(&pieces_of(words.get(at..)?))?)))
}

/// Reads the longest phrase at the start that has other words after it, and returns it with the word after its end.
pub(super) fn first(words: &[Word]) -> Option<(usize, When)> {
    let most = words.len().saturating_sub(1).min(MOST_WORDS);
    (1..=most).rev().find_map(|to| Some((to, read(&pieces_of(words.get(..to)?))?)))
}

/// Reads the first phrase, at its longest, that has other words before and after it. Returns it with its start and
/// end. A part of a longer phrase doesn't count.
pub(crate) fn within(words: &[Word]) -> Option<(usize, usize, When)> {
    let mut from = first(words).map_or(1, |(to, _)| to);
    while let Some((before, rest)) = words.split_at_checked(from).filter(|(_, rest)| !rest.is_empty()) {
        let Some((length, when)) = first(rest) else {
            from += 1;
            continue;
        };
        let (phrase, behind) = rest.split_at_checked(length)?;
        if !is_name(phrase, &when) && !is_unclear_before(before, phrase) && !is_unclear_behind(behind) {
            return Some((from, from + length, when));
        }
        from += length;
    }
    None
}

/// Reads the words as one phrase.
pub(super) fn read(words: Pieces<'_>) -> Option<When> {
    length(words).or_else(|| {
        let words = match words {
            // Ambiguous: for the duration of the weekend, or until it begins.
            ["for", "the", "weekend", ..] | ["for", "weekend", ..] => return None,
            ["until" | "till" | "til" | "by" | "for", rest @ ..] => rest,
            _ => words,
        };
        instant(words).or_else(|| Said::default().all(words)?.when())
    })
}

/// Reads "for 2 hours", "in 3 days at 5pm", "2 hours ago".
fn length(words: Pieces<'_>) -> Option<When> {
    if let ["for" | "in", "the", "next", unit] = words {
        return Length::take(&["1", unit])?.0.ahead();
    }
    let words = match words {
        ["for" | "in", "the", "next", rest @ ..] | ["for" | "in" | "until" | "till" | "til", rest @ ..] => rest,
        _ => words,
    };
    let words = words.strip_prefix(&["about"]).or_else(|| words.strip_prefix(&["around"])).unwrap_or(words);
    let (length, rest) = Length::take(words)?;
    match rest {
        [] | ["time"] | ["from", "now" | "today"] => length.ahead(),
        ["ago"] => length.ago(),
        _ => Said::on(length.day()?).all(rest)?.when(),
    }
}

/// Reads "2027-06-01T14:00:00+02:00".
fn instant(words: Pieces<'_>) -> Option<When> {
    let text = match words {
        [date, "t", time] | [date, time] => format!("{date}T{time}"),
        [date, "t", time, "z"] | [date, time, "z"] => format!("{date}T{time}Z"),
        _ => return None,
    };
    text.parse::<Timestamp>().ok().map(When::At)
}

/// The part of a phrase that was read so far.
#[derive(Clone, Copy, Debug, Default)]
struct Said {
    first: Option<NamedDay>,
    second: Option<NamedDay>,
    part: Option<DayPart>,
    clock: Option<SpokenTime>,
    /// The time that is meant if none is named.
    usual: Option<Time>,
    /// True if the day is a length of time. A number after it needs an "at".
    is_counted: bool,
    /// True if the clock time is a bare hour with no day before it.
    needs_part: bool,
}

impl Said {
    fn on(day: Day) -> Self {
        Self { first: Some(NamedDay::Day(day)), is_counted: true, ..Self::default() }
    }

    /// Reads the remaining words, all of them.
    fn all(mut self, mut words: Pieces<'_>) -> Option<Self> {
        while !words.is_empty() {
            words = self.take(words)?;
        }
        Some(self)
    }

    /// Reads a day, a part of the day or a clock time at the front, and returns the remaining words.
    fn take<'a>(&mut self, words: Pieces<'a>) -> Option<Pieces<'a>> {
        match words {
            ["at" | "@", "night", rest @ ..] => self.add_part(DayPart::Night, rest),
            ["at" | "@" | "by", rest @ ..] => self.take_clock(rest, true).or_else(|| self.take_day(rest)),
            ["t", rest @ ..] if matches!(self.first, Some(NamedDay::Day(Day::Date(_)))) => self.take_clock(rest, true),
            _ => self.take_day(words).or_else(|| self.take_part(words)).or_else(|| self.take_clock(words, false)),
        }
    }

    fn take_day<'a>(&mut self, words: Pieces<'a>) -> Option<Pieces<'a>> {
        let read = day::take(words)?;
        let place = if self.first.is_none() { &mut self.first } else { &mut self.second };
        if place.replace(read.named).is_some() {
            return None;
        }
        self.usual = self.usual.or(read.usual);
        match read.part {
            Some(part) => self.add_part(part, read.rest),
            None => Some(read.rest),
        }
    }

    fn take_part<'a>(&mut self, words: Pieces<'a>) -> Option<Pieces<'a>> {
        let (word, rest) = words.strip_prefix(&["in", "the"]).unwrap_or(words).split_first()?;
        self.add_part(DayPart::read(word)?, rest)
    }

    fn add_part<'a>(&mut self, part: DayPart, rest: Pieces<'a>) -> Option<Pieces<'a>> {
        self.part.replace(part).is_none().then_some(rest)
    }

    fn take_clock<'a>(&mut self, words: Pieces<'a>, after_at: bool) -> Option<Pieces<'a>> {
        let read = clock::take(words)?;
        let is_after_day = self.first.is_some() && (after_at || !self.is_counted);
        let is_before_part = matches!(read.rest, ["in", "the", ..] | ["at", "night", ..]);
        match read.form {
            ClockForm::Clock => {}
            ClockForm::Dotted if after_at || is_after_day => {}
            ClockForm::Hour if is_after_day => {}
            ClockForm::Hour if after_at || is_before_part => self.needs_part = true,
            ClockForm::Dotted | ClockForm::Hour => return None,
        }
        self.clock.replace(read.clock).is_none().then_some(read.rest)
    }

    /// Returns the time that all parts mean together.
    fn when(self) -> Option<When> {
        if (self.needs_part && self.part.is_none()) || (self.part == Some(DayPart::Night) && self.first.is_none()) {
            return None;
        }
        let day = match (self.first, self.clock, self.part) {
            (Some(first), _, _) => NamedDay::together(first, self.second)?,
            (None, Some(SpokenTime::Midnight | SpokenTime::EndOfWork), _) => Day::Today,
            (None, None, None) => return None,
            _ => Day::Next,
        };
        let time = match (self.clock, self.part) {
            (Some(SpokenTime::Midnight), None | Some(DayPart::Night)) => return Some(When::Midnight { day }),
            (Some(clock), part) => Some(clock.time(part)?),
            (None, Some(part)) => Some(part.time()),
            (None, None) => self.usual,
        };
        Some(When::On { day, time })
    }
}

/// The words that change the meaning of a time after them.
pub(crate) const CHANGE: [&str; 17] = [
    "after", "before", "during", "earlier", "every", "except", "for", "from", "half", "later", "minus", "not", "of",
    "over", "quarter", "since", "within",
];

/// The words that join two times.
pub(crate) const JOIN: [&str; 8] = ["and", "or", "to", "through", "-", "–", "—", "&"];

/// The words that introduce more of a time.
pub(crate) const LEAD: [&str; 7] = ["at", "@", "by", "in", "until", "till", "ago"];

/// The fewest digits of a phone number.
pub(crate) const SHORTEST_NUMBER: usize = 7;

/// Answers whether `phrase` is only a part of something, together with the words before it.
pub(crate) fn is_unclear_before(words: &[Word], phrase: &[Word]) -> bool {
    let Some((_, rest)) = words.split_last() else { return false };
    let is_range = || {
        let (from, to) = (tail(rest, 1), pieces_of(phrase));
        from.last().is_some_and(|from| is_small(from)) && to.first().is_some_and(|to| is_small(to))
    };
    match tail(words, 1).as_slice() {
        [word] if CHANGE.contains(word) => true,
        [word] if JOIN.contains(word) => is_time(rest) || is_time_of_day(rest) || is_range(),
        [word] if is_other_day(word, &pieces_of(phrase)) => true,
        // A single word is the contact: "3M".
        _ if rest.is_empty() => false,
        _ => is_time(words) || is_time_of_day(words) || is_part_of_date(words),
    }
}

/// Answers whether a word before a phrase contradicts it: "Nov" before "the 31st", "Friday" before a Thursday's date.
pub(crate) fn is_other_day(word: &str, phrase: Pieces<'_>) -> bool {
    let is_date = || matches!(read(phrase), Some(When::On { day: Day::Date(_), .. }));
    match phrase {
        ["the", ..] => names::month(word).is_some(),
        _ => word.ends_with("day") && names::weekday(word).is_some() && is_date(),
    }
}

/// Answers whether words after a phrase may belong to it: "9am - 5pm", "tomorrow or friday", "31 Dec 27".
pub(crate) fn is_unclear_behind(words: &[Word]) -> bool {
    let pieces = pieces_of(words);
    let Some(first) = pieces.first() else { return false };
    let leads = |word: &str| CHANGE.contains(&word) || JOIN.contains(&word) || LEAD.contains(&word);
    !first.starts_with(char::is_alphabetic)
        || leads(first)
        || super::length::is_unit(first)
        || day::take(&pieces).is_some()
        || clock::take(&pieces).is_some()
        || DayPart::read(first).is_some()
        || zones::is_zone(first)
}

/// Returns the words after a phrase at the start, without a dash or "for". `None` if they may belong to the phrase.
pub(crate) fn named_behind(words: &[Word]) -> Option<&[Word]> {
    let is_joint = |word: &Word| word.pieces.iter().all(|piece| matches!(piece.as_str(), "-" | "–" | "—" | "for"));
    let words = words.split_first().filter(|(word, _)| is_joint(word)).map_or(words, |(_, rest)| rest);
    let is_token = words.first()?.pieces.first()? == "<";
    (is_token || is_phone_number(words) || !is_unclear_behind(words)).then_some(words)
}

/// Answers whether a lone weekday may be a first name: "Sunday Okafor", "Sun Wei Chen". Before two words or an id, a
/// weekday that is spelled out counts as a day.
pub(crate) fn is_first_name(phrase: &[Word], behind: &[Word]) -> bool {
    let pieces = pieces_of(phrase);
    let [word] = pieces.as_slice() else { return false };
    let is_whole = word.ends_with("day") && (behind.len() > 1 || has_id(behind));
    names::weekday(word).is_some() && !is_whole
}

/// Answers whether a phrase before another may be the contact or the end of a name: "3M tomorrow", "Okafor Sunday 2h".
pub(crate) fn is_contact(named: &[Word], phrase: &[Word], when: &When) -> bool {
    let starts_with_letters = || pieces_of(phrase).first().is_some_and(|piece| piece.starts_with(char::is_alphabetic));
    match named {
        [] => !starts_with_letters(),
        [_] => is_name(phrase, when) && !has_id(named),
        _ => false,
    }
}

/// Answers whether the words contain the id of a conversation.
pub(crate) fn has_id(words: &[Word]) -> bool {
    pieces_of(words).contains(&"_")
}

/// Answers whether the words begin with a phone number: "+1 415 555 0101", "(415) 555-0101".
pub(crate) fn is_phone_number(words: &[Word]) -> bool {
    let pieces = pieces_of(words);
    let is_part = |piece: &&str| piece.chars().all(|c| c.is_ascii_digit() || "+-.()".contains(c));
    let number: String = pieces.iter().copied().take_while(is_part).collect();
    let first = number.chars().take_while(char::is_ascii_digit).count();
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let starts = number.starts_with(['+', '(']) || first >= SHORTEST_NUMBER;
    starts && digits >= SHORTEST_NUMBER && day::take(&pieces).is_none()
}

/// Answers whether the words end in a phrase.
pub(crate) fn is_time(words: &[Word]) -> bool {
    last(words).is_some_and(|(at, when)| !is_name(words.get(at..).unwrap_or_default(), &when))
}

/// Answers whether a phrase of one word may be the contact's name, such as a weekday.
pub(crate) fn is_name(phrase: &[Word], when: &When) -> bool {
    let is_one_word = matches!(pieces_of(phrase).as_slice(), [_]);
    is_one_word && !matches!(when, When::On { day: Day::Today | Day::Tomorrow | Day::In(_) | Day::Date(_), .. })
}

/// Answers whether the words end like a time of day or a length: "25:00", "13 pm", "0h", "at 9", "same time".
pub(crate) fn is_time_of_day(words: &[Word]) -> bool {
    match tail(words, 2).as_slice() {
        [.., "same" | "this", "time"] => true,
        [.., "at" | "@", hour] if is_small(hour) => true,
        // A number after a conversation's id.
        [.., "_", _, hour] if is_small(hour) => true,
        [.., number, unit] if super::length::is_unit(unit) || matches!(*unit, "am" | "pm" | "oclock") => {
            starts_like_a_number(number)
        }
        [.., figures] => figures.contains(':') && starts_like_a_number(figures),
        [] => false,
    }
}

/// Answers whether the words end like a date: "Feb 30", "30th of Feb", "Feb 30 2027", "31/12", "31.12", "2027-02-30".
pub(crate) fn is_part_of_date(words: &[Word]) -> bool {
    let mut pieces = tail(words, 4);
    pieces.retain(|piece| !matches!(*piece, "st" | "nd" | "rd" | "th" | "of"));
    let with_year = pieces.split_last().filter(|(year, _)| is_digits(year, 4..=4));
    match with_year.map_or(pieces.as_slice(), |(_, rest)| rest) {
        [.., name, day] | [.., day, name] if is_digits(day, 1..=2) && names::month(name).is_some() => true,
        _ => pieces.last().is_some_and(|figures| is_numeric_date(figures)),
    }
}

pub(crate) fn is_numeric_date(figures: &str) -> bool {
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

/// Returns the pieces of the last words.
pub(crate) fn tail(words: &[Word], most: usize) -> Vec<&str> {
    pieces_of(words.get(words.len().saturating_sub(most)..).unwrap_or_default())
}

/// Answers whether a piece is a small number: an hour, a number of hours or a day of a month.
pub(crate) fn is_small(piece: &str) -> bool {
    is_digits(piece, 1..=2) || names::number(piece).is_some()
}

pub(crate) fn starts_like_a_number(piece: &str) -> bool {
    piece.trim_start_matches(['-', '+']).starts_with(|c: char| c.is_ascii_digit())
}

pub(crate) fn is_digits(piece: &str, length: RangeInclusive<usize>) -> bool {
    length.contains(&piece.len()) && piece.chars().all(|c| c.is_ascii_digit())
}
