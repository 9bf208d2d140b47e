//! Direct messages. Notices that come close together share one message, unless a sender waits for an alert. A notice
//! that its reader does not want is not sent, and a notice in quiet hours waits until they are over.

use std::time::Duration;

use crate::channels::waits;
use crate::commands::answers;
use crate::core::delivery::{Awaited, DeliveryState, may_join};
use crate::core::direct_message::DirectMessage;
use crate::core::error::Fault;
use crate::core::ids::SlackUserId;
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::outbox::direct::{MarkDirect, SendDirect, ShowAnswer};
use crate::jobs::outbox::message::Message;
use crate::jobs::outbox::search::SearchOutcome;
use crate::jobs::outbox::{posting, private, search};
use crate::jobs::outcome::Outcome;
use crate::notifications::occasion::Occasion;
use crate::notifications::sent::Sent;
use crate::notifications::{direct_view, sent, standing, unreachable};
use crate::platform::db::{CacheEntry, CacheKind, CachedFact, Claim, Effect, Verdict};
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::client::Posted;

/// The time within which notices share one message, where an edit of it is enough.
const MERGE_WINDOW: Duration = Duration::from_secs(5);

/// The maximum number of notices in one message.
const MAX_PER_MESSAGE: usize = 10;

impl Message for SendDirect {
    async fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, SlackError> {
        tell(ctx, claim, &self.user, &self.notice, self.awaited.as_deref()).await
    }

    async fn refused(&self, ctx: &TenantCtx, code: &str) -> Result<Vec<Effect>, Fault> {
        unreachable::cannot_notify(ctx, (&self.user, &self.notice), self.awaited.as_deref(), code).await
    }

    /// Reports to the sender that Slack did not take the message at the first try.
    fn will_retry(&self, ctx: &TenantCtx, claim: &Claim, fault: &Fault) -> Vec<Effect> {
        let fate = DeliveryState::NotYet { refused: matches!(fault, Fault::UnknownCode { .. }) };
        let report = || answers::report_fate(ctx, self.awaited.as_deref(), &self.notice, fate);
        (claim.attempt == 1).then(report).flatten().into_iter().collect()
    }

    fn given_up(&self, ctx: &TenantCtx) -> Vec<Effect> {
        unreachable::never_notified(ctx, &self.notice, self.awaited.as_deref()).into_iter().collect()
    }
}

impl Message for MarkDirect {
    async fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, SlackError> {
        standing::show_mark(ctx, claim, &self.user, &self.conversation, &self.answer).await.map(Outcome::done)
    }
}

impl Message for ShowAnswer {
    async fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, SlackError> {
        let shown = show_answer(ctx, claim, self).await?;
        if shown.is_none() {
            private::answer_privately(ctx, claim, &self.to, &self.otherwise).await?;
        }
        Ok(Outcome::done(shown.into_iter().collect()))
    }
}

/// Sends a person a notice, now or after their quiet hours.
async fn tell(
    ctx: &TenantCtx,
    claim: &Claim,
    user: &SlackUserId,
    notice: &DirectMessage,
    awaited: Option<&Awaited>,
) -> Result<Outcome, SlackError> {
    let report = |fate| answers::report_fate(ctx, awaited, notice, fate);
    // It may have waited for the end of quiet hours, while someone answered.
    if let Some((conversation, limit)) = notice.limit()
        && !claim.outcome_unknown
        && !waits::still_has(ctx, conversation, limit).await?
    {
        return Ok(Outcome::done(Vec::new()));
    }
    match answers::foreseen(ctx, user, notice).await? {
        Some(DeliveryState::Later(due)) => {
            let cause = "its reader has quiet hours".to_owned();
            let verdict = Verdict::Retry { due, cause, outcome_unknown: claim.outcome_unknown };
            return Ok(Outcome { verdict, effects: report(DeliveryState::Later(due)).into_iter().collect() });
        }
        Some(fate) => return Ok(Outcome::done(report(fate).into_iter().collect())),
        None => {}
    }
    let sent = say_directly(ctx, claim, user, notice, awaited).await?;
    let mut effects = vec![sent::remember(&sent), remember_last(user, &sent)];
    effects.extend(standing::stands(ctx, user, &sent, &notice.given()).await?);
    effects.extend(unreachable::is_reached(ctx, user).await?);
    effects.extend(report(DeliveryState::Taken));
    Ok(Outcome::done(effects))
}

