//! The server's loops around the [`Office`]: many jobs at once, awake when there is something to do, and
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
use crate::work::office::Office;
use crate::work::watch::SIGN_OF_LIFE;

/// How long to wait at most before looking again, whatever the bells say.
const POLL: Duration = Duration::from_secs(1);

/// How long a stop waits for jobs that were begun; the others are taken up after the next start.
const GRACE: Duration = Duration::from_secs(10);

/// Works on both lanes and on the timers until `stop` turns true.
pub async fn run(office: Arc<Office>, stop: watch::Receiver<bool>) {
    tokio::join!(
        lane(office.clone(), Lane::Inbox, stop.clone()),
        lane(office.clone(), Lane::Outbox, stop.clone()),
        timers(office.clone(), stop.clone()),
        watchers(office, stop),
    );
}

/// Looks at what changes in dialnote, for each installation apart.
async fn watchers(office: Arc<Office>, stop: watch::Receiver<bool>) {
    let mut watchers = JoinSet::new();
    for work in office.all() {
        watchers.spawn(watcher(work, stop.clone()));
    }
    watchers.join_all().await;
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

async fn lane(office: Arc<Office>, lane: Lane, mut stop: watch::Receiver<bool>) {
    let bell = office.common.store.bell(lane);
    let mut running = JoinSet::new();
    while !*stop.borrow() {
        // Asked for before looking, so that no ring between looking and waiting is missed.
        let rung = bell.notified();
        while running.try_join_next().is_some() {}
        let free = office.common.settings.parallel.saturating_sub(running.len());
        let pause = match start(&office, lane, free, &mut running).await {
            // Until somebody has finished it does not matter what is due.
            Ok(_) if free == 0 => POLL,
            Ok(0) => pause(&office, lane).await,
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

async fn start(office: &Arc<Office>, lane: Lane, free: usize, running: &mut JoinSet<()>) -> Result<usize, Fault> {
    if free == 0 {
        return Ok(0);
    }
    let claims = office
        .common
        .store
        .claim(lane, free, office.common.clock.now(), office.common.settings.lease)
        .await
        .inspect_err(log)?;
    let count = claims.len();
    for claim in claims {
        let office = office.clone();
        running.spawn(async move {
            let _ = office.work_on(claim).await.inspect_err(log);
        });
    }
    Ok(count)
}

/// Until the next job is due, but not longer than [`POLL`].
async fn pause(office: &Office, lane: Lane) -> Duration {
    match office.common.store.next_due(lane).await {
        Ok(Some(due)) => {
            let until = due.duration_since(office.common.clock.now());
            Duration::try_from(until).unwrap_or(Duration::ZERO).clamp(Duration::from_millis(5), POLL)
        }
        _ => POLL,
    }
}

async fn timers(office: Arc<Office>, mut stop: watch::Receiver<bool>) {
    let mut tick = interval(Duration::from_secs(1));
    while !*stop.borrow() {
        tokio::select! {
            _ = tick.tick() => {}
            _ = stop.changed() => return,
        }
        let _ = office.tick().await.inspect_err(log);
    }
}

fn log(fault: &Fault) {
    error!(cause = %fault, "the store did not answer; will try again");
}
