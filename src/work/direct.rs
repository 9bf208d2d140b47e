//! Direct messages. What comes close together is told in one, unless a sender waits for an alert. What its reader
//! does not want is not told, and what comes in quiet hours waits until they are over.

use crate::work::answers;
use crate::work::changes;
use crate::work::people;
use crate::work::standing;
use crate::work::unreachable;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::delivery::{Awaited, DeliveryState, may_join};
use crate::domain::direct_message::DirectMessage;
use crate::domain::hours;
use crate::domain::message::Answer;
use crate::domain::request_context::Addressee;
use crate::error::Fault;
use crate::ids::{ChannelId, ConversationId, MessageTs, SlackUserId};
use crate::slack::answer::SlackError;
use crate::slack::client::Posted;
use crate::slack::codes;
use crate::slack::seek::SearchOutcome;
use crate::store::{CacheEntry, Claim, Effect, Verdict};
use crate::view::kit::Content;
use crate::view::notice::{self, Occasion};
use crate::work::outbox::mark;
use crate::work::outcome::Outcome;
use crate::work::{TenantCtx, later};

/// How close together several have to be to be told in one message, where an edit of it is enough.
const MERGE_WINDOW: Duration = Duration::from_secs(5);

/// How many are told in one message.
const MAX_PER_MESSAGE: usize = 10;

/// A direct message that was sent (a cache entry), by channel and name.
const SENT: &str = "direct";

/// The name of the last direct message to somebody (a cache entry), by reader.
const LAST: &str = "direct_last";

/// The channel of the direct messages with somebody (a cache entry), by user.
const CHANNEL: &str = "direct_channel";

/// For how long a message is known by which its reader can act, beyond the two days after which cache entries are swept:
/// such a message is dated by as much later, also when nothing is left to be done, because an older cache entry never
/// replaces a newer one.
pub(super) const STANDS_FOR: Duration = Duration::from_hours(5 * 24);

/// A direct message that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sent {
    /// Where it is.
    pub(super) channel: ChannelId,
    /// Its name there.
    pub(super) ts: MessageTs,
    /// When it was sent.
    pub(super) at: Timestamp,
    /// What it says.
    pub(super) told: Occasion,
    /// The marks of the jobs that said it.
    #[serde(default)]
    pub(super) marks: Vec<String>,
    /// The act that its reader was alerted of when it was posted, if someone waited for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) posted_for: Option<String>,
}

/// Tells somebody something, now or when they rest no more.
pub(super) async fn tell(
    ctx: &TenantCtx,
    claim: &Claim,
    user: &SlackUserId,
    notice: &DirectMessage,
    awaited: Option<&Awaited>,
) -> Result<Outcome, SlackError> {
    let report = |fate| answers::report_fate(ctx, awaited, notice, fate);
    match foreseen(ctx, user, notice).await? {
        Some(DeliveryState::Later(due)) => {
            let cause = "its reader has quiet hours".to_owned();
            let verdict = Verdict::Retry { due, cause, outcome_unknown: claim.outcome_unknown };
            return Ok(Outcome { verdict, effects: report(DeliveryState::Later(due)).into_iter().collect() });
        }
        Some(fate) => return Ok(Outcome::done(report(fate).into_iter().collect())),
        None => {}
    }
    let sent = say_directly(ctx, claim, user, notice, awaited).await?;
    let mut effects = vec![remember(&sent), remember_last(user, &sent)];
    effects.extend(standing::stands(ctx, user, &sent, &notice.given()).await?);
    effects.extend(unreachable::is_reached(ctx, user).await?);
    effects.extend(report(DeliveryState::Taken));
    Ok(Outcome::done(effects))
}

/// What becomes of a direct message, if its reader's wishes say so.
pub(super) async fn foreseen(
    ctx: &TenantCtx,
    user: &SlackUserId,
    notice: &DirectMessage,
) -> Result<Option<DeliveryState>, Fault> {
    let preferences = changes::preferences(ctx, user).await?;
    if !preferences.want(notice) {
        return Ok(Some(DeliveryState::Unwanted));
    }
    let Some(quiet) = preferences.quiet else { return Ok(None) };
    let zone = people::zone(ctx, user).await?;
    Ok(quiet.until(ctx.clock.now(), &hours::zone(zone.as_deref())).map(DeliveryState::Later))
}

