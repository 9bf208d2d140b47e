//! A command on its way: find the conversation, look at it, decide. Carrying it out is `work::writing`'s. After
//! every step the job is stored as it stands, so that after a crash nothing that was settled is done again.

use crate::work::acting;
use crate::work::changes;
use crate::work::conclude;
use crate::work::deferred;
use crate::work::documents;
use crate::work::external_changes;
use crate::work::groups;
use crate::work::handovers;
use crate::work::lookup;
use crate::work::organization;
use crate::work::people;
use crate::work::search;
use crate::work::undoing;
use crate::work::writing;
use std::collections::BTreeSet;

use serde_json::json;

use crate::dialnote::answer::{Denied, DialnoteError};
use crate::dialnote::client::READS;
use crate::domain::card_view::CardView;
use crate::domain::command::{Action, Assignee, Command};
use crate::domain::command_job::{Batch, CommandJob, ResumeJob, Stage};
use crate::domain::conversation::{Conversation, ConversationRef, Owner};
use crate::domain::fresh::{Answered, Looked};
use crate::domain::job::Job;
use crate::domain::message::Message;
use crate::domain::people::Unlinked;
use crate::domain::plan::Progress;
use crate::domain::plan::{self, Facts, Participant};
use crate::domain::question::{Seen, StoredQuestion};
use crate::domain::refusal::{About, Refusal};
use crate::domain::reply::Reply;
use crate::domain::typed;
use crate::error::Fault;
use crate::ids::{ConversationId, DraftId, MemberId};
use crate::store::{Claim, Draft, Effect, Verdict};
use crate::work::TenantCtx;
use crate::work::audit::{self, Verified};
use crate::work::conclude::QUOTED;
use crate::work::documents::read_draft;
use crate::work::outcome::{Outcome, Stop};
use crate::work::writing::no_longer;

/// How much of a conversation's history a decision looks at.
pub(super) const PAST_ENTRIES: usize = 50;

/// How many people are looked up who are mentioned in a note.
const MOST_NAMES: usize = 20;

/// What the last activity meant after what was before it is kept under (`store::Document`), by conversation:
/// a conversation's own picture does not tell.
pub(super) const HEARD: &str = "heard";

