//! Names of the queues as databases keep them.

use crate::Queue;

/// Returns the stored name of a queue.
pub(crate) fn name(queue: Queue) -> &'static str {
    match queue {
        Queue::Work => "work",
        Queue::Outbox => "outbox",
    }
}

/// Returns the queue with a stored name. The tables know no third one.
pub(crate) fn queue(stored: &str) -> Queue {
    if stored == name(Queue::Work) { Queue::Work } else { Queue::Outbox }
}
