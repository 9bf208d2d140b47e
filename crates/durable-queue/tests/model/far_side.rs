//! The view of the called service. A worker whose outcome is unknown checks whether its effect is there already, makes
//! sure that its lease lasts as long as a call may, writes, and settles. Without the windows below no effect happens
//! twice; through each of them one does, and nothing on our side can close it. ARCHITECTURE.md describes them where it
//! speaks of writes whose outcome is unknown.

use crate::explorer::{Broken, Model};
use crate::queue::{Claim, LEASE, Pace, Plan, Protocol, Queue, Stage, Verdict};
use crate::rules::{Rule, Rules};

pub(crate) const ONCE: Broken = "no effect happens twice";
pub(crate) const HAPPENED: Broken = "what is settled as done has happened";
pub(crate) const SHOWN: Broken = "what is shown in the end is what was asked for last";

/// The time limit of a call, in ticks: shorter than a lease.
const TIMEOUT: u8 = 1;

/// The time for which an effect remains hidden if it is not shown at once, in ticks: longer than the wait of a retry.
const HIDDEN: u8 = 3;

const WORKERS: usize = 2;
const CALLS: usize = 3;

/// The largest number of claims of a job.
const CLAIMS: u8 = 3;

/// A behaviour of the other side, the clocks or the processes that lets an effect happen twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Window {
    /// A worker is paused between checking the lease and writing, for as long as the lease.
    PausedBeforeTheWrite,
    /// A call that was given up takes effect after the next attempt has checked.
    LandsLate,
    /// The other side cannot be checked: private answers.
    Blind,
    /// The other side does not show an effect at once.
    ShowsLate,
    /// The clock of one instance is behind the others', so that it trusts its lease too long.
    ClockBehind,
    /// The only process died and restarted, without waiting for leases, before its last call landed.
    BackAtOnce,
}

impl Window {
    pub(crate) const ALL: [Self; 6] = [
        Self::PausedBeforeTheWrite,
        Self::LandsLate,
        Self::Blind,
        Self::ShowsLate,
        Self::ClockBehind,
        Self::BackAtOnce,
    ];
}

/// One job and two workers.
pub(crate) struct FarSide {
    on: Protocol,
    open: Option<Window>,
    /// True if the job is an update, which is replaced while it waits.
    replaced: bool,
}

/// The progress of a worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Phase {
    #[default]
    Idle,
    /// Claimed or continued; must check for its effect first.
    Unsure,
    /// Must make sure of its lease.
    Ready,
    /// Has made sure of it.
    Cleared,
    /// Its call is under way.
    Waiting,
    /// It knows that the effect is there.
    Known,
    /// It knows that the effect did not happen.
    Refused,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Worker {
    phase: Phase,
    claim: Option<Claim>,
    /// The rest of its lease, by its own clock.
    lease: u8,
    /// The rest of its time to wait.
    patience: u8,
    /// True if it found its effect and only brings it up to date, which may be repeated.
    amends: bool,
}

/// A request on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Call {
    step: u8,
    body: u8,
    amends: bool,
    /// The number of ticks within which it lands; `None` if it never does.
    left: u8,
    /// The worker that waits for its answer.
    caller: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct State {
    queue: Queue,
    workers: [Worker; WORKERS],
    calls: [Option<Call>; CALLS],
    /// The number of times that the effect of each step has happened.
    happened: [u8; 2],
    /// The time for which the latest effect remains hidden from checks.
    hidden: u8,
    shown: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    Claim { worker: usize },
    Look { worker: usize },
    Hold { worker: usize },
    Write { worker: usize },
    Settle { worker: usize },
    GiveUp { worker: usize },
    Crash { worker: usize },
    Land { call: usize, answered: bool },
    Lose { call: usize },
    Refuse { call: usize },
    Replace,
    Restart,
    Tick,
}

