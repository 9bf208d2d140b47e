//! The promises, and an observer that checks them. The observer hears every answer of the queue and derives from it
//! what the queue owes, by other means than the queue's own: a partition is a set of jobs that go first, a lease is an
//! answer to a worker.

use crate::explorer::Broken;
use crate::queue::{Claim, JOBS, LEASE, PAUSE, Stage, Verdict};
use crate::world::{State, Worker, World};

pub(crate) const LOST: Broken = "an accepted job is never lost";
pub(crate) const DOUBLED: Broken = "a delivery that comes twice makes its jobs once";
pub(crate) const EXCLUSIVE: Broken = "nobody else gets a job while its lease holds";
pub(crate) const ONE_SETTLEMENT: Broken = "of one claim one settlement is stored, and none after the next claim";
pub(crate) const HEARD: Broken = "who holds a job is heard";
pub(crate) const ORDER: Broken = "no job runs or ends before an older one of its line has";
pub(crate) const DUE: Broken = "no job runs before it is due";
pub(crate) const CLAIMABLE: Broken = "what is due and held up by nobody is given out";
pub(crate) const FORWARD: Broken = "a fence never goes back or comes twice";
pub(crate) const COUNTED: Broken = "an attempt is the number of the claim";
pub(crate) const DOUBT: Broken = "a claim is unsure exactly if an earlier attempt at the step may have acted";
pub(crate) const TOLD_ONCE: Broken = "a person is told at most once that a command waits";
pub(crate) const TOLD_IN_VAIN: Broken = "nobody is told that a finished command waits";
pub(crate) const TOLD_AT_ALL: Broken = "who waits and was not told is told";
pub(crate) const FOLDED: Broken = "a later update replaces a waiting one";
pub(crate) const UNTOUCHED: Broken = "what is being worked on is not changed by others";
pub(crate) const LATEST: Broken = "what is shown last is what was asked for last";
pub(crate) const PEOPLE: Broken = "a person's job is served before a machine's";
pub(crate) const PACED: Broken = "a bucket lets no more through than it may";
pub(crate) const APPOINTED: Broken = "an appointment is kept";
pub(crate) const CLOSED: Broken = "nobody passes a closed bucket";

/// The number of ticks after which the bucket is empty enough to admit every job.
const LONG: u8 = 12;

/// An observer's knowledge of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Past {
    /// The number of times it was stored.
    pub(crate) joined: u8,
    /// The partition it belongs to.
    pub(crate) line: u8,
    /// The jobs that go first, as a set.
    pub(crate) waits_for: u8,
    pub(crate) claims: u8,
    /// True if the latest claim was neither settled for good nor given up.
    pub(crate) open: bool,
    /// The rest of the latest lease.
    pub(crate) lease: u8,
    /// The time until it is due.
    pub(crate) due: u8,
    pub(crate) top_fence: u8,
    /// True if an earlier attempt at the step may have acted.
    pub(crate) doubt: bool,
    pub(crate) finished: bool,
    /// The command it is part of.
    pub(crate) root: u8,
}

impl World {
    pub(crate) fn sent(&self, before: &State, state: &mut State, delivery: usize, torn: bool) -> Result<(), Broken> {
        state.sent[delivery] += 1;
        // No answer accepted a request whose receiver crashed.
        if torn {
            return Ok(());
        }
        let jobs = &self.deliveries[delivery];
        if before.acknowledged >> delivery & 1 == 0 {
            for job in jobs {
                self.joins(before, state, usize::from(*job));
            }
            state.acknowledged |= 1 << delivery;
        }
        for job in jobs.iter().map(|job| usize::from(*job)) {
            Self::joined_once(before, state, job)?;
        }
        Ok(())
    }

    /// Derives the expected fate of a joining job from the promises, not from the stored rows.
    fn joins(&self, before: &State, state: &mut State, job: usize) {
        let plan = &self.on.jobs[job];
        let in_line = |state: &State, key: u8| {
            let there = |n: &usize| {
                let past = &state.past[*n];
                past.joined > 0 && !past.finished && past.line == key && self.on.jobs[*n].lane == plan.lane
            };
            (0..JOBS).filter(there).fold(0_u8, |set, n| set | 1 << n)
        };
        let behind = plan.behind.filter(|key| in_line(state, *key) != 0);
        let line = behind.unwrap_or(plan.key);
        let waits_for = in_line(state, line);
        let waiting = |n: usize| waits_for >> n & 1 == 1 && self.on.jobs[n].folds && !before.past[n].open;
        let folded = plan.folds && (0..JOBS).any(waiting);
        state.asked += u8::from(plan.folds);
        let past = &mut state.past[job];
        *past = Past { line, waits_for, due: plan.delay, joined: past.joined + 1, finished: folded, ..*past };
    }

