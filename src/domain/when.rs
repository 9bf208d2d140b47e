//! "Tomorrow at nine" means something else to everybody: phrases for a later time, read without
//! knowing the time or the zone, and worked out in the zone of whoever said them when it is done.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, ZonedDateTime};
use serde::{Deserialize, Serialize};

/// When a day begins for whoever names only the day.
const MORNING: Time = Time::constant(9, 0, 0, 0);

/// The longest phrase, in words: "in 2 weeks", "next monday at 9 am".
const MOST_WORDS: usize = 5;

/// A later time, as somebody says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// So many minutes from now.
    After {
        /// How many.
        minutes: i64,
    },
    /// A day of the speaker's, at a time of it.
    On {
        /// Which day.
        day: Day,
        /// At what time; the morning, if none was named.
        time: Option<Time>,
    },
    /// An instant, whatever the zone.
    At(Timestamp),
}

/// A day, as somebody says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Day {
    /// The next day on which the time named is still to come.
    Next,
    /// Today.
    Today,
    /// Tomorrow.
    Tomorrow,
    /// The next such day; today, if the time named is still to come.
    Weekday(#[serde(with = "weekday")] Weekday),
    /// Monday of next week.
    NextWeek,
    /// So many days from today.
    In(i32),
    /// This date.
    Date(Date),
}

impl When {
    /// Reads a phrase; `None` if it is not one.
    pub fn read(text: &str) -> Option<Self> {
        if let Ok(instant) = text.trim().parse::<Timestamp>() {
            return Some(Self::At(instant));
        }
        let lower = text.to_lowercase();
        let words: Vec<&str> = lower.split([' ', ',', '\t']).filter(|word| !word.is_empty() && *word != "at").collect();
        let words = words.strip_prefix(&["until"]).unwrap_or(&words);
        after(words).or_else(|| on(words))
    }

    /// Takes the longest phrase off the end of `text`; answers what stands before it, too.
    pub fn split_off(text: &str) -> Option<(&str, Self)> {
        let starts = text.char_indices().filter(|(at, c)| {
            !c.is_whitespace()
                && text.get(..*at).is_none_or(|before| before.is_empty() || before.ends_with(char::is_whitespace))
        });
        let starts: Vec<usize> = starts.map(|(at, _)| at).collect();
        let last = starts.len().saturating_sub(MOST_WORDS);
        starts.get(last..)?.iter().find_map(|at| {
            let (before, phrase) = text.split_at_checked(*at)?;
            Some((before.trim_end(), Self::read(phrase)?))
        })
    }

    /// The instant that is meant by somebody in `zone` at `now`. Where clocks are put forward the time
    /// that is left out is taken an hour later.
    pub fn instant(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::After { minutes } => now.checked_add(SignedDuration::from_mins(*minutes)).ok(),
            Self::At(instant) => Some(*instant),
            Self::On { day, time } => on_day(*day, *time, &now.to_zoned_datetime(zone.clone())),
        }
    }
}

fn on_day(day: Day, time: Option<Time>, now: &ZonedDateTime) -> Option<Timestamp> {
    let today = now.date();
    let at = time.unwrap_or(MORNING);
    let still_to_come =
        |date: Date| date.to_datetime(at).to_zoned_datetime(now.time_zone().clone()).is_ok_and(|then| then > *now);
    let date = match day {
        Day::Today => today,
        Day::Next if still_to_come(today) => today,
        Day::Next | Day::Tomorrow => today.tomorrow().ok()?,
        Day::Weekday(weekday) if time.is_some() && today.weekday() == weekday && still_to_come(today) => today,
        Day::Weekday(weekday) => today.nth_weekday(1, weekday).ok()?,
        Day::NextWeek => today.nth_weekday(1, Weekday::Monday).ok()?,
        Day::In(days) => today.checked_add(days.days()).ok()?,
        Day::Date(date) => date,
    };
    Some(date.to_datetime(at).to_zoned_datetime(now.time_zone().clone()).ok()?.timestamp())
}

