//! Lengths of time: "2h", "1h30", "an hour and a half", "two weeks". Hours and minutes are exact. Days, weeks, months
//! and years follow the calendar and can't be divided.

use crate::core::when::model::{Day, When};
use crate::core::when::names;
use crate::core::when::words::Pieces;

/// The largest number. Every unit of it is too far away.
const LARGEST: i64 = 10_000_000;

/// The number one in thousandths, in which numbers are counted.
const ONE: i64 = 1000;

/// A length of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Length {
    months: i64,
    days: i64,
    minutes: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Fortnight,
    Month,
    Year,
}

impl Length {
    /// Reads a length at the front, with parts in descending order, and returns the remaining words.
    pub(crate) fn take(words: Pieces<'_>) -> Option<(Self, Pieces<'_>)> {
        let (first, mut smallest, mut rest) = part(words)?;
        let mut total = first;
        while let Some((length, unit, after)) = part(rest.strip_prefix(&["and"]).unwrap_or(rest)) {
            if unit >= smallest {
                return None;
            }
            total = total.plus(length);
            (smallest, rest) = (unit, after);
        }
        if let Some((minutes, after)) = minutes_behind(smallest, total, rest) {
            (total, rest) = (total.plus(minutes), after);
        }
        (total != Self::default()).then_some((total, rest))
    }

    /// Returns the time that is this length from now.
    pub(crate) fn ahead(self) -> Option<When> {
        match self {
            Self { months: 0, days: 0, minutes } => Some(When::After { minutes }),
            Self { months: 0, days, minutes } if minutes != 0 => {
                Some(When::Later { days: i32::try_from(days).ok()?, minutes })
            }
            _ => Some(When::On { day: self.day()?, time: None }),
        }
    }

    /// Returns the time that was this length ago.
    pub(crate) fn ago(self) -> Option<When> {
        Self { months: -self.months, days: -self.days, minutes: -self.minutes }.ahead()
    }

    /// Returns the day that is this length from today, or `None` unless the length has whole days only.
    pub(super) fn day(self) -> Option<Day> {
        let (months, days) = (i32::try_from(self.months).ok()?, i32::try_from(self.days).ok()?);
        match (months, days, self.minutes) {
            (0, 0, _) => None,
            (0, days, 0) => Some(Day::In(days)),
            (months, days, 0) => Some(Day::Months { months, days }),
            _ => None,
        }
    }

    fn plus(self, other: Self) -> Self {
        Self { months: self.months + other.months, days: self.days + other.days, minutes: self.minutes + other.minutes }
    }

    fn of(thousandths: i64, unit: Unit) -> Option<Self> {
        let whole = |each: i64| (thousandths * each % ONE == 0).then_some(thousandths * each / ONE);
        let minutes = |each: i64| ((thousandths * each + ONE / 2) / ONE).max(thousandths.min(1));
        let none = Self::default();
        Some(match unit {
            Unit::Minute => Self { minutes: minutes(1), ..none },
            Unit::Hour => Self { minutes: minutes(60), ..none },
            Unit::Day => Self { days: whole(1)?, ..none },
            Unit::Week => Self { days: whole(7)?, ..none },
            Unit::Fortnight => Self { days: whole(14)?, ..none },
            Unit::Month => Self { months: whole(1)?, ..none },
            Unit::Year => Self { months: whole(12)?, ..none },
        })
    }
}

/// Reads "30" after "1h".
fn minutes_behind(unit: Unit, so_far: Length, words: Pieces<'_>) -> Option<(Length, Pieces<'_>)> {
    let (word, rest) = words.split_first()?;
    let is_in_figures = word.len() == 2 && word.chars().all(|c| c.is_ascii_digit());
    let minutes = word.parse().ok().filter(|minutes| (0..60).contains(minutes) && is_in_figures)?;
    let is_whole = unit == Unit::Hour && so_far.minutes % 60 == 0;
    is_whole.then_some((Length { minutes, ..Length::default() }, rest))
}

/// Reads "2h", "half an hour", "three and a half hours", "an hour and a half".
fn part(words: Pieces<'_>) -> Option<(Length, Unit, Pieces<'_>)> {
    let (thousandths, unit, rank, rest) = counted(words)?;
    Some((Length::of(thousandths, unit)?, rank, rest))
}

/// Counts the pieces of a part with a fraction of a unit that can't be divided: "1.5 days".
pub(crate) fn divided(words: Pieces<'_>) -> Option<usize> {
    let (thousandths, unit, _, rest) = counted(words)?;
    Length::of(thousandths, unit).is_none().then(|| words.len() - rest.len())
}