impl FarSide {
    /// Returns a command of two steps.
    pub(crate) fn command(rules: Rules, open: Option<Window>) -> Self {
        Self::new(Plan { steps: 1, ..Plan::default() }, rules, open)
    }

    /// Returns an update of a card.
    pub(crate) fn update(rules: Rules) -> Self {
        Self { replaced: true, ..Self::new(Plan { folds: true, ..Plan::default() }, rules, None) }
    }

    fn new(plan: Plan, rules: Rules, open: Option<Window>) -> Self {
        let on = Protocol { rules, jobs: vec![plan], rate_limit: Pace { every: 0, burst: 1 } };
        Self { on, open, replaced: false }
    }

    fn has(&self, rule: Rule) -> bool {
        self.on.rules.has(rule)
    }

    /// Returns the worker's next possible move.
    fn next(&self, state: &State, worker: usize) -> Option<Move> {
        let Worker { phase, lease, patience, .. } = state.workers[worker];
        Some(match phase {
            Phase::Idle => Move::Claim { worker },
            Phase::Unsure => Move::Look { worker },
            Phase::Ready if lease > TIMEOUT || !self.has(Rule::WriteNeedsTheLease) => self.cleared(worker),
            Phase::Ready => Move::Hold { worker },
            Phase::Cleared => Move::Write { worker },
            Phase::Waiting if patience == 0 => Move::GiveUp { worker },
            Phase::Waiting => return None,
            Phase::Known | Phase::Refused => Move::Settle { worker },
        })
    }

    /// Returns the write at the moment of checking the lease, for a worker that is not paused.
    fn cleared(&self, worker: usize) -> Move {
        let paused = self.open == Some(Window::PausedBeforeTheWrite);
        if paused { Move::Hold { worker } } else { Move::Write { worker } }
    }

    /// Answers whether time may pass: it stands still while a call has to land, or not.
    fn may_tick(&self, state: &State) -> bool {
        let in_time = self.open != Some(Window::LandsLate);
        !state.calls.iter().flatten().any(|call| in_time && call.left == 0)
    }

    fn claim(&self, state: &mut State, worker: usize) {
        let Some(claim) = state.queue.claim(&self.on, 0) else { return };
        state.workers[worker].claim = Some(claim);
        self.leased(state, worker);
        state.workers[worker].phase = self.begin(claim.outcome_unknown);
    }

    /// Begins the lease. An instance whose clock is behind trusts it longer than the others.
    fn leased(&self, state: &mut State, worker: usize) {
        state.workers[worker].lease = LEASE;
        if self.open == Some(Window::ClockBehind) && worker == 0 {
            state.queue.rows[0].due = LEASE - TIMEOUT;
        }
    }

    fn begin(&self, outcome_unknown: bool) -> Phase {
        if outcome_unknown && self.has(Rule::UnsureLooksFirst) { Phase::Unsure } else { Phase::Ready }
    }

    fn look(&self, state: &mut State, worker: usize) {
        let Some(claim) = state.workers[worker].claim else { return };
        let there = state.happened[usize::from(claim.step)] > 0;
        let seen = match self.open {
            Some(Window::Blind) => false,
            Some(Window::ShowsLate) => there && state.hidden == 0,
            _ => there,
        };
        let worker = &mut state.workers[worker];
        worker.amends = seen && self.replaced && self.has(Rule::WhatIsFoundIsBroughtUpToDate);
        worker.phase = if seen && !worker.amends { Phase::Known } else { Phase::Ready };
    }

    fn hold(&self, state: &mut State, worker: usize) {
        let Worker { claim: Some(claim), lease, .. } = state.workers[worker] else { return };
        if lease > TIMEOUT {
            state.workers[worker].phase = Phase::Cleared;
        } else if state.queue.renew(&self.on, claim) {
            self.leased(state, worker);
        } else if self.has(Rule::WhoLostTheJobStops) {
            state.workers[worker] = Worker::default();
        } else {
            state.workers[worker].phase = Phase::Cleared;
        }
    }