/// "2h", "45 min", "1.5 hours", "in 3 days".
fn after(words: &[&str]) -> Option<When> {
    let words = words.strip_prefix(&["in"]).unwrap_or(words);
    let (number, unit) = match words {
        [word] => word.split_at_checked(word.find(|c: char| c.is_alphabetic())?)?,
        ["an" | "a", unit] => ("1", *unit),
        [number, unit] => (*number, *unit),
        _ => return None,
    };
    let number: f64 = number.parse().ok().filter(|number: &f64| *number > 0.0 && *number < 1e6)?;
    let minutes = match unit.trim_end_matches('.') {
        "m" | "min" | "mins" | "minute" | "minutes" => 1.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 60.0,
        "d" | "day" | "days" => return days(number, 1),
        "w" | "week" | "weeks" => return days(number, 7),
        _ => return None,
    };
    #[expect(clippy::cast_possible_truncation, reason = "fewer than a hundred million minutes")]
    let minutes = (number * minutes).round() as i64;
    Some(When::After { minutes: minutes.max(1) })
}

/// Days are counted by the calendar and keep the time of day for the morning.
fn days(number: f64, each: i32) -> Option<When> {
    #[expect(clippy::cast_possible_truncation, reason = "fewer than a million")]
    let whole = (number.fract() == 0.0).then_some(number as i32)?;
    Some(When::On { day: Day::In(whole.checked_mul(each)?), time: None })
}

/// A day, a time, or both in either order.
fn on(words: &[&str]) -> Option<When> {
    if words.is_empty() || words.len() > MOST_WORDS {
        return None;
    }
    let both = (1..words.len()).find_map(|n| {
        let (first, second) = words.split_at_checked(n)?;
        let day_first = day(first).zip(time(second));
        day_first.or_else(|| day(second).zip(time(first)))
    });
    both.map(|(day, time)| When::On { day, time: Some(time) })
        .or_else(|| day(words).map(|day| When::On { day, time: None }))
        .or_else(|| time(words).map(|time| When::On { day: Day::Next, time: Some(time) }))
        .or_else(|| date_time(words))
}

/// "2026-12-01t14:00".
fn date_time(words: &[&str]) -> Option<When> {
    let [word] = words else { return None };
    let (date, time_of_day) = word.split_once('t')?;
    Some(When::On { day: Day::Date(date.parse().ok()?), time: Some(clock(time_of_day)?) })
}

fn day(words: &[&str]) -> Option<Day> {
    match words {
        ["today"] => Some(Day::Today),
        ["tomorrow" | "tmrw"] => Some(Day::Tomorrow),
        ["next", "week"] => Some(Day::NextWeek),
        ["on" | "next", word] | [word] => weekday(word)
            .map(Day::Weekday)
            .or_else(|| word.parse().ok().filter(|_| word.len() == "2026-12-01".len()).map(Day::Date)),
        _ => None,
    }
}

fn weekday(word: &str) -> Option<Weekday> {
    const NAMES: [(&str, Weekday); 7] = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    NAMES.iter().find(|(name, _)| word.len() >= 3 && name.starts_with(word)).map(|(_, weekday)| *weekday)
}

/// "9am", "9:30 pm", "14:00", "noon".
fn time(words: &[&str]) -> Option<Time> {
    match words {
        ["noon"] => Some(Time::constant(12, 0, 0, 0)),
        [number, half @ ("am" | "pm")] => half_day(number, half),
        [word] => {
            ["am", "pm"].into_iter().find_map(|half| half_day(word.strip_suffix(half)?, half)).or_else(|| clock(word))
        }
        _ => None,
    }
}

fn half_day(number: &str, half: &str) -> Option<Time> {
    let (hour, minute) = number.split_once(':').unwrap_or((number, "0"));
    let hour: i8 = hour.parse().ok().filter(|hour| (1..=12).contains(hour))?;
    let hour = hour % 12 + if half == "pm" { 12 } else { 0 };
    Time::new(hour, minute.parse().ok()?, 0, 0).ok()
}

