//! Documents, and the snapshots of dialnote's conversations (the table `snapshots`).

use durable_queue::QueuedJob;
use durable_queue::sqlite::Transaction;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use crate::core::clock::from_millis;
use crate::core::ids::{ChannelId, ConversationId, InstallationId, MessageTs};
use crate::platform::db::row_limit::limit;
use crate::platform::db::{Audited, Card, Document, Since, Snapshot};

pub(super) const PUT: &str = "
    INSERT INTO documents (installation, kind, id, at, due, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (installation, kind, id)
    DO UPDATE SET at = excluded.at, due = excluded.due, body = excluded.body";

pub(super) const DROP: &str = "DELETE FROM documents WHERE installation = ?1 AND kind = ?2 AND id = ?3";

pub(super) const FIND: &str = "
    SELECT installation, kind, id, at, due, body FROM documents WHERE installation = ?1 AND kind = ?2 AND id = ?3";

pub(super) const LIST: &str = "
    SELECT installation, kind, id, at, due, body FROM documents
    WHERE installation = ?1 AND kind = ?2 ORDER BY id LIMIT ?3";

pub(super) const DUE: &str = "
    SELECT installation, kind, id, at, due, body FROM documents WHERE due IS NOT NULL AND due <= ?1
    ORDER BY due LIMIT ?2";

pub(super) const COME_DUE: &str = "
    UPDATE documents SET due = NULL WHERE installation = ?1 AND kind = ?2 AND id = ?3 AND due = ?4";

/// Two workers may read the same conversation and store it in the wrong order: the newer snapshot stays.
pub(super) const PUT_SNAPSHOT: &str = "
    INSERT INTO snapshots (installation, conversation, at, body) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (installation, conversation)
    DO UPDATE SET at = excluded.at, body = excluded.body WHERE excluded.at >= at";

pub(super) const SIGHT: &str = "
    SELECT conversation, at, body FROM snapshots WHERE installation = ?1 AND conversation = ?2";

pub(super) const SNAPSHOTS: &str = "
    SELECT conversation, at, body FROM snapshots
    WHERE installation = ?1 AND (at, conversation) > (?2, ?3) ORDER BY at, conversation LIMIT ?4";

pub(super) const CARD_AT: &str = "
    SELECT channel, conversation, ts, card_view FROM cards WHERE installation = ?1 AND channel = ?2 AND ts = ?3";

pub(super) const CARDS_IN: &str = "
    SELECT channel, conversation, ts, card_view FROM cards
    WHERE installation = ?1 AND channel = ?2 AND ts > ?3 ORDER BY ts LIMIT ?4";

pub(super) const AUDIT: &str = "
    SELECT id, installation, at, actor, conversation, verb, detail FROM audit_entries WHERE id > ?1 AND at >= ?2
    ORDER BY id LIMIT ?3";

pub(super) const LATEST: &str = "
    SELECT id, installation, at, actor, conversation, verb, detail FROM audit_entries
    WHERE installation = ?1 AND id < ?2
    ORDER BY id DESC LIMIT ?3";

/// Returns the newest audit entries of an installation, before one of them if it is given.
pub(super) fn latest(
    connection: &Connection,
    installation: &InstallationId,
    before: Option<i64>,
    max: usize,
) -> Result<Vec<Audited>> {
    let which = params![installation.as_str(), before.unwrap_or(i64::MAX), limit(max)];
    connection.prepare_cached(LATEST)?.query_map(which, read_audited)?.collect()
}

/// Stores a document, or replaces it.
pub(super) fn put(connection: &Connection, installation: &InstallationId, document: &Document) -> Result<()> {
    let Document { kind, id, at, due, body } = document;
    let (at, due) = (at.as_millisecond(), due.map(Timestamp::as_millisecond));
    connection.prepare_cached(PUT)?.execute(params![installation.as_str(), kind, id, at, due, body]).map(drop)
}

/// Removes a document.
pub(super) fn discard(connection: &Connection, installation: &InstallationId, kind: &str, id: &str) -> Result<()> {
    connection.prepare_cached(DROP)?.execute(params![installation.as_str(), kind, id]).map(drop)
}

/// Returns a document.
pub(super) fn find(
    connection: &Connection,
    installation: &InstallationId,
    kind: &str,
    id: &str,
) -> Result<Option<Document>> {
    let which = params![installation.as_str(), kind, id];
    connection.prepare_cached(FIND)?.query_row(which, read).optional().map(|found| found.map(|(_, document)| document))
}

/// Returns the documents of a kind.
pub(super) fn list(
    connection: &Connection,
    installation: &InstallationId,
    kind: &str,
    max: usize,
) -> Result<Vec<Document>> {
    let which = params![installation.as_str(), kind, limit(max)];
    let read = |row: &Row<'_>| read(row).map(|(_, document)| document);
    connection.prepare_cached(LIST)?.query_map(which, read)?.collect()
}

/// Returns the documents whose due time has come.
pub(super) fn due_documents(
    connection: &Connection,
    now: Timestamp,
    max: usize,
) -> Result<Vec<(InstallationId, Document)>> {
    connection.prepare_cached(DUE)?.query_map(params![now.as_millisecond(), limit(max)], read)?.collect()
}

/// Replaces a document's due time by a job, once.
pub(super) fn fire_due(
    transaction: &mut Transaction<'_>,
    installation: &InstallationId,
    document: &Document,
    job: &QueuedJob,
) -> Result<bool> {
    let Document { kind, id, due, .. } = document;
    let due = due.map(Timestamp::as_millisecond);
    let fired = params![installation.as_str(), kind, id, due];
    if transaction.connection().prepare_cached(COME_DUE)?.execute(fired)? == 0 {
        return Ok(false);
    }
    transaction.enqueue(job)?;
    Ok(true)
}

/// Stores snapshots of conversations.
pub(super) fn put_snapshots(connection: &Connection, installation: &InstallationId, seen: &[Snapshot]) -> Result<()> {
    let mut statement = connection.prepare_cached(PUT_SNAPSHOT)?;
    for Snapshot { conversation, at, body } in seen {
        statement.execute(params![installation.as_str(), conversation.as_str(), at.as_millisecond(), body])?;
    }
    Ok(())
}

/// Returns the snapshots after a place in the table.
pub(super) fn snapshots(
    connection: &Connection,
    installation: &InstallationId,
    since: &Since,
    max: usize,
) -> Result<Vec<Snapshot>> {
    let Since { at, conversation } = since;
    let since = params![installation.as_str(), at.as_millisecond(), conversation, limit(max)];
    connection.prepare_cached(SNAPSHOTS)?.query_map(since, read_snapshot)?.collect()
}

/// Returns the snapshot of a conversation.
pub(super) fn snapshot(
    connection: &Connection,
    installation: &InstallationId,
    id: &ConversationId,
) -> Result<Option<Snapshot>> {
    let wanted = [installation.as_str(), id.as_str()];
    connection.prepare_cached(SIGHT)?.query_row(wanted, read_snapshot).optional()
}

fn read_snapshot(row: &Row<'_>) -> Result<Snapshot> {
    Ok(Snapshot {
        conversation: ConversationId::new(row.get::<_, String>(0)?),
        at: from_millis(row.get(1)?),
        body: row.get(2)?,
    })
}

/// Returns the card that a message is.
pub(super) fn card_at(
    connection: &Connection,
    installation: &InstallationId,
    channel: &ChannelId,
    ts: &MessageTs,
) -> Result<Option<Card>> {
    let place = params![installation.as_str(), channel.as_str(), ts.as_str()];
    connection.prepare_cached(CARD_AT)?.query_row(place, super::facts::read_card).optional()
}

/// Returns the cards with a message in a channel.
pub(super) fn cards_in(
    connection: &Connection,
    installation: &InstallationId,
    channel: &ChannelId,
    after: &MessageTs,
    max: usize,
) -> Result<Vec<Card>> {
    let place = params![installation.as_str(), channel.as_str(), after.as_str(), limit(max)];
    connection.prepare_cached(CARDS_IN)?.query_map(place, super::facts::read_card)?.collect()
}

/// Returns the audit log beyond an entry.
pub(super) fn audit(connection: &Connection, after: i64, since: Timestamp, max: usize) -> Result<Vec<Audited>> {
    let which = params![after, since.as_millisecond(), limit(max)];
    connection.prepare_cached(AUDIT)?.query_map(which, read_audited)?.collect()
}

fn read_audited(row: &Row<'_>) -> Result<Audited> {
    Ok(Audited {
        id: row.get(0)?,
        installation: InstallationId::new(row.get::<_, String>(1)?),
        entry: super::facts::entry(row, 2)?,
    })
}

fn read(row: &Row<'_>) -> Result<(InstallationId, Document)> {
    let document = Document {
        kind: row.get(1)?,
        id: row.get(2)?,
        at: from_millis(row.get(3)?),
        due: row.get::<_, Option<i64>>(4)?.map(from_millis),
        body: row.get(5)?,
    };
    Ok((InstallationId::new(row.get::<_, String>(0)?), document))
}
