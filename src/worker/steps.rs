//! The steps of a claimed job. The result of each is stored, until the job is finished or has to wait.

use tracing::warn;

use crate::commands::refusal_view;
use crate::core::error::Fault;
use crate::core::refusal::Refusal;
use crate::core::request_context::RequestContext;
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::faults;
use crate::jobs::handler::{ReadJob, Registry};
use crate::jobs::outbox::private::refusal;
use crate::jobs::outcome::Outcome;
use crate::platform::db::{Claim, Queue, Settled, Verdict};
use crate::platform::retry::RetryDecision;
use crate::platform::telemetry::traces;

/// Works on a claimed job until it is finished or has to wait.
pub(crate) async fn work_on(ctx: &TenantCtx, registry: &Registry, mut claim: Claim) -> Result<(), Fault> {
    let ctx = &ctx.claimed(&claim);
    loop {
        let settled = match next_step(ctx, registry, &claim).await {
            Some(Outcome { verdict, effects }) => {
                let verdict = keep_lease(ctx, &claim, verdict);
                let goes_on = continued(&claim, &verdict);
                if let Some(result) = result(&verdict) {
                    traces::came_to(result);
                }
                let settled = ctx.db.settle(&claim, verdict, effects, ctx.clock.now()).await?;
                (settled, goes_on)
            }
            None => (Settled::LostLease, None),
        };
        match settled {
            (Settled::Applied, Some(next)) => claim = next,
            (Settled::Applied, None) => return Ok(()),
            (Settled::LostLease, _) => {
                warn!("lease lost; another worker took this job over");
                return Ok(());
            }
        }
    }
}

/// Keeps the lease of a job that goes on, while half of its time is left: then the store has no index to change. A call
/// that needs more time renews it.
fn keep_lease(ctx: &TenantCtx, claim: &Claim, verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Continue { body, .. } if times::later(ctx.clock.now(), ctx.settings.lease / 2) < claim.until => {
            Verdict::Continue { body, until: claim.until }
        }
        verdict => verdict,
    }
}

/// Returns the outcome of the next step, or none if the lease is lost.
async fn next_step(ctx: &TenantCtx, registry: &Registry, claim: &Claim) -> Option<Outcome> {
    let job = match registry.read(&claim.body) {
        Ok(job) => job,
        Err(cause) => return Some(unreadable(ctx, claim, cause).await),
    };
    match advance(ctx, job.as_ref(), claim).await {
        Ok(outcome) => Some(outcome),
        Err(Fault::LeaseLost) => None,
        Err(fault) => Some(after_fault(ctx, job.as_ref(), claim, &fault).await),
    }
}

/// Runs the next step of a job, if the job is for the installation that the token belongs to.
async fn advance(ctx: &TenantCtx, job: &dyn ReadJob, claim: &Claim) -> Result<Outcome, Fault> {
    let facts = job.facts();
    if facts.needs_dialnote && !ctx.is_connected() {
        return Ok(Outcome::done(Vec::new()));
    }
    if claim.queue == Queue::Work {
        match ctx.home().await {
            Ok(home) if home != ctx.installation() => return Ok(not_installed(ctx, job.requester())),
            Err(fault) if !facts.runs_without_slack => return Err(fault),
            Ok(_) | Err(_) => {}
        }
    }
    let outcome = job.run(ctx, claim).await?;
    if facts.needs_dialnote {
        faults::key_accepted(ctx);
    }
    Ok(outcome)
}

/// Returns the outcome of a job for a workspace where the app is not installed: a refusal for the requester, if there
/// is one.
fn not_installed(ctx: &TenantCtx, requester: Option<&RequestContext>) -> Outcome {
    let answer =
        requester.map(|requester| refusal(ctx, requester.addressee(), refusal_view::refusal(&Refusal::NotInstalled)));
    Outcome::done(answer.into_iter().collect())
}

/// Returns the outcome of a step that ended in a fault.
async fn after_fault(ctx: &TenantCtx, job: &dyn ReadJob, claim: &Claim, fault: &Fault) -> Outcome {
    match faults::next_try(ctx, claim, fault).await {
        RetryDecision::At(due) => {
            let mut outcome = faults::tried_again(ctx, claim, fault, due);
            outcome.effects.extend(job.will_retry(ctx, claim, fault));
            outcome
        }
        RetryDecision::GiveUp => {
            ctx.metrics.given_up();
            let effects = job.given_up(ctx, claim, fault).await;
            Outcome { effects, ..Outcome::dead(claim, fault.to_string()) }
        }
    }
}

/// Returns the outcome of a job that this version cannot read. A later version may have written it, because both run
/// side by side while instances are replaced.
async fn unreadable(ctx: &TenantCtx, claim: &Claim, cause: String) -> Outcome {
    let fault = Fault::Unreadable { what: "the job".to_owned(), cause };
    match faults::next_try(ctx, claim, &fault).await {
        RetryDecision::At(due) => faults::tried_again(ctx, claim, &fault, due),
        RetryDecision::GiveUp => {
            ctx.metrics.given_up();
            Outcome::dead(claim, fault.to_string())
        }
    }
}

/// Returns the result of a claim for its trace, or none while the job goes on.
fn result(verdict: &Verdict) -> Option<&'static str> {
    match verdict {
        Verdict::Continue { .. } => None,
        Verdict::Done => Some("done"),
        Verdict::Retry { .. } => Some("retry"),
        Verdict::Dead { .. } => Some("failed"),
    }
}

/// Returns the claim with which the job goes on after the verdict, if it does.
fn continued(claim: &Claim, verdict: &Verdict) -> Option<Claim> {
    match verdict {
        Verdict::Continue { body, until } => {
            Some(Claim { body: body.clone(), until: *until, outcome_unknown: false, ..claim.clone() })
        }
        _ => None,
    }
}
