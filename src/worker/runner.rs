//! The server's loops around the [`Tenants`]. They run many jobs at once, wake up when there is work, and finish the
//! jobs that were begun when the server stops.

use std::collections::HashSet;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};
use tracing::{error, info};

use crate::core::error::Fault;
use crate::core::ids::InstallationId;
use crate::jobs::ctx::{AppState, TenantCtx};
use crate::platform::db::{Claim, Queue};
use crate::sync::poller;
use crate::sync::poller::SIGN_OF_LIFE;
use crate::worker::tenants::Tenants;

/// The longest time to wait before looking for jobs again, whatever the bells say.
const POLL: Duration = Duration::from_secs(1);

/// The time to wait for more jobs to finish when all slots were busy, so that several jobs are claimed with one request
/// to the store.
const CLAIM_GATHER: Duration = Duration::from_millis(1);

/// The shortest time to wait before looking for jobs again without a bell.
const SOON: Duration = Duration::from_millis(5);

/// The time after which new and newly connected installations are looked for.
const NEW: Duration = Duration::from_secs(5);

/// The time that a stop waits for jobs that were begun. The others are taken up after the next start.
const JOB_GRACE: Duration = Duration::from_secs(10);

/// The time after which a job is taken to wait for Slack or dialnote. From then on it takes no slot from other jobs.
const QUICK: Duration = Duration::from_millis(250);

/// The number of times by which all jobs, with those that wait for Slack or dialnote, may exceed the slots.
const WAITING: usize = 8;

/// The number by which the slots for commands are divided while more messages wait than can be sent. People see the
/// results of the commands that were begun before more are begun. Some commands still run, because Slack alone may be
/// slow.
const HELD_BACK: usize = 4;

/// Runs both queues, the timers and the pollers until `stop` turns true.
pub async fn run(tenants: Arc<Tenants>, stop: watch::Receiver<bool>) {
    let much_to_say = Arc::new(AtomicBool::new(false));
    let mut loops = JoinSet::new();
    for name in [Queue::Work, Queue::Outbox] {
        loops.spawn(queue(tenants.clone(), name, much_to_say.clone(), stop.clone()));
    }
    loops.spawn(timers(tenants.clone(), stop.clone()));
    loops.spawn(watchers(tenants, stop));
    loops.join_all().await;
}

/// Polls dialnote for each installation separately.
async fn watchers(tenants: Arc<Tenants>, mut stop: watch::Receiver<bool>) {
    let Some(installations) = tenants.installations().cloned() else {
        return watcher(tenants, None, stop).await;
    };
    let (mut watched, mut watchers) = (HashSet::new(), JoinSet::new());
    while !*stop.borrow() {
        let all = installations.all(&tenants.common).await.inspect_err(log).unwrap_or_default();
        for id in all {
            if watched.insert(id.clone()) {
                let watcher = watcher(tenants.clone(), Some(id.clone()), stop.clone());
                watchers.spawn(async move {
                    watcher.await;
                    id
                });
            }
        }
        tokio::select! {
            () = sleep(NEW) => {}
            Some(Ok(gone)) = watchers.join_next(), if !watchers.is_empty() => {
                watched.remove(&gone);
            }
            _ = stop.changed() => {}
        }
    }
    while watchers.join_next().await.is_some() {}
}

/// Polls dialnote, more often when much changes, until the installation is gone. An `id` of none is the workspace whose
/// token is set.
async fn watcher(tenants: Arc<Tenants>, id: Option<InstallationId>, mut stop: watch::Receiver<bool>) {
    let mut pause = Duration::ZERO;
    while !*stop.borrow() {
        let work = match &id {
            Some(id) => tenants.of(id).await,
            None => at_home(&tenants).await,
        };
        let work = match work {
            Ok(Some(work)) if work.is_connected() => Some(work),
            Ok(None) => return,
            Ok(Some(_)) => None,
            Err(cause) => {
                error!(%cause, "installation could not be read; will retry");
                None
            }
        };
        tokio::select! {
            () = wait_as_leader(work.as_deref(), if work.is_some() { pause } else { NEW }) => {}
            _ = stop.changed() => return,
        }
        let Some(work) = work else { continue };
        let looked = poller::poll(&work).await;
        if let Err(cause) = &looked {
            info!(%cause, "dialnote not polled; will retry");
        }
        pause = poller::pause(pause, &looked);
    }
}

/// Waits, and gives signs of life while waiting, so that another instance polls soon after this one has died.
async fn wait_as_leader(work: Option<&TenantCtx>, mut pause: Duration) {
    while pause > SIGN_OF_LIFE {
        sleep(SIGN_OF_LIFE).await;
        pause -= SIGN_OF_LIFE;
        if let Some(work) = work {
            let _ = poller::leads_looking(work).await.inspect_err(log);
        }
    }
    sleep(pause).await;
}

