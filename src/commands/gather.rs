//! Gathers the facts that a command's decision rests on, and decides.

use crate::jobs::job;
use crate::jobs::lease;
use jiff::SignedDuration;
use serde_json::json;

use crate::commands::facts::Facts;
use crate::commands::fresh::Answered;
use crate::commands::job::{CommandJob, Stage};
use crate::core::about::About;
use crate::core::card_view::CardView;
use crate::core::command::Action;
use crate::core::conversation::Conversation;

use crate::audit::log;
use crate::audit::log::Verified;
use crate::cards::view;
use crate::channels::routes;
use crate::commands::looked::Looked;
use crate::commands::plan::Progress;
use crate::commands::{away, conclude, deferred, drafts, groups, handover_timers, plan, reply_view, undoing};
use crate::core::error::Fault;
use crate::core::ids::ConversationId;
use crate::core::participant::Participant;
use crate::core::refusal::Refusal;
use crate::core::rule::Rule;
use crate::core::working_hours;
use crate::jobs::awaiting_pick::AwaitsPick;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::jobs::documents::QuotedMessage;
use crate::jobs::outcome::{Outcome, Stop};
use crate::people::{acting, mentions, organization};
use crate::platform::db::{Claim, Verdict};
use crate::sync::conversations::PAST_ENTRIES;
use crate::sync::{conversations, external_changes};

/// Gathers the facts that the decision rests on, and decides.
pub(crate) async fn decide(
    ctx: &TenantCtx,
    claim: &Claim,
    job: &CommandJob,
    id: &ConversationId,
) -> Result<Outcome, Stop> {
    if let Some(quoted) = quoted_already(ctx, job, id).await? {
        return Err(Refusal::NotedAlready(quoted).into());
    }
    if is_no_longer_to_be_picked(ctx, job, id).await? {
        return Ok(Outcome::done(groups::pick_is_over(ctx, job, None).await?));
    }
    if deferred::was_done_since(ctx, job, id).await? {
        return Ok(Outcome::done(Vec::new()));
    }
    let at = ctx.clock.now();
    let facts = gather(ctx, claim, job, id).await?;
    if job.step.is_some() && !facts.rules.workflows {
        return Err(Refusal::NotAllowed(Rule::Workflows).into());
    }
    if let Some(told) = external_changes::not_seen_yet(ctx, claim, &facts.conversation, at).await? {
        let verdict = Verdict::Continue { body: job::encode(job), until: lease::end(ctx) };
        return Ok(Outcome { verdict, effects: told });
    }
    match job.command.act {
        Action::History => return Ok(tell_history(ctx, claim, job, &facts.conversation).await?),
        Action::Show => return Ok(show_all(ctx, claim, job, facts)),
        _ => {}
    }
    if job.batch.is_none() {
        facts.is_still_theirs(&job.requester, &job.command.act)?;
    }
    if away::is_back(ctx, job, &facts).await? {
        return Ok(Outcome::done(Vec::new()));
    }
    let note = mentions::with_names(ctx, &job.command.note).await?;
    let answered = Answered::new(&job.seen, &facts);
    let plan = plan::decide(&job.command.act, &note, facts)?;
    answered.holds_for(&plan, drafts::new_draft)?;
    away::ask_first(ctx, job, &plan).await?;
    Ok(go_on(ctx, job, Progress::new(plan, Looked { at, attempt: claim.attempt })))
}

pub(crate) async fn tell_history(
    ctx: &TenantCtx,
    claim: &Claim,
    job: &CommandJob,
    conversation: &Conversation,
) -> Result<Outcome, Fault> {
    let entries = ctx.db.entries(&conversation.id, PAST_ENTRIES).await?;
    let history = reply_view::history(&About::from(conversation), &log::told(&entries));
    Ok(Outcome::done(vec![conclude::answer_to(ctx, claim, job, history)]))
}

pub(crate) fn show_all(ctx: &TenantCtx, claim: &Claim, job: &CommandJob, facts: Facts) -> Outcome {
    let member = Verified { id: facts.requester.member, name: facts.writer };
    let (by, conversation) = (facts.requester.name, &facts.conversation.id);
    let detail = json!({ "outcome": "done", "by": by, "member": member, "conversation": conversation });
    let record = log::record_attempt(ctx, &job.requester, "show", &detail);
    let card_view = CardView::new(facts.conversation, facts.owner.map(|owner| owner.name));
    Outcome::done(vec![record, conclude::answer_to(ctx, claim, job, view::shown(&card_view, &ctx.links))])
}

