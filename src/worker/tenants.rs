//! The installations that one program works for, and what they share. Each job, request and poll goes to the
//! [`TenantCtx`] of its installation, which knows the tokens of that installation and of no other.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use opentelemetry::context::FutureExt;
use opentelemetry::{Context, KeyValue};
use tracing::{Instrument, error, info, info_span};

use crate::commands::refusal_view;
use crate::core::error::Fault;
use crate::core::ids::InstallationId;
use crate::core::refusal::Refusal;
use crate::core::times;
use crate::jobs::ctx::{AppState, TenantCtx};
use crate::jobs::handler::Registry;
use crate::jobs::job;
use crate::jobs::job::JobKind;
use crate::platform::db::{Claim, NewJob, Queue, Verdict};
use crate::tenants::installations::Installations;
use crate::tenants::own_workspace::OwnWorkspace;
use crate::tenants::removal;
use crate::tenants::removal::Removed;
use crate::worker::{handlers, steps};

/// The time for which a job waits whose installation cannot be read.
const UNREAD: Duration = Duration::from_secs(30);

/// The installations that this program works for.
pub struct Tenants {
    /// The state that all installations share.
    pub common: AppState,
    mode: Mode,
    /// The handlers of all kinds of jobs.
    pub(crate) registry: Registry,
    /// The time of the clock at the last tick.
    pub(crate) last_tick: Mutex<Option<Timestamp>>,
}

enum Mode {
    /// The workspace whose token is set.
    One(Box<OwnWorkspace>),
    /// Every workspace that has installed the app.
    Many(Arc<Installations>),
}

impl Tenants {
    /// Creates the tenants for one workspace.
    pub(crate) fn for_one(common: AppState, own: OwnWorkspace) -> Self {
        Self { common, mode: Mode::One(Box::new(own)), registry: handlers::all(None), last_tick: Mutex::default() }
    }

    /// Creates the tenants for all workspaces that install the app.
    pub(crate) fn for_many(common: AppState, installations: Arc<Installations>) -> Self {
        let registry = handlers::all(Some(&installations));
        Self { common, mode: Mode::Many(installations), registry, last_tick: Mutex::default() }
    }

    /// Returns the workspace whose token is set, if one is.
    pub fn own(&self) -> Option<&OwnWorkspace> {
        match &self.mode {
            Mode::One(own) => Some(own),
            Mode::Many(_) => None,
        }
    }

    /// Answers whether the keys in the settings open the stored secrets of the installations.
    pub(crate) async fn opens_what_is_sealed(&self) -> Result<bool, Fault> {
        match &self.mode {
            Mode::One(_) => Ok(true),
            Mode::Many(installations) => installations.open_something(&self.common).await,
        }
    }

    /// Returns the installations, if several workspaces can install the app.
    pub fn installations(&self) -> Option<&Arc<Installations>> {
        match &self.mode {
            Mode::One(_) => None,
            Mode::Many(installations) => Some(installations),
        }
    }

    /// Returns the context of an installation, or none if the app is not installed there. Where there is one workspace,
    /// the worker refuses jobs for another.
    pub async fn of(&self, installation: &InstallationId) -> Result<Option<Arc<TenantCtx>>, Fault> {
        match &self.mode {
            Mode::One(own) => Ok(Some(own.of(installation))),
            Mode::Many(installations) => installations.work(&self.common, installation).await,
        }
    }

    /// Returns the contexts of all installations, or of the one that is named.
    pub async fn everybody(&self, only: Option<&InstallationId>) -> Result<Vec<Arc<TenantCtx>>, Fault> {
        let installations = match (&self.mode, only) {
            (Mode::One(own), only) => {
                let found = own.at_home().await.ok();
                let is_another = found.as_ref().zip(only).is_some_and(|(home, only)| only != home.installation());
                // Where Slack does not say which workspace it is, the doctor still examines the rest.
                let home = found.unwrap_or_else(|| Arc::new(own.services().clone()));
                return Ok(if is_another { Vec::new() } else { vec![home] });
            }
            (Mode::Many(_), Some(only)) => return Ok(self.of(only).await?.into_iter().collect()),
            (Mode::Many(installations), None) => installations,
        };
        let mut everybody = Vec::new();
        for id in installations.all(&self.common).await? {
            everybody.extend(self.of(&id).await?);
        }
        Ok(everybody)
    }

