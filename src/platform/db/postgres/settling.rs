//! Verdicts of the queue with their effects in the app's own tables, and such effects alone. A commit costs the same for
//! one as for a hundred, so what arrives while transactions run is gathered and becomes the next.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use durable_queue::Settlement;
use durable_queue::postgres::{PostgresQueue, Transaction, UnitOfWork};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_postgres::Error;

use super::effects;
use crate::core::error::Fault;
use crate::core::ids::InstallationId;
use crate::platform::db::{Effect, Settled};

/// The most writes that share a transaction. More would hold their locks for too long.
const BATCH: usize = 64;

/// The number of writes that may wait to be gathered. Others wait in their callers.
const WAITING: usize = 1024;

/// The number of transactions at a time: where one waits for a lock, the other goes on.
const LANES: usize = 2;

/// A write of an installation.
pub(super) struct Write {
    /// The verdict. If its claim no longer holds, nothing is stored.
    pub(super) settlement: Option<Settlement>,
    pub(super) installation: InstallationId,
    pub(super) effects: Vec<Effect>,
}

/// A write with the channel for its answer.
struct PendingWrite {
    write: Write,
    reply: oneshot::Sender<Result<Settled, Fault>>,
}

/// The queue of writes to be gathered.
pub(super) struct WriteBatcher(mpsc::Sender<PendingWrite>);

impl WriteBatcher {
    /// Starts gathering, which ends when the batcher is dropped and every caller was answered.
    pub(super) fn open(queue: &Arc<PostgresQueue>) -> Self {
        let (sender, writes) = mpsc::channel(WAITING);
        let writes = Arc::new(Mutex::new(writes));
        for _ in 0..LANES {
            tokio::spawn(gather(queue.clone(), writes.clone()));
        }
        Self(sender)
    }

    /// Stores a write together with others. Answers after the commit.
    pub(super) async fn store(&self, write: Write) -> Result<Settled, Fault> {
        let (reply, answer) = oneshot::channel();
        self.0.send(PendingWrite { write, reply }).await.map_err(|_| closed())?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }
}

fn closed() -> Fault {
    Fault::Store("the store is closed".to_owned())
}

async fn gather(queue: Arc<PostgresQueue>, writes: Arc<Mutex<mpsc::Receiver<PendingWrite>>>) {
    loop {
        let mut batch = Vec::new();
        if writes.lock().await.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        while !batch.is_empty() {
            let again = split_off_seconds(&mut batch);
            store_all(&queue, batch).await;
            batch = again;
        }
    }
}

/// Takes the writes out of a batch that are about a job of an earlier one: of two, one has lost its lease.
fn split_off_seconds(batch: &mut Vec<PendingWrite>) -> Vec<PendingWrite> {
    let mut jobs = HashSet::new();
    let is_second = |pending: &mut PendingWrite| {
        let settlement = pending.write.settlement.as_ref();
        settlement.is_some_and(|settlement| !jobs.insert(settlement.job()))
    };
    batch.extract_if(.., is_second).collect()
}

/// Stores a batch. If the server refuses it, each write is tried alone: one must not fail the others.
async fn store_all(queue: &PostgresQueue, batch: Vec<PendingWrite>) {
    let writes: Vec<_> = batch.iter().map(|pending| &pending.write).collect();
    let together = WriteAll { writes, refused: AtomicBool::new(false) };
    let outcome = queue.transact(&together).await;
    let refused = together.refused.into_inner();
    match outcome {
        Ok(settled) => {
            for (pending, settled) in batch.into_iter().zip(settled) {
                let _ = pending.reply.send(Ok(settled));
            }
        }
        Err(fault) => {
            let is_alone = batch.len() == 1 || !refused;
            for PendingWrite { write, reply } in batch {
                let outcome = if is_alone { Err(fault.clone().into()) } else { store_alone(queue, &write).await };
                let _ = reply.send(outcome);
            }
        }
    }
}

async fn store_alone(queue: &PostgresQueue, write: &Write) -> Result<Settled, Fault> {
    let settled = queue.transact(&WriteAll { writes: vec![write], refused: AtomicBool::new(false) }).await?;
    settled.first().copied().ok_or_else(closed)
}

/// The writes of one transaction.
struct WriteAll<'a> {
    writes: Vec<&'a Write>,
    /// True if a statement was refused, so that the writes may fare better alone.
    refused: AtomicBool,
}

#[async_trait]
impl UnitOfWork for WriteAll<'_> {
    type Output = Vec<Settled>;

    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<Vec<Settled>, Error> {
        let outcome = self.write(transaction).await;
        let refused = outcome.as_ref().is_err_and(|error| !error.is_closed());
        self.refused.store(refused, Ordering::Relaxed);
        outcome
    }
}

impl WriteAll<'_> {
    /// Stores the verdicts, and then the effects of those whose claims hold.
    async fn write(&self, transaction: &mut Transaction<'_>) -> Result<Vec<Settled>, Error> {
        let settlements: Vec<_> = self.writes.iter().filter_map(|write| write.settlement.as_ref()).collect();
        let mut judged = transaction.settle(&settlements).await?.into_iter();
        let settled = |write: &&Write| match &write.settlement {
            Some(_) => judged.next().unwrap_or(Settled::LostLease),
            None => Settled::Applied,
        };
        let settled: Vec<_> = self.writes.iter().map(settled).collect();
        let stored = self.writes.iter().zip(&settled).filter(|(_, settled)| **settled == Settled::Applied);
        let own = stored.flat_map(|(write, _)| write.effects.iter().map(|effect| (&write.installation, effect)));
        let own: Vec<_> = own.collect();
        effects::store(transaction, &own).await?;
        Ok(settled)
    }
}
