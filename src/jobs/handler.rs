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
use crate::jobs::job::JobKind;
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
    pub(crate) requester: Option<RequestContext>,
    pub(crate) is_from_slack: bool,
    pub(crate) needs_dialnote: bool,
    pub(crate) runs_without_slack: bool,
}

/// A handler of any kind of job, for the registry.
#[async_trait]
pub(crate) trait AnyHandler: Send + Sync {
    /// Returns the facts about a stored job. Fails if the job cannot be read.
    fn facts(&self, body: &str) -> Result<JobFacts, String>;

    /// Runs the next step of a stored job.
    async fn run(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, Fault>;

    /// Returns the effects to store when the job will be retried.
    fn will_retry(&self, ctx: &TenantCtx, claim: &Claim, fault: &Fault) -> Vec<Effect>;

    /// Returns the effects to store when the job will not be retried.
    async fn given_up(&self, ctx: &TenantCtx, claim: &Claim, fault: &Fault) -> Vec<Effect>;

    /// Returns the stored job as a new job, as if it had just been requested. Fails if the job cannot be read.
    fn again(
        &self,
        installation: &InstallationId,
        body: &str,
        now: Timestamp,
        pacing: Pacing,
    ) -> Result<NewJob, String>;
}

#[async_trait]
impl<H: Handler> AnyHandler for H {
    fn facts(&self, body: &str) -> Result<JobFacts, String> {
        let job: H::Job = job::read(body)?;
        Ok(JobFacts {
            requester: job.requester().cloned(),
            is_from_slack: job.is_from_slack(),
            needs_dialnote: H::Job::NEEDS_DIALNOTE,
            runs_without_slack: H::Job::RUNS_WITHOUT_SLACK,
        })
    }

    async fn run(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, Fault> {
        let job: H::Job =
            job::read(&claim.body).map_err(|cause| Fault::Unreadable { what: "the job".to_owned(), cause })?;
        match Handler::run(self, ctx, claim, &job).await {
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
        let job = job::read(&claim.body);
        job.map_or_else(|_| Vec::new(), |job| Handler::will_retry(self, ctx, claim, &job, fault))
    }

    async fn given_up(&self, ctx: &TenantCtx, claim: &Claim, fault: &Fault) -> Vec<Effect> {
        match job::read(&claim.body) {
            Ok(job) => Handler::given_up(self, ctx, claim, &job, fault).await,
            Err(_) => Vec::new(),
        }
    }

    fn again(
        &self,
        installation: &InstallationId,
        body: &str,
        now: Timestamp,
        pacing: Pacing,
    ) -> Result<NewJob, String> {
        let job: H::Job = job::read(body)?;
        Ok(job::new_job(installation, &job, now, pacing))
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

    /// Returns the handler of a stored job. Fails if the job cannot be read or this version does not know its kind.
    pub(crate) fn of(&self, body: &str) -> Result<&dyn AnyHandler, String> {
        let kind = job::kind(body)?;
        let handler = self.handlers.get(kind.as_str());
        handler.map(AsRef::as_ref).ok_or_else(|| "its kind is unknown to this version".to_owned())
    }

    /// Returns the factory of jobs for a due document, if its kind has one.
    pub(crate) fn due(&self, document: &Document) -> Option<&dyn DueJob> {
        self.due.get(&DocumentKind::of(&document.kind)?).map(AsRef::as_ref)
    }

    /// Returns the reason why this version cannot read a stored job, if it cannot.
    pub fn unreadable(&self, body: &str) -> Option<String> {
        let facts = self.of(body).and_then(|handler| handler.facts(body));
        facts.err().map(|why| format!("{}: {why}", job::kind_in_words(body)))
    }

    /// Returns the stored names of all kinds of jobs, in alphabetical order.
    pub fn kinds(&self) -> Vec<&'static str> {
        let mut kinds: Vec<_> = self.handlers.keys().copied().collect();
        kinds.sort_unstable();
        kinds
    }
}
