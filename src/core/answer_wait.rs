//! A contact's wait for an owner and for an answer: its limits, its pauses, and who is notified when. All of it is pure.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::core::conversation::{Activity, ActivityKind, Conversation, Status};
use crate::core::ids::MemberId;
use crate::core::route::Route;
use crate::core::rules::Rules;
use crate::core::target_outcome::{NextLimit, TargetOutcome, WaitLimit};
use crate::core::targets::{Backup, Target, Targets};
use crate::core::working_hours;
use crate::core::working_hours::Hours;

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
    terms: Terms,
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

/// The terms on which a wait counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Terms {
    target: Target,
    working: Hours,
    zone: Option<String>,
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

/// A step that time brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WaitStep {
    /// The limit is near.
    Warn,
    /// The limit has ended.
    Miss,
    /// It ended a while ago: this receiver is notified.
    Notify(Receiver),
}

/// A receiver of the notification that a limit was missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Receiver {
    /// The owner.
    Owner,
    /// The person or group behind the owner.
    Backup(Backup),
    /// Everyone in the channel.
    Channel,
}

impl Terms {
    fn after(&self, from: Timestamp, minutes: u16) -> Timestamp {
        self.later(from, SignedDuration::from_mins(i64::from(minutes)))
    }

    fn later(&self, from: Timestamp, time: SignedDuration) -> Timestamp {
        self.working.after(from, time, &working_hours::zone(self.zone.as_deref()))
    }

    fn between(&self, from: Timestamp, to: Timestamp) -> SignedDuration {
        self.working.between(from, to, &working_hours::zone(self.zone.as_deref()))
    }

    /// Returns the end of a limit that begins at `from`; `None` for no limit.
    fn limit(&self, from: Timestamp, minutes: u16) -> Option<Timestamp> {
        (minutes > 0).then(|| self.after(from, minutes))
    }
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
        let terms = Terms { target, working: route.settings.over(rules).working, zone: route.zone.clone() };
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
        if let Some(answered) = last.filter(|last| last.at > self.heard && ends_the_wait(last)) {
            outcomes.extend(self.settle(answered.at));
            return (None, outcomes);
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

    fn settle(&mut self, at: Timestamp) -> Vec<TargetOutcome> {
        let owner = self.owner.is_none().then(|| self.owner_settled(at, None)).flatten();
        owner.into_iter().chain(self.answer_settled(at)).collect()
    }

    fn owner_settled(&mut self, at: Timestamp, owner: Option<&MemberId>) -> Option<TargetOutcome> {
        let due = self.owner_by.filter(|_| self.owner_met.is_none())?;
        self.owner_met = Some(at <= due);
        Some(TargetOutcome { member: owner.cloned(), ..self.outcome(WaitLimit::Owner, at <= due, Some(at)) })
    }

    /// Returns the outcome of the answer. One that was missed is told again with its time.
    fn answer_settled(&mut self, at: Timestamp) -> Option<TargetOutcome> {
        let met = self.answer_met != Some(false) && at <= self.answer_by?;
        self.answer_met = Some(met);
        Some(self.outcome(WaitLimit::Answer, met, Some(at)))
    }

    fn outcome(&self, limit: WaitLimit, met: bool, at: Option<Timestamp>) -> TargetOutcome {
        let seconds = at.map(|at| at.duration_since(self.since).as_secs().max(0));
        TargetOutcome { limit, since: self.since, met, seconds, member: self.owner.clone() }
    }

    /// Returns the next limit as people see it; `None` while its time stands still.
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
        let receiver = self.receivers(limit, targets).into_iter().nth(self.told.turns)?;
        let at = match self.told.last {
            Some(last) => self.terms.after(last, targets.step),
            // A new owner of an overdue conversation was notified of that just now.
            None if due <= self.told.since => self.terms.after(self.told.since, targets.step),
            None => due,
        };
        Some((at, WaitStep::Notify(receiver)))
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

    fn receivers(&self, limit: WaitLimit, targets: &Targets) -> Vec<Receiver> {
        let owner = targets.tell_owner && limit == WaitLimit::Answer && self.owner.is_some();
        let owner = owner.then_some(Receiver::Owner);
        let backup = targets.then.clone().map(Receiver::Backup);
        let channel = targets.tell_channel.then_some(Receiver::Channel);
        [owner, backup, channel].into_iter().flatten().collect()
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

    /// Returns the time at which people may be notified: now, or the start of the working hours.
    pub(crate) fn may_notify_at(&self, now: Timestamp) -> Timestamp {
        self.terms.later(now, SignedDuration::ZERO)
    }

    /// Answers whether a step comes too late for a warning or a line in a channel, because the app was offline.
    pub(crate) fn is_late(&self, step: Timestamp, now: Timestamp) -> bool {
        self.terms.between(step, now).unsigned_abs() > LATE
    }
}

impl Terms {
    /// Returns the instant so much working time before `due`.
    fn before(&self, due: Timestamp, minutes: u16) -> Timestamp {
        self.working.before(
            due,
            SignedDuration::from_mins(i64::from(minutes)),
            &working_hours::zone(self.zone.as_deref()),
        )
    }
}

/// Answers whether an activity after the contact's ends the wait: a call back, a sent message, or a call of the contact
/// that someone answered.
fn ends_the_wait(last: &Activity) -> bool {
    match last.kind {
        ActivityKind::Call => true,
        ActivityKind::Sms => !last.inbound,
        ActivityKind::MissedCall | ActivityKind::Voicemail | ActivityKind::Note | ActivityKind::Other => false,
    }
}
