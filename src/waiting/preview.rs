//! A preview of a route's settings: what they would have done with the conversations of the last days. It plays the
//! contacts' waits again, in their order, with the decisions that are made about real ones: `commands::picking`,
//! `core::answer_wait` and `waiting::stale_facts`. Pure.

use std::collections::btree_map::OccupiedEntry;
use std::collections::{BTreeMap, HashSet, VecDeque};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::commands::picking::{PickCandidate, PickRule};
use crate::core::ids::{ConversationId, MemberId};
use crate::core::teammate::Teammate;
use crate::waiting::preview_replay::{Replay, is_returned};
use crate::waiting::preview_wait::{PastWait, Trial};
use crate::waiting::stale_facts::WorkingTimes;

/// The counts of a preview.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PreviewCounts {
    /// The number of waits.
    pub(crate) conversations: usize,
    /// The number of those that had an owner already.
    pub(crate) owned: usize,
    /// The number that the settings would have assigned, by person.
    pub(crate) given: Vec<(MemberId, usize)>,
    /// The number that people would have taken, answered or closed before the app could assign them.
    #[serde(default)]
    pub(crate) settled: usize,
    /// The number that would still wait for someone.
    #[serde(default)]
    pub(crate) still_waiting: usize,
    /// The number that would have waited for the begin of working hours.
    pub(crate) waited_for_hours: usize,
    /// The number that would have waited for someone below the limit.
    pub(crate) waited_for_room: usize,
    /// The number that would have had no owner in time, and the number that really had none.
    pub(crate) late_owner: [usize; 2],
    /// The number that had no answer in time.
    pub(crate) late_answer: usize,
    /// The number about which the owner, the backup and the channel would have been notified.
    pub(crate) notified: [usize; 3],
    /// The number that would have been taken from an inactive owner.
    pub(crate) returned: usize,
    /// The number whose kind is unknown, so that they count as missed calls.
    pub(crate) unknown_kind: usize,
}

/// An owner whom the settings would have given to a conversation, with the time.
type Given = Option<(Timestamp, MemberId)>;

/// Plays waits again, given oldest first.
pub(crate) fn play(waits: &[PastWait], trial: &Trial) -> PreviewCounts {
    let is_wait = |wait: &&PastWait| trial.route.settings.targets.of(wait.kind()).is_some();
    let waits: Vec<_> = waits.iter().filter(is_wait).collect();
    let played = Assignments::of(&waits, trial);
    let owned = waits.iter().filter(|wait| wait.owner.is_some()).count();
    let (given, still_waiting) = (played.given.iter().flatten().count(), played.waiting.len());
    let mut counts = PreviewCounts {
        conversations: waits.len(),
        owned,
        settled: waits.len() - owned - given - still_waiting,
        still_waiting,
        waited_for_hours: played.waited_for_hours,
        waited_for_room: played.waited_for_room,
        given: played.shares(),
        unknown_kind: waits.iter().filter(|wait| wait.kind.is_none()).count(),
        ..PreviewCounts::default()
    };
    for (wait, given) in waits.iter().zip(&played.given) {
        let (tried, really) = (Replay::of(wait, given.as_ref(), trial), Replay::of(wait, None, trial));
        for (count, replay) in counts.late_owner.iter_mut().zip([&tried, &really]) {
            *count += usize::from(replay.late_owner);
        }
        counts.late_answer += usize::from(tried.late_answer);
        for (count, notified) in counts.notified.iter_mut().zip(tried.notified) {
            *count += usize::from(notified);
        }
        counts.returned += usize::from(is_returned(wait, given.as_ref(), trial));
    }
    counts
}

/// The assignments that the settings would have made, in their order.
struct Assignments<'a> {
    trial: &'a Trial<'a>,
    waits: &'a [&'a PastWait],
    people: Vec<PickCandidate>,
    /// The waits that no one could take yet.
    waiting: VecDeque<usize>,
    /// The conversations that end, by the time of their end.
    ends: BTreeMap<Timestamp, Vec<ConversationId>>,
    given: Vec<Given>,
    turns: u64,
    waited_for_hours: usize,
    waited_for_room: usize,
}