    /// Claims one job of the queue, if one is due, and works on it until it is finished or has to
    /// wait. Answers whether there was one.
    pub async fn step(&self, queue: Queue) -> Result<bool, Fault> {
        let AppState { store, clock, settings, .. } = &self.common;
        let claims = store.claim(queue, 1, clock.now(), settings.lease).await?;
        let Some(claim) = claims.into_iter().next() else { return Ok(false) };
        self.work_on(claim).await?;
        Ok(true)
    }

    /// Works on a claimed job until it is finished or has to wait.
    pub(crate) async fn work_on(&self, claim: Claim) -> Result<(), Fault> {
        let span = info_span!("job", id = %claim.id, request = claim.request().as_millisecond());
        let trace = self.trace(&claim);
        let caller = self.common.callers.begin(claim.id);
        let work = caller.calling.noted(Box::pin(self.settle(claim))).instrument(span);
        match trace {
            Some(trace) => work.with_context(trace).await,
            None => work.await,
        }
    }

    async fn settle(&self, claim: Claim) -> Result<(), Fault> {
        match self.of(&claim.installation).await {
            Ok(Some(work)) => steps::work_on(&work, &self.registry, claim).await,
            Ok(None) => self.let_go(claim).await,
            Err(fault) => self.put_off(claim, &fault).await,
        }
    }

    /// Returns the trace in which a job runs. A job that no request caused begins its own trace.
    fn trace(&self, claim: &Claim) -> Option<Context> {
        let trace = self.common.traces.of(&claim.installation, claim.request())?;
        let facts = self.registry.read(&claim.body).ok()?.facts();
        let waited = self.common.clock.now().duration_since(claim.accepted).as_millis();
        let begins = claim.request.is_none() && claim.attempt == 1 && !facts.is_from_slack;
        let attributes = vec![
            KeyValue::new("job", claim.id.to_string()),
            KeyValue::new("installation", claim.installation.to_string()),
            KeyValue::new("attempt", i64::from(claim.attempt)),
            KeyValue::new("waited_ms", i64::try_from(waited).unwrap_or(i64::MAX)),
        ];
        Some(trace.job(job::kind_in_words(&claim.body), begins, attributes))
    }

    /// Settles a job whose installation is gone. Notifies the requester, if that needs no token.
    async fn let_go(&self, claim: Claim) -> Result<(), Fault> {
        let AppState { store, clock, .. } = &self.common;
        if job::of_kind::<Removed>(&claim.body).is_some() {
            removal::clear(store.as_ref(), &claim).await?;
        } else if self.installations().is_some()
            && let Ok(job) = self.registry.read(&claim.body)
            && let Some(reply) = job.requester().and_then(|requester| requester.reply.as_ref())
        {
            self.refuse(&reply.url, reply.replace).await;
        }
        info!("job dropped: app not installed");
        store.settle(&claim, Verdict::Done, Vec::new(), clock.now()).await.map(drop)
    }

    /// Tells the requester that the app is not installed in their workspace.
    pub async fn refuse(&self, url: &str, replace: bool) {
        let slack = match &self.mode {
            Mode::One(own) => own.services().slack.clone(),
            Mode::Many(installations) => installations.without_a_token(&self.common),
        };
        if let Err(cause) = slack.respond(url, &refusal_view::refusal(&Refusal::NotInstalled), replace).await {
            info!(%cause, "refusal not delivered: app not installed");
        }
    }

    /// Puts a job off, because its installation cannot be read.
    async fn put_off(&self, claim: Claim, fault: &Fault) -> Result<(), Fault> {
        error!(cause = %fault, "installation could not be read; job deferred");
        let now = self.common.clock.now();
        let verdict = Verdict::Retry {
            due: times::later(now, UNREAD),
            cause: fault.to_string(),
            outcome_unknown: claim.outcome_unknown,
        };
        self.common.store.settle(&claim, verdict, Vec::new(), now).await.map(drop)
    }

    /// Returns a job to store, requested at `now` and due at once.
    pub(crate) fn new_job<J: JobKind>(&self, installation: &InstallationId, job: &J, now: Timestamp) -> NewJob {
        job::new_job(installation, job, now, self.common.settings.pacing)
    }
}
