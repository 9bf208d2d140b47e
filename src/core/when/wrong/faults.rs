//! Faults at the front of some pieces, each with a valid replacement.

use jiff::civil::Date;

use crate::core::when::model::Wrong;
use crate::core::when::words::Pieces;
use crate::core::when::{clock, day, length, names, zones};

/// A time, a date and a number that are valid everywhere.
const CLOCK: &[&str] = &["8:00"];
const DATE: &[&str] = &["jan", "1"];
const ONE: &[&str] = &["1"];

/// The months of a year, and the most days of a month.
const MONTHS: i8 = 12;
const DAYS: i8 = 31;

/// A leap year, which has every date.
const LEAP_YEAR: i16 = 2000;

/// The kind of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeFault {
    NoClock,
    NoDate(i8, Option<i16>),
    NoDay,
    NoMonth,
    NotAhead,
    Divided,
    DayOrMonth,
    NoYear,
    ShortYear,
    Weekday,
    Zone,
}

/// A fault of `length` pieces, and the pieces that replace it.
#[derive(Clone, Debug)]
pub(crate) struct Fix {
    pub(crate) length: usize,
    /// The number of pieces that are quoted.
    pub(crate) shown: usize,
    pub(crate) instead: &'static [&'static str],
    fault: TimeFault,
}

impl Fix {
    /// Returns the fault with the words in which it was typed, or `None` if they aren't enough to describe it.
    pub(crate) fn named(&self, typed: String) -> Option<Wrong> {
        Some(match self.fault {
            TimeFault::NoClock => Wrong::NoClock { typed },
            TimeFault::NoDate(month, year) => Wrong::NoDate { month, year },
            TimeFault::NoDay => Wrong::NoDay,
            TimeFault::NoMonth => Wrong::NoMonth,
            TimeFault::NotAhead => Wrong::NotAhead { typed },
            TimeFault::Divided => Wrong::Divided { typed },
            TimeFault::DayOrMonth => Wrong::DayOrMonth { typed },
            TimeFault::NoYear => Wrong::NoYear { typed },
            TimeFault::ShortYear => Wrong::ShortYear { typed },
            TimeFault::Zone => Wrong::Zone { typed },
            TimeFault::Weekday => return None,
        })
    }
}

/// Returns the fault at the front. `within` pieces belong to the first one's word; `is_start` if that one begins it.
pub(super) fn at(pieces: Pieces<'_>, within: usize, is_start: bool) -> Option<Fix> {
    let fix = |length, instead, fault| Some(Fix { length, shown: length, instead, fault });
    if let Some((length, fault)) = date_in_figures(pieces).or_else(|| date_in_words(pieces)) {
        return fix(length, DATE, fault);
    }
    if let Some(length) = no_clock(pieces) {
        return fix(length, CLOCK, TimeFault::NoClock);
    }
    if let Some(length) = not_ahead(pieces, is_start && within > 1) {
        // The unit stays.
        return Some(Fix { length, shown: length + 1, instead: ONE, fault: TimeFault::NotAhead });
    }
    if let Some(length) = length::divided(pieces) {
        return fix(length, &["1", "day"], TimeFault::Divided);
    }
    if let Some(length) = zones::at(pieces, within) {
        return fix(length, &[], TimeFault::Zone);
    }
    if is_other_weekday(pieces) {
        return fix(1, &[], TimeFault::Weekday);
    }
    None
}

/// Finds a clock time that doesn't exist: "25:00", "9:5", "13 pm", "17:00 pm".
fn no_clock(pieces: Pieces<'_>) -> Option<usize> {
    let (figures, rest) = pieces.split_first()?;
    let is_written = |c: char| c.is_ascii_digit() || c == ':' || c == '.';
    let has_half = matches!(rest.first(), Some(&("am" | "pm")));
    let starts = figures.starts_with(|c: char| c.is_ascii_digit()) && figures.chars().all(is_written);
    if !starts || !(figures.contains(':') || has_half) {
        return None;
    }
    let length = 1 + usize::from(has_half);
    clock::take(pieces.get(..length)?).is_none_or(|read| !read.rest.is_empty()).then_some(length)
}

/// Finds a fault in a date: "2027-02-30", "31/12", "2/3/2027", "13/12/26". A "T" after it belongs to it.
fn date_in_figures(pieces: Pieces<'_>) -> Option<(usize, TimeFault)> {
    let (figures, rest) = pieces.split_first()?;
    let fault = match day::readings(figures) {
        Some(readings) => fault_of(&readings, true)?,
        None => fault_of_short(figures)?,
    };
    Some((1 + usize::from(rest.first() == Some(&"t")), fault))
}

/// Finds the fault of "31/12" or "13/12/26". With a full stop it is a time of day, unless that is impossible.
fn fault_of_short(figures: &str) -> Option<TimeFault> {
    let separator = figures.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '/' | '.' | '-'))?;
    let parts: Option<Vec<i8>> = figures.split(separator).map(small).collect();
    match parts?.as_slice() {
        &[first, second] if separator == '.' && Date::new(LEAP_YEAR, second, first).is_ok() => None,
        [_, _, _] => Some(TimeFault::ShortYear),
        &[first, second] if separator == '/' || (separator == '.' && first >= day::HOURS_OF_A_DAY) => {
            fault_of(&[(LEAP_YEAR, second, first), (LEAP_YEAR, first, second)], false)
        }
        _ => None,
    }
}

