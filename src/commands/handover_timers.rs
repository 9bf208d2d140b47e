//! Hand-offs that wait for an answer. The receiver is reminded once, and then the conversation returns to the sender.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::commands::handover::Handover;
use crate::commands::job::CommandJob;
use crate::commands::plan::Progress;
use crate::core::about::About;
use crate::core::answer::AnswerBy;
use crate::core::availability::{Availability, Away};
use crate::core::command::{Action, Command};
use crate::core::conversation::ConversationRef;
use crate::core::direct_message::DirectMessage;
use crate::core::error::Fault;
use crate::core::event::Event;
use crate::core::ids::ConversationId;
use crate::core::request_context::{RequestContext, Via};
use crate::core::rules::Rules;
use crate::core::teammate::Teammate;
use crate::core::{job_keys, times, working_hours};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::lease;
use crate::jobs::outbox::direct::SendDirect;
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::{documents, job, rate_limits};
use crate::people::{acting, availability, directory};
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::db::{Claim, Effect, StoredDocument, Verdict};
use crate::sync::conversations;

/// The time between two looks at whether an absent receiver is back.
const LOOK_AGAIN: Duration = Duration::from_secs(15 * 60);

/// Returns the unanswered hand-off of a conversation, if there is one.
pub(crate) async fn handover(ctx: &TenantCtx, id: &ConversationId) -> Result<Option<Handover>, Fault> {
    documents::get(ctx, id.as_str()).await
}

/// Returns the effect that stores a new hand-off or drops an ended one after a plan was carried out, if there is one.
pub(crate) async fn remember_handover(
    ctx: &TenantCtx,
    progress: &Progress,
    directs: &[SendDirect],
    despite_absence: bool,
) -> Result<Option<Effect>, Fault> {
    let plan = &progress.plan;
    let id = &plan.before.id;
    let given = directs.iter().find_map(|direct| match &direct.notice {
        DirectMessage::YoursNow { note, handoff, .. } => Some((&direct.user, note, *handoff)),
        _ => None,
    });
    if let Some((receiver, note, handoff)) = given {
        let handover = Handover {
            giver: plan.requester.user.clone(),
            receiver: receiver.clone(),
            at: ctx.clock.now(),
            note: note.clone(),
            reminded: false,
            despite_absence,
        };
        return keep_handover(ctx, id, &handover, handoff).await.map(Some);
    }
    let ends = plan.act.is_answer() || matches!(plan.event(), Event::Done) || plan.from != plan.to;
    let drop = || documents::remove::<Handover>(id.as_str());
    Ok(ends.then(drop))
}

/// Returns the times by which a hand-off among these effects must be accepted, if it has any. The receiver is reminded
/// first and has as much time again before the conversation returns.
pub(crate) async fn answer_by(
    ctx: &TenantCtx,
    mut effects: impl Iterator<Item = &Effect>,
) -> Result<Option<AnswerBy>, Fault> {
    let kept = effects.find_map(|effect| match effect {
        Effect::PutDocument(document) if document.kind == Handover::KIND.name() => Some(document),
        _ => None,
    });
    let due = kept.and_then(|document| Some((documents::readable(document)?, document.due?)));
    match due {
        Some((handover, reminder)) => {
            Ok(time_to_answer(ctx, &handover, reminder).await?.map(|end| AnswerBy { reminder, end }))
        }
        None => Ok(None),
    }
}

