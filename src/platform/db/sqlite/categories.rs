//! Reading the rows of an installation by category, and redacting some of them for good.

use rusqlite::{Connection, Result, Row, params};

use crate::core::clock::from_millis;
use crate::core::ids::InstallationId;
use crate::platform::db::Audited;
use crate::platform::db::data_category::{DataCategory, StoredItem};
use crate::platform::db::row_limit::limit;

pub(super) const NEXT_INSTALLATION: &str = "
    SELECT min(installation) FROM (
        SELECT min(installation) AS installation FROM documents WHERE installation > ?1
        UNION ALL SELECT min(installation) FROM audit_entries WHERE installation > ?1
    )";

pub(super) const CACHE_ENTRIES: &str = "
    SELECT kind, id, alias, at, body FROM cache_entries
    WHERE installation = ?1 AND (kind, id) > (?2, ?3) ORDER BY kind, id LIMIT ?4";

pub(super) const DOCUMENTS: &str = "
    SELECT kind, id, NULL, at, body FROM documents
    WHERE installation = ?1 AND (kind, id) > (?2, ?3) ORDER BY kind, id LIMIT ?4";

/// The second name is blank; the condition on it only uses up its parameter.
pub(super) const DRAFTS: &str = "
    SELECT id, '', actor, at, body FROM drafts
    WHERE installation = ?1 AND id > ?2 AND ?3 IS NOT NULL ORDER BY id LIMIT ?4";

pub(super) const CARDS: &str = "
    SELECT conversation, channel, ts, NULL, card_view FROM cards
    WHERE installation = ?1 AND (conversation, channel) > (?2, ?3) ORDER BY conversation, channel LIMIT ?4";

pub(super) const TAKE_CACHE_ENTRY: &str =
    "DELETE FROM cache_entries WHERE installation = ?1 AND kind = ?2 AND id = ?3 AND body = ?4";

pub(super) const TAKE_DOCUMENT: &str =
    "DELETE FROM documents WHERE installation = ?1 AND kind = ?2 AND id = ?3 AND body = ?4";

pub(super) const TAKE_DRAFT: &str =
    "DELETE FROM drafts WHERE installation = ?1 AND id = ?2 AND ?3 IS NOT NULL AND body = ?4";

pub(super) const TAKE_CARD: &str =
    "DELETE FROM cards WHERE installation = ?1 AND conversation = ?2 AND channel = ?3 AND card_view = ?4";

pub(super) const REWRITE: &str = "
    UPDATE documents SET body = ?5 WHERE installation = ?1 AND kind = ?2 AND id = ?3 AND body = ?4";

pub(super) const REDACT: &str = "UPDATE audit_entries SET actor = ?3, detail = ?4 WHERE id = ?2 AND installation = ?1";

/// Returns the first installation with any rows beyond `after`.
pub(super) fn next_installation(connection: &Connection, after: &InstallationId) -> Result<Option<InstallationId>> {
    let read = |row: &Row<'_>| row.get::<_, Option<String>>(0);
    let next = connection.prepare_cached(NEXT_INSTALLATION)?.query_row([after.as_str()], read)?;
    Ok(next.map(InstallationId::new))
}

/// Returns the statement that lists a category; `None` if it is the queue's.
pub(super) fn list_of(category: DataCategory) -> Option<&'static str> {
    match category {
        DataCategory::CacheEntries => Some(CACHE_ENTRIES),
        DataCategory::Documents => Some(DOCUMENTS),
        DataCategory::Drafts => Some(DRAFTS),
        DataCategory::Cards => Some(CARDS),
        DataCategory::Buckets => None,
    }
}

/// Returns the statement that removes an item from a category; `None` if it is the queue's.
pub(super) fn take_of(category: DataCategory) -> Option<&'static str> {
    match category {
        DataCategory::CacheEntries => Some(TAKE_CACHE_ENTRY),
        DataCategory::Documents => Some(TAKE_DOCUMENT),
        DataCategory::Drafts => Some(TAKE_DRAFT),
        DataCategory::Cards => Some(TAKE_CARD),
        DataCategory::Buckets => None,
    }
}

/// Lists a category by its statement.
pub(super) fn list(
    connection: &Connection,
    sql: &str,
    installation: &InstallationId,
    (first, second): &(String, String),
    max: usize,
) -> Result<Vec<StoredItem>> {
    let which = params![installation.as_str(), first, second, limit(max)];
    connection.prepare_cached(sql)?.query_map(which, read)?.collect()
}

/// Removes an item from its category by its statement.
pub(super) fn delete_if_unchanged(
    connection: &Connection,
    sql: &str,
    installation: &InstallationId,
    kept: &StoredItem,
) -> Result<bool> {
    let which = params![installation.as_str(), kept.name.0, kept.name.1, kept.body];
    Ok(connection.prepare_cached(sql)?.execute(which)? > 0)
}

/// Replaces the body of a document.
pub(super) fn rewrite(
    connection: &Connection,
    installation: &InstallationId,
    document: &StoredItem,
    body: &str,
) -> Result<bool> {
    let which = params![installation.as_str(), document.name.0, document.name.1, document.body, body];
    Ok(connection.prepare_cached(REWRITE)?.execute(which)? > 0)
}

/// Replaces actor and detail of lines of the audit log.
pub(super) fn redact(connection: &Connection, installation: &InstallationId, lines: &[Audited]) -> Result<usize> {
    let mut statement = connection.prepare_cached(REDACT)?;
    let mut replaced = 0;
    for Audited { id, entry, .. } in lines {
        replaced += statement.execute(params![installation.as_str(), id, entry.actor.as_str(), entry.detail])?;
    }
    Ok(replaced)
}

fn read(row: &Row<'_>) -> Result<StoredItem> {
    Ok(StoredItem {
        name: (row.get(0)?, row.get(1)?),
        also: row.get(2)?,
        at: row.get::<_, Option<i64>>(3)?.map(from_millis),
        body: row.get(4)?,
    })
}
