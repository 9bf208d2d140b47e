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
pub(crate) mod strangers;
pub mod tenants;
pub(crate) mod timers;
pub(crate) mod undoing;
pub(crate) mod unreachable;
pub(crate) mod webhooks;
pub(crate) mod writing;

use std::future::ready;
use std::pin::Pin;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, OnceCell};
use tracing::{error, info, warn};

use crate::clock::Clock;
use crate::dialnote::answer::DialnoteError as CheckError;
use crate::dialnote::client::Dialnote;
use crate::dialnote::webhooks::Hooks;
use crate::domain::conversation::Links;
use crate::domain::job::Job;
use crate::domain::message::Message;
use crate::domain::retry::{self, RetryDecision, Tries};
use crate::error::{Fault, Service};
use crate::ids::InstallationId;
use crate::metrics::Metrics;
use crate::slack::answer::SlackError;
use crate::slack::client::Slack;
use crate::store::{Claim, Effect, NewJob, Queue, Settled, Store, Verdict};
use crate::traces;
use crate::work::execute::Stop;
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

/// Everything that the jobs of one installation need.
pub struct TenantCtx {
    /// The durable core.
    pub store: Arc<dyn Store>,
    /// Slack.
    pub slack: Slack,
    /// dialnote's addresses on the web.
    pub links: Links,
    /// The clock.
    pub clock: Clock,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Where dialnote tells us what happens, if it can reach us.
    pub webhooks: Option<Hooks>,
    dialnote: Dialnote,
    members: MembersCache,
    index: Projection,
    /// Held by who picks somebody of a group.
    picking: Mutex<()>,
    settings: WorkSettings,
    door: Ingress,
    /// This process among others on the same store.
    instance: String,
    home: OnceCell<InstallationId>,
    /// Whether the last look at dialnote failed.
    unreachable: AtomicBool,
    /// Since when dialnote has refused the key.
    key_refused: std::sync::Mutex<Option<Timestamp>>,
    /// What it has to know of itself, if it is one among many; else its keys are set by the operator.
    tenant: Option<TenantRecord>,
}

/// What a step came to.
struct Outcome {
    verdict: Verdict,
    effects: Vec<Effect>,
}

impl Outcome {
    fn done(effects: Vec<Effect>) -> Self {
        Self { verdict: Verdict::Done, effects }
    }

    fn dead(claim: &Claim, cause: String) -> Self {
        error!(attempt = claim.attempt, cause, "given up; the job is kept");
        Self { verdict: Verdict::Dead { cause }, effects: Vec::new() }
    }
}

/// The work on a job of whatever kind, to be awaited.
type Advance<'a> = Pin<Box<dyn Future<Output = Result<Outcome, Fault>> + Send + 'a>>;

impl TenantCtx {
    /// Puts together what the jobs of one installation need. Nothing is called yet.
    pub fn new(common: AppState, slack: Slack, dialnote: Dialnote, webhooks: Option<Hooks>) -> Self {
        let AppState { store, links, clock, metrics, settings, door, instance, epoch, .. } = common;
        let (index, home) = (Projection::following(epoch), OnceCell::new());
        Self {
            store,
            slack,
            links,
            clock,
            metrics,
            webhooks,
            dialnote,
            members: MembersCache::default(),
            index,
            picking: Mutex::default(),
            settings,
            door,
            instance,
            home,
            unreachable: AtomicBool::new(false),
            key_refused: std::sync::Mutex::default(),
            tenant: None,
        }
    }

    /// The same for an installation that is known already, and is one among many.
    pub(super) fn of(self, home: InstallationId, tenant: TenantRecord) -> Self {
        Self { home: OnceCell::from(home), tenant: Some(tenant), ..self }
    }

    /// What it has to know of itself, if it is one among many.
    pub fn tenant(&self) -> Option<&TenantRecord> {
        self.tenant.as_ref()
    }

    /// Whether there is an organization in dialnote to work with.
    pub fn is_connected(&self) -> bool {
        self.dialnote.is_connected()
    }

