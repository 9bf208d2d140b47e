//! A step that a workflow reached: its inputs are read, its conversation is found, and what changes one goes on as a
//! command. Each step ends with outputs, or with a sentence for the workflow's author.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::audit::log;
use crate::commands::job::CommandJob;
use crate::commands::{refusal_words, resolve};
use crate::core::command::{Action, Command};
use crate::core::conversation::ConversationRef;
use crate::core::error::Fault;
use crate::core::ids::ConversationId;
use crate::core::refusal::Refusal;
use crate::core::request_context::RequestContext;
use crate::core::rule::Rule;
use crate::core::verbs::Verb;
use crate::core::workflow_step;
use crate::core::workflow_step::StepRequest;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::lease;
use crate::jobs::outbox::steps;
use crate::jobs::outbox::steps::{StepEnd, WaitingStep};
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::{documents, job};
use crate::platform::db::{Claim, Effect, Verdict};
use crate::platform::dialnote::answer::BUCKET as DIALNOTE;
use crate::sync::conversations;
use crate::workflows::queue::PostQueue;

/// A step that a workflow reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StepJob {
    /// The name of the step.
    pub callback_id: String,
    /// The inputs that have a value.
    pub inputs: BTreeMap<String, String>,
    /// The step, for its end.
    pub step: WaitingStep,
}

impl JobKind for StepJob {
    const KIND: &'static str = "step.v1";

    fn key(&self) -> String {
        format!("step:{}", self.step.execution)
    }

    fn is_from_slack(&self) -> bool {
        true
    }
}

/// The handler of steps that a workflow reached.
pub(crate) struct WorkflowSteps;

impl Handler for WorkflowSteps {
    type Job = StepJob;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, job: &StepJob) -> Result<Outcome, Stop> {
        match begin(ctx, claim, job).await {
            Err(Stop::Refused(why)) => {
                let recorded = log::record_refusal(ctx, &RequestContext::of_workflow(), "workflow_step", &why);
                Ok(Outcome::done(vec![recorded, failed(ctx, job, &refusal_words::no(&why))]))
            }
            Err(Stop::Fault(fault)) if !steps::is_tried_again(ctx, claim, &job.step, &fault).await => {
                Ok(Outcome::done(vec![failed(ctx, job, &steps::why_stopped(&fault))]))
            }
            other => other,
        }
    }

    async fn given_up(&self, ctx: &TenantCtx, _claim: &Claim, job: &StepJob, fault: &Fault) -> Vec<Effect> {
        vec![failed(ctx, job, &steps::why_stopped(fault))]
    }
}

fn failed(ctx: &TenantCtx, job: &StepJob, sentence: &str) -> Effect {
    steps::fail(ctx, &job.step, sentence)
}

/// Begins a step, if the rules allow steps at all.
async fn begin(ctx: &TenantCtx, claim: &Claim, job: &StepJob) -> Result<Outcome, Stop> {
    let now = ctx.clock.now();
    // The job itself waits for no rate limit, because its workflow must learn in time that one holds it up.
    let opens = ctx.db.closed_until(DIALNOTE, now).await?.unwrap_or(now);
    if job.step.is_over(opens) {
        return Ok(Outcome::done(vec![failed(ctx, job, steps::TOO_LATE)]));
    }
    if opens > now {
        let cause = "dialnote limits calls".to_owned();
        let verdict = Verdict::Retry { due: opens, cause, outcome_unknown: false };
        return Ok(Outcome { verdict, effects: Vec::new() });
    }
    if !documents::rules(ctx).await?.workflows {
        return Err(Refusal::NotAllowed(Rule::Workflows).into());
    }
    let asked = match workflow_step::read(&job.callback_id, &job.inputs) {
        Ok(asked) => asked,
        Err(sentence) => return Ok(Outcome::done(vec![failed(ctx, job, &sentence)])),
    };
    let (which, verb) = match &asked {
        StepRequest::PostQueue(channel) => {
            let post = PostQueue { channel: channel.clone(), step: job.step.clone() };
            return Ok(Outcome::done(vec![ctx.say(&post)]));
        }
        StepRequest::Assign { which, .. } => (which, Verb::Assign),
        StepRequest::Find { which } | StepRequest::Note { which, .. } => (which, Verb::History),
    };
    let id = match resolve::named(ctx, claim, verb, which).await? {
        Ok(id) => id,
        Err(unclear) => return Ok(Outcome::done(vec![failed(ctx, job, &unclear.sentence(which))])),
    };
    match asked {
        StepRequest::Assign { who, note, .. } => Ok(goes_on(ctx, job, Action::Assign(who), id, note)),
        StepRequest::Note { note, .. } => Ok(goes_on(ctx, job, Action::Plain(Verb::Note), id, note)),
        StepRequest::Find { .. } | StepRequest::PostQueue(_) => found(ctx, job, &id).await,
    }
}

/// Returns the step as a command, which ends it.
fn goes_on(ctx: &TenantCtx, job: &StepJob, act: Action, id: ConversationId, note: String) -> Outcome {
    let command = Command { act, which: ConversationRef::Id(id), note };
    let command =
        CommandJob { step: Some(job.step.clone()), ..CommandJob::new(RequestContext::of_workflow(), command) };
    let verdict = Verdict::Continue { body: job::encode(&command), until: lease::end(ctx) };
    Outcome { verdict, effects: Vec::new() }
}

/// Ends a step with the conversation as it is in dialnote now.
async fn found(ctx: &TenantCtx, job: &StepJob, id: &ConversationId) -> Result<Outcome, Stop> {
    let conversation = conversations::look_at(ctx, id).await?;
    let owner = conversations::owner(ctx, &conversation).await?;
    let outputs = workflow_step::outputs(&conversation, owner.as_ref(), ctx.links.to(id));
    Ok(Outcome::done(vec![steps::end(ctx, &job.step, StepEnd::done(outputs))]))
}
