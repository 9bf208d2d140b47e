//! Carries out a plan. Each call to dialnote is a step of its own, and the last one concludes. Before every call that
//! is a retry, or comes more than a moment after the decision, the conversation is looked at, and what no longer fits
//! is decided again.

use crate::commands::facts::Plan;
use crate::commands::fresh::Basis;
use crate::commands::job::CommandJob;
use crate::commands::looked::Looked;
use crate::commands::plan::Progress;
use crate::commands::{conclude, gather};
use crate::core::about::About;
use crate::core::call::Call;
use crate::core::conversation::Conversation;
use crate::core::error::Fault;
use crate::core::ids::ConversationId;
use crate::core::refusal::Refusal;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::faults;
use crate::jobs::lease;
use crate::jobs::outcome::{Outcome, Stop};
use crate::platform::db::{Claim, Verdict};
use crate::platform::dialnote::answer::{Denied, DialnoteError};
use crate::platform::retry::RetryDecision;
use crate::sync::conversations;

/// The result of a look before a call.
enum Looking {
    /// The call may be made.
    Fits,
    /// Another outcome takes the place of the call.
    Instead(Outcome),
}

/// Carries out the next step of a plan.
pub(crate) async fn carry_out(
    ctx: &TenantCtx,
    claim: &Claim,
    job: &CommandJob,
    progress: &Progress,
) -> Result<Outcome, Stop> {
    match look_again(ctx, claim, job, progress).await {
        Ok(Looking::Fits) => match progress.next() {
            Some(call) => make(ctx, claim, job, progress, call).await,
            None => Ok(conclude::conclude(ctx, claim, job, progress, None).await?),
        },
        Ok(Looking::Instead(outcome)) => Ok(outcome),
        Err(Stop::Fault(fault)) if fault != Fault::LeaseLost => put_off(ctx, claim, fault).await,
        Err(stop) => Err(stop),
    }
}

/// Checks that the next call still rests on the present state of the conversation.
async fn look_again(ctx: &TenantCtx, claim: &Claim, job: &CommandJob, progress: &Progress) -> Result<Looking, Stop> {
    let basis = progress.basis(claim.attempt, ctx.clock.now());
    let notes_are_left = progress.next().is_none_or(|call| matches!(call, Call::AddNote { .. }));
    // A note belongs to what was done, whatever has happened since.
    if basis == Basis::Fresh || notes_are_left && progress.has_begun() {
        return Ok(Looking::Fits);
    }
    if let Some(call) = progress.next()
        && claim.outcome_unknown
        && let Some(made) = made_already(ctx, claim, progress, call).await?
    {
        return Ok(Looking::Instead(after_call(ctx, claim, job, made).await));
    }
    let id = &progress.plan.before.id;
    if basis == Basis::Old || progress.has_begun() {
        let now = ctx.dialnote.conversation(id).await.map_err(|error| conversations::denied(error, Some(id)))?;
        if progress.is_as_left(&now) {
            return Ok(Looking::Fits);
        }
        if progress.has_begun() {
            return Ok(Looking::Instead(conclude::conclude(ctx, claim, job, &progress.so_far(), None).await?));
        }
    }
    gather::decide(ctx, claim, job, id).await.map(Looking::Instead)
}

/// Returns the plan with the call made, if an earlier try of it got through without a response.
async fn made_already(
    ctx: &TenantCtx,
    claim: &Claim,
    progress: &Progress,
    call: &Call,
) -> Result<Option<Progress>, Stop> {
    let (id, at) = (&progress.plan.before.id, ctx.clock.now());
    let refused = |error| conversations::denied(error, Some(id));
    let looked = Looked { at, attempt: claim.attempt };
    if let Call::AddNote { reference, .. } = call {
        let written = ctx.dialnote.has_note(id, reference).await.map_err(refused)?;
        return Ok(written.then(|| progress.after(None, looked)));
    }
    let now = ctx.dialnote.conversation(id).await.map_err(refused)?;
    Ok(progress.has_been_done(call, &now).then(|| progress.after(Some(now), looked)))
}

/// Retries after a look that failed before this try wrote anything. Nothing is in doubt that was not in doubt before.
async fn put_off(ctx: &TenantCtx, claim: &Claim, fault: Fault) -> Result<Outcome, Stop> {
    let RetryDecision::At(due) = faults::next_try(ctx, claim, &fault).await else { return Err(Stop::Fault(fault)) };
    let mut outcome = faults::tried_again(ctx, claim, &fault, due);
    if let Verdict::Retry { outcome_unknown, .. } = &mut outcome.verdict {
        *outcome_unknown = false;
    }
    Ok(outcome)
}

