//! Rows that are found by their names. A statement costs nearly the same for one as for a dozen, so what is asked for
//! while statements run is gathered and becomes the next. Every read sees all that was committed before it was asked
//! for.

use std::sync::Arc;

use durable_queue::QueueError;
use durable_queue::postgres::PostgresQueue;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_postgres::{Error, Row};

use crate::core::clock::from_millis;
use crate::core::error::Fault;
use crate::core::ids::{ChannelId, ConversationId, InstallationId, MessageTs};
use crate::platform::db::{CacheEntry, Card, Document, Snapshot};

/// The branch of a table is searched only for what is asked of it.
pub(super) const FIND: &str = "
    SELECT wanted.place, found.one, found.two, found.at, found.due, found.body
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
        WITH ORDINALITY AS wanted (source, installation, kind, id, place)
    CROSS JOIN LATERAL (
        SELECT NULL AS one, NULL AS two, at, due, body FROM documents
        WHERE wanted.source = 'document' AND documents.installation = wanted.installation
            AND documents.kind = wanted.kind AND documents.id = wanted.id
        UNION ALL
        SELECT alias, NULL, at, NULL, body FROM cache_entries
        WHERE wanted.source = 'cache_entry' AND cache_entries.installation = wanted.installation
            AND cache_entries.kind = wanted.kind AND cache_entries.id = wanted.id
        UNION ALL
        SELECT NULL, NULL, at, NULL, body FROM snapshots
        WHERE wanted.source = 'snapshot' AND snapshots.installation = wanted.installation
            AND snapshots.conversation = wanted.id
        UNION ALL
        SELECT channel, ts, NULL, NULL, card_view FROM cards
        WHERE wanted.source = 'cards' AND cards.installation = wanted.installation
            AND cards.conversation = wanted.id
    ) AS found
    ORDER BY wanted.place, found.one";

/// The most reads that share a statement.
const BATCH: usize = 64;

/// The number of reads that may wait to be gathered. Others wait in their callers.
const WAITING: usize = 1024;

/// The number of statements at a time.
const LANES: usize = 2;

/// The name of rows: of one row, or of a conversation's cards.
struct WantedRows {
    source: &'static str,
    installation: InstallationId,
    kind: String,
    id: String,
}

/// A row, with the columns that its table has.
struct FoundRow {
    /// The alias of a cache entry, or the channel of a card.
    one: Option<String>,
    /// The message of a card.
    two: Option<String>,
    at: Option<i64>,
    due: Option<i64>,
    body: String,
}

/// A read with the channel for its answer.
struct PendingRead {
    wanted: WantedRows,
    reply: oneshot::Sender<Result<Vec<FoundRow>, Fault>>,
}

/// The queue of reads to be gathered.
pub(super) struct ReadBatcher(mpsc::Sender<PendingRead>);

impl ReadBatcher {
    /// Starts gathering, which ends when the batcher is dropped and every caller was answered.
    pub(super) fn open(queue: &Arc<PostgresQueue>) -> Self {
        let (sender, reads) = mpsc::channel(WAITING);
        let reads = Arc::new(Mutex::new(reads));
        for _ in 0..LANES {
            tokio::spawn(gather(queue.clone(), reads.clone()));
        }
        Self(sender)
    }

    /// Returns a document.
    pub(super) async fn document(
        &self,
        installation: &InstallationId,
        kind: &str,
        id: &str,
    ) -> Result<Option<Document>, Fault> {
        let found = self.find("document", installation, kind, id).await?.into_iter().next();
        let document = |FoundRow { at, due, body, .. }| Document {
            kind: kind.to_owned(),
            id: id.to_owned(),
            at: from_millis(at.unwrap_or_default()),
            due: due.map(from_millis),
            body,
        };
        Ok(found.map(document))
    }

    /// Returns a cache entry.
    pub(super) async fn cache_entry(
        &self,
        installation: &InstallationId,
        kind: &str,
        id: &str,
    ) -> Result<Option<CacheEntry>, Fault> {
        let found = self.find("cache_entry", installation, kind, id).await?.into_iter().next();
        let entry = |FoundRow { one, at, body, .. }| CacheEntry {
            kind: kind.to_owned(),
            id: id.to_owned(),
            alias: one,
            at: from_millis(at.unwrap_or_default()),
            body,
        };
        Ok(found.map(entry))
    }

