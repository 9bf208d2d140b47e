//! The effects of many settlements on the app's tables, each kind of effect in one statement.

use std::collections::HashSet;

use durable_queue::postgres::{Params, Transaction};
use jiff::Timestamp;
use tokio_postgres::Error;

use crate::core::ids::{ChannelId, ConversationId, DraftId, InstallationId, MessageTs};
use crate::platform::db::{CacheEntry, Card, Document, Draft, Effect, Entry, Snapshot};

pub(super) const PUT_CARDS: &str = "
    INSERT INTO cards (installation, conversation, channel, ts, card_view)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
    ON CONFLICT (installation, conversation, channel)
    DO UPDATE SET ts = coalesce(excluded.ts, cards.ts), card_view = excluded.card_view";

/// Here and below the names are asked for twice, so that even a plan that was made for an empty table searches for them.
pub(super) const DROP_CARDS: &str = "
    DELETE FROM cards USING unnest($1::text[], $2::text[], $3::text[]) AS gone (installation, conversation, channel)
    WHERE cards.installation = ANY($1) AND cards.conversation = ANY($2) AND cards.installation = gone.installation AND cards.conversation = gone.conversation
        AND cards.channel = gone.channel AND cards.ts IS NULL";

pub(super) const PUT_DRAFTS: &str = "
    INSERT INTO drafts (installation, id, actor, at, body)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[])
    ON CONFLICT (installation, id) DO UPDATE SET actor = excluded.actor, at = excluded.at, body = excluded.body";

pub(super) const DROP_DRAFTS: &str = "
    DELETE FROM drafts USING unnest($1::text[], $2::text[]) AS gone (installation, id)
    WHERE drafts.installation = ANY($1) AND drafts.id = ANY($2) AND drafts.installation = gone.installation AND drafts.id = gone.id";

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

pub(super) const DROP_DOCUMENTS: &str = "
    DELETE FROM documents USING unnest($1::text[], $2::text[], $3::text[]) AS gone (installation, kind, id)
    WHERE documents.installation = ANY($1) AND documents.kind = ANY($2) AND documents.id = ANY($3)
        AND documents.installation = gone.installation AND documents.kind = gone.kind AND documents.id = gone.id";

/// Two workers may read the same conversation and store it in the wrong order: the newer snapshot stays.
pub(super) const PUT_SNAPSHOTS: &str = "
    INSERT INTO snapshots (installation, conversation, at, body)
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[])
    ON CONFLICT (installation, conversation)
    DO UPDATE SET at = excluded.at, body = excluded.body WHERE excluded.at >= snapshots.at";

/// A row with the installation that it belongs to.
pub(super) type Own<'a, T> = (&'a InstallationId, &'a T);

/// Stores effects in their order.
pub(super) async fn store(transaction: &Transaction<'_>, effects: &[Own<'_, Effect>]) -> Result<(), Error> {
    let mut round = Round::default();
    for (installation, effect) in effects {
        if !round.takes(installation, effect) {
            Box::pin(round.store(transaction)).await?;
            round = Round::default();
            round.takes(installation, effect);
        }
        round.add(installation, effect);
    }
    Box::pin(round.store(transaction)).await
}

