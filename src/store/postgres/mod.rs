//! The store for several instances: they share one PostgreSQL, and nothing else. What SQLite's one
//! writer gives for free is made here by locks, always taken in one order: deliveries, lines, jobs,
//! buckets, everything else (`lines` says why lines need any, `settling` and `claiming` use them).
//!
//! Every verb is a handful of round trips, and a transaction is never open while anything but the
//! database is waited for.

mod accepting;
mod categories;
mod claiming;
mod connection;
mod emptying;
mod facts;
mod hot_statements;
mod kept;
mod notifying;
mod operating;
mod partitions;
mod settling;
mod transaction;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use deadpool_postgres::Pool;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_postgres::{Error, Row};

use self::accepting::AcceptBatcher;
use self::claiming::{ClaimScan, LOOKED_AT};
use self::connection::ConnectionTarget;
pub use self::connection::with_password;
use self::emptying::{Begin, Clear};
use self::kept::ComeDue;
use self::notifying::{Listener, Notifier};
use self::partitions::name;
use self::settling::{Renew, Settle, Tell};
use self::transaction::{Params, Transaction, query, transact};
use self::waiting::{Lift, SetBack};
use super::data_category::{DataCategory, StoredItem};
use super::fairness::FairScheduler;
use super::wakeups::Wakeups;
use super::{
    Accepted, Audited, CacheEntry, Card, Claim, Delivery, Document, Draft, Effect, Entry, Limit, NewJob, Overview,
    Queue, Settled, Since, Snapshot, Store, Stored, Verdict,
};
use crate::clock::from_millis;
pub use hot_statements::HOT_STATEMENTS;

use crate::error::{Fault, whole};
use crate::ids::{ChannelId, ConversationId, DraftId, InstallationId, JobId, MessageTs, SlackUserId};

const NEXT_DUE: &str = "
    SELECT least(
        (SELECT due FROM jobs WHERE lane = $1 AND state = 'live' AND head AND ready ORDER BY class, turn, id LIMIT 1),
        (SELECT due FROM jobs WHERE lane = $1 AND state = 'live' AND head AND NOT ready ORDER BY due LIMIT 1)
    )";

/// A claim that only describes has a fence below every fence a job can have.
const OVERDUE: &str = "
    SELECT id, installation, key, -1::bigint, due, attempt, accepted, told, body, unsure, request FROM jobs
    WHERE state = 'live' AND lane = 'inbox' AND NOT told AND accepted < $1
    ORDER BY accepted, id LIMIT $2";

/// A store in a PostgreSQL database. Dropping it finishes what was handed over.
pub struct Postgres {
    pool: Pool,
    entrance: AcceptBatcher,
    notifier: Notifier,
    wakeups: Wakeups,
    turns: FairScheduler,
    _news: Listener,
}

impl Postgres {
    /// Says what is wrong with a URL, without connecting and without repeating it.
    pub fn check(url: &str) -> Result<(), Fault> {
        connection::settings(url).map(drop)
    }

    /// Whether the app has used the database at `url` before. Changes nothing there.
    pub async fn is_there(url: &str) -> Result<bool, Fault> {
        ConnectionTarget::read(url)?.has_schema().await
    }

    /// What to call the database at `url` without its password.
    pub fn name(url: &str) -> Result<String, Fault> {
        connection::settings(url).map(|config| connection::named(&config))
    }

    /// Connects to the database at `url` and brings its schema up to date if need be.
    pub async fn open(url: &str) -> Result<Self, Fault> {
        let route = ConnectionTarget::read(url)?;
        route.migrate().await?;
        let pool = route.pool()?;
        let wakeups = Wakeups::default();
        let (news, notifier) = Listener::start(route, pool.clone(), wakeups.clone());
        let entrance = AcceptBatcher::open(pool.clone(), notifier.clone());
        Ok(Self { pool, entrance, notifier, wakeups, turns: FairScheduler::default(), _news: news })
    }

    /// Runs the verb, then rings for what it stored.
    async fn transact<V: Transaction>(&self, verb: &V) -> Result<V::Output, Fault> {
        let (answer, pending) = transact(&self.pool, verb).await?;
        self.notifier.notify(pending);
        Ok(answer)
    }

