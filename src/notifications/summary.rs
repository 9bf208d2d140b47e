//! A channel's conversations in numbers and rows, for its digest and its reminders.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::core::conversation::{Conversation, Status};
use crate::core::ids::MemberId;
use crate::core::route::Route;
use crate::core::working_hours;
use crate::core::working_hours::Hours;

/// The number of conversations that a digest shows.
const MAX_DIGEST_ROWS: usize = 10;

/// The number of people whose open conversations a digest counts.
const MAX_DIGEST_LOADS: usize = 20;

/// A summary of a channel's conversations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    /// The open and unassigned conversations that are shown, oldest first.
    pub waiting: Vec<Conversation>,
    /// The number of open and unassigned conversations that are not shown.
    pub more: usize,
    /// The conversations whose snooze ends today, in the channel's time zone.
    pub back: Vec<Conversation>,
    /// The number of open conversations that each person owns, the busiest first.
    pub loads: Vec<(MemberId, usize)>,
}

impl Summary {
    /// Summarizes the conversations whose cards the route takes.
    pub(crate) fn of<'a>(all: impl Iterator<Item = &'a Conversation>, route: &Route, now: Timestamp) -> Self {
        let zone = working_hours::zone(route.zone.as_deref());
        let day = |at: Timestamp| at.to_zoned_datetime(zone.clone()).date();
        let (mut waiting, mut back, mut loads) = (Vec::new(), Vec::new(), BTreeMap::<MemberId, usize>::new());
        for one in all.filter(|one| route.takes(one.line.as_ref())) {
            match (one.status, &one.owner) {
                (Status::Open, None) => waiting.push(one),
                (Status::Open, Some(owner)) => *loads.entry(owner.id.clone()).or_default() += 1,
                (Status::Snoozed, _) => {
                    back.extend(one.snoozed_until.is_some_and(|until| day(until) == day(now)).then(|| one.clone()));
                }
                (Status::Done | Status::Other, _) => {}
            }
        }
        waiting.sort_by_key(|one| one.last_activity.as_ref().map(|last| last.at));
        back.sort_by_key(|one| one.snoozed_until);
        let mut loads: Vec<_> = loads.into_iter().collect();
        loads.sort_by_key(|(_, open)| Reverse(*open));
        loads.truncate(MAX_DIGEST_LOADS);
        Self {
            more: waiting.len().saturating_sub(MAX_DIGEST_ROWS),
            waiting: waiting.into_iter().take(MAX_DIGEST_ROWS).cloned().collect(),
            back,
            loads,
        }
    }

    /// Returns whether there is anything to post. A digest after an absence counts only unassigned conversations.
    pub(crate) fn is_worth_telling(&self, caught_up: bool) -> bool {
        !self.waiting.is_empty() || !caught_up && (!self.back.is_empty() || !self.loads.is_empty())
    }
}

/// The conversations that have been unassigned for too long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Overdue {
    /// The overdue conversations that are shown, oldest first.
    pub waiting: Vec<Conversation>,
    /// The number of overdue conversations that are not shown.
    pub more: usize,
    /// The time at which the next conversation becomes overdue.
    pub next: Option<Timestamp>,
}

impl Overdue {
    /// Returns the conversations whose cards the route takes, and which are open, unassigned and without activity
    /// for `patience` of working time.
    pub(crate) fn of<'a>(
        all: impl Iterator<Item = &'a Conversation>,
        route: &Route,
        (working, patience): (Hours, SignedDuration),
        now: Timestamp,
    ) -> Self {
        let zone = working_hours::zone(route.zone.as_deref());
        let mine = all.filter(|one| one.is_open() && one.owner.is_none() && route.takes(one.line.as_ref()));
        let due = |one: &'a Conversation| {
            let last = one.last_activity.as_ref()?.at;
            Some((working.after(last, patience, &zone), one))
        };
        let (mut long, short): (Vec<_>, Vec<_>) = mine.filter_map(due).partition(|(due, _)| *due <= now);
        long.sort_by_key(|(_, one)| one.last_activity.as_ref().map(|last| last.at));
        Self {
            more: long.len().saturating_sub(MAX_DIGEST_ROWS),
            waiting: long.into_iter().take(MAX_DIGEST_ROWS).map(|(_, one)| one.clone()).collect(),
            next: short.into_iter().map(|(due, _)| due).min(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::conversation::{Contact, Owner};
    use crate::core::ids::ConversationId;
    use crate::core::route::RouteSettings;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap_or_else(|_| unreachable!("{text}"))
    }

    fn conversation(id: usize) -> Conversation {
        Conversation {
            id: ConversationId::new(format!("conv_{id}")),
            status: Status::Open,
            read: None,
            snoozed_until: None,
            owner: None,
            contact: Contact::default(),
            line: None,
            last_activity: None,
            last_note: None,
            status_word: None,
        }
    }

    fn of(all: &[Conversation]) -> Summary {
        let zone = Some("America/Los_Angeles".to_owned());
        let route = Route { line: None, zone, by: None, team: None, paused: false, settings: RouteSettings::default() };
        Summary::of(all.iter(), &route, at("2026-11-27T17:00:00Z"))
    }

    #[test]
    fn it_shows_ten_and_counts_the_others() {
        let all: Vec<_> = (0..13).map(conversation).collect();
        assert_eq!((of(&all).waiting.len(), of(&all).more), (MAX_DIGEST_ROWS, 3));
    }

    #[test]
    fn a_day_is_one_in_the_channels_time_zone() {
        let snoozed = |until: &str| {
            let until = Some(at(until));
            Conversation { status: Status::Snoozed, snoozed_until: until, ..conversation(0) }
        };
        for (until, today) in [("2026-11-28T07:59:00Z", 1), ("2026-11-28T08:01:00Z", 0)] {
            assert_eq!(of(&[snoozed(until)]).back.len(), today, "{until}");
        }
    }

    #[test]
    fn the_busiest_comes_first_and_what_is_done_counts_for_nobody() {
        let owned = |id: usize, owner: &str, status: Status| {
            let owner = Some(Owner::new(MemberId::new(owner), String::new()));
            Conversation { status, owner, ..conversation(id) }
        };
        let all = [
            owned(1, "ana", Status::Open),
            owned(2, "zoe", Status::Open),
            owned(3, "zoe", Status::Open),
            owned(4, "ana", Status::Done),
        ];
        let summary = of(&all);
        assert_eq!(summary.loads, [(MemberId::new("zoe"), 2), (MemberId::new("ana"), 1)]);
        assert!(summary.is_worth_telling(false) && !summary.is_worth_telling(true));
    }
}
