//! The steps of a claimed job: what it came to is stored after each, until the job is finished or has to wait.

use std::future::ready;
use std::pin::Pin;
use std::sync::PoisonError;

use jiff::Timestamp;
use tracing::{info, warn};

use crate::domain::job::Job;
use crate::domain::message::Message;
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::domain::retry::{self, RetryDecision, Tries};
use crate::error::{Fault, Service};
use crate::store::{Claim, Effect, Queue, Settled, Verdict};
use crate::traces;
use crate::work::outcome::{Outcome, Stop};
use crate::work::{
    TenantCtx, absence, awake, batch, changes, conclude, deferred, digests, doctor, execute, external_changes, forms,
    handovers, installations, later, linking, links, lists, offboarding, outbox, profiles, report, sharing, stale,
    unreachable, webhooks,
};

/// The work on a job of whatever kind, to be awaited.
type Advance<'a> = Pin<Box<dyn Future<Output = Result<Outcome, Fault>> + Send + 'a>>;

/// Works on a claimed job until it is finished or has to wait.
pub(super) async fn work_on(ctx: &TenantCtx, mut claim: Claim) -> Result<(), Fault> {
    loop {
        let settled = match next_step(ctx, &claim).await {
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
async fn next_step(ctx: &TenantCtx, claim: &Claim) -> Option<Outcome> {
    let (job, fault) = match Job::decode(&claim.body) {
        Ok(job) => match advance_at_home(ctx, claim, &job).await {
            Ok(outcome) => {
                if job.is_for_dialnote() {
                    *ctx.memory.key_refused.lock().unwrap_or_else(PoisonError::into_inner) = None;
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
async fn advance_at_home(ctx: &TenantCtx, claim: &Claim, job: &Job) -> Result<Outcome, Fault> {
    if claim.queue == Queue::Work && ctx.home().await? != ctx.installation() {
        let answer = job.requester().map(|requester| {
            let say = Reply::Refused { why: Refusal::NotInstalled, note: String::new() };
            ctx.say(Message::Private { to: requester.addressee(), say })
        });
        return Ok(Outcome::done(answer.into_iter().collect()));
    }
    advance(ctx, claim, job).await
}

/// The work on a job. Each kind is on the heap by itself: one future of all kinds would be as large as the
/// largest, several times over, and it is moved about for every job.
fn advance<'a>(ctx: &'a TenantCtx, claim: &'a Claim, job: &'a Job) -> Advance<'a> {
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
        Job::Refresh => Box::pin(installations::refresh(ctx, claim)),
        Job::Shared(job) => Box::pin(sharing::channel_shared(ctx, claim, job)),
        Job::Removed(at) => Box::pin(installations::removed(ctx, claim, *at)),
        Job::Links(job) => Box::pin(no_one_asked(links::links(ctx, job))),
        Job::Message(message) => Box::pin(outbox::deliver(ctx, claim, message)),
    }
}

pub(super) async fn after_fault(ctx: &TenantCtx, claim: &Claim, job: Option<&Job>, fault: &Fault) -> Outcome {
    let now = ctx.clock.now();
    let tries = Tries {
        attempt: claim.attempt,
        accepted: key_refused_since(ctx, fault).unwrap_or(claim.accepted),
        give_up_after: ctx.settings.give_up_after,
        seed: claim.id.0.unsigned_abs(),
    };
    let mut next = retry::after(fault, tries, now);
    if next == RetryDecision::GiveUp {
        // Time in which nothing could be tried does not count.
        let asleep = awake::asleep_since(ctx, claim.accepted).await;
        next = retry::after(fault, Tries { give_up_after: tries.give_up_after + asleep, ..tries }, now);
    }
    match next {
        RetryDecision::At(due) => {
            ctx.metrics.retried(fault);
            info!(attempt = claim.attempt, %due, cause = %fault, "will try again");
            let verdict = Verdict::Retry { due, cause: fault.to_string(), outcome_unknown: fault.may_have_happened() };
            let reported = job.and_then(|job| outbox::not_yet(ctx, claim, job, fault));
            Outcome { verdict, effects: closing(fault, now).into_iter().chain(reported).collect() }
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

/// Since when dialnote has refused the key, if it does.
fn key_refused_since(ctx: &TenantCtx, fault: &Fault) -> Option<Timestamp> {
    let is_refused = matches!(fault, Fault::Unauthorized { service: Service::Dialnote, .. });
    let mut since = ctx.memory.key_refused.lock().unwrap_or_else(PoisonError::into_inner);
    is_refused.then(|| *since.get_or_insert_with(|| ctx.clock.now()))
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
