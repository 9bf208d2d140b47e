//! The verbs of a queue, alike on every backend.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::Notify;

use crate::{
    Accepted, Claim, Delivery, FollowUp, JobId, Limit, NewJob, Now, Overview, Queue, QueueError, Settled, Stored,
    TenantId, Verdict,
};

/// A durable queue. Every verb is a separate transaction, scoped to a tenant where it touches a tenant's rows; `claim`
/// and the operator's verbs work across tenants. Time is passed in, so that all backends behave alike on a manual
/// clock.
///
/// A verb that fails has stored nothing. An app that wants its own rows in the same transaction uses the backend's
/// `transact` instead.
#[async_trait]
pub trait DurableQueue: Send + Sync + 'static {
    /// Stores the delivery's key and its jobs, unless the key is known.
    async fn accept(&self, delivery: Delivery, jobs: Vec<NewJob>, now: Timestamp) -> Result<Accepted, QueueError>;

    /// Takes up to `max` due jobs, each until `now + lease`: people's first, then in the order of their virtual times.
    /// A job whose ordering key has an older unfinished job is not taken. A job whose lease has ended counts as due
    /// again. A job whose buckets do not admit it is put off until they do.
    async fn claim(&self, queue: Queue, max: usize, now: Timestamp, lease: Duration) -> Result<Vec<Claim>, QueueError>;

    /// Waits until the queue's bell rings, or would ring, and takes jobs like [`Self::claim`]: perhaps none. A caller
    /// that stops waiting may leave jobs to the end of their leases; one that rings the bell itself gets them.
    async fn claim_when_due(
        &self,
        queue: Queue,
        max: usize,
        now: Now,
        lease: Duration,
    ) -> Result<Vec<Claim>, QueueError>;

    /// Moves the end of the lease to `until`, if the claim still holds.
    async fn renew(&self, claim: &Claim, until: Timestamp) -> Result<Settled, QueueError>;

    /// Stores the verdict on a job together with its consequences, if the claim still holds.
    async fn settle(
        &self,
        claim: &Claim,
        verdict: Verdict,
        follow_ups: Vec<FollowUp>,
        now: Timestamp,
    ) -> Result<Settled, QueueError>;

    /// Returns the time at which the queue's next job that nothing holds back becomes due; a past time if one is due
    /// already.
    async fn next_due(&self, queue: Queue) -> Result<Option<Timestamp>, QueueError>;

    /// Returns unfinished commands accepted before `before` whose person was not notified of the delay yet; oldest
    /// first, at most `max`. The claims returned hold no lease: they only describe.
    async fn overdue(&self, before: Timestamp, max: usize) -> Result<Vec<Claim>, QueueError>;

    /// Marks a job's person as notified and stores the notice, unless the job is finished or its person was
    /// notified already. Answers whether the notice was stored.
    async fn tell(&self, job: JobId, notice: NewJob, now: Timestamp) -> Result<bool, QueueError>;

    /// Makes `holder` the leader called `name` until `until`, if no other holder is at `now`. Answers
    /// whether `holder` is the leader. Serves work that only one instance may do at a time.
    async fn try_acquire_leadership(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, QueueError>;

    /// Returns jobs of all tenants, for the operator, in the order of their ids beyond `after`, at most `max`:
    /// those that failed for good, or those that wait.
    async fn jobs(&self, dead: bool, after: JobId, max: usize) -> Result<Vec<Stored>, QueueError>;

    /// Returns a job of any tenant, for the operator.
    async fn job(&self, id: JobId) -> Result<Option<Stored>, QueueError>;

    /// Throws away a job that failed for good. Answers whether there was one.
    async fn discard(&self, id: JobId) -> Result<bool, QueueError>;

    /// Returns the buckets that the other side has closed, in the order of tenants and names, at most `max`.
    async fn limits(&self, now: Timestamp, max: usize) -> Result<Vec<Limit>, QueueError>;

    /// Opens a bucket that the other side has closed, and makes due the jobs that wait for it. Answers whether it was
    /// closed.
    async fn lift(&self, limit: &Limit, now: Timestamp) -> Result<bool, QueueError>;

    /// Returns the names of a tenant's buckets in order, beyond `after`, at most `max`.
    async fn buckets(&self, tenant: &TenantId, after: &str, max: usize) -> Result<Vec<String>, QueueError>;

    /// Forgets a bucket and its level. Answers whether there was one.
    async fn forget_bucket(&self, tenant: &TenantId, bucket: &str) -> Result<bool, QueueError>;

    /// Accounts for a clock that was set back by `by` and shows `now`: jobs that wait for a time become due as much
    /// earlier, and acceptance times later than now become now. A claim keeps its lease.
    async fn set_back(&self, by: Duration, now: Timestamp) -> Result<(), QueueError>;

    /// Removes deliveries stored before `before`, at most `max`, and returns the number removed. Called repeatedly in
    /// small bites, so that it never holds up `accept`.
    async fn sweep(&self, before: Timestamp, max: usize) -> Result<usize, QueueError>;

    /// Removes a tenant's deliveries and jobs, also those that failed for good, at most `max` of each, and returns the
    /// number removed. The job `spared` stays: it does this work, and must repeat it after a crash.
    async fn clear(&self, tenant: &TenantId, spared: JobId, max: usize) -> Result<usize, QueueError>;

    /// Checks that a delivery could be stored, without storing one. Fails if another program holds the rows it writes
    /// to, or if the database is read-only.
    async fn rehearse(&self) -> Result<(), QueueError>;

    /// Returns counts of one tenant's waiting jobs.
    async fn overview_of(&self, tenant: &TenantId) -> Result<Overview, QueueError>;

    /// Returns counts of all waiting jobs.
    async fn overview(&self) -> Result<Overview, QueueError>;

    /// Returns the bell that rings whenever a job of the queue may have become due earlier than `next_due` last
    /// said, unless a caller of `claim_when_due` learns of it. Ask for the next ring *before* looking for work, or one
    /// may be missed.
    fn bell(&self, queue: Queue) -> Arc<Notify>;
}
