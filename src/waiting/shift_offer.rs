//! The hand-off that is offered at a shift change: one message with the open conversations of the people who leave. It
//! shows who has taken which of them since.

use serde::{Deserialize, Serialize};

use crate::channels::{privacy, routes};
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
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::db::{CacheEntry, CacheKind, CachedFact, Claim, Effect, NewJob, Queue};
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::client::Posted;
use crate::platform::slack::codes;
use crate::waiting::brief::ShiftOffer;
use crate::waiting::brief_view;

/// A shift change to offer in a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PostShiftOffer {
    /// The channel.
    pub(crate) channel: ChannelId,
    /// The content.
    pub(crate) offer: Box<ShiftOffer>,
}

/// A change of a conversation that was offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SettleInOffer {
    channel: ChannelId,
    conversation: ConversationId,
    /// The change; `None` if it is as it was offered again.
    line: Option<ThreadEntry>,
}

/// An offer that was posted.
#[derive(Serialize, Deserialize)]
struct PostedOffer {
    channel: ChannelId,
    ts: MessageTs,
    offer: ShiftOffer,
}

impl CachedFact for PostedOffer {
    const KIND: CacheKind = CacheKind::ShiftOffer;
}

impl JobKind for PostShiftOffer {
    const KIND: &'static str = "post_shift.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        offer_key(&self.channel)
    }

    fn fairness_key(&self) -> String {
        self.channel.to_string()
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        rate_limits::posting(self.channel.as_str())
    }
}

impl JobKind for SettleInOffer {
    const KIND: &'static str = "settle_in_shift.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        offer_key(&self.channel)
    }

    fn fairness_key(&self) -> String {
        self.channel.to_string()
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::updating()]
    }
}

impl Message for PostShiftOffer {
    async fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, SlackError> {
        let content = brief_view::message(&self.offer, &ctx.links, privacy::privacy(ctx, &self.channel).await?);
        let Posted { channel, ts } = posting::post_once(ctx, claim, self.channel.as_str(), None, &content).await?;
        Ok(Outcome::done(vec![keep(&PostedOffer { channel, ts, offer: (*self.offer).clone() })]))
    }

    async fn refused(&self, ctx: &TenantCtx, code: &str) -> Result<Vec<Effect>, Fault> {
        if !codes::is_unwelcome(code) {
            return Ok(Vec::new());
        }
        let event = ChannelClosed { channel: self.channel.clone(), archived: code == codes::ARCHIVED };
        emit::channel_closed(ctx, &event).await
    }
}

impl Message for SettleInOffer {
    async fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, SlackError> {
        let Some(mut last) = last_offer(ctx, &self.channel).await? else { return Ok(Outcome::done(Vec::new())) };
        last.offer.settled.retain(|(id, _)| *id != self.conversation);
        last.offer.settled.extend(self.line.clone().map(|line| (self.conversation.clone(), line)));
        let content = brief_view::message(&last.offer, &ctx.links, privacy::privacy(ctx, &self.channel).await?);
        posting::bring_up_to_date(ctx, claim, &self.channel, &last.ts, &content).await?;
        Ok(Outcome::done(vec![keep(&last)]))
    }
}

/// Returns the jobs that show in the last offers of channels what happened to a conversation.
pub(crate) async fn settle_in_offers(ctx: &TenantCtx, changed: &ConversationChanged) -> Result<Vec<NewJob>, Fault> {
    let Some(entry) = changed.entries.last() else { return Ok(Vec::new()) };
    let mut messages = Vec::new();
    for (channel, _) in routes::routed(ctx, changed.now.line.as_ref()).await? {
        let offered = last_offer(ctx, &channel).await?.and_then(|last| last.offer.conversation(&changed.now.id));
        if let Some(offered) = offered {
            let line = (!is_as_offered(&changed.now, &offered)).then(|| entry.clone());
            let conversation = changed.now.id.clone();
            messages.push(ctx.new_job(&SettleInOffer { channel, conversation, line }));
        }
    }
    Ok(messages)
}

/// Answers whether a conversation is still open and owned by the person who leaves.
fn is_as_offered(now: &Conversation, offered: &Conversation) -> bool {
    now.is_open() && offered.owner.as_ref().is_some_and(|owner| now.is_owned_by(&owner.id))
}

async fn last_offer(ctx: &TenantCtx, channel: &ChannelId) -> Result<Option<PostedOffer>, Fault> {
    let kept = ctx.db.cache_get(PostedOffer::KIND, channel.as_str()).await?;
    Ok(kept.and_then(|kept| kept.fact()))
}

fn keep(posted: &PostedOffer) -> Effect {
    Effect::CachePut(CacheEntry::of(posted.channel.as_str(), posted.offer.at, posted))
}

fn offer_key(channel: &ChannelId) -> String {
    format!("shift_offer:{channel}")
}
