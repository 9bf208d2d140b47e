//! The queue for several instances: they share one PostgreSQL and nothing else. SQLite's one writer orders everything;
//! here locks do, always taken in one order: deliveries, partitions, jobs, buckets, everything else (`partitions` says
//! why they need any, `settling` and `claiming` use them).
//!
//! Every verb is a handful of round trips. A transaction is never open while it waits for anything but the database.

mod accepting;
mod address;
mod buckets;
mod claiming;
mod connection;
mod emptying;
mod fault;
mod hot_statements;
mod idle_claims;
mod looking;
mod migrating;
mod notifying;
mod operating;
mod partitions;
mod read_only;
mod settling;
mod statements;
mod transaction;
mod unit_of_work;
mod units;
mod verdicts;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use deadpool_postgres::Pool;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_postgres::{Error, Row};

use self::accepting::AcceptBatcher;
pub use self::address::{Address, with_password};
use self::claiming::{ClaimScan, LOOKED_AT};
use self::connection::ConnectionTarget;
use self::fault::fault;
pub use self::hot_statements::HOT_STATEMENTS;
use self::idle_claims::{IdleClaim, IdleClaims};
use self::looking::OVERDUE;
use self::notifying::{Listener, Notifier};
pub use self::read_only::ReadOnlyConnection;
pub use self::statements::Params;
pub use self::transaction::Transaction;
pub use self::unit_of_work::UnitOfWork;
use self::unit_of_work::{query, transact};
use self::units::{Clear, Lift, Renew, SetBack, Settle, Tell};
use crate::clock::{end_of, rows as limit};
use crate::fairness::FairScheduler;
use crate::schema::{Migration, Schema};
use crate::wakeups::Wakeups;
use crate::{
    Accepted, Claim, Delivery, DurableQueue, FollowUp, JobId, Limit, NewJob, Now, Overview, Queue, QueueError,
    QueuedJob, Settled, Settlement, Stored, TenantId, Verdict,
};

/// The queue's tables.
pub const QUEUE: Migration = Migration { name: "queue", sql: include_str!("../../migrations/postgres/1_queue.sql") };

/// The versions of tenants, which claims carry. A schema has it after [`QUEUE`].
pub const VERSIONS: Migration =
    Migration { name: "versions", sql: include_str!("../../migrations/postgres/3_versions.sql") };

/// The schema of a database that holds nothing else.
pub const SCHEMA: Schema = &[QUEUE, VERSIONS];

/// Answers whether a schema was installed in the database before. Changes nothing there.
pub async fn has_schema(address: Address) -> Result<bool, QueueError> {
    ConnectionTarget::at(address)?.has_schema().await
}

/// A queue in a PostgreSQL database. Dropping it finishes the work it has received.
pub struct PostgresQueue {
    pool: Pool,
    entrance: AcceptBatcher,
    notifier: Notifier,
    idle_claims: IdleClaims,
    wakeups: Wakeups,
    turns: FairScheduler,
    _news: Listener,
}

impl PostgresQueue {
    /// Connects to a database and brings its schema up to date if necessary.
    ///
    /// The schema begins with [`QUEUE`]. It has [`VERSIONS`] and the app's own migrations in the order of their making.
    pub async fn open(address: Address, schema: Schema) -> Result<Self, QueueError> {
        let channel = address.channel.clone();
        let route = ConnectionTarget::at(address)?;
        route.migrate(schema).await?;
        let pool = route.pool()?;
        let wakeups = Wakeups::default();
        let (news, notifier) = Listener::start(route, channel, pool.clone(), wakeups.clone());
        let entrance = AcceptBatcher::open(pool.clone(), notifier.clone());
        let idle_claims = IdleClaims::default();
        Ok(Self { pool, entrance, notifier, idle_claims, wakeups, turns: FairScheduler::default(), _news: news })
    }