/// Effects on different rows, whose order does not matter. A statement changes a row only once.
#[derive(Default)]
struct Round<'a> {
    rows: HashSet<(RowTable, &'a str, &'a str, &'a str)>,
    cards: Vec<Own<'a, Card>>,
    dropped_cards: Vec<(&'a InstallationId, &'a ChannelId, &'a ConversationId)>,
    drafts: Vec<Own<'a, Draft>>,
    dropped_drafts: Vec<Own<'a, DraftId>>,
    entries: Vec<Own<'a, Entry>>,
    cache_entries: Vec<Own<'a, CacheEntry>>,
    documents: Vec<Own<'a, Document>>,
    dropped_documents: Vec<(&'a InstallationId, &'a str, &'a str)>,
    snapshots: Vec<Own<'a, Snapshot>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum RowTable {
    Cards,
    Drafts,
    CacheEntries,
    Documents,
    Snapshots,
}

impl<'a> Round<'a> {
    /// Takes the effect's row. Answers whether no other effect has it.
    fn takes(&mut self, installation: &'a InstallationId, effect: &'a Effect) -> bool {
        let (table, one, two) = match effect {
            Effect::PutCard(Card { channel, conversation, .. }) | Effect::DropCard { channel, conversation } => {
                (RowTable::Cards, conversation.as_str(), channel.as_str())
            }
            Effect::PutDraft(Draft { id, .. }) | Effect::DropDraft(id) => (RowTable::Drafts, id.as_str(), ""),
            Effect::CachePut(CacheEntry { kind, id, .. }) => (RowTable::CacheEntries, kind.as_str(), id.as_str()),
            Effect::PutDocument(Document { kind, id, .. }) | Effect::DropDocument { kind, id } => {
                (RowTable::Documents, kind.as_str(), id.as_str())
            }
            Effect::PutSnapshot(Snapshot { conversation, .. }) => (RowTable::Snapshots, conversation.as_str(), ""),
            Effect::Record(_) | Effect::Enqueue(_) | Effect::Close { .. } => return true,
        };
        self.rows.insert((table, installation.as_str(), one, two))
    }

    fn add(&mut self, installation: &'a InstallationId, effect: &'a Effect) {
        match effect {
            // The queue has already stored these.
            Effect::Enqueue(_) | Effect::Close { .. } => {}
            Effect::PutCard(card) => self.cards.push((installation, card)),
            Effect::DropCard { channel, conversation } => {
                self.dropped_cards.push((installation, channel, conversation));
            }
            Effect::Record(entry) => self.entries.push((installation, entry)),
            Effect::PutDraft(draft) => self.drafts.push((installation, draft)),
            Effect::DropDraft(draft) => self.dropped_drafts.push((installation, draft)),
            Effect::CachePut(entry) => self.cache_entries.push((installation, entry)),
            Effect::PutDocument(document) => self.documents.push((installation, document)),
            Effect::DropDocument { kind, id } => self.dropped_documents.push((installation, kind, id)),
            Effect::PutSnapshot(seen) => self.snapshots.push((installation, seen)),
        }
    }

    /// Stores the effects, all in one round trip. Rows are locked in the order of their names, as in every statement
    /// that locks several.
    async fn store(mut self, transaction: &Transaction<'_>) -> Result<(), Error> {
        self.cards.sort_by_key(|(installation, card)| (*installation, &card.conversation, &card.channel));
        self.dropped_cards
            .sort_by_key(|(installation, channel, conversation)| (*installation, *conversation, *channel));
        self.drafts.sort_by_key(|(installation, draft)| (*installation, &draft.id));
        self.dropped_drafts.sort();
        self.cache_entries.sort_by_key(|(installation, entry)| (*installation, &entry.kind, &entry.id));
        self.documents.sort_by_key(|(installation, document)| (*installation, &document.kind, &document.id));
        self.dropped_documents.sort();
        self.snapshots.sort_by_key(|(installation, seen)| (*installation, &seen.conversation));
        let Self { cards, dropped_cards, drafts, dropped_drafts, entries, .. } = &self;
        let Self { cache_entries, documents, dropped_documents, snapshots, .. } = &self;
        tokio::try_join!(
            biased;
            put_cards(transaction, cards),
            drop_cards(transaction, dropped_cards),
            put_drafts(transaction, drafts),
            drop_drafts(transaction, dropped_drafts),
            record(transaction, entries),
            remember(transaction, cache_entries),
            put_documents(transaction, documents),
            drop_documents(transaction, dropped_documents),
            put_snapshots(transaction, snapshots),
        )
        .map(drop)
    }
}

/// Returns a column of the rows.
fn column<'a, T, C>(rows: &[Own<'a, T>], read: impl Fn(&'a T) -> C) -> Vec<C> {
    rows.iter().map(|(_, row)| read(row)).collect()
}

/// Returns the column of the installations.
fn installations<'a, T>(rows: &[Own<'a, T>]) -> Vec<&'a str> {
    rows.iter().map(|(installation, _)| installation.as_str()).collect()
}

async fn put_cards(db: &Transaction<'_>, cards: &[Own<'_, Card>]) -> Result<(), Error> {
    if cards.is_empty() {
        return Ok(());
    }
    let (conversations, channels) =
        (column(cards, |card| card.conversation.as_str()), column(cards, |card| card.channel.as_str()));
    let times = column(cards, |card| card.ts.as_ref().map(MessageTs::as_str));
    let views = column(cards, |card| card.card_view.as_str());
    changed(db, PUT_CARDS, &[&installations(cards), &conversations, &channels, &times, &views]).await
}

