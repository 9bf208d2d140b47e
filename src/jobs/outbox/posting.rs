//! Posting a message once, although the first try may get no response.

use crate::core::error::Fault;
use crate::core::ids::{ChannelId, MessageTs, SlackUserId};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::lease;
use crate::jobs::outbox::search;
use crate::jobs::outbox::search::SearchOutcome;
use crate::platform::db::{CacheEntry, CacheKind, Claim};
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::blocks::kit::Content;
use crate::platform::slack::client::{Posted, Thread};
use crate::platform::slack::codes;

/// Updates a message. An earlier try without a response may have posted content that has been replaced since.
pub(crate) async fn bring_up_to_date(
    ctx: &TenantCtx,
    claim: &Claim,
    channel: &ChannelId,
    ts: &MessageTs,
    content: &Content,
) -> Result<(), SlackError> {
    let by = lease::ensure(ctx, claim).await?;
    match ctx.slack.with_deadline(by).update(channel, ts, content).await {
        Err(SlackError::Refused(code)) if codes::is_message_gone(&code) => Ok(()),
        other => other,
    }
}

/// Posts a message. If an earlier try may have got through, searches for its message first. Where the app may not
/// search, posts again and counts that.
pub(crate) async fn post_once(
    ctx: &TenantCtx,
    claim: &Claim,
    channel: &str,
    thread: Option<Thread<'_>>,
    content: &Content,
) -> Result<Posted, SlackError> {
    let mark = mark(claim);
    if claim.outcome_unknown {
        match search::search(ctx, claim, (channel, thread.map(|thread| thread.of)), &mark).await? {
            SearchOutcome::There(posted) => return Ok(posted),
            SearchOutcome::NotThere => {}
            SearchOutcome::Unknowable => ctx.metrics.repeated_blindly("chat.postMessage"),
        }
    }
    let by = lease::ensure(ctx, claim).await?;
    ctx.slack.with_deadline(by).post(channel, content, thread, &mark).await
}

/// Returns the mark by which a message of this job is recognized. It includes the time, because job ids start again
/// with a new database.
pub(crate) fn mark(claim: &Claim) -> String {
    format!("{}-{}", claim.id, claim.accepted.as_millisecond())
}

/// Posts a direct message. Opens the channel again, once, if Slack no longer takes the cached one.
pub(crate) async fn post_to(
    ctx: &TenantCtx,
    claim: &Claim,
    user: &SlackUserId,
    content: &Content,
) -> Result<Posted, SlackError> {
    let (channel, is_remembered) = channel_with(ctx, user).await?;
    let by = lease::ensure(ctx, claim).await?;
    match ctx.slack.with_deadline(by).post(&channel, content, None, &mark(claim)).await {
        Err(SlackError::Refused(code)) if is_remembered && code == codes::NO_CHANNEL => {}
        other => return other,
    }
    let channel = open_with(ctx, user).await?;
    let by = lease::ensure(ctx, claim).await?;
    ctx.slack.with_deadline(by).post(&channel, content, None, &mark(claim)).await
}

/// Returns the channel of the direct messages with a user, and whether it was cached.
pub(crate) async fn channel_with(ctx: &TenantCtx, user: &SlackUserId) -> Result<(String, bool), SlackError> {
    match ctx.db.cache_get(CacheKind::DirectChannel, user.as_str()).await? {
        Some(kept) => Ok((kept.body, true)),
        None => Ok((open_with(ctx, user).await?, false)),
    }
}

/// Opens the direct messages with a user and returns their channel. Returns the user's id where opening is not
/// permitted (docs/contracts/slack.md §15.1).
pub(crate) async fn open_with(ctx: &TenantCtx, user: &SlackUserId) -> Result<String, SlackError> {
    let channel = match ctx.slack.direct(user).await {
        Ok(channel) => channel.to_string(),
        Err(SlackError::Fault(Fault::Unauthorized { cause, .. })) if cause.starts_with("missing_scope") => {
            return Ok(user.to_string());
        }
        Err(error) => return Err(error),
    };
    let now = ctx.clock.now();
    ctx.db.cache_put(CacheEntry::new(CacheKind::DirectChannel, user.as_str(), now, channel.clone())).await?;
    Ok(channel)
}