/// Adds a notice to the last message, if that was sent just now and an edit is enough. Otherwise posts it. If the
/// outcome of an earlier try is unknown, its message is looked for first, so that the notice is not repeated.
async fn say_directly(
    ctx: &TenantCtx,
    claim: &Claim,
    user: &SlackUserId,
    notice: &DirectMessage,
    awaited: Option<&Awaited>,
) -> Result<Sent, SlackError> {
    let mark = posting::mark(claim);
    let mut is_unknowable = false;
    if claim.outcome_unknown {
        let (channel, _) = posting::channel_with(ctx, user).await?;
        match search::search(ctx, claim, (&channel, None), &mark).await? {
            SearchOutcome::There(posted) => return Ok(said_unheard(ctx, claim, posted, notice, awaited).await?),
            SearchOutcome::NotThere => {}
            SearchOutcome::Unknowable => is_unknowable = true,
        }
    }
    let last = just_sent(ctx, user).await?;
    if let Some(mut sent) = last.filter(|last| may_join(awaited, last.posted_for.as_deref())) {
        sent.told.add(notice);
        sent.marks.push(mark.clone());
        // Long notes get messages of their own.
        if let Some(content) = direct_view::whole_message(&sent.told, &ctx.links)
            && sent::show(ctx, claim, &sent, &content).await?
        {
            return Ok(sent);
        }
    }
    if is_unknowable {
        ctx.metrics.repeated_blindly("chat.postMessage");
    }
    let told = Occasion { notices: vec![notice.clone()], answers: Vec::new() };
    let content = direct_view::message(&told, &ctx.links);
    let Posted { channel, ts } = posting::post_to(ctx, claim, user, &content).await?;
    let posted_for = act_of(awaited);
    Ok(Sent { channel, ts, at: ctx.clock.now(), told, marks: vec![mark], posted_for })
}

/// Returns the message in which an earlier try of the same job sent the notice.
async fn said_unheard(
    ctx: &TenantCtx,
    claim: &Claim,
    posted: Posted,
    notice: &DirectMessage,
    awaited: Option<&Awaited>,
) -> Result<Sent, Fault> {
    let Posted { channel, ts } = posted;
    let (at, mark) = (ctx.clock.now(), posting::mark(claim));
    let kept = sent::sent(ctx, &channel, &ts).await?;
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

/// Shows in a direct message what its reader answered. Returns the effect that stores the message, or `None` if the
/// answer cannot be shown there.
async fn show_answer(ctx: &TenantCtx, claim: &Claim, shown: &ShowAnswer) -> Result<Option<Effect>, SlackError> {
    let ShowAnswer { to, ts, conversation, answer, .. } = shown;
    let Some(channel) = &to.channel else { return Ok(None) };
    let Some(mut sent) = sent::sent(ctx, channel, ts).await? else { return Ok(None) };
    sent.told.answers.push((conversation.clone(), answer.clone()));
    let there = sent::show(ctx, claim, &sent, &direct_view::message(&sent.told, &ctx.links)).await?;
    Ok(there.then(|| sent::remember(&sent)))
}

/// Returns the last message to a person, if it can take one more notice.
async fn just_sent(ctx: &TenantCtx, user: &SlackUserId) -> Result<Option<Sent>, Fault> {
    let Some(last) = ctx.db.cache_get(CacheKind::LastDirect, user.as_str()).await? else { return Ok(None) };
    if times::later(last.at, MERGE_WINDOW) <= ctx.clock.now() {
        return Ok(None);
    }
    let kept = ctx.db.cache_get(Sent::KIND, &last.body).await?;
    let sent = kept.and_then(|kept| kept.fact::<Sent>());
    Ok(sent.filter(|sent| sent.told.notices.len() < MAX_PER_MESSAGE))
}

/// Returns the act that a posted message alerts its reader of.
fn act_of(awaited: Option<&Awaited>) -> Option<String> {
    awaited.and_then(Awaited::alerts_for).map(str::to_owned)
}

/// Returns the effect that remembers a message as the last one to its reader. The message keeps its age: notices added
/// to it alert no one, so they are added for a short time only.
fn remember_last(user: &SlackUserId, sent: &Sent) -> Effect {
    let last = format!("{}:{}", sent.channel, sent.ts);
    Effect::CachePut(CacheEntry::new(CacheKind::LastDirect, user.as_str(), sent.at, last))
}
