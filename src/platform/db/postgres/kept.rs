//! Documents, and the snapshots of dialnote's conversations (the table `snapshots`).

use async_trait::async_trait;
use durable_queue::QueuedJob;
use durable_queue::postgres::{Transaction, UnitOfWork};
use jiff::Timestamp;
use tokio_postgres::{Error, Row};

use crate::core::clock::from_millis;
use crate::core::ids::{ConversationId, InstallationId};
use crate::platform::db::{Audited, Document, Snapshot};

pub(super) const PUT: &str = "
    INSERT INTO documents (installation, kind, id, at, due, body) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (installation, kind, id)
    DO UPDATE SET at = excluded.at, due = excluded.due, body = excluded.body";

pub(super) const DROP: &str = "DELETE FROM documents WHERE installation = $1 AND kind = $2 AND id = $3";

pub(super) const FIND: &str = "
    SELECT installation, kind, id, at, due, body FROM documents WHERE installation = $1 AND kind = $2 AND id = $3";

pub(super) const LIST: &str = "
    SELECT installation, kind, id, at, due, body FROM documents
    WHERE installation = $1 AND kind = $2 ORDER BY id LIMIT $3";

pub(super) const DUE: &str = "
    SELECT installation, kind, id, at, due, body FROM documents WHERE due IS NOT NULL AND due <= $1
    ORDER BY due LIMIT $2";

pub(super) const COME_DUE: &str = "
    UPDATE documents SET due = NULL WHERE installation = $1 AND kind = $2 AND id = $3 AND due = $4";

/// Two workers may read the same conversation and store it in the wrong order: the newer snapshot stays. Rows are
/// locked in the order of their names, as in every statement that locks several.
pub(super) const PUT_SNAPSHOT: &str = "
    INSERT INTO snapshots (installation, conversation, at, body)
    SELECT $1, conversation, at, body FROM unnest($2::text[], $3::bigint[], $4::text[]) AS seen (conversation, at, body)
    ORDER BY conversation
    ON CONFLICT (installation, conversation)
    DO UPDATE SET at = excluded.at, body = excluded.body WHERE excluded.at >= snapshots.at";

pub(super) const SIGHT: &str = "
    SELECT conversation, at, body FROM snapshots WHERE installation = $1 AND conversation = $2";

pub(super) const SNAPSHOTS: &str = "
    SELECT conversation, at, body FROM snapshots
    WHERE installation = $1 AND (at, conversation) > ($2, $3) ORDER BY at, conversation LIMIT $4";

pub(super) const CARD_AT: &str = "
    SELECT channel, conversation, ts, card_view FROM cards WHERE installation = $1 AND channel = $2 AND ts = $3";

pub(super) const CARDS_IN: &str = "
    SELECT channel, conversation, ts, card_view FROM cards
    WHERE installation = $1 AND channel = $2 AND ts > $3 ORDER BY ts LIMIT $4";

pub(super) const AUDIT: &str = "
    SELECT at, actor, conversation, verb, detail, id, installation FROM audit_entries WHERE id > $1 AND at >= $2
    ORDER BY id LIMIT $3";

pub(super) const LATEST: &str = "
    SELECT at, actor, conversation, verb, detail, id, installation FROM audit_entries
    WHERE installation = $1 AND id < $2
    ORDER BY id DESC LIMIT $3";

/// Stores a document, or replaces it.
pub(super) async fn put(
    transaction: &Transaction<'_>,
    installation: &InstallationId,
    document: &Document,
) -> Result<(), Error> {
    let Document { kind, id, at, due, body } = document;
    let (at, due) = (at.as_millisecond(), due.map(Timestamp::as_millisecond));
    transaction.changed(PUT, &[&installation.as_str(), kind, id, &at, &due, body]).await.map(drop)
}

/// Removes a document.
pub(super) async fn discard(
    transaction: &Transaction<'_>,
    installation: &InstallationId,
    kind: &str,
    id: &str,
) -> Result<(), Error> {
    transaction.changed(DROP, &[&installation.as_str(), &kind, &id]).await.map(drop)
}

/// Stores snapshots of conversations, each conversation once.
pub(super) async fn put_snapshots(
    transaction: &Transaction<'_>,
    installation: &InstallationId,
    seen: &[Snapshot],
) -> Result<(), Error> {
    let (names, times, bodies) = columns(seen);
    transaction.changed(PUT_SNAPSHOT, &[&installation.as_str(), &names, &times, &bodies]).await.map(drop)
}

/// Returns the snapshots as columns.
pub(super) fn columns(seen: &[Snapshot]) -> (Vec<&str>, Vec<i64>, Vec<&str>) {
    let names = seen.iter().map(|seen| seen.conversation.as_str()).collect();
    let times = seen.iter().map(|seen| seen.at.as_millisecond()).collect();
    let bodies = seen.iter().map(|seen| seen.body.as_str()).collect();
    (names, times, bodies)
}

/// Replaces a document's due time by a job, once.
pub(super) struct FireDue<'a> {
    pub(super) installation: &'a InstallationId,
    pub(super) document: &'a Document,
    pub(super) job: &'a [QueuedJob; 1],
}

#[async_trait]
impl UnitOfWork for FireDue<'_> {
    type Output = bool;

    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<bool, Error> {
        let locked = transaction.lock_partitions(self.job).await?;
        let Document { kind, id, due, .. } = self.document;
        let due = due.map(Timestamp::as_millisecond);
        if transaction.changed(COME_DUE, &[&self.installation.as_str(), kind, id, &due]).await? == 0 {
            return Ok(false);
        }
        transaction.enqueue(locked).await?;
        Ok(true)
    }
}

/// Reads a document from the columns of [`FIND`].
pub(super) fn read(row: &Row) -> Result<(InstallationId, Document), Error> {
    let document = Document {
        kind: row.try_get(1)?,
        id: row.try_get(2)?,
        at: from_millis(row.try_get(3)?),
        due: row.try_get::<_, Option<i64>>(4)?.map(from_millis),
        body: row.try_get(5)?,
    };
    Ok((InstallationId::new(row.try_get::<_, String>(0)?), document))
}

/// Reads a snapshot from the columns of [`SNAPSHOTS`].
pub(super) fn read_snapshot(row: &Row) -> Result<Snapshot, Error> {
    Ok(Snapshot {
        conversation: ConversationId::new(row.try_get::<_, String>(0)?),
        at: from_millis(row.try_get(1)?),
        body: row.try_get(2)?,
    })
}

/// Reads a line of the audit log from the columns of [`AUDIT`].
pub(super) fn read_audited(row: &Row) -> Result<Audited, Error> {
    Ok(Audited {
        id: row.try_get(5)?,
        installation: InstallationId::new(row.try_get::<_, String>(6)?),
        entry: super::facts::read_entry(row)?,
    })
}
