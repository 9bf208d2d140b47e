//! The store for several instances: the queue and the app's tables in one PostgreSQL database. Locks are taken in one
//! order: the queue's first, then everything else.

mod categories;
mod effects;
mod emptying;
mod facts;
mod gathering;
mod kept;
mod operating;
mod present;
mod reading;
mod settling;
#[cfg(test)]
mod tests;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use durable_queue::DurableQueue;
use durable_queue::postgres::{Address, Params, PostgresQueue, QUEUE, UnitOfWork, VERSIONS, has_schema};
use durable_queue::schema::{Migration, Schema};
use jiff::Timestamp;
use tokio_postgres::{Error, Row};

use crate::core::error::Fault;
use crate::core::ids::{ChannelId, ConversationId, DraftId, InstallationId, JobId, MessageTs, SlackUserId};
use crate::platform::db::data_category::{DataCategory, StoredItem};
use crate::platform::db::postgres::emptying::{Begin, ClearAll};
use crate::platform::db::postgres::gathering::Gatherer;
use crate::platform::db::postgres::kept::FireDue;
use crate::platform::db::postgres::reading::RowReader;
use crate::platform::db::postgres::settling::{Write, Writes};
use crate::platform::db::postgres::waiting::SetBackAll;
use crate::platform::db::row_limit::limit;
use crate::platform::db::{
    Audited, CacheEntry, Card, Claim, Document, Draft, Effect, Entry, NewJob, PresentState, Settled, Since, Snapshot,
    Store, Verdict, WhyUnreadable,
};

pub use durable_queue::postgres::with_password;

const APP: Migration = Migration { name: "app", sql: include_str!("../../../../migrations/postgres/2_app.sql") };

const COPIES: Migration =
    Migration { name: "copies", sql: include_str!("../../../../migrations/postgres/4_copies.sql") };

/// All migrations: the queue's and the app's.
const SCHEMA: Schema = &[QUEUE, APP, VERSIONS, COPIES];

/// The program's name on the server, and the channel on which its instances notify each other of new work.
const PROGRAM: &str = "dialnote-slack";

/// A store in a PostgreSQL database. Dropping it finishes the writes that were begun.
pub struct Postgres {
    queue: Arc<PostgresQueue>,
    reader: RowReader,
    writes: Gatherer<Writes>,
}

impl Postgres {
    /// Checks a URL, without connecting and without repeating it.
    pub fn check(url: &str) -> Result<(), Fault> {
        address(url).map(drop)
    }

    /// Answers whether the app has used the database at `url` before. Changes nothing there.
    pub async fn is_there(url: &str) -> Result<bool, Fault> {
        Ok(has_schema(address(url)?).await?)
    }

    /// Returns the name of the database at `url`, without its password.
    pub fn name(url: &str) -> Result<String, Fault> {
        address(url).map(|address| address.name())
    }

    /// Reads the schema and the jobs of the database at `url` without changing it.
    pub async fn present_state(url: &str, unreadable: WhyUnreadable<'_>) -> Result<PresentState, Fault> {
        present::present_state(address(url)?, SCHEMA, unreadable).await
    }

    /// Connects to the database at `url` and brings its schema up to date if need be.
    pub async fn open(url: &str) -> Result<Self, Fault> {
        let queue = Arc::new(PostgresQueue::open(address(url)?, SCHEMA).await?);
        Ok(Self { reader: RowReader::open(&queue), writes: Gatherer::open(Writes(queue.clone())), queue })
    }

    async fn transact<W: UnitOfWork>(&self, work: &W) -> Result<W::Output, Fault> {
        Ok(self.queue.transact(work).await?)
    }

    /// Stores effects that follow from no job, all or none.
    async fn write(&self, installation: &InstallationId, effects: Vec<Effect>) -> Result<(), Fault> {
        self.writes.ask(Write { settlement: None, installation: installation.clone(), effects }).await.map(drop)
    }

    async fn query(&self, sql: &str, params: Params<'_>) -> Result<Vec<Row>, Fault> {
        Ok(self.queue.query(sql, params).await?)
    }

    async fn all<T>(&self, sql: &str, params: Params<'_>, read: fn(&Row) -> Result<T, Error>) -> Result<Vec<T>, Fault> {
        Ok(self.queue.all(sql, params, read).await?)
    }

    async fn first<T>(
        &self,
        sql: &str,
        params: Params<'_>,
        read: fn(&Row) -> Result<T, Error>,
    ) -> Result<Option<T>, Fault> {
        Ok(self.queue.first(sql, params, read).await?)
    }
}

#[async_trait]
impl Store for Postgres {
    fn queue(&self) -> &dyn DurableQueue {
        self.queue.as_ref()
    }

    async fn settle(
        &self,
        claim: &Claim,
        verdict: Verdict,
        effects: Vec<Effect>,
        now: Timestamp,
    ) -> Result<Settled, Fault> {
        let (follow_ups, effects) = Effect::part(effects);
        let settlement = Some(self.queue.settlement(claim, verdict, follow_ups, now));
        self.writes.ask(Write { settlement, installation: claim.installation.clone(), effects }).await
    }

