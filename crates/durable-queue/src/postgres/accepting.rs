//! A request is acknowledged after its commit, and a commit costs the same for one delivery as for a hundred. So the
//! deliveries that arrive while one transaction runs are gathered and become the next.

use std::collections::HashSet;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use deadpool_postgres::{ClientWrapper, Pool};
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_postgres::Error;

use super::idle_claims::IdleClaims;
use super::notifying::Notifier;
use super::partitions::{self, PartitionKey, WantedPartitions};
use super::statements::{Params, prepared};
use super::transaction::Transaction;
use super::unit_of_work::{UnitOfWork, transact};
use crate::fairness::QueuedJob;
use crate::wakeups::PendingWakeups;
use crate::{Accepted, Delivery, QueueError};

/// The sorting keeps two batches from waiting for each other's deliveries crosswise.
pub(super) const REMEMBER: &str = "
    INSERT INTO deliveries (installation, key, at)
    SELECT installation, key, at FROM unnest($1::text[], $2::text[], $3::bigint[]) AS new (installation, key, at)
    ORDER BY installation COLLATE \"C\", key COLLATE \"C\"
    ON CONFLICT (installation, key) DO NOTHING
    RETURNING installation, key";

/// The most deliveries that share a transaction. More would cost the database little less for each, and
/// leave it idle while we read as many requests again.
const BATCH: usize = 128;

/// Number of deliveries that may wait to be gathered.
const WAITING: usize = 1024;

/// The sender of the request wants an answer within three seconds.
const ACCEPT_TIMEOUT: Duration = Duration::from_millis(2500);

/// One delivery, and the channel for its answer.
struct PendingDelivery {
    delivery: Delivery,
    jobs: Vec<QueuedJob>,
    now: Timestamp,
    fate: Arc<CommitState>,
    reply: oneshot::Sender<Result<Accepted, QueueError>>,
}

/// The queue of deliveries to be gathered.
pub(super) struct AcceptBatcher(mpsc::Sender<PendingDelivery>);

impl AcceptBatcher {
    /// Starts gathering, which ends when the batcher is dropped and every caller was answered.
    pub(super) fn open(pool: Pool, notifier: Notifier) -> Self {
        let (sender, requests) = mpsc::channel(WAITING);
        tokio::spawn(gather(pool, notifier, requests));
        Self(sender)
    }

    /// Stores the delivery together with others; answers after the commit.
    pub(super) async fn accept(
        &self,
        delivery: Delivery,
        jobs: Vec<QueuedJob>,
        now: Timestamp,
    ) -> Result<Accepted, QueueError> {
        let deadline = Instant::now() + ACCEPT_TIMEOUT;
        let (reply, mut answer) = oneshot::channel();
        let fate = Arc::new(CommitState::default());
        let request = PendingDelivery { delivery, jobs, now, fate: Arc::clone(&fate), reply };
        timeout_at(deadline, self.0.send(request)).await.map_err(|_| late())?.map_err(|_| gone())?;
        match timeout_at(deadline, &mut answer).await {
            Ok(answered) => answered.unwrap_or_else(|_| Err(gone())),
            Err(_) if fate.take_back() => Err(late()),
            Err(_) => answer.await.unwrap_or_else(|_| Err(gone())),
        }
    }
}

fn late() -> QueueError {
    QueueError::new("the database did not answer in time")
}

fn gone() -> QueueError {
    QueueError::new("the store is closed")
}

/// State of a delivery: it is committed or was taken back, never both.
#[derive(Default)]
struct CommitState(AtomicU8);

const OPEN: u8 = 0;
const COMMITTING: u8 = 1;
const TAKEN_BACK: u8 = 2;