/// Returns the conversation whose note the quoted message already is, if it is one.
pub(crate) async fn quoted_already(
    ctx: &TenantCtx,
    job: &CommandJob,
    id: &ConversationId,
) -> Result<Option<About>, Stop> {
    let Some(message) = &job.quoted else { return Ok(None) };
    let kept = documents::stored::<QuotedMessage>(ctx, &format!("{message}:{id}")).await?;
    match kept {
        Some(_) => Ok(Some(About::from(&conversations::look_at(ctx, id).await?))),
        None => Ok(None),
    }
}

pub(crate) async fn gather(
    ctx: &TenantCtx,
    claim: &Claim,
    job: &CommandJob,
    id: &ConversationId,
) -> Result<Facts, Stop> {
    let requester = acting::requester(ctx, &job.requester).await?;
    let requester = requester.map_err(|stranger| Refusal::YouAreNotLinked(stranger.why))?;
    let target = match job.command.act.assignee() {
        Some(user) => {
            let target = acting::teammate(ctx, user).await?;
            Some(target.map_err(|stranger| Refusal::NotLinked { name: stranger.name, why: stranger.why })?)
        }
        None => None,
    };
    let conversation = conversations::look_at(ctx, id).await?;
    let is_unowned = conversation.owner.is_none();
    let (mut target, mut picked, mut reason) = (target, None, job.reason.clone());
    if let Some(group) = job.command.act.group().filter(|_| is_unowned) {
        let (winner, how) = groups::pick(ctx, claim, group, job.requester.team.as_ref(), id).await?;
        (target, picked) = (Some(winner), Some(how));
    }
    if let Some(channel) = job.command.act.picking_route().filter(|_| is_unowned)
        && let Some(route) = routes::route_of(ctx, channel).await?
    {
        let (winner, why) = groups::pick_by_route(ctx, claim, (channel, &route), id).await?;
        (target, reason) = (Some(winner), Some(why));
    }
    let writer = organization::name_in_dialnote(ctx, &requester).await?;
    let (entries, handover) = tokio::try_join!(ctx.db.entries(id, PAST_ENTRIES), handover_timers::handover(ctx, id))?;
    let giver = match &handover {
        Some(handover) => acting::teammate(ctx, &handover.giver).await?.ok().map(Participant::from),
        None => None,
    };
    Ok(Facts {
        undoing: undoing::undoing(ctx, job, &entries).await?,
        past: log::past(&entries),
        owner: conversations::owner(ctx, &conversation).await?,
        requester,
        target,
        picked,
        reason,
        conversation,
        handover,
        giver,
        rules: documents::rules(ctx).await?,
        asked: claim.accepted,
        now: ctx.clock.now(),
        reference: format!("{:08x}", rand::random::<u32>()),
        writer,
    })
}

/// Answers whether a command of a route's auto-assignment is out of date: the conversation no longer waits, or the route
/// assigns nothing now.
async fn is_no_longer_to_be_picked(ctx: &TenantCtx, job: &CommandJob, id: &ConversationId) -> Result<bool, Fault> {
    let Some(channel) = job.command.act.picking_route() else { return Ok(false) };
    let Some(route) = routes::route_of(ctx, channel).await? else { return Ok(true) };
    let (rules, now) = (route.settings.over(&documents::rules(ctx).await?), ctx.clock.now());
    let begins = rules.working.after(now, SignedDuration::ZERO, &working_hours::zone(route.zone.as_deref()));
    let waits = documents::stored::<AwaitsPick>(ctx, id.as_str()).await?.is_some();
    Ok(!waits || route.settings.auto.pool().is_none() || begins > now)
}

pub(crate) fn go_on(ctx: &TenantCtx, job: &CommandJob, progress: Progress) -> Outcome {
    let job = CommandJob { stage: Stage::Doing(Box::new(progress)), ..job.clone() };
    let verdict = Verdict::Continue { body: job::encode(&job), until: lease::end(ctx) };
    Outcome { verdict, effects: Vec::new() }
}
