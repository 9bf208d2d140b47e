//! Commands kept until their requester picks or retries.

use crate::commands::job::CommandJob;
use crate::commands::question::StoredQuestion;
use crate::core::ids::DraftId;
use crate::core::seen::Seen;
use crate::jobs::ctx::TenantCtx;
use crate::platform::db::Draft;

/// Returns a draft of the command, with the conversations as the requester is shown them.
pub(crate) fn draft(ctx: &TenantCtx, job: &CommandJob, seen: Vec<Seen>) -> Draft {
    let kept = StoredQuestion { command: job.command.clone(), seen, despite: job.despite.clone() };
    Draft {
        id: new_draft(),
        actor: job.requester.user.clone(),
        at: ctx.clock.now(),
        body: serde_json::to_string(&kept).unwrap_or_default(),
    }
}

pub(crate) fn new_draft() -> DraftId {
    DraftId::new(format!("{:032x}", rand::random::<u128>()))
}
