//! Answers to an assistant's calls that no request took in time: the request was given up, or its process was killed. They
//! become direct messages.

use serde::{Deserialize, Serialize};

use crate::core::ids::ToolCallId;
use crate::core::request_context::Addressee;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::private::answer;
use crate::jobs::outbox::tool_answer::ToolAnswer;
use crate::jobs::outcome::{Outcome, Stop};
use crate::platform::db::{Claim, Queue};

/// An answer that no request took in time.
#[derive(Serialize, Deserialize)]
pub(crate) struct UntakenAnswer(pub ToolCallId);

impl JobKind for UntakenAnswer {
    const KIND: &'static str = "untaken_answer.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        format!("call:{}", self.0)
    }
}

/// The handler that turns answers which no request took into direct messages.
pub(crate) struct UntakenAnswers;

impl Handler for UntakenAnswers {
    type Job = UntakenAnswer;

    async fn run(&self, ctx: &TenantCtx, _claim: &Claim, job: &UntakenAnswer) -> Result<Outcome, Stop> {
        let Some(kept) = documents::get::<ToolAnswer>(ctx, job.0.as_str()).await? else {
            return Ok(Outcome::done(Vec::new()));
        };
        let message = answer(ctx, Addressee::directly(kept.user), kept.content);
        Ok(Outcome::done(vec![documents::remove::<ToolAnswer>(job.0.as_str()), message]))
    }
}
