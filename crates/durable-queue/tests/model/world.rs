//! Everyone around the queue: senders that repeat themselves, workers that crash, outlast their leases and settle late,
//! timers that notify waiting people, and the clock. Everything that can happen next is a [`Move`].

use crate::explorer::{Broken, Model};
use crate::key::Key;
use crate::promises::Past;
use crate::queue::{Claim, JOBS, Protocol, Queue, Verdict};
use crate::rules::Rule;
use crate::situation;

pub(crate) const WORKERS: usize = 3;
pub(crate) const TIMERS: usize = 2;

/// The participants and their possible behaviour.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) name: &'static str,
    pub(crate) on: Protocol,
    /// The jobs of each delivery.
    pub(crate) deliveries: Vec<Vec<u8>>,
    /// The number of times each is sent.
    pub(crate) sends: u8,
    pub(crate) workers: usize,
    pub(crate) timers: usize,
    /// The number of times each job is claimed.
    pub(crate) claims: u8,
    pub(crate) verdicts: Vec<Verdict>,
    /// True if leases are renewed.
    pub(crate) renews: bool,
    /// True if workers repeat settlements that were stored.
    pub(crate) repeats: bool,
    /// True if all processes may die at once and the store is opened again.
    pub(crate) restarts: bool,
}

/// The knowledge of a worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Worker {
    #[default]
    Idle,
    Holding(Claim),
    /// Its settlement was stored, but the answer may be lost.
    Spent(Claim),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct State {
    pub(crate) queue: Queue,
    pub(crate) workers: [Worker; WORKERS],
    /// The people each timer is about to notify, as sets.
    pub(crate) timers: [u8; TIMERS],
    pub(crate) sent: [u8; JOBS],
    pub(crate) acknowledged: u8,
    pub(crate) past: [Past; JOBS],
    pub(crate) told: u8,
    pub(crate) shown: u8,
    pub(crate) asked: u8,
    pub(crate) passed: u8,
    pub(crate) elapsed: u8,
    pub(crate) closed: u8,
}

/// A possible event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    Send { delivery: usize, torn: bool },
    Claim { worker: usize, lane: u8 },
    Renew { worker: usize },
    Settle { worker: usize, verdict: Verdict },
    Crash { worker: usize },
    Restart,
    Look { timer: usize },
    Tell { timer: usize, job: usize },
    Tick,
}

/// The queue's answer to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Accepted(bool),
    Claimed(Option<Claim>),
    /// True if the claim held.
    Held(bool),
    Overdue(u8),
    Told(bool),
    Nothing,
}

impl Model for World {
    type State = State;
    type Key = Key;
    type Move = Move;

    fn start(&self) -> State {
        let mut state = State::default();
        for (n, past) in (0_u8..).zip(&mut state.past) {
            past.root = self.on.jobs.iter().position(|plan| plan.then == Some(n)).map_or(n, byte);
        }
        state
    }

    fn moves(&self, state: &State) -> Vec<Move> {
        let mut moves = Vec::new();
        self.senders(state, &mut moves);
        self.workers(state, &mut moves);
        self.timers(state, &mut moves);
        if self.restarts && state.workers != State::default().workers {
            moves.push(Move::Restart);
        }
        if state.waits(self.timers > 0) {
            moves.push(Move::Tick);
        }
        moves
    }

    fn step(&self, state: &State, step: Move) -> Result<State, Broken> {
        let mut state = *state;
        self.act(&mut state, step).map(|_| state)
    }

    fn beyond(&self, state: &State) -> bool {
        state.past.iter().any(|past| past.claims > self.claims)
    }

    /// Returns a fair continuation: claimed jobs are settled, sent deliveries arrive, due jobs are claimed, and time
    /// passes. The death of a worker is a separate move, so this also covers the states in which workers
    /// have died.
    fn fair(&self, state: &State) -> Option<Move> {
        let holding = (0..self.workers).find(|worker| state.workers[*worker] != Worker::Idle);
        if let Some(worker) = holding {
            return Some(Move::Settle { worker, verdict: Verdict::Done });
        }
        if self.finished(state) {
            return None;
        }
        if let Some(delivery) = (0..self.deliveries.len()).find(|n| state.acknowledged >> n & 1 == 0) {
            return Some(Move::Send { delivery, torn: false });
        }
        let claim = |lane| Move::Claim { worker: 0, lane };
        let given = |lane: &u8| state.queue.clone().claim(&self.on, *lane).is_some();
        self.lanes().find(given).map(claim).or(Some(Move::Tick))
    }

    /// Returns the kind of request and of job, and whether the requester still has a right to it.
    fn situation(&self, before: &State, step: Move, after: &State) -> u64 {
        situation::of(self, before, step, after)
    }

    /// Returns a key in which workers and timers have no names.
    fn key(&self, state: &State) -> Key {
        state.key()
    }

    fn describe(&self, before: &State, step: Move) -> String {
        let mut after = *before;
        match self.act(&mut after, step) {
            Ok(answer) => format!("{step}{answer}"),
            Err(_) => format!("{step}{}", self.answer(&mut before.clone(), step)),
        }
    }
}

