//! Messages to be stored with the verdict of a step.

use crate::store::{Class, Effect, NewJob};
use crate::work::ctx::TenantCtx;
use crate::work::job::JobKind;

/// Returns the effect that sends a message which no one waits for, after messages that people wait for.
pub(crate) fn say_unasked<J: JobKind>(ctx: &TenantCtx, message: &J) -> Effect {
    unasked(ctx.new_job(message))
}

/// Returns the effect that enqueues a job which no one waits for, after jobs that people wait for.
pub(crate) fn unasked(job: NewJob) -> Effect {
    Effect::Enqueue(NewJob { class: Class::Machine, ..job })
}
