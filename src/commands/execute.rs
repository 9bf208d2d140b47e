//! The steps of a command: find the conversation, look at it, decide. `commands::writing` carries the command out. The job
//! is stored after every step, so that after a crash no settled step is repeated.

use crate::commands::job::{CommandJob, ResumeJob, Stage, person_key};
use crate::core::assignee::Assignee;
use crate::core::conversation::ConversationRef;
use crate::core::request_context::RequestContext;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::lease;
use crate::jobs::{job, rate_limits};
use crate::platform::db::rate_limit::RateLimit;

use crate::commands::question::StoredQuestion;
use crate::commands::writing::no_longer;
use crate::commands::{conclude, find, gather, queueing, reacting, refusal_view, resolve, writing};
use crate::core::error::Fault;
use crate::core::refusal::Refusal;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents::read_draft;
use crate::jobs::outbox::{private, steps};
use crate::jobs::outcome::{Outcome, Stop};
use crate::platform::db::{Claim, Effect, Verdict};

/// Runs the next step of a command.
pub(crate) async fn command(ctx: &TenantCtx, claim: &Claim, job: &CommandJob) -> Result<Outcome, Fault> {
    if is_too_late(ctx, job) {
        return Ok(Outcome::done(conclude::too_late(ctx, claim, job).await?));
    }
    match command_step(ctx, claim, job).await {
        Ok(outcome) => Ok(outcome),
        Err(Stop::Refused(refusal)) => conclude::refused(ctx, claim, job, refusal).await,
        Err(Stop::Fault(fault)) => match &job.step {
            Some(step) if !steps::is_tried_again(ctx, claim, step, &fault).await => {
                Ok(Outcome::done(conclude::given_up(ctx, claim, job, &fault).await))
            }
            _ => Err(fault),
        },
    }
}

/// Answers whether the workflow step that requested the command has ended before the command began.
fn is_too_late(ctx: &TenantCtx, job: &CommandJob) -> bool {
    let has_begun = matches!(&job.stage, Stage::Doing(progress) if progress.has_begun());
    !has_begun && job.step.as_ref().is_some_and(|step| step.is_over(ctx.clock.now()))
}

async fn command_step(ctx: &TenantCtx, claim: &Claim, job: &CommandJob) -> Result<Outcome, Stop> {
    match (&job.stage, job.conversation()) {
        (Stage::Asked, None) => find::find(ctx, claim, job).await,
        (Stage::Asked, _) if job.command.act.lacks_an_owner() => Ok(resolve::ask_for_owner(ctx, job)),
        (Stage::Asked, Some(id)) if waits_its_turn(claim, job) => {
            Ok(queueing::found(ctx, claim, job, vec![id.clone()]))
        }
        (Stage::Asked, Some(id)) if let Some(reaction) = &job.reaction => {
            Ok(reacting::react(ctx, claim, job, (reaction, id)).await?)
        }
        (Stage::Asked, Some(id)) => gather::decide(ctx, claim, job, id).await,
        (Stage::Doing(progress), _) => {
            writing::carry_out(ctx, claim, job, progress).await.map_err(|stop| no_longer(stop, progress))
        }
    }
}

/// Resumes a kept command. Only its own requester may resume it. It runs in the place of this job, ahead of what the
/// requester asked for since.
pub(crate) async fn resume(ctx: &TenantCtx, job: &ResumeJob) -> Result<Outcome, Fault> {
    let kept = ctx.db.draft(&job.resume.draft).await?;
    let kept = kept.filter(|draft| draft.actor == job.requester.user);
    let Some(StoredQuestion { mut command, seen, despite }) =
        kept.as_ref().map(read_draft::<StoredQuestion>).transpose()?
    else {
        let gone = refusal_view::refusal(&Refusal::DraftGone);
        return Ok(Outcome::done(vec![private::refusal(ctx, job.requester.addressee(), gone)]));
    };
    if let Some(pick) = &job.resume.pick {
        command.which = ConversationRef::Id(pick.clone());
    }
    if matches!(&command.which, ConversationRef::These(ids) if ids.is_empty()) {
        let unanswered = refusal_view::refusal(&Refusal::NothingChosen);
        return Ok(Outcome::done(vec![private::refusal(ctx, job.requester.addressee(), unanswered)]));
    }
    if let Some(person) = &job.resume.person {
        command.act = command.act.with_owner(Assignee::User(person.clone()));
    }
    let resumed = CommandJob { seen, despite, ..CommandJob::new(job.requester.clone(), command) };
    let verdict = Verdict::Continue { body: job::encode(&resumed), until: lease::end(ctx) };
    Ok(Outcome { verdict, effects: vec![Effect::DropDraft(job.resume.draft.clone())] })
}

/// Answers whether the job still has its requester's partition key rather than its conversation's.
fn waits_its_turn(claim: &Claim, job: &CommandJob) -> bool {
    claim.key != job.key()
}

impl JobKind for CommandJob {
    const KIND: &'static str = "command.v1";

    fn key(&self) -> String {
        CommandJob::key(self)
    }

    /// Returns the requester's partition key. An earlier command of theirs that still looks for its conversation may
    /// concern the same one, and a person's commands keep their order.
    fn after_key(&self) -> Option<String> {
        (self.stage == Stage::Asked && self.conversation().is_some()).then(|| person_key(&self.requester.user))
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::unlimited(rate_limits::DIALNOTE)]
    }

    fn requester(&self) -> Option<&RequestContext> {
        Some(&self.requester)
    }
}

/// The handler that carries out commands.
pub(crate) struct Commands;

impl Handler for Commands {
    type Job = CommandJob;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, job: &CommandJob) -> Result<Outcome, Stop> {
        Ok(command(ctx, claim, job).await?)
    }

    async fn given_up(&self, ctx: &TenantCtx, claim: &Claim, job: &CommandJob, fault: &Fault) -> Vec<Effect> {
        conclude::given_up(ctx, claim, job, fault).await
    }
}

impl JobKind for ResumeJob {
    const KIND: &'static str = "resume.v1";

    fn key(&self) -> String {
        person_key(&self.requester.user)
    }

    fn requester(&self) -> Option<&RequestContext> {
        Some(&self.requester)
    }
}

/// The handler that resumes kept commands.
pub(crate) struct Resumptions;

impl Handler for Resumptions {
    type Job = ResumeJob;

    async fn run(&self, ctx: &TenantCtx, _claim: &Claim, job: &ResumeJob) -> Result<Outcome, Stop> {
        Ok(resume(ctx, job).await?)
    }
}
