//! The few facts that a job needs to run only once (cards, drafts, the audit log), those that are expensive to read
//! twice (cache entries), and the removal of old ones.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use crate::core::clock::from_millis;
use crate::core::ids::{ChannelId, ConversationId, DraftId, InstallationId, MessageTs, SlackUserId};
use crate::platform::db::row_limit::limit;
use crate::platform::db::{CacheEntry, Card, Draft, Entry};

pub(super) const PUT_CARD: &str = "
    INSERT INTO cards (installation, conversation, channel, ts, card_view) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (installation, conversation, channel)
    DO UPDATE SET ts = coalesce(excluded.ts, ts), card_view = excluded.card_view";

pub(super) const DROP_CARD: &str = "
    DELETE FROM cards WHERE installation = ?1 AND conversation = ?2 AND channel = ?3 AND ts IS NULL";

pub(super) const CARD: &str = "
    SELECT channel, conversation, ts, card_view FROM cards
    WHERE installation = ?1 AND conversation = ?2 AND channel = ?3";

pub(super) const CARDS: &str = "
    SELECT channel, conversation, ts, card_view FROM cards
    WHERE installation = ?1 AND conversation = ?2 ORDER BY channel";

pub(super) const PUT_DRAFT: &str = "
    INSERT INTO drafts (installation, id, actor, at, body) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (installation, id) DO UPDATE SET actor = excluded.actor, at = excluded.at, body = excluded.body";

pub(super) const DROP_DRAFT: &str = "DELETE FROM drafts WHERE installation = ?1 AND id = ?2";

pub(super) const DRAFT: &str = "SELECT id, actor, at, body FROM drafts WHERE installation = ?1 AND id = ?2";

