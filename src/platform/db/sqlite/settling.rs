//! A verdict of the queue, with its effects in the app's own tables.

use durable_queue::Settlement;
use durable_queue::sqlite::Transaction;
use rusqlite::{Connection, Result};

use super::{facts, kept};
use crate::core::ids::InstallationId;
use crate::platform::db::{Effect, Settled};

/// Stores a verdict and its effects, if the claim still holds.
pub(super) fn settle(transaction: &mut Transaction<'_>, settlement: &Settlement, own: &[Effect]) -> Result<Settled> {
    let settled = transaction.settle(settlement)?;
    if settled == Settled::Applied {
        for effect in own {
            follow(transaction.connection(), settlement.installation(), effect)?;
        }
    }
    Ok(settled)
}

fn follow(connection: &Connection, installation: &InstallationId, effect: &Effect) -> Result<()> {
    match effect {
        // The queue has already stored these.
        Effect::Enqueue(_) | Effect::Close { .. } => Ok(()),
        Effect::PutCard(card) => facts::put_card(connection, installation, card),
        Effect::DropCard { channel, conversation } => facts::drop_card(connection, installation, channel, conversation),
        Effect::Record(entry) => facts::record(connection, installation, entry),
        Effect::PutDraft(draft) => facts::put_draft(connection, installation, draft),
        Effect::DropDraft(draft) => facts::drop_draft(connection, installation, draft),
        Effect::CachePut(cache_entry) => facts::cache_put(connection, installation, cache_entry),
        Effect::PutDocument(document) => kept::put(connection, installation, document),
        Effect::DropDocument { kind, id } => kept::discard(connection, installation, kind, id),
        Effect::PutSnapshot(seen) => kept::put_snapshots(connection, installation, std::slice::from_ref(seen)),
    }
}
