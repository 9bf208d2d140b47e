//! Documents, and the snapshots of dialnote's conversations (the table `snapshots`).

use async_trait::async_trait;
use durable_queue::QueuedJob;
use durable_queue::postgres::{Transaction, UnitOfWork};
use jiff::Timestamp;
use tokio_postgres::{Error, Row};

use crate::core::clock::from_millis;
use crate::core::ids::{ConversationId, InstallationId};
use crate::platform::db::{Audited, Document, Snapshot};

pub(super) const DUE: &str = "
    SELECT installation, kind, id, at, due, body FROM documents WHERE due IS NOT NULL AND due <= $1
    ORDER BY due LIMIT $2";

pub(super) const COME_DUE: &str = "
    UPDATE documents SET due = NULL WHERE installation = $1 AND kind = $2 AND id = $3 AND due = $4";

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

/// Reads a document from the columns of [`DUE`].
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
