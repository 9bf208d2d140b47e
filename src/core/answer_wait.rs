//! A contact's wait for an owner and for an answer: its limits, its pauses, and who is notified when. All of it is pure.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::conversation::{Activity, ActivityKind, Conversation, Status};
use crate::core::escalation;
use crate::core::escalation::WaitStep;
use crate::core::ids::MemberId;
use crate::core::route::Route;
use crate::core::rules::Rules;
use crate::core::target_outcome::{NextLimit, TargetOutcome, WaitLimit};
use crate::core::targets::Targets;
use crate::core::wait_terms::WaitTerms;

/// The working time by which a step may be late. Warnings and lines in channels that come later are left out.
const LATE: Duration = Duration::from_secs(10 * 60);

/// A contact's wait. It begins when the contact calls in vain or writes, and ends with an answer or with *Done*.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerWait {
    /// The kind of activity that began it.
    pub kind: ActivityKind,
    /// The time of that activity.
    pub since: Timestamp,
    /// The time of the contact's last activity in it.
    pub heard: Timestamp,
    /// The target, with the working hours and the time zone in which it counts. A wait keeps those with which it began.
    terms: WaitTerms,
    /// The end of the time until an owner; `None` if there is no limit.
    owner_by: Option<Timestamp>,
    /// The end of the time until an answer; `None` if there is no limit.
    answer_by: Option<Timestamp>,
    /// The owner.
    owner: Option<MemberId>,
    /// The reason why its time stands still, if it does.
    stopped: Option<Pause>,
    /// True if the first owner came in time; `None` as long as that is open.
    owner_met: Option<bool>,
    /// True if the answer came in time; `None` as long as that is open.
    answer_met: Option<bool>,
    /// The people who were notified about the present limit.
    told: Told,
}

/// A time that stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Pause {
    at: Timestamp,
    /// True if the conversation is done, rather than snoozed.
    done: bool,
}

/// The notifications about one limit under one owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Told {
    /// The time since which the conversation has this owner, or none.
    since: Timestamp,
    warned: bool,
    missed: bool,
    /// The number of receivers whose turn is over.
    turns: usize,
    /// The time of the last notification after the limit.
    last: Option<Timestamp>,
}

impl Told {
    fn nobody(since: Timestamp) -> Self {
        Self { since, warned: false, missed: false, turns: 0, last: None }
    }
}

impl AnswerWait {
    /// Returns the wait that an activity begins on a route; `None` if the route has no target for it.
    pub(crate) fn begin(heard: &Activity, conversation: &Conversation, route: &Route, rules: &Rules) -> Option<Self> {
        let target = route.settings.targets.of(heard.kind).filter(|_| heard.inbound)?;
        let terms = WaitTerms { target, working: route.settings.over(rules).working, zone: route.zone.clone() };
        let owner = conversation.owner.as_ref().map(|owner| owner.id.clone());
        let owner_by = terms.limit(heard.at, target.owner).filter(|_| owner.is_none());
        let answer_by = terms.limit(heard.at, target.answer);
        let has_limit = target.owner > 0 || target.answer > 0;
        has_limit.then(|| Self {
            kind: heard.kind,
            since: heard.at,
            heard: heard.at,
            terms,
            owner_by,
            answer_by,
            owner,
            stopped: None,
            owner_met: None,
            answer_met: None,
            told: Told::nobody(heard.at),
        })
    }

    /// Returns the wait after a look at its conversation, `None` if it has ended, and the outcomes that are known now.
    /// A wait that ends with *Done* is kept, because reopening lets it go on.
    pub(crate) fn follow(mut self, conversation: &Conversation, now: Timestamp) -> (Option<Self>, Vec<TargetOutcome>) {
        let mut outcomes = Vec::new();
        let last = conversation.last_activity.as_ref();
        if let Some(answered) = last.filter(|last| last.at > self.heard && last.ends_a_wait()) {
            return (None, self.answered(answered.at));
        }
        self.heard = self.heard.max(last.filter(|last| last.inbound).map_or(self.heard, |last| last.at));
        let done = self.stopped.is_some_and(|stop| stop.done);
        match conversation.status {
            Status::Done if !done => {
                outcomes.extend(self.settle(self.stopped.map_or(now, |stop| stop.at)));
                self.stopped = Some(Pause { at: self.stopped.map_or(now, |stop| stop.at), done: true });
            }
            Status::Snoozed | Status::Other if self.stopped.is_none() => {
                self.stopped = Some(Pause { at: now, done: false });
            }
            Status::Open => self.go_on(now),
            Status::Done | Status::Snoozed | Status::Other => {}
        }
        outcomes.extend(self.owned_by(conversation.owner.as_ref().map(|owner| &owner.id), now));
        (Some(self), outcomes)
    }