    /// Works on a claimed job until it is finished or has to wait.
    async fn work_on(&self, mut claim: Claim) -> Result<(), Fault> {
        loop {
            let settled = match self.next_step(&claim).await {
                Some(Outcome { verdict, effects }) => {
                    let goes_on = continued(&claim, &verdict);
                    if let Some(result) = result(&verdict) {
                        traces::came_to(result);
                    }
                    let settled = self.store.settle(&claim, verdict, effects, self.clock.now()).await?;
                    (settled, goes_on)
                }
                None => (Settled::LostLease, None),
            };
            match settled {
                (Settled::Applied, Some(next)) => claim = next,
                (Settled::Applied, None) => return Ok(()),
                (Settled::LostLease, _) => {
                    warn!("somebody else took this job over; leaving it to them");
                    return Ok(());
                }
            }
        }
    }

    /// What the next step came to; nothing, if the job is no longer ours.
    async fn next_step(&self, claim: &Claim) -> Option<Outcome> {
        let (job, fault) = match Job::decode(&claim.body) {
            Ok(job) => match self.advance(claim, &job).await {
                Ok(outcome) => {
                    if job.is_for_dialnote() {
                        *self.key_refused.lock().unwrap_or_else(PoisonError::into_inner) = None;
                    }
                    return Some(outcome);
                }
                Err(Fault::LeaseLost) => return None,
                Err(fault) => (Some(job), fault),
            },
            Err(cause) => (None, Fault::Unreadable { what: "the job".to_owned(), cause }),
        };
        // On the heap, too: it is large and seldom needed.
        Some(Box::pin(self.after_fault(claim, job.as_ref(), &fault)).await)
    }