    fn joined_once(before: &State, state: &State, job: usize) -> Result<(), Broken> {
        let (was, is) = (before.queue.rows[job], state.queue.rows[job]);
        let fresh = before.past[job].joined == 0;
        if is.stage == Stage::Unknown {
            return Err(LOST);
        }
        if !fresh && was != is {
            return Err(DOUBLED);
        }
        if fresh && state.past[job].finished != (is.stage == Stage::Folded) {
            return Err(FOLDED);
        }
        Ok(())
    }

    pub(crate) fn claimed(
        &self,
        before: &State,
        state: &mut State,
        lane: u8,
        claim: Option<Claim>,
    ) -> Result<(), Broken> {
        Self::appointments_kept(before, state, claim)?;
        let Some(claim) = claim else {
            let forgotten = (0..self.on.jobs.len()).any(|n| !self.on.jobs[n].paced && self.ready(before, lane, n));
            return if forgotten { Err(CLAIMABLE) } else { Ok(()) };
        };
        let job = usize::from(claim.job);
        let past = before.past[job];
        let doubt = past.doubt || past.open;
        let someone_first = |n: usize| past.waits_for >> n & 1 == 1 && !before.past[n].finished;
        let person_waits = |n: usize| !self.on.jobs[n].machine && self.ready(before, lane, n);
        let violated = [
            (past.open && past.lease > 0, EXCLUSIVE),
            ((0..JOBS).any(someone_first), ORDER),
            (past.due > 0, DUE),
            (claim.fence <= past.top_fence, FORWARD),
            (claim.attempt != past.claims + 1, COUNTED),
            (claim.outcome_unknown != doubt, DOUBT),
            (self.on.jobs[job].machine && (0..self.on.jobs.len()).any(person_waits), PEOPLE),
        ];
        hold(violated)?;
        if self.on.jobs[job].paced {
            self.passed(state)?;
        }
        let (claims, top_fence) = (past.claims + 1, claim.fence);
        state.past[job] = Past { claims, open: true, lease: LEASE, top_fence, doubt, ..past };
        Ok(())
    }

    /// Returns the parts of a claim that matter later.
    pub(crate) fn remembered(&self, claim: Claim) -> Claim {
        let goes_on = self.on.jobs[usize::from(claim.job)].then.is_some();
        Claim { outcome_unknown: false, told: claim.told && goes_on, ..claim }
    }

    /// Answers whether nothing holds the job back.
    fn ready(&self, state: &State, lane: u8, job: usize) -> bool {
        let past = &state.past[job];
        let first = |n: usize| past.waits_for >> n & 1 == 1 && !state.past[n].finished;
        let there = past.joined > 0 && !past.finished && self.on.jobs[job].lane == lane;
        there && past.due == 0 && !(past.open && past.lease > 0) && !(0..JOBS).any(first)
    }

    fn appointments_kept(before: &State, state: &State, claim: Option<Claim>) -> Result<(), Broken> {
        let put_off = |n: usize| {
            let (was, is) = (before.queue.rows[n], state.queue.rows[n]);
            let taken = claim.is_some_and(|claim| usize::from(claim.job) == n);
            was.slot && was.due == 0 && is.due > 0 && !taken
        };
        hold([(before.closed == 0 && (0..JOBS).any(put_off), APPOINTED)])
    }

    fn passed(&self, state: &mut State) -> Result<(), Broken> {
        state.passed += 1;
        let every = self.on.rate_limit.every;
        let allowed = state.elapsed + self.on.rate_limit.burst * every;
        let too_many = state.elapsed < LONG && state.passed * every > allowed;
        hold([(state.closed > 0, CLOSED), (too_many, PACED)])
    }

    pub(crate) fn renewed(state: &mut State, worker: usize, held: bool) -> Result<(), Broken> {
        let (Worker::Holding(claim) | Worker::Spent(claim)) = state.workers[worker] else { return Ok(()) };
        state.heard(claim, held)?;
        if held {
            state.past[usize::from(claim.job)].lease = LEASE;
        } else {
            state.workers[worker] = Worker::Idle;
        }
        Ok(())
    }

