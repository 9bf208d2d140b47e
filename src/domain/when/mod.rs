//! Phrases for a time: read without knowing the present time or the zone, and worked out in the zone of
//! the person who typed them when the command runs. Phrases that could mean two times are not read.

mod clock;
mod day;
mod instant;
mod length;
mod names;
mod phrase;
mod said;
mod unclear;
mod words;
mod wrong;

pub use wrong::Wrong;

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// The time on a day for which only the day was named.
const MORNING: Time = clock::DayPart::Morning.time();

/// A time as it was typed. It is stored in jobs and forms: variants are added, never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Some minutes from now; ago, if negative.
    After {
        /// Number of minutes.
        minutes: i64,
    },
    /// This time of day some days from now, and some minutes later.
    Later {
        /// Number of days of the calendar.
        days: i32,
        /// Number of minutes.
        minutes: i64,
    },
    /// A day, at a time of day.
    On {
        /// The day.
        day: Day,
        /// Time of day; the morning, if none was named.
        time: Option<Time>,
    },
    /// The midnight that ends a day.
    Midnight {
        /// The day.
        day: Day,
    },
    /// An instant, whatever the zone.
    At(Timestamp),
}

/// A day as it was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Day {
    /// The next day on which the named time is still to come.
    Next,
    /// Today.
    Today,
    /// Tomorrow.
    Tomorrow,
    /// The next such day; today, if the named time is still to come.
    Weekday(#[serde(with = "weekday")] Weekday),
    /// The next such day; today, even if the named time has passed.
    ThisWeekday(#[serde(with = "weekday")] Weekday),
    /// The latest such day before today.
    LastWeekday(#[serde(with = "weekday")] Weekday),
    /// Such a day of the week from Monday to Sunday that today is in.
    WeekdayOfThisWeek(#[serde(with = "weekday")] Weekday),
    /// Such a day of the week after that.
    WeekdayOfNextWeek(#[serde(with = "weekday")] Weekday),
    /// Monday of next week.
    NextWeek,
    /// The first of next month.
    NextMonth,
    /// The last of this month.
    EndOfMonth,
    /// Some days from today.
    In(i32),
    /// The same day of another month, or its last, and some days later.
    Months {
        /// Number of months.
        months: i32,
        /// Number of days.
        days: i32,
    },
    /// The next such day of a month on which the named time is still to come.
    OfMonth(i8),
    /// The next such day of a month that is this day of the week.
    OfMonthOn {
        /// Day of the month.
        day: i8,
        /// Day of the week.
        #[serde(with = "weekday")]
        weekday: Weekday,
    },
    /// The first of January of next year.
    NextYear,
    /// Such a date of the past days, or else the next on which the named time is still to come.
    Yearly {
        /// Month of the year.
        month: i8,
        /// Day of the month.
        day: i8,
    },
    /// Such a date that is this day of the week: the next within a year, or else the one that has passed.
    YearlyOn {
        /// Month of the year.
        month: i8,
        /// Day of the month.
        day: i8,
        /// Day of the week.
        #[serde(with = "weekday")]
        weekday: Weekday,
    },
    /// A date.
    Date(Date),
}

impl When {
    /// Reads a phrase; `None` if it isn't one or could mean two times.
    pub fn read(text: &str) -> Option<Self> {
        phrase::read(&words::pieces_of(&words::words(text)))
    }

    /// Takes the longest phrase off the end of `text`, with the preposition before it; returns the text
    /// before that, too. `None` if the phrase is only a part of something unclear or wrong.
    pub fn split_off(text: &str) -> Option<(&str, Self)> {
        let words = words::words(text);
        let (at, when) = phrase::last(&words)?;
        let (before, phrase) = words.split_at_checked(at)?;
        if unclear::before(before, phrase) || wrong::find(text, &words).is_some_and(|(wrong, _)| wrong < at) {
            return None;
        }
        let before = text.get(..phrase.first()?.start)?;
        Some((words::trimmed(before), when))
    }

    /// Takes the longest phrase off the start of `text`; returns the text behind it, too. `None` if the phrase could
    /// be a name, or the words behind it could belong to it.
    pub fn split_start(text: &str) -> Option<(Self, &str)> {
        let words = words::words(text);
        let (to, when) = phrase::first(&words)?;
        let (phrase, behind) = words.split_at_checked(to)?;
        let named = unclear::named_behind(behind)?;
        if unclear::is_first_name(phrase, named) {
            return None;
        }
        Some((when, text.get(named.first()?.start..)?.trim_end()))
    }

    /// Decides if the phrase at the end of `text` could be a name.
    pub fn ends_like_a_name(text: &str) -> bool {
        let words = words::words(text);
        let last = phrase::last(&words);
        last.is_some_and(|(at, when)| unclear::is_name(words.get(at..).unwrap_or_default(), &when))
    }

    /// The first phrase that stands between other words, and these words; `None` if it could be a name, or the words
    /// around it could belong to it.
    pub fn split_out(text: &str) -> Option<(&str, Self, &str)> {
        let words = words::words(text);
        let (from, to, when) = phrase::within(&words)?;
        if phrase::last(&words).is_some_and(|(last, _)| last < to) {
            return None;
        }
        let (before, after) = (text.get(..words.get(from)?.start)?, text.get(words.get(to)?.start..)?);
        Some((words::trimmed(before), when, after.trim_end()))
    }

    /// The fault of the time at the end of `text`, where there is none to be taken off; and the text before it.
    pub fn wrong(text: &str) -> Option<(&str, Wrong)> {
        let words = words::words(text);
        let (at, wrong) = wrong::find(text, &words).or_else(|| wrong::two(text, &words))?;
        let before = text.get(..words.get(at)?.start)?;
        Some((words::trimmed(before), wrong))
    }

    /// The phrase in words, as it could be typed: "2h", "tomorrow 17:00".
    pub fn words(&self) -> String {
        said::words(self)
    }

    /// The instant that is meant by a person in `zone` at `now`; it may have passed. `None` if it is
    /// too far away for the calendar. Where clocks go forward, a skipped time means an hour later; where they go
    /// back, a repeated time means its first occurrence that is still to come.
    pub fn instant(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        instant::instant(self, &now.to_zoned_datetime(zone.clone()))
    }

    /// The same as an instant, if there is one.
    #[must_use]
    pub fn fix(&self, now: Timestamp, zone: &TimeZone) -> Self {
        self.instant(now, zone).map_or_else(|| self.clone(), Self::At)
    }

    /// The instant, if it doesn't depend on the present time and the zone.
    pub fn fixed(&self) -> Option<Timestamp> {
        match self {
            Self::At(instant) => Some(*instant),
            _ => None,
        }
    }
}

/// Days of the week as numbers from 1 (Monday) to 7.
mod weekday {
    use jiff::civil::Weekday;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    pub(super) fn serialize<S: Serializer>(weekday: &Weekday, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i8(weekday.to_monday_one_offset())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Weekday, D::Error> {
        Weekday::from_monday_one_offset(i8::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
