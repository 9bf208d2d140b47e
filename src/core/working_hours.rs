//! Working hours, in which a hand-off is expected to be answered, and quiet hours, in which a person gets no direct
//! messages. No one is hurried or woken at night. Both are times on the wall clock in the person's own time zone.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, ZonedDateTime};
use serde::{Deserialize, Serialize};

/// A time of day in minutes after midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// Reads `HH:MM`, as Slack's time pickers give it (docs/contracts/slack.md §9.4).
    pub fn read(text: &str) -> Option<Self> {
        let (hours, minutes) = text.split_once(':')?;
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours < 24 && minutes < 60).then_some(Self(hours * 60 + minutes))
    }

    /// Returns the time of day at a full hour.
    pub const fn at(hour: u16) -> Self {
        Self((hour % 24) * 60)
    }

    fn time(self) -> Time {
        let (hours, minutes) = (i8::try_from(self.0 / 60), i8::try_from(self.0 % 60));
        hours.ok().zip(minutes.ok()).and_then(|(h, m)| Time::new(h, m, 0, 0).ok()).unwrap_or(Time::midnight())
    }
}

impl std::fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// A span from one time of day to a later one. It passes midnight if the end comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// The beginning.
    pub from: TimeOfDay,
    /// The end.
    pub to: TimeOfDay,
}

impl Hours {
    /// Returns when these hours end, if `now` is within them.
    pub fn until(self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let here = now.to_zoned_datetime(zone.clone());
        // Hours that began yesterday may last until today.
        [-1, 0].into_iter().find_map(|days| {
            let (begins, ends) = self.on(&here, days)?;
            (begins <= now && now < ends).then_some(ends)
        })
    }

    /// Returns the begin and the end of the hours that begin `days` days after the day of `here`.
    fn on(self, here: &ZonedDateTime, days: i64) -> Option<(Timestamp, Timestamp)> {
        let day = here.date().checked_add(days.days()).ok()?;
        let last = if self.to > self.from { day } else { day.tomorrow().ok()? };
        let instant = |date: jiff::civil::Date, clock: TimeOfDay| {
            date.to_datetime(clock.time()).to_zoned_datetime(here.time_zone().clone()).ok().map(|at| at.timestamp())
        };
        instant(day, self.from).zip(instant(last, self.to))
    }

    /// Returns the last end of these hours on a working day that is not after `now`. `None` if they never end.
    pub(crate) fn last_end(self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        self.ends(now, zone).into_iter().filter(|end| *end <= now).max()
    }

    /// Returns the next end of these hours on a working day after `now`. `None` if they never end.
    pub(crate) fn next_end(self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        self.ends(now, zone).into_iter().filter(|end| *end > now).min()
    }

    /// Returns the ends of these hours on the working days around `now`.
    fn ends(self, now: Timestamp, zone: &TimeZone) -> Vec<Timestamp> {
        const FAR_ENOUGH: i64 = 5;
        if self.from == self.to {
            return Vec::new();
        }
        let here = now.to_zoned_datetime(zone.clone());
        let days = (-FAR_ENOUGH..=FAR_ENOUGH).filter_map(|days| self.on(&here, days));
        days.filter(|(begins, _)| is_working_day(*begins, zone)).map(|(_, ends)| ends).collect()
    }

    /// Returns the instant at which so much time within these hours has passed on working days (Monday to Friday).
    pub fn after(self, now: Timestamp, time: SignedDuration, zone: &TimeZone) -> Timestamp {
        const FAR_ENOUGH: i64 = 60;
        let here = now.to_zoned_datetime(zone.clone());
        let mut left = time;
        for days in -1..FAR_ENOUGH {
            let Some((begins, ends)) = self.on(&here, days) else { continue };
            let works = is_working_day(begins, zone);
            let begins = begins.max(now);
            if !works || ends <= begins {
                continue;
            }
            let there = ends.duration_since(begins);
            if left <= there {
                return begins.saturating_add(left).unwrap_or(Timestamp::MAX);
            }
            left -= there;
        }
        now.saturating_add(time).unwrap_or(Timestamp::MAX)
    }
}

impl Hours {
    /// The number of days before or after a day in which working time is looked for.
    const FAR: i64 = 60;

