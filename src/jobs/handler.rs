//! Handlers: each does the work of one kind of job. They are registered in one list.

use std::collections::HashMap;
use std::marker::PhantomData;

use async_trait::async_trait;
use jiff::Timestamp;
use tracing::info;

use crate::core::error::Fault;
use crate::core::ids::InstallationId;
use crate::core::request_context::RequestContext;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::job;
use crate::jobs::job::{JobEnvelope, JobKind};
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::rate_limits::Pacing;
use crate::platform::db::{Claim, Class, Document, DocumentKind, Effect, NewJob};

/// The handler of one kind of job. A handler is a value, so that it can hold state of its own.
pub(crate) trait Handler: Send + Sync + 'static {
    /// The kind of job.
    type Job: JobKind;

    /// Runs the next step of the job.
    fn run(
        &self,
        ctx: &TenantCtx,
        claim: &Claim,
        job: &Self::Job,
    ) -> impl Future<Output = Result<Outcome, Stop>> + Send;

    /// Returns the effects to store when the job will be retried.
    fn will_retry(&self, _ctx: &TenantCtx, _claim: &Claim, _job: &Self::Job, _fault: &Fault) -> Vec<Effect> {
        Vec::new()
    }

    /// Returns the effects to store when the job will not be retried.
    fn given_up(
        &self,
        _ctx: &TenantCtx,
        _claim: &Claim,
        _job: &Self::Job,
        _fault: &Fault,
    ) -> impl Future<Output = Vec<Effect>> + Send {
        async { Vec::new() }
    }
}

/// Facts about a job that the worker needs before it runs.
pub(crate) struct JobFacts {
    pub(crate) is_from_slack: bool,
    pub(crate) needs_dialnote: bool,
    pub(crate) runs_without_slack: bool,
}

/// A stored job that was read, of any kind, with its handler.
#[async_trait]
pub(crate) trait ReadJob: Send + Sync {
    /// Returns the facts about the job.
    fn facts(&self) -> JobFacts;

    /// Returns the requester, if one waits for an answer.
    fn requester(&self) -> Option<&RequestContext>;

    /// Runs the next step of the job.
    async fn run(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, Fault>;

    /// Returns the effects to store when the job will be retried.
    fn will_retry(&self, ctx: &TenantCtx, claim: &Claim, fault: &Fault) -> Vec<Effect>;

    /// Returns the effects to store when the job will not be retried.
    async fn given_up(&self, ctx: &TenantCtx, claim: &Claim, fault: &Fault) -> Vec<Effect>;

    /// Returns the job as a new one, as if it had just been requested.
    fn again(&self, installation: &InstallationId, now: Timestamp, pacing: Pacing) -> NewJob;
}

struct JobWithHandler<'a, H: Handler> {
    handler: &'a H,
    job: H::Job,
}

#[async_trait]
impl<H: Handler> ReadJob for JobWithHandler<'_, H> {
    fn facts(&self) -> JobFacts {
        JobFacts {
            is_from_slack: self.job.is_from_slack(),
            needs_dialnote: H::Job::NEEDS_DIALNOTE,
            runs_without_slack: H::Job::RUNS_WITHOUT_SLACK,
        }
    }

    fn requester(&self) -> Option<&RequestContext> {
        self.job.requester()
    }

    async fn run(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, Fault> {
        match self.handler.run(ctx, claim, &self.job).await {
            Ok(outcome) => Ok(outcome),
            Err(Stop::Refused(_)) => {
                // The reason is not logged, because it may name a contact.
                info!("job refused without a requester to notify");
                Ok(Outcome::done(Vec::new()))
            }
            Err(Stop::Fault(fault)) => Err(fault),
        }
    }

    fn will_retry(&self, ctx: &TenantCtx, claim: &Claim, fault: &Fault) -> Vec<Effect> {
        self.handler.will_retry(ctx, claim, &self.job, fault)
    }

    async fn given_up(&self, ctx: &TenantCtx, claim: &Claim, fault: &Fault) -> Vec<Effect> {
        self.handler.given_up(ctx, claim, &self.job, fault).await
    }

    fn again(&self, installation: &InstallationId, now: Timestamp, pacing: Pacing) -> NewJob {
        job::new_job(installation, &self.job, now, pacing)
    }
}

/// A handler of any kind of job, for the registry.
trait AnyHandler: Send + Sync {
    /// Reads a stored job of the handler's kind. Fails if it cannot be read.
    fn read(&self, stored: &JobEnvelope<'_>) -> Result<Box<dyn ReadJob + '_>, String>;
}

impl<H: Handler> AnyHandler for H {
    fn read(&self, stored: &JobEnvelope<'_>) -> Result<Box<dyn ReadJob + '_>, String> {
        Ok(Box::new(JobWithHandler { handler: self, job: stored.read()? }))
    }
}

/// A factory of jobs for documents whose due time has come.
pub(crate) trait DueJob: Send + Sync {
    /// Returns the job to store.
    fn job(&self, installation: &InstallationId, document: &Document, now: Timestamp, pacing: Pacing) -> NewJob;
}

struct Due<J, F> {
    class: Class,
    of: F,
    job: PhantomData<fn() -> J>,
}

impl<J: JobKind, F: Fn(String) -> J + Send + Sync> DueJob for Due<J, F> {
    fn job(&self, installation: &InstallationId, document: &Document, now: Timestamp, pacing: Pacing) -> NewJob {
        let job = (self.of)(document.id.clone());
        NewJob { class: self.class, ..job::new_job(installation, &job, now, pacing) }
    }
}

/// All handlers by kind of job, and the jobs of documents whose due time has come.
#[derive(Default)]
pub struct Registry {
    handlers: HashMap<&'static str, Box<dyn AnyHandler>>,
    due: HashMap<DocumentKind, Box<dyn DueJob>>,
}

impl Registry {
    /// Returns the registry with one more handler.
    #[must_use]
    pub(crate) fn with<H: Handler>(mut self, handler: H) -> Self {
        self.handlers.insert(H::Job::KIND, Box::new(handler));
        self
    }

    /// Returns the registry with a job for due documents of one kind. `of` makes the job from the document's id.
    #[must_use]
    pub(crate) fn with_due<J: JobKind>(
        mut self,
        document: DocumentKind,
        class: Class,
        of: impl Fn(String) -> J + Send + Sync + 'static,
    ) -> Self {
        self.due.insert(document, Box::new(Due { class, of, job: PhantomData }));
        self
    }

    /// Reads a stored job. Fails if the job cannot be read or this version does not know its kind.
    pub(crate) fn read(&self, body: &str) -> Result<Box<dyn ReadJob + '_>, String> {
        let stored = JobEnvelope::of(body)?;
        let handler = self.handlers.get(&*stored.kind);
        handler.ok_or_else(|| "its kind is unknown to this version".to_owned())?.read(&stored)
    }

    /// Returns the factory of jobs for a due document, if its kind has one.
    pub(crate) fn due(&self, document: &Document) -> Option<&dyn DueJob> {
        self.due.get(&DocumentKind::of(&document.kind)?).map(AsRef::as_ref)
    }

    /// Returns the reason why this version cannot read a stored job, if it cannot.
    pub fn unreadable(&self, body: &str) -> Option<String> {
        self.read(body).err().map(|why| format!("{}: {why}", job::kind_in_words(body)))
    }

    /// Returns the stored names of all kinds of jobs, in alphabetical order.
    pub fn kinds(&self) -> Vec<&'static str> {
        let mut kinds: Vec<_> = self.handlers.keys().copied().collect();
        kinds.sort_unstable();
        kinds
    }
}