fn clock(word: &str) -> Option<Time> {
    let (hour, minute) = word.split_once(':')?;
    let minute = minute.strip_suffix(":00").unwrap_or(minute);
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

/// Days of the week by their English names: what is kept must be readable for ever.
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
mod tests {
    use super::*;

    /// In New York it is Monday 23 November 2026, 10:00.
    fn new_york(phrase: &str) -> String {
        said("America/New_York", "2026-11-23T15:00:00Z", phrase)
    }

    fn said(zone: &str, now: &str, phrase: &str) -> String {
        let zone = TimeZone::get(zone).unwrap_or_else(|_| unreachable!("{zone}"));
        let now: Timestamp = now.parse().unwrap_or_else(|_| unreachable!("{now}"));
        let when = When::read(phrase).and_then(|when| when.instant(now, &zone));
        when.map_or_else(|| "?".to_owned(), |at| at.to_zoned_datetime(zone).strftime("%a %d %b %Y %H:%M").to_string())
    }

    #[test]
    fn understands_what_people_say() {
        for (phrase, meant) in [
            ("2h", "Mon 23 Nov 2026 12:00"),
            ("45 min", "Mon 23 Nov 2026 10:45"),
            ("1.5 hours", "Mon 23 Nov 2026 11:30"),
            ("in an hour", "Mon 23 Nov 2026 11:00"),
            ("in 3 days", "Thu 26 Nov 2026 09:00"),
            ("2w", "Mon 07 Dec 2026 09:00"),
            ("tomorrow", "Tue 24 Nov 2026 09:00"),
            ("Tomorrow 9am", "Tue 24 Nov 2026 09:00"),
            ("tomorrow at 2:30 pm", "Tue 24 Nov 2026 14:30"),
            ("today 17:00", "Mon 23 Nov 2026 17:00"),
            ("mon", "Mon 30 Nov 2026 09:00"),
            ("mon 14:00", "Mon 23 Nov 2026 14:00"),
            ("monday 9:00", "Mon 30 Nov 2026 09:00"),
            ("on friday", "Fri 27 Nov 2026 09:00"),
            ("next week", "Mon 30 Nov 2026 09:00"),
            ("noon", "Mon 23 Nov 2026 12:00"),
            ("8am", "Tue 24 Nov 2026 08:00"),
            ("12am", "Tue 24 Nov 2026 00:00"),
            ("2026-12-01", "Tue 01 Dec 2026 09:00"),
            ("2026-12-01 14:00", "Tue 01 Dec 2026 14:00"),
            ("2026-12-01T14:00", "Tue 01 Dec 2026 14:00"),
            ("2026-12-01T14:00:00+01:00", "Tue 01 Dec 2026 08:00"),
            ("until tomorrow", "Tue 24 Nov 2026 09:00"),
        ] {
            assert_eq!(new_york(phrase), meant, "{phrase}");
        }
    }

    #[test]
    fn does_not_guess() {
        for phrase in ["", "soon", "25:00", "13pm", "0h", "-2h", "9", "mo", "2026-13-01", "12/24", "next", "two hours"]
        {
            assert_eq!(When::read(phrase), None, "{phrase}");
        }
    }

    #[test]
    fn keeps_the_time_of_day_when_clocks_change() {
        let berlin = |now, phrase| said("Europe/Berlin", now, phrase);
        assert_eq!(berlin("2026-10-24T10:00:00Z", "tomorrow 9am"), "Sun 25 Oct 2026 09:00");
        assert_eq!(berlin("2026-10-24T10:00:00Z", "24h"), "Sun 25 Oct 2026 11:00", "an hour more on the clock is none");
        assert_eq!(
            berlin("2026-03-28T10:00:00Z", "tomorrow 02:30"),
            "Sun 29 Mar 2026 03:30",
            "there is no half past two"
        );
    }

    #[test]
    fn is_found_at_the_end() {
        for (text, before) in [
            ("conv_1001 2h", "conv_1001"),
            ("Ana Lima tomorrow at 9 am", "Ana Lima"),
            ("+1 415 555 0101 45 min", "+1 415 555 0101"),
            ("+1 415 555 0101 2026-12-01 14:00", "+1 415 555 0101"),
            ("tomorrow", ""),
        ] {
            let split = When::split_off(text);
            assert_eq!(split.map(|(before, _)| before), Some(before), "{text}");
        }
        assert_eq!(When::split_off("conv_1001 wants a call"), None);
    }

    #[test]
    fn is_kept_as_it_was_said() {
        for phrase in ["2h", "mon 14:00", "2026-12-01", "2026-12-01T14:00:00+01:00", "next week"] {
            let when = When::read(phrase);
            let kept = serde_json::to_string(&when).unwrap_or_default();
            assert_eq!(serde_json::from_str::<Option<When>>(&kept).ok(), Some(when), "{kept}");
        }
    }
}