    async fn all<T>(&self, sql: &str, params: Params<'_>, read: fn(&Row) -> Result<T, Error>) -> Result<Vec<T>, Fault> {
        let rows = query(&self.pool, sql, params).await?;
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|error| fault(&error))
    }

    async fn first<T>(
        &self,
        sql: &str,
        params: Params<'_>,
        read: fn(&Row) -> Result<T, Error>,
    ) -> Result<Option<T>, Fault> {
        Ok(self.all(sql, params, read).await?.into_iter().next())
    }
}

#[async_trait]
impl Store for Postgres {
    async fn accept(&self, delivery: Delivery, jobs: Vec<NewJob>, now: Timestamp) -> Result<Accepted, Fault> {
        let jobs = jobs.into_iter().map(|job| self.turns.queue(job, now)).collect();
        self.entrance.accept(delivery, jobs, now).await
    }

    async fn claim(&self, queue: Queue, max: usize, now: Timestamp, lease: Duration) -> Result<Vec<Claim>, Fault> {
        let until = after(now, lease);
        let (mut claims, mut looked_at) = (Vec::new(), 0);
        while claims.len() < max && looked_at < LOOKED_AT {
            let look = ClaimScan { queue, max: max - claims.len(), now, until };
            match self.transact(&look).await {
                Ok(found) => {
                    looked_at += found.looked_at;
                    claims.extend(found.claims);
                    if found.looked_at < look.max {
                        break;
                    }
                }
                // What was taken before is ours, and somebody should work on it.
                Err(_) if !claims.is_empty() => break,
                Err(fault) => return Err(fault),
            }
        }
        Ok(claims)
    }

    async fn renew(&self, claim: &Claim, until: Timestamp) -> Result<Settled, Fault> {
        self.transact(&Renew { claim, until }).await
    }

    async fn settle(
        &self,
        claim: &Claim,
        verdict: Verdict,
        effects: Vec<Effect>,
        now: Timestamp,
    ) -> Result<Settled, Fault> {
        let (mut jobs, mut others) = (Vec::new(), Vec::new());
        for effect in effects {
            match effect {
                Effect::Enqueue(job) => jobs.push(self.turns.queue(job, now)),
                other => others.push(other),
            }
        }
        self.transact(&Settle { claim, verdict: &verdict, effects: &others, jobs: &jobs, now }).await
    }

    async fn next_due(&self, queue: Queue) -> Result<Option<Timestamp>, Fault> {
        let due = self.first(NEXT_DUE, &[&name(queue)], |row| row.try_get::<_, Option<i64>>(0)).await?;
        Ok(due.flatten().map(from_millis))
    }

    async fn overdue(&self, before: Timestamp, max: usize) -> Result<Vec<Claim>, Fault> {
        let read = |row: &Row| claiming::read(row, Queue::Work);
        self.all(OVERDUE, &[&before.as_millisecond(), &limit(max)], read).await
    }

    async fn tell(&self, job: JobId, notice: NewJob, now: Timestamp) -> Result<bool, Fault> {
        let notice = self.turns.queue(notice, now);
        self.transact(&Tell { job, notice: &notice }).await
    }

    async fn card(
        &self,
        installation: &InstallationId,
        channel: &ChannelId,
        conversation: &ConversationId,
    ) -> Result<Option<Card>, Fault> {
        let which: Params<'_> = &[&installation.as_str(), &conversation.as_str(), &channel.as_str()];
        self.first(facts::CARD, which, facts::read_card).await
    }

    async fn cards(&self, installation: &InstallationId, conversation: &ConversationId) -> Result<Vec<Card>, Fault> {
        self.all(facts::CARDS, &[&installation.as_str(), &conversation.as_str()], facts::read_card).await
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
        let which: Params<'_> = &[&installation.as_str(), &conversation.as_str(), &limit(max)];
        self.all(facts::ENTRIES, which, facts::read_entry).await
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
        let CacheEntry { kind, id, alias, at, body } = cache_entry;
        let columns: Params<'_> = &[&installation.as_str(), &kind, &id, &alias, &at.as_millisecond(), &body];
        query(&self.pool, facts::REMEMBER, columns).await.map(drop)
    }

    async fn cache_get(
        &self,
        installation: &InstallationId,
        kind: &str,
        id: &str,
    ) -> Result<Option<CacheEntry>, Fault> {
        self.first(facts::RECALL, &[&installation.as_str(), &kind, &id], facts::read_memo).await
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
        let Document { kind, id, at, due, body } = document;
        let due = due.map(Timestamp::as_millisecond);
        let columns: Params<'_> = &[&installation.as_str(), &kind, &id, &at.as_millisecond(), &due, &body];
        query(&self.pool, kept::PUT, columns).await.map(drop)
    }

