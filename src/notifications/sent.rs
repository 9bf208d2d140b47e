//! Sent direct messages, remembered so that they can be changed.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::error::Fault;
use crate::core::ids::{ChannelId, MessageTs};
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::lease;
use crate::notifications::occasion::Occasion;
use crate::platform::db::{CacheEntry, CacheKind, CachedFact, Claim, Effect};
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::blocks::kit::Content;
use crate::platform::slack::codes;

/// The time for which a message with buttons is remembered, beyond the two days after which cache entries are swept.
/// The entry of such a message has a date that is later by this time, also when nothing is left to be done, because an
/// older cache entry never replaces a newer one.
pub(crate) const STANDS_FOR: Duration = Duration::from_secs(5 * 24 * 60 * 60);

/// A direct message that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sent {
    /// The channel of the message.
    pub(crate) channel: ChannelId,
    /// Slack's timestamp, which names the message in its channel.
    pub(crate) ts: MessageTs,
    /// The time when it was sent.
    pub(crate) at: Timestamp,
    /// The content.
    pub(crate) told: Occasion,
    /// The marks of the jobs that posted or extended it.
    #[serde(default)]
    pub(crate) marks: Vec<String>,
    /// The act that the message was posted to report, if the requester waited for the delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) posted_for: Option<String>,
}

impl CachedFact for Sent {
    const KIND: CacheKind = CacheKind::Direct;
}

/// Updates a message to its current content. Answers whether the message is still there.
pub(crate) async fn show(ctx: &TenantCtx, claim: &Claim, sent: &Sent, content: &Content) -> Result<bool, SlackError> {
    let by = lease::ensure(ctx, claim).await?;
    match ctx.slack.with_deadline(by).add_to((&sent.channel, &sent.ts), content, &sent.marks).await {
        Ok(()) => Ok(true),
        Err(SlackError::Refused(code)) if codes::is_message_gone(&code) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Returns a sent message, if it is remembered.
pub(crate) async fn sent(ctx: &TenantCtx, channel: &ChannelId, ts: &MessageTs) -> Result<Option<Sent>, Fault> {
    let kept = ctx.db.cache_get(Sent::KIND, &format!("{channel}:{ts}")).await?;
    Ok(kept.and_then(|kept| kept.fact()))
}

/// Returns the effect that remembers the content of a message. It is stored with the verdict, because a worker that has
/// lost the job knows only the content before other jobs added to it.
pub(crate) fn remember(sent: &Sent) -> Effect {
    let at = if sent.told.given().is_empty() { sent.at } else { times::later(sent.at, STANDS_FOR) };
    Effect::CachePut(CacheEntry::of(&format!("{}:{}", sent.channel, sent.ts), at, sent))
}
