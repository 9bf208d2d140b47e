//! A preview of a route's settings: what they would have done with the conversations of the last days. It plays the
//! contacts' waits again, in their order, with the settings. Pure.

use std::collections::btree_map::OccupiedEntry;
use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::conversation::ActivityKind;
use crate::core::ids::MemberId;
use crate::core::route::RouteSettings;
use crate::core::targets::Target;
use crate::waiting::preview_rules;
use crate::waiting::preview_rules::{EscalationReach, PreviewPerson, RouteClock, next_person};

/// A contact's wait in the past, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PastWait {
    /// The kind of activity that began it, if it is known.
    pub(crate) kind: Option<ActivityKind>,
    /// The time of that activity.
    pub(crate) heard: Timestamp,
    /// The owner at that time.
    pub(crate) owner: Option<MemberId>,
    /// The first owner after that, with the time.
    pub(crate) taken: Option<(Timestamp, MemberId)>,
    /// The times of changes and answers, oldest first.
    pub(crate) touched: Vec<Timestamp>,
    /// The time of the answer, of *Done* or of a snooze, whichever came first.
    pub(crate) answered: Option<Timestamp>,
    /// The time at which it no longer counted as open.
    pub(crate) closed: Option<Timestamp>,
}

/// The settings to try, with what they depend on.
#[derive(Clone, Debug)]
pub(crate) struct Trial<'a> {
    /// The settings.
    pub(crate) settings: &'a RouteSettings,
    /// The working hours.
    pub(crate) clock: RouteClock,
    /// The people of the pool, each with the number of conversations that were open before.
    pub(crate) people: Vec<(MemberId, usize)>,
    /// The end of the period.
    pub(crate) now: Timestamp,
}

/// The counts of a preview.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PreviewCounts {
    /// The number of waits.
    pub(crate) conversations: usize,
    /// The number of those that had an owner already.
    pub(crate) owned: usize,
    /// The number that the settings would have assigned, by person.
    pub(crate) given: Vec<(MemberId, usize)>,
    /// The number that would have waited for the begin of working hours.
    pub(crate) waited_for_hours: usize,
    /// The number that would have waited for someone below the limit.
    pub(crate) waited_for_room: usize,
    /// The number that would have had an owner too late, and the number that really had.
    pub(crate) late_owner: [usize; 2],
    /// The number that had an answer too late.
    pub(crate) late_answer: usize,
    /// The number about which the owner, the backup and the channel would have been notified.
    pub(crate) notified: [usize; 3],
    /// The number that would have been taken from an inactive owner.
    pub(crate) returned: usize,
    /// The number whose kind is unknown, so that they count as missed calls.
    pub(crate) unknown_kind: usize,
}

/// The owners that the settings would have given to the waits, in their order.
struct Assignments {
    owned_at: Vec<Option<Timestamp>>,
    people: Vec<PreviewPerson>,
    waited_for_hours: usize,
    waited_for_room: usize,
}

/// Plays waits again, given oldest first.
pub(crate) fn play(waits: &[PastWait], trial: &Trial) -> PreviewCounts {
    let waits: Vec<_> = waits.iter().filter(|wait| target(wait, trial).is_some()).collect();
    let Assignments { owned_at, people, waited_for_hours, waited_for_room } = assignments(&waits, trial);
    let mut counts = PreviewCounts {
        conversations: waits.len(),
        owned: waits.iter().filter(|wait| wait.owner.is_some()).count(),
        given: people.into_iter().map(|one| (one.member, one.given)).collect(),
        waited_for_hours,
        waited_for_room,
        unknown_kind: waits.iter().filter(|wait| wait.kind.is_none()).count(),
        ..PreviewCounts::default()
    };
    for (wait, owned_at) in waits.iter().zip(owned_at) {
        judge(&mut counts, wait, owned_at, trial);
    }
    counts
}

/// Returns the target of a wait; `None` for an activity that waits for no answer.
fn target(wait: &PastWait, trial: &Trial) -> Option<Target> {
    trial.settings.targets.of(wait.kind.unwrap_or(ActivityKind::MissedCall))
}