/// Reads a number of units. Returns the number in thousandths, the unit, and its rank among the parts.
fn counted(words: Pieces<'_>) -> Option<(i64, Unit, Unit, Pieces<'_>)> {
    if let Some((thousandths, rest)) = fraction(words)
        && let Some((unit, rest)) = unit_of(rest)
    {
        // "two hours and a half hour" is valid: the half hour ranks as minutes.
        let rank = if unit == Unit::Hour { Unit::Minute } else { unit };
        return Some((thousandths, unit, rank, rest));
    }
    let (count, rest) = count(words)?;
    let (more, rest) = and_fraction(rest);
    let (unit, rest) = unit_of(rest)?;
    let (still_more, rest) = match and_fraction(rest) {
        (some, after) if more == 0 && unit_of(after).is_none() && !matches!(after, ["a" | "an", ..]) => (some, after),
        _ => (0, rest),
    };
    Some((count + more + still_more, unit, unit, rest))
}

/// Reads "half an", "a quarter of an", "three quarters of an", "1/2".
fn fraction(words: Pieces<'_>) -> Option<(i64, Pieces<'_>)> {
    let (thousandths, rest) = match words {
        ["half" | "1/2", rest @ ..] | ["a", "half", rest @ ..] => (500, rest),
        ["quarter" | "1/4", rest @ ..] | ["a", "quarter", rest @ ..] => (250, rest),
        ["three", "quarter" | "quarters", rest @ ..] | ["3/4", rest @ ..] => (750, rest),
        _ => return None,
    };
    let rest = rest.strip_prefix(&["of"]).unwrap_or(rest);
    let rest = rest.strip_prefix(&["an"]).or_else(|| rest.strip_prefix(&["a"])).unwrap_or(rest);
    Some((thousandths, rest))
}

/// Reads "and a half" or "1/2" after a number.
fn and_fraction(words: Pieces<'_>) -> (i64, Pieces<'_>) {
    match words {
        ["and", "a", "half", rest @ ..] | ["and", "half", rest @ ..] | ["1/2", rest @ ..] => (500, rest),
        ["and", "a", "quarter", rest @ ..] | ["1/4", rest @ ..] => (250, rest),
        ["3/4", rest @ ..] => (750, rest),
        _ => (0, words),
    }
}

/// Reads "2", "1.5", "two", "twenty five", "a", "a couple of".
fn count(words: Pieces<'_>) -> Option<(i64, Pieces<'_>)> {
    match words {
        ["a", "couple", "of", rest @ ..]
        | ["a", "couple", rest @ ..]
        | ["couple", "of", rest @ ..]
        | ["couple", rest @ ..] => Some((2 * ONE, rest)),
        ["a" | "an", rest @ ..] => Some((ONE, rest)),
        [tens, ones, rest @ ..] if names::tens(tens).is_some() && names::number(ones).is_some_and(|n| n < 10) => {
            Some(((names::tens(tens)? + names::number(ones)?) * ONE, rest))
        }
        [word, rest @ ..] => {
            let named = names::number(word).or_else(|| names::tens(word)).map(|number| number * ONE);
            Some((named.or_else(|| decimal(word))?, rest))
        }
        [] => None,
    }
}

/// Reads a number in digits. A comma before three digits is ambiguous, so `None` is returned.
fn decimal(word: &str) -> Option<i64> {
    let word = word.strip_prefix('+').unwrap_or(word);
    let (whole, fraction) = word.split_once(['.', ',']).unwrap_or((word, "0"));
    let all_digits = |digits: &str| digits.chars().all(|c| c.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) || fraction.is_empty() {
        return None;
    }
    if word.contains(',') && (whole.len() > 2 || fraction.len() > 2) {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().unwrap_or(LARGEST) };
    let thousandths: String = fraction.chars().chain("000".chars()).take(3).collect();
    Some(whole.min(LARGEST) * ONE + thousandths.parse::<i64>().ok()?)
}

fn unit_of(words: Pieces<'_>) -> Option<(Unit, Pieces<'_>)> {
    let (word, rest) = words.split_first()?;
    unit(word).map(|unit| (unit, rest))
}

/// Answers whether a word names a unit of time.
pub(crate) fn is_unit(word: &str) -> bool {
    unit(word).is_some()
}

fn unit(word: &str) -> Option<Unit> {
    match word {
        "m" | "min" | "mins" | "minute" | "minutes" => Some(Unit::Minute),
        "h" | "hr" | "hrs" | "hour" | "hours" => Some(Unit::Hour),
        "d" | "day" | "days" => Some(Unit::Day),
        "w" | "wk" | "wks" | "week" | "weeks" => Some(Unit::Week),
        "fortnight" | "fortnights" => Some(Unit::Fortnight),
        "mo" | "mos" | "month" | "months" => Some(Unit::Month),
        "y" | "yr" | "yrs" | "year" | "years" => Some(Unit::Year),
        _ => None,
    }
}
