//! The context of a job: the services, settings and rows of one installation.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::Timestamp;
use tokio::sync::{Mutex, OnceCell};

use crate::core::absence::Absence;
use crate::core::clock::Clock;
use crate::core::conversation::Links;
use crate::core::error::{Fault, Service};
use crate::core::group_change::GroupChange;
use crate::core::ids::InstallationId;
use crate::jobs::callers::Callers;
use crate::jobs::events::{
    AvailabilityChanged, ChannelClosed, ContactHeard, ConversationChanged, FoundLate, WaitsForOwner,
};
use crate::jobs::ingress::Ingress;
use crate::jobs::installation::{Connection, Installation};
use crate::jobs::job;
use crate::jobs::job::JobKind;
use crate::jobs::memory::MembersCache;
use crate::jobs::settings::WorkSettings;
use crate::platform::db::projection::{Epoch, Projection};
use crate::platform::db::{Claim, Effect, FactCopies, NewJob, Store, TenantDb};
use crate::platform::dialnote::answer::DialnoteError as CheckError;
use crate::platform::dialnote::client::Dialnote;
use crate::platform::dialnote::webhooks::Hooks;
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::client::Slack;
use crate::platform::telemetry::metrics::Metrics;
use crate::platform::telemetry::traces::Traces;
use crate::platform::vault::Vault;

/// The services and data that a job of one installation works with. It is plain data: the functions that use it are in
/// the capabilities.
#[derive(Clone)]
pub struct TenantCtx {
    /// The rows of this installation.
    pub db: TenantDb,
    /// The durable store.
    pub store: Arc<dyn Store>,
    /// The Slack client, with this installation's token.
    pub slack: Slack,
    /// The dialnote client, with this installation's key.
    pub dialnote: Dialnote,
    /// dialnote's addresses on the web.
    pub links: Links,
    /// The clock.
    pub clock: Clock,
    /// The metrics.
    pub metrics: Arc<Metrics>,
    /// The address for dialnote's webhooks about changes, if dialnote can reach one.
    pub webhooks: Option<Hooks>,
    /// The settings of the work.
    pub settings: WorkSettings,
    /// The ways in which Slack and dialnote reach this app.
    pub ingress: Ingress,
    /// The name of this instance among others on the same store.
    pub instance: String,
    /// The stored record of the installation, if it is one of many; otherwise the operator sets its keys.
    pub record: Option<TenantRecord>,
    /// The vault of the tokens of workflow steps; `None` if several workspaces can install the app, because such an app
    /// can't have steps.
    pub step_vault: Option<Arc<Vault>>,
    /// The subscribers of domain events.
    pub(crate) subscribers: Arc<Subscribers>,
    /// The data kept in memory as long as the process runs.
    pub(crate) memory: Arc<TenantMemory>,
}

/// The data that a process keeps in memory for an installation.
pub(crate) struct TenantMemory {
    pub(crate) members: MembersCache,
    pub(crate) projection: Projection,
    /// The lock held while a member of a group is picked.
    pub(crate) picking: Mutex<()>,
    /// The installation that the token belongs to, once Slack has named it.
    pub(crate) home: Arc<OnceCell<InstallationId>>,
    /// True if the last look at dialnote failed.
    pub(crate) unreachable: AtomicBool,
    /// The time since which dialnote has refused the key.
    pub(crate) key_refused: std::sync::Mutex<Option<Timestamp>>,
}

impl TenantMemory {
    fn new(home: Arc<OnceCell<InstallationId>>, epoch: Epoch) -> Self {
        Self {
            members: MembersCache::default(),
            projection: Projection::following(epoch),
            picking: Mutex::default(),
            home,
            unreachable: AtomicBool::new(false),
            key_refused: std::sync::Mutex::default(),
        }
    }
}

impl TenantCtx {
    /// Assembles what the jobs of an installation need, without calling any service.
    pub fn new(
        common: AppState,
        installation: InstallationId,
        (slack, dialnote): (Slack, Dialnote),
        webhooks: Option<Hooks>,
    ) -> Self {
        let AppState { store, copies, links, clock, metrics, settings, ingress, instance, epoch, subscribers, .. } =
            common;
        let memory = Arc::new(TenantMemory::new(Arc::default(), epoch));
        let db = TenantDb::new(store.clone(), installation, copies);
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
            step_vault: None,
            subscribers,
            memory,
        }
    }

    /// Returns the same context for an installation that is one of many.
    pub fn of(self, record: TenantRecord) -> Self {
        // The installation is known, because the record was found by its id.
        drop(self.memory.home.set(self.installation().clone()));
        Self { record: Some(record), ..self }
    }

    /// Returns the same services for the rows of `installation`.
    pub(crate) fn scoped_to(&self, installation: InstallationId) -> Self {
        let memory = TenantMemory::new(self.memory.home.clone(), self.memory.projection.epoch());
        let db = self.db.of(installation);
        Self { db, memory: Arc::new(memory), ..self.clone() }
    }

    /// Returns the context of a claimed job, which may read copies of facts that rarely change.
    pub(crate) fn claimed(&self, claim: &Claim) -> Self {
        Self { db: self.db.claimed(claim), ..self.clone() }
    }

    /// Returns the installation whose rows the context works on.
    pub fn installation(&self) -> &InstallationId {
        self.db.installation()
    }

    /// Answers whether an organization in dialnote is connected.
    pub fn is_connected(&self) -> bool {
        self.dialnote.is_connected()
    }

    /// Checks whether dialnote accepts the key, and returns the number of the organization's members.
    pub(crate) async fn check_dialnote(&self) -> Result<usize, CheckError> {
        self.dialnote.members().await.map(|members| members.len())
    }

    /// Returns the installation that the token belongs to, if it is already known.
    pub(crate) fn known_home(&self) -> Option<&InstallationId> {
        self.memory.home.get()
    }

    /// Returns the installation that the token belongs to. Slack is asked once.
    pub async fn home(&self) -> Result<&InstallationId, Fault> {
        let ask = || async {
            self.slack.installation().await.map_err(|error| match error {
                SlackError::Fault(fault) => fault,
                SlackError::Refused(code) => Fault::Unusable { service: Service::Slack, cause: code },
            })
        };
        self.memory.home.get_or_try_init(ask).await
    }

    /// Returns a job of the same installation, with the acceptance time and delay notice of the job that it follows
    /// from.
    pub(crate) fn following<J: JobKind>(&self, claim: &Claim, job: &J) -> NewJob {
        NewJob { accepted: claim.accepted, delay_notified: claim.delay_notified, ..self.new_job(job) }
    }

    /// Returns the effect that enqueues a message, due at once.
    pub(crate) fn say<J: JobKind>(&self, message: &J) -> Effect {
        Effect::Enqueue(self.new_job(message))
    }

    /// Returns a job of this installation, due at once.
    pub(crate) fn new_job<J: JobKind>(&self, job: &J) -> NewJob {
        job::new_job(self.installation(), job, self.clock.now(), self.settings.pacing)
    }
}