/// Adds a notice to the last message, if that was sent just now and an edit is enough, else posts it. What an
/// earlier try said unheard is looked for and not said again.
async fn say_directly(
    ctx: &TenantCtx,
    claim: &Claim,
    user: &SlackUserId,
    notice: &DirectMessage,
    awaited: Option<&Awaited>,
) -> Result<Sent, SlackError> {
    let mark = mark(claim);
    let mut is_unknowable = false;
    if claim.outcome_unknown {
        let (channel, _) = channel_with(ctx, user).await?;
        match ctx.slack.find(&channel, None, &mark, claim.accepted).await? {
            SearchOutcome::There(posted) => return Ok(said_unheard(ctx, claim, posted, notice, awaited).await?),
            SearchOutcome::NotThere => {}
            SearchOutcome::Unknowable => is_unknowable = true,
        }
    }
    let last = just_sent(ctx, user).await?;
    if let Some(mut sent) = last.filter(|last| may_join(awaited, last.posted_for.as_deref())) {
        sent.told.add(notice);
        sent.marks.push(mark.clone());
        // Long notes are said in messages of their own.
        if let Some(content) = notice::whole_message(&sent.told, &ctx.links)
            && show(ctx, claim, &sent, &content).await?
        {
            return Ok(sent);
        }
    }
    if is_unknowable {
        ctx.metrics.repeated_blindly("chat.postMessage");
    }
    let told = Occasion { notices: vec![notice.clone()], answers: Vec::new() };
    let content = notice::message(&told, &ctx.links);
    let Posted { channel, ts } = post_to(ctx, claim, user, &content).await?;
    let posted_for = act_of(awaited);
    Ok(Sent { channel, ts, at: ctx.clock.now(), told, marks: vec![mark], posted_for })
}

/// The message in which an earlier try of the same job said it.
async fn said_unheard(
    ctx: &TenantCtx,
    claim: &Claim,
    posted: Posted,
    notice: &DirectMessage,
    awaited: Option<&Awaited>,
) -> Result<Sent, Fault> {
    let Posted { channel, ts } = posted;
    let (at, mark) = (ctx.clock.now(), mark(claim));
    let kept = sent(ctx, &channel, &ts).await?;
    let mut sent = kept.unwrap_or_else(|| {
        let (told, marks, posted_for) = (Occasion::default(), Vec::new(), act_of(awaited));
        Sent { channel, ts, at, told, marks, posted_for }
    });
    if !sent.marks.contains(&mark) {
        sent.told.add(notice);
        sent.marks.push(mark);
    }
    Ok(sent)
}

/// Posts a direct message. A channel that Slack no longer takes is opened again, once.
pub(super) async fn post_to(
    ctx: &TenantCtx,
    claim: &Claim,
    user: &SlackUserId,
    content: &Content,
) -> Result<Posted, SlackError> {
    let (channel, is_remembered) = channel_with(ctx, user).await?;
    let by = ctx.ensure_lease(claim).await?;
    match ctx.slack.with_deadline(by).post(&channel, content, None, &mark(claim)).await {
        Err(SlackError::Refused(code)) if is_remembered && code == codes::NO_CHANNEL => {}
        other => return other,
    }
    let channel = open_with(ctx, user).await?;
    let by = ctx.ensure_lease(claim).await?;
    ctx.slack.with_deadline(by).post(&channel, content, None, &mark(claim)).await
}

/// The channel of the direct messages with somebody, and whether it was remembered.
async fn channel_with(ctx: &TenantCtx, user: &SlackUserId) -> Result<(String, bool), SlackError> {
    match ctx.db.cache_get(CHANNEL, user.as_str()).await? {
        Some(kept) => Ok((kept.body, true)),
        None => Ok((open_with(ctx, user).await?, false)),
    }
}

