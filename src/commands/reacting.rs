//! Commands that an emoji on a card asks for. The app remembers the last change of each person's emoji, with the act that
//! it caused: events come twice and in any order, and the removal of an emoji undoes that act alone.

use crate::audit::log;
use crate::commands::acts;
use crate::commands::job::CommandJob;
use crate::commands::undo::{self, NextUndo};
use crate::core::command::Action;
use crate::core::error::Fault;
use crate::core::ids::ConversationId;
use crate::core::reaction;
use crate::core::reaction::{LastReaction, Next, Reaction};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::outcome::Outcome;
use crate::jobs::{job, lease};
use crate::platform::db::{CacheEntry, CacheKind, CachedFact, Claim, Effect, Verdict};
use crate::sync::conversations::PAST_ENTRIES;

impl CachedFact for LastReaction {
    const KIND: CacheKind = CacheKind::Reaction;
}

/// Decides what follows from an emoji, and remembers it. What follows runs as this job, so that the act is known
/// already. Both jobs of an emoji, for adding and removing it, have the partition key of the conversation, so the first
/// has ended when the second begins.
pub(crate) async fn react(
    ctx: &TenantCtx,
    claim: &Claim,
    job: &CommandJob,
    (reaction, on): (&Reaction, &ConversationId),
) -> Result<Outcome, Fault> {
    let id = id(job, reaction);
    let last = ctx.db.cache_get(CacheKind::Reaction, &id).await?.and_then(|kept| kept.fact());
    let known = |act| {
        let last = LastReaction { at: reaction.at, act };
        Effect::CachePut(CacheEntry::of(&id, ctx.clock.now(), &last))
    };
    Ok(match reaction.after(last) {
        Next::Ignore => Outcome::done(Vec::new()),
        Next::Carry => {
            let command = CommandJob { reaction: None, ..job.clone() };
            go_on(ctx, &command, known(Some(acts::act(claim, job))))
        }
        Next::Undo(act) if has_effect(ctx, claim, &act, on).await? => {
            let undo = CommandJob { reaction: None, undoes: Some(act), ..job.clone() };
            go_on(ctx, &undo, known(None))
        }
        // It had no effect, or its effect was undone already.
        Next::Forget | Next::Undo(_) => Outcome::done(vec![known(None)]),
    })
}

/// Returns the command that a change of an emoji stands for, before it is known whether it still counts.
pub(crate) fn action(reaction: &Reaction) -> Option<Action> {
    if reaction.added { reaction::action(&reaction.name) } else { Some(Action::Undo) }
}

/// Answers whether an act changed the conversation and was not undone since.
async fn has_effect(ctx: &TenantCtx, claim: &Claim, act: &str, on: &ConversationId) -> Result<bool, Fault> {
    let log = log::logged(&ctx.db.entries(on, PAST_ENTRIES).await?);
    Ok(!matches!(undo::exactly(&log, act, Some(on), claim.accepted), NextUndo::Nothing | NextUndo::Undone))
}

fn go_on(ctx: &TenantCtx, command: &CommandJob, remember: Effect) -> Outcome {
    let verdict = Verdict::Continue { body: job::encode(command), until: lease::end(ctx) };
    Outcome { verdict, effects: vec![remember] }
}

/// Returns the id under which a person's emoji on a card is remembered.
fn id(job: &CommandJob, reaction: &Reaction) -> String {
    let channel = job.requester.channel.as_ref().map(ToString::to_string).unwrap_or_default();
    format!("{channel}:{}:{}:{}", reaction.card, job.requester.user, reaction.name)
}
