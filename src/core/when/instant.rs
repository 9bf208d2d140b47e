//! Converts phrases to instants, in the zone of the person who typed them.

use jiff::civil::{Date, Time, Weekday};
use jiff::{SignedDuration, Span, Timestamp, ZonedDateTime};

use crate::core::when::model::{Day, MORNING, When};

/// The number of years in which a date is looked for. All but one of them are further away than any time may be.
const YEARS: i16 = 9;

/// The number of days after which a passed date without a year means next year's.
const JUST_PASSED: i32 = 7;

/// The number of months in which a day is looked for.
const MONTHS: i32 = 12;

/// A time of day.
#[derive(Clone, Copy)]
enum Hour {
    At(Time),
    /// The midnight that ends the day.
    End,
}

/// Converts a phrase to an instant, for a person in the zone of `now`.
pub(crate) fn instant(when: &When, now: &ZonedDateTime) -> Option<Timestamp> {
    match when {
        When::At(instant) => Some(*instant),
        When::After { minutes } => later(now.timestamp(), *minutes),
        When::Later { days, minutes } => {
            let day = now.checked_add(Span::new().try_days(*days).ok()?).ok()?;
            later(day.timestamp(), *minutes)
        }
        When::Midnight { day } => on_day(*day, Hour::End, true, now),
        When::On { day, time } => on_day(*day, Hour::At(time.unwrap_or(MORNING)), time.is_some(), now),
    }
}

fn later(instant: Timestamp, minutes: i64) -> Option<Timestamp> {
    instant.checked_add(SignedDuration::try_from_mins(minutes)?).ok()
}

fn on_day(day: Day, hour: Hour, is_hour_named: bool, now: &ZonedDateTime) -> Option<Timestamp> {
    let today = now.date();
    let is_to_come = |date: Date| moment(date, hour, now).is_some_and(|then| then > now.timestamp());
    let date = match day {
        Day::Today => today,
        Day::Next if is_to_come(today) => today,
        Day::Next | Day::Tomorrow => today.tomorrow().ok()?,
        Day::Weekday(weekday) if is_hour_named && today.weekday() == weekday && is_to_come(today) => today,
        Day::ThisWeekday(weekday) if today.weekday() == weekday => today,
        Day::Weekday(weekday) | Day::ThisWeekday(weekday) => today.nth_weekday(1, weekday).ok()?,
        Day::LastWeekday(weekday) => today.nth_weekday(-1, weekday).ok()?,
        Day::WeekdayOfThisWeek(weekday) => of_week(today, 0, weekday)?,
        Day::WeekdayOfNextWeek(weekday) => of_week(today, 1, weekday)?,
        Day::NextWeek => of_week(today, 1, Weekday::Monday)?,
        Day::NextMonth => in_months(today.first_of_month(), 1)?,
        Day::EndOfMonth => today.last_of_month(),
        Day::In(days) => in_days(today, days)?,
        Day::Months { months, days } => in_days(in_months(today, months)?, days)?,
        Day::OfMonth(day) => of_month(today, day).find(|date| is_to_come(*date))?,
        Day::OfMonthOn { day, weekday } => {
            of_month(today, day).find(|date| date.weekday() == weekday && is_to_come(*date))?
        }
        Day::NextYear => Date::new(today.year().checked_add(1)?, 1, 1).ok()?,
        Day::Yearly { month, day } => yearly(today, month, day, is_to_come)?,
        Day::YearlyOn { month, day, weekday } => yearly_on(today, month, day, weekday, is_to_come)?,
        Day::Date(date) => date,
    };
    moment(date, hour, now)
}

/// Returns the instant of a time on a date. A time that occurs twice means the second only after the first has passed.
fn moment(date: Date, hour: Hour, now: &ZonedDateTime) -> Option<Timestamp> {
    let datetime = match hour {
        Hour::At(time) => date.to_datetime(time),
        Hour::End => date.tomorrow().ok()?.to_datetime(Time::midnight()),
    };
    let twice = now.time_zone().to_ambiguous_timestamp(datetime);
    let first = twice.compatible().ok()?;
    if first > now.timestamp() { Some(first) } else { twice.later().ok() }
}

fn in_days(date: Date, days: i32) -> Option<Date> {
    date.checked_add(Span::new().try_days(days).ok()?).ok()
}

fn in_months(date: Date, months: i32) -> Option<Date> {
    date.checked_add(Span::new().try_months(months).ok()?).ok()
}

/// Returns the weekday of the week that is `weeks` from now. Weeks begin on Monday.
fn of_week(today: Date, weeks: i32, weekday: Weekday) -> Option<Date> {
    let from_monday = |weekday: Weekday| i32::from(weekday.to_monday_zero_offset());
    in_days(today, weeks * 7 + from_monday(weekday) - from_monday(today.weekday()))
}

/// Returns this day in each month that has it, from the current month on.
fn of_month(today: Date, day: i8) -> impl Iterator<Item = Date> {
    let first = today.first_of_month();
    (0..=MONTHS).filter_map(move |months| {
        let month = in_months(first, months)?;
        Date::new(month.year(), month.month(), day).ok()
    })
}

/// Returns the date meant without a year: one of the past days, or else the next one that is to come.
fn yearly(today: Date, month: i8, day: i8, is_to_come: impl Fn(Date) -> bool) -> Option<Date> {
    let first = in_days(today, -JUST_PASSED)?;
    let has_just_passed = |date: Date| first <= date && date <= today;
    dates(today, month, day).find(|date| has_just_passed(*date) || is_to_come(*date))
}

/// Returns the date meant without a year but with a weekday, which tells last year's date from next year's. It is
/// the next one within a year, or else the one of the past year.
fn yearly_on(today: Date, month: i8, day: i8, weekday: Weekday, is_to_come: impl Fn(Date) -> bool) -> Option<Date> {
    let (first, last) = (in_months(today, -MONTHS)?, in_months(today, MONTHS)?);
    let such = || dates(today, month, day).filter(move |date| date.weekday() == weekday);
    let within_a_year = such().find(|date| *date <= last && is_to_come(*date));
    within_a_year.or_else(|| such().find(|date| *date > first))
}

/// Returns this date in the last year, the current one and some years to come.
fn dates(today: Date, month: i8, day: i8) -> impl Iterator<Item = Date> {
    let years = today.year().saturating_sub(1)..=today.year().saturating_add(YEARS);
    years.filter_map(move |year| Date::new(year, month, day).ok())
}