impl<'a> Assignments<'a> {
    fn of(waits: &'a [&'a PastWait], trial: &'a Trial<'a>) -> Self {
        let candidate = |(teammate, open): &(Teammate, HashSet<ConversationId>)| PickCandidate {
            teammate: teammate.clone(),
            open: open.clone(),
            picked_at: None,
            turn: None,
            asked: true,
        };
        let mut all = Self {
            trial,
            waits,
            people: trial.people.iter().map(candidate).collect(),
            waiting: VecDeque::new(),
            ends: BTreeMap::new(),
            given: vec![None; waits.len()],
            turns: 0,
            waited_for_hours: 0,
            waited_for_room: 0,
        };
        let arrival = |(nth, wait): (usize, &&PastWait)| (all.attended(wait.heard), nth);
        let mut arrivals: Vec<_> = waits.iter().enumerate().map(arrival).collect();
        arrivals.sort_unstable();
        for (at, nth) in arrivals {
            all.free_until(at.min(trial.now));
            all.arrive(at, nth);
        }
        all.free_until(trial.now);
        all
    }

    /// Returns the first time from `at` on in working hours.
    fn attended(&self, at: Timestamp) -> Timestamp {
        WorkingTimes::of(Some(self.trial.route), self.trial.rules, None).attended_from(at)
    }

    fn arrive(&mut self, at: Timestamp, nth: usize) {
        let Some(wait) = self.waits.get(nth) else { return };
        let taken = wait.taken().filter(|(taken, _)| *taken < at).map(|(_, member)| member);
        if let Some(owner) = wait.owner.clone().or(taken) {
            return self.owns(&owner, wait);
        }
        // It may have ended before the hours began.
        if self.trial.route.settings.auto.pool().is_none() || wait.is_settled(at) {
            return;
        }
        self.waited_for_hours += usize::from(at > wait.heard);
        if at <= self.trial.now {
            self.waiting.push_back(nth);
            self.give(at);
            self.waited_for_room += usize::from(self.waiting.contains(&nth));
        }
    }

    /// Counts a conversation of a person until its end.
    fn owns(&mut self, owner: &MemberId, wait: &PastWait) {
        if let Some(person) = self.people.iter_mut().find(|one| one.teammate.member == *owner) {
            person.open.insert(wait.conversation.clone());
            if let Some(closed) = wait.closed() {
                self.ends.entry(closed).or_default().push(wait.conversation.clone());
            }
        }
    }

    /// Lets conversations end until a time, and gives the places that get free to waiting ones.
    fn free_until(&mut self, at: Timestamp) {
        while let Some((end, conversations)) = first_until(&mut self.ends, at) {
            for person in &mut self.people {
                person.open.retain(|open| !conversations.contains(open));
            }
            let attended = self.attended(end);
            if attended <= self.trial.now {
                self.give(attended);
            }
        }
    }

    /// Gives waiting conversations to people, oldest first, as long as someone may get more.
    fn give(&mut self, at: Timestamp) {
        let auto = &self.trial.route.settings.auto;
        let Some(rule) = PickRule::of(auto.how, auto.most_open) else { return };
        while let Some(nth) = self.waiting.front().copied() {
            let (Some(wait), next) = (self.waits.get(nth).copied(), rule.next(&self.people)) else { return };
            // Someone really took it, or it ended, while it waited.
            let taken = wait.taken().filter(|(taken, _)| *taken <= at).map(|(_, member)| member);
            if taken.is_some() || wait.is_settled(at) {
                self.waiting.pop_front();
                if let Some(owner) = taken.filter(|_| !wait.is_over(at)) {
                    self.owns(&owner, wait);
                }
                continue;
            }
            let Some(person) = next.and_then(|next| self.people.get_mut(next)) else { return };
            self.waiting.pop_front();
            self.turns += 1;
            person.turn = Some(self.turns);
            let member = person.teammate.member.clone();
            self.owns(&member, wait);
            if let Some(given) = self.given.get_mut(nth) {
                *given = Some((at, member));
            }
        }
    }

    /// Returns the number of conversations that each person would have got.
    fn shares(&self) -> Vec<(MemberId, usize)> {
        let got = |member: &MemberId| self.given.iter().flatten().filter(|(_, one)| one == member).count();
        self.people.iter().map(|one| (one.teammate.member.clone(), got(&one.teammate.member))).collect()
    }
}

