//! Being told by dialnote, where it can reach us: it is asked to tell, again and again, because nothing
//! says how long a subscription lasts; and what it tells makes us look.

use crate::work::changes;
use crate::work::documents;
use crate::work::poller;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use crate::dialnote::webhooks::EVENTS;
use crate::domain::job::Job;
use crate::error::Fault;
use crate::store::{Accepted, Claim, Class, Delivery, Effect, NewJob};
use crate::work::outcome::Outcome;
use crate::work::poller::{CHANGE_QUIET_PERIOD, Urgency};
use crate::work::set_back::is_within;
use crate::work::{TenantCtx, later};

/// How often we subscribe anew. Doing so twice is doing it once (docs/contracts/dialnote.md, Calls).
const RESUBSCRIBE_INTERVAL: Duration = Duration::from_hours(6);

/// The same after a refusal.
const AGAIN_AFTER_REFUSAL: Duration = Duration::from_hours(1);

/// A look that waits for its time stands in a line of its own, or all others would wait with it.
const AGAIN_SOON: &str = "look-again";

/// What is kept of our subscriptions (`store::Document`).
const SUBSCRIPTION_DOCUMENT: &str = "hooks";

/// What we asked dialnote for last, and when.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Subscribed {
    /// The fingerprint of our address.
    to: String,
    at: Timestamp,
    /// The events of which it will not tell.
    #[serde(default)]
    refused: Vec<String>,
}

impl Subscribed {
    fn holds(&self, now: Timestamp) -> bool {
        is_within(self.at, if self.refused.is_empty() { RESUBSCRIBE_INTERVAL } else { AGAIN_AFTER_REFUSAL }, now)
    }
}

/// Asks dialnote to tell us, unless it was asked of late. Where it does not, what happens is found by
/// looking, only later.
pub(super) async fn subscribe(ctx: &TenantCtx) -> Result<(), Fault> {
    let Some(webhooks) = &ctx.webhooks else { return Ok(()) };
    let (now, address, to) = (ctx.clock.now(), webhooks.address(), webhooks.fingerprint());
    let last: Option<Subscribed> = documents::kept(ctx, SUBSCRIPTION_DOCUMENT, "").await?;
    if last.is_some_and(|last| last.to == to && last.holds(now)) {
        return Ok(());
    }
    let mut refused = Vec::new();
    for event in EVENTS {
        match ctx.dialnote.subscribe(&webhooks.api, &address, event).await {
            Ok(()) => info!(event, "dialnote will tell us"),
            Err(cause) => {
                warn!(event, %cause, "dialnote will not tell us; it is looked at instead");
                refused.push(event.to_owned());
            }
        }
    }
    ctx.db.keep(changes::document(ctx, SUBSCRIPTION_DOCUMENT, "", &Subscribed { to, at: now, refused }, None)).await
}

/// Of which events dialnote will not tell; nothing, if it was not asked.
pub(super) async fn untold(ctx: &TenantCtx) -> Result<Option<Vec<String>>, Fault> {
    subscribe(ctx).await?;
    let last: Option<Subscribed> = documents::kept(ctx, SUBSCRIPTION_DOCUMENT, "").await?;
    Ok(last.filter(|_| ctx.webhooks.is_some()).map(|last| last.refused))
}

/// Stores a hint, once for each event. What is not named is taken for new.
pub(crate) async fn hinted(ctx: &TenantCtx, name: Option<String>) -> Result<Accepted, Fault> {
    let name = name.unwrap_or_else(|| format!("{:032x}", rand::random::<u128>()));
    let delivery = Delivery { installation: ctx.installation().clone(), key: format!("hook:{name}") };
    let job = NewJob { class: Class::Machine, ..ctx.new_job(&Job::Look) };
    ctx.store.accept(delivery, vec![job], ctx.clock.now()).await
}

/// Looks at dialnote because it told us something. If that fails, the next regular look finds it.
pub(super) async fn look_because_told(ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, Fault> {
    let looked = poller::poll_now(ctx, Urgency::Nobody).await;
    let looked = looked.inspect_err(|cause| info!(%cause, "could not look at dialnote; will look again"));
    if looked.unwrap_or_default().left == 0 {
        return Ok(Outcome::done(Vec::new()));
    }
    // The regular look may be a minute away.
    let (due, key) = (later(ctx.clock.now(), CHANGE_QUIET_PERIOD), AGAIN_SOON.to_owned());
    let job = ctx.following(claim, &Job::Look);
    let job = NewJob { class: Class::Machine, due, coalesce_key: Some(key.clone()), key, ..job };
    Ok(Outcome::done(vec![Effect::Enqueue(job)]))
}
