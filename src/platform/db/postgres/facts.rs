//! The few facts that a job needs to run only once (cards, drafts, the audit log), those that are expensive to read
//! twice (cache entries), and the removal of old ones.

use durable_queue::postgres::Transaction;
use tokio_postgres::{Error, Row};

use crate::core::clock::from_millis;
use crate::core::ids::{ChannelId, ConversationId, DraftId, InstallationId, MessageTs, SlackUserId};
use crate::platform::db::{CacheEntry, Card, Draft, Entry};

pub(super) const PUT_CARD: &str = "
    INSERT INTO cards (installation, conversation, channel, ts, card_view) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (installation, conversation, channel)
    DO UPDATE SET ts = coalesce(excluded.ts, cards.ts), card_view = excluded.card_view";

pub(super) const DROP_CARD: &str = "
    DELETE FROM cards WHERE installation = $1 AND conversation = $2 AND channel = $3 AND ts IS NULL";

pub(super) const CARD: &str = "
    SELECT channel, conversation, ts, card_view FROM cards
    WHERE installation = $1 AND conversation = $2 AND channel = $3";

pub(super) const CARDS: &str = "
    SELECT channel, conversation, ts, card_view FROM cards
    WHERE installation = $1 AND conversation = $2 ORDER BY channel";

pub(super) const PUT_DRAFT: &str = "
    INSERT INTO drafts (installation, id, actor, at, body) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (installation, id) DO UPDATE SET actor = excluded.actor, at = excluded.at, body = excluded.body";

pub(super) const DROP_DRAFT: &str = "DELETE FROM drafts WHERE installation = $1 AND id = $2";

pub(super) const DRAFT: &str = "SELECT id, actor, at, body FROM drafts WHERE installation = $1 AND id = $2";

pub(super) const RECORD: &str = "
    INSERT INTO audit_entries (installation, conversation, at, actor, verb, detail) VALUES ($1, $2, $3, $4, $5, $6)";

pub(super) const ENTRIES: &str = "
    SELECT at, actor, conversation, verb, detail FROM audit_entries
    WHERE installation = $1 AND conversation = $2 ORDER BY id DESC LIMIT $3";

pub(super) const DEEDS: &str = "
    SELECT at, actor, conversation, verb, detail FROM audit_entries
    WHERE installation = $1 AND actor = $2 ORDER BY id DESC LIMIT $3";

/// Two workers may read the same fact and store it in the wrong order: the newer one stays.
pub(super) const REMEMBER: &str = "
    INSERT INTO cache_entries (installation, kind, id, alias, at, body) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (installation, kind, id)
    DO UPDATE SET alias = excluded.alias, at = excluded.at, body = excluded.body WHERE excluded.at >= cache_entries.at";

pub(super) const RECALL: &str = "
    SELECT kind, id, alias, at, body FROM cache_entries WHERE installation = $1 AND kind = $2 AND id = $3";

pub(super) const RECALL_ALL: &str = "
    SELECT kind, id, alias, at, body FROM cache_entries WHERE installation = $1 AND kind = $2 AND id = ANY($3)";

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

/// Stores the place and the content of a conversation's card.
pub(super) async fn put_card(
    transaction: &Transaction<'_>,
    installation: &InstallationId,
    card: &Card,
) -> Result<(), Error> {
    let Card { channel, conversation, ts, card_view } = card;
    let ts = ts.as_ref().map(MessageTs::as_str);
    let [installation, conversation, channel] = [installation.as_str(), conversation.as_str(), channel.as_str()];
    transaction.changed(PUT_CARD, &[&installation, &conversation, &channel, &ts, card_view]).await.map(drop)
}

/// Stores a cache entry.
pub(super) async fn cache_put(
    transaction: &Transaction<'_>,
    installation: &InstallationId,
    cache_entry: &CacheEntry,
) -> Result<(), Error> {
    let CacheEntry { kind, id, alias, at, body } = cache_entry;
    transaction
        .changed(REMEMBER, &[&installation.as_str(), kind, id, alias, &at.as_millisecond(), body])
        .await
        .map(drop)
}

/// Removes a card that was never posted.
pub(super) async fn drop_card(
    transaction: &Transaction<'_>,
    installation: &InstallationId,
    channel: &ChannelId,
    conversation: &ConversationId,
) -> Result<(), Error> {
    let [installation, conversation, channel] = [installation.as_str(), conversation.as_str(), channel.as_str()];
    transaction.changed(DROP_CARD, &[&installation, &conversation, &channel]).await.map(drop)
}

/// Stores a draft.
pub(super) async fn put_draft(
    transaction: &Transaction<'_>,
    installation: &InstallationId,
    draft: &Draft,
) -> Result<(), Error> {
    let Draft { id, actor, at, body } = draft;
    let names = [installation.as_str(), id.as_str(), actor.as_str()];
    let [installation, id, actor] = names;
    transaction.changed(PUT_DRAFT, &[&installation, &id, &actor, &at.as_millisecond(), body]).await.map(drop)
}

/// Removes a draft.
pub(super) async fn drop_draft(
    transaction: &Transaction<'_>,
    installation: &InstallationId,
    id: &DraftId,
) -> Result<(), Error> {
    transaction.changed(DROP_DRAFT, &[&installation.as_str(), &id.as_str()]).await.map(drop)
}

/// Adds a line to the audit log.
pub(super) async fn record(
    transaction: &Transaction<'_>,
    installation: &InstallationId,
    entry: &Entry,
) -> Result<(), Error> {
    let Entry { at, actor, conversation, verb, detail } = entry;
    let conversation = conversation.as_ref().map(ConversationId::as_str);
    let (installation, actor, at) = (installation.as_str(), actor.as_str(), at.as_millisecond());
    transaction.changed(RECORD, &[&installation, &conversation, &at, &actor, verb, detail]).await.map(drop)
}

/// Reads a card from the columns of [`CARDS`].
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

/// Reads a line of the audit log from the columns of [`ENTRIES`].
pub(super) fn read_entry(row: &Row) -> Result<Entry, Error> {
    Ok(Entry {
        at: from_millis(row.try_get(0)?),
        actor: SlackUserId::new(row.try_get::<_, String>(1)?),
        conversation: row.try_get::<_, Option<String>>(2)?.map(ConversationId::new),
        verb: row.try_get(3)?,
        detail: row.try_get(4)?,
    })
}

/// Reads a cache entry from the columns of [`RECALL`].
pub(super) fn read_memo(row: &Row) -> Result<CacheEntry, Error> {
    Ok(CacheEntry {
        kind: row.try_get(0)?,
        id: row.try_get(1)?,
        alias: row.try_get(2)?,
        at: from_millis(row.try_get(3)?),
        body: row.try_get(4)?,
    })
}