    async fn fire_due(
        &self,
        installation: &InstallationId,
        document: &Document,
        job: NewJob,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let job = [self.queue.prepare(job, now)];
        self.transact(&FireDue { installation, document, job: &job }).await
    }

    async fn clear(&self, installation: &InstallationId, spared: JobId, max: usize) -> Result<usize, Fault> {
        self.transact(&ClearAll { installation, spared, max }).await
    }

    async fn keep_recorded(
        &self,
        installation: &InstallationId,
        document: Document,
        entry: Entry,
        jobs: Vec<NewJob>,
    ) -> Result<(), Fault> {
        let jobs: Vec<_> = jobs.into_iter().map(|job| self.queue.prepare(job, document.at)).collect();
        self.transact(&Begin { installation, emptied_but: None, document: &document, entry: &entry, jobs: &jobs }).await
    }

    async fn begin_empty(
        &self,
        installation: &InstallationId,
        stays: &'static [&'static str],
        document: Document,
        entry: Entry,
        jobs: Vec<NewJob>,
    ) -> Result<(), Fault> {
        let jobs: Vec<_> = jobs.into_iter().map(|job| self.queue.prepare(job, document.at)).collect();
        let (emptied_but, document, entry) = (Some(stays), &document, &entry);
        self.transact(&Begin { installation, emptied_but, document, entry, jobs: &jobs }).await
    }

    async fn sweep(&self, before: Timestamp, max: usize) -> Result<usize, Fault> {
        let mut swept = self.queue.sweep(before, max).await?;
        for bite in facts::SWEEP {
            swept += self.query(bite, &[&before.as_millisecond(), &limit(max)]).await?.len();
        }
        Ok(swept)
    }

    async fn set_back(&self, by: Duration, now: Timestamp) -> Result<(), Fault> {
        self.transact(&SetBackAll { by, now }).await
    }

    async fn category(
        &self,
        installation: &InstallationId,
        category: DataCategory,
        (first, second): &(String, String),
        max: usize,
    ) -> Result<Vec<StoredItem>, Fault> {
        let Some(list) = categories::list_of(category) else {
            let names = self.queue.buckets(installation, first, max).await?;
            return Ok(names.into_iter().map(StoredItem::bucket).collect());
        };
        let which: Params<'_> = &[&installation.as_str(), first, second, &limit(max)];
        self.all(list, which, categories::read).await
    }

    async fn delete_if_unchanged(
        &self,
        installation: &InstallationId,
        category: DataCategory,
        kept: &StoredItem,
    ) -> Result<bool, Fault> {
        let Some(take) = categories::take_of(category) else {
            return Ok(self.queue.forget_bucket(installation, &kept.name.0).await?);
        };
        let which: Params<'_> = &[&installation.as_str(), &kept.name.0, &kept.name.1, &kept.body];
        Ok(!self.query(take, which).await?.is_empty())
    }

    async fn card(
        &self,
        installation: &InstallationId,
        channel: &ChannelId,
        conversation: &ConversationId,
    ) -> Result<Option<Card>, Fault> {
        let cards = self.reader.cards(installation, conversation).await?;
        Ok(cards.into_iter().find(|card| card.channel == *channel))
    }

    async fn cards(&self, installation: &InstallationId, conversation: &ConversationId) -> Result<Vec<Card>, Fault> {
        self.reader.cards(installation, conversation).await
    }

    async fn draft(&self, installation: &InstallationId, id: &DraftId) -> Result<Option<Draft>, Fault> {
        self.first(facts::DRAFT, &[&installation.as_str(), &id.as_str()], facts::read_draft).await
    }

    async fn entries(
        &self,
        installation: &InstallationId,
        conversation: &ConversationId,
        max: usize,
    ) -> Result<Vec<Entry>, Fault> {
        self.reader.entries(installation, conversation, max).await
    }

    async fn deeds(&self, installation: &InstallationId, actor: &SlackUserId, max: usize) -> Result<Vec<Entry>, Fault> {
        let whose: Params<'_> = &[&installation.as_str(), &actor.as_str(), &limit(max)];
        self.all(facts::DEEDS, whose, facts::read_entry).await
    }

    async fn latest(
        &self,
        installation: &InstallationId,
        before: Option<i64>,
        max: usize,
    ) -> Result<Vec<Audited>, Fault> {
        let which: Params<'_> = &[&installation.as_str(), &before.unwrap_or(i64::MAX), &limit(max)];
        self.all(kept::LATEST, which, kept::read_audited).await
    }

    async fn cache_put(&self, installation: &InstallationId, cache_entry: CacheEntry) -> Result<(), Fault> {
        self.write(installation, vec![Effect::CachePut(cache_entry)]).await
    }

    async fn cache_get(
        &self,
        installation: &InstallationId,
        kind: &str,
        id: &str,
    ) -> Result<Option<CacheEntry>, Fault> {
        self.reader.cache_entry(installation, kind, id).await
    }

    async fn cache_get_all(
        &self,
        installation: &InstallationId,
        kind: &str,
        ids: &[&str],
    ) -> Result<Vec<CacheEntry>, Fault> {
        match ids {
            // One is read together with other rows.
            [only] => Ok(self.cache_get(installation, kind, only).await?.into_iter().collect()),
            _ => self.all(facts::RECALL_ALL, &[&installation.as_str(), &kind, &ids], facts::read_memo).await,
        }
    }

    async fn cache_find(
        &self,
        installation: &InstallationId,
        kind: &str,
        alias: &str,
    ) -> Result<Option<CacheEntry>, Fault> {
        self.first(facts::RECALL_ALIAS, &[&installation.as_str(), &kind, &alias], facts::read_memo).await
    }

    async fn keep(&self, installation: &InstallationId, document: Document) -> Result<(), Fault> {
        self.write(installation, vec![Effect::PutDocument(document)]).await
    }

    async fn document(&self, installation: &InstallationId, kind: &str, id: &str) -> Result<Option<Document>, Fault> {
        self.reader.document(installation, kind, id).await
    }

    async fn documents(&self, installation: &InstallationId, kind: &str, max: usize) -> Result<Vec<Document>, Fault> {
        self.reader.documents(installation, kind, max).await
    }

    async fn due_documents(&self, now: Timestamp, max: usize) -> Result<Vec<(InstallationId, Document)>, Fault> {
        self.all(kept::DUE, &[&now.as_millisecond(), &limit(max)], kept::read).await
    }

    async fn installations(&self, after: &InstallationId, max: usize) -> Result<Vec<InstallationId>, Fault> {
        let read = |row: &Row| row.try_get::<_, String>(0).map(InstallationId::new);
        self.all(operating::INSTALLATIONS, &[&after.as_str(), &limit(max)], read).await
    }

    async fn record(&self, installation: &InstallationId, entry: Entry) -> Result<(), Fault> {
        self.write(installation, vec![Effect::Record(entry)]).await
    }

    async fn next_installation(&self, after: &InstallationId) -> Result<Option<InstallationId>, Fault> {
        let next = self.first(categories::NEXT_INSTALLATION, &[&after.as_str()], categories::read_installation).await?;
        Ok(next.flatten())
    }

    async fn rewrite(&self, installation: &InstallationId, document: &StoredItem, body: &str) -> Result<bool, Fault> {
        let StoredItem { name: (kind, id), body: before, .. } = document;
        let which: Params<'_> = &[&installation.as_str(), kind, id, before, &body];
        Ok(!self.query(categories::REWRITE, which).await?.is_empty())
    }

    async fn redact(&self, installation: &InstallationId, lines: Vec<Audited>) -> Result<usize, Fault> {
        let ids: Vec<_> = lines.iter().map(|line| line.id).collect();
        let actors: Vec<_> = lines.iter().map(|line| line.entry.actor.as_str()).collect();
        let details: Vec<_> = lines.iter().map(|line| line.entry.detail.as_str()).collect();
        Ok(self.query(categories::REDACT, &[&installation.as_str(), &ids, &actors, &details]).await?.len())
    }

    async fn put_snapshots(&self, installation: &InstallationId, seen: Vec<Snapshot>) -> Result<(), Fault> {
        self.write(installation, seen.into_iter().map(Effect::PutSnapshot).collect()).await
    }

    async fn snapshot(&self, installation: &InstallationId, id: &ConversationId) -> Result<Option<Snapshot>, Fault> {
        self.reader.snapshot(installation, id).await
    }

    async fn snapshots(
        &self,
        installation: &InstallationId,
        since: &Since,
        max: usize,
    ) -> Result<Vec<Snapshot>, Fault> {
        let Since { at, conversation } = since;
        let since: Params<'_> = &[&installation.as_str(), &at.as_millisecond(), conversation, &limit(max)];
        self.all(kept::SNAPSHOTS, since, kept::read_snapshot).await
    }

    async fn card_at(
        &self,
        installation: &InstallationId,
        channel: &ChannelId,
        ts: &MessageTs,
    ) -> Result<Option<Card>, Fault> {
        let place: Params<'_> = &[&installation.as_str(), &channel.as_str(), &ts.as_str()];
        self.first(kept::CARD_AT, place, facts::read_card).await
    }

    async fn cards_in(
        &self,
        installation: &InstallationId,
        channel: &ChannelId,
        after: &MessageTs,
        max: usize,
    ) -> Result<Vec<Card>, Fault> {
        let place: Params<'_> = &[&installation.as_str(), &channel.as_str(), &after.as_str(), &limit(max)];
        self.all(kept::CARDS_IN, place, facts::read_card).await
    }

    async fn audit(&self, after: i64, since: Timestamp, max: usize) -> Result<Vec<Audited>, Fault> {
        self.all(kept::AUDIT, &[&after, &since.as_millisecond(), &limit(max)], kept::read_audited).await
    }

    async fn forget_entries(&self, before: Timestamp, max: usize) -> Result<usize, Fault> {
        Ok(self.query(operating::FORGET, &[&before.as_millisecond(), &limit(max)]).await?.len())
    }
}

fn address(url: &str) -> Result<Address, Fault> {
    Ok(Address::read(url, PROGRAM)?)
}
