//! The course of a past wait with other settings: its targets, its escalation, its return. Pure.

use jiff::Timestamp;

use crate::core::answer_wait::AnswerWait;
use crate::core::conversation::{Activity, ActivityContext, ActivityKind, Contact, Conversation, Owner, Status};
use crate::core::escalation::{Receiver, WaitStep};
use crate::core::ids::MemberId;
use crate::core::target_outcome::{TargetOutcome, WaitLimit};
use crate::waiting::preview_wait::{PastWait, Trial};
use crate::waiting::stale_facts::{InactiveRule, WorkingTimes};

/// The course of a wait with its targets.
#[derive(Default)]
pub(super) struct Replay {
    /// True if it had no owner in time.
    pub(super) late_owner: bool,
    /// True if it had no answer in time.
    pub(super) late_answer: bool,
    /// True for the owner, the backup and the channel, if they would have been notified.
    pub(super) notified: [bool; 3],
}

impl Replay {
    /// Plays a wait again: with the owner whom the settings give, or with the real ones.
    pub(super) fn of(wait: &PastWait, given: Option<&(Timestamp, MemberId)>, trial: &Trial) -> Self {
        let mut replay = Self::default();
        let heard = activity(wait.kind(), true, wait.heard);
        let mut now = conversation(wait, heard.clone());
        let Some(mut running) = AnswerWait::begin(&heard, &now, trial.route, trial.rules) else { return replay };
        let mut times: Vec<_> = wait.changes.iter().map(|(at, _)| *at).chain(wait.answer).collect();
        times.extend(given.map(|(at, _)| *at));
        times.push(trial.now);
        times.sort_unstable();
        for at in times {
            replay.pass(&mut running, at, trial);
            if let Some((_, state)) = wait.changes.iter().rfind(|(changed, _)| *changed <= at) {
                now.status = state.status;
                now.owner = state.owner.clone().map(|owner| Owner::new(owner, String::new()));
            }
            if let Some((_, member)) = given.filter(|(given, _)| *given <= at) {
                now.owner = Some(Owner::new(member.clone(), String::new()));
            }
            if wait.answer.is_some_and(|answer| answer <= at) {
                now.last_activity = Some(activity(ActivityKind::Call, false, at));
            }
            let (next, outcomes) = running.follow(&now, at);
            for outcome in &outcomes {
                replay.count(outcome);
            }
            match next {
                Some(next) => running = next,
                None => return replay,
            }
        }
        // Time brings a step for the present limit only, which is the owner's as long as there is no owner. An answer that
        // came just now shows whether the other one has passed.
        if now.status == Status::Open {
            now.last_activity = Some(activity(ActivityKind::Call, false, trial.now));
            let (_, outcomes) = running.follow(&now, trial.now);
            for outcome in &outcomes {
                replay.count(outcome);
            }
        }
        replay
    }

    /// Takes the steps that time brings until `end`.
    fn pass(&mut self, running: &mut AnswerWait, end: Timestamp, trial: &Trial) {
        while let Some((at, step)) = running.next_step(&trial.route.settings.targets).filter(|(at, _)| *at < end) {
            if let WaitStep::Notify(receiver) = &step {
                let [owner, backup, channel] = &mut self.notified;
                *match receiver {
                    Receiver::Owner => owner,
                    Receiver::Backup(_) => backup,
                    Receiver::Channel => channel,
                } = true;
            }
            if let Some(missed) = running.take(&step, true, at) {
                self.count(&missed);
            }
        }
    }

    fn count(&mut self, outcome: &TargetOutcome) {
        match outcome.limit {
            WaitLimit::Owner => self.late_owner |= !outcome.met,
            WaitLimit::Answer => self.late_answer |= !outcome.met,
        }
    }
}

/// Answers whether an owner would have lost the conversation, because nothing happened to it for so long.
pub(super) fn is_returned(wait: &PastWait, given: Option<&(Timestamp, MemberId)>, trial: &Trial) -> bool {
    let rule = InactiveRule::of(Some(trial.route), trial.rules).filter(|rule| rule.returns.is_some());
    let owned = wait.owner.is_some().then_some(wait.heard);
    let owned = owned.or(given.map(|(at, _)| *at)).or(wait.taken().map(|(at, _)| at));
    let Some((rule, owned)) = rule.zip(owned) else { return false };
    let end = wait.closed().unwrap_or(trial.now);
    let touched = wait.changes.iter().map(|(at, _)| *at).chain(wait.answer).chain(wait.again.iter().copied());
    let mut times: Vec<_> = touched.filter(|at| *at > owned && *at < end).chain([owned, end]).collect();
    times.sort_unstable();
    let hours = WorkingTimes::of(Some(trial.route), trial.rules, None);
    let returns_at = |touched| hours.returns_at(hours.asked_at(touched, rule.patience()));
    times.iter().zip(times.iter().skip(1)).any(|(touched, next)| returns_at(*touched) < *next)
}

fn activity(kind: ActivityKind, inbound: bool, at: Timestamp) -> Activity {
    Activity { kind, inbound, preview: None, at, activity_context: ActivityContext::Nothing }
}

/// Returns the conversation as it was when the wait began.
fn conversation(wait: &PastWait, last: Activity) -> Conversation {
    Conversation {
        id: wait.conversation.clone(),
        status: Status::Open,
        status_word: None,
        read: None,
        snoozed_until: None,
        owner: wait.owner.clone().map(|owner| Owner::new(owner, String::new())),
        contact: Contact::default(),
        line: None,
        last_activity: Some(last),
        last_note: None,
    }
}
