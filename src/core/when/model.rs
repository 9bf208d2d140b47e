//! A time as it was typed.

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use serde::{Deserialize, Serialize};

use crate::core::when::clock;

/// The time on a day for which only the day was named.
pub(crate) const MORNING: Time = clock::DayPart::Morning.time();

/// A time as it was typed. Jobs and forms store it, so variants are added and never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// A number of minutes from now; ago, if negative.
    After {
        /// The number of minutes.
        minutes: i64,
    },
    /// The same time of day a number of days from now, and a number of minutes later.
    Later {
        /// The number of calendar days.
        days: i32,
        /// The number of minutes.
        minutes: i64,
    },
    /// A day at a time of day.
    On {
        /// The day.
        day: Day,
        /// The time of day; the morning, if none was named.
        time: Option<Time>,
    },
    /// The midnight that ends a day.
    Midnight {
        /// The day.
        day: Day,
    },
    /// An instant that doesn't depend on the zone.
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
    /// The next such weekday; today, if the named time is still to come.
    Weekday(#[serde(with = "weekday")] Weekday),
    /// The next such weekday; today, even if the named time has passed.
    ThisWeekday(#[serde(with = "weekday")] Weekday),
    /// The latest such weekday before today.
    LastWeekday(#[serde(with = "weekday")] Weekday),
    /// Such a weekday in the current week, from Monday to Sunday.
    WeekdayOfThisWeek(#[serde(with = "weekday")] Weekday),
    /// Such a weekday in the next week.
    WeekdayOfNextWeek(#[serde(with = "weekday")] Weekday),
    /// Monday of next week.
    NextWeek,
    /// The first of next month.
    NextMonth,
    /// The last day of this month.
    EndOfMonth,
    /// A number of days from today.
    In(i32),
    /// The same or the last day of another month, and a number of days later.
    Months {
        /// The number of months.
        months: i32,
        /// The number of days.
        days: i32,
    },
    /// The next such day of a month on which the named time is still to come.
    OfMonth(i8),
    /// The next such day of a month that falls on this weekday.
    OfMonthOn {
        /// The day of the month.
        day: i8,
        /// The day of the week.
        #[serde(with = "weekday")]
        weekday: Weekday,
    },
    /// The first of January of next year.
    NextYear,
    /// Such a date within the past days, or else the next one on which the named time is still to come.
    Yearly {
        /// The month of the year.
        month: i8,
        /// The day of the month.
        day: i8,
    },
    /// Such a date that falls on this weekday: the next one within a year, or else the one that has passed.
    YearlyOn {
        /// The month of the year.
        month: i8,
        /// The day of the month.
        day: i8,
        /// The day of the week.
        #[serde(with = "weekday")]
        weekday: Weekday,
    },
    /// A date.
    Date(Date),
}

/// Days of the week as numbers from 1 (Monday) to 7.
mod weekday {
    use jiff::civil::Weekday;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    pub(crate) fn serialize<S: Serializer>(weekday: &Weekday, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i8(weekday.to_monday_one_offset())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Weekday, D::Error> {
        Weekday::from_monday_one_offset(i8::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// A fault of a typed time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// A time that no clock shows: "25:00", "13pm".
    NoClock {
        /// The time as typed.
        typed: String,
    },
    /// A day that the month doesn't have: "Feb 30".
    NoDate {
        /// The month of the year.
        month: i8,
        /// The year, if one was named.
        year: Option<i16>,
    },
    /// A day that no month has: "the 32nd".
    NoDay,
    /// A month that no year has: "2027-13-01".
    NoMonth,
    /// A length that isn't ahead: "0h", "-2h".
    NotAhead {
        /// The length as typed.
        typed: String,
    },
    /// A fraction of days, weeks, months or years, which can't be divided: "1.5 days".
    Divided {
        /// The length as typed.
        typed: String,
    },
    /// A date in which the day and the month could be swapped: "2/3/2027".
    DayOrMonth {
        /// The date as typed.
        typed: String,
    },
    /// A date without the year that it needs: "31/12".
    NoYear {
        /// The date as typed.
        typed: String,
    },
    /// A date whose year has two digits, as day and month do: "31/12/27".
    ShortYear {
        /// The date as typed.
        typed: String,
    },
    /// A date that falls on another weekday than the named one.
    OtherWeekday {
        /// The date.
        date: Date,
    },
    /// Two times, of which only one can be meant: "monday 2h".
    Two {
        /// The times as typed.
        typed: String,
    },
    /// A time with a time zone.
    Zone {
        /// The zone as typed.
        typed: String,
    },
    /// Words that aren't a time: "soon".
    NoTime {
        /// The words as typed.
        typed: String,
    },
}