/// Removes the first end of conversations, if it is not after `at`.
fn first_until(
    ends: &mut BTreeMap<Timestamp, Vec<ConversationId>>,
    at: Timestamp,
) -> Option<(Timestamp, Vec<ConversationId>)> {
    ends.first_entry().filter(|first| *first.key() <= at).map(OccupiedEntry::remove_entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::assignee::UserGroup;
    use crate::core::auto_assign::{AssigneePool, AutoAssign, PickBy};
    use crate::core::automation::{ReturnTo, Returns};
    use crate::core::conversation::{ActivityKind, State, Status};
    use crate::core::ids::{SlackUserId, UserGroupId};
    use crate::core::route::{Route, RouteSettings};
    use crate::core::rules::Rules;
    use crate::core::targets::{Backup, Targets};

    /// Returns a time on Monday, or later in the week: "24T09:30".
    fn at(text: &str) -> Timestamp {
        let text = if text.contains('T') { text.to_owned() } else { format!("23T{text}") };
        format!("2026-11-{text}:00Z").parse().unwrap_or_else(|_| unreachable!("{text}"))
    }

    fn state(owner: Option<&str>, status: Status) -> State {
        State { owner: owner.map(MemberId::new), status, until: None }
    }

    fn wait(heard: &str, closed: Option<&str>) -> PastWait {
        PastWait {
            conversation: ConversationId::new(heard),
            kind: Some(ActivityKind::Voicemail),
            heard: at(heard),
            owner: None,
            changes: closed.map(|closed| (at(closed), state(None, Status::Done))).into_iter().collect(),
            answer: None,
            again: Vec::new(),
        }
    }

    fn taken(heard: &str, by: &str, when: &str, closed: Option<&str>) -> PastWait {
        let done = closed.map(|closed| (at(closed), state(Some(by), Status::Done)));
        let changes = std::iter::once((at(when), state(Some(by), Status::Open))).chain(done).collect();
        PastWait { changes, ..wait(heard, None) }
    }

    fn auto(how: PickBy, most_open: u16) -> RouteSettings {
        let group = UserGroup { id: UserGroupId::new("S1"), name: "@frontdesk".to_owned() };
        let auto = AutoAssign { how, pool: Some(AssigneePool::Group(group)), most_open };
        RouteSettings { auto, ..RouteSettings::default() }
    }

    fn teammate(id: &str) -> Teammate {
        let (user, member, name) = (SlackUserId::new(id), MemberId::new(id), id.to_owned());
        Teammate { user, member, name, zone: None, admin: false }
    }

    fn played(waits: &[PastWait], settings: &RouteSettings, open: [usize; 2]) -> PreviewCounts {
        let open = open.map(|count| (0..count).map(|nth| ConversationId::new(format!("before-{nth}"))).collect());
        let people = ["leo", "zoe"].map(teammate).into_iter().zip(open).collect();
        let route = Route { settings: settings.clone(), ..Route::of_all() };
        play(waits, &Trial { route: &route, rules: &Rules::default(), people, now: at("27T17:00") })
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
        assert_eq!((counts.settled, counts.still_waiting), (2, 0), "taken, and closed");
    }

    #[test]
    fn what_was_answered_needs_no_one_and_the_rest_still_waits() {
        let answered = PastWait { answer: Some(at("09:05")), ..wait("09:00", None) };
        let counts = played(&[answered, wait("09:10", None)], &auto(PickBy::InTurn, 1), [1, 1]);
        assert_eq!((counts.settled, counts.still_waiting), (1, 1), "the first one was answered while it waited");
        let night = PastWait { answer: Some(at("23:00")), ..wait("22:00", None) };
        let counts = played(&[night], &auto(PickBy::InTurn, 0), [0, 0]);
        assert_eq!((counts.settled, counts.still_waiting), (1, 0));
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
        assert_eq!(returned(PastWait { again: vec![at("12:00")], ..kept.clone() }), 0);
        assert_eq!(returned(PastWait { answer: Some(at("12:00")), ..kept }), 0);
        assert_eq!(returned(wait("09:00", None)), 0, "no one owned it");
    }

    #[test]
    fn one_that_no_one_took_or_answered_misses_both_limits_once_they_have_passed() {
        let never = played(&[wait("09:00", None)], &RouteSettings::default(), [0, 0]);
        assert_eq!((never.late_owner, never.late_answer), ([1, 1], 1));
        let recent = played(&[wait("27T16:00", None)], &RouteSettings::default(), [0, 0]);
        assert_eq!((recent.late_owner, recent.late_answer), ([1, 1], 0), "the answer has another hour");
    }

    #[test]
    fn an_answered_call_waits_for_nothing() {
        let call = PastWait { kind: Some(ActivityKind::Call), ..wait("09:00", None) };
        let unknown = PastWait { kind: None, ..wait("09:00", None) };
        let counts = played(&[call, unknown], &RouteSettings::default(), [0, 0]);
        assert_eq!((counts.conversations, counts.unknown_kind), (1, 1));
    }

    #[test]
    fn an_answer_ends_the_wait_and_a_snooze_lets_it_stand_still() {
        let settings = RouteSettings::default();
        let late = |wait: PastWait| played(&[wait], &settings, [0, 0]).late_answer;
        let open = taken("09:00", "leo", "09:10", None);
        assert_eq!(late(open.clone()), 1);
        assert_eq!(late(PastWait { answer: Some(at("10:50")), ..open.clone() }), 0);
        assert_eq!(late(PastWait { answer: Some(at("11:10")), ..open.clone() }), 1);
        let snoozed = |until: &str| {
            let [asleep, awake] = [Status::Snoozed, Status::Open].map(|status| state(Some("leo"), status));
            let changes = open.changes.iter().cloned().chain([(at("10:00"), asleep), (at(until), awake)]).collect();
            PastWait { changes, answer: Some(at("14:50")), ..open.clone() }
        };
        assert_eq!(late(snoozed("14:00")), 0, "an hour was left");
        assert_eq!(late(snoozed("13:00")), 1);
    }
}