    /// Returns the time within these hours on working days between two instants, of at most some weeks.
    pub fn between(self, from: Timestamp, to: Timestamp, zone: &TimeZone) -> SignedDuration {
        let here = from.to_zoned_datetime(zone.clone());
        let spans = (-1..Self::FAR).filter_map(|days| self.on_working_day(&here, days));
        let inside = spans.map(|(begins, ends)| ends.min(to).duration_since(begins.max(from)));
        inside.filter(SignedDuration::is_positive).sum()
    }

    /// Returns the instant so much time within these hours on working days before another one.
    pub fn before(self, end: Timestamp, time: SignedDuration, zone: &TimeZone) -> Timestamp {
        let here = end.to_zoned_datetime(zone.clone());
        let mut left = time;
        for days in 0..Self::FAR {
            let Some((begins, ends)) = self.on_working_day(&here, -days) else { continue };
            let ends = ends.min(end);
            if ends <= begins {
                continue;
            }
            let there = ends.duration_since(begins);
            if left <= there {
                return ends.saturating_sub(left).unwrap_or(Timestamp::MIN);
            }
            left -= there;
        }
        end.saturating_sub(time).unwrap_or(Timestamp::MIN)
    }

    /// Returns the begin and the end of the hours that begin `days` days after the day of `here`, if people work then.
    fn on_working_day(self, here: &ZonedDateTime, days: i64) -> Option<(Timestamp, Timestamp)> {
        let (begins, ends) = self.on(here, days)?;
        is_working_day(begins, here.time_zone()).then_some((begins, ends))
    }
}

fn is_working_day(at: Timestamp, zone: &TimeZone) -> bool {
    at.to_zoned_datetime(zone.clone()).weekday().to_monday_zero_offset() < 5
}

/// Returns the next instant with that time of day on a working day (Monday to Friday).
pub(crate) fn next_morning(clock: TimeOfDay, now: Timestamp, zone: &TimeZone) -> Timestamp {
    next_on(|day| day < 5, clock, now, zone)
}

/// Returns the next instant with that time of day on one of the weekdays; 0 is Monday.
pub(crate) fn next_on(is_one: impl Fn(i8) -> bool, clock: TimeOfDay, now: Timestamp, zone: &TimeZone) -> Timestamp {
    const FAR_ENOUGH: i64 = 8;
    let here = now.to_zoned_datetime(zone.clone());
    let times = (0..=FAR_ENOUGH).filter_map(|days| {
        let day = here.date().checked_add(days.days()).ok()?;
        let at = day.to_datetime(clock.time()).to_zoned_datetime(zone.clone()).ok()?;
        is_one(day.weekday().to_monday_zero_offset()).then(|| at.timestamp())
    });
    times.into_iter().find(|at| *at > now).unwrap_or(Timestamp::MAX)
}

