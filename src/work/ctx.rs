//! The context of a job: the services, settings and rows of one installation.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use jiff::Timestamp;
use tokio::sync::{Mutex, OnceCell};

use crate::clock::Clock;
use crate::dialnote::answer::DialnoteError as CheckError;
use crate::dialnote::client::Dialnote;
use crate::dialnote::webhooks::Hooks;
use crate::domain::absence::Absence;
use crate::domain::conversation::Links;
use crate::domain::installation::{Connection, Installation};
use crate::domain::message::Message;
use crate::error::{Fault, Service};
use crate::ids::InstallationId;
use crate::metrics::Metrics;
use crate::slack::answer::SlackError;
use crate::slack::client::Slack;
use crate::store::Store;
use crate::store::{Claim, Effect, NewJob, Settled, TenantDb};
use crate::traces::Traces;
use crate::work::callers::Callers;
use crate::work::events::{ConversationChanged, FoundLate, WaitsForOwner};
use crate::work::ingress::Ingress;
use crate::work::job::JobKind;
use crate::work::memory::MembersCache;
use crate::work::projection::{Epoch, Projection};
use crate::work::settings::{SENT_WITHIN, WorkSettings};
use crate::work::{job, times};

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
    /// The capabilities that follow up what happens.
    pub(crate) subscribers: Arc<Subscribers>,
    /// What is remembered in memory as long as the process runs.
    pub(crate) memory: Arc<TenantMemory>,
}

/// What a process remembers of an installation.
pub(crate) struct TenantMemory {
    pub(crate) members: MembersCache,
    pub(crate) projection: Projection,
    /// Held while a member of a group is picked.
    pub(crate) picking: Mutex<()>,
    /// The installation that the token belongs to, once Slack has said it.
    pub(crate) home: OnceCell<InstallationId>,
    /// Whether the last look at dialnote failed.
    pub(crate) unreachable: AtomicBool,
    /// Since when dialnote has refused the key.
    pub(crate) key_refused: std::sync::Mutex<Option<Timestamp>>,
}

impl TenantCtx {
    /// Puts together what the jobs of an installation need. Nothing is called yet.
    pub fn new(
        common: AppState,
        installation: InstallationId,
        (slack, dialnote): (Slack, Dialnote),
        webhooks: Option<Hooks>,
    ) -> Self {
        let AppState { store, links, clock, metrics, settings, ingress, instance, epoch, subscribers, .. } = common;
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
            subscribers,
            memory,
        }
    }

    /// The same for an installation that is one among many.
    pub(crate) fn of(self, record: TenantRecord) -> Self {
        // It was found by its id.
        drop(self.memory.home.set(self.installation().clone()));
        Self { record: Some(record), ..self }
    }

    /// The same services for the rows of `installation`.
    pub(crate) fn scoped_to(&self, installation: InstallationId) -> Self {
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
    pub(crate) async fn ensure_lease(&self, claim: &Claim) -> Result<Instant, Fault> {
        let by = Instant::now() + SENT_WITHIN;
        if times::later(self.clock.now(), self.settings.call_timeout()) < claim.until {
            return Ok(by);
        }
        match self.store.renew(claim, self.lease_end()).await? {
            Settled::Applied => Ok(by),
            Settled::LostLease => Err(Fault::LeaseLost),
        }
    }

    /// The end of a lease taken or renewed now.
    pub(crate) fn lease_end(&self) -> Timestamp {
        times::later(self.clock.now(), self.settings.lease)
    }

    /// A job to be stored, for the same installation and with the history of the one it follows from.
    pub(crate) fn following<J: JobKind>(&self, claim: &Claim, job: &J) -> NewJob {
        NewJob { accepted: claim.accepted, delay_notified: claim.delay_notified, ..self.new_job(job) }
    }

    /// A message to be delivered as soon as may be.
    pub(crate) fn say(&self, message: &Message) -> Effect {
        Effect::Enqueue(self.new_job(message))
    }

    /// A job to be stored, due at once.
    pub(crate) fn new_job<J: JobKind>(&self, job: &J) -> NewJob {
        job::new_job(self.installation(), job, self.clock.now(), self.settings.pacing)
    }
}

/// What is kept of an installation among many.
#[derive(Clone)]
pub struct TenantRecord {
    /// The page where the app is installed, if the app has one.
    pub install_page: Option<String>,
    /// What is kept of it.
    pub installation: Installation,
    /// What is kept of its way to dialnote.
    pub connection: Option<Connection>,
}

/// What all work has in common.
#[derive(Clone)]
pub struct AppState {
    /// The durable core.
    pub store: Arc<dyn Store>,
    /// dialnote's addresses on the web.
    pub links: Links,
    /// The clock.
    pub clock: Clock,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Where the time goes, if anybody wants to know.
    pub traces: Traces,
    /// What can be set about the work.
    pub settings: WorkSettings,
    /// Where Slack and dialnote reach us.
    pub ingress: Ingress,
    /// This process among others on the same store.
    pub instance: String,
    /// The jobs it works on.
    pub callers: Callers,
    /// Changes when the clock is set back.
    pub epoch: Epoch,
    /// The capabilities that follow up what happens.
    pub(crate) subscribers: Arc<Subscribers>,
}

impl AppState {
    /// What a process that has just started has.
    pub fn new(store: Arc<dyn Store>, links: Links, clock: Clock, settings: WorkSettings, ingress: Ingress) -> Self {
        let instance = format!("{:016x}", rand::random::<u64>());
        let (metrics, traces, callers) = (Arc::default(), Traces::default(), Callers::default());
        let (epoch, subscribers) = (Epoch::default(), Arc::default());
        Self { store, links, clock, metrics, traces, settings, ingress, instance, callers, epoch, subscribers }
    }
}

/// The work of a subscriber, to be awaited.
pub(crate) type Followed<'a, T> = Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 'a>>;

/// The subscribers of an event, in the order in which they follow it up.
type Subscribed<Event, Result> = Vec<for<'a> fn(&'a TenantCtx, &'a Event) -> Followed<'a, Result>>;

/// The subscribers of each event, in the order in which they follow it up.
#[derive(Default)]
pub(crate) struct Subscribers {
    /// Whatever else shows a conversation says what is to be drawn again.
    pub(crate) conversation_changed: Subscribed<ConversationChanged, Vec<Message>>,
    /// What is kept for people until they are told of all at once.
    pub(crate) found_late: Vec<for<'a> fn(&'a TenantCtx, &'a FoundLate<'a>) -> Vec<Effect>>,
    /// What is to be stored about a conversation that waits for an owner.
    pub(crate) waits_for_owner: Subscribed<WaitsForOwner, Vec<Effect>>,
    /// What is done at each regular look at dialnote.
    pub(crate) polling: Vec<for<'a> fn(&'a TenantCtx) -> Followed<'a, ()>>,
    /// What follows once dialnote was looked at after an absence.
    pub(crate) absence_ended: Subscribed<Absence, Vec<NewJob>>,
}
