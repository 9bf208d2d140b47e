//! Commands whose conversation is known join the queue of that conversation, its partition key.

use crate::domain::command::Command;
use crate::domain::command_job::{Batch, CommandJob};
use crate::domain::conversation::ConversationRef;

use crate::ids::ConversationId;
use crate::store::{Claim, Effect};
use crate::work::acts;
use crate::work::ctx::TenantCtx;
use crate::work::outcome::Outcome;

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
    let batch = Batch { id: acts::one(claim), of: ids.len() };
    let each = ids.into_iter().map(|id| {
        let command = Command { which: ConversationRef::Id(id), ..job.command.clone() };
        queued_up(ctx, claim, &CommandJob { batch: Some(batch.clone()), command, ..job.clone() })
    });
    Outcome::done(each.collect())
}

pub(crate) fn queued_up(ctx: &TenantCtx, claim: &Claim, job: &CommandJob) -> Effect {
    let mut queued = ctx.following(claim, job);
    queued.after_key = None;
    queued.inherits_priority = true;
    Effect::Enqueue(queued)
}
