//! A command on its way: find the conversation, look at it, decide. Carrying it out is `work::writing`'s. After
//! every step the job is stored as it stands, so that after a crash nothing that was settled is done again.

use crate::domain::command::Assignee;
use crate::domain::command_job::{CommandJob, ResumeJob, Stage};
use crate::domain::conversation::ConversationRef;
use crate::domain::job::Job;
use crate::domain::message::Message;
use crate::domain::question::StoredQuestion;
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::error::Fault;
use crate::store::{Claim, Effect, Verdict};
use crate::work::ctx::TenantCtx;
use crate::work::documents::read_draft;
use crate::work::outcome::{Outcome, Stop};
use crate::work::writing::no_longer;
use crate::work::{conclude, decide, lookup, queueing, search, writing};

/// Brings a command one step further.
pub(crate) async fn command(ctx: &TenantCtx, claim: &Claim, job: &CommandJob) -> Result<Outcome, Fault> {
    match command_step(ctx, claim, job).await {
        Ok(outcome) => Ok(outcome),
        Err(Stop::Refused(refusal)) => conclude::refused(ctx, claim, job, refusal).await,
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

async fn command_step(ctx: &TenantCtx, claim: &Claim, job: &CommandJob) -> Result<Outcome, Stop> {
    match (&job.stage, job.conversation()) {
        (Stage::Asked, None) => search::find(ctx, claim, job).await,
        (Stage::Asked, _) if job.command.act.lacks_an_owner() => Ok(lookup::ask_for_owner(ctx, job)),
        (Stage::Asked, Some(id)) if waits_its_turn(claim, job) => {
            Ok(queueing::found(ctx, claim, job, vec![id.clone()]))
        }
        (Stage::Asked, Some(id)) => decide::decide(ctx, claim, job, id).await,
        (Stage::Doing(progress), _) => {
            writing::carry_out(ctx, claim, job, progress).await.map_err(|stop| no_longer(stop, progress))
        }
    }
}

/// Goes on with a kept command: only its own person may. It goes on in its place, ahead of what
/// its person asked for since.
pub(crate) async fn resume(ctx: &TenantCtx, job: &ResumeJob) -> Result<Outcome, Fault> {
    let kept = ctx.db.draft(&job.resume.draft).await?;
    let kept = kept.filter(|draft| draft.actor == job.requester.user);
    let Some(StoredQuestion { mut command, seen }) = kept.as_ref().map(read_draft::<StoredQuestion>).transpose()?
    else {
        let say = Reply::Refused { why: Refusal::DraftGone, note: String::new() };
        let answer = ctx.say(Message::Private { to: job.requester.addressee(), say });
        return Ok(Outcome::done(vec![answer]));
    };
    if let Some(pick) = &job.resume.pick {
        command.which = ConversationRef::Id(pick.clone());
    }
    if let Some(person) = &job.resume.person {
        command.act = command.act.with_owner(Assignee::User(person.clone()));
    }
    let resumed = Job::Command(CommandJob { seen, ..CommandJob::new(job.requester.clone(), command) });
    let verdict = Verdict::Continue { body: resumed.encode(), until: ctx.lease_end() };
    Ok(Outcome { verdict, effects: vec![Effect::DropDraft(job.resume.draft.clone())] })
}

/// Whether the job still stands in its person's line rather than in its conversation's.
fn waits_its_turn(claim: &Claim, job: &CommandJob) -> bool {
    claim.key != job.key()
}
