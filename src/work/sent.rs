//! Direct messages that were sent, as they are remembered, so that they can be changed.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::Fault;
use crate::ids::{ChannelId, MessageTs};
use crate::slack::answer::SlackError;
use crate::slack::codes;
use crate::store::{CacheEntry, Claim, Effect};
use crate::view::kit::Content;
use crate::view::notice::Occasion;
use crate::work::ctx::TenantCtx;
use crate::work::times;

/// A direct message that was sent (a cache entry), by channel and name.
pub(crate) const SENT: &str = "direct";

/// For how long a message is known by which its reader can act, beyond the two days after which cache entries are swept:
/// such a message is dated by as much later, also when nothing is left to be done, because an older cache entry never
/// replaces a newer one.
pub(crate) const STANDS_FOR: Duration = Duration::from_hours(5 * 24);

/// A direct message that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sent {
    /// Where it is.
    pub(crate) channel: ChannelId,
    /// Its name there.
    pub(crate) ts: MessageTs,
    /// When it was sent.
    pub(crate) at: Timestamp,
    /// What it says.
    pub(crate) told: Occasion,
    /// The marks of the jobs that said it.
    #[serde(default)]
    pub(crate) marks: Vec<String>,
    /// The act that its reader was alerted of when it was posted, if someone waited for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) posted_for: Option<String>,
}

/// Shows what a message says by now. Answers whether it is still there.
pub(crate) async fn show(ctx: &TenantCtx, claim: &Claim, sent: &Sent, content: &Content) -> Result<bool, SlackError> {
    let by = ctx.ensure_lease(claim).await?;
    match ctx.slack.with_deadline(by).add_to((&sent.channel, &sent.ts), content, &sent.marks).await {
        Ok(()) => Ok(true),
        Err(SlackError::Refused(code)) if codes::is_message_gone(&code) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A message that was sent, if it is remembered.
pub(crate) async fn sent(ctx: &TenantCtx, channel: &ChannelId, ts: &MessageTs) -> Result<Option<Sent>, Fault> {
    let kept = ctx.db.cache_get(SENT, &format!("{channel}:{ts}")).await?;
    Ok(kept.and_then(|kept| serde_json::from_str(&kept.body).ok()))
}

/// What a message says, to be stored with the verdict: whoever lost the job meanwhile knows only what it
/// said before others added to it.
pub(crate) fn remember(sent: &Sent) -> Effect {
    let at = if sent.told.given().is_empty() { sent.at } else { times::later(sent.at, STANDS_FOR) };
    let (kind, id) = (SENT.to_owned(), format!("{}:{}", sent.channel, sent.ts));
    let body = serde_json::to_string(sent).unwrap_or_default();
    Effect::CachePut(CacheEntry { kind, id, alias: None, at, body })
}
