//! Answers that say who was notified. Such an answer waits for the first try of each direct message, but no longer than
//! a few seconds. It calls no one notified before Slack has taken the message.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::commands::pending_answer::PendingAnswer;
use crate::commands::result::Reply;
use crate::commands::{reply_view, result_view};
use crate::core::delivery::{Awaited, DeliveryReport, DeliveryState, Receipt};
use crate::core::direct_message::DirectMessage;
use crate::core::error::Fault;
use crate::core::ids::SlackUserId;
use crate::core::request_context::{ReplyTarget, RequestContext};
use crate::core::{times, working_hours};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::direct::SendDirect;
use crate::jobs::outbox::message::Message;
use crate::jobs::outbox::private::{AnswerPrivately, answer};
use crate::jobs::outbox::{posting, private, redraw};
use crate::jobs::outcome::Outcome;
use crate::jobs::rate_limits;
use crate::people::directory;
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::db::{Claim, Effect, Queue};
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::blocks::kit::Content;
use crate::platform::slack::blocks::words;
use crate::platform::slack::client::RESPONSE_URL;

/// The longest time that an answer waits for its direct messages.
const DELIVERY_WAIT: Duration = Duration::from_secs(4);

/// Returns the answer to the requester: in the list whose button they pressed, or else as a message.
pub(crate) fn answer_in_place(ctx: &TenantCtx, claim: &Claim, requester: &RequestContext, content: Content) -> Effect {
    let in_list = redraw::redraw(ctx, claim, requester, &content);
    in_list.unwrap_or_else(|| answer(ctx, requester.addressee(), content))
}

/// Returns the answer to a requester for whom nothing was done, in the same place.
pub(crate) fn refusal_in_place(ctx: &TenantCtx, claim: &Claim, requester: &RequestContext, content: Content) -> Effect {
    let in_list = redraw::redraw(ctx, claim, requester, &content);
    in_list.unwrap_or_else(|| private::refusal(ctx, requester.addressee(), content))
}

/// Marks the direct messages, so that the requester learns their delivery states: in the answer, if
/// there is one. Returns the effect that gives the answer now, or stores it until the states are known.
pub(crate) async fn answer_when_told(
    ctx: &TenantCtx,
    claim: &Claim,
    requester: &RequestContext,
    say: Option<Reply>,
    directs: &mut [SendDirect],
    name_of: impl Fn(&SlackUserId) -> Option<String>,
) -> Result<Option<Effect>, Fault> {
    if !requester.via.has_a_reader() {
        return Ok(None);
    }
    let (act, id) = (posting::mark(claim), PendingAnswer::id(&requester.user, claim));
    let mut receipts = Vec::new();
    for SendDirect { user, notice, awaited } in directs {
        let name = called(ctx, user, name_of(user)).await?;
        // If the state cannot be foreseen now, the answer waits for the delivery instead of failing.
        let fate = foreseen(ctx, user, notice).await.unwrap_or_default();
        let act = fate.is_none().then(|| act.clone());
        let answer = (fate.is_none() && say.is_some()).then(|| id.clone());
        let (nth, requester) = (receipts.len(), requester.clone());
        *awaited = Some(Box::new(Awaited { answer, nth, act, requester, name: name.clone() }));
        receipts.push(Receipt { name, fate });
    }
    let Some(say) = say else { return Ok(None) };
    let pending = PendingAnswer { requester: requester.clone(), say, receipts };
    if pending.is_complete() {
        return Ok(Some(complete(ctx, claim, pending)));
    }
    let until = times::later(ctx.clock.now(), DELIVERY_WAIT);
    Ok(Some(documents::put_due(ctx, &id, &pending, Some(until))))
}

async fn called(ctx: &TenantCtx, user: &SlackUserId, name: Option<String>) -> Result<String, Fault> {
    match name {
        Some(name) => Ok(name),
        None => Ok(directory::name(ctx, user).await?.unwrap_or_else(|| user.to_string())),
    }
}

/// Returns what follows from the delivery state of a direct message for its sender.
pub(crate) fn report_fate(
    ctx: &TenantCtx,
    awaited: Option<&Awaited>,
    notice: &DirectMessage,
    fate: DeliveryState,
) -> Option<Effect> {
    let of = awaited?.clone();
    let is_refused = matches!(fate, DeliveryState::Never(_));
    let arrival = DeliveryReport { of, about: notice.about(), fate };
    match &arrival.of.answer {
        Some(answer) => {
            let answer = answer.clone();
            Some(ctx.say(&ReportDelivery { answer, arrival: Some(Box::new(arrival)) }))
        }
        None => is_refused.then(|| not_notified(ctx, arrival)).flatten(),
    }
}

