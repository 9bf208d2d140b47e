//! Reading the rows of an installation by category, and redacting some of them for good.

use tokio_postgres::{Error, Row};

use crate::core::clock::from_millis;
use crate::core::ids::InstallationId;
use crate::platform::db::data_category::{DataCategory, StoredItem};

pub(super) const NEXT_INSTALLATION: &str = "
    SELECT min(installation) FROM (
        SELECT min(installation) AS installation FROM documents WHERE installation > $1
        UNION ALL SELECT min(installation) FROM audit_entries WHERE installation > $1
    ) AS firsts";

const CACHE_ENTRIES: &str = "
    SELECT kind, id, alias, at, body FROM cache_entries
    WHERE installation = $1 AND (kind, id) > ($2, $3) ORDER BY kind, id LIMIT $4";

const DOCUMENTS: &str = "
    SELECT kind, id, NULL::text, at, body FROM documents
    WHERE installation = $1 AND (kind, id) > ($2, $3) ORDER BY kind, id LIMIT $4";

/// The second name is blank; the condition on it only uses up its parameter.
const DRAFTS: &str = "
    SELECT id, '', actor, at, body FROM drafts
    WHERE installation = $1 AND id > $2 AND $3::text IS NOT NULL ORDER BY id LIMIT $4";

const CARDS: &str = "
    SELECT conversation, channel, ts, NULL::bigint, card_view FROM cards
    WHERE installation = $1 AND (conversation, channel) > ($2, $3) ORDER BY conversation, channel LIMIT $4";

const TAKE_CACHE_ENTRY: &str = "
    DELETE FROM cache_entries WHERE installation = $1 AND kind = $2 AND id = $3 AND body = $4 RETURNING 1";

const TAKE_DOCUMENT: &str = "
    DELETE FROM documents WHERE installation = $1 AND kind = $2 AND id = $3 AND body = $4 RETURNING 1";

const TAKE_DRAFT: &str = "
    DELETE FROM drafts WHERE installation = $1 AND id = $2 AND $3::text IS NOT NULL AND body = $4 RETURNING 1";

const TAKE_CARD: &str = "
    DELETE FROM cards WHERE installation = $1 AND conversation = $2 AND channel = $3 AND card_view = $4 RETURNING 1";

pub(super) const REWRITE: &str = "
    UPDATE documents SET body = $5 WHERE installation = $1 AND kind = $2 AND id = $3 AND body = $4 RETURNING 1";

pub(super) const REDACT: &str = "
    UPDATE audit_entries SET actor = line.actor, detail = line.detail
    FROM unnest($2::bigint[], $3::text[], $4::text[]) AS line (id, actor, detail)
    WHERE audit_entries.id = line.id AND audit_entries.installation = $1 RETURNING 1";

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

/// Reads an item of a category from the columns of its list.
pub(super) fn read(row: &Row) -> Result<StoredItem, Error> {
    Ok(StoredItem {
        name: (row.try_get(0)?, row.try_get(1)?),
        also: row.try_get(2)?,
        at: row.try_get::<_, Option<i64>>(3)?.map(from_millis),
        body: row.try_get(4)?,
    })
}

/// Reads the installation, if there is one.
pub(super) fn read_installation(row: &Row) -> Result<Option<InstallationId>, Error> {
    Ok(row.try_get::<_, Option<String>>(0)?.map(InstallationId::new))
}
