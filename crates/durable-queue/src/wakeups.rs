//! A worker that has nothing to do sleeps until the next due time. When a transaction makes
//! something due earlier than that, the bell of its queue wakes the worker; but only after the
//! commit, or it would look and find nothing.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::Queue;

/// The two bells of one open store.
#[derive(Clone, Default)]
pub(crate) struct Wakeups {
    inbox: Arc<Notify>,
    outbox: Arc<Notify>,
}

impl Wakeups {
    /// The bell of a queue.
    pub(crate) fn of(&self, queue: Queue) -> &Arc<Notify> {
        match queue {
            Queue::Work => &self.inbox,
            Queue::Outbox => &self.outbox,
        }
    }

    /// Rings what a committed transaction asked for.
    pub(crate) fn wake(&self, pending: PendingWakeups) {
        if pending.inbox {
            self.inbox.notify_one();
        }
        if pending.outbox {
            self.outbox.notify_one();
        }
    }
}

/// The bells that are to ring once the transaction is committed.
#[derive(Clone, Copy, Default)]
pub(crate) struct PendingWakeups {
    inbox: bool,
    outbox: bool,
}

impl PendingWakeups {
    /// Something of the queue may have become due earlier.
    pub(crate) fn wake(&mut self, queue: Queue) {
        match queue {
            Queue::Work => self.inbox = true,
            Queue::Outbox => self.outbox = true,
        }
    }
}