pub(super) const RECORD: &str = "
    INSERT INTO audit_entries (installation, conversation, at, actor, verb, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

pub(super) const ENTRIES: &str = "
    SELECT at, actor, conversation, verb, detail FROM audit_entries
    WHERE installation = ?1 AND conversation = ?2 ORDER BY id DESC LIMIT ?3";

pub(super) const DEEDS: &str = "
    SELECT at, actor, conversation, verb, detail FROM audit_entries
    WHERE installation = ?1 AND actor = ?2 ORDER BY id DESC LIMIT ?3";

/// Two workers may read the same fact and store it in the wrong order: the newer one stays.
pub(super) const REMEMBER: &str = "
    INSERT INTO cache_entries (installation, kind, id, alias, at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (installation, kind, id)
    DO UPDATE SET alias = excluded.alias, at = excluded.at, body = excluded.body WHERE excluded.at >= at";

pub(super) const RECALL: &str = "
    SELECT kind, id, alias, at, body FROM cache_entries WHERE installation = ?1 AND kind = ?2 AND id = ?3";

pub(super) const RECALL_ALIAS: &str = "
    SELECT kind, id, alias, at, body FROM cache_entries WHERE installation = ?1 AND kind = ?2 AND alias = ?3
    ORDER BY at DESC LIMIT 1";

pub(super) const SWEEP_DRAFTS: &str = "
    DELETE FROM drafts WHERE rowid IN (SELECT rowid FROM drafts WHERE at < ?1 ORDER BY at LIMIT ?2)";

pub(super) const SWEEP_MEMOS: &str = "
    DELETE FROM cache_entries WHERE rowid IN (SELECT rowid FROM cache_entries WHERE at < ?1 ORDER BY at LIMIT ?2)";

/// Stores the place and the content of a conversation's card.
pub(super) fn put_card(connection: &Connection, installation: &InstallationId, card: &Card) -> Result<()> {
    let Card { channel, conversation, ts, card_view } = card;
    let ts = ts.as_ref().map(MessageTs::as_str);
    let columns = params![installation.as_str(), conversation.as_str(), channel.as_str(), ts, card_view];
    connection.prepare_cached(PUT_CARD)?.execute(columns).map(drop)
}

/// Removes a card that was never posted.
pub(super) fn drop_card(
    connection: &Connection,
    installation: &InstallationId,
    channel: &ChannelId,
    conversation: &ConversationId,
) -> Result<()> {
    let which = params![installation.as_str(), conversation.as_str(), channel.as_str()];
    connection.prepare_cached(DROP_CARD)?.execute(which).map(drop)
}

/// Returns the card of a conversation in a channel.
pub(super) fn card(
    connection: &Connection,
    installation: &InstallationId,
    channel: &ChannelId,
    conversation: &ConversationId,
) -> Result<Option<Card>> {
    let which = params![installation.as_str(), conversation.as_str(), channel.as_str()];
    connection.prepare_cached(CARD)?.query_row(which, read_card).optional()
}

/// Returns every card of a conversation.
pub(super) fn cards(
    connection: &Connection,
    installation: &InstallationId,
    conversation: &ConversationId,
) -> Result<Vec<Card>> {
    let which = params![installation.as_str(), conversation.as_str()];
    connection.prepare_cached(CARDS)?.query_map(which, read_card)?.collect()
}

/// Stores a draft.
pub(super) fn put_draft(connection: &Connection, installation: &InstallationId, draft: &Draft) -> Result<()> {
    let columns =
        params![installation.as_str(), draft.id.as_str(), draft.actor.as_str(), draft.at.as_millisecond(), draft.body];
    connection.prepare_cached(PUT_DRAFT)?.execute(columns).map(drop)
}

/// Removes a draft.
pub(super) fn drop_draft(connection: &Connection, installation: &InstallationId, id: &DraftId) -> Result<()> {
    connection.prepare_cached(DROP_DRAFT)?.execute(params![installation.as_str(), id.as_str()])?;
    Ok(())
}

pub(super) fn draft(connection: &Connection, installation: &InstallationId, id: &DraftId) -> Result<Option<Draft>> {
    let which = params![installation.as_str(), id.as_str()];
    connection.prepare_cached(DRAFT)?.query_row(which, read_draft).optional()
}

/// Adds a line to the audit log.
pub(super) fn record(connection: &Connection, installation: &InstallationId, entry: &Entry) -> Result<()> {
    let columns = params![
        installation.as_str(),
        entry.conversation.as_ref().map(ConversationId::as_str),
        entry.at.as_millisecond(),
        entry.actor.as_str(),
        entry.verb,
        entry.detail
    ];
    connection.prepare_cached(RECORD)?.execute(columns).map(drop)
}

/// Returns the newest audit entries about a conversation.
pub(super) fn entries(
    connection: &Connection,
    installation: &InstallationId,
    conversation: &ConversationId,
    max: usize,
) -> Result<Vec<Entry>> {
    let which = params![installation.as_str(), conversation.as_str(), limit(max)];
    connection.prepare_cached(ENTRIES)?.query_map(which, read_entry)?.collect()
}

/// Returns the newest audit entries of an actor.
pub(super) fn deeds(
    connection: &Connection,
    installation: &InstallationId,
    actor: &SlackUserId,
    max: usize,
) -> Result<Vec<Entry>> {
    let whose = params![installation.as_str(), actor.as_str(), limit(max)];
    connection.prepare_cached(DEEDS)?.query_map(whose, read_entry)?.collect()
}

/// Stores a cache entry.
pub(super) fn cache_put(
    connection: &Connection,
    installation: &InstallationId,
    cache_entry: &CacheEntry,
) -> Result<()> {
    let columns = params![
        installation.as_str(),
        cache_entry.kind,
        cache_entry.id,
        cache_entry.alias,
        cache_entry.at.as_millisecond(),
        cache_entry.body
    ];
    connection.prepare_cached(REMEMBER)?.execute(columns).map(drop)
}

/// Returns a cache entry.
pub(super) fn cache_get(
    connection: &Connection,
    installation: &InstallationId,
    kind: &str,
    id: &str,
) -> Result<Option<CacheEntry>> {
    connection.prepare_cached(RECALL)?.query_row(params![installation.as_str(), kind, id], read_memo).optional()
}

/// Returns the cache entries with these ids.
pub(super) fn cache_get_all(
    connection: &Connection,
    installation: &InstallationId,
    kind: &str,
    ids: &[&str],
) -> Result<Vec<CacheEntry>> {
    let found = ids.iter().map(|id| cache_get(connection, installation, kind, id).transpose());
    found.flatten().collect()
}

/// Returns a cache entry by its alias.
pub(super) fn cache_find(
    connection: &Connection,
    installation: &InstallationId,
    kind: &str,
    alias: &str,
) -> Result<Option<CacheEntry>> {
    let which = params![installation.as_str(), kind, alias];
    connection.prepare_cached(RECALL_ALIAS)?.query_row(which, read_memo).optional()
}

/// Removes a batch of old rows.
pub(super) fn sweep(connection: &Connection, before: Timestamp, max: usize) -> Result<usize> {
    let mut swept = 0;
    for bite in [SWEEP_DRAFTS, SWEEP_MEMOS] {
        swept += connection.prepare_cached(bite)?.execute(params![before.as_millisecond(), limit(max)])?;
    }
    Ok(swept)
}

pub(super) fn read_card(row: &Row<'_>) -> Result<Card> {
    Ok(Card {
        channel: ChannelId::new(row.get::<_, String>(0)?),
        conversation: ConversationId::new(row.get::<_, String>(1)?),
        ts: row.get::<_, Option<String>>(2)?.map(MessageTs::new),
        card_view: row.get(3)?,
    })
}

fn read_draft(row: &Row<'_>) -> Result<Draft> {
    Ok(Draft {
        id: DraftId::new(row.get::<_, String>(0)?),
        actor: SlackUserId::new(row.get::<_, String>(1)?),
        at: from_millis(row.get(2)?),
        body: row.get(3)?,
    })
}

fn read_entry(row: &Row<'_>) -> Result<Entry> {
    entry(row, 0)
}

/// Reads an audit entry from five columns, of which this is the first.
pub(super) fn entry(row: &Row<'_>, first: usize) -> Result<Entry> {
    Ok(Entry {
        at: from_millis(row.get(first)?),
        actor: SlackUserId::new(row.get::<_, String>(first + 1)?),
        conversation: row.get::<_, Option<String>>(first + 2)?.map(ConversationId::new),
        verb: row.get(first + 3)?,
        detail: row.get(first + 4)?,
    })
}

fn read_memo(row: &Row<'_>) -> Result<CacheEntry> {
    Ok(CacheEntry {
        kind: row.get(0)?,
        id: row.get(1)?,
        alias: row.get(2)?,
        at: from_millis(row.get(3)?),
        body: row.get(4)?,
    })
}
