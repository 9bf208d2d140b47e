//! Transitions that are alike for a store: the same request about the same sort of job, with the same right to it. One
//! of each is walked in the real stores.

use crate::key;
use crate::queue::{Row, Stage, Verdict};
use crate::world::{Move, State, Worker, World};

/// Returns the situation of a move, as a number.
pub(crate) fn of(world: &World, before: &State, step: Move, after: &State) -> u64 {
    let (kind, detail) = kind(step);
    let (job, right) = match step {
        Move::Renew { worker } | Move::Settle { worker, .. } => right(before, before.workers[worker]),
        Move::Claim { worker, .. } => right(after, after.workers[worker]),
        Move::Tell { job, .. } => (Some(job), 0),
        Move::Send { delivery, .. } => (world.deliveries[delivery].first().map(|job| usize::from(*job)), 0),
        Move::Crash { .. } | Move::Restart | Move::Look { .. } | Move::Tick => (None, 0),
    };
    let sort = |state: &State| job.map_or([0, 0], |job| sort(world, state, job));
    let ([was, line], [is, _]) = (sort(before), sort(after));
    let bucket = u8::from(before.queue.full > 0) << 1 | u8::from(before.queue.closed > 0);
    u64::from_le_bytes([kind, detail, right, was, is, line, bucket, 0])
}

fn kind(step: Move) -> (u8, u8) {
    match step {
        Move::Send { .. } => (1, 0),
        Move::Claim { lane, .. } => (2, lane),
        Move::Renew { .. } => (3, 0),
        Move::Settle { verdict, .. } => match verdict {
            Verdict::Done => (4, 0),
            Verdict::Dead => (4, 1),
            Verdict::Continue => (4, 2),
            Verdict::Retry { outcome_unknown } => (4, 3 + u8::from(outcome_unknown)),
            Verdict::Limited(until) => (4, 5 + until),
        },
        Move::Crash { .. } => (5, 0),
        Move::Restart => (6, 0),
        Move::Look { .. } => (7, 0),
        Move::Tell { .. } => (8, 0),
        Move::Tick => (9, 0),
    }
}

/// Returns a worker's job, and whether its claim still counts.
fn right(state: &State, worker: Worker) -> (Option<usize>, u8) {
    let (claim, spent) = match worker {
        Worker::Idle => return (None, 0),
        Worker::Holding(claim) => (claim, 0),
        Worker::Spent(claim) => (claim, 2),
    };
    let job = usize::from(claim.job);
    (Some(job), 1 + spent + u8::from(state.past[job].claims == claim.attempt))
}

/// Returns the sort of the job now, and of the others in its partition.
fn sort(world: &World, state: &State, job: usize) -> [u8; 2] {
    let row = &state.queue.rows[job];
    let line = |(n, other): (usize, &Row)| {
        n != job
            && other.stage == Stage::Live
            && other.key == row.key
            && world.on.jobs[n].lane == world.on.jobs[job].lane
    };
    let others = state.queue.rows.iter().take(world.on.jobs.len()).enumerate().filter(|other| line(*other)).count();
    let flags = key::bits([row.ready, row.in_flight, row.outcome_unknown, row.slot, row.told, row.due > 0]);
    [flags << 2 | u8::from(row.stage != Stage::Live) << 1 | u8::from(row.head), u8::from(others > 0)]
}
