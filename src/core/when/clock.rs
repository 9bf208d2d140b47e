//! Times of day: "9am", "17:00", "half past nine", "noon", "in the morning".

use jiff::civil::Time;

use super::names;
use super::words::Pieces;

/// The end of the working day.
pub(crate) const END_OF_WORK: Time = Time::constant(17, 0, 0, 0);

const NOON: Time = Time::constant(12, 0, 0, 0);

/// A time of day as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpokenTime {
    At(Time),
    /// A time from 1:00 to 12:59 without am or pm.
    Half(Time),
    /// The end of the working day.
    EndOfWork,
    /// The end of the day.
    Midnight,
}

/// A part of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DayPart {
    Morning,
    Afternoon,
    Evening,
    Night,
}

/// The form of a clock time. Every form except `Clock` could mean something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClockForm {
    /// "9am", "9:30", "noon".
    Clock,
    /// "9.30".
    Dotted,
    /// "9".
    Hour,
}

/// A clock time at the front of a phrase.
#[derive(Debug)]
pub(crate) struct ReadClock<'a> {
    pub(crate) clock: SpokenTime,
    pub(crate) form: ClockForm,
    pub(crate) rest: Pieces<'a>,
}

impl DayPart {
    /// Reads a part of the day, as one word.
    pub(super) fn read(word: &str) -> Option<Self> {
        match word {
            "morning" => Some(Self::Morning),
            "afternoon" => Some(Self::Afternoon),
            "evening" => Some(Self::Evening),
            "night" => Some(Self::Night),
            _ => None,
        }
    }

    /// Returns the time that represents the whole part.
    pub(crate) const fn time(self) -> Time {
        match self {
            Self::Morning => Time::constant(9, 0, 0, 0),
            Self::Afternoon => Time::constant(14, 0, 0, 0),
            Self::Evening => Time::constant(18, 0, 0, 0),
            Self::Night => Time::constant(20, 0, 0, 0),
        }
    }

    fn has(self, time: Time) -> bool {
        match self {
            Self::Morning => (1..12).contains(&time.hour()),
            Self::Afternoon => (12..=18).contains(&time.hour()),
            Self::Evening => (16..=23).contains(&time.hour()),
            Self::Night => (18..=23).contains(&time.hour()),
        }
    }
}

impl SpokenTime {
    /// Returns the time of day that is meant, or `None` if it isn't in `part`.
    pub(crate) fn time(self, part: Option<DayPart>) -> Option<Time> {
        match (self, part) {
            (Self::EndOfWork, None) => Some(END_OF_WORK),
            (Self::At(time), part) => Some(time).filter(|time| part.is_none_or(|part| part.has(*time))),
            (Self::Half(time), None) if time.hour() < 7 => afternoon(time),
            (Self::Half(time), None) => Some(time),
            (Self::Half(time), Some(part)) => {
                Some(time).filter(|time| part.has(*time)).or_else(|| afternoon(time).filter(|time| part.has(*time)))
            }
            (Self::EndOfWork, Some(_)) | (Self::Midnight, _) => None,
        }
    }
}

fn afternoon(time: Time) -> Option<Time> {
    Time::new(time.hour() % 12 + 12, time.minute(), 0, 0).ok()
}

