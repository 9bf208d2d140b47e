//! A verdict of the queue, with its effects in the app's own tables.

use async_trait::async_trait;
use durable_queue::Settlement;
use durable_queue::postgres::{Transaction, UnitOfWork};
use tokio_postgres::Error;

use super::{facts, kept};
use crate::core::ids::InstallationId;
use crate::platform::db::{Effect, Settled};

/// Stores a verdict and its effects, if the claim still holds.
pub(super) struct SettleWithEffects {
    pub(super) settlement: Settlement,
    pub(super) own: Vec<Effect>,
}

#[async_trait]
impl UnitOfWork for SettleWithEffects {
    type Output = Settled;

    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<Settled, Error> {
        let settled = transaction.settle(&self.settlement).await?;
        if settled == Settled::Applied {
            for effect in &self.own {
                follow(transaction, self.settlement.installation(), effect).await?;
            }
        }
        Ok(settled)
    }
}

async fn follow(db: &Transaction<'_>, installation: &InstallationId, effect: &Effect) -> Result<(), Error> {
    match effect {
        // The queue has already stored these.
        Effect::Enqueue(_) | Effect::Close { .. } => Ok(()),
        Effect::PutCard(card) => facts::put_card(db, installation, card).await,
        Effect::DropCard { channel, conversation } => facts::drop_card(db, installation, channel, conversation).await,
        Effect::Record(entry) => facts::record(db, installation, entry).await,
        Effect::PutDraft(draft) => facts::put_draft(db, installation, draft).await,
        Effect::DropDraft(draft) => facts::drop_draft(db, installation, draft).await,
        Effect::CachePut(cache_entry) => facts::cache_put(db, installation, cache_entry).await,
        Effect::PutDocument(document) => kept::put(db, installation, document).await,
        Effect::DropDocument { kind, id } => kept::discard(db, installation, kind, id).await,
        Effect::PutSnapshot(seen) => kept::put_snapshots(db, installation, std::slice::from_ref(seen)).await,
    }
}