    /// Runs the work as one transaction and answers after its COMMIT. Runs it again if it lost against another
    /// transaction, or if its connection was cut before the COMMIT.
    pub async fn transact<W: UnitOfWork>(&self, work: &W) -> Result<W::Output, QueueError> {
        let (answer, pending) = transact(&self.pool, &self.idle_claims, work).await?;
        self.notifier.notify(pending);
        Ok(answer)
    }

    /// Runs one statement that may be repeated without harm, and returns its rows.
    pub async fn query(&self, sql: &str, params: Params<'_>) -> Result<Vec<Row>, QueueError> {
        query(&self.pool, sql, params).await
    }

    /// Reads all rows of such a statement.
    pub async fn all<T>(
        &self,
        sql: &str,
        params: Params<'_>,
        read: fn(&Row) -> Result<T, Error>,
    ) -> Result<Vec<T>, QueueError> {
        let rows = self.query(sql, params).await?;
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|error| fault(&error))
    }

    /// Reads the first row of such a statement.
    pub async fn first<T>(
        &self,
        sql: &str,
        params: Params<'_>,
        read: fn(&Row) -> Result<T, Error>,
    ) -> Result<Option<T>, QueueError> {
        Ok(self.all(sql, params, read).await?.into_iter().next())
    }

    /// Prepares a job for [`Transaction::enqueue`].
    pub fn prepare(&self, job: NewJob, now: Timestamp) -> QueuedJob {
        self.turns.queue(job, now)
    }

    /// Prepares a verdict for [`Transaction::settle`].
    pub fn settlement(&self, claim: &Claim, verdict: Verdict, follow_ups: Vec<FollowUp>, now: Timestamp) -> Settlement {
        self.turns.settlement(claim, verdict, follow_ups, now)
    }
}

#[async_trait]
impl DurableQueue for PostgresQueue {
    async fn accept(&self, delivery: Delivery, jobs: Vec<NewJob>, now: Timestamp) -> Result<Accepted, QueueError> {
        let jobs = jobs.into_iter().map(|job| self.turns.queue(job, now)).collect();
        self.entrance.accept(delivery, jobs, now).await
    }

    async fn claim(&self, queue: Queue, max: usize, now: Timestamp, lease: Duration) -> Result<Vec<Claim>, QueueError> {
        let until = end_of(lease, now);
        let (mut claims, mut looked_at) = (Vec::new(), 0);
        while claims.len() < max && looked_at < LOOKED_AT {
            let look = ClaimScan { queue, max: max - claims.len(), now, until, notices: true };
            match self.transact(&look).await {
                Ok(found) => {
                    looked_at += found.looked_at;
                    claims.extend(found.claims);
                    if found.looked_at < look.max {
                        break;
                    }
                }
                // The jobs taken before are claimed, so their work should be done.
                Err(_) if !claims.is_empty() => break,
                Err(fault) => return Err(fault),
            }
        }
        if claims.len() == max {
            self.notifier.leave(queue);
        }
        Ok(claims)
    }

    async fn claim_when_due(
        &self,
        queue: Queue,
        max: usize,
        now: Now,
        lease: Duration,
    ) -> Result<Vec<Claim>, QueueError> {
        let mut wait = self.idle_claims.add(IdleClaim { queue, max, now: now.clone(), lease });
        tokio::select! {
            biased;
            claimed = &mut wait.claimed => return Ok(claimed.unwrap_or_default()),
            () = self.notifier.wait(queue) => {}
        }
        if wait.take_back() {
            return self.claim(queue, max, now(), lease).await;
        }
        // It is in a transaction that may not see the jobs for which the bell rang.
        self.wakeups.of(queue).notify_one();
        Ok((&mut wait.claimed).await.unwrap_or_default())
    }

    async fn renew(&self, claim: &Claim, until: Timestamp) -> Result<Settled, QueueError> {
        self.transact(&Renew { claim, until }).await
    }

    async fn settle(
        &self,
        claim: &Claim,
        verdict: Verdict,
        follow_ups: Vec<FollowUp>,
        now: Timestamp,
    ) -> Result<Settled, QueueError> {
        self.transact(&Settle(self.turns.settlement(claim, verdict, follow_ups, now))).await
    }