    pub(crate) fn settled(
        &self,
        before: &State,
        state: &mut State,
        worker: usize,
        verdict: Verdict,
        held: bool,
    ) -> Result<(), Broken> {
        let (Worker::Holding(claim) | Worker::Spent(claim)) = state.workers[worker] else { return Ok(()) };
        state.heard(claim, held)?;
        state.workers[worker] = Worker::Idle;
        if !held {
            return Ok(());
        }
        let job = usize::from(claim.job);
        hold([(before.queue.rows[job].body != claim.body, UNTOUCHED)])?;
        let past = &mut state.past[job];
        match verdict {
            Verdict::Continue => {
                *past = Past { lease: LEASE, doubt: false, ..*past };
                let step = claim.step + 1;
                state.workers[worker] = Worker::Holding(Claim { step, outcome_unknown: false, ..claim });
                return Ok(());
            }
            Verdict::Retry { .. } | Verdict::Limited(_) => {
                past.doubt |= verdict == Verdict::Retry { outcome_unknown: true };
                *past = Past { open: false, lease: 0, due: PAUSE, ..*past };
            }
            Verdict::Done | Verdict::Dead => *past = Past { open: false, lease: 0, finished: true, ..*past },
        }
        if let Verdict::Limited(until) = verdict {
            state.closed = state.closed.max(until);
        }
        if self.repeats {
            state.workers[worker] = Worker::Spent(claim);
        }
        if verdict == Verdict::Done {
            self.done(before, state, job)?;
        }
        Ok(())
    }

    fn done(&self, before: &State, state: &mut State, job: usize) -> Result<(), Broken> {
        let plan = &self.on.jobs[job];
        let waits_for = state.past[job].waits_for;
        let first = |n: usize| waits_for >> n & 1 == 1 && !state.past[n].finished;
        hold([((0..JOBS).any(first), ORDER)])?;
        if plan.folds {
            let body = before.queue.rows[job].body;
            hold([(body < state.shown, LATEST)])?;
            state.shown = body;
            let updates = || (0..self.on.jobs.len()).filter(|n| self.on.jobs[*n].folds);
            let waits = updates().any(|n| state.past[n].joined > 0 && !state.past[n].finished);
            let given_up = updates().any(|n| state.queue.rows[n].stage == Stage::Dead);
            hold([(!waits && !given_up && state.shown != state.asked, LATEST)])?;
        }
        if let Some(then) = plan.then.map(usize::from) {
            self.joins(before, state, then);
            Self::joined_once(before, state, then)?;
        }
        Ok(())
    }
}

impl State {
    /// Records whether a claim held, which it does until it is settled or another worker claims the job.
    pub(crate) fn heard(&self, claim: Claim, held: bool) -> Result<(), Broken> {
        let past = &self.past[usize::from(claim.job)];
        let holds = past.open && past.claims == claim.attempt;
        hold([(held && !holds, ONE_SETTLEMENT), (!held && holds, HEARD)])
    }

    /// Answers whether time changes anything.
    pub(crate) fn waits(&self, timers: bool) -> bool {
        let job = |past: &Past| past.lease > 0 || past.due > 0;
        let rows = self.queue.rows.iter();
        let ages = timers && rows.clone().any(|row| row.stage == Stage::Live && !row.old);
        ages || rows.clone().any(|row| row.due > 0)
            || self.past.iter().any(job)
            || self.queue.closed > 0
            || self.closed > 0
            || self.queue.full > 0
    }

    pub(crate) fn was_told(&mut self, job: usize, told: bool) -> Result<(), Broken> {
        let past = &self.past[job];
        let already = self.told >> past.root & 1 == 1;
        hold([
            (told && already, TOLD_ONCE),
            (told && past.finished, TOLD_IN_VAIN),
            (!told && !already && !past.finished, TOLD_AT_ALL),
        ])?;
        self.told |= u8::from(told) << past.root;
        Ok(())
    }

    pub(crate) fn ticked(&mut self) {
        for past in &mut self.past {
            past.lease = past.lease.saturating_sub(1);
            past.due = past.due.saturating_sub(1);
        }
        self.closed = self.closed.saturating_sub(1);
        self.elapsed = if self.passed > 0 { (self.elapsed + 1).min(LONG) } else { 0 };
    }

    pub(crate) fn restarted(&mut self) {
        self.workers = Self::default().workers;
        for past in &mut self.past {
            past.lease = 0;
        }
    }
}

fn hold(violated: impl IntoIterator<Item = (bool, Broken)>) -> Result<(), Broken> {
    violated.into_iter().find(|(violated, _)| *violated).map_or(Ok(()), |(_, broken)| Err(broken))
}
