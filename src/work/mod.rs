//! What happens after the acknowledgement. One job at a time is claimed, brought one step further
//! and settled; the server loops [`tenants::Tenants::step`], and so do the tests, so that what is tested is
//! what runs.

pub(crate) mod absence;
pub mod acting;
pub(crate) mod answers;
pub mod audit;
pub(crate) mod awake;
pub(crate) mod batch;
pub(crate) mod callers;
pub(crate) mod changes;
pub(crate) mod colleagues;
pub(crate) mod conclude;
pub(crate) mod deferred;
pub(crate) mod digests;
pub(crate) mod direct;
pub mod doctor;
pub(crate) mod documents;
pub(crate) mod execute;
pub(crate) mod external_changes;
pub(crate) mod forms;
pub(crate) mod groups;
pub(crate) mod handovers;
pub(crate) mod homes;
pub mod installations;
pub(crate) mod linking;
pub(crate) mod links;
pub mod lists;
pub mod lookup;
pub(crate) mod names;
pub(crate) mod offboarding;
pub(crate) mod organization;
pub(crate) mod outbox;
mod outcome;
pub mod own_workspace;
pub mod people;
pub mod poller;
pub(crate) mod profiles;
pub(crate) mod projection;
pub mod rate_limits;
pub(crate) mod report;
pub(crate) mod routes;
pub mod runner;
pub(crate) mod search;
pub(crate) mod set_back;
pub(crate) mod sharing;
pub(crate) mod stale;
pub(crate) mod standing;
mod steps;
pub(crate) mod strangers;
pub mod tenants;
pub(crate) mod timers;
pub(crate) mod undoing;
pub(crate) mod unreachable;
pub(crate) mod webhooks;
pub(crate) mod writing;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, OnceCell};

use crate::clock::Clock;
use crate::dialnote::answer::DialnoteError as CheckError;
use crate::dialnote::client::Dialnote;
use crate::dialnote::webhooks::Hooks;
use crate::domain::conversation::Links;
use crate::domain::job::Job;
use crate::domain::message::Message;
use crate::error::{Fault, Service};
use crate::ids::InstallationId;
use crate::metrics::Metrics;
use crate::slack::answer::SlackError;
use crate::slack::client::Slack;
use crate::store::{Claim, Effect, NewJob, Queue, Settled, Store, TenantDb};
use crate::work::installations::TenantRecord;
use crate::work::people::MembersCache;
use crate::work::projection::Projection;
use crate::work::rate_limits::Pacing;
use crate::work::tenants::{AppState, Ingress};

/// What can be set about the work.
#[derive(Clone, Copy, Debug)]
pub struct WorkSettings {
    /// How long a command is tried before it is given up.
    pub give_up_after: Duration,
    /// How long a claim holds without a sign of life; what a dead instance was doing waits so long.
    pub lease: Duration,
    /// How fast we speak.
    pub pacing: Pacing,
    /// How many jobs of a queue run at once.
    pub parallel: usize,
    /// For how long the audit log is kept; for ever, if it is not said.
    pub keep_audit: Option<Duration>,
}

/// How long after it was decided a call may still be sent: less than half of the shortest lease, which is
/// what its job has left at least.
const SENT_WITHIN: Duration = Duration::from_secs(2);

/// The longest that a call may take.
const LONGEST_CALL: Duration = Duration::from_secs(10);

/// When the last call ends of a process that has died by `now`.
pub fn calls_end(now: Timestamp) -> Timestamp {
    later(now, SENT_WITHIN + LONGEST_CALL)
}

impl WorkSettings {
    /// How long a call to Slack or dialnote may take: never as long as a lease, which is looked at
    /// before each call that changes something.
    pub fn call_timeout(&self) -> Duration {
        LONGEST_CALL.min(self.lease / 2)
    }
}

impl Default for WorkSettings {
    fn default() -> Self {
        Self {
            give_up_after: Duration::from_hours(24),
            lease: Duration::from_secs(30),
            pacing: Pacing::Documented,
            parallel: 64,
            keep_audit: None,
        }
    }
}

/// All that a job of one installation works with. It is plain data: what is done with it are functions of the
/// capabilities.
#[derive(Clone)]
pub struct TenantCtx {
    /// The rows of this installation.
    pub db: TenantDb,
    /// The durable core.
    pub store: Arc<dyn Store>,
    /// Slack, by this installation's token.
    pub slack: Slack,
    /// dialnote, by this installation's key.
    pub dialnote: Dialnote,
    /// dialnote's addresses on the web.
    pub links: Links,
    /// The clock.
    pub clock: Clock,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Where dialnote calls this app about changes, if it can.
    pub webhooks: Option<Hooks>,
    /// The settings of the work.
    pub settings: WorkSettings,
    /// Where Slack and dialnote reach this app.
    pub ingress: Ingress,
    /// This process among others on the same store.
    pub instance: String,
    /// What is kept of the installation, if it is one among many; else its keys are set by the operator.
    pub record: Option<TenantRecord>,
    /// What is remembered in memory as long as the process runs.
    memory: Arc<TenantMemory>,
}