/// Reads a clock time at the front and returns it with the remaining words.
pub(crate) fn take(words: Pieces<'_>) -> Option<ReadClock<'_>> {
    let (clock, rest) = match words {
        ["noon" | "midday", rest @ ..] | ["12" | "twelve", "noon" | "midday", rest @ ..] => {
            (SpokenTime::At(NOON), rest)
        }
        ["midnight", rest @ ..] | ["12" | "twelve", "midnight", rest @ ..] => (SpokenTime::Midnight, rest),
        ["eod" | "cob", rest @ ..]
        | ["end", "of", "day" | "today", rest @ ..]
        | ["end", "of", "the", "day", rest @ ..]
        | ["the", "end", "of", "the", "day", rest @ ..]
        | ["close", "of", "business", rest @ ..] => (SpokenTime::EndOfWork, rest),
        _ => return past_the_hour(words).or_else(|| figures(words)),
    };
    Some(ReadClock { clock, form: ClockForm::Clock, rest })
}

/// Reads "half past nine", "quarter to 5 pm".
fn past_the_hour(words: Pieces<'_>) -> Option<ReadClock<'_>> {
    let words = words.strip_prefix(&["a"]).unwrap_or(words);
    let (minute, words) = match words {
        ["half", "past", rest @ ..] => (30, rest),
        ["quarter", "past", rest @ ..] => (15, rest),
        ["quarter", "to", rest @ ..] => (-15, rest),
        _ => return None,
    };
    let (word, rest) = words.split_first()?;
    let hour = hour(word).filter(|hour| (1..=12).contains(hour))?;
    let (hour, minute) = match (hour, minute) {
        (1, -15) => (12, 45),
        (hour, -15) => (hour - 1, 45),
        (hour, minute) => (hour, minute),
    };
    let (half, rest) = half_of_day(rest);
    let rest = if half.is_none() { rest.strip_prefix(&["oclock"]).unwrap_or(rest) } else { rest };
    Some(ReadClock { clock: on_the_clock(hour, minute, half)?, form: ClockForm::Clock, rest })
}

/// Reads "9", "nine", "9am", "9.30 p.m.", "17:00", "9 o'clock".
fn figures(words: Pieces<'_>) -> Option<ReadClock<'_>> {
    let (word, rest) = words.split_first()?;
    let is_clock = word.contains(':');
    let (hour_said, minute) = match word.split_once([':', '.']) {
        Some((hour, minute)) => (hour, sixty(minute.strip_suffix(":00").filter(|_| is_clock).unwrap_or(minute))?),
        None => (*word, 0),
    };
    let hour = hour(hour_said)?;
    let (oclock, rest) = rest.strip_prefix(&["oclock"]).map_or((false, rest), |rest| (true, rest));
    let (half, rest) = half_of_day(rest);
    let clock = match (half, hour, minute) {
        (None, 24, 0) if is_clock => SpokenTime::Midnight,
        (None, 1..=12, _) if !hour_said.starts_with('0') => on_the_clock(hour, minute, None)?,
        (None, _, _) => SpokenTime::At(Time::new(hour, minute, 0, 0).ok()?),
        (Some(_), _, _) => on_the_clock(hour, minute, half)?,
    };
    let form = match word.contains('.') {
        _ if half.is_some() || is_clock || oclock => ClockForm::Clock,
        true => ClockForm::Dotted,
        false => ClockForm::Hour,
    };
    Some(ReadClock { clock, form, rest })
}

/// Returns the time for an hour from 1 to 12 with am, pm or neither.
fn on_the_clock(hour: i8, minute: i8, half: Option<Half>) -> Option<SpokenTime> {
    let hour = Some(hour).filter(|hour| (1..=12).contains(hour))?;
    let time = |hour| Time::new(hour, minute, 0, 0).ok();
    Some(match half {
        None => SpokenTime::Half(time(hour)?),
        Some(Half::Am) => SpokenTime::At(time(hour % 12)?),
        Some(Half::Pm) => SpokenTime::At(time(hour % 12 + 12)?),
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Am,
    Pm,
}

fn half_of_day(words: Pieces<'_>) -> (Option<Half>, Pieces<'_>) {
    match words {
        ["am" | "a", rest @ ..] => (Some(Half::Am), rest),
        ["pm" | "p", rest @ ..] => (Some(Half::Pm), rest),
        _ => (None, words),
    }
}

/// Reads an hour of one or two digits, or as a word.
fn hour(word: &str) -> Option<i8> {
    if let Some(number) = names::number(word) {
        return i8::try_from(number).ok().filter(|hour| *hour <= 12);
    }
    let all_digits = word.chars().all(|c| c.is_ascii_digit());
    word.parse().ok().filter(|_| all_digits && word.len() <= 2)
}

/// Reads minutes of two digits.
fn sixty(word: &str) -> Option<i8> {
    let all_digits = word.len() == 2 && word.chars().all(|c| c.is_ascii_digit());
    word.parse().ok().filter(|minute| all_digits && *minute < 60)
}