async fn queue(tenants: Arc<Tenants>, queue: Queue, much_to_say: Arc<AtomicBool>, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(WorkerSlots::default());
    let (mut running, mut none_left) = (JoinSet::new(), false);
    while !*stop.borrow() {
        while running.try_join_next().is_some() {}
        let parallel = tenants.common.settings.parallel;
        let at_once = at_once(queue, parallel, much_to_say.load(Ordering::Relaxed));
        let given_back = places.given_back.notified();
        let free = at_once.saturating_sub(places.taken()).min((parallel * WAITING).saturating_sub(running.len()));
        let claimed = claim(&tenants, queue, free, none_left, &mut stop).await.inspect_err(log);
        let is_in_trouble = claimed.is_err();
        let claims = claimed.unwrap_or_default();
        none_left = claims.len() < free && !is_in_trouble;
        // If all slots were busy, a job that finishes makes room for the next.
        let all_busy = claims.len() == free;
        if queue == Queue::Outbox {
            much_to_say.store(all_busy, Ordering::Relaxed);
        }
        for claim in claims {
            running.spawn(in_place(places.take(), work_on(tenants.clone(), claim)));
        }
        tokio::select! {
            biased;
            _ = stop.changed(), if !none_left => {}
            // A store in trouble is not helped by being asked more often, even if a bell rings.
            () = sleep(POLL), if is_in_trouble => {}
            _ = running.join_next(), if all_busy => sleep(CLAIM_GATHER).await,
            () = given_back, if all_busy => {}
            else => {}
        }
    }
    let finish = async { while running.join_next().await.is_some() {} };
    // A job that does not finish in time keeps its lease. The next worker that claims it takes it up.
    let _ = tokio::time::timeout(JOB_GRACE, finish).await;
}

/// Claims up to `free` jobs. If none were left the last time, waits until it is time to look again, or to stop.
async fn claim(
    tenants: &Tenants,
    queue: Queue,
    free: usize,
    none_left: bool,
    stop: &mut watch::Receiver<bool>,
) -> Result<Vec<Claim>, Fault> {
    let AppState { store, clock, settings, .. } = &tenants.common;
    if free == 0 {
        return Ok(Vec::new());
    }
    if !none_left {
        return store.claim(queue, free, clock.now(), settings.lease).await;
    }
    let now = clock.clone();
    let mut claimed = pin!(store.claim_when_due(queue, free, Arc::new(move || now.now()), settings.lease));
    tokio::select! {
        biased;
        claimed = &mut claimed => return claimed,
        _ = stop.changed() => {}
        () = until_due(tenants, queue) => {}
    }
    store.bell(queue).notify_one();
    claimed.await
}

async fn work_on(tenants: Arc<Tenants>, claim: Claim) {
    let _ = tenants.work_on(claim).await.inspect_err(log);
}

/// Returns the number of jobs of the queue that run at once, which is never zero.
fn at_once(queue: Queue, parallel: usize, much_to_say: bool) -> usize {
    match queue {
        Queue::Work if much_to_say => parallel.div_ceil(HELD_BACK),
        Queue::Work | Queue::Outbox => parallel,
    }
}

/// The slots of a queue for jobs that run at once.
#[derive(Default)]
struct WorkerSlots {
    taken: AtomicUsize,
    given_back: Notify,
}

impl WorkerSlots {
    fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    fn take(self: &Arc<Self>) -> WorkerSlot {
        self.taken.fetch_add(1, Ordering::Relaxed);
        WorkerSlot(self.clone())
    }
}

/// A slot, until it is dropped.
struct WorkerSlot(Arc<WorkerSlots>);

impl Drop for WorkerSlot {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::Relaxed);
        self.0.given_back.notify_one();
    }
}

/// Does the work, which holds its slot only while it is quick.
async fn in_place(place: WorkerSlot, work: impl Future<Output = ()>) {
    let mut work = pin!(work);
    tokio::select! {
        biased;
        () = &mut work => return,
        () = sleep(QUICK) => drop(place),
    }
    work.await;
}

/// Waits until the next job is due, but not longer than [`POLL`]. Under load a bell rings before the store is asked.
async fn until_due(tenants: &Tenants, queue: Queue) {
    sleep(SOON).await;
    let pause = match tenants.common.store.next_due(queue).await {
        Ok(Some(due)) => {
            let until = due.duration_since(tenants.common.clock.now());
            Duration::try_from(until).unwrap_or(Duration::ZERO).min(POLL)
        }
        _ => POLL,
    };
    sleep(pause).await;
}

async fn timers(tenants: Arc<Tenants>, mut stop: watch::Receiver<bool>) {
    let mut tick = interval(Duration::from_secs(1));
    while !*stop.borrow() {
        tokio::select! {
            _ = tick.tick() => {}
            _ = stop.changed() => return,
        }
        let _ = tenants.tick().await.inspect_err(log);
    }
}

fn log(fault: &Fault) {
    error!(cause = %fault, "store did not answer; will retry");
}

/// Returns the workspace whose token is set, once Slack has said which it is. Returns none if several can install the
/// app.
async fn at_home(tenants: &Tenants) -> Result<Option<Arc<TenantCtx>>, Fault> {
    match tenants.own() {
        Some(own) => own.at_home().await.map(Some),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_job_that_waits_takes_no_place() {
        let places = Arc::new(WorkerSlots::default());
        let quick = tokio::spawn(in_place(places.take(), sleep(QUICK / 2)));
        let slow = tokio::spawn(in_place(places.take(), std::future::pending()));
        assert_eq!(places.taken(), 2);
        assert!(quick.await.is_ok());
        assert_eq!(places.taken(), 1);
        places.given_back.notified().await;
        places.given_back.notified().await;
        assert!(places.taken() == 0 && !slow.is_finished());
        slow.abort();
    }

    #[test]
    fn fewer_commands_are_begun_while_there_is_much_to_say_but_some() {
        assert_eq!([false, true].map(|much| at_once(Queue::Work, 64, much)), [64, 16]);
        assert_eq!([false, true].map(|much| at_once(Queue::Outbox, 64, much)), [64, 64]);
        assert_eq!([1, 2, 5].map(|parallel| at_once(Queue::Work, parallel, true)), [1, 1, 2]);
    }
}
