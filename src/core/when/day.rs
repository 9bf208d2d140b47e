//! Days: "tomorrow", "next friday", "the weekend", "3rd of december", "2027-12-31".

use jiff::civil::{Date, Time, Weekday};

use crate::core::when::clock::{DayPart, END_OF_WORK};
use crate::core::when::model::{Day, MORNING};
use crate::core::when::names;
use crate::core::when::words::Pieces;

/// A leap year, so that every date that exists has a day in it.
const LEAP_YEAR: i16 = 2000;

const MONTHS_OF_A_YEAR: i8 = 12;

/// The number of hours of a day. No clock shows 24.
pub(crate) const HOURS_OF_A_DAY: i8 = 24;

/// A day, or one half of its name: "friday" and "next week" together name one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NamedDay {
    Day(Day),
    Weekday(Weekday),
    ThisWeek,
    NextWeek,
}

/// A day at the front of a phrase.
#[derive(Debug)]
pub(crate) struct ReadDay<'a> {
    pub(crate) named: NamedDay,
    /// The part of the day that was named with it: "tonight".
    pub(crate) part: Option<DayPart>,
    /// The time that is meant if none is named, unless that is simply the morning.
    pub(crate) usual: Option<Time>,
    pub(crate) rest: Pieces<'a>,
}

impl NamedDay {
    /// Returns the day that one or two names mean, or `None` if they contradict each other.
    pub(crate) fn together(first: Self, second: Option<Self>) -> Option<Day> {
        match (first, second) {
            (Self::Day(day), None) => Some(day),
            (Self::Weekday(weekday), None) => Some(Day::Weekday(weekday)),
            (Self::NextWeek, None) => Some(Day::NextWeek),
            (Self::Weekday(weekday), Some(Self::NextWeek)) | (Self::NextWeek, Some(Self::Weekday(weekday))) => {
                Some(Day::WeekdayOfNextWeek(weekday))
            }
            (Self::Weekday(weekday), Some(Self::ThisWeek)) | (Self::ThisWeek, Some(Self::Weekday(weekday))) => {
                Some(Day::WeekdayOfThisWeek(weekday))
            }
            // "The 2nd wednesday" is another day.
            (Self::Weekday(weekday), Some(Self::Day(Day::OfMonth(day)))) => Some(Day::OfMonthOn { day, weekday }),
            (Self::Weekday(weekday), Some(Self::Day(day))) | (Self::Day(day), Some(Self::Weekday(weekday))) => {
                dated(weekday, day)
            }
            _ => None,
        }
    }
}

/// Returns a date with the weekday that was named as well, or `None` if they contradict each other.
fn dated(weekday: Weekday, day: Day) -> Option<Day> {
    match day {
        Day::Date(date) => (date.weekday() == weekday).then_some(day),
        Day::Yearly { month, day } => Some(Day::YearlyOn { month, day, weekday }),
        _ => None,
    }
}

impl<'a> ReadDay<'a> {
    fn new(named: NamedDay, rest: Pieces<'a>) -> Self {
        Self { named, part: None, usual: None, rest }
    }

    fn day(day: Day, rest: Pieces<'a>) -> Self {
        Self::new(NamedDay::Day(day), rest)
    }
}

