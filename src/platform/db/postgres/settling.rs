//! Verdicts of the queue with their effects in the app's own tables, and such effects alone. What arrives together
//! shares a transaction.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use durable_queue::Settlement;
use durable_queue::postgres::{PostgresQueue, Transaction, UnitOfWork};
use tokio_postgres::Error;

use super::effects;
use super::gathering::{GatheredFailure, Together};
use crate::core::ids::InstallationId;
use crate::platform::db::{Effect, Settled};

/// A write of an installation.
pub(super) struct Write {
    /// The verdict. If its claim no longer holds, nothing is stored.
    pub(super) settlement: Option<Settlement>,
    pub(super) installation: InstallationId,
    pub(super) effects: Vec<Effect>,
}

/// The way to store writes.
pub(super) struct Writes(pub(super) Arc<PostgresQueue>);

#[async_trait]
impl Together for Writes {
    type Request = Write;
    type Answer = Settled;

    async fn carry_out(&self, writes: &[&Write]) -> Result<Vec<Settled>, GatheredFailure> {
        let all = WriteAll { writes, refused: AtomicBool::new(false) };
        let outcome = self.0.transact(&all).await;
        let is_of_one = all.refused.into_inner();
        outcome.map_err(|fault| GatheredFailure { fault: fault.into(), is_of_one })
    }
}

/// The writes of one transaction.
struct WriteAll<'a> {
    writes: &'a [&'a Write],
    /// True if the server refused a statement. If it didn't answer, the writes would fare no better alone.
    refused: AtomicBool,
}

#[async_trait]
impl UnitOfWork for WriteAll<'_> {
    type Output = Vec<Settled>;

    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<Vec<Settled>, Error> {
        let outcome = self.store(transaction).await;
        let refused = outcome.as_ref().is_err_and(|error| !error.is_closed());
        self.refused.store(refused, Ordering::Relaxed);
        outcome
    }
}

impl WriteAll<'_> {
    /// Stores the verdicts, and then the effects of those whose claims hold.
    async fn store(&self, transaction: &mut Transaction<'_>) -> Result<Vec<Settled>, Error> {
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
