//! A request is acknowledged after its commit, and a commit costs the same for one delivery as for
//! a hundred. So what arrives while one transaction runs is gathered and becomes the next.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use deadpool_postgres::{ClientWrapper, Pool};
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::Error;

use super::announcing::Crier;
use super::lines::{self, Queued};
use super::transaction::{Params, Verb, prepared, transact, within};
use crate::error::Fault;
use crate::store::bells::Rings;
use crate::store::{Accepted, Delivery};

/// The sorting keeps two batches from waiting for each other's deliveries crosswise.
pub(super) const REMEMBER: &str = "
    INSERT INTO deliveries (installation, key, at)
    SELECT installation, key, at FROM unnest($1::text[], $2::text[], $3::bigint[]) AS new (installation, key, at)
    ORDER BY installation COLLATE \"C\", key COLLATE \"C\"
    ON CONFLICT (installation, key) DO NOTHING
    RETURNING installation, key";

/// The most deliveries that share a transaction.
const BATCH: usize = 256;

/// How many deliveries may wait to be gathered.
const WAITING: usize = 1024;

/// Slack wants its answer within three seconds.
const PATIENCE: Duration = Duration::from_millis(2500);

/// One delivery, and whom to answer.
struct Request {
    delivery: Delivery,
    jobs: Vec<Queued>,
    now: Timestamp,
    reply: oneshot::Sender<Result<Accepted, Fault>>,
}

/// Where deliveries are handed in.
pub(super) struct Entrance(mpsc::Sender<Request>);

impl Entrance {
    /// Starts gathering. It ends when the entrance is dropped and everybody was answered.
    pub(super) fn open(pool: Pool, crier: Crier) -> Self {
        let (sender, requests) = mpsc::channel(WAITING);
        tokio::spawn(gather(pool, crier, requests));
        Self(sender)
    }

    /// Stores the delivery together with others; answers after the commit.
    pub(super) async fn accept(
        &self,
        delivery: Delivery,
        jobs: Vec<Queued>,
        now: Timestamp,
    ) -> Result<Accepted, Fault> {
        let (reply, answer) = oneshot::channel();
        within(PATIENCE, async {
            self.0.send(Request { delivery, jobs, now, reply }).await.map_err(|_| gone())?;
            answer.await.map_err(|_| gone())?
        })
        .await
    }
}

fn gone() -> Fault {
    Fault::Store("the store is closed".into())
}

async fn gather(pool: Pool, crier: Crier, mut requests: mpsc::Receiver<Request>) {
    let mut gathered = Vec::with_capacity(BATCH);
    while requests.recv_many(&mut gathered, BATCH).await > 0 {
        // Who stopped waiting was told that nothing is stored.
        gathered.retain(|request| !request.reply.is_closed());
        let batch = std::mem::take(&mut gathered);
        match store(&pool, &crier, &batch).await {
            Ok(accepted) => {
                for (request, accepted) in batch.into_iter().zip(accepted) {
                    let _ = request.reply.send(Ok(accepted));
                }
            }
            Err(refused) => one_by_one(&pool, &crier, batch, refused).await,
        }
    }
}

/// One bad delivery must not fail the others. Where the database does not answer at all, the
/// others would only wait longer for the same.
async fn one_by_one(pool: &Pool, crier: &Crier, batch: Vec<Request>, together: Refused) {
    let alone = batch.len() == 1 || !together.by_the_server;
    for request in batch {
        let outcome = if alone {
            Err(together.fault.clone())
        } else {
            let only = std::slice::from_ref(&request);
            store(pool, crier, only).await.map_err(|refused| refused.fault).and_then(first)
        };
        let _ = request.reply.send(outcome);
    }
}

fn first(accepted: Vec<Accepted>) -> Result<Accepted, Fault> {
    accepted.into_iter().next().ok_or_else(gone)
}

/// Why a batch was not stored.
struct Refused {
    fault: Fault,
    /// Whether a statement was refused, so that other deliveries may fare better.
    by_the_server: bool,
}

async fn store(pool: &Pool, crier: &Crier, batch: &[Request]) -> Result<Vec<Accepted>, Refused> {
    if batch.is_empty() {
        return Ok(Vec::new());
    }
    let verb = Batch { requests: batch, refused: AtomicBool::new(false) };
    match within(PATIENCE, transact(pool, &verb)).await {
        Ok((accepted, rings)) => {
            crier.cry(rings);
            Ok(accepted)
        }
        Err(fault) => Err(Refused { fault, by_the_server: verb.refused.into_inner() }),
    }
}

struct Batch<'a> {
    requests: &'a [Request],
    refused: AtomicBool,
}

#[async_trait]
impl Verb for Batch<'_> {
    type Answer = Vec<Accepted>;

    async fn run(&self, db: &ClientWrapper, rings: &mut Rings) -> Result<Vec<Accepted>, Error> {
        let outcome = self.accept(db, rings).await;
        let refused = outcome.as_ref().is_err_and(|error| !error.is_closed());
        self.refused.store(refused, Ordering::Relaxed);
        outcome
    }
}

impl Batch<'_> {
    async fn accept(&self, db: &ClientWrapper, rings: &mut Rings) -> Result<Vec<Accepted>, Error> {
        let mut new = self.remember(db).await?;
        // Of two like deliveries in one batch, the first is the new one.
        let accepted: Vec<_> = self
            .requests
            .iter()
            .map(|Request { delivery, .. }| {
                match new.iter().position(|(i, k)| i == delivery.installation.as_str() && *k == delivery.key) {
                    Some(found) => {
                        new.swap_remove(found);
                        Accepted::New
                    }
                    None => Accepted::Duplicate,
                }
            })
            .collect();
        let fresh = self.requests.iter().zip(&accepted).filter(|(_, accepted)| **accepted == Accepted::New);
        let jobs: Vec<_> = fresh.flat_map(|(request, _)| &request.jobs).collect();
        lines::join(db, &jobs, rings).await?;
        Ok(accepted)
    }

    /// Stores the deliveries and locks the lines, both in one round trip. They are locked for the
    /// duplicates too: which those are is not known yet.
    async fn remember(&self, db: &ClientWrapper) -> Result<Vec<(String, String)>, Error> {
        let (remember, lock) = (prepared(db, REMEMBER).await?, prepared(db, lines::LOCK).await?);
        let installations: Vec<_> = self.requests.iter().map(|r| r.delivery.installation.as_str()).collect();
        let keys: Vec<_> = self.requests.iter().map(|r| r.delivery.key.as_str()).collect();
        let times: Vec<_> = self.requests.iter().map(|r| r.now.as_millisecond()).collect();
        let jobs = self.requests.iter().flat_map(|request| &request.jobs);
        let locks = lines::locks(jobs.flat_map(|(job, _)| lines::lines_of(job)));
        let columns: Params<'_> = &[&installations, &keys, &times];
        let locks: Params<'_> = &[&locks];
        let (new, _) = tokio::try_join!(biased; db.query(&remember, columns), db.query(&lock, locks))?;
        new.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }
}
