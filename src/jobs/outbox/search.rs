//! The search for a message that an earlier try may have posted. Slack may allow one page a minute, with 15 messages
//! (docs/contracts/slack-2026.md §11.2). So a search can take many tries of its job, and keeps its place between them.

use serde::{Deserialize, Serialize};

use crate::core::error::Fault;
use crate::core::ids::MessageTs;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::lease;
use crate::platform::db::{CacheEntry, CacheKind, CachedFact, Claim};
use crate::platform::slack::client::Posted;
use crate::platform::slack::seek;
use crate::platform::slack::seek::{Page, Period};

/// The outcome of a search for a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SearchOutcome {
    /// The message is there.
    There(Posted),
    /// The message is not there.
    NotThere,
    /// The app may not read the channel.
    Unknowable,
}

/// The place that a search has reached. Nothing is posted before its end, so what it has read stays read.
#[derive(Debug, Serialize, Deserialize)]
struct SearchPlace {
    /// The fence of the claim that reached it.
    fence: i64,
    /// The periods that are left; the first is searched next.
    left: Vec<Period>,
    /// The next page of the first period.
    cursor: Option<String>,
}

impl CachedFact for SearchPlace {
    const KIND: CacheKind = CacheKind::SearchPlace;
}

impl SearchPlace {
    fn beginning(ctx: &TenantCtx, claim: &Claim) -> Self {
        let left = Period::between(claim.accepted, ctx.clock.now());
        Self { fence: claim.fence, left, cursor: None }
    }
}

/// Searches a channel or thread for the message with this mark. A fault leaves the place for the next try.
pub(crate) async fn search(
    ctx: &TenantCtx,
    claim: &Claim,
    place: (&str, Option<&MessageTs>),
    mark: &str,
) -> Result<SearchOutcome, Fault> {
    let mut reached = reached(ctx, claim, mark).await?;
    while let Some(period) = reached.left.first() {
        lease::ensure(ctx, claim).await?;
        match ctx.slack.search_page(place, mark, *period, reached.cursor.as_deref()).await? {
            Page::There(posted) => return Ok(SearchOutcome::There(posted)),
            Page::Unknowable => {
                keep(ctx, mark, &SearchPlace { fence: claim.fence, left: Vec::new(), cursor: None }).await?;
                return Ok(SearchOutcome::Unknowable);
            }
            Page::More(cursor) => reached.cursor = Some(cursor),
            Page::Last => {
                reached.left.remove(0);
                reached.cursor = None;
            }
            Page::CursorGone => {
                keep(ctx, mark, &SearchPlace::beginning(ctx, claim)).await?;
                return Err(seek::cursor_gone());
            }
        }
        reached.fence = claim.fence;
        keep(ctx, mark, &reached).await?;
    }
    Ok(SearchOutcome::NotThere)
}

/// Returns the place that the search has reached. A search that another claim has finished begins again, because that
/// claim may have posted afterwards; one that this claim has finished stays finished, because what it has posted since
/// was refused.
async fn reached(ctx: &TenantCtx, claim: &Claim, mark: &str) -> Result<SearchPlace, Fault> {
    let kept = ctx.db.cache_get(SearchPlace::KIND, mark).await?.and_then(|kept| kept.fact::<SearchPlace>());
    let kept = kept.filter(|place| !place.left.is_empty() || place.fence == claim.fence);
    Ok(kept.unwrap_or_else(|| SearchPlace::beginning(ctx, claim)))
}

async fn keep(ctx: &TenantCtx, mark: &str, place: &SearchPlace) -> Result<(), Fault> {
    ctx.db.cache_put(CacheEntry::of(mark, ctx.clock.now(), place)).await
}
