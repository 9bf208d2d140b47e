//! The end of a command: done, refused or given up. Answers the requester, notifies the people concerned, refreshes
//! lists and homes, and records the outcome in the audit log.

use jiff::Timestamp;
use tracing::info;

use crate::audit::log;
use crate::audit::log::{Detail, Verified};
use crate::channels::routes;
use crate::commands::announce::Concluded;
use crate::commands::asked::AskedNames;
use crate::commands::batch::BatchPart;
use crate::commands::facts::Plan;
use crate::commands::groups::pick_is_over;
use crate::commands::job::{CommandJob, Stage};
use crate::commands::plan::Progress;
use crate::commands::{
    acts, announce, answers, asked, away_view, batch, deferred, drafts, handover_timers, refusal_view, refusal_words,
    reply_view,
};
use crate::core::about::About;
use crate::core::call::Call;
use crate::core::conversation::{Conversation, ConversationRef, State};
use crate::core::error::{Fault, Service};
use crate::core::event::{Event, ThreadEntry};
use crate::core::ids::{ConversationId, SlackUserId};
use crate::core::refusal::Refusal;
use crate::core::request_context::ListPlace;
use crate::core::seen::Seen;
use crate::core::times::DELAY_NOTICE_AFTER;
use crate::core::verbs;
use crate::core::{times, typed, workflow_step};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents::{QuotedMessage, ReadOnlyKey, StatusUnchanged};
use crate::jobs::events::{ConversationChanged, WaitCause, WaitsForOwner};
use crate::jobs::outbox::announcement::Announcement;
use crate::jobs::outbox::pane;
use crate::jobs::outbox::pane::PaneOutcome;
use crate::jobs::outbox::steps::StepEnd;
use crate::jobs::outbox::{private, redraw, steps};
use crate::jobs::outcome::Outcome;
use crate::jobs::{awaiting_pick, documents, emit};
use crate::people::directory;
use crate::platform::db::projection::seen;
use crate::platform::db::{Claim, Draft, Effect};
use crate::platform::slack::blocks::kit::Content;
use crate::sync::{conversations, known};

/// Concludes a command of which everything is done, or all but the note. Notifies the people concerned.
pub(crate) async fn conclude(
    ctx: &TenantCtx,
    claim: &Claim,
    job: &CommandJob,
    progress: &Progress,
    note_refused: Option<&Refusal>,
) -> Result<Outcome, Fault> {
    let plan = &progress.plan;
    let changed = changed(progress, ctx.clock.now());
    let (cards, redrawn, stored, homes) = tokio::try_join!(
        ctx.db.cards(&plan.before.id),
        emit::conversation_changed(ctx, &changed),
        emit::stored_with_change(ctx, &changed),
        redraw::refresh_homes(ctx, concerned(progress, job)),
    )?;
    let channels: Vec<_> = cards.into_iter().map(|card| card.channel).collect();
    let told = claim.delay_notified || times::later(claim.accepted, DELAY_NOTICE_AFTER) < ctx.clock.now();
    let act = acts::act(claim, job);
    let ending = Concluded { progress, act: &act, note_refused, until: None };
    let mut told_of = announce::announcement(ending, &job.requester, &channels, ctx.clock.now());
    let handover = handover_timers::remember_handover(ctx, progress, &told_of.directs, job.despite.is_some()).await?;
    let outcome = note_refused.map_or(log::AttemptOutcome::Done, |why| log::AttemptOutcome::NoteRefused(why.clone()));
    info!(verb = verbs::spec(job.command.act.verb()).name, conversation = %plan.before.id, "done");
    let mut effects = told_of.first_cards(&channels);
    effects.extend(stored);
    effects.extend(handover);
    effects.extend(progress.seen.map(|at| Effect::PutSnapshot(seen(&changed_by_us(progress), at))));
    let quoted = job.quoted.as_ref().filter(|_| note_refused.is_none());
    effects.extend(quoted.map(|message| keep_quoted(ctx, message, &plan.before.id)));
    let by = handover_timers::answer_by(ctx, effects.iter()).await?;
    if let Some(by) = by {
        told_of.directs.iter_mut().for_each(|direct| direct.notice.expect_answer(by));
    }
    let ending = Concluded { until: by.map(|by| by.end), ..ending };
    if let Some(batch) = &job.batch {
        let part = taken_out(&mut told_of, ending);
        effects.extend(batch::leave(ctx, claim, &job.requester, batch, &part));
    } else {
        let is_answered = job.requester.list.is_some() || announce::is_answered(ending, &job.requester, told);
        let say = is_answered.then(|| ending.answer());
        let name_of = |user: &SlackUserId| plan.name_of(user).map(str::to_owned);
        effects
            .extend(answers::answer_when_told(ctx, claim, &job.requester, say, &mut told_of.directs, name_of).await?);
    }
    effects.extend(step_ended(ctx, job, ending));
    effects.extend(told_of.jobs(ctx).into_iter().chain(redrawn).map(Effect::Enqueue));
    effects.extend(pane::after(ctx, claim, &job.requester, in_pane(plan, note_refused)));
    effects.push(record(ctx, claim, job, Some(progress), outcome));
    effects.extend(pick_is_over(ctx, job, plan.to.as_ref().map(|to| &to.member)).await?);
    effects.extend(awaiting_pick::wait_is_over(Some(&State::from(&plan.before)), &progress.now));
    effects.extend(left_unassigned(ctx, progress).await?);
    effects.extend(status_trouble_is_over(plan));
    effects.extend(homes);
    Ok(Outcome::done(effects))
}

