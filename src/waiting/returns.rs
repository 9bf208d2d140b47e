//! The return of inactive conversations. Some working time after their owner was asked (`waiting::stale`), they are
//! unassigned, unless something happened since.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::channels::routes;
use crate::commands::job::CommandJob;
use crate::core::automation::{AutomaticReason, Returns};
use crate::core::command::{Action, Command};
use crate::core::conversation::{Conversation, ConversationRef, Owner};
use crate::core::error::Fault;
use crate::core::ids::{ConversationId, MemberId};
use crate::core::refusal::Refusal;
use crate::core::request_context::RequestContext;
use crate::core::seen::Seen;
use crate::core::{job_keys, times};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::{documents, job, lease, rate_limits};
use crate::notifications::digests;
use crate::people::directory;
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::db::{Claim, DocumentKind, Effect, StoredDocument, Verdict};
use crate::sync::conversations;
use crate::waiting::stale_facts::{InactiveRule, WorkingTimes, touched};

/// The delay after which an owner gets the time to answer once more: they could not answer while the app or dialnote was
/// down.
const LATE: Duration = Duration::from_secs(15 * 60);

/// An inactive conversation whose owner was asked. Its due time is the time at which it returns.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ReturnTimer {
    /// The owner who was asked, or who is away.
    owner: MemberId,
    /// The time of the question.
    asked: Timestamp,
    /// The time at which it returns.
    until: Timestamp,
}

impl StoredDocument for ReturnTimer {
    const KIND: DocumentKind = DocumentKind::ReturnTimer;
}

/// Answers whether the return of a conversation is set.
pub(super) async fn is_set(ctx: &TenantCtx, id: &ConversationId) -> Result<bool, Fault> {
    let kept = documents::stored::<ReturnTimer>(ctx, id.as_str()).await?;
    Ok(kept.is_some_and(|kept| !digests::was_given_up(ctx, &kept)))
}

/// Returns the effect that sets the return of a conversation whose owner is asked now.
pub(super) fn set(ctx: &TenantCtx, id: &ConversationId, owner: &Owner, until: Timestamp) -> Effect {
    let timer = ReturnTimer { owner: owner.id.clone(), asked: ctx.clock.now(), until };
    documents::put_due(ctx, id.as_str(), &timer, Some(until))
}

/// Unassigns a conversation whose owner did nothing since they were asked.
async fn return_due(ctx: &TenantCtx, id: &ConversationId) -> Result<Outcome, Stop> {
    let Some(timer) = documents::get::<ReturnTimer>(ctx, id.as_str()).await? else {
        return Ok(Outcome::done(Vec::new()));
    };
    let drop = || documents::remove::<ReturnTimer>(id.as_str());
    let conversation = match conversations::look_at(ctx, id).await {
        Ok(conversation) => conversation,
        Err(Stop::Refused(Refusal::NoConversation { .. })) => return Ok(Outcome::done(vec![drop()])),
        Err(stop) => return Err(stop),
    };
    let here = touched_here(ctx, id).await?;
    let rules = documents::rules(ctx).await?;
    let route = routes::deciding(ctx, conversation.line.as_ref()).await?.map(|(_, route)| route);
    let rule = InactiveRule::of(route.as_ref(), &rules).filter(|rule| rule.returns.is_some());
    let Some(rule) = rule.filter(|_| timer.is_silent(&conversation, here)) else {
        return Ok(Outcome::done(vec![drop()]));
    };
    let zone = zone(ctx, &conversation).await?;
    let due = timer.due(&WorkingTimes::of(route.as_ref(), &rules, zone.as_deref()), ctx.clock.now());
    if let Some(until) = due {
        let later = ReturnTimer { until, ..timer };
        return Ok(Outcome::done(vec![documents::put_due(ctx, id.as_str(), &later, Some(until))]));
    }
    let command = Command { act: Action::Unassign, which: ConversationRef::Id(id.clone()), note: String::new() };
    let hours = rule.hours.saturating_add(Returns::ASKED_FOR);
    let command = CommandJob {
        seen: vec![Seen::from(&conversation)],
        reason: Some(AutomaticReason::Inactive { hours }),
        ..CommandJob::new(RequestContext::automatic(), command)
    };
    let verdict = Verdict::Continue { body: job::encode(&command), until: lease::end(ctx) };
    Ok(Outcome { verdict, effects: vec![drop()] })
}

