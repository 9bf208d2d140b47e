//! A whole phrase: a length of time, an instant, or a day and a time in any order.

use jiff::Timestamp;
use jiff::civil::Time;

use super::clock::{self, ClockForm, DayPart, SpokenTime};
use super::day::{self, NamedDay};
use super::length::Length;
use super::words::{Pieces, Word, pieces_of};
use super::{Day, When, unclear};

/// The longest phrase, in words: "until the day after tomorrow at half past nine in the morning".
const MOST_WORDS: usize = 12;

/// Reads the longest phrase at the end; returns its place among the words, too.
pub(super) fn last(words: &[Word]) -> Option<(usize, When)> {
    let first = words.len().saturating_sub(MOST_WORDS);
    (first..words.len()).find_map(|at| Some((at, read(&pieces_of(words.get(at..)?))?)))
}

/// Reads the longest phrase at the start that has other words behind it; returns where it ends, too.
pub(super) fn first(words: &[Word]) -> Option<(usize, When)> {
    let most = words.len().saturating_sub(1).min(MOST_WORDS);
    (1..=most).rev().find_map(|to| Some((to, read(&pieces_of(words.get(..to)?))?)))
}

/// Reads the first phrase, at its longest, that has other words before and behind it; returns where it begins and
/// ends, too. A part of a longer phrase is none.
pub(super) fn within(words: &[Word]) -> Option<(usize, usize, When)> {
    let mut from = first(words).map_or(1, |(to, _)| to);
    while let Some((before, rest)) = words.split_at_checked(from).filter(|(_, rest)| !rest.is_empty()) {
        let Some((length, when)) = first(rest) else {
            from += 1;
            continue;
        };
        let (phrase, behind) = rest.split_at_checked(length)?;
        if !unclear::is_name(phrase, &when) && !unclear::before(before, phrase) && !unclear::behind(behind) {
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
            // For the time of the weekend, or until it begins?
            ["for", "the", "weekend", ..] | ["for", "weekend", ..] => return None,
            ["until" | "till" | "til" | "by" | "for", rest @ ..] => rest,
            _ => words,
        };
        instant(words).or_else(|| Said::default().all(words)?.when())
    })
}

/// "for 2 hours", "in 3 days at 5pm", "2 hours ago".
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

/// "2027-06-01T14:00:00+02:00".
fn instant(words: Pieces<'_>) -> Option<When> {
    let text = match words {
        [date, "t", time] | [date, time] => format!("{date}T{time}"),
        [date, "t", time, "z"] | [date, time, "z"] => format!("{date}T{time}Z"),
        _ => return None,
    };
    text.parse::<Timestamp>().ok().map(When::At)
}

/// As much of a phrase as was read.
#[derive(Clone, Copy, Debug, Default)]
struct Said {
    first: Option<NamedDay>,
    second: Option<NamedDay>,
    part: Option<DayPart>,
    clock: Option<SpokenTime>,
    /// The time that is meant if none is named.
    usual: Option<Time>,
    /// The day is a length of time: a number behind it needs an "at".
    is_counted: bool,
    /// The clock time is a bare hour and no day stands before it.
    needs_part: bool,
}

impl Said {
    fn on(day: Day) -> Self {
        Self { first: Some(NamedDay::Day(day)), is_counted: true, ..Self::default() }
    }

    /// Reads on to the end.
    fn all(mut self, mut words: Pieces<'_>) -> Option<Self> {
        while !words.is_empty() {
            words = self.take(words)?;
        }
        Some(self)
    }

    /// Takes a day, a part of the day or a clock time off the front.
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

    /// The time that all of it means together.
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
