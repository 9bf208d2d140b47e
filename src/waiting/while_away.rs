//! The one message to a person who is back, about the conversations that were unassigned while they were away.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::audit::log;
use crate::core::automation::AutomaticReason;
use crate::core::availability::Availability;
use crate::core::direct_message::{DirectMessage, ReturnedConversation};
use crate::core::error::Fault;
use crate::core::event::Event;
use crate::core::ids::{ConversationId, SlackUserId};
use crate::core::{times, working_hours};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::events::AvailabilityChanged;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::direct::SendDirect;
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::{documents, enqueue};
use crate::people::{availability, directory};
use crate::platform::db::{Claim, DocumentKind, Effect, StoredDocument};
use crate::sync::conversations::PAST_ENTRIES;
use crate::sync::{conversations, known};

/// The time between two looks at whether a person is back. Slack reports statuses; it does not report the end of Do Not
/// Disturb, nor does dialnote report availability.
const LOOK_AGAIN: Duration = Duration::from_secs(15 * 60);

/// The time for which an act of the app may still be under way: as long as a command is tried.
const UNDER_WAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The maximum number of conversations that are remembered for a person.
const MOST_REMEMBERED: usize = 100;

/// The maximum number of conversations that the message shows.
const MOST_SHOWN: usize = 10;

/// The conversations that the app began to unassign while a person was away. Its due time is that of the next look.
#[derive(Default, Serialize, Deserialize)]
struct WhileAway(Vec<(ConversationId, Timestamp)>);

impl StoredDocument for WhileAway {
    const KIND: DocumentKind = DocumentKind::WhileAway;
}

/// Looks at once whether a person whose status changed is back, if there is something to tell them.
pub(crate) async fn follow(ctx: &TenantCtx, changed: &AvailabilityChanged) -> Result<Vec<Effect>, Fault> {
    let kept = documents::stored::<WhileAway>(ctx, changed.user.as_str()).await?;
    let look = || enqueue::unasked(ctx.new_job(&ReturnedWhileAway { user: changed.user.clone(), returned: None }));
    Ok(kept.map(|_| look()).into_iter().collect())
}

/// Remembers a conversation, or tells a person who is back about all of them.
async fn remember(ctx: &TenantCtx, job: &ReturnedWhileAway) -> Result<Outcome, Fault> {
    let id = job.user.as_str();
    let (now, kept) = (ctx.clock.now(), documents::get::<WhileAway>(ctx, id).await?);
    if let Some(returned) = &job.returned {
        let WhileAway(mut all) = kept.unwrap_or_default();
        all.retain(|(conversation, _)| *conversation != returned.0);
        if all.len() < MOST_REMEMBERED {
            all.push(returned.clone());
        }
        let due = Some(times::later(now, LOOK_AGAIN));
        return Ok(Outcome::done(vec![documents::put_due(ctx, id, &WhileAway(all), due)]));
    }
    let Some(WhileAway(all)) = kept else { return Ok(Outcome::done(Vec::new())) };
    if let Some(due) = next_look(ctx, &job.user).await? {
        return Ok(Outcome::done(vec![documents::put_due(ctx, id, &WhileAway(all), Some(due))]));
    }
    let (mut returned, mut under_way) = (Vec::new(), Vec::new());
    for (conversation, at) in all {
        match is_returned(ctx, &conversation, at).await? {
            true => returned.extend(as_it_is(ctx, &conversation).await?),
            // The act may have been refused, because the conversation changed.
            false if times::later(at, UNDER_WAY) > now => under_way.push((conversation, at)),
            false => {}
        }
    }
    let due = Some(times::later(now, LOOK_AGAIN));
    let rest = if under_way.is_empty() {
        documents::remove::<WhileAway>(id)
    } else {
        documents::put_due(ctx, id, &WhileAway(under_way), due)
    };
    let more = returned.len().saturating_sub(MOST_SHOWN);
    returned.truncate(MOST_SHOWN);
    let notice = DirectMessage::WhileAway { returned, more };
    let is_news = !matches!(&notice, DirectMessage::WhileAway { returned, .. } if returned.is_empty());
    let told = is_news.then(|| enqueue::say_unasked(ctx, &SendDirect::new(job.user.clone(), notice)));
    Ok(Outcome::done(told.into_iter().chain([rest]).collect()))
}

/// Returns the time of the next look, if the person is still away or it is outside their working hours.
async fn next_look(ctx: &TenantCtx, user: &SlackUserId) -> Result<Option<Timestamp>, Fault> {
    let now = ctx.clock.now();
    if let Availability::Away(why) = availability::of_user(ctx, user, None).await? {
        let again = times::later(now, LOOK_AGAIN);
        return Ok(Some(why.until().map_or(again, |until| until.min(again))));
    }
    let zone = working_hours::zone(directory::zone(ctx, user).await?.as_deref());
    let begins = documents::rules(ctx).await?.working.after(now, SignedDuration::ZERO, &zone);
    Ok(Some(begins).filter(|begins| *begins > now))
}

/// Answers whether the app has unassigned the conversation since then because its owner was away.
async fn is_returned(ctx: &TenantCtx, id: &ConversationId, since: Timestamp) -> Result<bool, Fault> {
    let entries = ctx.db.entries(id, PAST_ENTRIES).await?;
    let is_it = |what: &Event| matches!(what, Event::Automatic { reason: AutomaticReason::OwnerAway(_), .. });
    Ok(log::told(&entries).iter().any(|entry| entry.at >= since && is_it(&entry.what)))
}

/// Returns a conversation as it was last seen.
async fn as_it_is(ctx: &TenantCtx, id: &ConversationId) -> Result<Option<ReturnedConversation>, Fault> {
    let Some(conversation) = known::known(ctx, id).await? else { return Ok(None) };
    let owner = conversations::owner_name(ctx, &conversation).await?;
    Ok(Some(ReturnedConversation { conversation, owner }))
}

/// A conversation to remember for a person; without one, the look at whether the person is back. Both have the same
/// partition, so that none overtakes the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReturnedWhileAway {
    /// The person.
    pub user: SlackUserId,
    /// The conversation, and the time at which the app began to unassign it.
    pub returned: Option<(ConversationId, Timestamp)>,
}

impl JobKind for ReturnedWhileAway {
    const KIND: &'static str = "while_away.v1";
    const NEEDS_DIALNOTE: bool = true;

    fn key(&self) -> String {
        format!("while_away:{}", self.user)
    }
}

/// The handler of messages to people who are back.
pub(crate) struct WelcomeBack;

impl Handler for WelcomeBack {
    type Job = ReturnedWhileAway;

    async fn run(&self, ctx: &TenantCtx, _claim: &Claim, job: &ReturnedWhileAway) -> Result<Outcome, Stop> {
        Ok(remember(ctx, job).await?)
    }
}