/// Makes one call of the plan.
async fn make(
    ctx: &TenantCtx,
    claim: &Claim,
    job: &CommandJob,
    progress: &Progress,
    call: &Call,
) -> Result<Outcome, Stop> {
    let made = match call {
        Call::AddNote { content, reference } => {
            note_once(ctx, claim, &progress.plan.before.id, content, reference).await.map(|()| None)
        }
        Call::Assign(_) | Call::SetStatus(_) | Call::Snooze(_) => {
            change(ctx, claim, &progress.plan, call).await.map(Some)
        }
    };
    match made.map_err(|stop| no_longer(stop, progress)) {
        Ok(changed) => {
            let looked = Looked { at: ctx.clock.now(), attempt: claim.attempt };
            Ok(after_call(ctx, claim, job, progress.after(changed, looked)).await)
        }
        Err(Stop::Refused(why)) if matches!(call, Call::AddNote { .. }) => {
            Ok(conclude::conclude(ctx, claim, job, progress, Some(&why)).await?)
        }
        Err(stop) => Err(stop),
    }
}

/// Returns the outcome after a call. The messages about the last call are stored together with the fact that it was
/// made. If they cannot be worked out now, the fact is stored alone, because a call is not repeated for its follow-ups.
async fn after_call(ctx: &TenantCtx, claim: &Claim, job: &CommandJob, progress: Progress) -> Outcome {
    let concluded = match progress.next() {
        None => conclude::conclude(ctx, claim, job, &progress, None).await.ok(),
        Some(_) => None,
    };
    concluded.unwrap_or_else(|| gather::go_on(ctx, job, progress))
}

/// Changes the owner or the status, and checks that the change stuck.
async fn change(ctx: &TenantCtx, claim: &Claim, plan: &Plan, call: &Call) -> Result<Conversation, Stop> {
    let id = &plan.before.id;
    let refused = |error| conversations::denied(error, Some(id));
    let dialnote = ctx.dialnote.with_deadline(lease::ensure(ctx, claim).await?);
    let attempt_key = format!("{}-{}", claim.id, call.name());
    let answer = match call {
        Call::Assign(owner) => dialnote.assign(id, owner.as_ref(), &attempt_key).await,
        Call::SetStatus(status) => dialnote.set_status(id, *status, &attempt_key).await,
        Call::Snooze(until) => dialnote.snooze(id, *until, &attempt_key).await,
        Call::AddNote { .. } => return Ok(plan.before.clone()),
    };
    let mut now = answer.map_err(|error| status_refused(error, plan, call))?;
    if !call.holds(&now) {
        now = ctx.dialnote.look_after_write(id).await.map_err(refused)?;
    }
    if call.holds(&now) {
        return Ok(now);
    }
    if call.is_about_status() {
        return Err(Refusal::StatusUnchanged(About::from(&now)).into());
    }
    let owner = conversations::owner(ctx, &now).await?.map(|owner| owner.name);
    Err(Refusal::DidNotStick { about: About::from(&now), owner }.into())
}

/// Writes a note, unless an earlier try of this job has written it.
async fn note_once(
    ctx: &TenantCtx,
    claim: &Claim,
    id: &ConversationId,
    content: &str,
    reference: &str,
) -> Result<(), Stop> {
    let refused = |error| conversations::denied(error, Some(id));
    if claim.outcome_unknown && ctx.dialnote.has_note(id, reference).await.map_err(refused)? {
        return Ok(());
    }
    let by = lease::ensure(ctx, claim).await?;
    let attempt_key = format!("{}-note-{reference}", claim.id);
    ctx.dialnote.with_deadline(by).add_note(id, content, &attempt_key).await.map_err(refused)
}

/// Returns dialnote's words about a status as a refusal with advice, else the reason why the call was refused.
fn status_refused(error: DialnoteError, plan: &Plan, call: &Call) -> Stop {
    match error {
        DialnoteError::Denied(Denied::Words(words)) if call.is_about_status() && names_status(&words) => {
            Refusal::StatusRefused { about: About::from(&plan.before), words }.into()
        }
        error => conversations::denied(error, Some(&plan.before.id)),
    }
}

fn names_status(words: &str) -> bool {
    words.to_lowercase().contains("status")
}

/// Turns the refusal of a conversation that is not found after the decision into one that says it is gone.
pub(crate) fn no_longer(stop: Stop, progress: &Progress) -> Stop {
    match stop {
        Stop::Refused(Refusal::NoConversation { .. }) => Refusal::Gone(About::from(&progress.plan.before)).into(),
        other => other,
    }
}