    async fn document(&self, installation: &InstallationId, kind: &str, id: &str) -> Result<Option<Document>, Fault> {
        let found = self.first(kept::FIND, &[&installation.as_str(), &kind, &id], kept::read).await?;
        Ok(found.map(|(_, document)| document))
    }

    async fn documents(&self, installation: &InstallationId, kind: &str, max: usize) -> Result<Vec<Document>, Fault> {
        let found = self.all(kept::LIST, &[&installation.as_str(), &kind, &limit(max)], kept::read).await?;
        Ok(found.into_iter().map(|(_, document)| document).collect())
    }

    async fn due_documents(&self, now: Timestamp, max: usize) -> Result<Vec<(InstallationId, Document)>, Fault> {
        self.all(kept::DUE, &[&now.as_millisecond(), &limit(max)], kept::read).await
    }

    async fn fire_due(
        &self,
        installation: &InstallationId,
        document: &Document,
        job: NewJob,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let job = self.turns.queue(job, now);
        self.transact(&ComeDue { installation, document, job: &job }).await
    }

    async fn installations(&self, after: &InstallationId, max: usize) -> Result<Vec<InstallationId>, Fault> {
        let read = |row: &Row| row.try_get::<_, String>(0).map(InstallationId::new);
        self.all(operating::INSTALLATIONS, &[&after.as_str(), &limit(max)], read).await
    }

    async fn clear(&self, installation: &InstallationId, spared: JobId, max: usize) -> Result<usize, Fault> {
        self.transact(&Clear { installation, spared, max: limit(max) }).await
    }

    async fn keep_recorded(
        &self,
        installation: &InstallationId,
        document: Document,
        entry: Entry,
        jobs: Vec<NewJob>,
    ) -> Result<(), Fault> {
        let jobs: Vec<_> = jobs.into_iter().map(|job| self.turns.queue(job, document.at)).collect();
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
        let jobs: Vec<_> = jobs.into_iter().map(|job| self.turns.queue(job, document.at)).collect();
        let (emptied_but, document, entry) = (Some(stays), &document, &entry);
        self.transact(&Begin { installation, emptied_but, document, entry, jobs: &jobs }).await
    }

    async fn record(&self, installation: &InstallationId, entry: Entry) -> Result<(), Fault> {
        let Entry { at, actor, conversation, verb, detail } = entry;
        let conversation = conversation.as_ref().map(ConversationId::as_str);
        let (installation, actor, at) = (installation.as_str(), actor.as_str(), at.as_millisecond());
        query(&self.pool, facts::RECORD, &[&installation, &conversation, &at, &actor, &verb, &detail]).await.map(drop)
    }

    async fn next_installation(&self, after: &InstallationId) -> Result<Option<InstallationId>, Fault> {
        let next = self.first(categories::NEXT_INSTALLATION, &[&after.as_str()], categories::read_installation).await?;
        Ok(next.flatten())
    }

    async fn category(
        &self,
        installation: &InstallationId,
        category: DataCategory,
        (first, second): &(String, String),
        max: usize,
    ) -> Result<Vec<StoredItem>, Fault> {
        let which: Params<'_> = &[&installation.as_str(), first, second, &limit(max)];
        self.all(categories::list(category), which, categories::read).await
    }

    async fn delete_if_unchanged(
        &self,
        installation: &InstallationId,
        category: DataCategory,
        kept: &StoredItem,
    ) -> Result<bool, Fault> {
        let which: Params<'_> = &[&installation.as_str(), &kept.name.0, &kept.name.1, &kept.body];
        Ok(!query(&self.pool, categories::take_off(category), which).await?.is_empty())
    }

    async fn rewrite(&self, installation: &InstallationId, document: &StoredItem, body: &str) -> Result<bool, Fault> {
        let StoredItem { name: (kind, id), body: before, .. } = document;
        let which: Params<'_> = &[&installation.as_str(), kind, id, before, &body];
        Ok(!query(&self.pool, categories::REWRITE, which).await?.is_empty())
    }

    async fn redact(&self, installation: &InstallationId, lines: Vec<Audited>) -> Result<usize, Fault> {
        let ids: Vec<_> = lines.iter().map(|line| line.id).collect();
        let actors: Vec<_> = lines.iter().map(|line| line.entry.actor.as_str()).collect();
        let details: Vec<_> = lines.iter().map(|line| line.entry.detail.as_str()).collect();
        Ok(query(&self.pool, categories::REDACT, &[&installation.as_str(), &ids, &actors, &details]).await?.len())
    }

