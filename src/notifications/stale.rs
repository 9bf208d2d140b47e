//! Questions to the owners of stale conversations. A check once an hour finds the owners to ask, and each of them
//! becomes a job of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::about::About;
use crate::core::conversation::{Conversation, Owner};
use crate::core::direct_message::DirectMessage;
use crate::core::error::Fault;
use crate::core::ids::ConversationId;
use crate::core::{times, working_hours};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::direct::SendDirect;
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::{documents, enqueue};
use crate::notifications::stale_facts::{is_to_be_asked, owned_and_old, touched};
use crate::notifications::{digests, weekly};
use crate::people::directory;
use crate::platform::db::projection::Conversations;
use crate::platform::db::{Claim, Class, DocumentKind, Effect, NewJob, StoredDocument};

/// The time between checks.
const STALE_CHECK_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// The maximum number of conversations that an owner is asked about at a time.
const MAX_ASKED_AT_ONCE: usize = 5;

/// The maximum number of an owner's conversations that are looked at for that.
const MAX_EXAMINED: usize = 100;

/// The schedule of the checks. Its due time is the time of the next one.
#[derive(Serialize, Deserialize)]
struct NextStaleCheck;

impl StoredDocument for NextStaleCheck {
    const KIND: DocumentKind = DocumentKind::StaleCheck;
}

/// The conversations that an owner was asked about, and when.
#[derive(Default, Serialize, Deserialize)]
struct AskedAbout(BTreeMap<ConversationId, Timestamp>);

impl StoredDocument for AskedAbout {
    const KIND: DocumentKind = DocumentKind::AskedAbout;
}

/// Schedules a check, unless one is scheduled already.
pub(crate) async fn have_owners_asked(ctx: &TenantCtx) -> Result<(), Fault> {
    let kept = documents::stored::<NextStaleCheck>(ctx, "").await?;
    if kept.is_some_and(|kept| !digests::was_given_up(ctx, &kept)) {
        return Ok(());
    }
    let due = times::later(ctx.clock.now(), STALE_CHECK_INTERVAL);
    ctx.db.keep(documents::document(ctx, "", &NextStaleCheck, Some(due))).await
}

/// Enqueues a job for each owner who may have to be asked, and schedules the next check.
pub(crate) async fn look_for_untouched(ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, Fault> {
    let now = ctx.clock.now();
    let again = documents::put_due(ctx, "", &NextStaleCheck, Some(times::later(now, STALE_CHECK_INTERVAL)));
    let (given_up, weekly) = (digests::digests_given_up(ctx).await?, weekly::schedule_all(ctx).await?);
    let again: Vec<_> = std::iter::once(again).chain(given_up).chain(weekly).collect();
    let Some(patience) = documents::rules(ctx).await?.untouched() else {
        return Ok(Outcome::done(again));
    };
    let before = times::earlier(now, patience.unsigned_abs());
    let owners = |all: &Conversations| {
        let found = owned_and_old(all.values().map(|sight| &sight.known.conversation), before);
        found.into_values().filter_map(|theirs| theirs.first()?.owner.clone()).collect::<Vec<_>>()
    };
    let owners = ctx.memory.projection.look(&ctx.db, owners).await?;
    let ask = |owner| {
        let job = ctx.following(claim, &AskOwner(owner));
        Effect::Enqueue(NewJob { class: Class::Machine, ..job })
    };
    Ok(Outcome::done(again.into_iter().chain(owners.into_iter().map(ask)).collect()))
}

/// Asks an owner about their stale conversations, longest inactive first. Asks only in working hours, and not about a
/// conversation that they were asked about recently.
pub(crate) async fn ask_owner(ctx: &TenantCtx, owner: &Owner) -> Result<Outcome, Fault> {
    let now = ctx.clock.now();
    let (rules, user) = (documents::rules(ctx).await?, directory::participant(ctx, owner).await?.user);
    let Some((patience, user)) = rules.untouched().zip(user) else {
        return Ok(Outcome::done(Vec::new()));
    };
    let zone = working_hours::zone(directory::zone(ctx, &user).await?.as_deref());
    let AskedAbout(asked) = documents::get(ctx, owner.id.as_str()).await?.unwrap_or_default();
    let (mut still, mut effects) = (BTreeMap::new(), Vec::new());
    for one in old_of(ctx, owner, times::earlier(now, patience.unsigned_abs())).await? {
        let asked = asked.get(&one.id).copied();
        let last = touched(&one).max(asked).max(touched_here(ctx, &one.id).await?);
        let is_asked = effects.len() < MAX_ASKED_AT_ONCE
            && last.is_some_and(|last| is_to_be_asked(last, (rules.working, patience), &zone, now));
        if is_asked {
            let notice = DirectMessage::StillOnIt { about: About::from(&one), hours: rules.untouched_hours };
            effects.push(enqueue::say_unasked(ctx, &SendDirect::new(user.clone(), notice)));
        }
        still.extend(is_asked.then_some(now).or(asked).map(|at| (one.id, at)));
    }
    effects.push(documents::put(ctx, owner.id.as_str(), &AskedAbout(still)));
    Ok(Outcome::done(effects))
}

async fn old_of(ctx: &TenantCtx, owner: &Owner, before: Timestamp) -> Result<Vec<Conversation>, Fault> {
    let theirs = |all: &Conversations| {
        let theirs = all.values().map(|sight| &sight.known.conversation).filter(|one| one.is_owned_by(&owner.id));
        owned_and_old(theirs, before).into_values().flatten().take(MAX_EXAMINED).cloned().collect()
    };
    ctx.memory.projection.look(&ctx.db, theirs).await
}

/// Returns the time of the last audit entry about a conversation, if there is one.
async fn touched_here(ctx: &TenantCtx, id: &ConversationId) -> Result<Option<Timestamp>, Fault> {
    Ok(ctx.db.entries(id, 1).await?.first().map(|last| last.at))
}

impl JobKind for StaleCheck {
    const KIND: &'static str = "untouched.v1";
    const NEEDS_DIALNOTE: bool = true;

    fn key(&self) -> String {
        "untouched".to_owned()
    }
}

/// The handler that looks for stale conversations.
pub(crate) struct StaleChecks;

impl Handler for StaleChecks {
    type Job = StaleCheck;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, _job: &StaleCheck) -> Result<Outcome, Stop> {
        Ok(look_for_untouched(ctx, claim).await?)
    }
}

impl JobKind for AskOwner {
    const KIND: &'static str = "ask.v1";
    const NEEDS_DIALNOTE: bool = true;

    fn key(&self) -> String {
        format!("ask:{}", self.0.id)
    }
}

/// The handler that asks owners about stale conversations.
pub(crate) struct Questions;

impl Handler for Questions {
    type Job = AskOwner;

    async fn run(&self, ctx: &TenantCtx, _claim: &Claim, job: &AskOwner) -> Result<Outcome, Stop> {
        Ok(ask_owner(ctx, &job.0).await?)
    }
}

/// The periodic check for stale conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StaleCheck;

/// An owner to ask about their stale conversations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AskOwner(pub Owner);
