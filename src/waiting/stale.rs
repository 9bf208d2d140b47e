//! Questions to the owners of stale conversations. A check once an hour finds the owners to ask, and each of them
//! becomes a job of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::channels::routes;
use crate::channels::routes::DecidingRoutes;
use crate::core::about::About;
use crate::core::conversation::{Conversation, Owner};
use crate::core::direct_message::DirectMessage;
use crate::core::error::Fault;
use crate::core::ids::{ConversationId, SlackUserId};
use crate::core::rules::Rules;
use crate::core::{times, working_hours};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::direct::SendDirect;
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::{documents, enqueue};
use crate::notifications::{digests, weekly};
use crate::people::{availability, directory};
use crate::platform::db::projection::Conversations;
use crate::platform::db::{Claim, Class, DocumentKind, Effect, NewJob, StoredDocument};
use crate::waiting::returns;
use crate::waiting::stale_facts::{InactiveRule, WorkingTimes, owned_and_old, touched};

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
    let (rules, routes) = (documents::rules(ctx).await?, routes::deciding_routes(ctx).await?);
    let owners = |all: &Conversations| {
        let found = owned_and_old(all.pending(), |one| Some(rule(&routes, one, &rules)?.patience()), now);
        found.into_values().filter_map(|theirs| theirs.first()?.owner.clone()).collect::<Vec<_>>()
    };
    let owners = ctx.memory.projection.look(&ctx.db, owners).await?;
    let ask = |owner| {
        let job = ctx.following(claim, &AskOwner(owner));
        Effect::Enqueue(NewJob { class: Class::Machine, ..job })
    };
    Ok(Outcome::done(again.into_iter().chain(owners.into_iter().map(ask)).collect()))
}

fn rule(routes: &DecidingRoutes, one: &Conversation, rules: &Rules) -> Option<InactiveRule> {
    InactiveRule::of(routes.on(one.line.as_ref()).map(|(_, route)| route), rules)
}

/// Asks an owner about their stale conversations, longest inactive first. Asks only in working hours, and not about a
/// conversation that they were asked about recently. Where the route says so, the conversation returns some time after
/// that; it does so too if its owner can't be asked.
pub(crate) async fn ask_owner(ctx: &TenantCtx, owner: &Owner) -> Result<Outcome, Fault> {
    let now = ctx.clock.now();
    let (rules, routes) = (documents::rules(ctx).await?, routes::deciding_routes(ctx).await?);
    let user = directory::participant(ctx, owner).await?.user;
    let zone = match &user {
        Some(user) => directory::zone(ctx, user).await?,
        None => None,
    };
    let AskedAbout(asked) = documents::get(ctx, owner.id.as_str()).await?.unwrap_or_default();
    let (mut still, mut effects, mut count) = (BTreeMap::new(), Vec::new(), 0);
    let old = old_of(ctx, owner, (&routes, &rules)).await?;
    let returns = old.iter().any(|one| rule(&routes, one, &rules).is_some_and(|rule| rule.returns.is_some()));
    let reader = Reader::find(ctx, user, returns).await?;
    for one in old {
        let route = routes.on(one.line.as_ref()).map(|(_, route)| route);
        let Some(rule) = InactiveRule::of(route, &rules) else { continue };
        let times = WorkingTimes::of(route, &rules, zone.as_deref());
        let asked = asked.get(&one.id).copied();
        let last = touched(&one).max(asked).max(returns::touched_here(ctx, &one.id).await?);
        let is_due = count < MAX_ASKED_AT_ONCE
            && reader.allows(rule)
            && last.is_some_and(|last| times.is_to_be_asked(last, rule.patience(), now));
        let is_asked = is_due && (rule.returns.is_none() || !returns::is_set(ctx, &one.id).await?);
        if is_asked {
            let user = reader.to_ask(rule).cloned();
            count += usize::from(user.is_some());
            let until = rule.returns.map(|_| times.returns_at(now));
            effects.extend(until.map(|until| returns::set(ctx, &one.id, owner, until)));
            let silent = touched(&one).map_or(0, |touched| times.hours_between(touched, now));
            let notice = DirectMessage::StillOnIt {
                about: About::from(&one),
                hours: silent.max(rule.hours),
                until,
                then: rule.returns.unwrap_or_default(),
            };
            effects.extend(user.map(|user| enqueue::say_unasked(ctx, &SendDirect::new(user, notice))));
        }
        still.extend(is_asked.then_some(now).or(asked).map(|at| (one.id, at)));
    }
    effects.push(documents::put(ctx, owner.id.as_str(), &AskedAbout(still)));
    Ok(Outcome::done(effects))
}

/// The owner of stale conversations, as a reader of the question about them.
enum Reader {
    /// They read it now.
    Reads(SlackUserId),
    /// They read it after their quiet hours, when the time that it names may be over.
    Later(SlackUserId),
    /// They don't work at the moment.
    Away(SlackUserId),
    /// They have no user in Slack.
    Unlinked,
}

impl Reader {
    /// Finds out how an owner reads. Only where something `returns` does it matter whether they are there.
    async fn find(ctx: &TenantCtx, user: Option<SlackUserId>, returns: bool) -> Result<Self, Fault> {
        let Some(user) = user else { return Ok(Self::Unlinked) };
        if !returns {
            return Ok(Self::Reads(user));
        }
        if !availability::of_user(ctx, &user, None).await?.is_here() {
            return Ok(Self::Away(user));
        }
        let quiet = documents::preferences(ctx, &user).await?.quiet;
        let zone = working_hours::zone(directory::zone(ctx, &user).await?.as_deref());
        let is_quiet = quiet.is_some_and(|quiet| quiet.until(ctx.clock.now(), &zone).is_some());
        Ok(if is_quiet { Self::Later(user) } else { Self::Reads(user) })
    }

    /// Answers whether something can follow from a rule now. A question with a time waits until it can be read. A
    /// conversation that stays needs someone to ask.
    fn allows(&self, rule: InactiveRule) -> bool {
        match self {
            Self::Reads(_) | Self::Away(_) => true,
            Self::Later(_) => rule.returns.is_none(),
            Self::Unlinked => rule.returns.is_some(),
        }
    }

    /// Returns the user to ask. An owner who is away is asked only where nothing else happens.
    fn to_ask(&self, rule: InactiveRule) -> Option<&SlackUserId> {
        match self {
            Self::Reads(user) | Self::Later(user) => Some(user),
            Self::Away(user) => Some(user).filter(|_| rule.returns.is_none()),
            Self::Unlinked => None,
        }
    }
}

async fn old_of(
    ctx: &TenantCtx,
    owner: &Owner,
    (routes, rules): (&DecidingRoutes, &Rules),
) -> Result<Vec<Conversation>, Fault> {
    let now = ctx.clock.now();
    let theirs = |all: &Conversations| {
        let theirs = all.pending().filter(|one| one.is_owned_by(&owner.id));
        let old = owned_and_old(theirs, |one| Some(rule(routes, one, rules)?.patience()), now);
        old.into_values().flatten().take(MAX_EXAMINED).cloned().collect()
    };
    ctx.memory.projection.look(&ctx.db, theirs).await
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