/// The stored record of an installation that is one of many.
#[derive(Clone)]
pub struct TenantRecord {
    /// The page where the app is installed, if the app has one.
    pub install_page: Option<String>,
    /// The installation.
    pub installation: Installation,
    /// The installation's connection to dialnote, if there is one.
    pub connection: Option<Connection>,
}

/// The state that all work of a process shares.
#[derive(Clone)]
pub struct AppState {
    /// The durable store.
    pub store: Arc<dyn Store>,
    /// The process's copies of facts in the store.
    pub copies: Arc<FactCopies>,
    /// dialnote's addresses on the web.
    pub links: Links,
    /// The clock.
    pub clock: Clock,
    /// The metrics.
    pub metrics: Arc<Metrics>,
    /// OpenTelemetry tracing, if configured.
    pub traces: Traces,
    /// The settings of the work.
    pub settings: WorkSettings,
    /// The ways in which Slack and dialnote reach this app.
    pub ingress: Ingress,
    /// The name of this instance among others on the same store.
    pub instance: String,
    /// The running jobs of this process.
    pub callers: Callers,
    /// The epoch, which changes when the clock is set back.
    pub epoch: Epoch,
    /// The subscribers of domain events.
    pub(crate) subscribers: Arc<Subscribers>,
}

impl AppState {
    /// Returns the state of a process that has just started.
    pub fn new(store: Arc<dyn Store>, links: Links, clock: Clock, settings: WorkSettings, ingress: Ingress) -> Self {
        let instance = format!("{:016x}", rand::random::<u64>());
        let (metrics, traces, callers) = (Arc::default(), Traces::default(), Callers::default());
        let (epoch, subscribers, copies) = (Epoch::default(), Arc::default(), Arc::default());
        Self { store, copies, links, clock, metrics, traces, settings, ingress, instance, callers, epoch, subscribers }
    }
}

/// The future of a subscriber's work.
pub(crate) type SubscriberFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 'a>>;

/// The subscribers of one event, in the order in which they follow it up.
type SubscribersOf<Event, Result> = Vec<for<'a> fn(&'a TenantCtx, &'a Event) -> SubscriberFuture<'a, Result>>;

/// A subscriber of contacts who got in touch. The event borrows the conversation.
type ContactHeardSubscriber = for<'a> fn(&'a TenantCtx, &'a ContactHeard<'a>) -> SubscriberFuture<'a, Vec<Effect>>;

/// The subscribers of each event, in the order in which they follow it up.
#[derive(Default)]
pub(crate) struct Subscribers {
    /// The subscribers that return the jobs which redraw other views of the conversation.
    pub(crate) conversation_changed: SubscribersOf<ConversationChanged, Vec<NewJob>>,
    /// The subscribers that return what to store together with a change of a conversation.
    pub(crate) stored_with_change: SubscribersOf<ConversationChanged, Vec<Effect>>,
    /// The subscribers that return what to store about a channel that takes no messages.
    pub(crate) channel_closed: SubscribersOf<ChannelClosed, Vec<Effect>>,
    /// The subscribers that keep notices for people until one message reports them all.
    pub(crate) found_late: Vec<for<'a> fn(&'a TenantCtx, &'a FoundLate<'a>) -> Vec<Effect>>,
    /// The subscribers that return what to store about an unassigned conversation.
    pub(crate) waits_for_owner: SubscribersOf<WaitsForOwner, Vec<Effect>>,
    /// The subscribers that return what to store about a contact who got in touch with an owner.
    pub(crate) contact_heard: Vec<ContactHeardSubscriber>,
    /// The subscribers that return what to store about a person who may be away or back.
    pub(crate) availability_changed: SubscribersOf<AvailabilityChanged, Vec<Effect>>,
    /// The subscribers that return what to store about a user group whose people changed.
    pub(crate) group_changed: SubscribersOf<GroupChange, Vec<Effect>>,
    /// The subscribers that run at each poll of dialnote.
    pub(crate) polling: Vec<for<'a> fn(&'a TenantCtx) -> SubscriberFuture<'a, ()>>,
    /// The subscribers that return the jobs which follow the first poll after an absence.
    pub(crate) absence_ended: SubscribersOf<Absence, Vec<NewJob>>,
}