/// Returns the effects of a conversation that is open and unassigned from now on.
async fn left_unassigned(ctx: &TenantCtx, progress: &Progress) -> Result<Vec<Effect>, Fault> {
    let (before, now) = (&progress.plan.before, progress.now.clone());
    let is_unassigned = |one: &Conversation| one.is_open() && one.owner.is_none();
    if is_unassigned(before) || !is_unassigned(&now) {
        return Ok(Vec::new());
    }
    let taking = routes::taking(ctx, now.line.as_ref()).await?;
    if taking.is_empty() {
        return Ok(Vec::new());
    }
    let from = progress.plan.from.as_ref().map(|from| from.member.clone());
    let cause = match progress.plan.event() {
        Event::Automatic { to: None, reason, .. } => WaitCause::Automatic { from, reason },
        _ => WaitCause::Other,
    };
    emit::waits_for_owner(ctx, &WaitsForOwner { taking, now, cause }).await
}

/// Returns the outcome of a command for the pane in which it was given.
fn in_pane(plan: &Plan, note_refused: Option<&Refusal>) -> PaneOutcome {
    match note_refused {
        Some(why) => PaneOutcome::Refused(refusal_view::refusal(why).text),
        None => PaneOutcome::Made { reference: plan.references().into_iter().next(), note: plan.note.clone() },
    }
}

/// Returns the effect that ends the workflow step that requested the command, if one did.
fn step_ended(ctx: &TenantCtx, job: &CommandJob, ending: Concluded<'_>) -> Option<Effect> {
    let (step, progress) = (job.step.as_ref()?, ending.progress);
    if ending.note_refused.is_some() {
        return Some(steps::fail(ctx, step, &reply_view::content(&ending.answer(), None).text));
    }
    let link = ctx.links.to(&progress.now.id);
    let outputs = workflow_step::outputs(&progress.now, progress.plan.to.as_ref(), link);
    Some(steps::end(ctx, step, StepEnd::done(outputs)))
}

/// Returns the effect that ends the workflow step whose command was refused. A conversation that has the wanted owner
/// already is no failure.
async fn step_refused(ctx: &TenantCtx, job: &CommandJob, why: &Refusal) -> Result<Option<Effect>, Fault> {
    let Some(step) = &job.step else { return Ok(None) };
    if let Refusal::AlreadyTheirs { about, .. } = why
        && let Some(known) = known::known(ctx, &about.id).await?
    {
        let owner = conversations::owner(ctx, &known).await?;
        let outputs = workflow_step::outputs(&known, owner.as_ref(), ctx.links.to(&known.id));
        return Ok(Some(steps::end(ctx, step, StepEnd::done(outputs))));
    }
    let sentence = match why {
        Refusal::TheyAreAway(away) => away_view::for_workflow(away),
        _ => refusal_words::no(why),
    };
    Ok(Some(steps::fail(ctx, step, &sentence)))
}

