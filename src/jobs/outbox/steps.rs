//! The end of a workflow step: its outputs, or an error. Slack takes it with the step's own token, which lives for
//! 15 minutes (docs/contracts/slack-2026.md §8.4).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::warn;

use crate::core::error::{Fault, Service};
use crate::core::ids::InstallationId;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::message::Message;
use crate::jobs::outcome::Outcome;
use crate::jobs::{faults, lease};
use crate::platform::db::{Claim, Effect, Queue};
use crate::platform::retry::RetryDecision;
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::inbound::ReachedStep;
use crate::platform::vault::{Purpose, Sealed, Vault};

/// The time after which a step is not tried again: its token lives for 15 minutes, and its end must be sent by then.
const STEP_TIMEOUT: SignedDuration = SignedDuration::from_mins(14);

/// The sentence for a step that waited too long.
pub(crate) const TOO_LATE: &str = "dialnote or Slack didn't respond in time, so the step was stopped. Check the \
                                   conversation, then run the workflow again.";

/// The code of a step that is completed already: by an earlier try, whose answer was lost.
const COMPLETED: &str = "execution_not_in_running_state";

/// The code of a step that Slack no longer knows.
const UNKNOWN: &str = "function_execution_not_found";

/// A step that waits for its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingStep {
    /// The id of the execution.
    pub(crate) execution: String,
    /// The token for its end.
    token: Sealed,
    /// The time after which it is not tried again.
    until: Timestamp,
}

impl WaitingStep {
    /// Returns the step that a workflow reached at `at`, with its token sealed.
    pub(crate) fn new(vault: &Vault, installation: &InstallationId, reached: &ReachedStep, at: Timestamp) -> Self {
        let token = SecretString::from(reached.token.clone());
        Self {
            execution: reached.execution.clone(),
            token: vault.seal(installation, Purpose::StepToken, &token),
            until: at.saturating_add(STEP_TIMEOUT).unwrap_or(Timestamp::MAX),
        }
    }

    /// Answers whether it waited so long that it must not begin any more: its workflow has moved on.
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        now >= self.until
    }
}

/// The end of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StepEnd {
    /// It is done, with these outputs.
    Done(BTreeMap<String, Value>),
    /// It failed, for the reason in this sentence.
    Failed(String),
}

impl StepEnd {
    /// Returns the end of a step whose outputs are texts.
    pub(crate) fn done(outputs: BTreeMap<String, String>) -> Self {
        Self::Done(outputs.into_iter().map(|(name, text)| (name, Value::String(text))).collect())
    }
}

/// A message to Slack that a step has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EndStep {
    step: WaitingStep,
    end: StepEnd,
}

/// Returns the effect that ends a step.
pub(crate) fn end(ctx: &TenantCtx, step: &WaitingStep, end: StepEnd) -> Effect {
    ctx.say(&EndStep { step: step.clone(), end })
}

/// Returns the effect that ends a step with an error.
pub(crate) fn fail(ctx: &TenantCtx, step: &WaitingStep, sentence: &str) -> Effect {
    end(ctx, step, StepEnd::Failed(sentence.to_owned()))
}

/// Answers whether a step that met a fault is tried again before its token ends. A fault of the app's own does not end
/// the step.
pub(crate) async fn is_tried_again(ctx: &TenantCtx, claim: &Claim, step: &WaitingStep, fault: &Fault) -> bool {
    if matches!(fault, Fault::Store(_) | Fault::Unreadable { .. } | Fault::Sealed(_) | Fault::LeaseLost) {
        return true;
    }
    matches!(faults::next_try(ctx, claim, fault).await, RetryDecision::At(due) if due < step.until)
}

/// Says why a step is not tried again.
pub(crate) fn why_stopped(fault: &Fault) -> String {
    match fault {
        Fault::Unauthorized { service: Service::Dialnote, .. } => {
            "dialnote rejected the app's key. Ask an admin to enter a new one with /dialnote connect.".to_owned()
        }
        Fault::Unauthorized { service: Service::Slack, .. } => {
            "Slack rejected the app's token. Ask an admin to install the app again.".to_owned()
        }
        _ => TOO_LATE.to_owned(),
    }
}

impl JobKind for EndStep {
    const KIND: &'static str = "end_step.v1";
    const QUEUE: Queue = Queue::Outbox;

    fn key(&self) -> String {
        format!("step:{}", self.step.execution)
    }
}

impl Message for EndStep {
    async fn deliver(&self, ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, SlackError> {
        let Some(token) = self.token(ctx) else {
            warn!("workflow step not ended: its token can't be opened");
            return Ok(Outcome::done(Vec::new()));
        };
        let slack = ctx.slack.with_token(token).with_deadline(lease::ensure(ctx, claim).await?);
        let ended = match &self.end {
            StepEnd::Done(outputs) => slack.complete_step(&self.step.execution, outputs).await,
            StepEnd::Failed(sentence) => slack.fail_step(&self.step.execution, sentence).await,
        };
        match ended {
            Err(SlackError::Refused(code)) if code == COMPLETED => {}
            Err(SlackError::Refused(code)) if code == UNKNOWN => warn!(code, "workflow step not ended"),
            // The token is the step's own: nothing follows for the app's.
            Err(SlackError::Fault(Fault::Unauthorized { cause, .. })) => warn!(cause, "workflow step not ended"),
            other => other?,
        }
        Ok(Outcome::done(Vec::new()))
    }
}

impl EndStep {
    fn token(&self, ctx: &TenantCtx) -> Option<SecretString> {
        let vault = ctx.step_vault.as_ref()?;
        vault.open(ctx.installation(), Purpose::StepToken, &self.step.token).ok()
    }
}