async fn drop_cards(
    db: &Transaction<'_>,
    cards: &[(&InstallationId, &ChannelId, &ConversationId)],
) -> Result<(), Error> {
    if cards.is_empty() {
        return Ok(());
    }
    let installations: Vec<_> = cards.iter().map(|(installation, ..)| installation.as_str()).collect();
    let channels: Vec<_> = cards.iter().map(|(_, channel, _)| channel.as_str()).collect();
    let conversations: Vec<_> = cards.iter().map(|(.., conversation)| conversation.as_str()).collect();
    changed(db, DROP_CARDS, &[&installations, &conversations, &channels]).await
}

async fn put_drafts(db: &Transaction<'_>, drafts: &[Own<'_, Draft>]) -> Result<(), Error> {
    if drafts.is_empty() {
        return Ok(());
    }
    let (ids, actors) = (column(drafts, |draft| draft.id.as_str()), column(drafts, |draft| draft.actor.as_str()));
    let times = column(drafts, |draft| draft.at.as_millisecond());
    let bodies = column(drafts, |draft| draft.body.as_str());
    changed(db, PUT_DRAFTS, &[&installations(drafts), &ids, &actors, &times, &bodies]).await
}

async fn drop_drafts(db: &Transaction<'_>, drafts: &[Own<'_, DraftId>]) -> Result<(), Error> {
    if drafts.is_empty() {
        return Ok(());
    }
    changed(db, DROP_DRAFTS, &[&installations(drafts), &column(drafts, DraftId::as_str)]).await
}

async fn record(db: &Transaction<'_>, entries: &[Own<'_, Entry>]) -> Result<(), Error> {
    if entries.is_empty() {
        return Ok(());
    }
    let conversations = column(entries, |entry| entry.conversation.as_ref().map(ConversationId::as_str));
    let times = column(entries, |entry| entry.at.as_millisecond());
    let actors = column(entries, |entry| entry.actor.as_str());
    let (verbs, details) =
        (column(entries, |entry| entry.verb.as_str()), column(entries, |entry| entry.detail.as_str()));
    changed(db, RECORD, &[&installations(entries), &conversations, &times, &actors, &verbs, &details]).await
}

async fn remember(db: &Transaction<'_>, entries: &[Own<'_, CacheEntry>]) -> Result<(), Error> {
    if entries.is_empty() {
        return Ok(());
    }
    let (kinds, ids) = (column(entries, |entry| entry.kind.as_str()), column(entries, |entry| entry.id.as_str()));
    let aliases = column(entries, |entry| entry.alias.as_deref());
    let times = column(entries, |entry| entry.at.as_millisecond());
    let bodies = column(entries, |entry| entry.body.as_str());
    changed(db, REMEMBER, &[&installations(entries), &kinds, &ids, &aliases, &times, &bodies]).await
}

async fn put_documents(db: &Transaction<'_>, documents: &[Own<'_, Document>]) -> Result<(), Error> {
    if documents.is_empty() {
        return Ok(());
    }
    let kinds = column(documents, |document| document.kind.as_str());
    let ids = column(documents, |document| document.id.as_str());
    let times = column(documents, |document| document.at.as_millisecond());
    let dues = column(documents, |document| document.due.map(Timestamp::as_millisecond));
    let bodies = column(documents, |document| document.body.as_str());
    changed(db, PUT_DOCUMENTS, &[&installations(documents), &kinds, &ids, &times, &dues, &bodies]).await
}

async fn drop_documents(db: &Transaction<'_>, documents: &[(&InstallationId, &str, &str)]) -> Result<(), Error> {
    if documents.is_empty() {
        return Ok(());
    }
    let installations: Vec<_> = documents.iter().map(|(installation, ..)| installation.as_str()).collect();
    let kinds: Vec<_> = documents.iter().map(|(_, kind, _)| *kind).collect();
    let ids: Vec<_> = documents.iter().map(|(.., id)| *id).collect();
    changed(db, DROP_DOCUMENTS, &[&installations, &kinds, &ids]).await
}

async fn put_snapshots(db: &Transaction<'_>, snapshots: &[Own<'_, Snapshot>]) -> Result<(), Error> {
    if snapshots.is_empty() {
        return Ok(());
    }
    let conversations = column(snapshots, |seen| seen.conversation.as_str());
    let times = column(snapshots, |seen| seen.at.as_millisecond());
    let bodies = column(snapshots, |seen| seen.body.as_str());
    changed(db, PUT_SNAPSHOTS, &[&installations(snapshots), &conversations, &times, &bodies]).await
}

async fn changed(db: &Transaction<'_>, sql: &str, params: Params<'_>) -> Result<(), Error> {
    db.changed(sql, params).await.map(drop)
}