/// Returns the change that a command has made, for everything else that shows the conversation.
fn changed(progress: &Progress, now: Timestamp) -> ConversationChanged {
    let plan = &progress.plan;
    let entry = ThreadEntry { actor: plan.requester.name.clone(), what: plan.event(), note: String::new() };
    let entries = Some(entry).filter(|entry| entry.what.changes_state()).into_iter().collect();
    ConversationChanged {
        card_view: progress.card_view(now, false),
        now: progress.now.clone(),
        entries,
        news: Vec::new(),
    }
}

/// Returns a command that waits for a link, as it could be typed. A requester who is not linked must not learn the
/// name of a contact from it.
async fn as_typed(ctx: &TenantCtx, job: &CommandJob, why: &Refusal) -> String {
    let names = match why {
        Refusal::NotLinked { name, .. } => {
            AskedNames { conversation: title_of(ctx, job).await, owner: Some(name.clone()) }
        }
        _ => AskedNames::default(),
    };
    asked::words(&job.command, &names, 1)
}

fn keep_quoted(ctx: &TenantCtx, message: &str, id: &ConversationId) -> Effect {
    documents::put(ctx, &format!("{message}:{id}"), &QuotedMessage {})
}

/// Returns the answer to the requester: in the list whose button they pressed, or else as a message.
pub(crate) fn answer_to(ctx: &TenantCtx, claim: &Claim, job: &CommandJob, content: Content) -> Effect {
    answers::answer_in_place(ctx, claim, &job.requester, content)
}

/// Concludes a command that was refused, and tells the requester why.
pub(crate) async fn refused(ctx: &TenantCtx, claim: &Claim, job: &CommandJob, why: Refusal) -> Result<Outcome, Fault> {
    info!(verb = verbs::spec(job.command.act.verb()).name, "refused");
    let why = or_gone(ctx, why).await?;
    let mut effects = pick_is_over(ctx, job, None).await?;
    let no_one_was_free = matches!(why, Refusal::NobodyAvailable { .. });
    match job.conversation().filter(|_| job.command.act.picking_route().is_some()) {
        // The app tries again when someone can take it, and that is no attempt of anyone's.
        Some(_) if no_one_was_free => return Ok(Outcome::done(effects)),
        Some(id) => effects.extend(awaiting_pick::held_back(ctx, id).await?),
        None => {}
    }
    effects.push(record(ctx, claim, job, None, log::AttemptOutcome::Refused(why.clone())));
    match &why {
        Refusal::ReadOnlyKey => effects.push(documents::put(ctx, "", &ReadOnlyKey {})),
        Refusal::StatusUnchanged(_) => effects.push(documents::put(ctx, "", &StatusUnchanged {})),
        Refusal::Moved(moved) if job.requester.via.has_a_reader() => {
            let draft = drafts::draft(ctx, job, vec![moved.seen.clone()]);
            effects.push(Effect::PutDraft(Draft { id: moved.draft.clone(), ..draft }));
        }
        Refusal::TheyAreAway(away) => {
            let confirmed = CommandJob { despite: Some(away.user.clone()), ..job.clone() };
            let draft = drafts::draft(ctx, &confirmed, vec![away.seen.clone()]);
            effects.push(Effect::PutDraft(Draft { id: away.draft.clone(), ..draft }));
        }
        Refusal::NoConversation { id } | Refusal::Gone(About { id, .. }) => {
            effects.extend(known::forget(ctx, id).await?);
        }
        _ => {}
    }
    let kept = deferred::postpone(ctx, job, &why).await?;
    let note = &job.command.note;
    let answer = if kept.is_empty() {
        refusal_view::refused(&why, note)
    } else {
        reply_view::postponed(&as_typed(ctx, job, &why).await, &why, note)
    };
    effects.extend(kept);
    effects.extend(pane::after(ctx, claim, &job.requester, PaneOutcome::Refused(answer.text.clone())));
    match &job.batch {
        Some(batch) => {
            let part = BatchPart::refused(&job.command, why);
            effects.extend(batch::leave(ctx, claim, &job.requester, batch, &part));
        }
        None if !job.requester.via.has_a_reader() => effects.extend(step_refused(ctx, job, &why).await?),
        None => effects.push(answers::refusal_in_place(ctx, claim, &job.requester, answer)),
    }
    Ok(Outcome::done(effects))
}

