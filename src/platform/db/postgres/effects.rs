//! The effects of many settlements on the app's tables, each kind of effect in one statement.

use std::collections::{BTreeMap, BTreeSet};

use durable_queue::postgres::{Params, Transaction};
use futures_util::future::try_join_all;
use jiff::Timestamp;
use tokio_postgres::Error;

use crate::core::ids::{ConversationId, InstallationId, MessageTs};
use crate::platform::db::{CacheEntry, Card, Document, Draft, Effect, Entry, Snapshot};

pub(super) const PUT_CARDS: &str = "
    INSERT INTO cards (installation, conversation, channel, ts, card_view)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
    ON CONFLICT (installation, conversation, channel)
    DO UPDATE SET ts = coalesce(excluded.ts, cards.ts), card_view = excluded.card_view";

/// Here and below a row is removed by a statement of its own: one for several, planned for an empty table, would read
/// all rows of their workspaces.
pub(super) const DROP_CARD: &str = "
    DELETE FROM cards WHERE installation = $1 AND conversation = $2 AND channel = $3 AND ts IS NULL";

pub(super) const PUT_DRAFTS: &str = "
    INSERT INTO drafts (installation, id, actor, at, body)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[])
    ON CONFLICT (installation, id) DO UPDATE SET actor = excluded.actor, at = excluded.at, body = excluded.body";

pub(super) const DROP_DRAFT: &str = "DELETE FROM drafts WHERE installation = $1 AND id = $2";

/// The audit log's ids grow in the order of the rows.
pub(super) const RECORD: &str = "
    INSERT INTO audit_entries (installation, conversation, at, actor, verb, detail)
    SELECT installation, conversation, at, actor, verb, detail
    FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[])
        WITH ORDINALITY AS new (installation, conversation, at, actor, verb, detail, place)
    ORDER BY place";

/// Two workers may read the same fact and store it in the wrong order: the newer one stays.
pub(super) const REMEMBER: &str = "
    INSERT INTO cache_entries (installation, kind, id, alias, at, body)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[])
    ON CONFLICT (installation, kind, id)
    DO UPDATE SET alias = excluded.alias, at = excluded.at, body = excluded.body WHERE excluded.at >= cache_entries.at";

pub(super) const PUT_DOCUMENTS: &str = "
    INSERT INTO documents (installation, kind, id, at, due, body)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[])
    ON CONFLICT (installation, kind, id)
    DO UPDATE SET at = excluded.at, due = excluded.due, body = excluded.body";

pub(super) const DROP_DOCUMENT: &str = "DELETE FROM documents WHERE installation = $1 AND kind = $2 AND id = $3";

/// Two workers may read the same conversation and store it in the wrong order: the newer snapshot stays.
pub(super) const PUT_SNAPSHOTS: &str = "
    INSERT INTO snapshots (installation, conversation, at, body)
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[])
    ON CONFLICT (installation, conversation)
    DO UPDATE SET at = excluded.at, body = excluded.body WHERE excluded.at >= snapshots.at";

/// Stores effects in their order, all in one round trip. Of several on one row, only the result is stored. Rows are
/// locked in the order of their tables and names, so that no two transactions wait for each other.
pub(super) async fn store(transaction: &Transaction<'_>, effects: &[(&InstallationId, &Effect)]) -> Result<(), Error> {
    let mut merged = Merged::default();
    for (installation, effect) in effects {
        merged.add(installation.as_str(), effect);
    }
    Box::pin(merged.store(transaction)).await
}

/// The installation, and the names of a row in it.
type RowKey<'a> = (&'a str, &'a str, &'a str);

/// The results of effects, by the names of their rows.
#[derive(Default)]
struct Merged<'a> {
    cards: BTreeMap<RowKey<'a>, (Option<&'a MessageTs>, &'a str)>,
    dropped_cards: BTreeSet<RowKey<'a>>,
    drafts: BTreeMap<RowKey<'a>, Option<&'a Draft>>,
    entries: Vec<(&'a str, &'a Entry)>,
    cache_entries: BTreeMap<RowKey<'a>, &'a CacheEntry>,
    documents: BTreeMap<RowKey<'a>, Option<&'a Document>>,
    snapshots: BTreeMap<RowKey<'a>, &'a Snapshot>,
}

