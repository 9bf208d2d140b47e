//! What a route does by itself when a conversation or a shift goes on too long, and the reasons that people read.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::core::availability::Away;
use crate::core::working_hours;
use crate::core::working_hours::TimeOfDay;

/// The days of the week, as a weekly report counts them.
pub(crate) const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The return of owned conversations without activity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Returns {
    /// The working time, in hours, without activity after which the owner is asked; 0 if never. After as much of
    /// [`Returns::ASKED_FOR`] again, the conversation is given away.
    pub after_hours: u16,
    /// The next place of the conversation.
    pub to: ReturnTo,
}

impl Returns {
    /// The working time, in hours, that an owner has to answer the question.
    pub const ASKED_FOR: u16 = 1;
}

/// The next place of a conversation whose owner did nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnTo {
    /// It is unassigned.
    #[default]
    Queue,
    /// The route's auto-assignment passes it on to another person.
    Next,
}

/// The time of a weekly report, in the time zone of the route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeeklyReport {
    /// The day of the week; 0 is Monday.
    pub day: u8,
    /// The time.
    pub at: TimeOfDay,
}

impl WeeklyReport {
    /// Returns the time of the next report.
    pub(crate) fn next(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        working_hours::next_on(|day| i8::try_from(self.day) == Ok(day), self.at, now, zone)
    }

    /// Returns the day and the time in words: "Monday at 9:00".
    pub(crate) fn words(self) -> String {
        let (day, time) = (DAYS.get(usize::from(self.day)).copied().unwrap_or_default(), self.at.to_string());
        format!("{day} at {}", time.strip_prefix('0').unwrap_or(&time))
    }
}

/// The reason why the app changed the owner of a conversation by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AutomaticReason {
    /// It was the new owner's turn among these people.
    Turn {
        /// The group with its @, or words for the chosen people.
        pool: String,
    },
    /// The new owner had the fewest open conversations among these people.
    LeastBusy {
        /// The group with its @, or words for the chosen people.
        pool: String,
        /// The number of open conversations that they had.
        open: usize,
    },
    /// The contact got in touch while the owner was away.
    OwnerAway(Away),
    /// The owner did nothing for so many working hours.
    Inactive {
        /// The number of hours.
        hours: u16,
    },
}

impl AutomaticReason {
    /// Describes the reason, in a few words.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Turn { pool } => format!("next in turn of {pool}"),
            Self::LeastBusy { pool, open } => format!("least busy of {pool}, with {open} open"),
            Self::OwnerAway(away) => away.words(),
            Self::Inactive { hours } => inactive_for(*hours),
        }
    }
}

/// Says for how long nothing happened: "no activity for 8 working hours".
pub(crate) fn inactive_for(hours: u16) -> String {
    let plural = if hours == 1 { "" } else { "s" };
    format!("no activity for {hours} working hour{plural}")
}
#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap_or_else(|_| unreachable!("{text}"))
    }

    #[test]
    fn a_weekly_report_comes_at_the_same_time_of_day_on_its_day() {
        let (friday, berlin) =
            (WeeklyReport { day: 4, at: TimeOfDay::at(16) }, working_hours::zone(Some("Europe/Berlin")));
        for (now, then) in [
            ("2026-11-23T09:00:00Z", "2026-11-27T15:00:00Z"),
            ("2026-11-27T14:59:59Z", "2026-11-27T15:00:00Z"),
            ("2026-11-27T15:00:00Z", "2026-12-04T15:00:00Z"),
            // Clocks change on the 25th.
            ("2026-10-23T14:00:00Z", "2026-10-30T15:00:00Z"),
        ] {
            assert_eq!(friday.next(at(now), &berlin), at(then), "{now}");
        }
        assert_eq!(friday.words(), "Friday at 16:00");
        assert_eq!(WeeklyReport { day: 0, at: TimeOfDay::at(9) }.words(), "Monday at 9:00");
        assert_eq!(WeeklyReport { day: 9, ..friday }.next(at("2026-11-23T09:00:00Z"), &berlin), Timestamp::MAX);
    }
}
