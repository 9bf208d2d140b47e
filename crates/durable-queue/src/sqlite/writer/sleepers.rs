//! Operations that wait for a transaction to join. A claim joins the first transaction that may have made a job of its
//! queue due: the worker needs no bell and no transaction of its own. Work that no one waits for joins any.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::operation::{Operation, Turn};
use crate::Queue;
use crate::wakeups::PendingWakeups;

/// The event that wakes an operation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum WokenBy {
    /// A transaction after which a job of the queue may be due earlier.
    Queue(Queue),
    /// Any transaction.
    Any,
}

type Sleeping = Vec<(WokenBy, Box<dyn Operation>)>;

/// The sleeping operations of a writer.
#[derive(Clone, Default)]
pub(super) struct Sleepers(Arc<Mutex<Sleeping>>);

/// A caller's wait. Dropping it takes the operation back, unless it has begun.
pub(super) struct Sleep(Turn);

impl Sleepers {
    /// Adds an operation with its turn.
    pub(super) fn add(&self, by: WokenBy, operation: Box<dyn Operation>, turn: Turn) -> Sleep {
        self.all().push((by, operation));
        Sleep(turn)
    }

    /// Answers whether a worker waits for jobs.
    pub(super) fn has_worker(&self) -> bool {
        self.all().iter().any(|(by, _)| *by != WokenBy::Any)
    }

    /// Removes and begins an operation that is woken by a transaction with these wake-ups, if there is one. One claim
    /// of a queue is enough.
    pub(super) fn woken(&self, pending: &mut PendingWakeups) -> Option<Box<dyn Operation>> {
        let mut all = self.all();
        while let Some(place) = all.iter().position(|(by, _)| by.includes(*pending)) {
            let (by, operation) = all.swap_remove(place);
            if operation.begin() {
                by.hear(pending);
                return Some(operation);
            }
        }
        None
    }

    fn all(&self) -> MutexGuard<'_, Sleeping> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WokenBy {
    fn includes(self, pending: PendingWakeups) -> bool {
        match self {
            Self::Queue(queue) => pending.includes(queue),
            Self::Any => true,
        }
    }

    fn hear(self, pending: &mut PendingWakeups) {
        if let Self::Queue(queue) = self {
            pending.heard(queue);
        }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.0.is_taken_back();
    }
}