    /// Answers whether an activity of the contact begins a wait of its own, because the conversation was done.
    pub(crate) fn is_over_before(&self, heard: &Activity) -> bool {
        heard.at > self.heard && self.stopped.is_some_and(|stop| stop.done)
    }

    /// Lets the time go on, with the working time that was left.
    fn go_on(&mut self, now: Timestamp) {
        let Some(stop) = self.stopped.take() else { return };
        for limit in [&mut self.owner_by, &mut self.answer_by].into_iter().flatten() {
            if *limit > stop.at {
                *limit = self.terms.later(now, self.terms.between(stop.at, *limit));
            }
        }
        if stop.done {
            // The answer is open again, unless it was missed before.
            self.answer_met = self.answer_met.filter(|met| !met);
        }
    }

    /// Notices the owner. An unassigned conversation has the whole time until an owner again.
    fn owned_by(&mut self, owner: Option<&MemberId>, now: Timestamp) -> Option<TargetOutcome> {
        if self.owner.as_ref() == owner {
            return None;
        }
        let at = self.stopped.map_or(now, |stop| stop.at);
        let first = self.owner.is_none().then(|| self.owner_settled(at, owner)).flatten();
        self.owner = owner.cloned();
        self.owner_by = match owner {
            Some(_) => None,
            None => self.terms.limit(at, self.terms.target.owner),
        };
        self.told = Told::nobody(now);
        first
    }

    /// Ends the wait with an answer at this time. Returns its outcomes.
    pub(crate) fn answered(mut self, at: Timestamp) -> Vec<TargetOutcome> {
        self.settle(at)
    }

    fn settle(&mut self, at: Timestamp) -> Vec<TargetOutcome> {
        let owner = self.owner.is_none().then(|| self.owner_settled(at, None)).flatten();
        owner.into_iter().chain(self.answer_settled(at)).collect()
    }

    fn owner_settled(&mut self, at: Timestamp, owner: Option<&MemberId>) -> Option<TargetOutcome> {
        let due = self.owner_by.filter(|_| self.owner_met.is_none())?;
        self.owner_met = Some(at <= due);
        Some(TargetOutcome { member: owner.cloned(), ..self.outcome(WaitLimit::Owner, at <= due, Some(at)) })
    }

    /// Returns the outcome of the answer. One that was missed is recorded again with its time.
    fn answer_settled(&mut self, at: Timestamp) -> Option<TargetOutcome> {
        let met = self.answer_met != Some(false) && at <= self.answer_by?;
        self.answer_met = Some(met);
        Some(self.outcome(WaitLimit::Answer, met, Some(at)))
    }

    fn outcome(&self, limit: WaitLimit, met: bool, at: Option<Timestamp>) -> TargetOutcome {
        let seconds = at.map(|at| at.duration_since(self.since).as_secs().max(0));
        TargetOutcome { limit, since: self.since, met, seconds, member: self.owner.clone() }
    }

    /// Answers whether a message about a limit is still true: the limit is the present one, under the same owner.
    pub(crate) fn still_has(&self, (limit, due): (WaitLimit, Timestamp), owner: Option<&MemberId>) -> bool {
        let is_present = self.stopped.is_none() && self.present() == Some((limit, due));
        is_present && self.owner.as_ref() == owner
    }

    /// Returns the limit that people see: a missed answer outweighs the time until a new owner.
    pub(crate) fn shown_limit(&self, now: Timestamp) -> Option<NextLimit> {
        let next = self.next_limit(now)?;
        let missed = self.answer_by.filter(|due| *due <= now);
        Some(missed.map_or(next, |due| NextLimit { limit: WaitLimit::Answer, due, missed: true }))
    }

    /// Returns the limit that counts now; `None` while its time stands still.
    pub(crate) fn next_limit(&self, now: Timestamp) -> Option<NextLimit> {
        let (limit, due) = self.present().filter(|_| self.stopped.is_none())?;
        Some(NextLimit { limit, due, missed: due <= now })
    }