impl World {
    fn senders(&self, state: &State, moves: &mut Vec<Move>) {
        for delivery in (0..self.deliveries.len()).filter(|n| state.sent[*n] < self.sends) {
            moves.push(Move::Send { delivery, torn: false });
            if !self.on.rules.has(Rule::AcceptIsAtomic) {
                moves.push(Move::Send { delivery, torn: true });
            }
        }
    }

    /// Adds the moves of the workers. Of several idle ones only the first claims: they are all the same.
    fn workers(&self, state: &State, moves: &mut Vec<Move>) {
        if let Some(worker) = (0..self.workers).find(|n| state.workers[*n] == Worker::Idle) {
            moves.extend(self.lanes().map(|lane| Move::Claim { worker, lane }));
        }
        for worker in 0..self.workers {
            let (Worker::Holding(claim) | Worker::Spent(claim)) = state.workers[worker] else { continue };
            let steps = self.on.jobs[usize::from(claim.job)].steps;
            let possible = |verdict: &&Verdict| **verdict != Verdict::Continue || claim.step < steps;
            let verdicts = self.verdicts.iter().filter(possible);
            moves.extend(verdicts.map(|verdict| Move::Settle { worker, verdict: *verdict }));
            moves.extend(self.renews.then_some(Move::Renew { worker }));
            moves.push(Move::Crash { worker });
        }
    }

    pub(crate) fn lanes(&self) -> impl Iterator<Item = u8> {
        (0..2).filter(|lane| self.on.jobs.iter().any(|plan| plan.lane == *lane))
    }

    fn timers(&self, state: &State, moves: &mut Vec<Move>) {
        for timer in 0..self.timers {
            let about = state.timers[timer];
            moves.extend((about == 0 && state.queue.overdue(&self.on) != 0).then_some(Move::Look { timer }));
            moves.extend((0..JOBS).filter(|job| about >> job & 1 == 1).map(|job| Move::Tell { timer, job }));
        }
    }

    /// Returns the queue's answer, without the observer.
    fn answer(&self, state: &mut State, step: Move) -> Answer {
        let queue = &mut state.queue;
        match step {
            Move::Send { delivery, torn } => {
                Answer::Accepted(queue.accept(&self.on, delivery, &self.deliveries[delivery], torn))
            }
            Move::Claim { lane, .. } => Answer::Claimed(queue.claim(&self.on, lane)),
            Move::Renew { worker } => match state.workers[worker] {
                Worker::Holding(claim) | Worker::Spent(claim) => Answer::Held(queue.renew(&self.on, claim)),
                Worker::Idle => Answer::Nothing,
            },
            Move::Settle { worker, verdict } => match state.workers[worker] {
                Worker::Holding(claim) | Worker::Spent(claim) => Answer::Held(queue.settle(&self.on, claim, verdict)),
                Worker::Idle => Answer::Nothing,
            },
            Move::Look { .. } => Answer::Overdue(queue.overdue(&self.on)),
            Move::Tell { job, .. } => Answer::Told(queue.tell(&self.on, job)),
            Move::Crash { .. } => Answer::Nothing,
            Move::Restart => {
                queue.restart(&self.on);
                Answer::Nothing
            }
            Move::Tick => {
                queue.tick(self.timers > 0);
                Answer::Nothing
            }
        }
    }

    /// Makes the move and checks that every promise holds.
    pub(crate) fn act(&self, state: &mut State, step: Move) -> Result<Answer, Broken> {
        let before = *state;
        let answer = self.answer(state, step);
        match (step, answer) {
            (Move::Send { delivery, torn }, _) => self.sent(&before, state, delivery, torn)?,
            (Move::Claim { worker, lane }, Answer::Claimed(claim)) => {
                self.claimed(&before, state, lane, claim)?;
                state.workers[worker] = claim.map_or(Worker::Idle, |claim| Worker::Holding(self.remembered(claim)));
            }
            (Move::Renew { worker }, Answer::Held(held)) => Self::renewed(state, worker, held)?,
            (Move::Settle { worker, verdict }, Answer::Held(held)) => {
                self.settled(&before, state, worker, verdict, held)?;
            }
            (Move::Tell { timer, job }, Answer::Told(told)) => {
                state.timers[timer] &= !(1 << job);
                state.was_told(job, told)?;
            }
            (Move::Look { timer }, Answer::Overdue(about)) => state.timers[timer] = about,
            (Move::Crash { worker }, _) => state.workers[worker] = Worker::Idle,
            (Move::Restart, _) => state.restarted(),
            (Move::Tick, _) => state.ticked(),
            _ => {}
        }
        Ok(answer)
    }

    /// Answers whether there is nothing left to do, now or ever.
    pub(crate) fn finished(&self, state: &State) -> bool {
        let arrived = (0..self.deliveries.len()).all(|n| state.acknowledged >> n & 1 == 1);
        arrived && state.past.iter().all(|past| past.joined == 0 || past.finished)
    }
}

fn byte(n: usize) -> u8 {
    u8::try_from(n).unwrap_or(u8::MAX)
}