/// Returns the owners that the settings would have given.
fn assignments(waits: &[&PastWait], trial: &Trial) -> Assignments {
    let person = |(member, open): &(MemberId, usize)| PreviewPerson {
        member: member.clone(),
        open: *open,
        turn: None,
        given: 0,
    };
    let mut queue = WaitQueue {
        trial,
        people: trial.people.iter().map(person).collect(),
        waiting: VecDeque::new(),
        ends: BTreeMap::new(),
        turns: 0,
    };
    let mut owned_at: Vec<_> = waits.iter().map(|wait| wait.taken.as_ref().map(|(at, _)| *at)).collect();
    let (mut waited_for_hours, mut waited_for_room) = (0, 0);
    let mut arrivals: Vec<_> =
        waits.iter().enumerate().map(|(nth, wait)| (trial.clock.attended(wait.heard), nth)).collect();
    arrivals.sort_unstable();
    for (at, nth) in arrivals {
        queue.free_until(at.min(trial.now), waits, &mut owned_at);
        let Some(wait) = waits.get(nth) else { continue };
        let owner = wait
            .owner
            .as_ref()
            .or_else(|| wait.taken.as_ref().filter(|(taken, _)| *taken < at).map(|(_, member)| member));
        if let Some(owner) = owner {
            queue.owns(owner, wait.closed);
            continue;
        }
        // It may have ended before the hours began.
        if trial.settings.auto.pool().is_none() || wait.closed.is_some_and(|closed| closed <= at) {
            continue;
        }
        waited_for_hours += usize::from(at > wait.heard);
        if at > trial.now {
            continue;
        }
        queue.waiting.push_back(nth);
        queue.give(at, waits, &mut owned_at);
        waited_for_room += usize::from(queue.waiting.contains(&nth));
    }
    queue.free_until(trial.now, waits, &mut owned_at);
    Assignments { owned_at, people: queue.people, waited_for_hours, waited_for_room }
}

/// The waits that no one could take yet, and the people.
struct WaitQueue<'a> {
    trial: &'a Trial<'a>,
    people: Vec<PreviewPerson>,
    waiting: VecDeque<usize>,
    /// The times at which conversations end, with the people who own them then.
    ends: BTreeMap<Timestamp, Vec<MemberId>>,
    turns: usize,
}

impl WaitQueue<'_> {
    /// Counts a conversation of a person until its end.
    fn owns(&mut self, owner: &MemberId, closed: Option<Timestamp>) {
        if let Some(person) = self.people.iter_mut().find(|one| one.member == *owner) {
            person.open += 1;
            if let Some(closed) = closed {
                self.ends.entry(closed).or_default().push(owner.clone());
            }
        }
    }

    /// Lets conversations end until a time, and gives the places that get free to waiting ones.
    fn free_until(&mut self, at: Timestamp, waits: &[&PastWait], owned_at: &mut [Option<Timestamp>]) {
        while let Some((end, members)) = first_until(&mut self.ends, at) {
            for member in members {
                if let Some(person) = self.people.iter_mut().find(|one| one.member == member) {
                    person.open = person.open.saturating_sub(1);
                }
            }
            let attended = self.trial.clock.attended(end);
            if attended <= self.trial.now {
                self.give(attended, waits, owned_at);
            }
        }
    }

    /// Gives waiting conversations to people, oldest first, as long as someone may get more.
    fn give(&mut self, at: Timestamp, waits: &[&PastWait], owned_at: &mut [Option<Timestamp>]) {
        let auto = &self.trial.settings.auto;
        while let Some(nth) = self.waiting.front().copied() {
            let (Some(wait), Some(owned)) = (waits.get(nth), owned_at.get_mut(nth)) else { return };
            // Someone really took it, or it ended, while it waited.
            let really = wait.taken.as_ref().filter(|(taken, _)| *taken <= at).map(|(_, member)| member.clone());
            if really.is_some() || wait.closed.is_some_and(|closed| closed <= at) {
                self.waiting.pop_front();
                if let Some(owner) = really {
                    self.owns(&owner, wait.closed.filter(|closed| *closed > at));
                }
                continue;
            }
            let Some(next) = next_person(auto.how, auto.most_open, &self.people) else { return };
            self.waiting.pop_front();
            *owned = Some(at);
            self.turns += 1;
            let Some(person) = self.people.get_mut(next) else { return };
            (person.turn, person.given) = (Some(self.turns), person.given + 1);
            let member = person.member.clone();
            self.owns(&member, wait.closed);
        }
    }
}

/// Removes the first end of conversations, if it is not after `at`.
fn first_until(ends: &mut BTreeMap<Timestamp, Vec<MemberId>>, at: Timestamp) -> Option<(Timestamp, Vec<MemberId>)> {
    ends.first_entry().filter(|first| *first.key() <= at).map(OccupiedEntry::remove_entry)
}

