//! Work that one instance stores should not wait for another's next poll. An instance that commits notifies the others
//! with NOTIFY, and each listens on its own connection. It does not if a worker of its own waits for jobs: that one
//! takes them, and notifies the others if it could not take all.
//!
//! The NOTIFY is sent *after* the commit, in one statement for everything since the last: PostgreSQL lets transactions
//! that notify commit only one after the other, which would undo much of the gain from committing together. If a
//! notification is lost (a crash, a cut connection, a database without LISTEN), the others find the work at their next
//! poll, each second.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use deadpool_postgres::Pool;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Client};
use tracing::{debug, warn};

use super::connection::ConnectionTarget;
use super::fault::fault;
use super::unit_of_work::query;
use crate::wakeups::{PendingWakeups, Wakeups};
use crate::{Queue, QueueError};

const TELL: &str = "SELECT pg_notify($1, $2)";

/// The shortest time between two notifications. A NOTIFY costs as much as a read, and one tells of all jobs before it.
const PAUSE: Duration = Duration::from_millis(10);

/// The pauses between two attempts to listen: doubled each time, up to the second.
const BACKOFF: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(10)];

/// Rings the bells of this instance at once, and those of the others soon.
#[derive(Clone)]
pub(super) struct Notifier {
    own: Wakeups,
    /// Bells that only the notifying task hears.
    others: Wakeups,
    idle: IdleWorkers,
}

impl Notifier {
    /// Publishes the wakeups of a committed transaction.
    pub(super) fn notify(&self, mut pending: PendingWakeups) {
        self.own.wake(pending);
        for queue in [Queue::Work, Queue::Outbox] {
            if self.idle.of(queue).load(Ordering::Relaxed) > 0 {
                pending.heard(queue);
            }
        }
        self.others.wake(pending);
    }

    /// Notifies the others of jobs that this instance could not take.
    pub(super) fn leave(&self, queue: Queue) {
        self.others.of(queue).notify_one();
    }

    /// Waits for the own bell of a queue, as an idle worker.
    pub(super) async fn wait(&self, queue: Queue) {
        let _idle = Idle::new(self.idle.of(queue));
        self.own.of(queue).notified().await;
    }
}

/// The numbers of this instance's workers that wait for jobs.
#[derive(Clone, Default)]
struct IdleWorkers {
    inbox: Arc<AtomicUsize>,
    outbox: Arc<AtomicUsize>,
}

impl IdleWorkers {
    fn of(&self, queue: Queue) -> &AtomicUsize {
        match queue {
            Queue::Work => &self.inbox,
            Queue::Outbox => &self.outbox,
        }
    }
}

/// The wait of a worker.
struct Idle<'a>(&'a AtomicUsize);

impl<'a> Idle<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Idle<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The two tasks of an open store, which end with it.
pub(super) struct Listener {
    teller: JoinHandle<()>,
    listener: JoinHandle<()>,
}

impl Listener {
    /// Starts notifying and listening. `own` are the bells that this instance's workers hear.
    pub(super) fn start(route: ConnectionTarget, channel: String, pool: Pool, own: Wakeups) -> (Self, Notifier) {
        let notifier = Notifier { own: own.clone(), others: Wakeups::default(), idle: IdleWorkers::default() };
        // Our own notifications come back to us like all others; this id identifies them.
        let me = format!("{:016x}", rand::random::<u64>());
        let teller = tokio::spawn(tell(pool, channel.clone(), notifier.others.clone(), me.clone()));
        let listener = tokio::spawn(keep_listening(route, channel, own, me));
        (Self { teller, listener }, notifier)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.teller.abort();
        self.listener.abort();
    }
}

async fn tell(pool: Pool, channel: String, news: Wakeups, me: String) {
    loop {
        let queue = tokio::select! {
            () = news.of(Queue::Work).notified() => "work",
            () = news.of(Queue::Outbox).notified() => "outbox",
        };
        if let Err(cause) = query(&pool, TELL, &[&channel, &format!("{me} {queue}")]).await {
            debug!(%cause, "other instances not notified; they poll every second");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn keep_listening(route: ConnectionTarget, channel: String, wakeups: Wakeups, me: String) {
    let [mut pause, longest] = BACKOFF;
    loop {
        let heard = Arc::new(Notify::new());
        let outcome = listen(&route, &channel, &wakeups, &me, &heard).await;
        // One that got as far as listening starts with short pauses again.
        if tokio::time::timeout(Duration::ZERO, heard.notified()).await.is_ok() {
            pause = BACKOFF[0];
        }
        if let Err(cause) = outcome {
            warn!(%cause, "notifications interrupted; polling every second");
        }
        tokio::time::sleep(pause.mul_f64(rand::random_range(0.5..1.0))).await;
        pause = (pause * 2).min(longest);
    }
}

/// Listens until the connection ends.
async fn listen(
    route: &ConnectionTarget,
    channel: &str,
    wakeups: &Wakeups,
    me: &str,
    heard: &Notify,
) -> Result<(), QueueError> {
    let (client, mut connection) = route.config.connect(route.tls.clone()).await.map_err(|error| fault(&error))?;
    let subscribe = subscribe(&client, channel, wakeups, heard);
    tokio::pin!(subscribe);
    let mut subscribed = false;
    loop {
        tokio::select! {
            outcome = &mut subscribe, if !subscribed => {
                outcome?;
                subscribed = true;
            }
            message = poll_fn(|cx| connection.poll_message(cx)) => match message {
                Some(Ok(AsyncMessage::Notification(news))) => hear(wakeups, me, news.payload()),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(fault(&error)),
                None => return Ok(()),
            }
        }
    }
}

/// Subscribes: later notifications are not missed, and all queues are polled for earlier work.
async fn subscribe(client: &Client, channel: &str, wakeups: &Wakeups, heard: &Notify) -> Result<(), QueueError> {
    client.batch_execute(&format!("LISTEN \"{channel}\"")).await.map_err(|error| fault(&error))?;
    heard.notify_one();
    ring(wakeups, [Queue::Work, Queue::Outbox]);
    Ok(())
}

fn hear(wakeups: &Wakeups, me: &str, news: &str) {
    match news.split_once(' ') {
        Some((who, _)) if who == me => {}
        Some((_, "work")) => ring(wakeups, [Queue::Work]),
        Some((_, "outbox")) => ring(wakeups, [Queue::Outbox]),
        // Perhaps a later version's notification: one poll too many does no harm.
        _ => ring(wakeups, [Queue::Work, Queue::Outbox]),
    }
}

fn ring(wakeups: &Wakeups, queues: impl IntoIterator<Item = Queue>) {
    let mut pending = PendingWakeups::default();
    for queue in queues {
        pending.wake(queue);
    }
    wakeups.wake(pending);
}
