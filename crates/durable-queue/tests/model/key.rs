//! A state in a few words of memory, so that a million of them are told apart quickly.

use crate::promises::Past;
use crate::queue::{JOBS, Row};
use crate::world::{State, TIMERS, WORKERS, Worker};

pub(crate) type Key = [u64; 2 * JOBS + WORKERS + 2];

impl State {
    /// Returns the same key for states that differ only in which worker or timer is which: they have no names.
    pub(crate) fn key(&self) -> Key {
        let mut workers = self.workers.map(worker);
        workers.sort_unstable();
        let [one, other]: [u8; TIMERS] = self.timers;
        let [first, second, third, fourth] = self.sent;
        let queue = &self.queue;
        let mut key = Key::default();
        let (rows, rest) = key.split_at_mut(JOBS);
        rows.copy_from_slice(&queue.rows.map(row));
        let (past, rest) = rest.split_at_mut(JOBS);
        past.copy_from_slice(&self.past.map(Past::word));
        let (known, rest) = rest.split_at_mut(WORKERS);
        known.copy_from_slice(&workers);
        rest[0] = u64::from_le_bytes([
            one.min(other),
            one.max(other),
            queue.deliveries,
            queue.last_id,
            queue.full,
            queue.closed,
            self.acknowledged,
            self.told,
        ]);
        let updates = self.shown << 4 | self.asked;
        let (passed, elapsed, closed) = (self.passed, self.elapsed, self.closed);
        rest[1] = u64::from_le_bytes([updates, passed, elapsed, closed, first, second, third, fourth]);
        key
    }
}

fn row(row: Row) -> u64 {
    let Row { stage, id, key, due, fence, attempt, step, body, .. } = row;
    let flags = [row.head, row.ready, row.in_flight, row.outcome_unknown, row.slot, row.told, row.old];
    u64::from_le_bytes([stage as u8, id, key, bits(flags), due, fence, attempt, step << 4 | body])
}

fn worker(worker: Worker) -> u64 {
    let (kind, claim) = match worker {
        Worker::Idle => return 0,
        Worker::Holding(claim) => (1, claim),
        Worker::Spent(claim) => (2, claim),
    };
    let flags = u8::from(claim.told);
    let shown = claim.step << 4 | claim.body;
    u64::from_le_bytes([kind, claim.job, claim.id, claim.key, claim.fence, claim.attempt, flags, shown])
}

impl Past {
    fn word(self) -> u64 {
        let Self { joined, line, waits_for, claims, lease, due, top_fence, .. } = self;
        let flags = bits([self.open, self.doubt, self.finished]);
        u64::from_le_bytes([joined << 4 | claims, line, waits_for, flags, lease, due, top_fence, 0])
    }
}

pub(crate) fn bits<const N: usize>(flags: [bool; N]) -> u8 {
    flags.into_iter().fold(0, |bits, flag| bits << 1 | u8::from(flag))
}