impl<'a> Merged<'a> {
    fn add(&mut self, installation: &'a str, effect: &'a Effect) {
        match effect {
            // The queue has already stored these.
            Effect::Enqueue(_) | Effect::Close { .. } => {}
            Effect::PutCard(Card { channel, conversation, ts, card_view }) => {
                let key = (installation, conversation.as_str(), channel.as_str());
                let known = self.cards.get(&key).and_then(|(known, _)| *known);
                self.cards.insert(key, (ts.as_ref().or(known), card_view));
                self.dropped_cards.remove(&key);
            }
            // A card that has a message stays, so an earlier effect on it is stored first.
            Effect::DropCard { channel, conversation } => {
                self.dropped_cards.insert((installation, conversation.as_str(), channel.as_str()));
            }
            Effect::Record(entry) => self.entries.push((installation, entry)),
            Effect::PutDraft(draft) => {
                self.drafts.insert((installation, draft.id.as_str(), ""), Some(draft));
            }
            Effect::DropDraft(id) => {
                self.drafts.insert((installation, id.as_str(), ""), None);
            }
            Effect::CachePut(entry) => {
                let latest = self.cache_entries.entry((installation, &entry.kind, &entry.id)).or_insert(entry);
                if entry.at >= latest.at {
                    *latest = entry;
                }
            }
            Effect::PutDocument(document) => {
                self.documents.insert((installation, &document.kind, &document.id), Some(document));
            }
            Effect::DropDocument { kind, id } => {
                self.documents.insert((installation, kind, id), None);
            }
            Effect::PutSnapshot(seen) => {
                let latest = self.snapshots.entry((installation, seen.conversation.as_str(), "")).or_insert(seen);
                if seen.at >= latest.at {
                    *latest = seen;
                }
            }
        }
    }

    async fn store(&self, transaction: &Transaction<'_>) -> Result<(), Error> {
        let (drafts, dropped_drafts) = parted(&self.drafts);
        let (documents, dropped_documents) = parted(&self.documents);
        tokio::try_join!(
            biased;
            self.store_cards(transaction),
            put_drafts(transaction, &drafts),
            drop_drafts(transaction, &dropped_drafts),
            record(transaction, &self.entries),
            remember(transaction, &self.cache_entries),
            put_documents(transaction, &documents),
            drop_documents(transaction, &dropped_documents),
            put_snapshots(transaction, &self.snapshots),
        )
        .map(drop)
    }

    /// One after the other: a card may be among both.
    async fn store_cards(&self, transaction: &Transaction<'_>) -> Result<(), Error> {
        put_cards(transaction, &self.cards).await?;
        drop_cards(transaction, &self.dropped_cards).await
    }
}

/// Separates the rows to store from those to remove.
fn parted<'a, T>(rows: &BTreeMap<RowKey<'a>, Option<&'a T>>) -> (BTreeMap<RowKey<'a>, &'a T>, BTreeSet<RowKey<'a>>) {
    let stored = rows.iter().filter_map(|(key, row)| Some((*key, (*row)?))).collect();
    let removed = rows.iter().filter(|(_, row)| row.is_none()).map(|(key, _)| *key).collect();
    (stored, removed)
}

/// Returns the names of the rows, as columns.
fn names<'a>(rows: impl Iterator<Item = &'a RowKey<'a>>) -> (Vec<&'a str>, Vec<&'a str>, Vec<&'a str>) {
    let (mut installations, mut firsts, mut seconds) = (Vec::new(), Vec::new(), Vec::new());
    for (installation, first, second) in rows {
        installations.push(*installation);
        firsts.push(*first);
        seconds.push(*second);
    }
    (installations, firsts, seconds)
}

/// Returns a column of the rows.
fn column<'a, T, C>(rows: &BTreeMap<RowKey<'a>, &'a T>, read: impl Fn(&'a T) -> C) -> Vec<C> {
    rows.values().map(|row| read(row)).collect()
}

async fn put_cards(
    db: &Transaction<'_>,
    cards: &BTreeMap<RowKey<'_>, (Option<&MessageTs>, &str)>,
) -> Result<(), Error> {
    if cards.is_empty() {
        return Ok(());
    }
    let (installations, conversations, channels) = names(cards.keys());
    let times: Vec<_> = cards.values().map(|(ts, _)| ts.map(MessageTs::as_str)).collect();
    let views: Vec<_> = cards.values().map(|(_, view)| *view).collect();
    changed(db, PUT_CARDS, &[&installations, &conversations, &channels, &times, &views]).await
}

