//! Webhook subscriptions. The app subscribes again and again, because dialnote does not say how long a subscription
//! lasts.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use crate::core::error::Fault;
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::platform::db::{DocumentKind, StoredDocument};
use crate::platform::dialnote::webhooks::EVENTS;

/// The time after which the app subscribes again. Subscribing twice is the same as subscribing once
/// (docs/contracts/dialnote.md, Calls).
pub(crate) const RESUBSCRIBE_INTERVAL: Duration = Duration::from_secs(6 * 60 * 60);

/// The same time after a refusal.
pub(crate) const AGAIN_AFTER_REFUSAL: Duration = Duration::from_secs(60 * 60);

/// The last request for subscriptions, and the time of it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Subscribed {
    /// The fingerprint of the app's webhook address.
    to: String,
    at: Timestamp,
    /// The events that dialnote refused to report.
    #[serde(default)]
    refused: Vec<String>,
}

impl StoredDocument for Subscribed {
    const KIND: DocumentKind = DocumentKind::Subscriptions;
}

impl Subscribed {
    fn holds(&self, now: Timestamp) -> bool {
        times::is_within(self.at, if self.refused.is_empty() { RESUBSCRIBE_INTERVAL } else { AGAIN_AFTER_REFUSAL }, now)
    }
}

/// Subscribes to dialnote's webhooks, unless that was done recently. The poller finds what dialnote does not report,
/// only later.
pub(crate) async fn subscribe(ctx: &TenantCtx) -> Result<(), Fault> {
    let Some(webhooks) = &ctx.webhooks else { return Ok(()) };
    let (now, address, to) = (ctx.clock.now(), webhooks.address(), webhooks.fingerprint());
    let last: Option<Subscribed> = documents::get(ctx, "").await?;
    if last.is_some_and(|last| last.to == to && last.holds(now)) {
        return Ok(());
    }
    let mut refused = Vec::new();
    for event in EVENTS {
        match ctx.dialnote.subscribe(&webhooks.api, &address, event).await {
            Ok(()) => info!(event, "webhook subscribed"),
            Err(cause) => {
                warn!(event, %cause, "webhook not subscribed; polling instead");
                refused.push(event.to_owned());
            }
        }
    }
    ctx.db.keep(documents::document(ctx, "", &Subscribed { to, at: now, refused }, None)).await
}

/// Returns the events that dialnote does not report, or none if the app has no webhook address.
pub(crate) async fn untold(ctx: &TenantCtx) -> Result<Option<Vec<String>>, Fault> {
    subscribe(ctx).await?;
    let last: Option<Subscribed> = documents::get(ctx, "").await?;
    Ok(last.filter(|_| ctx.webhooks.is_some()).map(|last| last.refused))
}
