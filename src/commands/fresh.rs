//! Checks that a decision still rests on true facts. Time may pass between the decision and the write: a refusal, a
//! crash, an outage of hours. If anything has changed since, the worker decides again.

use jiff::{SignedDuration, Timestamp};

use crate::commands::facts::{Facts, Plan};
use crate::commands::looked::Looked;
use crate::commands::plan::Progress;
use crate::core::about::About;
use crate::core::call::Call;
use crate::core::conversation::{Conversation, State, Status};
use crate::core::event::is_elsewhere;
use crate::core::ids::DraftId;
use crate::core::last_change::{Changer, LastChange};
use crate::core::moved::Moved;
use crate::core::past::Past;
use crate::core::refusal::Refusal;
use crate::core::seen::Seen;

/// The greatest age of a read on which a write may rest.
const MOMENT: SignedDuration = SignedDuration::from_secs(2);

/// The age of the read on which a write rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Basis {
    /// A read of a moment ago.
    Fresh,
    /// A read of this attempt that is no longer recent.
    Old,
    /// A read of an earlier attempt, or none.
    Gone,
}

/// A decision to be compared with the state that the requester was shown.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    seen: Option<Seen>,
    latest: Option<LastChange>,
}

impl Answered {
    /// Returns the comparison of `seen`, which the requester was shown, with `facts`, on which the decision rests.
    pub(crate) fn new(seen: &[Seen], facts: &Facts) -> Self {
        let seen = seen.iter().find(|seen| seen.conversation == facts.conversation.id).cloned();
        // The requester was shown when the snooze ends, so its end is no surprise.
        let seen = seen.map(|seen| Seen { state: seen.state.at(facts.now), ..seen });
        let is_latest = |past: &&Past| past.before != past.after && past.after == State::from(&facts.conversation);
        let latest = facts.past.iter().find(|past| past.before != past.after).filter(is_latest);
        let latest = latest.map(|past| LastChange {
            by: match past {
                _ if is_elsewhere(&past.by) => Changer::Elsewhere,
                _ if past.actor == facts.requester.user => Changer::You,
                _ => Changer::Colleague(past.by.clone()),
            },
            seconds_ago: facts.now.duration_since(past.at).as_secs().max(0),
        });
        Self { seen, latest }
    }

    /// Refuses a plan that would change something other than the requester was shown: the requester is asked again. A
    /// note alone overwrites nothing. No one is asked about a change of their own that a button does not show yet.
    pub(crate) fn holds_for(self, plan: &Plan, draft: impl FnOnce() -> DraftId) -> Result<(), Refusal> {
        let Some(Seen { state: was, unasked, .. }) = self.seen else { return Ok(()) };
        let is = State::from(&plan.before);
        let (has_moved, is_other) = (was.owner != is.owner, is_other_status(&was, &is, plan));
        let by_themselves = unasked && self.latest.as_ref().is_some_and(|change| change.by == Changer::You);
        let changes = plan.calls.iter().any(|call| !matches!(call, Call::AddNote { .. }));
        if !changes || by_themselves || !has_moved && !is_other {
            return Ok(());
        }
        let owner = plan.from.as_ref().map(|from| from.name.clone()).unwrap_or_default();
        Err(Refusal::Moved(Box::new(Moved {
            about: About::from(&plan.before),
            owner: has_moved.then_some(owner),
            status: is_other.then_some(is.status),
            by: self.latest,
            verb: plan.act.verb(),
            draft: draft(),
            seen: Seen::from(&plan.before),
            unasked,
        })))
    }
}

/// Returns whether the status differs, or the plan changes the status and the snooze ends at another time than before.
fn is_other_status(was: &State, is: &State, plan: &Plan) -> bool {
    let has_other_end = was.until.zip(is.until).is_some_and(|(was, is)| was != is);
    let counts = plan.calls.iter().any(|call| matches!(call, Call::SetStatus(_) | Call::Snooze(_)));
    was.status != is.status || has_other_end && counts
}

impl Progress {
    /// Returns the progress of a plan with no call made yet, decided after a read.
    pub fn new(plan: Plan, looked: Looked) -> Self {
        let now = plan.before.clone();
        Self { plan, done: 0, now, seen: None, looked: Some(looked) }
    }

    /// Returns the call to make next.
    pub fn next(&self) -> Option<&Call> {
        self.plan.calls.get(self.done)
    }

    /// Returns whether a call was made already.
    pub(crate) fn has_begun(&self) -> bool {
        self.done > 0
    }

    /// Returns the basis on which an attempt may make its next write.
    pub(crate) fn basis(&self, attempt: u32, now: Timestamp) -> Basis {
        match self.looked {
            Some(looked) if looked.attempt != attempt => Basis::Gone,
            Some(looked) if now.duration_since(looked.at) <= MOMENT => Basis::Fresh,
            Some(_) => Basis::Old,
            None => Basis::Gone,
        }
    }

    /// Returns whether the conversation is as the calls so far left it.
    pub(crate) fn is_as_left(&self, now: &Conversation) -> bool {
        State::from(now) == State::from(&self.now)
    }

    /// Returns whether only the call's own change was made to the conversation. Then an earlier try of it succeeded.
    pub(crate) fn has_been_done(&self, call: &Call, now: &Conversation) -> bool {
        let (was, is) = (State::from(&self.now), State::from(now));
        let rest = match call {
            Call::Assign(_) => (is.status, is.until) == (was.status, was.until),
            Call::SetStatus(_) | Call::Snooze(_) => is.owner == was.owner,
            Call::AddNote { .. } => true,
        };
        rest && call.holds(now)
    }

    /// Returns the progress after this try, or an earlier one, made the call. `now` is the conversation afterwards, if
    /// read.
    #[must_use]
    pub fn after(&self, now: Option<Conversation>, looked: Looked) -> Self {
        let (seen, looked) = match now {
            Some(_) => (Some(looked.at), Some(looked)),
            None => (self.seen, self.looked),
        };
        let now = now.unwrap_or_else(|| self.now.clone()).past_notes(self.plan.before.last_activity.as_ref());
        Self { plan: self.plan.clone(), done: self.done + 1, now, seen, looked }
    }

    /// Returns the progress with the plan cut to the calls that were made: the other calls no longer fit.
    #[must_use]
    pub(crate) fn so_far(&self) -> Self {
        let mut progress = self.clone();
        progress.plan.calls.truncate(self.done);
        progress
    }
}

impl Call {
    /// Returns the call's name, which is unique within a plan.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Assign(_) => "assign",
            Self::SetStatus(_) => "status",
            Self::Snooze(_) => "snooze",
            Self::AddNote { .. } => "note",
        }
    }

    /// Returns whether the conversation is as the call would make it. A note never counts as made.
    pub fn holds(&self, conversation: &Conversation) -> bool {
        match self {
            Self::Assign(owner) => conversation.owner.as_ref().map(|owner| &owner.id) == owner.as_ref(),
            Self::SetStatus(status) => conversation.status == *status,
            Self::Snooze(until) => {
                let shown = conversation.snoozed_until;
                conversation.status == Status::Snoozed && shown.is_none_or(|shown| shown == *until)
            }
            Self::AddNote { .. } => false,
        }
    }
}