/// Turns “not found” into “gone” for a conversation that was seen before.
async fn or_gone(ctx: &TenantCtx, why: Refusal) -> Result<Refusal, Fault> {
    let Refusal::NoConversation { id } = &why else { return Ok(why) };
    let known = known::known(ctx, id).await?;
    Ok(known.map_or(why, |known| Refusal::Gone(About::from(&known))))
}

/// Returns the conversation of a command that is given up, as it was decided on or as it was last seen.
async fn seen_at_last(ctx: &TenantCtx, job: &CommandJob) -> Vec<Seen> {
    let known = match (&job.stage, job.conversation()) {
        (Stage::Asked, _) if !job.seen.is_empty() => return job.seen.clone(),
        (Stage::Doing(progress), _) => Some(progress.plan.before.clone()),
        (Stage::Asked, Some(id)) => known::known(ctx, id).await.ok().flatten(),
        (Stage::Asked, None) => None,
    };
    known.iter().map(Seen::from).collect()
}

fn record(
    ctx: &TenantCtx,
    claim: &Claim,
    job: &CommandJob,
    progress: Option<&Progress>,
    outcome: log::AttemptOutcome,
) -> Effect {
    let done = outcome == log::AttemptOutcome::Done;
    let detail = Detail {
        verb: job.command.act.verb(),
        by: progress.map(|progress| progress.plan.requester.name.clone()).unwrap_or_default(),
        member: progress.map(|progress| verified(&progress.plan)),
        via: job.requester.via,
        channel: job.requester.channel.clone(),
        before: progress.map(|progress| State::from(&progress.plan.before)),
        after: progress.map(|progress| State::from(&progress.now)),
        outcome,
        event: progress.map(|progress| progress.plan.event()),
        heard: progress.and_then(|progress| progress.plan.before.last_inbound_at()),
        act: Some(acts::act(claim, job)),
        noted: done && progress.is_some_and(|progress| !progress.plan.note.is_empty()),
        references: progress.map(|progress| progress.plan.references()).unwrap_or_default(),
    };
    let conversation = match &job.command.which {
        ConversationRef::Id(id) => Some(id.clone()),
        _ => progress.map(|progress| progress.plan.before.id.clone()),
    };
    Effect::Record(detail.entry(ctx.clock.now(), job.requester.user.clone(), conversation))
}

/// Returns what follows when a workflow step's command comes too late to begin.
pub(crate) async fn too_late(ctx: &TenantCtx, claim: &Claim, job: &CommandJob) -> Result<Vec<Effect>, Fault> {
    let ended = job.step.as_ref().map(|step| steps::fail(ctx, step, steps::TOO_LATE));
    let recorded = record(ctx, claim, job, None, log::AttemptOutcome::GivenUp);
    let over = pick_is_over(ctx, job, None).await?;
    Ok(std::iter::once(recorded).chain(over).chain(ended).collect())
}

/// Returns what follows when a command is given up: its requester gets a message, and can try again. A command that has
/// begun is concluded without its note instead.
pub(crate) async fn given_up(ctx: &TenantCtx, claim: &Claim, job: &CommandJob, fault: &Fault) -> Vec<Effect> {
    if let Stage::Doing(progress) = &job.stage
        && progress.has_begun()
        && let Ok(outcome) = conclude(ctx, claim, job, progress, Some(&Refusal::DialnoteSilent)).await
    {
        return outcome.effects;
    }
    let mut effects = vec![record(ctx, claim, job, None, log::AttemptOutcome::GivenUp)];
    effects.extend(pick_is_over(ctx, job, None).await.unwrap_or_default());
    if let Some(batch) = &job.batch {
        let part = BatchPart::refused(&job.command, Refusal::DialnoteSilent);
        effects.extend(batch::leave(ctx, claim, &job.requester, batch, &part));
        return effects;
    }
    effects.extend(job.step.as_ref().map(|step| steps::fail(ctx, step, &steps::why_stopped(fault))));
    if !job.requester.via.has_a_reader() {
        return effects;
    }
    let to = job.requester.addressee();
    if let Some(why) = set_up_wrong(fault) {
        effects.push(private::refusal(ctx, to, refusal_view::refused(&why, &words_to_keep(job))));
        return effects;
    }
    let draft = drafts::draft(ctx, job, seen_at_last(ctx, job).await);
    let names = AskedNames { conversation: title_of(ctx, job).await, owner: owner_of(ctx, job).await };
    let asked = asked::words(&job.command, &names, 1);
    let content = reply_view::given_up(&asked, &claim.id.to_string(), &draft.id);
    effects.extend([Effect::PutDraft(draft), private::refusal(ctx, to, content)]);
    effects
}