/// Counts the missed targets of a wait, the notifications, and its return.
fn judge(counts: &mut PreviewCounts, wait: &PastWait, owned_at: Option<Timestamp>, trial: &Trial) {
    let Some(target) = target(wait, trial) else { return };
    let (clock, targets, now) = (&trial.clock, &trial.settings.targets, trial.now);
    let limit = |minutes: u16| (minutes > 0).then(|| clock.after(wait.heard, minutes));
    let answered = wait.answered.unwrap_or(now);
    let mut found = EscalationReach::default();
    if let Some(due) = limit(target.owner).filter(|_| wait.owner.is_none()) {
        let until = |owned: Option<Timestamp>| owned.unwrap_or(now).min(answered);
        let really = wait.taken.as_ref().map(|(at, _)| *at);
        counts.late_owner[0] += usize::from(until(owned_at) > due);
        counts.late_owner[1] += usize::from(until(really) > due);
        found = preview_rules::reached(targets, false, (due, until(owned_at)), clock);
    }
    if let Some(due) = limit(target.answer) {
        counts.late_answer += usize::from(answered > due);
        let is_owned = wait.owner.is_some() || owned_at.is_some_and(|owned| owned <= due);
        let later = preview_rules::reached(targets, is_owned, (due, answered), clock);
        found = EscalationReach {
            owner: later.owner,
            backup: found.backup || later.backup,
            channel: found.channel || later.channel,
        };
    }
    for (count, reached) in counts.notified.iter_mut().zip([found.owner, found.backup, found.channel]) {
        *count += usize::from(reached);
    }
    let owned_from = if wait.owner.is_some() { Some(wait.heard) } else { owned_at };
    counts.returned += usize::from(owned_from.is_some_and(|from| is_returned(wait, from, trial)));
}

