//! Commands whose conversation is known join the queue of that conversation, its partition key.

use crate::commands::job::{Batch, CommandJob};
use crate::core::command::Command;
use crate::core::conversation::{Conversation, ConversationRef};

use crate::commands::acts;
use crate::core::ids::ConversationId;
use crate::core::seen::Seen;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::outcome::Outcome;
use crate::platform::db::{Claim, Effect};

/// Enqueues a command under the partition key of its conversation. Several conversations become several commands.
pub(crate) fn found(ctx: &TenantCtx, claim: &Claim, job: &CommandJob, mut ids: Vec<ConversationId>) -> Outcome {
    if ids.len() != 1 {
        return batched(ctx, claim, job, ids);
    }
    let Some(id) = ids.pop() else { return Outcome::done(Vec::new()) };
    let command = Command { which: ConversationRef::Id(id), ..job.command.clone() };
    Outcome::done(vec![queued_up(ctx, claim, &CommandJob { command, ..job.clone() })])
}

/// Enqueues the same command for each conversation, as a batch with a common answer.
pub(crate) fn batched(ctx: &TenantCtx, claim: &Claim, job: &CommandJob, ids: Vec<ConversationId>) -> Outcome {
    let each = ids.into_iter().map(|id| (id, job.seen.clone()));
    all_of_batch(ctx, claim, job, each.collect())
}

/// Does the same with conversations that were just read. Those that change before their turn are asked about.
pub(crate) fn batched_as_they_are(
    ctx: &TenantCtx,
    claim: &Claim,
    job: &CommandJob,
    conversations: &[Conversation],
) -> Outcome {
    let each = conversations.iter().map(|one| (one.id.clone(), vec![Seen::unasked(one)]));
    all_of_batch(ctx, claim, job, each.collect())
}

fn all_of_batch(ctx: &TenantCtx, claim: &Claim, job: &CommandJob, each: Vec<(ConversationId, Vec<Seen>)>) -> Outcome {
    let batch = Batch { id: acts::one(claim), of: each.len() };
    let each = each.into_iter().map(|(id, seen)| {
        let command = Command { which: ConversationRef::Id(id), ..job.command.clone() };
        queued_up(ctx, claim, &CommandJob { batch: Some(batch.clone()), command, seen, ..job.clone() })
    });
    Outcome::done(each.collect())
}

pub(crate) fn queued_up(ctx: &TenantCtx, claim: &Claim, job: &CommandJob) -> Effect {
    let mut queued = ctx.following(claim, job);
    queued.after_key = None;
    queued.inherits_priority = true;
    Effect::Enqueue(queued)
}
