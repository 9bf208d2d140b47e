//! Rows that are found by their names. What is asked for together is read by one statement. Every read sees all that was
//! committed before it was asked for.

use std::sync::Arc;

use async_trait::async_trait;
use durable_queue::QueueError;
use durable_queue::postgres::PostgresQueue;
use tokio_postgres::{Error, Row};

use super::gathering::{Gatherer, Together};
use crate::core::clock::from_millis;
use crate::core::error::Fault;
use crate::core::ids::{ChannelId, ConversationId, InstallationId, MessageTs, SlackUserId};
use crate::platform::db::row_limit::limit;
use crate::platform::db::{CacheEntry, Card, Document, Entry, Snapshot};

/// The branch of a table is searched only for what is asked of it.
pub(super) const FIND: &str = "
    SELECT wanted.place, found.one, found.two, found.at, found.due, found.body
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
        WITH ORDINALITY AS wanted (source, installation, kind, id, most, place)
    CROSS JOIN LATERAL (
        SELECT NULL AS one, NULL AS two, at, due, body, 0 AS rank FROM documents
        WHERE wanted.source = 'document' AND documents.installation = wanted.installation
            AND documents.kind = wanted.kind AND documents.id = wanted.id
        UNION ALL
        (SELECT id, NULL, at, due, body, 0 FROM documents
        WHERE wanted.source = 'documents' AND documents.installation = wanted.installation
            AND documents.kind = wanted.kind
        ORDER BY id LIMIT wanted.most)
        UNION ALL
        SELECT alias, NULL, at, NULL, body, 0 FROM cache_entries
        WHERE wanted.source = 'cache_entry' AND cache_entries.installation = wanted.installation
            AND cache_entries.kind = wanted.kind AND cache_entries.id = wanted.id
        UNION ALL
        SELECT NULL, NULL, at, NULL, body, 0 FROM snapshots
        WHERE wanted.source = 'snapshot' AND snapshots.installation = wanted.installation
            AND snapshots.conversation = wanted.id
        UNION ALL
        SELECT channel, ts, NULL, NULL, card_view, 0 FROM cards
        WHERE wanted.source = 'cards' AND cards.installation = wanted.installation
            AND cards.conversation = wanted.id
        UNION ALL
        (SELECT actor COLLATE \"C\", verb, at, NULL, detail, -audit_entries.id FROM audit_entries
        WHERE wanted.source = 'entries' AND audit_entries.installation = wanted.installation
            AND audit_entries.conversation = wanted.id
        ORDER BY audit_entries.id DESC LIMIT wanted.most)
    ) AS found
    ORDER BY wanted.place, found.rank, found.one";

/// The name of rows: of one row, of a kind's documents, or of a conversation's cards or audit entries.
struct WantedRows {
    source: &'static str,
    installation: InstallationId,
    kind: String,
    id: String,
    most: i64,
}

/// A row, with the columns that its table has.
struct FoundRow {
    /// The alias of a cache entry, the channel of a card, the id of a listed document, or the actor of an audit entry.
    one: Option<String>,
    /// The message of a card, or the verb of an audit entry.
    two: Option<String>,
    at: Option<i64>,
    due: Option<i64>,
    body: String,
}

/// The way to read rows.
struct Reads(Arc<PostgresQueue>);

#[async_trait]
impl Together for Reads {
    type Request = WantedRows;
    type Answer = Vec<FoundRow>;

    async fn carry_out(&self, wanted: &[&WantedRows]) -> Result<Vec<Vec<FoundRow>>, QueueError> {
        find(&self.0, wanted).await
    }
}

/// Reads of rows by their names.
pub(super) struct RowReader(Gatherer<Reads>);

impl RowReader {
    /// Starts reading, which ends when the reader is dropped.
    pub(super) fn open(queue: &Arc<PostgresQueue>) -> Self {
        Self(Gatherer::open(Reads(queue.clone())))
    }

    /// Returns a document.
    pub(super) async fn document(
        &self,
        installation: &InstallationId,
        kind: &str,
        id: &str,
    ) -> Result<Option<Document>, Fault> {
        let found = self.find("document", installation, kind, id, 1).await?.into_iter().next();
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
        let found = self.find("cache_entry", installation, kind, id, 1).await?.into_iter().next();
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
        let found = self.find("snapshot", installation, "", id.as_str(), 1).await?.into_iter().next();
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
        let found = self.find("cards", installation, "", conversation.as_str(), usize::MAX).await?;
        let card = |FoundRow { one, two, body, .. }| Card {
            channel: ChannelId::new(one.unwrap_or_default()),
            conversation: conversation.clone(),
            ts: two.map(MessageTs::new),
            card_view: body,
        };
        Ok(found.into_iter().map(card).collect())
    }

    /// Returns the first documents of a kind, in the order of their ids.
    pub(super) async fn documents(
        &self,
        installation: &InstallationId,
        kind: &str,
        most: usize,
    ) -> Result<Vec<Document>, Fault> {
        let found = self.find("documents", installation, kind, "", most).await?;
        let document = |FoundRow { one, at, due, body, .. }| Document {
            kind: kind.to_owned(),
            id: one.unwrap_or_default(),
            at: from_millis(at.unwrap_or_default()),
            due: due.map(from_millis),
            body,
        };
        Ok(found.into_iter().map(document).collect())
    }

    /// Returns the newest audit entries about a conversation.
    pub(super) async fn entries(
        &self,
        installation: &InstallationId,
        conversation: &ConversationId,
        most: usize,
    ) -> Result<Vec<Entry>, Fault> {
        let found = self.find("entries", installation, "", conversation.as_str(), most).await?;
        let entry = |FoundRow { one, two, at, body, .. }| Entry {
            at: from_millis(at.unwrap_or_default()),
            actor: SlackUserId::new(one.unwrap_or_default()),
            conversation: Some(conversation.clone()),
            verb: two.unwrap_or_default(),
            detail: body,
        };
        Ok(found.into_iter().map(entry).collect())
    }

    async fn find(
        &self,
        source: &'static str,
        installation: &InstallationId,
        kind: &str,
        id: &str,
        most: usize,
    ) -> Result<Vec<FoundRow>, Fault> {
        let (installation, kind, id) = (installation.clone(), kind.to_owned(), id.to_owned());
        self.0.ask(WantedRows { source, installation, kind, id, most: limit(most) }).await
    }
}

/// Returns the rows of each name, in the order of the names.
async fn find(queue: &PostgresQueue, wanted: &[&WantedRows]) -> Result<Vec<Vec<FoundRow>>, QueueError> {
    let sources: Vec<_> = wanted.iter().map(|wanted| wanted.source).collect();
    let installations: Vec<_> = wanted.iter().map(|wanted| wanted.installation.as_str()).collect();
    let kinds: Vec<_> = wanted.iter().map(|wanted| wanted.kind.as_str()).collect();
    let ids: Vec<_> = wanted.iter().map(|wanted| wanted.id.as_str()).collect();
    let most: Vec<_> = wanted.iter().map(|wanted| wanted.most).collect();
    let rows = queue.all(FIND, &[&sources, &installations, &kinds, &ids, &most], read).await?;
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
