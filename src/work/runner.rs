//! The server's loops around [`Work`]: many jobs at once, awake when there is something to do, and
//! a stop that finishes what was begun.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};
use tracing::{error, info};

use crate::error::Fault;
use crate::store::Lane;
use crate::work::Work;
use crate::work::watch::SIGN_OF_LIFE;

/// How long to wait at most before looking again, whatever the bells say.
const POLL: Duration = Duration::from_secs(1);

/// How long a stop waits for jobs that were begun; the others are taken up after the next start.
const GRACE: Duration = Duration::from_secs(10);

/// Works on both lanes and on the timers until `stop` turns true.
pub async fn run(work: Arc<Work>, stop: watch::Receiver<bool>) {
    tokio::join!(
        lane(work.clone(), Lane::Inbox, stop.clone()),
        lane(work.clone(), Lane::Outbox, stop.clone()),
        timers(work.clone(), stop.clone()),
        watcher(work, stop),
    );
}

/// Looks at what changes in dialnote, more often when much does.
async fn watcher(work: Arc<Work>, mut stop: watch::Receiver<bool>) {
    let mut pause = Duration::ZERO;
    while !*stop.borrow() {
        tokio::select! {
            () = wait_as_leader(&work, pause) => {}
            _ = stop.changed() => return,
        }
        let looked = work.watch().await;
        if let Err(cause) = &looked {
            info!(%cause, "could not look at dialnote; will try again");
        }
        pause = super::watch::pause(pause, &looked);
    }
}

/// Waits, and shows meanwhile that it is still there, so that another instance looks soon after this one
/// has died.
async fn wait_as_leader(work: &Work, mut pause: Duration) {
    while pause > SIGN_OF_LIFE {
        sleep(SIGN_OF_LIFE).await;
        pause -= SIGN_OF_LIFE;
        let _ = work.leads_looking().await.inspect_err(log);
    }
    sleep(pause).await;
}

async fn lane(work: Arc<Work>, lane: Lane, mut stop: watch::Receiver<bool>) {
    let bell = work.store.bell(lane);
    let mut running = JoinSet::new();
    while !*stop.borrow() {
        // Asked for before looking, so that no ring between looking and waiting is missed.
        let rung = bell.notified();
        while running.try_join_next().is_some() {}
        let free = work.settings.parallel.saturating_sub(running.len());
        let pause = match start(&work, lane, free, &mut running).await {
            // Until somebody has finished it does not matter what is due.
            Ok(_) if free == 0 => POLL,
            Ok(0) => pause(&work, lane).await,
            Ok(_) => continue,
            Err(_) => {
                // A store in trouble is not helped by being asked more often, whoever rings.
                tokio::select! {
                    () = sleep(POLL) => {}
                    _ = stop.changed() => {}
                }
                continue;
            }
        };
        tokio::select! {
            () = rung => {}
            () = sleep(pause) => {}
            Some(_) = running.join_next(), if !running.is_empty() => {}
            _ = stop.changed() => {}
        }
    }
    let finish = async { while running.join_next().await.is_some() {} };
    // What does not finish in time keeps its lease and is taken up by whoever claims it next.
    let _ = tokio::time::timeout(GRACE, finish).await;
}

async fn start(work: &Arc<Work>, lane: Lane, free: usize, running: &mut JoinSet<()>) -> Result<usize, Fault> {
    if free == 0 {
        return Ok(0);
    }
    let claims = work.store.claim(lane, free, work.clock.now(), work.settings.lease).await.inspect_err(log)?;
    let count = claims.len();
    for claim in claims {
        let work = work.clone();
        running.spawn(async move {
            let _ = work.work_on(claim).await.inspect_err(log);
        });
    }
    Ok(count)
}

/// Until the next job is due, but not longer than [`POLL`].
async fn pause(work: &Work, lane: Lane) -> Duration {
    match work.store.next_due(lane).await {
        Ok(Some(due)) => {
            let until = due.duration_since(work.clock.now());
            Duration::try_from(until).unwrap_or(Duration::ZERO).clamp(Duration::from_millis(5), POLL)
        }
        _ => POLL,
    }
}

async fn timers(work: Arc<Work>, mut stop: watch::Receiver<bool>) {
    let mut tick = interval(Duration::from_secs(1));
    while !*stop.borrow() {
        tokio::select! {
            _ = tick.tick() => {}
            _ = stop.changed() => return,
        }
        let _ = work.tick().await.inspect_err(log);
    }
}

fn log(fault: &Fault) {
    error!(cause = %fault, "the store did not answer; will try again");
}