    async fn put_snapshots(&self, installation: &InstallationId, seen: Vec<Snapshot>) -> Result<(), Fault> {
        let (names, times, bodies) = kept::columns(&seen);
        query(&self.pool, kept::MIRROR, &[&installation.as_str(), &names, &times, &bodies]).await.map(drop)
    }

    async fn snapshot(&self, installation: &InstallationId, id: &ConversationId) -> Result<Option<Snapshot>, Fault> {
        self.first(kept::SIGHT, &[&installation.as_str(), &id.as_str()], kept::read_mirrored).await
    }

    async fn snapshots(
        &self,
        installation: &InstallationId,
        since: &Since,
        max: usize,
    ) -> Result<Vec<Snapshot>, Fault> {
        let Since { at, conversation } = since;
        let since: Params<'_> = &[&installation.as_str(), &at.as_millisecond(), conversation, &limit(max)];
        self.all(kept::MIRRORED, since, kept::read_mirrored).await
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

    async fn sweep(&self, before: Timestamp, max: usize) -> Result<usize, Fault> {
        let mut swept = 0;
        for bite in facts::SWEEP {
            swept += query(&self.pool, bite, &[&before.as_millisecond(), &limit(max)]).await?.len();
        }
        Ok(swept)
    }

    async fn forget_entries(&self, before: Timestamp, max: usize) -> Result<usize, Fault> {
        Ok(query(&self.pool, operating::FORGET, &[&before.as_millisecond(), &limit(max)]).await?.len())
    }

    async fn try_acquire_leadership(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, Fault> {
        let led: Params<'_> = &[&name, &holder, &now.as_millisecond(), &until.as_millisecond()];
        Ok(!query(&self.pool, facts::LEAD, led).await?.is_empty())
    }

    async fn jobs(&self, dead: bool, after: JobId, max: usize) -> Result<Vec<Stored>, Fault> {
        let state = if dead { "dead" } else { "live" };
        self.all(operating::JOBS, &[&state, &after.0, &limit(max)], operating::read_job).await
    }

    async fn job(&self, id: JobId) -> Result<Option<Stored>, Fault> {
        self.first(operating::JOB, &[&id.0], operating::read_job).await
    }

    async fn discard(&self, id: JobId) -> Result<bool, Fault> {
        Ok(self.first(operating::DISCARD, &[&id.0], operating::read_id).await?.is_some())
    }

    async fn limits(&self, now: Timestamp, max: usize) -> Result<Vec<Limit>, Fault> {
        self.all(waiting::LIMITS, &[&now.as_millisecond(), &limit(max)], waiting::read_limit).await
    }

    async fn lift(&self, limit: &Limit, now: Timestamp) -> Result<bool, Fault> {
        self.transact(&Lift { closed: limit, now }).await
    }

    async fn set_back(&self, by: Duration, now: Timestamp) -> Result<(), Fault> {
        self.transact(&SetBack { by, now }).await
    }

    async fn rehearse(&self) -> Result<(), Fault> {
        operating::rehearse(&self.pool).await
    }

    async fn overview_of(&self, installation: &InstallationId) -> Result<Overview, Fault> {
        let counted = self.first(operating::OVERVIEW_OF, &[&installation.as_str()], operating::read_overview).await?;
        Ok(counted.unwrap_or_default())
    }

    async fn overview(&self) -> Result<Overview, Fault> {
        let counted = self.first(operating::OVERVIEW, &[], operating::read_overview).await?;
        Ok(counted.unwrap_or_default())
    }

    fn bell(&self, queue: Queue) -> Arc<Notify> {
        Arc::clone(self.wakeups.of(queue))
    }
}

/// What went wrong, for the operator. Of a refusal only the sentence and the code: its details may
/// hold what people wrote.
fn fault(error: &Error) -> Fault {
    Fault::Store(match error.as_db_error() {
        Some(refusal) => format!("{} ({})", refusal.message(), refusal.code().code()),
        None => whole(error),
    })
}

fn limit(max: usize) -> i64 {
    i64::try_from(max).unwrap_or(i64::MAX)
}

fn after(now: Timestamp, lease: Duration) -> Timestamp {
    let lease = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
    from_millis(now.as_millisecond().saturating_add(lease))
}