/// Returns the effect that gives an answer, with the delivery states that are known.
fn complete(ctx: &TenantCtx, claim: &Claim, pending: PendingAnswer) -> Effect {
    let (requester, say) = pending.complete();
    let list = requester.list.as_ref().map(|list| &list.query);
    let content = reply_view::content(&say, list);
    if say.did_nothing() {
        return refusal_in_place(ctx, claim, &requester, content);
    }
    answer_in_place(ctx, claim, &requester, content)
}

/// Gives an answer now, as part of this job, which saves a job of its own. Returns what follows from it. If Slack refuses
/// it, or this is not the first try, or it is given in a list, the job for answers gives it.
async fn give(ctx: &TenantCtx, claim: &Claim, pending: PendingAnswer) -> Result<Vec<Effect>, SlackError> {
    if claim.attempt > 1 || pending.requester.list.is_some() {
        if claim.outcome_unknown && pending.requester.list.is_none() {
            ctx.metrics.repeated_blindly(RESPONSE_URL);
        }
        return Ok(vec![complete(ctx, claim, pending)]);
    }
    let (requester, say) = pending.clone().complete();
    let (to, content, is_refusal) = (requester.addressee(), reply_view::content(&say, None), say.did_nothing());
    match (AnswerPrivately { to, content, is_refusal }).deliver(ctx, claim).await {
        Ok(given) => Ok(given.effects),
        Err(SlackError::Refused(_)) => Ok(vec![complete(ctx, claim, pending)]),
        Err(fault) => Err(fault),
    }
}

/// The delivery state of a direct message, for the answer that waits for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReportDelivery {
    /// The id of the pending answer.
    pub(crate) answer: String,
    /// The state; `None` if the answer has waited long enough.
    pub(crate) arrival: Option<Box<DeliveryReport>>,
}

impl JobKind for ReportDelivery {
    const KIND: &'static str = "report_delivery.v1";
    const QUEUE: Queue = Queue::Outbox;

    /// Returns the partition key of its reader's private messages: answers keep their order, and come after a notice
    /// that the command waits.
    fn key(&self) -> String {
        private::private_key(&PendingAnswer::reader(&self.answer))
    }

    fn fairness_key(&self) -> String {
        PendingAnswer::reader(&self.answer).to_string()
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::unlimited(RESPONSE_URL)]
    }
}

impl Message for ReportDelivery {
    /// Notes the delivery state of a direct message. Gives the answer if there is nothing left to wait for.
    async fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, SlackError> {
        let Self { answer, arrival } = self;
        let kept = documents::stored::<PendingAnswer>(ctx, answer).await?;
        let due = kept.as_ref().and_then(|kept| kept.due);
        let Some(mut pending) = kept.as_ref().and_then(documents::readable::<PendingAnswer>) else {
            let refused = arrival.as_deref().filter(|arrival| matches!(arrival.fate, DeliveryState::Never(_)));
            let told = refused.and_then(|refused| not_notified(ctx, refused.clone()));
            return Ok(Outcome::done(told.into_iter().collect()));
        };
        if let Some(arrival) = arrival {
            pending.note(arrival.of.nth, arrival.fate.clone());
        }
        if arrival.is_some() && !pending.is_complete() {
            return Ok(Outcome::done(vec![documents::put_due(ctx, answer, &pending, due)]));
        }
        let mut effects = vec![documents::remove::<PendingAnswer>(answer)];
        effects.extend(give(ctx, claim, pending).await?);
        Ok(Outcome::done(effects))
    }
}

/// Tells a sender whose answer was already given, or who needed none, that a direct message was refused.
fn not_notified(ctx: &TenantCtx, arrival: DeliveryReport) -> Option<Effect> {
    let DeliveryState::Never(why) = arrival.fate else { return None };
    let sentence = result_view::couldnt_be_notified(&arrival.of.name, arrival.about.as_ref(), &why);
    let mut to = arrival.of.requester.addressee();
    // The earlier answer stays, and an assistant's call has taken it.
    to.call = None;
    to.reply = to.reply.map(|reply| ReplyTarget { replace: false, ..reply });
    Some(answer(ctx, to, words::sentence(&sentence)))
}

/// Returns the delivery state that the reader's notification preferences already decide, if they decide one.
pub(crate) async fn foreseen(
    ctx: &TenantCtx,
    user: &SlackUserId,
    notice: &DirectMessage,
) -> Result<Option<DeliveryState>, Fault> {
    let preferences = documents::preferences(ctx, user).await?;
    if !preferences.want(notice) {
        return Ok(Some(DeliveryState::Unwanted));
    }
    let Some(quiet) = preferences.quiet else { return Ok(None) };
    let zone = directory::zone(ctx, user).await?;
    Ok(quiet.until(ctx.clock.now(), &working_hours::zone(zone.as_deref())).map(DeliveryState::Later))
}