    fn write(state: &mut State, worker: usize) {
        let Worker { claim: Some(claim), amends, .. } = state.workers[worker] else { return };
        let call = Call { step: claim.step, body: claim.body, amends, left: TIMEOUT, caller: Some(worker) };
        if let Some(free) = state.calls.iter_mut().find(|call| call.is_none()) {
            *free = Some(call);
            (state.workers[worker].phase, state.workers[worker].patience) = (Phase::Waiting, TIMEOUT);
        }
    }

    fn settle(&self, state: &mut State, worker: usize) -> Result<(), Broken> {
        let Worker { phase, claim: Some(claim), .. } = state.workers[worker] else { return Ok(()) };
        let verdict = match phase {
            Phase::Refused => Verdict::Retry { outcome_unknown: false },
            Phase::Waiting => Verdict::Retry { outcome_unknown: self.has(Rule::WhoGivesUpIsUnsure) },
            _ if claim.step < self.on.jobs[0].steps => Verdict::Continue,
            _ => Verdict::Done,
        };
        let applied = state.queue.settle(&self.on, claim, verdict);
        state.forget_the_call_of(worker);
        state.workers[worker] = Worker::default();
        if applied && verdict == Verdict::Continue {
            let claim = Some(Claim { step: claim.step + 1, ..claim });
            state.workers[worker] = Worker { claim, phase: self.begin(false), ..Worker::default() };
            self.leased(state, worker);
        }
        match verdict {
            Verdict::Done | Verdict::Continue if state.happened[usize::from(claim.step)] == 0 => Err(HAPPENED),
            Verdict::Done if applied && self.replaced && state.shown != claim.body => Err(SHOWN),
            _ => Ok(()),
        }
    }

    fn land(state: &mut State, call: usize, answered: bool) -> Result<(), Broken> {
        let Some(Call { step, body, amends, caller, .. }) = state.calls[call].take() else { return Ok(()) };
        let happened = &mut state.happened[usize::from(step)];
        *happened += u8::from(!amends);
        (state.shown, state.hidden) = (body, HIDDEN);
        if let Some(caller) = caller.filter(|_| answered) {
            state.workers[caller].phase = Phase::Known;
        }
        if *happened > 1 { Err(ONCE) } else { Ok(()) }
    }
}

impl Model for FarSide {
    type State = State;
    type Key = State;
    type Move = Move;

    fn start(&self) -> State {
        let mut state = State::default();
        state.queue.accept(&self.on, 0, &[0], false);
        state
    }

    fn moves(&self, state: &State) -> Vec<Move> {
        let mut moves: Vec<_> = (0..WORKERS).filter_map(|worker| self.next(state, worker)).collect();
        let busy = (0..WORKERS).filter(|worker| state.workers[*worker].phase != Phase::Idle);
        moves.extend(busy.map(|worker| Move::Crash { worker }));
        for call in (0..CALLS).filter(|call| state.calls[*call].is_some()) {
            moves.extend([true, false].map(|answered| Move::Land { call, answered }));
            moves.extend([Move::Lose { call }, Move::Refuse { call }]);
        }
        let row = &state.queue.rows[0];
        let replaces = self.replaced && row.stage == Stage::Live && !row.in_flight && row.body < 2;
        moves.extend(replaces.then_some(Move::Replace));
        moves.extend((self.open == Some(Window::BackAtOnce)).then_some(Move::Restart));
        moves.extend(self.may_tick(state).then_some(Move::Tick));
        moves
    }