/// Reads a day at the front and returns it with the remaining words.
pub(crate) fn take(words: Pieces<'_>) -> Option<ReadDay<'_>> {
    let words = words.strip_prefix(&["on"]).unwrap_or(words);
    part_of_a_day(words)
        .or_else(|| relative(words))
        .or_else(|| weekend(words))
        .or_else(|| weekday(words))
        .or_else(|| end(words))
        .or_else(|| date(words))
}

/// Reads "this morning", "tonight", "last night".
fn part_of_a_day(words: Pieces<'_>) -> Option<ReadDay<'_>> {
    let (day, part, rest) = match words {
        ["this", word, rest @ ..] => (Day::Today, DayPart::read(word)?, rest),
        ["last", "night", rest @ ..] => (Day::In(-1), DayPart::Night, rest),
        [word, rest @ ..] if names::day(word) == Some("tonight") => (Day::Today, DayPart::Night, rest),
        _ => return None,
    };
    Some(ReadDay { part: Some(part), ..ReadDay::day(day, rest) })
}

/// Reads "tomorrow", "the day after tomorrow", "next week".
fn relative(words: Pieces<'_>) -> Option<ReadDay<'_>> {
    let is = |word: &str, name: &str| names::day(word) == Some(name);
    let after_the = words.strip_prefix(&["the"]).unwrap_or(words);
    let (day, rest) = match words {
        ["today", rest @ ..] => (Day::Today, rest),
        [word, rest @ ..] if is(word, "tomorrow") => (Day::Tomorrow, rest),
        [word, rest @ ..] if is(word, "yesterday") => (Day::In(-1), rest),
        ["next", "month", rest @ ..] => (Day::NextMonth, rest),
        ["next", "year", rest @ ..] => (Day::NextYear, rest),
        ["last", "week", rest @ ..] => (Day::In(-7), rest),
        ["last", "month", rest @ ..] => (Day::Months { months: -1, days: 0 }, rest),
        ["last", "year", rest @ ..] => (Day::Months { months: -12, days: 0 }, rest),
        ["next", "week", rest @ ..] | ["of", "next", "week", rest @ ..] => {
            return Some(ReadDay::new(NamedDay::NextWeek, rest));
        }
        ["this", "week", rest @ ..] | ["of", "this", "week", rest @ ..] => {
            return Some(ReadDay::new(NamedDay::ThisWeek, rest));
        }
        _ => match after_the {
            ["day", "after", word, rest @ ..] if is(word, "tomorrow") => (Day::In(2), rest),
            ["day", "before", word, rest @ ..] if is(word, "yesterday") => (Day::In(-2), rest),
            _ => return None,
        },
    };
    Some(ReadDay::day(day, rest))
}

/// Reads a weekend as its Saturday morning. Before that time on a Saturday, it is today's.
fn weekend(words: Pieces<'_>) -> Option<ReadDay<'_>> {
    let saturday = Weekday::Saturday;
    let (named, rest) = match words {
        ["weekend", rest @ ..] | ["the", "weekend", rest @ ..] => (NamedDay::Weekday(saturday), rest),
        ["this", "weekend", rest @ ..] => (NamedDay::Day(Day::WeekdayOfThisWeek(saturday)), rest),
        ["next", "weekend", rest @ ..] => (NamedDay::Day(Day::WeekdayOfNextWeek(saturday)), rest),
        ["last", "weekend", rest @ ..] => (NamedDay::Day(Day::LastWeekday(saturday)), rest),
        _ => return None,
    };
    Some(ReadDay { usual: Some(MORNING), ..ReadDay::new(named, rest) })
}

fn weekday(words: Pieces<'_>) -> Option<ReadDay<'_>> {
    let (word, rest) = words.split_first()?;
    if let Some(weekday) = names::weekday(word) {
        return Some(ReadDay::new(NamedDay::Weekday(weekday), rest));
    }
    let (which, rest) = match (*word, rest) {
        ("this", ["coming", rest @ ..]) => ("coming", rest),
        (which, rest) => (which, rest),
    };
    let (name, rest) = rest.split_first()?;
    let weekday = names::weekday(name)?;
    let day = match which {
        "this" => Day::ThisWeekday(weekday),
        "coming" => Day::Weekday(weekday),
        "next" => Day::WeekdayOfNextWeek(weekday),
        "last" => Day::LastWeekday(weekday),
        _ => return None,
    };
    Some(ReadDay::day(day, rest))
}

/// Reads "end of the week" or "eom" as the end of work of that week or month.
fn end(words: Pieces<'_>) -> Option<ReadDay<'_>> {
    let words = words.strip_prefix(&["the"]).unwrap_or(words);
    let (named, rest) = match words {
        ["eow", rest @ ..] | ["end", "of", "week", rest @ ..] | ["end", "of", "the", "week", rest @ ..] => {
            (NamedDay::Weekday(Weekday::Friday), rest)
        }
        ["end", "of", "next", "week", rest @ ..] => (NamedDay::Day(Day::WeekdayOfNextWeek(Weekday::Friday)), rest),
        ["eom", rest @ ..] | ["end", "of", "month", rest @ ..] | ["end", "of", "the", "month", rest @ ..] => {
            (NamedDay::Day(Day::EndOfMonth), rest)
        }
        _ => return None,
    };
    Some(ReadDay { usual: Some(END_OF_WORK), ..ReadDay::new(named, rest) })
}

/// Reads "31.12.2027", "Dec 31st, 2027", "the 3rd of December", "the 15th".
fn date(words: Pieces<'_>) -> Option<ReadDay<'_>> {
    let (word, rest) = words.split_first()?;
    if let Some(date) = numeric(word) {
        return Some(ReadDay::day(Day::Date(date), rest));
    }
    if let Some((month, day)) = short(word) {
        return with_year(month, day, rest);
    }
    if let Some(month) = names::month(word) {
        let (day, rest) = day_of_month(rest)?;
        return with_year(month, day, rest);
    }
    let (day, rest) = day_of_month(words)?;
    let name = rest.strip_prefix(&["of"]).unwrap_or(rest).split_first();
    match name.and_then(|(name, rest)| Some((names::month(name)?, rest))) {
        Some((month, rest)) => with_year(month, day, rest),
        None => the_ordinal(words),
    }
}

/// Reads "the 15th". Without "the", an ordinal ends the names of streets.
fn the_ordinal(words: Pieces<'_>) -> Option<ReadDay<'_>> {
    match words {
        ["the", _, "st" | "nd" | "rd" | "th", ..] => {
            let (day, rest) = day_of_month(words)?;
            Some(ReadDay::day(Day::OfMonth(day), rest))
        }
        _ => None,
    }
}

/// Adds the year if one follows. Returns `None` for a date that doesn't exist in that year, or in any year.
fn with_year(month: i8, day: i8, rest: Pieces<'_>) -> Option<ReadDay<'_>> {
    if let [word, rest @ ..] = rest
        && let Some(year) = year(word)
    {
        return Some(ReadDay::day(Day::Date(Date::new(year, month, day).ok()?), rest));
    }
    Date::new(LEAP_YEAR, month, day).ok()?;
    Some(ReadDay::day(Day::Yearly { month, day }, rest))
}

/// Reads "31", "31st", "the 31st".
fn day_of_month(words: Pieces<'_>) -> Option<(i8, Pieces<'_>)> {
    let (word, rest) = words.strip_prefix(&["the"]).unwrap_or(words).split_first()?;
    let day = digits(word, 1..=2)?.parse().ok().filter(|day| (1..=31).contains(day))?;
    match rest {
        ["st" | "nd" | "rd" | "th", rest @ ..] => Some((day, rest)),
        _ => Some((day, rest)),
    }
}

fn year(word: &str) -> Option<i16> {
    digits(word, 4..=4)?.parse().ok().filter(|year| (1900..2200).contains(year))
}

/// Reads "2027-12-31", "2027/12/31", "31.12.2027", "12/31/2027". Returns `None` if day and month could be swapped.
fn numeric(word: &str) -> Option<Date> {
    let mut dates = readings(word)?.into_iter().filter_map(|(year, month, day)| Date::new(year, month, day).ok());
    let date = dates.next()?;
    dates.all(|other| other == date).then_some(date)
}

/// Reads "24.12" as a day and a month, if it can't be a time of day.
fn short(word: &str) -> Option<(i8, i8)> {
    let (day, month) = word.split_once('.')?;
    let small = |figures: &str| digits(figures, 1..=2)?.parse::<i8>().ok();
    let (day, month) = (small(day)?, small(month)?);
    (day >= HOURS_OF_A_DAY && Date::new(LEAP_YEAR, month, day).is_ok()).then_some((month, day))
}

/// Returns the year, month and day that a date in figures could mean. With full stops the day is first, if possible.
pub(crate) fn readings(word: &str) -> Option<Vec<(i16, i8, i8)>> {
    let separator = word.chars().find(|c| !c.is_ascii_digit())?;
    let parts: Vec<&str> = word.split(separator).collect();
    let &[first, second, third] = parts.as_slice() else { return None };
    let year = |figures: &str| digits(figures, 4..=4)?.parse::<i16>().ok();
    let small = |figures: &str| digits(figures, 1..=2)?.parse::<i8>().ok();
    match (separator, year(first), year(third)) {
        ('-' | '/', Some(year), _) => Some(vec![(year, small(second)?, small(third)?)]),
        ('-' | '/' | '.', None, Some(year)) => {
            let (first, second) = (small(first)?, small(second)?);
            let is_day_first = separator == '.' && second <= MONTHS_OF_A_YEAR;
            let by_day = (year, second, first);
            Some(if is_day_first { vec![by_day] } else { vec![by_day, (year, first, second)] })
        }
        _ => None,
    }
}

fn digits(word: &str, length: std::ops::RangeInclusive<usize>) -> Option<&str> {
    (length.contains(&word.len()) && word.chars().all(|c| c.is_ascii_digit())).then_some(word)
}
