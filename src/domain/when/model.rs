//! A time as it was typed.

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use serde::{Deserialize, Serialize};

use crate::domain::when::clock;

/// The time on a day for which only the day was named.
pub(crate) const MORNING: Time = clock::DayPart::Morning.time();

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

/// A fault of a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// No clock shows it: "25:00", "13pm".
    NoClock {
        /// As it was typed.
        typed: String,
    },
    /// The month hasn't so many days: "Feb 30".
    NoDate {
        /// Month of the year.
        month: i8,
        /// Year, if one was named.
        year: Option<i16>,
    },
    /// No month has so many days: "the 32nd".
    NoDay,
    /// No year has so many months: "2027-13-01".
    NoMonth,
    /// It isn't ahead: "0h", "-2h".
    NotAhead {
        /// As it was typed.
        typed: String,
    },
    /// Days, weeks, months and years aren't divided: "1.5 days".
    Divided {
        /// As it was typed.
        typed: String,
    },
    /// The day or the month could be first: "2/3/2027".
    DayOrMonth {
        /// As it was typed.
        typed: String,
    },
    /// It lacks the year that would make it a date: "31/12".
    NoYear {
        /// As it was typed.
        typed: String,
    },
    /// Its year has two digits, and so have day and month: "31/12/27".
    ShortYear {
        /// As it was typed.
        typed: String,
    },
    /// The date is another day of the week.
    OtherWeekday {
        /// The date.
        date: Date,
    },
    /// It is two times, of which one can't be meant: "monday 2h".
    Two {
        /// As they were typed.
        typed: String,
    },
    /// It names a time zone.
    Zone {
        /// As it was typed.
        typed: String,
    },
    /// It is no time at all: "soon".
    NoTime {
        /// As it was typed.
        typed: String,
    },
}
