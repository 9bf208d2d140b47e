//! Verdicts of the queue with their effects in the app's own tables, and such effects alone. What arrives together
//! shares a transaction.

use std::sync::Arc;

use async_trait::async_trait;
use durable_queue::postgres::{PostgresQueue, Transaction, UnitOfWork};
use durable_queue::{QueueError, Settlement};
use tokio_postgres::Error;

use super::effects;
use super::gathering::Together;
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

    async fn carry_out(&self, writes: &[&Write]) -> Result<Vec<Settled>, QueueError> {
        self.0.transact(&WriteAll(writes)).await
    }
}

/// The writes of one transaction.
struct WriteAll<'a>(&'a [&'a Write]);

#[async_trait]
impl UnitOfWork for WriteAll<'_> {
    type Output = Vec<Settled>;

    /// Stores the verdicts, and then the effects of those whose claims hold.
    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<Vec<Settled>, Error> {
        let settlements: Vec<_> = self.0.iter().filter_map(|write| write.settlement.as_ref()).collect();
        let mut judged = transaction.settle(&settlements).await?.into_iter();
        let settled = |write: &&Write| match &write.settlement {
            Some(_) => judged.next().unwrap_or(Settled::LostLease),
            None => Settled::Applied,
        };
        let settled: Vec<_> = self.0.iter().map(settled).collect();
        let stored = self.0.iter().zip(&settled).filter(|(_, settled)| **settled == Settled::Applied);
        let own = stored.flat_map(|(write, _)| write.effects.iter().map(|effect| (&write.installation, effect)));
        let own: Vec<_> = own.collect();
        effects::store(transaction, &own).await?;
        Ok(settled)
    }
}