    fn present(&self) -> Option<(WaitLimit, Timestamp)> {
        let owner = self.owner_by.filter(|_| self.owner.is_none()).map(|due| (WaitLimit::Owner, due));
        owner.or(self.answer_by.map(|due| (WaitLimit::Answer, due)))
    }

    /// Returns the next step and its time, with the receivers that the route has now.
    pub(crate) fn next_step(&self, targets: &Targets) -> Option<(Timestamp, WaitStep)> {
        let (limit, due) = self.present().filter(|_| self.stopped.is_none())?;
        if let Some(at) = self.warning(limit, targets) {
            return Some((at, WaitStep::Warn));
        }
        if !self.told.missed {
            return Some((due, WaitStep::Miss));
        }
        let receiver = escalation::receivers(limit, self.owner.is_some(), targets).into_iter().nth(self.told.turns)?;
        let at = match self.told.last {
            Some(last) => self.terms.after(last, targets.step),
            // A new owner of an overdue conversation was notified of that just now.
            None if due <= self.told.since => self.terms.after(self.told.since, targets.step),
            None => due,
        };
        Some((at, WaitStep::Notify(receiver)))
    }

    /// Answers whether no one was notified of the missed limit, and only one receiver is left.
    pub(crate) fn has_a_last_hope(&self, targets: &Targets) -> bool {
        let receivers = self.present().map(|(limit, _)| escalation::receivers(limit, self.owner.is_some(), targets));
        self.told.last.is_none() && receivers.is_some_and(|all| all.len() == self.told.turns + 1)
    }

    /// Returns the time of the warning, if there is still one to come.
    fn warning(&self, limit: WaitLimit, targets: &Targets) -> Option<Timestamp> {
        let (_, due) = self.present()?;
        let open = targets.warn_before > 0 && !self.told.warned && !self.told.missed;
        let whole = match limit {
            WaitLimit::Owner => self.terms.target.owner,
            WaitLimit::Answer => self.terms.target.answer,
        };
        if !open || targets.warn_before >= whole {
            return None;
        }
        let at = self.terms.before(due, targets.warn_before);
        // An owner who took it that late knows.
        (at > self.told.since).then_some(at)
    }

    /// Takes a step. Returns the outcome of a missed limit, the first time. `notified` is false for a receiver who was
    /// passed over, so that the next one follows at once.
    pub(crate) fn take(&mut self, step: &WaitStep, notified: bool, now: Timestamp) -> Option<TargetOutcome> {
        match step {
            WaitStep::Warn => self.told.warned = true,
            WaitStep::Miss => {
                self.told.missed = true;
                return self.missed();
            }
            WaitStep::Notify(_) => {
                self.told.turns += 1;
                self.told.last = if notified { Some(now) } else { self.told.last };
            }
        }
        None
    }

    fn missed(&mut self) -> Option<TargetOutcome> {
        let (limit, _) = self.present()?;
        let met = match limit {
            WaitLimit::Owner => &mut self.owner_met,
            WaitLimit::Answer => &mut self.answer_met,
        };
        if met.is_some() {
            return None;
        }
        *met = Some(false);
        Some(self.outcome(limit, false, None))
    }

