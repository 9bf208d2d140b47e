//! The conversations of commands that name none by id: the last one, all of the requester's, or several given ones.

use crate::commands::batch::MAX_BATCH;
use crate::commands::handover::Handover;
use crate::commands::job::CommandJob;
use crate::commands::{queueing, resolve, undoing};
use crate::core::call::Call;
use crate::core::command::Action;
use crate::core::conversation::{Conversation, ConversationRef, Owner};
use crate::core::error::Fault;
use crate::core::ids::{ConversationId, MemberId};
use crate::core::refusal::Refusal;
use crate::core::teammate::Teammate;
use crate::core::verbs::Verb;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::jobs::lease;
use crate::jobs::outcome::{Outcome, Stop};
use crate::people::{acting, directory};
use crate::platform::db::Claim;
use crate::sync::{conversations, known};

/// The maximum number of unanswered hand-offs among which the requester's own are looked for.
const MOST_HANDOVERS: usize = 10_000;

/// Finds the conversations of a command that names none by id.
pub(crate) async fn find(ctx: &TenantCtx, claim: &Claim, job: &CommandJob) -> Result<Outcome, Stop> {
    match &job.command.which {
        ConversationRef::MyLast if job.command.act == Action::Plain(Verb::Accept) => find_given(ctx, claim, job).await,
        ConversationRef::MyLast | ConversationRef::Act { .. } => undoing::find_act(ctx, claim, job).await,
        ConversationRef::AllMine => find_mine(ctx, claim, job).await,
        ConversationRef::AllOf(member) => find_theirs(ctx, claim, job, member).await,
        ConversationRef::These(ids) => Ok(queueing::found(ctx, claim, job, ids.clone())),
        ConversationRef::Text(text) | ConversationRef::Words(text) => {
            resolve::look_up(ctx, claim, job, text, None).await
        }
        ConversationRef::InThread { id, text } => resolve::look_up(ctx, claim, job, text, Some(id)).await,
        ConversationRef::Id(id) => Ok(queueing::found(ctx, claim, job, vec![id.clone()])),
    }
}

/// Finds the conversation that was handed off to the requester last and is not answered.
async fn find_given(ctx: &TenantCtx, claim: &Claim, job: &CommandJob) -> Result<Outcome, Stop> {
    let given = documents::all::<Handover>(ctx, MOST_HANDOVERS).await?;
    let given = given.into_iter().filter(|(_, given)| given.receiver == job.requester.user);
    let mut given: Vec<_> = given.map(|(id, given)| (given.at, ConversationId::new(id))).collect();
    given.sort();
    while let Some((_, id)) = given.pop() {
        if is_still_theirs(ctx, job, &id).await? {
            return Ok(queueing::found(ctx, claim, job, vec![id]));
        }
    }
    Err(Refusal::NothingGivenToYou.into())
}

/// Answers whether the requester owns a conversation, as far as the app has seen. It may have been reassigned in
/// dialnote after it was handed off to them.
async fn is_still_theirs(ctx: &TenantCtx, job: &CommandJob, id: &ConversationId) -> Result<bool, Fault> {
    let Some(known) = known::known(ctx, id).await? else { return Ok(true) };
    let requester = acting::teammate(ctx, &job.requester.user).await?;
    Ok(requester.is_ok_and(|requester| known.is_owned_by(&requester.member)))
}

/// Finds all open conversations of the requester. Each becomes a command of its own.
async fn find_mine(ctx: &TenantCtx, claim: &Claim, job: &CommandJob) -> Result<Outcome, Stop> {
    let requester = requester(ctx, job).await?;
    let mut mine = pending_of(ctx, claim, &requester.member).await?;
    mine.retain(Conversation::is_open);
    if mine.is_empty() {
        return Err(Refusal::NothingYours.into());
    }
    let ids = mine.into_iter().map(|conversation| conversation.id).collect();
    Ok(queueing::batched(ctx, claim, job, ids))
}

/// Finds all conversations of a member that are not done, snoozed ones too: they would come back to someone who is away
/// or has left. Each becomes a command of its own, which asks again if its conversation changes before its turn.
async fn find_theirs(ctx: &TenantCtx, claim: &Claim, job: &CommandJob, member: &MemberId) -> Result<Outcome, Stop> {
    let requester = requester(ctx, job).await?;
    let owner = directory::participant(ctx, &Owner::new(member.clone(), String::new())).await?;
    // One sentence says no to all of them.
    let rules = documents::rules(ctx).await?;
    rules.allow(&requester, Some(&owner), &job.command.act, &[Call::Assign(None)]).map_err(Refusal::NotAllowed)?;
    let mut theirs = pending_of(ctx, claim, member).await?;
    theirs.truncate(MAX_BATCH);
    if theirs.is_empty() {
        return Err(Refusal::NothingTheirs.into());
    }
    Ok(queueing::batched_as_they_are(ctx, claim, job, &theirs))
}

async fn requester(ctx: &TenantCtx, job: &CommandJob) -> Result<Teammate, Stop> {
    let requester = acting::teammate(ctx, &job.requester.user).await?;
    Ok(requester.map_err(|stranger| Refusal::YouAreNotLinked(stranger.why))?)
}

async fn pending_of(ctx: &TenantCtx, claim: &Claim, member: &MemberId) -> Result<Vec<Conversation>, Stop> {
    lease::ensure(ctx, claim).await?;
    ctx.dialnote.all_pending_of(member).await.map_err(|error| conversations::denied(error, None))
}
