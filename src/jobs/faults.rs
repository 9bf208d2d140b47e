//! The consequences of a fault: another try, or the end of all tries.

use std::sync::PoisonError;

use jiff::Timestamp;
use tracing::info;

use crate::core::error::{Fault, Service};
use crate::core::times;
use crate::jobs::awake;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::outcome::Outcome;
use crate::platform::db::{Claim, Effect, Verdict};
use crate::platform::retry;
use crate::platform::retry::{RetryDecision, Tries};

/// Returns when a job is tried again after a fault, if it is.
pub(crate) async fn next_try(ctx: &TenantCtx, claim: &Claim, fault: &Fault) -> RetryDecision {
    let now = ctx.clock.now();
    let tries = Tries {
        attempt: claim.attempt,
        accepted: key_refused_since(ctx, fault).unwrap_or(claim.accepted),
        give_up_after: ctx.settings.give_up_after,
        seed: claim.id.0.unsigned_abs(),
    };
    match retry::after(fault, tries, now) {
        RetryDecision::GiveUp => {
            // Time in which nothing could be tried does not count.
            let asleep = awake::asleep_since(ctx, claim.accepted).await;
            retry::after(fault, Tries { give_up_after: tries.give_up_after + asleep, ..tries }, now)
        }
        next @ RetryDecision::At(_) => next,
    }
}

/// Returns the outcome of a step that is tried again at `due`.
pub(crate) fn tried_again(ctx: &TenantCtx, claim: &Claim, fault: &Fault, due: Timestamp) -> Outcome {
    ctx.metrics.retried(fault);
    info!(attempt = claim.attempt, %due, cause = %fault, "job will be retried");
    let verdict = Verdict::Retry { due, cause: fault.to_string(), outcome_unknown: fault.may_have_happened() };
    Outcome { verdict, effects: closing(fault, ctx.clock.now()).into_iter().collect() }
}

/// Notes that dialnote has accepted the key.
pub(crate) fn key_accepted(ctx: &TenantCtx) {
    *ctx.memory.key_refused.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

/// Returns the time since which dialnote has refused the key, if this fault is such a refusal.
fn key_refused_since(ctx: &TenantCtx, fault: &Fault) -> Option<Timestamp> {
    let is_refused = matches!(fault, Fault::Unauthorized { service: Service::Dialnote, .. });
    let mut since = ctx.memory.key_refused.lock().unwrap_or_else(PoisonError::into_inner);
    is_refused.then(|| *since.get_or_insert_with(|| ctx.clock.now()))
}

/// Returns the effect that closes a rate limit for all jobs that would make the same call.
fn closing(fault: &Fault, now: Timestamp) -> Option<Effect> {
    match fault {
        Fault::RateLimited { bucket, wait, .. } => {
            Some(Effect::Close { bucket: bucket.clone(), until: times::later(now, *wait) })
        }
        _ => None,
    }
}