/// Answers whether an owner would have lost the conversation, because nothing happened to it for so long.
fn is_returned(wait: &PastWait, owned_from: Timestamp, trial: &Trial) -> bool {
    let end = wait.closed.unwrap_or(trial.now);
    let touched = wait.touched.iter().copied().filter(|at| *at > owned_from && *at < end);
    let times: Vec<_> = std::iter::once(owned_from).chain(touched).chain([end]).collect();
    let silences = times.iter().zip(times.iter().skip(1));
    silences.into_iter().any(|(from, to)| preview_rules::returns(trial.settings.returns, (*from, *to), &trial.clock))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::assignee::UserGroup;
    use crate::core::auto_assign::{AssigneePool, AutoAssign, PickBy};
    use crate::core::automation::{ReturnTo, Returns};
    use crate::core::ids::{SlackUserId, UserGroupId};
    use crate::core::rules::Rules;
    use crate::core::targets::{Backup, Targets};
    use jiff::tz::TimeZone;

    /// Returns a time on Monday, or later in the week: "24T09:30".
    fn at(text: &str) -> Timestamp {
        let text = if text.contains('T') { text.to_owned() } else { format!("23T{text}") };
        format!("2026-11-{text}:00Z").parse().unwrap_or_else(|_| unreachable!("{text}"))
    }

    fn wait(heard: &str, closed: Option<&str>) -> PastWait {
        let closed = closed.map(at);
        PastWait {
            kind: Some(ActivityKind::Voicemail),
            heard: at(heard),
            owner: None,
            taken: None,
            touched: closed.into_iter().collect(),
            answered: closed,
            closed,
        }
    }

    fn taken(heard: &str, by: &str, when: &str, closed: Option<&str>) -> PastWait {
        let wait = wait(heard, closed);
        let touched = std::iter::once(at(when)).chain(wait.touched).collect();
        PastWait { taken: Some((at(when), MemberId::new(by))), touched, ..wait }
    }

    fn auto(how: PickBy, most_open: u16) -> RouteSettings {
        let group = UserGroup { id: UserGroupId::new("S1"), name: "@frontdesk".to_owned() };
        let auto = AutoAssign { how, pool: Some(AssigneePool::Group(group)), most_open };
        RouteSettings { auto, ..RouteSettings::default() }
    }

    fn played(waits: &[PastWait], settings: &RouteSettings, open: [usize; 2]) -> PreviewCounts {
        let people = ["leo", "zoe"].into_iter().zip(open).map(|(id, open)| (MemberId::new(id), open)).collect();
        let clock = RouteClock { working: Rules::default().working, zone: TimeZone::UTC };
        play(waits, &Trial { settings, clock, people, now: at("27T17:00") })
    }

    fn given(counts: &PreviewCounts) -> Vec<(&str, usize)> {
        counts.given.iter().map(|(member, count)| (member.as_str(), *count)).collect()
    }

    #[test]
    fn turns_are_shared_equally_and_load_only_counts_where_it_should() {
        let waits: Vec<_> = ["09:00", "09:10", "09:20", "09:30"].map(|heard| wait(heard, Some("16:00"))).to_vec();
        assert_eq!(given(&played(&waits, &auto(PickBy::InTurn, 0), [5, 0])), [("leo", 2), ("zoe", 2)]);
        assert_eq!(given(&played(&waits, &auto(PickBy::LeastBusy, 0), [5, 0])), [("leo", 0), ("zoe", 4)]);
        assert_eq!(given(&played(&waits, &RouteSettings::default(), [0, 0])), [("leo", 0), ("zoe", 0)]);
    }

    #[test]
    fn the_limit_lets_conversations_wait_until_one_ends() {
        let waits = [wait("09:00", Some("10:00")), wait("09:10", Some("12:00")), wait("09:20", Some("13:00"))];
        let counts = played(&waits, &auto(PickBy::InTurn, 1), [0, 0]);
        assert_eq!((given(&counts), counts.waited_for_room), (vec![("leo", 2), ("zoe", 1)], 1));
        // It waits for 40 minutes, which is more than the target; really no one took any of them before they ended.
        assert_eq!(counts.late_owner, [1, 3]);
        let full = played(&waits, &auto(PickBy::InTurn, 1), [1, 1]);
        assert_eq!((given(&full), full.waited_for_room), (vec![("leo", 0), ("zoe", 0)], 3));
    }

    #[test]
    fn what_comes_at_night_waits_for_the_hours_and_what_is_taken_before_stays() {
        let waits = [wait("22:00", None), taken("22:10", "maya", "23:00", None), wait("22:20", Some("23:30"))];
        let counts = played(&waits, &auto(PickBy::InTurn, 0), [0, 0]);
        assert_eq!((given(&counts), counts.waited_for_hours), (vec![("leo", 1), ("zoe", 0)], 1));
        assert_eq!(counts.late_owner, [0, 1], "the first one was never taken");
    }

    #[test]
    fn an_owner_keeps_the_conversation_and_counts() {
        let owned = PastWait { owner: Some(MemberId::new("leo")), ..wait("09:00", None) };
        let counts = played(&[owned, wait("09:10", None)], &auto(PickBy::LeastBusy, 0), [0, 0]);
        assert_eq!((counts.owned, given(&counts)), (1, vec![("leo", 0), ("zoe", 1)]));
    }

    #[test]
    fn an_escalation_goes_as_far_as_the_time_without_an_answer() {
        let then = Some(Backup::User(SlackUserId::new("U1")));
        let targets = Targets { tell_owner: true, then, tell_channel: true, ..Targets::default() };
        let settings = RouteSettings { targets, ..RouteSettings::default() };
        // An owner within 30 min, an answer within 2 h, 15 min between the steps.
        for (wait, notified, late) in [
            (taken("09:00", "leo", "09:10", Some("10:30")), [0, 0, 0], 0),
            (taken("09:00", "leo", "09:10", Some("11:05")), [1, 0, 0], 1),
            (taken("09:00", "leo", "09:10", Some("11:20")), [1, 1, 0], 1),
            (taken("09:00", "leo", "09:10", Some("12:00")), [1, 1, 1], 1),
            (taken("09:00", "leo", "09:40", Some("10:30")), [0, 1, 0], 0),
            (taken("09:00", "leo", "09:50", Some("10:30")), [0, 1, 1], 0),
        ] {
            let counts = played(std::slice::from_ref(&wait), &settings, [0, 0]);
            assert_eq!((counts.notified, counts.late_answer), (notified, late), "{wait:?}");
        }
    }

    #[test]
    fn silence_returns_a_conversation_and_activity_keeps_it() {
        let returns = Returns { after_hours: 4, to: ReturnTo::Queue };
        let settings = RouteSettings { returns, ..RouteSettings::default() };
        let returned = |wait: PastWait| played(&[wait], &settings, [0, 0]).returned;
        assert_eq!(returned(taken("09:00", "leo", "09:10", Some("14:00"))), 0);
        assert_eq!(returned(taken("09:00", "leo", "09:10", Some("14:30"))), 1);
        let kept = taken("09:00", "leo", "09:10", Some("14:30"));
        assert_eq!(returned(PastWait { touched: vec![at("09:10"), at("12:00"), at("14:30")], ..kept }), 0);
        assert_eq!(returned(wait("09:00", None)), 0, "no one owned it");
    }

    #[test]
    fn an_answered_call_waits_for_nothing() {
        let call = PastWait { kind: Some(ActivityKind::Call), ..wait("09:00", None) };
        let unknown = PastWait { kind: None, ..wait("09:00", None) };
        let counts = played(&[call, unknown], &RouteSettings::default(), [0, 0]);
        assert_eq!((counts.conversations, counts.unknown_kind), (1, 1));
    }
}