/// Returns the words that the requester must not lose: the note, or the text that was not read yet.
fn words_to_keep(job: &CommandJob) -> String {
    match &job.command.which {
        ConversationRef::Text(text) | ConversationRef::Words(text) | ConversationRef::InThread { text, .. }
            if job.command.note.is_empty() =>
        {
            typed::as_typed(text)
        }
        _ => job.command.note.clone(),
    }
}

/// Returns the title of the command's conversation, if it is known.
async fn title_of(ctx: &TenantCtx, job: &CommandJob) -> Option<String> {
    let (ConversationRef::Id(id) | ConversationRef::InThread { id, .. }) = &job.command.which else { return None };
    Some(known::known(ctx, id).await.ok()??.title())
}

/// Returns the name of the new owner that the command names, if it is known.
async fn owner_of(ctx: &TenantCtx, job: &CommandJob) -> Option<String> {
    directory::known_name(ctx, job.command.act.assignee()?).await.ok()?
}

/// Returns the refusal for a fault that only the people who run the app can fix.
fn set_up_wrong(fault: &Fault) -> Option<Refusal> {
    match fault {
        Fault::Unauthorized { service: Service::Dialnote, .. } => Some(Refusal::KeyRefused),
        Fault::NoSuchAddress { setting, .. } => Some(Refusal::WrongAddress { setting: (*setting).to_owned() }),
        _ => None,
    }
}

/// Drops the record of unchanged statuses, if the command made a change of status.
fn status_trouble_is_over(plan: &Plan) -> Option<Effect> {
    let over = documents::remove::<StatusUnchanged>("");
    plan.calls.iter().any(Call::is_about_status).then_some(over)
}

/// Returns the conversation as the command left it. Activity that came in while the command ran is left for the poller
/// to find.
fn changed_by_us(progress: &Progress) -> Conversation {
    Conversation { last_activity: progress.plan.before.last_activity.clone(), ..progress.now.clone() }
}

/// Takes the messages to people out, and returns the outcome of one of several commands. The other people are notified
/// when all commands have ended.
fn taken_out(told_of: &mut Announcement, ending: Concluded<'_>) -> BatchPart {
    told_of.answered = None;
    let notices = std::mem::take(&mut told_of.directs).into_iter().map(|direct| (direct.user, direct.notice)).collect();
    let unnoted = ending.note_refused.map(|why| (why.clone(), ending.progress.plan.note.clone()));
    BatchPart::Done { deed: Box::new(ending.deed()), notices, unnoted }
}

/// Returns the people whose homes now show something else.
fn concerned(progress: &Progress, job: &CommandJob) -> impl Iterator<Item = SlackUserId> {
    let Plan { to, from, .. } = &progress.plan;
    let mut users: Vec<_> =
        [to, from].into_iter().flatten().filter_map(|participant| participant.user.clone()).collect();
    users.extend(Some(job.requester.user.clone()).filter(SlackUserId::is_person));
    users.sort();
    users.dedup();
    let at_home = job.requester.list.as_ref().is_some_and(|list| list.place == ListPlace::Home);
    let requester = job.requester.user.clone();
    // A requester who pressed a button in their home sees the change there anyway.
    users.into_iter().filter(move |user| !at_home || *user != requester)
}

fn verified(plan: &Plan) -> Verified {
    Verified { id: plan.requester.member.clone(), name: plan.writer.clone() }
}
