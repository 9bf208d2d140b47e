//! People who are away, where a command concerns them. A person who assigns a conversation to them by hand is asked
//! first, and the app's own act for an absent owner is dropped if the owner is back.

use std::time::Duration;

use tokio::time::timeout;
use tracing::info;

use crate::commands::drafts;
use crate::commands::facts::{Facts, Plan};
use crate::commands::job::CommandJob;
use crate::core::about::About;
use crate::core::automation::AutomaticReason;
use crate::core::availability::Availability;
use crate::core::away_assignee::AwayAssignee;
use crate::core::call::Call;
use crate::core::error::Fault;
use crate::core::ids::SlackUserId;
use crate::core::refusal::Refusal;
use crate::core::request_context::Via;
use crate::core::seen::Seen;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::outcome::Stop;
use crate::people::availability;

/// The time that Slack may take to say whether a person is away. The question is a courtesy: no command waits for it.
const PATIENCE: Duration = Duration::from_secs(2);

/// Refuses a plan that assigns the conversation to a person who is away, unless the requester knows that.
pub(crate) async fn ask_first(ctx: &TenantCtx, job: &CommandJob, plan: &Plan) -> Result<(), Stop> {
    let Some((user, name)) = given_to(job, plan).filter(|(user, _)| job.despite.as_ref() != Some(*user)) else {
        return Ok(());
    };
    let Availability::Away(why) = now(ctx, user, job).await? else { return Ok(()) };
    Err(Refusal::TheyAreAway(Box::new(AwayAssignee {
        about: About::from(&plan.before),
        user: user.clone(),
        name: name.to_owned(),
        why,
        verb: plan.act.verb(),
        draft: drafts::new_draft(),
        seen: Seen::from(&plan.before),
    }))
    .into())
}

/// Answers whether the app gave the command because the owner was away, and the owner is back.
pub(crate) async fn is_back(ctx: &TenantCtx, job: &CommandJob, facts: &Facts) -> Result<bool, Fault> {
    let (Some(AutomaticReason::OwnerAway(_)), Some(owner)) = (&job.reason, &facts.conversation.owner) else {
        return Ok(false);
    };
    Ok(availability::of_member(ctx, &owner.id).await?.is_here())
}

/// Returns the person to whom a plan assigns the conversation by name. Taking is no assignment to another person, and
/// a group gives only to people who are there.
fn given_to<'a>(job: &'a CommandJob, plan: &'a Plan) -> Option<(&'a SlackUserId, &'a str)> {
    let gives = plan.calls.iter().any(|call| matches!(call, Call::Assign(Some(_))));
    let is_by_hand = !matches!(job.requester.via, Via::Timer | Via::Automatic);
    let to = plan.to.as_ref().filter(|to| gives && is_by_hand && to.member != plan.requester.member)?;
    Some((plan.act.assignee()?, &to.name))
}

/// Returns the availability of a person as far as it can be told soon.
async fn now(ctx: &TenantCtx, user: &SlackUserId, job: &CommandJob) -> Result<Availability, Fault> {
    match timeout(PATIENCE, availability::of_user(ctx, user, job.requester.team.as_ref())).await {
        Ok(Err(fault @ (Fault::Store(_) | Fault::Unreadable { .. } | Fault::Sealed(_)))) => Err(fault),
        Ok(Ok(found)) => Ok(found),
        Ok(Err(cause)) => {
            info!(%cause, "availability unknown");
            Ok(Availability::Here)
        }
        Err(_) => {
            info!(cause = "Slack is slow", "availability unknown");
            Ok(Availability::Here)
        }
    }
}
