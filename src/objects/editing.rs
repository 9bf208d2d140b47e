//! Edited fields of a pane become commands: a new owner, a new status, another time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cards::entity_view::DUE;
use crate::commands::job::CommandJob;
use crate::commands::{queueing, refusal_words};
use crate::core::assignee::Assignee;
use crate::core::command::{Action, Command};
use crate::core::conversation::{ConversationRef, State, Status};
use crate::core::ids::SlackUserId;
use crate::core::pane::Pane;
use crate::core::request_context::RequestContext;
use crate::core::seen::Seen;
use crate::core::when::model::When;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::pane::{FillPane, PaneOutcome};
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::rate_limits;
use crate::objects::showing;
use crate::people::directory;
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::db::{Claim, Effect};
use crate::sync::conversations;

/// The values that a person saved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Edited {
    /// The status: `open`, `snoozed` or `done`.
    pub status: Option<String>,
    /// The owner.
    pub owner: EditedOwner,
    /// The end of the snooze, if it was sent.
    pub until: Option<Timestamp>,
}

/// The owner that a person saved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EditedOwner {
    /// The field was not sent.
    #[default]
    Unsent,
    /// No one.
    Nobody,
    /// This Slack user.
    User(SlackUserId),
}

/// Saved values of a pane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EditPane {
    /// The person, with the pane.
    pub requester: RequestContext,
    /// The values.
    pub edited: Edited,
}

impl JobKind for EditPane {
    const KIND: &'static str = "edit_pane.v1";

    fn key(&self) -> String {
        format!("pane:{}", self.requester.user)
    }

    fn fairness_key(&self) -> String {
        self.requester.user.to_string()
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::unlimited(rate_limits::DIALNOTE)]
    }

    fn requester(&self) -> Option<&RequestContext> {
        Some(&self.requester)
    }
}

/// The handler that turns edited fields into commands.
pub(crate) struct Edits;

impl Handler for Edits {
    type Job = EditPane;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, job: &EditPane) -> Result<Outcome, Stop> {
        let Some(pane) = job.requester.pane.clone() else { return Ok(Outcome::done(Vec::new())) };
        let shown = match showing::shown(ctx, &job.requester.user, &pane.conversation).await? {
            Some(shown) => shown,
            None => match conversations::look_at(ctx, &pane.conversation).await {
                Ok(now) => Seen::unasked(&now),
                Err(Stop::Refused(why)) => {
                    let outcome = Some(PaneOutcome::Refused(refusal_words::line(&why).words()));
                    return Ok(filled(ctx, job, pane, outcome));
                }
                Err(stop) => return Err(stop),
            },
        };
        let owner = match &shown.state.owner {
            Some(owner) => directory::known_teammate(ctx, owner).await?.map(|(user, _)| user),
            None => None,
        };
        let actions = changes(&job.edited, &shown.state, owner.as_ref(), ctx.clock.now());
        if actions.is_empty() {
            return Ok(filled(ctx, job, pane, None));
        }
        let queued = actions.into_iter().map(|act| {
            let which = ConversationRef::Id(pane.conversation.clone());
            let command = Command { act, which, note: String::new() };
            // If another person has changed it since, each command asks. The requester's own first one counts as known.
            let command = CommandJob { seen: vec![shown.clone()], ..CommandJob::new(job.requester.clone(), command) };
            queueing::queued_up(ctx, claim, &command)
        });
        Ok(Outcome::done(queued.collect()))
    }
}

fn filled(ctx: &TenantCtx, job: &EditPane, pane: Pane, outcome: Option<PaneOutcome>) -> Outcome {
    let fill = FillPane { requester: job.requester.clone(), pane, outcome };
    Outcome::done(vec![Effect::Enqueue(ctx.new_job(&fill))])
}

/// Returns the actions that lead from a conversation as it was shown to the saved values.
fn changes(edited: &Edited, shown: &State, owner: Option<&SlackUserId>, at: Timestamp) -> Vec<Action> {
    let assigned = match &edited.owner {
        EditedOwner::User(wanted) => (Some(wanted) != owner).then(|| Action::Assign(Assignee::User(wanted.clone()))),
        // An owner who has no Slack user is shown by name, and Slack sends an empty field for them.
        EditedOwner::Nobody => owner.map(|_| Action::Unassign),
        EditedOwner::Unsent => None,
    };
    let status = status_change(edited, shown, at);
    // The answer to a new owner says that the conversation is done or snoozed, so it is opened first.
    let opens = matches!(status, Some(Action::Reopen | Action::Wake));
    let (first, second) = if opens { (status, assigned) } else { (assigned, status) };
    first.into_iter().chain(second).collect()
}

fn status_change(edited: &Edited, shown: &State, at: Timestamp) -> Option<Action> {
    let until = edited.until.filter(|until| *until > at);
    let is_other_time = until.is_some() && until != shown.until;
    match (edited.status.as_deref()?, shown.status) {
        ("done", status) => (status != Status::Done).then_some(Action::Done),
        ("open", Status::Snoozed) => Some(Action::Wake),
        ("open", Status::Done | Status::Other) => Some(Action::Reopen),
        ("snoozed", Status::Snoozed) if !is_other_time => None,
        ("snoozed" | "open", _) => until.map(|until| Action::Snooze(When::At(until))),
        _ => None,
    }
}

/// Returns the fields that cannot be saved as they are, each with a sentence. `shown` is the conversation as the pane
/// showed it: Slack sends every field, and only what the person changed is checked.
pub(crate) fn faults(edited: &Edited, shown: Option<&State>, at: Timestamp) -> Vec<(&'static str, &'static str)> {
    let is_new = |until: Timestamp| shown.is_some_and(|shown| shown.until != Some(until));
    match (edited.status.as_deref(), edited.until) {
        (Some("snoozed"), None) => vec![(DUE, "Choose the time until which it is snoozed.")],
        (status, Some(until)) if until <= at && (status == Some("snoozed") || is_new(until)) => {
            vec![(DUE, "That time has passed. Choose a later one.")]
        }
        (Some("done"), Some(until)) if is_new(until) => {
            vec![(DUE, "To snooze it until then, set the status to Snoozed as well.")]
        }
        _ => Vec::new(),
    }
}
