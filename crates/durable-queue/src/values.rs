//! The values that go into a queue and come out of it.

use jiff::Timestamp;

use crate::rate_limit::RateLimit;
use crate::{JobId, TenantId};

/// One of the two queues. They are claimed separately, so that a flood of messages never holds up commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Queue {
    /// Commands: requests of people, and scheduled work.
    Work,
    /// Messages to people.
    Outbox,
}

/// Kind of party that waits for a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A person. Served before everything of the other class.
    Person,
    /// No one in particular: a machine noticed something.
    Machine,
}

/// One verified inbound request, named by its unique id (a trigger id, an event id).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The tenant whose request it is.
    pub installation: TenantId,
    /// Unique within the tenant; a second delivery with this key is a duplicate.
    pub key: String,
}

/// Answer to a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// Its jobs are stored: nothing is lost from now on.
    New,
    /// It was accepted before: nothing was stored.
    Duplicate,
}

/// A job to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// The tenant it belongs to.
    pub installation: TenantId,
    /// The queue it joins.
    pub queue: Queue,
    /// Ordering key: jobs of one tenant and queue with the same key run one at a time, oldest first.
    pub key: String,
    /// Ordering key of a job to wait for: if an unfinished job has *this* key, the job queues up behind it under that
    /// key instead. It may need that job's result.
    pub after_key: Option<String>,
    /// Flow whose share of the work it takes, within tenant and queue: of two flows that both have waiting jobs,
    /// neither is served much more than the other.
    pub fairness_key: String,
    /// True if it inherits the virtual time of the job that leaves it behind when it is settled, if both are in one
    /// queue: begun work is finished before more is begun.
    pub inherits_priority: bool,
    /// The party that waits for it.
    pub class: Class,
    /// The buckets it has to pass before it is claimed.
    pub rate_limits: Vec<RateLimit>,
    /// Key of jobs of which only the latest matters. If a job with this key waits under the same ordering key and no
    /// worker has it, the new job's body replaces that one's, and no job is added.
    pub coalesce_key: Option<String>,
    /// Earliest time of a claim.
    pub due: Timestamp,
    /// Time at which the delivery behind it was accepted; kept when one job continues as another.
    pub accepted: Timestamp,
    /// Time at which the original request was accepted, if it is not the job's own. A job that another one leaves
    /// behind when it is settled has the same original request; an accepted job has none.
    pub request: Option<Timestamp>,
    /// True if its person was notified of the delay already. A job that another one of its queue leaves behind when it
    /// is settled inherits this, even if it became true since the claim.
    pub delay_notified: bool,
    /// The work, in the words of the app: a string to the queue.
    pub body: String,
}

impl NewJob {
    /// Makes a job that a person waits for and that nothing holds back: due at once, just accepted.
    pub fn new(
        installation: &TenantId,
        queue: Queue,
        key: impl Into<String>,
        now: Timestamp,
        body: impl Into<String>,
    ) -> Self {
        Self {
            installation: installation.clone(),
            queue,
            key: key.into(),
            after_key: None,
            fairness_key: String::new(),
            inherits_priority: false,
            class: Class::Person,
            rate_limits: Vec::new(),
            coalesce_key: None,
            due: now,
            accepted: now,
            request: None,
            delay_notified: false,
            body: body.into(),
        }
    }
}

/// The right to work on one job until the lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The job.
    pub id: JobId,
    /// The tenant it belongs to.
    pub installation: TenantId,
    /// The queue it is in.
    pub queue: Queue,
    /// The ordering key it runs under.
    pub key: String,
    /// Number that grows with every claim of the job; a settlement with an older fence is void.
    pub fence: i64,
    /// End of the lease.
    pub until: Timestamp,
    /// Number of claims so far, this one included; 1 at the first.
    pub attempt: u32,
    /// True if an earlier attempt at the current step may have had its effect: it ended in a
    /// [`Verdict::Retry`] that says so, or with its lease.
    pub outcome_unknown: bool,
    /// Time at which the delivery behind it was accepted.
    pub accepted: Timestamp,
    /// Time at which the original request was accepted, if it is not the job's own.
    pub request: Option<Timestamp>,
    /// True if its person was notified of the delay.
    pub delay_notified: bool,
    /// The work, in the words of the app.
    pub body: String,
    /// The version of the tenant's facts at the time of the claim, or 0 if the app has never raised it. A copy that was
    /// read at this version or a later one holds everything that was committed before the claim.
    pub tenant_version: i64,
}

impl Claim {
    /// Returns the time at which the original request was accepted: all jobs that follow from one request share it.
    pub fn request(&self) -> Timestamp {
        self.request.unwrap_or(self.accepted)
    }
}

/// Outcome of a claimed job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Finished: the job is removed and the next one with its key may run.
    Done,
    /// One step is done: the new body replaces the old one, and the claim continues until the given time.
    Continue {
        /// The job's body after the step.
        body: String,
        /// New end of the lease.
        until: Timestamp,
    },
    /// To be claimed again at `due`; keeps its place in the order.
    Retry {
        /// Earliest time of the next claim.
        due: Timestamp,
        /// The reason, for the operator.
        cause: String,
        /// True if the failed attempt may have had its effect anyway.
        outcome_unknown: bool,
    },
    /// Failed for good: kept with its cause for the operator; the next one with its key may run.
    Dead {
        /// The reason, for the operator.
        cause: String,
    },
}

/// A consequence of a settled job for the queue itself, stored in the same transaction as the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FollowUp {
    /// A further job.
    Enqueue(NewJob),
    /// A closed bucket, because the other side wants no more calls for a while: none of the tenant's jobs passes it
    /// before `until`.
    Close {
        /// The bucket.
        bucket: String,
        /// Time at which it opens again; an earlier time than the present one changes nothing.
        until: Timestamp,
    },
}

/// Answer to a settlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Verdict and consequences were stored.
    Applied,
    /// The lease had ended and another worker claimed the job again, or settled it: nothing was stored.
    LostLease,
}

/// A job as it is stored, for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The job.
    pub id: JobId,
    /// The tenant it belongs to.
    pub installation: TenantId,
    /// The queue it is in.
    pub queue: Queue,
    /// The ordering key it runs under.
    pub key: String,
    /// True if it failed for good.
    pub dead: bool,
    /// Earliest time of the next claim; the end of the lease while a worker has it.
    pub due: Timestamp,
    /// Number of claims so far.
    pub attempt: u32,
    /// Time at which the delivery behind it was accepted.
    pub accepted: Timestamp,
    /// The reason of its last retry, or of its failure.
    pub cause: Option<String>,
    /// The work, in the words of the app.
    pub body: String,
}

/// Counts of waiting jobs, for the operator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Commands not finished.
    pub inbox: u64,
    /// Messages not delivered.
    pub outbox: u64,
    /// Jobs that failed for good and are kept.
    pub dead: u64,
    /// Time at which the oldest unfinished job was accepted.
    pub oldest: Option<Timestamp>,
}

/// A bucket that the other side has closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The tenant whose bucket it is.
    pub installation: TenantId,
    /// The bucket's name.
    pub bucket: String,
    /// Time at which it opens.
    pub until: Timestamp,
}
