//! Small worlds, each big enough for its subject. Everything together in one world would be too much to explore; a
//! violation needs only two or three jobs and workers.

use crate::queue::{INBOX, OUTBOX, Pace, Plan, Protocol, Verdict};
use crate::rules::Rules;
use crate::world::World;

const SURE: Verdict = Verdict::Retry { outcome_unknown: false };
const UNSURE: Verdict = Verdict::Retry { outcome_unknown: true };

/// Returns three jobs that arrive one by one, for three workers, and nothing in their way.
fn world(name: &'static str, jobs: Vec<Plan>) -> World {
    let arriving =
        jobs.iter().enumerate().filter(|(n, _)| !jobs.iter().any(|plan| plan.then.map(usize::from) == Some(*n)));
    World {
        name,
        deliveries: arriving.map(|(n, _)| vec![u8::try_from(n).unwrap_or_default()]).collect(),
        on: Protocol { rules: Rules::ALL, jobs, rate_limit: Pace { every: 0, burst: 1 } },
        sends: 1,
        workers: 3,
        timers: 0,
        claims: 2,
        verdicts: vec![Verdict::Done, SURE],
        renews: false,
        repeats: false,
        restarts: false,
    }
}

fn key(key: u8) -> Plan {
    Plan { key, ..Plan::default() }
}

/// Returns one partition with every possible fate of its jobs.
pub(crate) fn line() -> World {
    let job = Plan { steps: 1, ..key(0) };
    let mut line = world("one line", vec![job, key(0), Plan { delay: 1, ..key(0) }]);
    line.verdicts = vec![Verdict::Done, Verdict::Dead, Verdict::Continue, SURE, UNSURE];
    (line.workers, line.claims, line.renews) = (2, 3, true);
    // They arrive together: other worlds try their order.
    line.deliveries = vec![vec![0, 1, 2]];
    line
}

/// Returns two partitions and three workers.
pub(crate) fn lines() -> World {
    let mut lines = world("two lines", vec![key(0), key(1), key(0)]);
    lines.renews = true;
    lines
}

/// Returns jobs that ask to be behind others.
pub(crate) fn behind() -> World {
    let behind = Plan { behind: Some(0), ..key(1) };
    let mut world = world("behind", vec![key(0), behind, key(1)]);
    (world.workers, world.verdicts) = (2, vec![Verdict::Done, Verdict::Dead, SURE]);
    world
}

/// Returns a job that finds its key, continues as another, and whose person waits.
pub(crate) fn moving() -> World {
    let searching = Plan { then: Some(1), ..key(0) };
    let mut moving = world("moving and telling", vec![searching, key(1), key(1)]);
    (moving.workers, moving.timers, moving.verdicts) = (2, 2, vec![Verdict::Done]);
    moving
}

/// Returns updates of a card.
pub(crate) fn cards() -> World {
    let update = Plan { folds: true, lane: OUTBOX, ..key(0) };
    let mut cards = world("cards", vec![update; 3]);
    cards.workers = 2;
    cards.verdicts = vec![Verdict::Done, Verdict::Dead, SURE];
    cards
}

/// Returns a bucket that gives reservations.
pub(crate) fn appointments() -> World {
    let mut world = paced("appointments");
    (world.renews, world.restarts, world.verdicts) = (true, true, vec![Verdict::Done, SURE]);
    world
}

/// Returns a bucket that is closed because the other side asks for it.
pub(crate) fn closings() -> World {
    let mut world = paced("closings");
    world.verdicts = vec![Verdict::Done, Verdict::Limited(1), Verdict::Limited(3)];
    world
}

fn paced(name: &'static str) -> World {
    let paced = |n| Plan { paced: true, lane: OUTBOX, ..key(n) };
    let mut world = world(name, vec![paced(0), paced(1)]);
    world.on.rate_limit = Pace { every: 3, burst: 1 };
    world.deliveries = vec![vec![0, 1]];
    world.workers = 2;
    world
}

/// Returns jobs of machines and of people.
pub(crate) fn classes() -> World {
    let noticed = Plan { machine: true, ..key(0) };
    let later = Plan { delay: 1, ..key(1) };
    let mut world = world("classes", vec![noticed, later, key(0), Plan { lane: OUTBOX, ..key(0) }]);
    (world.workers, world.verdicts, world.claims) = (2, vec![Verdict::Done], 1);
    world
}

/// Returns senders and workers that repeat everything.
pub(crate) fn repeating() -> World {
    let mut world = world("repeating", vec![key(0), key(0)]);
    world.verdicts = vec![Verdict::Done, Verdict::Dead, SURE, UNSURE];
    (world.sends, world.repeats, world.renews, world.workers) = (2, true, true, 2);
    world
}

/// Returns a world whose only process dies and restarts.
pub(crate) fn restarting() -> World {
    let job = Plan { steps: 1, lane: INBOX, ..key(0) };
    let mut world = world("restarting", vec![job, key(0), key(1)]);
    world.verdicts = vec![Verdict::Done, Verdict::Continue, SURE, UNSURE];
    (world.restarts, world.workers) = (true, 2);
    world.deliveries = vec![vec![0, 1], vec![2]];
    world
}
