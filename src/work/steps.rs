//! The steps of a claimed job: what it came to is stored after each, until the job is finished or has to wait.

use crate::work::faults;
use crate::work::installations::Installations;
use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;

use tracing::{info, warn};

use crate::domain::job::Job;
use crate::domain::message::Message;
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::domain::retry::RetryDecision;
use crate::error::Fault;
use crate::store::{Claim, Queue, Settled, Verdict};
use crate::traces;
use crate::work::ctx::TenantCtx;
use crate::work::outcome::{Outcome, Stop};
use crate::work::{
    absence, batch, changes, conclude, deferred, digests, doctor, execute, external_changes, forms, handovers,
    installations, linking, links, lists, offboarding, outbox, profiles, report, sharing, stale, unreachable, webhooks,
};

/// All installations, if there are several.
type Registry<'a> = Option<&'a Arc<Installations>>;

/// The work on a job of whatever kind, to be awaited.
type Advance<'a> = Pin<Box<dyn Future<Output = Result<Outcome, Fault>> + Send + 'a>>;

/// Works on a claimed job until it is finished or has to wait.
pub(crate) async fn work_on(ctx: &TenantCtx, mut claim: Claim, everybody: Registry<'_>) -> Result<(), Fault> {
    loop {
        let settled = match next_step(ctx, &claim, everybody).await {
            Some(Outcome { verdict, effects }) => {
                let goes_on = continued(&claim, &verdict);
                if let Some(result) = result(&verdict) {
                    traces::came_to(result);
                }
                let settled = ctx.store.settle(&claim, verdict, effects, ctx.clock.now()).await?;
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
async fn next_step(ctx: &TenantCtx, claim: &Claim, everybody: Registry<'_>) -> Option<Outcome> {
    let (job, fault) = match Job::decode(&claim.body) {
        Ok(job) => match advance_at_home(ctx, claim, &job, everybody).await {
            Ok(outcome) => {
                if job.is_for_dialnote() {
                    faults::key_accepted(ctx);
                }
                return Some(outcome);
            }
            Err(Fault::LeaseLost) => return None,
            Err(fault) => (Some(job), fault),
        },
        Err(cause) => (None, Fault::Unreadable { what: "the job".to_owned(), cause }),
    };
    // On the heap, too: it is large and seldom needed.
    Some(Box::pin(after_fault(ctx, claim, job.as_ref(), &fault)).await)
}

/// The work on a job, if it is for the installation that the token belongs to.
async fn advance_at_home(ctx: &TenantCtx, claim: &Claim, job: &Job, everybody: Registry<'_>) -> Result<Outcome, Fault> {
    if claim.queue == Queue::Work && ctx.home().await? != ctx.installation() {
        let answer = job.requester().map(|requester| {
            let say = Reply::Refused { why: Refusal::NotInstalled, note: String::new() };
            ctx.say(Message::Private { to: requester.addressee(), say })
        });
        return Ok(Outcome::done(answer.into_iter().collect()));
    }
    advance(ctx, claim, job, everybody).await
}

/// The work on a job. Each kind is on the heap by itself: one future of all kinds would be as large as the
/// largest, several times over, and it is moved about for every job.
fn advance<'a>(ctx: &'a TenantCtx, claim: &'a Claim, job: &'a Job, everybody: Registry<'a>) -> Advance<'a> {
    if !ctx.is_connected() && job.is_for_dialnote() {
        return Box::pin(ready(Ok(Outcome::done(Vec::new()))));
    }
    match job {
        Job::Command(job) => Box::pin(execute::command(ctx, claim, job)),
        Job::Resume(job) => Box::pin(execute::resume(ctx, job)),
        Job::Profile(job) => Box::pin(profiles::profile_changed(ctx, claim, job)),
        Job::Left(gone) => Box::pin(offboarding::left(ctx, gone)),
        Job::CaughtUp(user) => Box::pin(absence::caught_up(ctx, user)),
        Job::People(job) => Box::pin(linking::who_is_who(ctx, claim, job)),
        Job::Linked(job) => Box::pin(deferred::linked(ctx, job)),
        Job::Report(job) => Box::pin(report::report(ctx, job)),
        Job::Doctor(requester) => Box::pin(doctor::doctor(ctx, requester)),
        Job::Untouched => Box::pin(stale::look_for_untouched(ctx, claim)),
        Job::Ask(owner) => Box::pin(stale::ask_owner(ctx, owner)),
        Job::List(job) => Box::pin(lists::list(ctx, job)),
        Job::Form(job) => Box::pin(forms::fill_in(ctx, job)),
        Job::Batch(job) => Box::pin(batch::batch(ctx, claim, job)),
        Job::Change(job) => Box::pin(changes::change_settings(ctx, claim, job)),
        Job::Handover(conversation) => Box::pin(no_one_asked(handovers::handover_due(ctx, conversation))),
        Job::Digest(job) => Box::pin(digests::digest(ctx, claim, job)),
        Job::ExternalChange(job) => Box::pin(no_one_asked(external_changes::external_change(ctx, claim, job))),
        Job::Look => Box::pin(webhooks::look_because_told(ctx, claim)),
        Job::Refresh => Box::pin(installations::refresh(ctx, claim, everybody)),
        Job::Shared(job) => Box::pin(sharing::channel_shared(ctx, claim, job)),
        Job::Removed(at) => Box::pin(installations::removed(ctx, claim, *at, everybody)),
        Job::Links(job) => Box::pin(no_one_asked(links::links(ctx, job))),
        Job::Message(message) => Box::pin(outbox::deliver(ctx, claim, message)),
    }
}

/// The outcome of a step that ended in a fault.
async fn after_fault(ctx: &TenantCtx, claim: &Claim, job: Option<&Job>, fault: &Fault) -> Outcome {
    match faults::next_try(ctx, claim, fault).await {
        RetryDecision::At(due) => {
            let mut outcome = faults::tried_again(ctx, claim, fault, due);
            outcome.effects.extend(job.and_then(|job| outbox::not_yet(ctx, claim, job, fault)));
            outcome
        }
        RetryDecision::GiveUp => {
            ctx.metrics.given_up();
            let effects = match job {
                Some(Job::Command(job)) => conclude::given_up(ctx, claim, job, fault).await,
                Some(Job::Message(Message::Direct { notice, awaited, .. })) => {
                    unreachable::never_notified(ctx, notice, awaited.as_deref()).into_iter().collect()
                }
                Some(Job::Message(message)) => outbox::not_posted(message).into_iter().collect(),
                _ => Vec::new(),
            };
            Outcome { effects, ..Outcome::dead(claim, fault.to_string()) }
        }
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