/// Returns the time of the last audit entry about a conversation, if there is one.
pub(super) async fn touched_here(ctx: &TenantCtx, id: &ConversationId) -> Result<Option<Timestamp>, Fault> {
    Ok(ctx.db.entries(id, 1).await?.first().map(|last| last.at))
}

/// Returns the time zone of a conversation's owner, if they are in Slack.
async fn zone(ctx: &TenantCtx, conversation: &Conversation) -> Result<Option<String>, Fault> {
    let owner = conversations::owner(ctx, conversation).await?;
    match owner.and_then(|owner| owner.user) {
        Some(user) => directory::zone(ctx, &user).await,
        None => Ok(None),
    }
}

impl ReturnTimer {
    /// Answers whether nothing happened since the question. `here` is the time of the last command.
    fn is_silent(&self, conversation: &Conversation, here: Option<Timestamp>) -> bool {
        let last = touched(conversation).max(here);
        conversation.is_open() && conversation.is_owned_by(&self.owner) && last.is_none_or(|last| last <= self.asked)
    }

    /// Returns the time at which the conversation returns instead, if it is not now.
    fn due(&self, times: &WorkingTimes, now: Timestamp) -> Option<Timestamp> {
        let due = if times::later(self.until, LATE) < now { times.returns_at(now) } else { times.attended_from(now) };
        Some(due).filter(|due| *due > now)
    }
}

impl JobKind for ReturnDue {
    const KIND: &'static str = "return.v1";
    const NEEDS_DIALNOTE: bool = true;

    fn key(&self) -> String {
        job_keys::conversation_key(&self.0)
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        vec![rate_limits::unlimited(rate_limits::DIALNOTE)]
    }
}

/// The handler that returns inactive conversations.
pub(crate) struct InactiveReturns;

impl Handler for InactiveReturns {
    type Job = ReturnDue;

    async fn run(&self, ctx: &TenantCtx, _claim: &Claim, job: &ReturnDue) -> Result<Outcome, Stop> {
        return_due(ctx, &job.0).await
    }
}

/// The time at which an inactive conversation returns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReturnDue(pub ConversationId);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::route::Route;
    use crate::core::rules::Rules;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap_or_else(|_| unreachable!("{text}"))
    }

    #[test]
    fn it_returns_in_the_hours_of_the_number_and_late_timers_give_the_time_again() {
        // The owner works in Berlin, 8:00 to 16:00 UTC; the number is attended to in Los Angeles, 17:00 to 1:00 UTC.
        let route = Route { zone: Some("America/Los_Angeles".to_owned()), ..Route::of_all() };
        let times = WorkingTimes::of(Some(&route), &Rules::default(), Some("Europe/Berlin"));
        assert_eq!(times.returns_at(at("2026-11-23T10:00:00Z")), at("2026-11-23T17:00:00Z"));
        assert_eq!(times.returns_at(at("2026-11-23T15:30:00Z")), at("2026-11-24T17:00:00Z"));
        let (asked, until) = (at("2026-11-23T10:00:00Z"), at("2026-11-23T17:00:00Z"));
        let timer = ReturnTimer { owner: MemberId::new("m1"), asked, until };
        for (now, due) in [
            ("2026-11-23T17:00:01Z", None),
            ("2026-11-23T17:15:00Z", None),
            ("2026-11-23T18:00:00Z", Some("2026-11-24T17:00:00Z")),
        ] {
            assert_eq!(timer.due(&times, at(now)), due.map(at), "{now}");
        }
    }
}