/// What a process remembers of an installation.
struct TenantMemory {
    members: MembersCache,
    projection: Projection,
    /// Held while a member of a group is picked.
    picking: Mutex<()>,
    /// The installation that the token belongs to, once Slack has said it.
    home: OnceCell<InstallationId>,
    /// Whether the last look at dialnote failed.
    unreachable: AtomicBool,
    /// Since when dialnote has refused the key.
    key_refused: std::sync::Mutex<Option<Timestamp>>,
}

impl TenantCtx {
    /// Puts together what the jobs of an installation need. Nothing is called yet.
    pub fn new(
        common: AppState,
        installation: InstallationId,
        (slack, dialnote): (Slack, Dialnote),
        webhooks: Option<Hooks>,
    ) -> Self {
        let AppState { store, links, clock, metrics, settings, ingress, instance, epoch, .. } = common;
        let memory = Arc::new(TenantMemory {
            members: MembersCache::default(),
            projection: Projection::following(epoch),
            picking: Mutex::default(),
            home: OnceCell::new(),
            unreachable: AtomicBool::new(false),
            key_refused: std::sync::Mutex::default(),
        });
        let db = TenantDb::new(store.clone(), installation);
        let record = None;
        Self {
            db,
            store,
            slack,
            dialnote,
            links,
            clock,
            metrics,
            webhooks,
            settings,
            ingress,
            instance,
            record,
            memory,
        }
    }

    /// The same for an installation that is one among many.
    pub(super) fn of(self, record: TenantRecord) -> Self {
        // It was found by its id.
        drop(self.memory.home.set(self.installation().clone()));
        Self { record: Some(record), ..self }
    }

    /// The same services for the rows of `installation`.
    pub(super) fn scoped_to(&self, installation: InstallationId) -> Self {
        Self { db: TenantDb::new(self.store.clone(), installation), ..self.clone() }
    }

    /// The installation whose rows it works on.
    pub fn installation(&self) -> &InstallationId {
        self.db.installation()
    }

    /// Whether there is an organization in dialnote to work with.
    pub fn is_connected(&self) -> bool {
        self.dialnote.is_connected()
    }

    /// Whether dialnote accepts our key: how many members the organization has.
    pub async fn check_dialnote(&self) -> Result<usize, CheckError> {
        self.dialnote.members().await.map(|members| members.len())
    }

    /// The installation that our token belongs to, if that was found out.
    pub fn known_home(&self) -> Option<&InstallationId> {
        self.memory.home.get()
    }

    /// The installation that our token belongs to. Asked once.
    pub async fn home(&self) -> Result<&InstallationId, Fault> {
        let ask = || async {
            self.slack.installation().await.map_err(|error| match error {
                SlackError::Fault(fault) => fault,
                SlackError::Refused(code) => Fault::Unusable { service: Service::Slack, cause: code },
            })
        };
        self.memory.home.get_or_try_init(ask).await
    }

    /// Makes sure that the job stays ours while a call is made. To be asked before every call that
    /// changes something: whoever was paused for longer than a lease must not go on as if nothing were.
    /// Answers by when the call has to be on its way, for it may be a while until it is made.
    async fn ensure_lease(&self, claim: &Claim) -> Result<Instant, Fault> {
        let by = Instant::now() + SENT_WITHIN;
        if later(self.clock.now(), self.settings.call_timeout()) < claim.until {
            return Ok(by);
        }
        match self.store.renew(claim, self.lease_end()).await? {
            Settled::Applied => Ok(by),
            Settled::LostLease => Err(Fault::LeaseLost),
        }
    }

    /// The end of a lease taken or renewed now.
    fn lease_end(&self) -> Timestamp {
        later(self.clock.now(), self.settings.lease)
    }

    /// A job to be stored, for the same installation and with the history of the one it follows from.
    fn following(&self, claim: &Claim, job: &Job) -> NewJob {
        NewJob { accepted: claim.accepted, delay_notified: claim.delay_notified, ..self.new_job(job) }
    }

    /// A message to be delivered as soon as may be.
    fn say(&self, message: Message) -> Effect {
        Effect::Enqueue(self.new_job(&Job::Message(message)))
    }

    /// A job to be stored, due at once.
    fn new_job(&self, job: &Job) -> NewJob {
        new_job(self.installation(), job, self.clock.now(), self.settings.pacing)
    }
}

/// A job to be stored, due at once.
pub fn new_job(installation: &InstallationId, job: &Job, now: Timestamp, pacing: Pacing) -> NewJob {
    let queue = match job {
        Job::Message(_) => Queue::Outbox,
        _ => Queue::Work,
    };
    NewJob {
        after_key: job.behind(),
        fairness_key: rate_limits::flow(job),
        rate_limits: rate_limits::buckets(job, pacing),
        coalesce_key: rate_limits::fold(job),
        ..NewJob::new(installation, queue, job.key(), now, job.encode())
    }
}

fn earlier(at: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    at.saturating_sub(by).unwrap_or(Timestamp::MIN)
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}
