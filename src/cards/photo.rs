//! The photo of an owner on a card. Slack fetches it itself, and refuses the whole message if it can't.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::core::conversation::Conversation;
use crate::core::error::Fault;
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::people::directory;
use crate::platform::db::{CacheEntry, CacheKind, CachedFact, Effect};

/// The time for which a refused photo isn't shown.
const REFUSED_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// A photo that Slack refused.
#[derive(Serialize, Deserialize)]
struct RefusedPhoto;

impl CachedFact for RefusedPhoto {
    const KIND: CacheKind = CacheKind::RefusedPhoto;
}

/// Returns the address of the owner's photo: dialnote's, else Slack's. Returns none if Slack refused it lately.
pub(crate) async fn photo(ctx: &TenantCtx, conversation: &Conversation) -> Result<Option<String>, Fault> {
    let Some(owner) = &conversation.owner else { return Ok(None) };
    let address = match &owner.avatar {
        Some(avatar) => Some(avatar.clone()),
        None => directory::known_photo(ctx, &owner.id).await?,
    };
    let Some(address) = address.filter(|address| is_showable(address)) else { return Ok(None) };
    let refused = ctx.db.cache_get(RefusedPhoto::KIND, &address).await?;
    let is_refused = refused.is_some_and(|refused| times::later(refused.at, REFUSED_FOR) > ctx.clock.now());
    Ok((!is_refused).then_some(address))
}

/// Returns the effect that remembers a refused photo.
pub(crate) fn refused(ctx: &TenantCtx, address: &str) -> Effect {
    Effect::CachePut(CacheEntry::of(address, ctx.clock.now(), &RefusedPhoto))
}

/// Answers whether Slack would fetch a photo from the address. The sandbox fetches nothing and is on this machine.
fn is_showable(address: &str) -> bool {
    address.len() <= MOST && ["https://", "http://127.0.0.1:"].iter().any(|begin| address.starts_with(begin))
}

/// The most characters of a picture's address.
const MOST: usize = 3000;