/// Handles a hand-off that was not answered in time. Reminds the receiver the first time, and then returns the
/// conversation to the sender.
pub(crate) async fn handover_due(ctx: &TenantCtx, id: &ConversationId) -> Result<Outcome, Stop> {
    let Some(handover) = handover(ctx, id).await? else {
        return Ok(Outcome::done(Vec::new()));
    };
    let receiver = acting::teammate(ctx, &handover.receiver).await?;
    let conversation = conversations::look_at(ctx, id).await?;
    let theirs = receiver.as_ref().is_ok_and(|receiver| conversation.is_owned_by(&receiver.member));
    if !theirs || !conversation.is_open() {
        let drop = documents::remove::<Handover>(id.as_str());
        return Ok(Outcome::done(vec![drop]));
    }
    let until = time_to_answer(ctx, &handover, ctx.clock.now()).await?;
    if until.is_none() {
        // No answer is expected now: the rules or the receiver's notification preferences have changed.
        return Ok(Outcome::done(vec![keep_handover(ctx, id, &handover, false).await?]));
    }
    let away = match availability::of_user(ctx, &handover.receiver, None).await? {
        Availability::Away(why) => Some(why),
        Availability::Here => None,
    };
    if handover.despite_absence && !handover.reminded {
        // The sender knew of the absence: the time to answer begins when the receiver is back.
        let next = match &away {
            Some(why) => look_again(ctx, id, &handover, why),
            None => keep_handover(ctx, id, &Handover { despite_absence: false, ..handover }, true).await?,
        };
        return Ok(Outcome::done(vec![next]));
    }
    if handover.reminded {
        let requester = RequestContext::of(handover.receiver, Via::Timer);
        let command = Command { act: Action::Return, which: ConversationRef::Id(id.clone()), note: String::new() };
        let job = CommandJob::new(requester, command);
        let verdict = Verdict::Continue { body: job::encode(&job), until: lease::end(ctx) };
        return Ok(Outcome { verdict, effects: Vec::new() });
    }
    let actor = directory::name(ctx, &handover.giver).await?.unwrap_or_else(|| "Someone".to_owned());
    let (about, note) = (About::from(&conversation), handover.note.clone());
    let notice = DirectMessage::Reminder { actor, about, note, until };
    let reminder = ctx.say(&SendDirect::new(handover.receiver.clone(), notice));
    let reminded = Handover { reminded: true, ..handover };
    // A receiver who is away would not read the reminder. The conversation still returns in time, so that it isn't
    // left with someone who can't answer.
    let reminder = away.is_none().then_some(reminder);
    Ok(Outcome::done(reminder.into_iter().chain([keep_handover(ctx, id, &reminded, true).await?]).collect()))
}

/// Returns the effect that has the receiver looked for again: when they are back, as far as that is known.
fn look_again(ctx: &TenantCtx, id: &ConversationId, handover: &Handover, why: &Away) -> Effect {
    let again = times::later(ctx.clock.now(), LOOK_AGAIN);
    let due = why.until().map_or(again, |until| until.min(again));
    documents::put_due(ctx, id.as_str(), handover, Some(due))
}

/// Returns the effect that stores a hand-off, with the time by which an answer is expected, if one is.
async fn keep_handover(
    ctx: &TenantCtx,
    id: &ConversationId,
    handover: &Handover,
    is_timed: bool,
) -> Result<Effect, Fault> {
    let due = if is_timed { time_to_answer(ctx, handover, ctx.clock.now()).await? } else { None };
    Ok(documents::put_due(ctx, id.as_str(), handover, due))
}

async fn time_to_answer(ctx: &TenantCtx, handover: &Handover, from: Timestamp) -> Result<Option<Timestamp>, Fault> {
    let rules = documents::rules(ctx).await?;
    let Some(patience) = rules.patience() else { return Ok(None) };
    if documents::preferences(ctx, &handover.receiver).await?.keeps {
        return Ok(None);
    }
    let receiver = acting::teammate(ctx, &handover.receiver).await?;
    let zone = receiver.ok().and_then(|Teammate { zone, .. }| zone);
    let Rules { working, .. } = rules;
    Ok(Some(working.after(from, patience, &working_hours::zone(zone.as_deref()))))
}

impl JobKind for HandoverDue {
    const KIND: &'static str = "handover.v1";
    const NEEDS_DIALNOTE: bool = true;

    fn key(&self) -> String {
        job_keys::conversation_key(&self.0)
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::unlimited(rate_limits::DIALNOTE)]
    }
}

/// The handler of hand-offs that were not answered in time.
pub(crate) struct HandoverTimers;

impl Handler for HandoverTimers {
    type Job = HandoverDue;

    async fn run(&self, ctx: &TenantCtx, _claim: &Claim, job: &HandoverDue) -> Result<Outcome, Stop> {
        handover_due(ctx, &job.0).await
    }
}

/// The end of the time to answer a hand-off of this conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HandoverDue(pub ConversationId);