    /// The work on a job. Each kind is on the heap by itself: one future of all kinds would be as large as the
    /// largest, several times over, and it is moved about for every job.
    fn advance<'a>(&'a self, claim: &'a Claim, job: &'a Job) -> Advance<'a> {
        if !self.is_connected() && job.is_for_dialnote() {
            return Box::pin(ready(Ok(Outcome::done(Vec::new()))));
        }
        match job {
            Job::Command(job) => Box::pin(execute::command(self, claim, job)),
            Job::Resume(job) => Box::pin(execute::resume(self, claim, job)),
            Job::Profile(job) => Box::pin(profiles::profile_changed(self, claim, job)),
            Job::Left(gone) => Box::pin(offboarding::left(self, claim, gone)),
            Job::CaughtUp(user) => Box::pin(absence::caught_up(self, claim, user)),
            Job::People(job) => Box::pin(linking::who_is_who(self, claim, job)),
            Job::Linked(job) => Box::pin(deferred::linked(self, claim, job)),
            Job::Report(job) => Box::pin(report::report(self, claim, job)),
            Job::Doctor(requester) => Box::pin(doctor::doctor(self, claim, requester)),
            Job::Untouched => Box::pin(stale::look_for_untouched(self, claim)),
            Job::Ask(owner) => Box::pin(stale::ask_owner(self, claim, owner)),
            Job::List(job) => Box::pin(lists::list(self, claim, job)),
            Job::Form(job) => Box::pin(forms::fill_in(self, claim, job)),
            Job::Batch(job) => Box::pin(batch::batch(self, claim, job)),
            Job::Change(job) => Box::pin(changes::change_settings(self, claim, job)),
            Job::Handover(conversation) => Box::pin(no_one_asked(handovers::handover_due(self, claim, conversation))),
            Job::Digest(job) => Box::pin(digests::digest(self, claim, job)),
            Job::ExternalChange(job) => Box::pin(no_one_asked(external_changes::external_change(self, claim, job))),
            Job::Look => Box::pin(webhooks::look_because_told(self, claim)),
            Job::Refresh => Box::pin(installations::refresh(self, claim)),
            Job::Shared(job) => Box::pin(sharing::channel_shared(self, claim, job)),
            Job::Removed(at) => Box::pin(installations::removed(self, claim, *at)),
            Job::Links(job) => Box::pin(no_one_asked(links::links(self, claim, job))),
            Job::Message(message) => Box::pin(outbox::deliver(self, claim, message)),
        }
    }

    async fn after_fault(&self, claim: &Claim, job: Option<&Job>, fault: &Fault) -> Outcome {
        let now = self.clock.now();
        let tries = Tries {
            attempt: claim.attempt,
            accepted: self.key_refused_since(fault).unwrap_or(claim.accepted),
            give_up_after: self.settings.give_up_after,
            seed: claim.id.0.unsigned_abs(),
        };
        let mut next = retry::after(fault, tries, now);
        if next == RetryDecision::GiveUp {
            // Time in which nothing could be tried does not count.
            let asleep = awake::asleep_since(self, &claim.installation, claim.accepted).await;
            next = retry::after(fault, Tries { give_up_after: tries.give_up_after + asleep, ..tries }, now);
        }
        match next {
            RetryDecision::At(due) => {
                self.metrics.retried(fault);
                info!(attempt = claim.attempt, %due, cause = %fault, "will try again");
                let verdict =
                    Verdict::Retry { due, cause: fault.to_string(), outcome_unknown: fault.may_have_happened() };
                let reported = job.and_then(|job| outbox::not_yet(self, claim, job, fault));
                Outcome { verdict, effects: closing(fault, now).into_iter().chain(reported).collect() }
            }
            RetryDecision::GiveUp => {
                self.metrics.given_up();
                let effects = match job {
                    Some(Job::Command(job)) => conclude::given_up(self, claim, job, fault).await,
                    Some(Job::Message(Message::Direct { notice, awaited, .. })) => {
                        unreachable::never_notified(self, claim, notice, awaited.as_deref()).into_iter().collect()
                    }
                    Some(Job::Message(message)) => outbox::not_posted(message).into_iter().collect(),
                    _ => Vec::new(),
                };
                Outcome { effects, ..Outcome::dead(claim, fault.to_string()) }
            }
        }
    }

    /// Since when dialnote has refused the key, if it does.
    fn key_refused_since(&self, fault: &Fault) -> Option<Timestamp> {
        let is_refused = matches!(fault, Fault::Unauthorized { service: Service::Dialnote, .. });
        let mut since = self.key_refused.lock().unwrap_or_else(PoisonError::into_inner);
        is_refused.then(|| *since.get_or_insert_with(|| self.clock.now()))
    }

    /// Whether dialnote accepts our key: how many members the organization has.
    pub async fn check_dialnote(&self) -> Result<usize, CheckError> {
        self.dialnote.members().await.map(|members| members.len())
    }

    /// The installation that our token belongs to, if that was found out.
    pub fn known_home(&self) -> Option<&InstallationId> {
        self.home.get()
    }

    /// The installation that our token belongs to. Asked once.
    pub async fn home(&self) -> Result<&InstallationId, Fault> {
        let ask = || async {
            self.slack.installation().await.map_err(|error| match error {
                SlackError::Fault(fault) => fault,
                SlackError::Refused(code) => Fault::Unusable { service: Service::Slack, cause: code },
            })
        };
        self.home.get_or_try_init(ask).await
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
        NewJob {
            accepted: claim.accepted,
            delay_notified: claim.delay_notified,
            ..self.new_job(&claim.installation, job)
        }
    }

    /// A message to be delivered as soon as may be.
    fn say(&self, claim: &Claim, message: Message) -> Effect {
        Effect::Enqueue(self.new_job(&claim.installation, &Job::Message(message)))
    }

    /// A job to be stored, due at once.
    fn new_job(&self, installation: &InstallationId, job: &Job) -> NewJob {
        new_job(installation, job, self.clock.now(), self.settings.pacing)
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

/// What nobody asked for is refused to nobody.
async fn no_one_asked(work: impl Future<Output = Result<Outcome, Stop>>) -> Result<Outcome, Fault> {
    match work.await {
        Ok(outcome) => Ok(outcome),
        Err(Stop::Refused(_)) => {
            // Not why: that may name a contact.
            info!("refused, and nobody waits for an answer");
            Ok(Outcome::done(Vec::new()))
        }
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

/// What came of a claim, in a trace; nothing yet, if it goes on.
fn result(verdict: &Verdict) -> Option<&'static str> {
    match verdict {
        Verdict::Continue { .. } => None,
        Verdict::Done => Some("done"),
        Verdict::Retry { .. } => Some("to be tried again"),
        Verdict::Dead { .. } => Some("given up"),
    }
}

/// The claim as it goes on after the verdict, if it does.
fn continued(claim: &Claim, verdict: &Verdict) -> Option<Claim> {
    match verdict {
        Verdict::Continue { body, until } => {
            Some(Claim { body: body.clone(), until: *until, outcome_unknown: false, ..claim.clone() })
        }
        _ => None,
    }
}

/// A rate limit holds for everybody who would make the same call.
fn closing(fault: &Fault, now: Timestamp) -> Option<Effect> {
    match fault {
        Fault::RateLimited { bucket, wait, .. } => {
            Some(Effect::Close { bucket: bucket.clone(), until: later(now, *wait) })
        }
        _ => None,
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
