//! Signs of life, which show afterwards when the app did not run.

use std::time::Duration;

use jiff::Timestamp;

use crate::core::error::Fault;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::jobs::retry_window::Awake;

/// Records a sign of life, unless the last one is recent.
pub(crate) async fn give_sign_of_life(ctx: &TenantCtx) -> Result<(), Fault> {
    let mut awake: Awake = documents::get(ctx, "").await?.unwrap_or_default();
    if awake.is_alive(ctx.clock.now()) {
        ctx.db.keep(documents::document(ctx, "", &awake, None)).await?;
    }
    Ok(())
}

/// Returns how long the app did not run since `from`. If the record cannot be read, the answer is zero.
pub(crate) async fn asleep_since(ctx: &TenantCtx, from: Timestamp) -> Duration {
    let awake = documents::get::<Awake>(ctx, "").await;
    awake.ok().flatten().map_or(Duration::ZERO, |awake| awake.asleep_since(from, ctx.clock.now()))
}
