//! The lease of a claim: a worker may work on a job until its lease ends, and renews it before each call.

use std::time::Instant;

use jiff::Timestamp;

use crate::core::error::Fault;
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::settings::SENT_WITHIN;
use crate::platform::db::{Claim, Settled};

/// Makes sure that the lease outlasts one call, and renews it if needed. Has to run before every call that changes
/// something: a worker that was paused for longer than its lease must not go on. Returns the time by which the call
/// has to be sent, because some time may pass before it is made. Fails with `LeaseLost` if the lease was lost.
pub(crate) async fn ensure(ctx: &TenantCtx, claim: &Claim) -> Result<Instant, Fault> {
    let by = Instant::now() + SENT_WITHIN;
    if times::later(ctx.clock.now(), ctx.settings.call_timeout()) < claim.until {
        return Ok(by);
    }
    match ctx.store.renew(claim, end(ctx)).await? {
        Settled::Applied => Ok(by),
        Settled::LostLease => Err(Fault::LeaseLost),
    }
}

/// Returns the end of a lease that is taken or renewed now.
pub(crate) fn end(ctx: &TenantCtx) -> Timestamp {
    times::later(ctx.clock.now(), ctx.settings.lease)
}
