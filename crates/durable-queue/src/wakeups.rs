//! An idle worker sleeps until the next due time. When a transaction makes something due earlier, the bell of its queue
//! wakes the worker, but only after the commit, or it would find nothing.

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
    /// Returns the bell of a queue.
    pub(crate) fn of(&self, queue: Queue) -> &Arc<Notify> {
        match queue {
            Queue::Work => &self.inbox,
            Queue::Outbox => &self.outbox,
        }
    }

    /// Rings the bells of a committed transaction.
    pub(crate) fn wake(&self, pending: PendingWakeups) {
        if pending.inbox {
            self.inbox.notify_one();
        }
        if pending.outbox {
            self.outbox.notify_one();
        }
    }
}

/// The bells to ring once the transaction is committed.
#[derive(Clone, Copy, Default)]
pub(crate) struct PendingWakeups {
    inbox: bool,
    outbox: bool,
}

impl PendingWakeups {
    /// Notes that something of the queue may have become due earlier.
    pub(crate) fn wake(&mut self, queue: Queue) {
        match queue {
            Queue::Work => self.inbox = true,
            Queue::Outbox => self.outbox = true,
        }
    }

    /// Answers whether something of the queue may have become due earlier.
    pub(crate) fn includes(self, queue: Queue) -> bool {
        match queue {
            Queue::Work => self.inbox,
            Queue::Outbox => self.outbox,
        }
    }

    /// Notes that no bell needs to ring, because a worker of the queue learns of it anyway.
    pub(crate) fn heard(&mut self, queue: Queue) {
        match queue {
            Queue::Work => self.inbox = false,
            Queue::Outbox => self.outbox = false,
        }
    }
}
