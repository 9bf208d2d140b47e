//! Webhooks from dialnote, where it can reach the app. A webhook is a hint: it makes the app poll dialnote.

use serde::{Deserialize, Serialize};
use tracing::info;

use crate::core::error::Fault;
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::rate_limits;
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::db::{Accepted, Claim, Class, Delivery, Effect, NewJob};
use crate::sync::poll_state::{CHANGE_QUIET_PERIOD, Urgency};
use crate::sync::poller;

/// The partition key of a poll that waits for its time. Under the usual key all other polls would wait with it.
const AGAIN_SOON: &str = "look-again";

/// Stores a hint, once for each event. An event without a name counts as new.
pub(crate) async fn hinted(ctx: &TenantCtx, name: Option<String>) -> Result<Accepted, Fault> {
    let name = name.unwrap_or_else(|| format!("{:032x}", rand::random::<u128>()));
    let delivery = Delivery { installation: ctx.installation().clone(), key: format!("hook:{name}") };
    let job = NewJob { class: Class::Machine, ..ctx.new_job(&LookAtDialnote) };
    ctx.store.accept(delivery, vec![job], ctx.clock.now()).await
}

/// Polls dialnote because it sent a webhook. If that fails, the next regular poll finds the change.
pub(crate) async fn look_because_told(ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, Fault> {
    let looked = poller::poll_now(ctx, Urgency::Nobody).await;
    let looked = looked.inspect_err(|cause| info!(%cause, "dialnote not polled; will retry"));
    if looked.unwrap_or_default().left == 0 {
        return Ok(Outcome::done(Vec::new()));
    }
    // The next regular poll may be a minute away.
    let (due, key) = (times::later(ctx.clock.now(), CHANGE_QUIET_PERIOD), AGAIN_SOON.to_owned());
    let job = ctx.following(claim, &LookAtDialnote);
    let job = NewJob { class: Class::Machine, due, coalesce_key: Some(key.clone()), key, ..job };
    Ok(Outcome::done(vec![Effect::Enqueue(job)]))
}

impl JobKind for LookAtDialnote {
    const KIND: &'static str = "look.v1";
    const NEEDS_DIALNOTE: bool = true;

    fn key(&self) -> String {
        "look".to_owned()
    }

    fn coalesce_key(&self) -> Option<String> {
        Some("look".to_owned())
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::unlimited(rate_limits::DIALNOTE)]
    }
}

/// The handler that polls dialnote after a webhook.
pub(crate) struct Hints;

impl Handler for Hints {
    type Job = LookAtDialnote;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, _job: &LookAtDialnote) -> Result<Outcome, Stop> {
        Ok(look_because_told(ctx, claim).await?)
    }
}

/// A hint from a webhook that something changed in dialnote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LookAtDialnote;