    fn step(&self, state: &State, step: Move) -> Result<State, Broken> {
        let mut state = *state;
        match step {
            Move::Claim { worker } => self.claim(&mut state, worker),
            Move::Look { worker } => self.look(&mut state, worker),
            Move::Hold { worker } => self.hold(&mut state, worker),
            Move::Write { worker } => Self::write(&mut state, worker),
            Move::Settle { worker } | Move::GiveUp { worker } => self.settle(&mut state, worker)?,
            Move::Crash { worker } => state.crash(worker),
            Move::Land { call, answered } => Self::land(&mut state, call, answered)?,
            Move::Lose { call } => state.calls[call] = None,
            Move::Refuse { call } => state.refuse(call),
            Move::Replace => state.queue.rows[0].body = 2,
            Move::Restart => {
                (0..WORKERS).for_each(|worker| state.crash(worker));
                state.queue.restart(&self.on);
            }
            Move::Tick => state.tick(),
        }
        state.calls.sort_unstable();
        Ok(state)
    }

    fn beyond(&self, state: &State) -> bool {
        state.queue.rows[0].attempt > CLAIMS
    }

    /// Returns a fair continuation: calls are answered, workers go on, time passes.
    fn fair(&self, state: &State) -> Option<Move> {
        let call = (0..CALLS).find(|call| state.calls[*call].is_some());
        let mut busy = (0..WORKERS).filter(|worker| state.workers[*worker].phase != Phase::Idle);
        let given = state.queue.clone().claim(&self.on, 0).is_some();
        let finished = state.queue.rows[0].stage != Stage::Live;
        call.map(|call| Move::Land { call, answered: true })
            .or_else(|| busy.find_map(|worker| self.next(state, worker)))
            .or_else(|| (!finished && given).then_some(Move::Claim { worker: 0 }))
            .or_else(|| (!finished).then_some(Move::Tick))
    }

    fn key(&self, state: &State) -> State {
        *state
    }

    fn describe(&self, before: &State, step: Move) -> String {
        let whose = |call: usize| match before.calls[call].and_then(|call| call.caller) {
            Some(worker) => format!("the call of worker {worker}"),
            None => "a call that nobody waits for".into(),
        };
        match step {
            Move::Claim { worker } => format!("worker {worker} claims"),
            Move::Look { worker } => format!("worker {worker} is unsure and looks"),
            Move::Hold { worker } => format!("worker {worker} makes sure of its lease"),
            Move::Write { worker } => format!("worker {worker} writes"),
            Move::Settle { worker } => format!("worker {worker} settles ({:?})", before.workers[worker].phase),
            Move::GiveUp { worker } => format!("worker {worker} gives its call up and settles"),
            Move::Crash { worker } => format!("worker {worker} crashes"),
            Move::Land { call, answered: true } => format!("{} takes effect and is answered", whose(call)),
            Move::Land { call, .. } => format!("{} takes effect and is not answered", whose(call)),
            Move::Lose { call } => format!("{} is lost", whose(call)),
            Move::Refuse { call } => format!("{} is refused", whose(call)),
            Move::Replace => "a later update replaces the waiting one".into(),
            Move::Restart => "the process dies and is back at once".into(),
            Move::Tick => "time passes".into(),
        }
    }
}

impl State {
    fn forget_the_call_of(&mut self, worker: usize) {
        for call in self.calls.iter_mut().flatten().filter(|call| call.caller == Some(worker)) {
            call.caller = None;
        }
    }

    fn crash(&mut self, worker: usize) {
        self.forget_the_call_of(worker);
        self.workers[worker] = Worker::default();
    }

    fn refuse(&mut self, call: usize) {
        if let Some(caller) = self.calls[call].take().and_then(|call| call.caller) {
            self.workers[caller].phase = Phase::Refused;
        }
    }

    fn tick(&mut self) {
        self.queue.tick(false);
        self.hidden = self.hidden.saturating_sub(1);
        for worker in &mut self.workers {
            worker.lease = worker.lease.saturating_sub(1);
            worker.patience = worker.patience.saturating_sub(1);
        }
        for call in self.calls.iter_mut().flatten() {
            call.left = call.left.saturating_sub(1);
        }
    }
}