/// Brings a command one step further.
pub(super) async fn command(ctx: &TenantCtx, claim: &Claim, job: &CommandJob) -> Result<Outcome, Fault> {
    match command_step(ctx, claim, job).await {
        Ok(outcome) => Ok(outcome),
        Err(Stop::Refused(refusal)) => conclude::refused(ctx, claim, job, refusal).await,
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

async fn command_step(ctx: &TenantCtx, claim: &Claim, job: &CommandJob) -> Result<Outcome, Stop> {
    match (&job.stage, job.conversation()) {
        (Stage::Asked, None) => search::find(ctx, claim, job).await,
        (Stage::Asked, _) if job.command.act.lacks_an_owner() => Ok(lookup::ask_for_owner(ctx, job)),
        (Stage::Asked, Some(id)) if waits_its_turn(claim, job) => Ok(found(ctx, claim, job, vec![id.clone()])),
        (Stage::Asked, Some(id)) => decide(ctx, claim, job, id).await,
        (Stage::Doing(progress), _) => {
            writing::carry_out(ctx, claim, job, progress).await.map_err(|stop| no_longer(stop, progress))
        }
    }
}

/// The conversations are known: the command queues up with everything else about its own; several become
/// several commands.
pub(super) fn found(ctx: &TenantCtx, claim: &Claim, job: &CommandJob, mut ids: Vec<ConversationId>) -> Outcome {
    if ids.len() != 1 {
        return batched(ctx, claim, job, ids);
    }
    let Some(id) = ids.pop() else { return Outcome::done(Vec::new()) };
    let command = Command { which: ConversationRef::Id(id), ..job.command.clone() };
    Outcome::done(vec![queued_up(ctx, claim, CommandJob { command, ..job.clone() })])
}

/// The same command for each of these, told of together.
pub(super) fn batched(ctx: &TenantCtx, claim: &Claim, job: &CommandJob, ids: Vec<ConversationId>) -> Outcome {
    let batch = Batch { id: undoing::one(claim), of: ids.len() };
    let each = ids.into_iter().map(|id| {
        let command = Command { which: ConversationRef::Id(id), ..job.command.clone() };
        queued_up(ctx, claim, CommandJob { batch: Some(batch.clone()), command, ..job.clone() })
    });
    Outcome::done(each.collect())
}

fn queued_up(ctx: &TenantCtx, claim: &Claim, job: CommandJob) -> Effect {
    let mut queued = ctx.following(claim, &Job::Command(job));
    queued.after_key = None;
    queued.inherits_priority = true;
    Effect::Enqueue(queued)
}

/// Looks at everything the decision rests on, and takes it.
pub(super) async fn decide(
    ctx: &TenantCtx,
    claim: &Claim,
    job: &CommandJob,
    id: &ConversationId,
) -> Result<Outcome, Stop> {
    if let Some(quoted) = quoted_already(ctx, job, id).await? {
        return Err(Refusal::NotedAlready(quoted).into());
    }
    if deferred::was_done_since(ctx, job, id).await? {
        return Ok(Outcome::done(Vec::new()));
    }
    let at = ctx.clock.now();
    let facts = gather(ctx, claim, job, id).await?;
    if let Some(told) = external_changes::not_seen_yet(ctx, claim, &facts.conversation, at).await? {
        let verdict = Verdict::Continue { body: Job::Command(job.clone()).encode(), until: ctx.lease_end() };
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
    let note = with_names(ctx, &job.command.note).await?;
    let answered = Answered::new(&job.seen, &facts);
    let plan = plan::decide(&job.command.act, &note, facts)?;
    answered.holds_for(&plan, new_draft)?;
    Ok(writing::go_on(ctx, job, Progress::new(plan, Looked { at, attempt: claim.attempt })))
}

async fn tell_history(
    ctx: &TenantCtx,
    claim: &Claim,
    job: &CommandJob,
    conversation: &Conversation,
) -> Result<Outcome, Fault> {
    let entries = ctx.db.entries(&conversation.id, PAST_ENTRIES).await?;
    let say = Reply::History { about: About::from(conversation), deeds: audit::told(&entries) };
    Ok(Outcome::done(vec![conclude::answer_to(ctx, claim, job, say)]))
}

fn show_all(ctx: &TenantCtx, claim: &Claim, job: &CommandJob, facts: Facts) -> Outcome {
    let member = Verified { id: facts.requester.member, name: facts.writer };
    let (by, conversation) = (facts.requester.name, &facts.conversation.id);
    let detail = json!({ "outcome": "done", "by": by, "member": member, "conversation": conversation });
    let record = conclude::record_attempt(ctx, &job.requester, "show", &detail);
    let card_view = CardView { conversation: facts.conversation, owner: facts.owner.map(|owner| owner.name) };
    Outcome::done(vec![record, conclude::answer_to(ctx, claim, job, Reply::Shown(card_view))])
}

/// Whether the message that is to become a note is one already: of which conversation.
async fn quoted_already(ctx: &TenantCtx, job: &CommandJob, id: &ConversationId) -> Result<Option<About>, Stop> {
    let Some(message) = &job.quoted else { return Ok(None) };
    let kept = ctx.db.document(QUOTED, &format!("{message}:{id}")).await?;
    match kept {
        Some(_) => Ok(Some(About::from(&look_at(ctx, id).await?))),
        None => Ok(None),
    }
}

async fn gather(ctx: &TenantCtx, claim: &Claim, job: &CommandJob, id: &ConversationId) -> Result<Facts, Stop> {
    let requester = acting::teammate(ctx, &job.requester.user).await?;
    let requester = requester.map_err(|stranger| Refusal::YouAreNotLinked(stranger.why))?;
    let target = match job.command.act.assignee() {
        Some(user) => {
            let target = acting::teammate(ctx, user).await?;
            Some(target.map_err(|stranger| Refusal::NotLinked { name: stranger.name, why: stranger.why })?)
        }
        None => None,
    };
    let conversation = look_at(ctx, id).await?;
    let (target, picked) = match job.command.act.group() {
        Some(group) if conversation.owner.is_none() => {
            let (target, picked) = groups::pick(ctx, claim, group, job.requester.team.as_ref(), id).await?;
            (Some(target), Some(picked))
        }
        _ => (target, None),
    };
    let writer = organization::name_in_dialnote(ctx, &requester).await?;
    let entries = ctx.db.entries(id, PAST_ENTRIES).await?;
    let handover = handovers::handover(ctx, id).await?;
    let giver = match &handover {
        Some(handover) => acting::teammate(ctx, &handover.giver).await?.ok().map(Participant::from),
        None => None,
    };
    Ok(Facts {
        undoing: undoing::undoing(ctx, job, &entries).await?,
        past: audit::past(&entries),
        owner: owner(ctx, &conversation).await?,
        requester,
        target,
        picked,
        conversation,
        handover,
        giver,
        rules: changes::rules(ctx).await?,
        asked: claim.accepted,
        now: ctx.clock.now(),
        reference: format!("{:08x}", rand::random::<u32>()),
        writer,
    })
}

/// The conversation as it is now, showing what came in last rather than a note of the team's.
pub(super) async fn look_at(ctx: &TenantCtx, id: &ConversationId) -> Result<Conversation, Stop> {
    let refused = |error| denied(error, Some(id));
    let mut conversation = ctx.dialnote.conversation(id).await.map_err(refused)?;
    if conversation.ends_with_a_note() {
        let before = ctx.dialnote.activities_but_notes(id).await.map_err(refused)?;
        conversation = conversation.past_notes(before.first());
    }
    let heard = documents::kept(ctx, HEARD, id.as_str()).await?;
    Ok(conversation.past_notes(heard.as_ref()))
}

pub(super) async fn owner(ctx: &TenantCtx, conversation: &Conversation) -> Result<Option<Participant>, Fault> {
    match &conversation.owner {
        Some(owner) => people::participant(ctx, owner).await.map(Some),
        None => Ok(None),
    }
}

pub(super) async fn member(ctx: &TenantCtx, id: Option<&MemberId>) -> Result<Option<Participant>, Fault> {
    let Some(id) = id else { return Ok(None) };
    people::participant(ctx, &Owner { id: id.clone(), name: String::new() }).await.map(Some)
}

/// The note with the names of the people it mentions.
pub(crate) async fn with_names(ctx: &TenantCtx, note: &str) -> Result<String, Fault> {
    let mut named = note.to_owned();
    let mentioned: BTreeSet<_> = typed::unnamed(note).into_iter().collect();
    for (nth, user) in mentioned.into_iter().enumerate() {
        let name = if nth < MOST_NAMES { people::name(ctx, &user).await? } else { None };
        named = typed::named(&named, &user, name.as_deref().unwrap_or("someone"));
    }
    Ok(named)
}

/// The command, to be kept with what its person is shown of its conversations.
pub(super) fn draft(ctx: &TenantCtx, job: &CommandJob, seen: Vec<Seen>) -> Draft {
    let kept = StoredQuestion { command: job.command.clone(), seen };
    Draft {
        id: new_draft(),
        actor: job.requester.user.clone(),
        at: ctx.clock.now(),
        body: serde_json::to_string(&kept).unwrap_or_default(),
    }
}

/// Goes on with a kept command: only its own person may. It goes on in its place, ahead of what
/// its person asked for since.
pub(super) async fn resume(ctx: &TenantCtx, job: &ResumeJob) -> Result<Outcome, Fault> {
    let kept = ctx.db.draft(&job.resume.draft).await?;
    let kept = kept.filter(|draft| draft.actor == job.requester.user);
    let Some(StoredQuestion { mut command, seen }) = kept.as_ref().map(read_draft::<StoredQuestion>).transpose()?
    else {
        let say = Reply::Refused { why: Refusal::DraftGone, note: String::new() };
        let answer = ctx.say(Message::Private { to: job.requester.addressee(), say });
        return Ok(Outcome::done(vec![answer]));
    };
    if let Some(pick) = &job.resume.pick {
        command.which = ConversationRef::Id(pick.clone());
    }
    if let Some(person) = &job.resume.person {
        command.act = command.act.with_owner(Assignee::User(person.clone()));
    }
    let resumed = Job::Command(CommandJob { seen, ..CommandJob::new(job.requester.clone(), command) });
    let verdict = Verdict::Continue { body: resumed.encode(), until: ctx.lease_end() };
    Ok(Outcome { verdict, effects: vec![Effect::DropDraft(job.resume.draft.clone())] })
}

fn new_draft() -> DraftId {
    DraftId::new(format!("{:032x}", rand::random::<u128>()))
}

/// Whether the job still stands in its person's line rather than in its conversation's.
fn waits_its_turn(claim: &Claim, job: &CommandJob) -> bool {
    claim.key != job.key()
}

pub(super) fn denied(error: DialnoteError, id: Option<&ConversationId>) -> Stop {
    match (error, id) {
        (DialnoteError::Fault(fault), _) => Stop::Fault(fault),
        (DialnoteError::Denied(Denied::NotFound | Denied::NoPage), Some(id)) => {
            Refusal::NoConversation { id: id.clone() }.into()
        }
        (DialnoteError::Denied(Denied::NotFound | Denied::NoPage), None) => {
            Refusal::WrongAddress { setting: READS.to_owned() }.into()
        }
        (DialnoteError::Denied(Denied::NoSuchAddress(setting)), _) => {
            Refusal::WrongAddress { setting: setting.to_owned() }.into()
        }
        (DialnoteError::Denied(Denied::ReadOnly), _) => Refusal::ReadOnlyKey.into(),
        (DialnoteError::Denied(Denied::NotConnected), _) => Refusal::YouAreNotLinked(Unlinked::NotConnected).into(),
        (DialnoteError::Denied(Denied::Words(words)), _) => Refusal::Dialnote { words }.into(),
    }
}