impl CommitState {
    /// Stops waiting as the caller. Answers whether nothing of the delivery will ever be stored.
    fn take_back(&self) -> bool {
        self.0.compare_exchange(OPEN, TAKEN_BACK, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// Marks the commit as about to be sent. Answers whether it may be.
    fn commit(&self) -> bool {
        self.0.compare_exchange(OPEN, COMMITTING, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// Marks the commit as known not to have happened.
    fn reopen(&self) {
        let _ = self.0.compare_exchange(COMMITTING, OPEN, Ordering::SeqCst, Ordering::SeqCst);
    }

    fn is_committing(&self) -> bool {
        self.0.load(Ordering::SeqCst) == COMMITTING
    }

    fn is_taken_back(&self) -> bool {
        self.0.load(Ordering::SeqCst) == TAKEN_BACK
    }
}

async fn gather(pool: Pool, notifier: Notifier, mut requests: mpsc::Receiver<PendingDelivery>) {
    let mut gathered = Vec::with_capacity(BATCH);
    while requests.recv_many(&mut gathered, BATCH).await > 0 {
        store_gathered(&pool, &notifier, std::mem::take(&mut gathered)).await;
    }
}

/// Stores a batch. If a caller takes a delivery back in the meantime, the others are stored without it.
async fn store_gathered(pool: &Pool, notifier: &Notifier, mut batch: Vec<PendingDelivery>) {
    let outcome = loop {
        batch.retain(|request| !request.fate.is_taken_back());
        let outcome = store(pool, notifier, &batch).await;
        if outcome.is_ok() || !batch.iter().any(|request| request.fate.is_taken_back()) {
            break outcome;
        }
    };
    match outcome {
        Ok(accepted) => {
            for (request, accepted) in batch.into_iter().zip(accepted) {
                let _ = request.reply.send(Ok(accepted));
            }
        }
        Err(refused) => one_by_one(pool, notifier, batch, refused).await,
    }
}

/// Stores the deliveries one at a time: one bad delivery must not fail the others. If the database does not answer at
/// all, fails all of them at once, because the others would only wait longer for the same error.
async fn one_by_one(pool: &Pool, notifier: &Notifier, batch: Vec<PendingDelivery>, together: QueueError) {
    let alone = batch.len() == 1 || !matches!(together, QueueError::Refused(_));
    for request in batch {
        let outcome = if alone {
            Err(together.clone())
        } else {
            let only = std::slice::from_ref(&request);
            store(pool, notifier, only).await.and_then(first)
        };
        let _ = request.reply.send(outcome);
    }
}

fn first(accepted: Vec<Accepted>) -> Result<Accepted, QueueError> {
    accepted.into_iter().next().ok_or_else(gone)
}

async fn store(pool: &Pool, notifier: &Notifier, batch: &[PendingDelivery]) -> Result<Vec<Accepted>, QueueError> {
    if batch.is_empty() {
        return Ok(Vec::new());
    }
    let (accepted, pending) = in_time(pool, &AcceptBatch { requests: batch }).await?;
    notifier.notify(pending);
    Ok(accepted)
}

/// Runs the batch for as long as a caller waits for it. Waits for a COMMIT that was sent.
async fn in_time(pool: &Pool, batch: &AcceptBatch<'_>) -> Result<(Vec<Accepted>, PendingWakeups), QueueError> {
    // No claim joins it: someone waits for the acceptance.
    let nobody = IdleClaims::default();
    let mut stored = pin!(transact(pool, &nobody, batch));
    match timeout(ACCEPT_TIMEOUT, &mut stored).await {
        Ok(outcome) => outcome,
        Err(_) if batch.is_committing() => stored.await,
        Err(_) => Err(late()),
    }
}

struct AcceptBatch<'a> {
    requests: &'a [PendingDelivery],
}

#[async_trait]
impl UnitOfWork for AcceptBatch<'_> {
    type Output = Vec<Accepted>;

    /// Repeatable: a delivery that was stored already is known by its key.
    const REPEATABLE: bool = true;

    fn may_commit(&self) -> bool {
        let all = self.requests.iter().all(|request| request.fate.commit());
        if !all {
            self.reopen();
        }
        all
    }

    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<Vec<Accepted>, Error> {
        self.reopen();
        self.accept(transaction.db, &mut transaction.pending).await
    }
}

impl AcceptBatch<'_> {
    fn is_committing(&self) -> bool {
        self.requests.iter().any(|request| request.fate.is_committing())
    }

    fn reopen(&self) {
        for request in self.requests {
            request.fate.reopen();
        }
    }

    async fn accept(&self, db: &ClientWrapper, pending: &mut PendingWakeups) -> Result<Vec<Accepted>, Error> {
        let (mut new, occupied) = self.remember(db).await?;
        // Of two like deliveries in one batch, the first is the new one.
        let outcome = |PendingDelivery { delivery, .. }: &PendingDelivery| {
            let name = (delivery.installation.as_str().to_owned(), delivery.key.clone());
            if new.remove(&name) { Accepted::New } else { Accepted::Duplicate }
        };
        let accepted: Vec<_> = self.requests.iter().map(outcome).collect();
        let fresh = self.requests.iter().zip(&accepted).filter(|(_, accepted)| **accepted == Accepted::New);
        let jobs: Vec<_> = fresh.flat_map(|(request, _)| &request.jobs).collect();
        partitions::join_unlocked(db, occupied, &jobs, pending).await?;
        Ok(accepted)
    }

    /// Stores the deliveries and finds the occupied partitions, both in one round trip. The partitions of duplicates
    /// are included, because it is not known yet which those are. Returns the names of the new deliveries and the
    /// occupied partitions.
    async fn remember(
        &self,
        db: &ClientWrapper,
    ) -> Result<(HashSet<(String, String)>, HashSet<PartitionKey<'_>>), Error> {
        let (remember, look) = (prepared(db, REMEMBER).await?, prepared(db, partitions::OCCUPIED).await?);
        let installations: Vec<_> = self.requests.iter().map(|r| r.delivery.installation.as_str()).collect();
        let keys: Vec<_> = self.requests.iter().map(|r| r.delivery.key.as_str()).collect();
        let times: Vec<_> = self.requests.iter().map(|r| r.now.as_millisecond()).collect();
        let wanted = WantedPartitions::of(self.requests.iter().flat_map(|request| &request.jobs));
        let deliveries: Params<'_> = &[&installations, &keys, &times];
        let lines = wanted.params();
        let (new, occupied) = tokio::try_join!(biased; db.query(&remember, deliveries), db.query(&look, &lines))?;
        let named: Result<_, Error> = new.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect();
        Ok((named?, wanted.occupied(&occupied)?))
    }
}