    async fn next_due(&self, queue: Queue) -> Result<Option<Timestamp>, QueueError> {
        // A worker asks while it waits for jobs, and leaves when it gets some. The task of its own goes on and gives
        // its connection back: a new one costs as much as a hundred statements.
        let pool = self.pool.clone();
        let asked = tokio::spawn(async move { looking::next_due(&pool, queue).await });
        asked.await.map_err(|stopped| QueueError::new(stopped.to_string()))?
    }

    async fn overdue(&self, before: Timestamp, max: usize) -> Result<Vec<Claim>, QueueError> {
        let read = |row: &Row| claiming::read(row, Queue::Work);
        self.all(OVERDUE, &[&before.as_millisecond(), &limit(max)], read).await
    }

    async fn tell(&self, job: JobId, notice: NewJob, now: Timestamp) -> Result<bool, QueueError> {
        self.transact(&Tell { job, notice: self.turns.queue(notice, now) }).await
    }

    async fn try_acquire_leadership(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, QueueError> {
        let led: Params<'_> = &[&name, &holder, &now.as_millisecond(), &until.as_millisecond()];
        Ok(!self.query(operating::LEAD, led).await?.is_empty())
    }

    async fn jobs(&self, dead: bool, after: JobId, max: usize) -> Result<Vec<Stored>, QueueError> {
        let state = if dead { "dead" } else { "live" };
        self.all(operating::JOBS, &[&state, &after.0, &limit(max)], operating::read_job).await
    }

    async fn job(&self, id: JobId) -> Result<Option<Stored>, QueueError> {
        self.first(operating::JOB, &[&id.0], operating::read_job).await
    }

    async fn discard(&self, id: JobId) -> Result<bool, QueueError> {
        Ok(self.first(operating::DISCARD, &[&id.0], operating::read_id).await?.is_some())
    }

    async fn limits(&self, now: Timestamp, max: usize) -> Result<Vec<Limit>, QueueError> {
        self.all(waiting::LIMITS, &[&now.as_millisecond(), &limit(max)], waiting::read_limit).await
    }

    async fn lift(&self, limit: &Limit, now: Timestamp) -> Result<bool, QueueError> {
        self.transact(&Lift { closed: limit, now }).await
    }

    async fn buckets(&self, tenant: &TenantId, after: &str, max: usize) -> Result<Vec<String>, QueueError> {
        self.all(buckets::NAMES, &[&tenant.as_str(), &after, &limit(max)], |row| row.try_get(0)).await
    }

    async fn forget_bucket(&self, tenant: &TenantId, bucket: &str) -> Result<bool, QueueError> {
        Ok(!self.query(buckets::FORGET, &[&tenant.as_str(), &bucket]).await?.is_empty())
    }

    async fn set_back(&self, by: Duration, now: Timestamp) -> Result<(), QueueError> {
        self.transact(&SetBack { by, now }).await
    }

    async fn sweep(&self, before: Timestamp, max: usize) -> Result<usize, QueueError> {
        Ok(self.query(emptying::SWEEP, &[&before.as_millisecond(), &limit(max)]).await?.len())
    }

    async fn clear(&self, tenant: &TenantId, spared: JobId, max: usize) -> Result<usize, QueueError> {
        self.transact(&Clear { tenant, spared, max }).await
    }

    async fn rehearse(&self) -> Result<(), QueueError> {
        operating::rehearse(&self.pool).await
    }

    async fn overview_of(&self, tenant: &TenantId) -> Result<Overview, QueueError> {
        let counted = self.first(operating::OVERVIEW_OF, &[&tenant.as_str()], operating::read_overview).await?;
        Ok(counted.unwrap_or_default())
    }

    async fn overview(&self) -> Result<Overview, QueueError> {
        let counted = self.first(operating::OVERVIEW, &[], operating::read_overview).await?;
        Ok(counted.unwrap_or_default())
    }

    fn bell(&self, queue: Queue) -> Arc<Notify> {
        Arc::clone(self.wakeups.of(queue))
    }
}
