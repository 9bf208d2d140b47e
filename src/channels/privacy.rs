//! Settings of a channel: how much its cards show, and whether changes are posted for all to see.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::core::error::Fault;
use crate::core::ids::{ChannelId, MessageTs};
use crate::core::privacy::Privacy;
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::platform::db::{CacheEntry, CacheKind, Class, Delivery, DocumentKind, NewJob, StoredDocument};

/// The time for which the app remembers whether a channel is shared with another organization.
pub(crate) const SHARED_AGE: Duration = Duration::from_secs(60);

/// A record that a shared channel's cards were drawn again.
#[derive(Serialize, Deserialize)]
pub(crate) struct DrawnShared(pub(crate) bool);

impl StoredDocument for DrawnShared {
    const KIND: DocumentKind = DocumentKind::DrawnShared;
}

/// The settings of a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ChannelSettings {
    /// The choice whether the channel shows less, if someone made it.
    #[serde(default)]
    pub(crate) masked: Option<bool>,
    /// True if that choice was made while the channel was shared. A choice that was made before another company joined
    /// does not apply to that company.
    #[serde(default)]
    pub(crate) although_shared: bool,
    /// True if changes are posted for everyone in the channel, and not only in threads.
    #[serde(default)]
    pub(crate) aloud: bool,
    /// True if emoji on cards act.
    #[serde(default)]
    pub(crate) emoji: bool,
}

impl StoredDocument for ChannelSettings {
    const KIND: DocumentKind = DocumentKind::Channel;
}

/// Returns how much a channel shows: what was set, or else less if outsiders read the channel. If the app may not find
/// out who reads it, outsiders are assumed.
pub(crate) async fn privacy(ctx: &TenantCtx, channel: &ChannelId) -> Result<Privacy, Fault> {
    let settings = channel_settings(ctx, channel).await?;
    let masked = match settings.masked {
        Some(true) => true,
        Some(false) if settings.although_shared => false,
        _ => is_shared(ctx, channel).await?,
    };
    Ok(if masked { Privacy::Masked } else { Privacy::Full })
}

/// Answers whether a change of owner or status is posted for everyone in a channel.
pub(crate) async fn is_told_aloud(ctx: &TenantCtx, channel: &ChannelId) -> Result<bool, Fault> {
    Ok(channel_settings(ctx, channel).await?.aloud)
}

/// Answers whether emoji on the cards of a channel act.
pub(crate) async fn hears_emoji(ctx: &TenantCtx, channel: &ChannelId) -> Result<bool, Fault> {
    Ok(channel_settings(ctx, channel).await?.emoji)
}

pub(crate) async fn channel_settings(ctx: &TenantCtx, channel: &ChannelId) -> Result<ChannelSettings, Fault> {
    Ok(documents::get(ctx, channel.as_str()).await?.unwrap_or_default())
}

pub(crate) async fn is_shared(ctx: &TenantCtx, channel: &ChannelId) -> Result<bool, Fault> {
    let kept = ctx.db.cache_get(CacheKind::Shared, channel.as_str()).await?;
    let fresh = kept.filter(|kept| times::later(kept.at, SHARED_AGE) > ctx.clock.now());
    if let Some(kept) = fresh {
        return Ok(kept.body != "false");
    }
    let known = ctx.slack.is_shared(channel).await?;
    if known == Some(true) {
        have_drawn_again(ctx, channel).await?;
    }
    let shared = known.unwrap_or(true);
    ctx.db.cache_put(shared_memo(ctx, channel, shared)).await?;
    Ok(shared)
}

pub(crate) fn shared_memo(ctx: &TenantCtx, channel: &ChannelId, shared: bool) -> CacheEntry {
    CacheEntry::new(CacheKind::Shared, channel.as_str(), ctx.clock.now(), shared.to_string())
}

/// Schedules a redraw of the cards in a channel that was found shared, once per channel.
pub(crate) async fn have_drawn_again(ctx: &TenantCtx, channel: &ChannelId) -> Result<(), Fault> {
    if documents::stored::<DrawnShared>(ctx, channel.as_str()).await?.is_some() {
        return Ok(());
    }
    let now = ctx.clock.now();
    let job = SharedJob { channel: channel.clone(), told: false, after: None };
    let job = NewJob { class: Class::Machine, ..ctx.new_job(&job) };
    let key = format!("shared:{channel}:{}", now.as_second());
    ctx.store.accept(Delivery { installation: ctx.installation().clone(), key }, vec![job], now).await?;
    Ok(())
}

/// A channel that another company reads, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SharedJob {
    /// The channel.
    pub channel: ChannelId,
    /// True if Slack reported the sharing just now. An admin's earlier choice to show everything then no longer
    /// counts.
    pub told: bool,
    /// The last card already redrawn; `None` if all are still to be redrawn.
    pub after: Option<MessageTs>,
}