async fn drop_cards(db: &Transaction<'_>, cards: &BTreeSet<RowKey<'_>>) -> Result<(), Error> {
    let dropped = cards.iter().map(|(installation, conversation, channel)| async move {
        changed(db, DROP_CARD, &[installation, conversation, channel]).await
    });
    try_join_all(dropped).await.map(drop)
}

async fn put_drafts(db: &Transaction<'_>, drafts: &BTreeMap<RowKey<'_>, &Draft>) -> Result<(), Error> {
    if drafts.is_empty() {
        return Ok(());
    }
    let (installations, ids, _) = names(drafts.keys());
    let actors = column(drafts, |draft| draft.actor.as_str());
    let times = column(drafts, |draft| draft.at.as_millisecond());
    let bodies = column(drafts, |draft| draft.body.as_str());
    changed(db, PUT_DRAFTS, &[&installations, &ids, &actors, &times, &bodies]).await
}

async fn drop_drafts(db: &Transaction<'_>, drafts: &BTreeSet<RowKey<'_>>) -> Result<(), Error> {
    let dropped =
        drafts.iter().map(|(installation, id, _)| async move { changed(db, DROP_DRAFT, &[installation, id]).await });
    try_join_all(dropped).await.map(drop)
}

async fn record(db: &Transaction<'_>, entries: &[(&str, &Entry)]) -> Result<(), Error> {
    if entries.is_empty() {
        return Ok(());
    }
    let installations: Vec<_> = entries.iter().map(|(installation, _)| *installation).collect();
    let conversations: Vec<_> =
        entries.iter().map(|(_, entry)| entry.conversation.as_ref().map(ConversationId::as_str)).collect();
    let times: Vec<_> = entries.iter().map(|(_, entry)| entry.at.as_millisecond()).collect();
    let actors: Vec<_> = entries.iter().map(|(_, entry)| entry.actor.as_str()).collect();
    let verbs: Vec<_> = entries.iter().map(|(_, entry)| entry.verb.as_str()).collect();
    let details: Vec<_> = entries.iter().map(|(_, entry)| entry.detail.as_str()).collect();
    changed(db, RECORD, &[&installations, &conversations, &times, &actors, &verbs, &details]).await
}

async fn remember(db: &Transaction<'_>, entries: &BTreeMap<RowKey<'_>, &CacheEntry>) -> Result<(), Error> {
    if entries.is_empty() {
        return Ok(());
    }
    let (installations, kinds, ids) = names(entries.keys());
    let aliases = column(entries, |entry| entry.alias.as_deref());
    let times = column(entries, |entry| entry.at.as_millisecond());
    let bodies = column(entries, |entry| entry.body.as_str());
    changed(db, REMEMBER, &[&installations, &kinds, &ids, &aliases, &times, &bodies]).await
}

async fn put_documents(db: &Transaction<'_>, documents: &BTreeMap<RowKey<'_>, &Document>) -> Result<(), Error> {
    if documents.is_empty() {
        return Ok(());
    }
    let (installations, kinds, ids) = names(documents.keys());
    let times = column(documents, |document| document.at.as_millisecond());
    let dues = column(documents, |document| document.due.map(Timestamp::as_millisecond));
    let bodies = column(documents, |document| document.body.as_str());
    changed(db, PUT_DOCUMENTS, &[&installations, &kinds, &ids, &times, &dues, &bodies]).await
}

async fn drop_documents(db: &Transaction<'_>, documents: &BTreeSet<RowKey<'_>>) -> Result<(), Error> {
    let dropped = documents
        .iter()
        .map(|(installation, kind, id)| async move { changed(db, DROP_DOCUMENT, &[installation, kind, id]).await });
    try_join_all(dropped).await.map(drop)
}

async fn put_snapshots(db: &Transaction<'_>, snapshots: &BTreeMap<RowKey<'_>, &Snapshot>) -> Result<(), Error> {
    if snapshots.is_empty() {
        return Ok(());
    }
    let (installations, conversations, _) = names(snapshots.keys());
    let times = column(snapshots, |seen| seen.at.as_millisecond());
    let bodies = column(snapshots, |seen| seen.body.as_str());
    changed(db, PUT_SNAPSHOTS, &[&installations, &conversations, &times, &bodies]).await
}

async fn changed(db: &Transaction<'_>, sql: &str, params: Params<'_>) -> Result<(), Error> {
    db.changed(sql, params).await.map(drop)
}
