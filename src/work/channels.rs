//! Settings of a channel: how much its cards show, and whether changes are posted for all to see.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::job::SharedJob;
use crate::error::Fault;
use crate::ids::ChannelId;
use crate::store::{CacheEntry, Class, Delivery, NewJob};
use crate::view::card::Privacy;
use crate::work::ctx::TenantCtx;
use crate::work::documents::CHANNEL;
use crate::work::{documents, times};

/// Whether a channel is shared with another organization (a cache entry), by channel.
pub(crate) const SHARED: &str = "shared";

/// How long that is good for.
pub(crate) const SHARED_AGE: Duration = Duration::from_mins(1);

/// A channel whose cards were drawn again because it is shared (`store::Document`), by channel.
pub(crate) const DRAWN: &str = "drawn_shared";

/// What is set about a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ChannelSettings {
    /// Whether it shows less, if somebody has said so.
    #[serde(default)]
    pub(crate) masked: Option<bool>,
    /// Whether that was said of a channel that was shared then. What was said before another company came is not
    /// about that company.
    #[serde(default)]
    pub(crate) although_shared: bool,
    /// Whether changes are shown to everybody there, and not only in threads.
    #[serde(default)]
    pub(crate) aloud: bool,
}

/// How much a channel shows: what was set; else, of one that outsiders read, less. One of which we
/// may not know who reads it is taken for such a one.
pub(crate) async fn privacy(ctx: &TenantCtx, channel: &ChannelId) -> Result<Privacy, Fault> {
    let settings = channel_settings(ctx, channel).await?;
    let masked = match settings.masked {
        Some(true) => true,
        Some(false) if settings.although_shared => false,
        _ => is_shared(ctx, channel).await?,
    };
    Ok(if masked { Privacy::Masked } else { Privacy::Full })
}

/// Whether everybody in a channel is shown that a conversation has another owner or status.
pub(crate) async fn is_told_aloud(ctx: &TenantCtx, channel: &ChannelId) -> Result<bool, Fault> {
    Ok(channel_settings(ctx, channel).await?.aloud)
}

pub(crate) async fn channel_settings(ctx: &TenantCtx, channel: &ChannelId) -> Result<ChannelSettings, Fault> {
    Ok(documents::kept(ctx, CHANNEL, channel.as_str()).await?.unwrap_or_default())
}

pub(crate) async fn is_shared(ctx: &TenantCtx, channel: &ChannelId) -> Result<bool, Fault> {
    let kept = ctx.db.cache_get(SHARED, channel.as_str()).await?;
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
    let (kind, id, at) = (SHARED.to_owned(), channel.to_string(), ctx.clock.now());
    CacheEntry { kind, id, alias: None, at, body: shared.to_string() }
}

/// Of a channel that is found shared, the cards are drawn again, once.
pub(crate) async fn have_drawn_again(ctx: &TenantCtx, channel: &ChannelId) -> Result<(), Fault> {
    if ctx.db.document(DRAWN, channel.as_str()).await?.is_some() {
        return Ok(());
    }
    let now = ctx.clock.now();
    let job = SharedJob { channel: channel.clone(), told: false, after: None };
    let job = NewJob { class: Class::Machine, ..ctx.new_job(&job) };
    let key = format!("shared:{channel}:{}", now.as_second());
    ctx.store.accept(Delivery { installation: ctx.installation().clone(), key }, vec![job], now).await?;
    Ok(())
}
