//! Private answers: only the requester sees them, where they asked.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use tracing::warn;

use crate::core::error::Fault;
use crate::core::ids::{SlackUserId, ToolCallId};
use crate::core::request_context::{Addressee, ReplyTarget};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::job::JobKind;
use crate::jobs::lease;
use crate::jobs::outbox::message::Message;
use crate::jobs::outbox::tool_answer::ToolAnswer;
use crate::jobs::outbox::{posting, tool_answer};
use crate::jobs::outcome::Outcome;
use crate::jobs::rate_limits;
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::db::{CacheEntry, CacheKind, Claim, Effect, Queue};
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::blocks::kit::{Block, Content};
use crate::platform::slack::client::{RESPONSE_URL, Thread};

/// The number of tries of a response URL after which the answer goes another way. One broken URL must not hold up the
/// other messages to its person.
const TRIES_OF_A_URL: u32 = 4;

/// The same if the last try got no response, because waiting for it took time.
const UNHEARD_TRIES_OF_A_URL: u32 = 2;

/// An answer that only the requester sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AnswerPrivately {
    /// The receiver.
    pub to: Addressee,
    /// The answer.
    pub content: Content,
    /// True if it says why nothing was done, or asks what to do.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_refusal: bool,
}

impl AnswerPrivately {
    /// Returns an answer to something that was done or shown.
    pub(crate) fn to(to: Addressee, content: Content) -> Self {
        Self { to, content, is_refusal: false }
    }
}

/// A notice that the requester's command waits until a service answers again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NotifyDelay {
    /// The receiver.
    pub to: Addressee,
    /// The notice.
    pub content: Content,
    /// An id of the waiting command. Commands that were given at once share it, so that the requester reads this once.
    pub once: String,
}

/// Returns the effect that answers a person privately.
pub fn answer(ctx: &TenantCtx, to: Addressee, content: Content) -> Effect {
    ctx.say(&AnswerPrivately::to(to, content))
}

/// Returns the effect that tells a person privately why nothing was done, or asks what to do.
pub(crate) fn refusal(ctx: &TenantCtx, to: Addressee, content: Content) -> Effect {
    ctx.say(&AnswerPrivately { to, content, is_refusal: true })
}

impl JobKind for AnswerPrivately {
    const KIND: &'static str = "answer_privately.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        private_key(&self.to.user)
    }

    fn fairness_key(&self) -> String {
        self.to.user.to_string()
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::unlimited(RESPONSE_URL)]
    }
}

impl JobKind for NotifyDelay {
    const KIND: &'static str = "notify_delay.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        private_key(&self.to.user)
    }

    fn fairness_key(&self) -> String {
        self.to.user.to_string()
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::unlimited(RESPONSE_URL)]
    }
}

/// Returns the partition key of the private messages to a person.
pub(crate) fn private_key(user: &SlackUserId) -> String {
    format!("private:{user}")
}

impl Message for AnswerPrivately {
    async fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, SlackError> {
        if let Some(call) = &self.to.call {
            return Ok(Outcome::done(vec![for_call(ctx, call, self)]));
        }
        answer_privately(ctx, claim, &self.to, &dated(&self.to, &self.content)).await?;
        Ok(Outcome::done(Vec::new()))
    }
}

impl Message for NotifyDelay {
    async fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, SlackError> {
        if is_first_to_say(ctx, claim, &self.once).await? {
            if let Some(call) = &self.to.call {
                let notice = AnswerPrivately::to(self.to.clone(), self.content.clone());
                return Ok(Outcome::done(vec![for_call(ctx, call, &notice)]));
            }
            answer_privately(ctx, claim, &self.to, &dated(&self.to, &self.content)).await?;
        }
        Ok(Outcome::done(Vec::new()))
    }
}

/// Returns the effect that keeps an answer for the assistant's call that waits for it.
fn for_call(ctx: &TenantCtx, call: &ToolCallId, answer: &AnswerPrivately) -> Effect {
    let AnswerPrivately { to, content, is_refusal } = answer;
    let answer = ToolAnswer { user: to.user.clone(), content: content.clone(), is_refusal: *is_refusal };
    tool_answer::keep(ctx, call, &answer)
}

/// Answers a person privately: through the response URL while it lives and has not failed too often, else in the
/// channel, else by direct message.
pub(crate) async fn answer_privately(
    ctx: &TenantCtx,
    claim: &Claim,
    to: &Addressee,
    content: &Content,
) -> Result<(), SlackError> {
    let tries = if claim.outcome_unknown { UNHEARD_TRIES_OF_A_URL } else { TRIES_OF_A_URL };
    let lives = |answer: &&ReplyTarget| answer.until > ctx.clock.now() && claim.attempt <= tries;
    if claim.outcome_unknown {
        // Only one person sees the message, so the app cannot check whether the last try got through.
        ctx.metrics.repeated_blindly(RESPONSE_URL);
    }
    if let Some(answer) = to.reply.as_ref().filter(lives) {
        let by = lease::ensure(ctx, claim).await?;
        match ctx.slack.with_deadline(by).respond(&answer.url, content, answer.replace).await {
            Err(SlackError::Refused(code)) => warn!(code, "response URL refused the answer"),
            other => return other,
        }
    }
    match answer_in_channel(ctx, claim, to, content).await {
        Some(Err(SlackError::Refused(code))) => warn!(code, "channel refused the private answer"),
        Some(other) => return other,
        None => {}
    }
    posting::post_to(ctx, claim, &to.user, content).await.map(drop)
}

/// Answers where the person asked: in the channel for them alone, or in the thread of their direct message. Returns
/// nothing if they asked in neither.
async fn answer_in_channel(
    ctx: &TenantCtx,
    claim: &Claim,
    to: &Addressee,
    content: &Content,
) -> Option<Result<(), SlackError>> {
    let channel = to.channel.as_ref()?;
    if channel.is_direct() {
        let thread = Thread { of: to.thread.as_ref()?, aloud: false };
        return Some(posting::post_once(ctx, claim, channel.as_str(), Some(thread), content).await.map(drop));
    }
    let by = match lease::ensure(ctx, claim).await {
        Ok(by) => by,
        Err(fault) => return Some(Err(fault.into())),
    };
    Some(ctx.slack.with_deadline(by).post_ephemeral(channel, to.thread.as_ref(), &to.user, content).await)
}

/// Answers whether this notice is the one that tells a person that their command waits. Several commands requested at
/// once share one notice. A try without a response is not repeated: the app cannot check whether it got through, and
/// the answer to the command comes in any case.
async fn is_first_to_say(ctx: &TenantCtx, claim: &Claim, once: &str) -> Result<bool, Fault> {
    let said_by = ctx.db.cache_get(CacheKind::Waits, once).await?.map(|said| said.body);
    if let Some(by) = said_by {
        return Ok(by == posting::mark(claim) && !claim.outcome_unknown);
    }
    ctx.db.cache_put(CacheEntry::new(CacheKind::Waits, once, ctx.clock.now(), posting::mark(claim))).await?;
    Ok(true)
}

/// Returns the content, with the reason for the delay if it answers a deferred command.
fn dated<'a>(to: &Addressee, content: &'a Content) -> Cow<'a, Content> {
    if !to.late {
        return Cow::Borrowed(content);
    }
    let why = "This command was kept until the link to dialnote was made:";
    let blocks = std::iter::once(Block::small(why)).chain(content.blocks.iter().cloned()).collect();
    Cow::Owned(Content { blocks, ..content.clone() })
}