    /// Returns the latest snapshot of a conversation.
    pub(super) async fn snapshot(
        &self,
        installation: &InstallationId,
        id: &ConversationId,
    ) -> Result<Option<Snapshot>, Fault> {
        let found = self.find("snapshot", installation, "", id.as_str()).await?.into_iter().next();
        let snapshot = |FoundRow { at, body, .. }| Snapshot {
            conversation: id.clone(),
            at: from_millis(at.unwrap_or_default()),
            body,
        };
        Ok(found.map(snapshot))
    }

    /// Returns the cards of a conversation, in the order of their channels' ids.
    pub(super) async fn cards(
        &self,
        installation: &InstallationId,
        conversation: &ConversationId,
    ) -> Result<Vec<Card>, Fault> {
        let card = |FoundRow { one, two, body, .. }| Card {
            channel: ChannelId::new(one.unwrap_or_default()),
            conversation: conversation.clone(),
            ts: two.map(MessageTs::new),
            card_view: body,
        };
        Ok(self.find("cards", installation, "", conversation.as_str()).await?.into_iter().map(card).collect())
    }

    async fn find(
        &self,
        source: &'static str,
        installation: &InstallationId,
        kind: &str,
        id: &str,
    ) -> Result<Vec<FoundRow>, Fault> {
        let (reply, answer) = oneshot::channel();
        let wanted =
            WantedRows { source, installation: installation.clone(), kind: kind.to_owned(), id: id.to_owned() };
        self.0.send(PendingRead { wanted, reply }).await.map_err(|_| closed())?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }
}

fn closed() -> Fault {
    Fault::Store("the store is closed".to_owned())
}

async fn gather(queue: Arc<PostgresQueue>, reads: Arc<Mutex<mpsc::Receiver<PendingRead>>>) {
    let mut batch = Vec::new();
    while reads.lock().await.recv_many(&mut batch, BATCH).await > 0 {
        answer_all(&queue, std::mem::take(&mut batch)).await;
    }
}

/// Answers a batch. If it cannot be read, each read is tried alone: one must not fail the others.
async fn answer_all(queue: &PostgresQueue, batch: Vec<PendingRead>) {
    let wanted: Vec<_> = batch.iter().map(|pending| &pending.wanted).collect();
    match found(queue, &wanted).await {
        Ok(found) => {
            for (pending, found) in batch.into_iter().zip(found) {
                let _ = pending.reply.send(Ok(found));
            }
        }
        Err(fault) if batch.len() == 1 => {
            for pending in batch {
                let _ = pending.reply.send(Err(fault.clone().into()));
            }
        }
        Err(_) => {
            for pending in batch {
                let alone = found(queue, &[&pending.wanted]).await;
                let alone = alone.map(|found| found.into_iter().flatten().collect()).map_err(Fault::from);
                let _ = pending.reply.send(alone);
            }
        }
    }
}

/// Returns the rows of each name, in the order of the names.
async fn found(queue: &PostgresQueue, wanted: &[&WantedRows]) -> Result<Vec<Vec<FoundRow>>, QueueError> {
    let sources: Vec<_> = wanted.iter().map(|wanted| wanted.source).collect();
    let installations: Vec<_> = wanted.iter().map(|wanted| wanted.installation.as_str()).collect();
    let kinds: Vec<_> = wanted.iter().map(|wanted| wanted.kind.as_str()).collect();
    let ids: Vec<_> = wanted.iter().map(|wanted| wanted.id.as_str()).collect();
    let rows = queue.all(FIND, &[&sources, &installations, &kinds, &ids], read).await?;
    let mut found: Vec<Vec<FoundRow>> = wanted.iter().map(|_| Vec::new()).collect();
    for (place, row) in rows {
        if let Some(found) = place.checked_sub(1).and_then(|place| found.get_mut(place)) {
            found.push(row);
        }
    }
    Ok(found)
}

/// Reads a row with the place of its name, counted from 1.
fn read(row: &Row) -> Result<(usize, FoundRow), Error> {
    let place = usize::try_from(row.try_get::<_, i64>(0)?).unwrap_or_default();
    let found = FoundRow {
        one: row.try_get(1)?,
        two: row.try_get(2)?,
        at: row.try_get(3)?,
        due: row.try_get(4)?,
        body: row.try_get(5)?,
    };
    Ok((place, found))
}
