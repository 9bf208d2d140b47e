//! Writes phrases as they could be typed.

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};

use crate::core::when::model::{Day, When};

const MINUTES_OF_AN_HOUR: i64 = 60;

/// A leap year, which has every date.
const LEAP_YEAR: i16 = 2000;

/// Writes a time: "2h", "tomorrow 17:00".
pub(super) fn words(when: &When) -> String {
    match when {
        When::After { minutes } => or_ago(*minutes < 0, &length(minutes.saturating_abs())),
        When::Later { days, minutes } => {
            let length = format!("{} {}", counted(days.saturating_abs(), "day"), length(minutes.saturating_abs()));
            or_ago(*days < 0 || *minutes < 0, &length)
        }
        When::On { day, time: None } => day_of(*day),
        When::On { day: Day::Next, time: Some(time) } => clock(*time),
        When::On { day, time: Some(time) } => format!("{} {}", day_of(*day), clock(*time)),
        When::Midnight { day: Day::Next } => "midnight".to_owned(),
        When::Midnight { day } => format!("{} midnight", day_of(*day)),
        When::At(instant) => at(*instant),
    }
}

fn day_of(day: Day) -> String {
    match day {
        Day::Next | Day::Today => "today".to_owned(),
        Day::Tomorrow => "tomorrow".to_owned(),
        Day::Weekday(weekday) => name(weekday).to_owned(),
        Day::ThisWeekday(weekday) => format!("this {}", name(weekday)),
        Day::LastWeekday(weekday) => format!("last {}", name(weekday)),
        Day::WeekdayOfThisWeek(weekday) => format!("{} this week", name(weekday)),
        Day::WeekdayOfNextWeek(weekday) => format!("next {}", name(weekday)),
        Day::NextWeek => "next week".to_owned(),
        Day::NextMonth => "next month".to_owned(),
        Day::NextYear => "next year".to_owned(),
        Day::EndOfMonth => "end of month".to_owned(),
        Day::In(days) => or_ago(days < 0, &counted(days.saturating_abs(), "day")),
        Day::Months { months, days } => {
            let (some, more) = (counted(months.saturating_abs(), "month"), counted(days.saturating_abs(), "day"));
            or_ago(months < 0, &if days == 0 { some } else { format!("{some} {more}") })
        }
        Day::OfMonth(day) => ordinal(day),
        Day::OfMonthOn { day, weekday } => format!("{} {}", name(weekday), ordinal(day)),
        Day::Yearly { month, day } => of_year(month, day),
        Day::YearlyOn { month, day, weekday } => format!("{} {}", name(weekday), of_year(month, day)),
        Day::Date(date) => date.to_string(),
    }
}

/// Writes a length: "1h 30m".
fn length(minutes: i64) -> String {
    match (minutes / MINUTES_OF_AN_HOUR, minutes % MINUTES_OF_AN_HOUR) {
        (0, minutes) => format!("{minutes}m"),
        (hours, 0) => format!("{hours}h"),
        (hours, minutes) => format!("{hours}h {minutes}m"),
    }
}

fn counted(number: i32, unit: &str) -> String {
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

fn or_ago(has_passed: bool, length: &str) -> String {
    format!("{length}{}", if has_passed { " ago" } else { "" })
}

fn clock(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

fn at(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// Writes a day of a month: "31 Dec".
fn of_year(month: i8, day: i8) -> String {
    Date::new(LEAP_YEAR, month, day).map(|date| date.strftime("%-d %b").to_string()).unwrap_or_default()
}

/// Writes an ordinal: "the 2nd".
fn ordinal(day: i8) -> String {
    let ending = match (day, day % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("the {day}{ending}")
}

fn name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "monday",
        Weekday::Tuesday => "tuesday",
        Weekday::Wednesday => "wednesday",
        Weekday::Thursday => "thursday",
        Weekday::Friday => "friday",
        Weekday::Saturday => "saturday",
        Weekday::Sunday => "sunday",
    }
}