    /// Answers whether a step comes too late for a warning or a line in a channel, because the app was offline.
    pub(crate) fn is_late(&self, step: Timestamp, now: Timestamp) -> bool {
        self.terms.between(step, now).unsigned_abs() > LATE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::conversation::{ActivityContext, Contact, Owner};
    use crate::core::escalation::Receiver;
    use crate::core::ids::ConversationId;
    use crate::core::route::RouteSettings;

    fn at(text: &str) -> Timestamp {
        format!("2026-11-{text}:00Z").parse().unwrap_or_else(|_| unreachable!("{text}"))
    }

    fn activity(kind: ActivityKind, inbound: bool, time: &str) -> Activity {
        Activity { kind, inbound, preview: None, at: at(time), activity_context: ActivityContext::Nothing }
    }

    fn conversation(status: Status, owner: Option<&str>, last: Activity) -> Conversation {
        let owner = owner.map(|id| Owner::new(MemberId::new(id), String::new()));
        Conversation {
            id: ConversationId::new("conv_1"),
            status,
            status_word: None,
            read: None,
            snoozed_until: None,
            owner,
            contact: Contact::default(),
            line: None,
            last_activity: Some(last),
            last_note: None,
        }
    }

    /// A missed call.
    fn call(time: &str) -> Activity {
        activity(ActivityKind::MissedCall, true, time)
    }

    fn open(owner: Option<&str>) -> Conversation {
        conversation(Status::Open, owner, call("23T10:00"))
    }

    fn targets() -> Targets {
        Targets { warn_before: 10, tell_owner: true, tell_channel: true, step: 15, ..Targets::default() }
    }

    /// The wait of someone who called on a Monday at ten, with 30 minutes until an owner and two hours until an answer.
    fn begun() -> AnswerWait {
        let settings = RouteSettings { targets: targets(), ..RouteSettings::default() };
        let route = Route { settings, ..Route::of_all() };
        let wait = AnswerWait::begin(&call("23T10:00"), &open(None), &route, &Rules::default());
        wait.unwrap_or_else(|| unreachable!("there are limits"))
    }

    fn followed(wait: AnswerWait, now: &Conversation, time: &str) -> (AnswerWait, Vec<TargetOutcome>) {
        let (wait, outcomes) = wait.follow(now, at(time));
        (wait.unwrap_or_else(|| unreachable!("the wait goes on")), outcomes)
    }

    fn next(wait: &AnswerWait, time: &str) -> Option<(WaitLimit, Timestamp, bool)> {
        wait.next_limit(at(time)).map(|next| (next.limit, next.due, next.missed))
    }

    #[test]
    fn the_owner_comes_first_and_then_the_answer() {
        let wait = begun();
        assert_eq!(next(&wait, "23T10:00"), Some((WaitLimit::Owner, at("23T10:30"), false)));
        assert_eq!(next(&wait, "23T10:30"), Some((WaitLimit::Owner, at("23T10:30"), true)));
        let (wait, outcomes) = followed(wait, &open(Some("zoe")), "23T10:20");
        assert_eq!(
            outcomes.iter().map(|one| (one.limit, one.met, one.seconds)).collect::<Vec<_>>(),
            [(WaitLimit::Owner, true, Some(1200))]
        );
        assert_eq!(next(&wait, "23T10:20"), Some((WaitLimit::Answer, at("23T12:00"), false)));
        let called = activity(ActivityKind::Call, false, "23T11:50");
        let (ended, outcomes) = wait.follow(&conversation(Status::Open, Some("zoe"), called), at("23T12:10"));
        assert_eq!(ended, None);
        assert_eq!(outcomes.first().map(|one| (one.limit, one.met)), Some((WaitLimit::Answer, true)), "called in time");
    }

    #[test]
    fn a_second_message_starts_nothing_again() {
        let again = conversation(Status::Open, None, activity(ActivityKind::Sms, true, "23T10:25"));
        let (wait, outcomes) = followed(begun(), &again, "23T10:25");
        assert_eq!(next(&wait, "23T10:25"), Some((WaitLimit::Owner, at("23T10:30"), false)));
        assert!(outcomes.is_empty());
    }

    #[test]
    fn a_snoozed_conversation_goes_on_with_what_was_left() {
        let (wait, _) = followed(begun(), &open(Some("zoe")), "23T10:10");
        let snoozed = conversation(Status::Snoozed, Some("zoe"), call("23T10:00"));
        let (wait, _) = followed(wait, &snoozed, "23T11:00");
        assert_eq!((next(&wait, "23T15:00"), wait.next_step(&targets())), (None, None));
        // An hour was left. Half of it is on Monday, half on Tuesday.
        let (wait, _) = followed(wait, &open(Some("zoe")), "23T16:30");
        assert_eq!(next(&wait, "23T16:30"), Some((WaitLimit::Answer, at("24T09:30"), false)));
    }

    #[test]
    fn a_snooze_after_the_limit_hides_nothing() {
        let (wait, _) = followed(begun(), &open(Some("zoe")), "23T10:10");
        let snoozed = conversation(Status::Snoozed, Some("zoe"), call("23T10:00"));
        let (wait, _) = followed(wait, &snoozed, "23T13:00");
        let (wait, _) = followed(wait, &open(Some("zoe")), "23T14:00");
        assert_eq!(next(&wait, "23T14:00"), Some((WaitLimit::Answer, at("23T12:00"), true)));
    }

    #[test]
    fn an_unassigned_conversation_has_the_whole_time_until_an_owner_again() {
        let (wait, _) = followed(begun(), &open(Some("zoe")), "23T10:20");
        let (wait, outcomes) = followed(wait, &open(None), "23T11:00");
        assert_eq!(next(&wait, "23T11:00"), Some((WaitLimit::Owner, at("23T11:30"), false)));
        assert!(outcomes.is_empty());
        let (wait, outcomes) = followed(wait, &open(Some("leo")), "23T11:40");
        assert!(outcomes.is_empty(), "only the first owner counts");
        assert_eq!(next(&wait, "23T11:40"), Some((WaitLimit::Answer, at("23T12:00"), false)), "it went on");
    }

    #[test]
    fn a_reopened_conversation_goes_on_and_a_new_call_begins_anew() {
        let (wait, _) = followed(begun(), &open(Some("zoe")), "23T10:20");
        let done = conversation(Status::Done, Some("zoe"), call("23T10:00"));
        let (wait, outcomes) = followed(wait, &done, "23T11:00");
        assert_eq!(outcomes.first().map(|one| (one.limit, one.met)), Some((WaitLimit::Answer, true)));
        assert!(wait.is_over_before(&call("23T14:00")) && !wait.is_over_before(&call("23T10:00")));
        let (wait, outcomes) = followed(wait, &done, "23T11:01");
        assert!(outcomes.is_empty(), "once");
        let (wait, _) = followed(wait, &open(Some("zoe")), "23T12:00");
        assert_eq!(next(&wait, "23T12:00"), Some((WaitLimit::Answer, at("23T13:00"), false)));
    }

    /// Takes all steps in time, and returns them with their times.
    fn steps(mut wait: AnswerWait) -> Vec<(Timestamp, WaitStep)> {
        let mut taken = Vec::new();
        while let Some((at, step)) = wait.next_step(&targets()) {
            wait.take(&step, true, at);
            taken.push((at, step));
        }
        taken
    }

    #[test]
    fn the_owner_is_notified_first_and_then_the_channel() {
        let (owned, _) = followed(begun(), &open(Some("zoe")), "23T10:20");
        let notify = WaitStep::Notify;
        assert_eq!(
            steps(owned.clone()),
            [
                (at("23T11:50"), WaitStep::Warn),
                (at("23T12:00"), WaitStep::Miss),
                (at("23T12:00"), notify(Receiver::Owner)),
                (at("23T12:15"), notify(Receiver::Channel)),
            ]
        );
        assert_eq!(
            steps(begun()),
            [
                (at("23T10:20"), WaitStep::Warn),
                (at("23T10:30"), WaitStep::Miss),
                (at("23T10:30"), notify(Receiver::Channel)),
            ]
        );
        // Who takes an overdue conversation has the time of one step.
        let (late, _) = followed(begun(), &open(Some("zoe")), "23T13:00");
        assert_eq!(
            steps(late),
            [
                (at("23T12:00"), WaitStep::Miss),
                (at("23T13:15"), notify(Receiver::Owner)),
                (at("23T13:30"), notify(Receiver::Channel)),
            ]
        );
    }

    #[test]
    fn a_missed_target_is_recorded_once_and_again_with_the_time_of_the_answer() {
        let (mut wait, _) = followed(begun(), &open(Some("zoe")), "23T10:20");
        let missed = wait.take(&WaitStep::Miss, true, at("23T12:00"));
        assert_eq!(missed.map(|one| (one.met, one.seconds)), Some((false, None)));
        assert_eq!(wait.take(&WaitStep::Miss, true, at("23T12:00")), None);
        let wrote = activity(ActivityKind::Sms, false, "23T12:30");
        let (_, outcomes) = wait.follow(&conversation(Status::Open, Some("zoe"), wrote), at("23T12:31"));
        assert_eq!(outcomes.first().map(|one| (one.met, one.seconds)), Some((false, Some(9000))));
    }

    #[test]
    fn nights_and_weekends_do_not_count() {
        let wait = begun();
        assert!(!wait.is_late(at("23T17:00"), at("24T09:00")) && wait.is_late(at("23T10:30"), at("23T10:41")));
    }
}
