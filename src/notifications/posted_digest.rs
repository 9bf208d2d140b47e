//! Posting digests, and keeping the last one of each channel up to date.

use serde::{Deserialize, Serialize};

use crate::channels::{privacy, routes};
use crate::core::card_view::Digest;
use crate::core::conversation::Conversation;
use crate::core::error::Fault;
use crate::core::event::ThreadEntry;
use crate::core::ids::{ChannelId, ConversationId, MessageTs};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::events::{ChannelClosed, ConversationChanged};
use crate::jobs::job::JobKind;
use crate::jobs::outbox::message::Message;
use crate::jobs::outbox::posting;
use crate::jobs::outcome::Outcome;
use crate::jobs::{emit, rate_limits};
use crate::notifications::digest_view;
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::db::{CacheEntry, CacheKind, CachedFact, Claim, Effect, NewJob, Queue};
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::client::Posted;
use crate::platform::slack::codes;

/// A digest or reminder for a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PostDigest {
    /// The channel.
    pub(crate) channel: ChannelId,
    /// The content.
    pub(crate) digest: Box<Digest>,
}

/// An update of a channel's digest: one of its conversations got an owner, or no longer needs one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SettleInDigest {
    /// The channel.
    channel: ChannelId,
    /// The conversation.
    conversation: ConversationId,
    /// The change; `None` if the conversation is unassigned again.
    line: Option<ThreadEntry>,
}

/// A digest that was posted.
#[derive(Serialize, Deserialize)]
struct PostedDigest {
    channel: ChannelId,
    ts: MessageTs,
    digest: Digest,
}

impl CachedFact for PostedDigest {
    const KIND: CacheKind = CacheKind::Digest;
}

impl JobKind for PostDigest {
    const KIND: &'static str = "post_digest.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        digest_key(&self.channel)
    }

    fn fairness_key(&self) -> String {
        self.channel.to_string()
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        rate_limits::posting(self.channel.as_str())
    }
}

impl JobKind for SettleInDigest {
    const KIND: &'static str = "settle_in_digest.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        digest_key(&self.channel)
    }

    fn fairness_key(&self) -> String {
        self.channel.to_string()
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::updating()]
    }
}

impl Message for PostDigest {
    async fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, SlackError> {
        let content = digest_view::message(&self.digest, &ctx.links, privacy::privacy(ctx, &self.channel).await?);
        let Posted { channel, ts } = posting::post_once(ctx, claim, self.channel.as_str(), None, &content).await?;
        Ok(Outcome::done(vec![told(&PostedDigest { channel, ts, digest: (*self.digest).clone() })]))
    }

    async fn refused(&self, ctx: &TenantCtx, code: &str) -> Result<Vec<Effect>, Fault> {
        if !codes::is_unwelcome(code) {
            return Ok(Vec::new());
        }
        let event = ChannelClosed { channel: self.channel.clone(), archived: code == codes::ARCHIVED };
        emit::channel_closed(ctx, &event).await
    }
}

impl Message for SettleInDigest {
    async fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, SlackError> {
        let Some(mut last) = told_last(ctx, &self.channel).await? else { return Ok(Outcome::done(Vec::new())) };
        last.digest.settled.retain(|(id, _)| *id != self.conversation);
        last.digest.settled.extend(self.line.clone().map(|line| (self.conversation.clone(), line)));
        let content = digest_view::message(&last.digest, &ctx.links, privacy::privacy(ctx, &self.channel).await?);
        posting::bring_up_to_date(ctx, claim, &self.channel, &last.ts, &content).await?;
        Ok(Outcome::done(vec![told(&last)]))
    }
}

/// Returns the jobs that show in the last digests of channels what happened to a conversation.
pub(crate) async fn settle_in_digests(ctx: &TenantCtx, changed: &ConversationChanged) -> Result<Vec<NewJob>, Fault> {
    let mut messages = Vec::new();
    for entry in &changed.entries {
        messages.extend(settled(ctx, &changed.now, entry).await?);
    }
    Ok(messages)
}

async fn settled(ctx: &TenantCtx, conversation: &Conversation, line: &ThreadEntry) -> Result<Vec<NewJob>, Fault> {
    let waits = conversation.is_open() && conversation.owner.is_none();
    let mut messages = Vec::new();
    for (channel, _) in routes::routed(ctx, conversation.line.as_ref()).await? {
        let told = told_last(ctx, &channel).await?;
        let id = &conversation.id;
        if told.is_some_and(|told| told.digest.waiting.iter().any(|card_view| card_view.conversation.id == *id)) {
            let line = (!waits).then(|| line.clone());
            messages.push(ctx.new_job(&SettleInDigest { channel, conversation: id.clone(), line }));
        }
    }
    Ok(messages)
}

async fn told_last(ctx: &TenantCtx, channel: &ChannelId) -> Result<Option<PostedDigest>, Fault> {
    let kept = ctx.db.cache_get(PostedDigest::KIND, channel.as_str()).await?;
    Ok(kept.and_then(|kept| kept.fact()))
}

/// Returns the effect that keeps a posted digest, or its content as it is now.
fn told(told: &PostedDigest) -> Effect {
    Effect::CachePut(CacheEntry::of(told.channel.as_str(), told.digest.at, told))
}

/// Returns the coalesce key of every job that posts or updates a digest in a channel.
pub(crate) fn digest_key(channel: &ChannelId) -> String {
    format!("digest:{channel}")
}
