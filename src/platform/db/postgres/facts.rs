//! The few facts that a job needs to run only once (cards, drafts, the audit log), those that are expensive to read
//! twice (cache entries), and the removal of old ones.

use tokio_postgres::{Error, Row};

use crate::core::clock::from_millis;
use crate::core::ids::{ChannelId, ConversationId, DraftId, MessageTs, SlackUserId};
use crate::platform::db::{CacheEntry, Card, Draft, Entry};

pub(super) const DRAFT: &str = "SELECT id, actor, at, body FROM drafts WHERE installation = $1 AND id = $2";

pub(super) const DEEDS: &str = "
    SELECT at, actor, conversation, verb, detail FROM audit_entries
    WHERE installation = $1 AND actor = $2 ORDER BY id DESC LIMIT $3";

/// LATERAL, so that each entry is one search of the index. Else a plan that was made for a small table would read all
/// entries of the kind.
pub(super) const RECALL_ALL: &str = "
    SELECT found.kind, found.id, found.alias, found.at, found.body
    FROM unnest($3::text[]) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT kind, id, alias, at, body FROM cache_entries
        WHERE installation = $1 AND kind = $2 AND id = wanted.id LIMIT 1
    ) AS found";

pub(super) const RECALL_ALIAS: &str = "
    SELECT kind, id, alias, at, body FROM cache_entries WHERE installation = $1 AND kind = $2 AND alias = $3
    ORDER BY at DESC LIMIT 1";

/// Two instances that sweep at once take different batches.
pub(super) const SWEEP: [&str; 2] = [
    "DELETE FROM drafts USING (
        SELECT installation, id FROM drafts WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED
    ) AS old WHERE drafts.installation = old.installation AND drafts.id = old.id RETURNING 1",
    "DELETE FROM cache_entries USING (
        SELECT installation, kind, id FROM cache_entries WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED
    ) AS old
    WHERE cache_entries.installation = old.installation AND cache_entries.kind = old.kind AND cache_entries.id = old.id
    RETURNING 1",
];

/// Reads a card from the columns of [`CARD_AT`](super::kept::CARD_AT).
pub(super) fn read_card(row: &Row) -> Result<Card, Error> {
    Ok(Card {
        channel: ChannelId::new(row.try_get::<_, String>(0)?),
        conversation: ConversationId::new(row.try_get::<_, String>(1)?),
        ts: row.try_get::<_, Option<String>>(2)?.map(MessageTs::new),
        card_view: row.try_get(3)?,
    })
}

/// Reads a draft from the columns of [`DRAFT`].
pub(super) fn read_draft(row: &Row) -> Result<Draft, Error> {
    Ok(Draft {
        id: DraftId::new(row.try_get::<_, String>(0)?),
        actor: SlackUserId::new(row.try_get::<_, String>(1)?),
        at: from_millis(row.try_get(2)?),
        body: row.try_get(3)?,
    })
}

/// Reads a line of the audit log from the columns of [`DEEDS`].
pub(super) fn read_entry(row: &Row) -> Result<Entry, Error> {
    Ok(Entry {
        at: from_millis(row.try_get(0)?),
        actor: SlackUserId::new(row.try_get::<_, String>(1)?),
        conversation: row.try_get::<_, Option<String>>(2)?.map(ConversationId::new),
        verb: row.try_get(3)?,
        detail: row.try_get(4)?,
    })
}

/// Reads a cache entry from the columns of [`RECALL_ALL`].
pub(super) fn read_memo(row: &Row) -> Result<CacheEntry, Error> {
    Ok(CacheEntry {
        kind: row.try_get(0)?,
        id: row.try_get(1)?,
        alias: row.try_get(2)?,
        at: from_millis(row.try_get(3)?),
        body: row.try_get(4)?,
    })
}
