//! A channel's conversations in numbers and rows, for its digest and its reminders.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::core::conversation::{Conversation, State, Status};
use crate::core::ids::{ConversationId, MemberId};
use crate::core::last_change::ConversationChange;
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
    /// Returns those of `unassigned` that have had no owner and no activity for `patience` of working time. `changes` are
    /// the changes in that time.
    pub(crate) fn of(
        unassigned: Vec<Conversation>,
        changes: &[ConversationChange],
        (working, patience): (Hours, SignedDuration),
        (now, zone): (Timestamp, &TimeZone),
    ) -> Self {
        let since = since_unassigned(changes);
        let due = |one: Conversation| {
            let last = one.last_activity.as_ref()?.at;
            let since = since.get(&one.id).map_or(last, |since| last.max(*since));
            Some((working.after(since, patience, zone), one))
        };
        let (mut long, short): (Vec<_>, Vec<_>) =
            unassigned.into_iter().filter_map(due).partition(|(due, _)| *due <= now);
        long.sort_by_key(|(_, one)| one.last_activity.as_ref().map(|last| last.at));
        Self {
            more: long.len().saturating_sub(MAX_DIGEST_ROWS),
            waiting: long.into_iter().take(MAX_DIGEST_ROWS).map(|(_, one)| one).collect(),
            next: short.into_iter().map(|(due, _)| due).min(),
        }
    }
}

/// Returns the conversations that are open and unassigned, and whose cards the route takes.
pub(crate) fn unassigned<'a>(all: impl Iterator<Item = &'a Conversation>, route: &Route) -> Vec<Conversation> {
    all.filter(|one| one.is_open() && one.owner.is_none() && route.takes(one.line.as_ref())).cloned().collect()
}

/// Returns the last time at which each conversation lost its owner, or was opened without one.
fn since_unassigned(changes: &[ConversationChange]) -> HashMap<&ConversationId, Timestamp> {
    let is_waiting = |state: &State| state.owner.is_none() && state.status == Status::Open;
    let began = changes.iter().filter(|change| is_waiting(&change.after) && !is_waiting(&change.before));
    let mut since = HashMap::new();
    for change in began {
        let last = since.entry(&change.conversation).or_insert(change.at);
        *last = change.at.max(*last);
    }
    since
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::conversation::{Activity, ActivityContext, ActivityKind, Contact, Owner};
    use crate::core::route::RouteSettings;
    use crate::core::rules::Rules;

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

    /// The minutes after nine of a contact's call, and of the changes of owner: `true` where the owner was lost.
    fn overdue(heard: i64, owners: &[(i64, bool)], now: i64) -> (usize, Option<Timestamp>) {
        let minute = |minute: i64| at("2026-11-27T17:00:00Z") + SignedDuration::from_mins(minute);
        let activity_context = ActivityContext::Nothing;
        let call = Activity {
            kind: ActivityKind::MissedCall,
            inbound: true,
            preview: None,
            at: minute(heard),
            activity_context,
        };
        let one = Conversation { last_activity: Some(call), ..conversation(1) };
        let state =
            |owned: bool| State { owner: owned.then(|| MemberId::new("zoe")), status: Status::Open, until: None };
        let change = |(when, lost): &(i64, bool)| {
            let (conversation, before, after) = (one.id.clone(), state(*lost), state(!lost));
            ConversationChange { conversation, at: minute(*when), heard: None, before, after }
        };
        let changes: Vec<_> = owners.iter().map(change).collect();
        let hours = (Rules::default().working, SignedDuration::from_mins(30));
        let zone = working_hours::zone(Some("America/Los_Angeles"));
        let found = Overdue::of(vec![one], &changes, hours, (minute(now), &zone));
        (found.waiting.len(), found.next)
    }

    #[test]
    fn the_time_without_an_owner_begins_when_the_owner_is_lost() {
        let minute = |minute: i64| Some(at("2026-11-27T17:00:00Z") + SignedDuration::from_mins(minute));
        assert_eq!(overdue(0, &[], 29), (0, minute(30)));
        assert_eq!(overdue(0, &[], 30), (1, None));
        let unassigned = &[(10, false), (50, true)];
        assert_eq!(overdue(0, unassigned, 60), (0, minute(80)));
        assert_eq!(overdue(0, unassigned, 80), (1, None));
        assert_eq!(overdue(55, unassigned, 80), (0, minute(85)), "the contact called again");
        let twice = &[(5, true), (10, false), (50, true)];
        assert_eq!(overdue(0, twice, 60), (0, minute(80)));
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
