//! The reasons why parts of a save in a pane were refused. A save can change several fields, each by a command of its
//! own, and the pane shows one outcome: without these, the last command would hide the refusal of the first.

use serde::{Deserialize, Serialize};

use crate::core::error::Fault;
use crate::core::ids::SlackUserId;
use crate::core::pane::Pane;
use crate::jobs::ctx::TenantCtx;
use crate::platform::db::{CacheEntry, CacheKind, CachedFact};

/// The refusals of a person's last save.
#[derive(Default, Serialize, Deserialize)]
struct FailedSave {
    /// The trigger that came with the save.
    trigger: String,
    /// The reasons, in sentences.
    reasons: Vec<String>,
}

impl CachedFact for FailedSave {
    const KIND: CacheKind = CacheKind::FailedSave;
}

/// Returns the reasons for which parts of this save were refused so far.
pub(crate) async fn of(ctx: &TenantCtx, user: &SlackUserId, pane: &Pane) -> Result<Vec<String>, Fault> {
    let kept = ctx.db.cache_get(FailedSave::KIND, user.as_str()).await?;
    let failed = kept.and_then(|kept| kept.fact::<FailedSave>()).filter(|failed| failed.trigger == pane.trigger);
    Ok(failed.map(|failed| failed.reasons).unwrap_or_default())
}

/// Adds a reason, and returns all of this save.
pub(crate) async fn add(ctx: &TenantCtx, user: &SlackUserId, pane: &Pane, why: &str) -> Result<Vec<String>, Fault> {
    let mut reasons = of(ctx, user, pane).await?;
    if !reasons.iter().any(|reason| reason == why) {
        reasons.push(why.to_owned());
    }
    let failed = FailedSave { trigger: pane.trigger.clone(), reasons };
    ctx.db.cache_put(CacheEntry::of(user.as_str(), ctx.clock.now(), &failed)).await?;
    Ok(failed.reasons)
}