/// Returns the fault of a date with these readings, or `None` if exactly one is a date and a year was named.
fn fault_of(readings: &[(i16, i8, i8)], has_year: bool) -> Option<TimeFault> {
    let mut dates: Vec<Date> =
        readings.iter().filter_map(|(year, month, day)| Date::new(*year, *month, *day).ok()).collect();
    dates.dedup();
    match dates.as_slice() {
        [] => {
            let month = readings.iter().find(|(_, month, _)| (1..=MONTHS).contains(month));
            Some(
                month.map_or(TimeFault::NoMonth, |(year, month, _)| {
                    TimeFault::NoDate(*month, has_year.then_some(*year))
                }),
            )
        }
        [_] => (!has_year).then_some(TimeFault::NoYear),
        _ => Some(TimeFault::DayOrMonth),
    }
}

/// Finds a date in words that doesn't exist: "Feb 30", "the 30th of February 2027", "the 32nd".
fn date_in_words(pieces: Pieces<'_>) -> Option<(usize, TimeFault)> {
    let (month, day, rest) = month_first(pieces).or_else(|| day_first(pieces))?;
    let year = rest.first().filter(|year| year.len() == 4).and_then(|year| year.parse().ok());
    let rest = if year.is_some() { rest.get(1..)? } else { rest };
    let fault = match month {
        Some(month) if Date::new(year.unwrap_or(LEAP_YEAR), month, day).is_err() => TimeFault::NoDate(month, year),
        None if !(1..=DAYS).contains(&day) => TimeFault::NoDay,
        _ => return None,
    };
    Some((pieces.len() - rest.len(), fault))
}

/// Reads "Feb 30", "February the 30th".
fn month_first(pieces: Pieces<'_>) -> Option<(Option<i8>, i8, Pieces<'_>)> {
    let (name, rest) = pieces.split_first()?;
    let month = names::month(name)?;
    let (day, rest) = rest.strip_prefix(&["the"]).unwrap_or(rest).split_first()?;
    Some((Some(month), small(day)?, past_ending(rest).unwrap_or(rest)))
}

/// Reads "30 Feb", "the 30th of February", "the 32nd".
fn day_first(pieces: Pieces<'_>) -> Option<(Option<i8>, i8, Pieces<'_>)> {
    let (day, rest) = pieces.strip_prefix(&["the"]).unwrap_or(pieces).split_first()?;
    let (day, ended) = (small(day)?, past_ending(rest));
    let after = ended.unwrap_or(rest);
    let named = after.strip_prefix(&["of"]).unwrap_or(after).split_first();
    let month = named.and_then(|(name, rest)| Some((names::month(name)?, rest)));
    let only_a_day = ended.map(|rest| (None, day, rest));
    month.map(|(month, rest)| (Some(month), day, rest)).or(only_a_day)
}

/// Skips the ending of an ordinal.
fn past_ending(pieces: Pieces<'_>) -> Option<Pieces<'_>> {
    match pieces {
        ["st" | "nd" | "rd" | "th", rest @ ..] => Some(rest),
        _ => None,
    }
}

/// Finds a length that isn't ahead: "0" before "h", "-2" before "hours", "minus 2" before "days".
fn not_ahead(pieces: Pieces<'_>, is_start: bool) -> Option<usize> {
    let is_number = |piece: &str| piece.parse::<f64>().is_ok();
    let is_zero = |piece: &str| piece == "zero" || piece.parse::<f64>().is_ok_and(|number| number == 0.0);
    match pieces {
        [sign, number, unit, ..] if is_sign(sign, is_start) && is_number(number) && length::is_unit(unit) => Some(2),
        [number, unit, ..] if length::is_unit(unit) && (is_zero(number) || number.starts_with('-')) => Some(1),
        _ => None,
    }
}

/// Answers whether a piece is a minus. A dash after a number is a range, and a dash between blanks is no sign.
fn is_sign(piece: &str, is_start: bool) -> bool {
    piece == "minus" || (is_start && matches!(piece, "-" | "−" | "–" | "—"))
}

/// Answers whether the first piece is a weekday that contradicts the date after it. The fix removes the weekday.
fn is_other_weekday(pieces: Pieces<'_>) -> bool {
    let [name, rest @ ..] = pieces else { return false };
    let date = names::weekday(name).and_then(|weekday| Some((weekday, day::take(rest)?.named)));
    date.is_some_and(|(weekday, named)| day::NamedDay::together(day::NamedDay::Weekday(weekday), Some(named)).is_none())
}

/// Reads a number of one or two digits.
fn small(figures: &str) -> Option<i8> {
    let is_small = (1..=2).contains(&figures.len()) && figures.chars().all(|c| c.is_ascii_digit());
    figures.parse().ok().filter(|_| is_small)
}