/// Opens the direct messages with somebody. Where that is not permitted the user's id stands for the channel
/// (docs/contracts/slack.md §15.1).
async fn open_with(ctx: &TenantCtx, user: &SlackUserId) -> Result<String, SlackError> {
    let channel = match ctx.slack.direct(user).await {
        Ok(channel) => channel.to_string(),
        Err(SlackError::Fault(Fault::Unauthorized { cause, .. })) if cause.starts_with("missing_scope") => {
            return Ok(user.to_string());
        }
        Err(error) => return Err(error),
    };
    let (kind, id) = (CHANNEL.to_owned(), user.to_string());
    let cache_entry = CacheEntry { kind, id, alias: None, at: ctx.clock.now(), body: channel.clone() };
    ctx.db.cache_put(cache_entry).await?;
    Ok(channel)
}

/// Shows in a direct message what its reader answered. Answers what is to be stored then; nothing, if
/// it cannot be shown there.
pub(super) async fn show_answer(
    ctx: &TenantCtx,
    claim: &Claim,
    to: &Addressee,
    ts: &MessageTs,
    answered: (ConversationId, Answer),
) -> Result<Option<Effect>, SlackError> {
    let Some(channel) = &to.channel else { return Ok(None) };
    let Some(mut sent) = sent(ctx, channel, ts).await? else { return Ok(None) };
    sent.told.answers.push(answered);
    let there = show(ctx, claim, &sent, &notice::message(&sent.told, &ctx.links)).await?;
    Ok(there.then(|| remember(&sent)))
}

/// Shows what a message says by now. Answers whether it is still there.
pub(super) async fn show(ctx: &TenantCtx, claim: &Claim, sent: &Sent, content: &Content) -> Result<bool, SlackError> {
    let by = ctx.ensure_lease(claim).await?;
    match ctx.slack.with_deadline(by).add_to((&sent.channel, &sent.ts), content, &sent.marks).await {
        Ok(()) => Ok(true),
        Err(SlackError::Refused(code)) if codes::is_message_gone(&code) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A message that was sent, if it is remembered.
pub(super) async fn sent(ctx: &TenantCtx, channel: &ChannelId, ts: &MessageTs) -> Result<Option<Sent>, Fault> {
    let kept = ctx.db.cache_get(SENT, &format!("{channel}:{ts}")).await?;
    Ok(kept.and_then(|kept| serde_json::from_str(&kept.body).ok()))
}

/// The last message to somebody, if more can be told in it.
async fn just_sent(ctx: &TenantCtx, user: &SlackUserId) -> Result<Option<Sent>, Fault> {
    let Some(last) = ctx.db.cache_get(LAST, user.as_str()).await? else { return Ok(None) };
    if later(last.at, MERGE_WINDOW) <= ctx.clock.now() {
        return Ok(None);
    }
    let kept = ctx.db.cache_get(SENT, &last.body).await?;
    let sent = kept.and_then(|kept| serde_json::from_str::<Sent>(&kept.body).ok());
    Ok(sent.filter(|sent| sent.told.notices.len() < MAX_PER_MESSAGE))
}

/// The act that a message to be posted alerts its reader of.
fn act_of(awaited: Option<&Awaited>) -> Option<String> {
    awaited.and_then(Awaited::alerts_for).map(str::to_owned)
}

/// What a message says, to be stored with the verdict: whoever lost the job meanwhile knows only what it
/// said before others added to it.
pub(super) fn remember(sent: &Sent) -> Effect {
    let at = if sent.told.given().is_empty() { sent.at } else { later(sent.at, STANDS_FOR) };
    let (kind, id) = (SENT.to_owned(), format!("{}:{}", sent.channel, sent.ts));
    let body = serde_json::to_string(sent).unwrap_or_default();
    Effect::CachePut(CacheEntry { kind, id, alias: None, at, body })
}

/// That it is the last one to its reader. It stays as old as it is: what is added to a message alerts nobody, so
/// that is done for a short time only.
fn remember_last(user: &SlackUserId, sent: &Sent) -> Effect {
    let (kind, id) = (LAST.to_owned(), user.to_string());
    Effect::CachePut(CacheEntry { kind, id, alias: None, at: sent.at, body: format!("{}:{}", sent.channel, sent.ts) })
}
