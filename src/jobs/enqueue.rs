//! Jobs to be stored with the verdict of a step, behind the jobs that people wait for.

use crate::jobs::ctx::TenantCtx;
use crate::jobs::job::JobKind;
use crate::platform::db::{Class, Effect, NewJob};

/// Returns the effect that sends a message which no one waits for, after messages that people wait for.
pub(crate) fn say_unasked<J: JobKind>(ctx: &TenantCtx, message: &J) -> Effect {
    unasked(ctx.new_job(message))
}

/// Returns the effect that enqueues a job which no one waits for, after jobs that people wait for.
pub(crate) fn unasked(job: NewJob) -> Effect {
    Effect::Enqueue(NewJob { class: Class::Machine, ..job })
}