/// Returns the time zone with this name in the tz database; UTC if the name is unknown.
pub fn zone(name: Option<&str>) -> TimeZone {
    name.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(from: &str, to: &str) -> Hours {
        let read = |text| TimeOfDay::read(text).unwrap_or_else(|| unreachable!("{text}"));
        Hours { from: read(from), to: read(to) }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap_or_else(|_| unreachable!("{text}"))
    }

    #[test]
    fn reads_times_of_day() {
        assert_eq!(TimeOfDay::read("09:30").map(|clock| clock.to_string()).as_deref(), Some("09:30"));
        for wrong in ["", "9", "24:00", "12:60", "-1:00", "a:b"] {
            assert_eq!(TimeOfDay::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn quiet_hours_go_over_midnight_and_follow_the_zone() {
        let (quiet, berlin) = (hours("22:00", "07:00"), zone(Some("Europe/Berlin")));
        assert_eq!(quiet.until(at("2026-11-23T20:59:00Z"), &berlin), None);
        assert_eq!(quiet.until(at("2026-11-23T21:00:00Z"), &berlin), Some(at("2026-11-24T06:00:00Z")));
        assert_eq!(quiet.until(at("2026-11-24T05:59:00Z"), &berlin), Some(at("2026-11-24T06:00:00Z")));
        assert_eq!(quiet.until(at("2026-11-24T06:00:00Z"), &berlin), None);
        assert_eq!(
            hours("12:00", "13:00").until(at("2026-11-24T11:30:00Z"), &berlin),
            Some(at("2026-11-24T12:00:00Z"))
        );
    }

    #[test]
    fn the_next_morning_is_one_of_a_working_day() {
        let (nine, berlin) = (TimeOfDay::at(9), zone(Some("Europe/Berlin")));
        for (now, then) in [
            ("2026-11-23T07:59:00Z", "2026-11-23T08:00:00Z"),
            ("2026-11-23T08:00:00Z", "2026-11-24T08:00:00Z"),
            ("2026-11-27T12:00:00Z", "2026-11-30T08:00:00Z"),
            ("2026-10-23T12:00:00Z", "2026-10-26T08:00:00Z"),
        ] {
            assert_eq!(next_morning(nine, at(now), &berlin), at(then), "{now}");
        }
    }

    #[test]
    fn hours_end_on_working_days() {
        let (working, berlin) = (hours("09:00", "17:00"), zone(Some("Europe/Berlin")));
        for (now, last, next) in [
            ("2026-11-23T15:59:59Z", "2026-11-20T16:00:00Z", "2026-11-23T16:00:00Z"),
            ("2026-11-23T16:00:00Z", "2026-11-23T16:00:00Z", "2026-11-24T16:00:00Z"),
            ("2026-11-29T12:00:00Z", "2026-11-27T16:00:00Z", "2026-11-30T16:00:00Z"),
        ] {
            assert_eq!(working.last_end(at(now), &berlin), Some(at(last)), "{now}");
            assert_eq!(working.next_end(at(now), &berlin), Some(at(next)), "{now}");
        }
        // A shift that begins on Friday evening ends on Saturday.
        let night = hours("20:00", "06:00");
        assert_eq!(night.last_end(at("2026-11-29T12:00:00Z"), &berlin), Some(at("2026-11-28T05:00:00Z")));
        assert_eq!(hours("00:00", "00:00").next_end(at("2026-11-23T12:00:00Z"), &berlin), None);
    }

    #[test]
    fn working_time_passes_on_working_days() {
        let (working, berlin) = (hours("09:00", "17:00"), zone(Some("Europe/Berlin")));
        let quarter = SignedDuration::from_mins(15);
        for (now, then) in [
            // A Monday morning.
            ("2026-11-23T09:00:00Z", "2026-11-23T09:15:00Z"),
            // Ten minutes before the end of Monday: five minutes into Tuesday.
            ("2026-11-23T15:50:00Z", "2026-11-24T08:05:00Z"),
            // Monday at night.
            ("2026-11-23T23:00:00Z", "2026-11-24T08:15:00Z"),
            // A Friday evening: Monday.
            ("2026-11-27T17:00:00Z", "2026-11-30T08:15:00Z"),
        ] {
            assert_eq!(working.after(at(now), quarter, &berlin), at(then), "{now}");
        }
        let over_the_change = working.after(at("2026-10-23T14:55:00Z"), quarter, &berlin);
        assert_eq!(over_the_change, at("2026-10-26T08:10:00Z"), "the clocks went back in between");
    }

    #[test]
    fn working_time_is_measured_forwards_and_backwards() {
        let (working, berlin) = (hours("09:00", "17:00"), zone(Some("Europe/Berlin")));
        for (from, to, minutes) in [
            ("2026-11-23T09:00:00Z", "2026-11-23T09:15:00Z", 15),
            // Ten minutes of Monday and five of Tuesday.
            ("2026-11-23T15:50:00Z", "2026-11-24T08:05:00Z", 15),
            // Friday evening to Monday.
            ("2026-11-27T15:00:00Z", "2026-11-30T08:15:00Z", 75),
        ] {
            assert_eq!(working.between(at(from), at(to), &berlin), SignedDuration::from_mins(minutes), "{from}");
            assert_eq!(working.before(at(to), SignedDuration::from_mins(minutes), &berlin), at(from), "{to}");
        }
        let night = working.between(at("2026-11-23T16:00:00Z"), at("2026-11-24T08:00:00Z"), &berlin);
        assert_eq!(night, SignedDuration::ZERO);
        assert_eq!(
            working.between(at("2026-11-24T09:00:00Z"), at("2026-11-23T09:00:00Z"), &berlin),
            SignedDuration::ZERO
        );
    }
}
