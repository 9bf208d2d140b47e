//! Changes of shifts. When a number's working hours end, or people leave the group that attends to it, their open
//! conversations are offered in the channel as one hand-off. Nothing changes by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::channels::routes;
use crate::channels::routes::DecidingRoutes;
use crate::core::assignee::UserGroup;
use crate::core::auto_assign::AssigneePool;
use crate::core::conversation::Conversation;
use crate::core::error::Fault;
use crate::core::ids::{ChannelId, MemberId, SlackUserId, UserGroupId};
use crate::core::refusal::Refusal;
use crate::core::route::Route;
use crate::core::{times, working_hours};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::{documents, enqueue, lease};
use crate::notifications::digests;
use crate::people::acting;
use crate::platform::db::projection::Conversations;
use crate::platform::db::{Claim, Class, DocumentKind, Effect, NewJob, StoredDocument};
use crate::platform::slack::answer::SlackError;
use crate::sync::conversations;
use crate::waiting::brief::{Brief, BriefFacts, ShiftOffer, ShiftOver};
use crate::waiting::shift_offer::PostShiftOffer;

/// The time between checks. A check comes earlier if working hours end earlier.
const SHIFT_CHECK_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// The time after which an offer comes too late: the people of the next shift have gone, too.
const OFFERED_WITHIN: Duration = Duration::from_secs(90 * 60);

/// The most conversations in an offer. All of them fit into one message with their briefs.
const MAX_BRIEFS: usize = 8;

/// The schedule of the checks. Its due time is the time of the next one.
#[derive(Serialize, Deserialize)]
struct NextShiftCheck {
    /// The time of the last one.
    last: Timestamp,
}

impl StoredDocument for NextShiftCheck {
    const KIND: DocumentKind = DocumentKind::ShiftCheck;
}

/// A number's shift at the last check.
#[derive(Serialize, Deserialize)]
struct Shift {
    /// The time of the check.
    at: Timestamp,
    /// The group that attends to the number, if one does, and its members.
    #[serde(default)]
    group: Option<(UserGroupId, Vec<SlackUserId>)>,
}

impl StoredDocument for Shift {
    const KIND: DocumentKind = DocumentKind::Shift;
}

/// Schedules a check, unless one is scheduled already.
pub(crate) async fn have_shifts_checked(ctx: &TenantCtx) -> Result<(), Fault> {
    let kept = documents::stored::<NextShiftCheck>(ctx, "").await?;
    if kept.is_some_and(|kept| !digests::was_given_up(ctx, &kept)) {
        return Ok(());
    }
    let last = ctx.clock.now();
    let due = times::later(last, SHIFT_CHECK_INTERVAL);
    ctx.db.keep(documents::document(ctx, "", &NextShiftCheck { last }, Some(due))).await
}

/// Returns the effect that has shifts checked at once, because the settings of a route changed.
pub(crate) async fn check_now(ctx: &TenantCtx) -> Result<Effect, Fault> {
    let now = ctx.clock.now();
    let kept = documents::get::<NextShiftCheck>(ctx, "").await?;
    Ok(documents::put_due(ctx, "", &kept.unwrap_or(NextShiftCheck { last: now }), Some(now)))
}

/// Returns the check that follows a change of a group's people, who may be a shift.
pub(crate) async fn after_group_change(ctx: &TenantCtx) -> Result<Vec<Effect>, Fault> {
    Ok(vec![check_now(ctx).await?])
}

/// Enqueues an offer for each number whose shift changed since the last check, and schedules the next check.
async fn check(ctx: &TenantCtx, claim: &Claim) -> Result<Outcome, Fault> {
    let now = ctx.clock.now();
    let last = documents::get::<NextShiftCheck>(ctx, "").await?.map_or(now, |kept| kept.last);
    let (rules, routes) = (documents::rules(ctx).await?, routes::deciding_routes(ctx).await?);
    let (mut effects, mut next) = (Vec::new(), times::later(now, SHIFT_CHECK_INTERVAL));
    for (channel, route) in routes.open().filter(|(_, route)| route.settings.shift_change) {
        let (working, zone) = (route.settings.over(&rules).working, working_hours::zone(route.zone.as_deref()));
        next = working.next_end(now, &zone).map_or(next, |end| end.min(next));
        let before = documents::get::<Shift>(ctx, channel.as_str()).await?;
        let since = before.as_ref().map_or(last, |shift| shift.at);
        let ended = working.last_end(now, &zone).filter(|end| *end > since);
        let is_working = working.after(now, SignedDuration::ZERO, &zone) <= now;
        let known = before.and_then(|shift| shift.group);
        // At night no one is told of a new group. It is compared when work begins.
        let group = match group(route).filter(|_| is_working || known.is_none()) {
            Some(group) => members(ctx, group).await?.or_else(|| known.clone()),
            None => known.clone(),
        };
        let over = match ended {
            Some(at) => Some((at, Leaving::Everyone)),
            None => left(known.as_ref(), group.as_ref()).map(|users| (now, Leaving::Users(users))),
        };
        effects.extend(over.map(|(at, leaving)| {
            let job = ctx.following(claim, &OfferShift { channel: channel.clone(), at, leaving });
            Effect::Enqueue(NewJob { class: Class::Machine, ..job })
        }));
        effects.push(documents::put(ctx, channel.as_str(), &Shift { at: now, group }));
    }
    effects.push(documents::put_due(ctx, "", &NextShiftCheck { last: now }, Some(next)));
    Ok(Outcome::done(effects))
}

/// Returns the group whose members attend to a route's number.
fn group(route: &Route) -> Option<&UserGroup> {
    match route.settings.auto.pool.as_ref()? {
        AssigneePool::Group(group) => Some(group),
        AssigneePool::People(_) => None,
    }
}

/// Returns the members of a group; `None` if the app can't read it.
async fn members(ctx: &TenantCtx, group: &UserGroup) -> Result<Option<(UserGroupId, Vec<SlackUserId>)>, Fault> {
    match ctx.slack.group(&group.id, None).await {
        Ok(users) => Ok(Some((group.id.clone(), users))),
        Err(SlackError::Refused(_) | SlackError::Fault(Fault::Unauthorized { .. })) => Ok(None),
        Err(SlackError::Fault(fault)) => Err(fault),
    }
}

type Group = (UserGroupId, Vec<SlackUserId>);

/// Returns the users who are no longer in a group; `None` if there are none, or if another group attends to the number.
fn left(before: Option<&Group>, now: Option<&Group>) -> Option<Vec<SlackUserId>> {
    let ((before, were), (now, are)) = before.zip(now)?;
    let left: Vec<_> = were.iter().filter(|user| before == now && !are.contains(user)).cloned().collect();
    (!left.is_empty()).then_some(left)
}

/// Offers the open conversations of the people who leave, if there are any.
async fn offer(ctx: &TenantCtx, claim: &Claim, job: &OfferShift) -> Result<Outcome, Stop> {
    let now = ctx.clock.now();
    let nothing = || Ok(Outcome::done(Vec::new()));
    let route = routes::route_of(ctx, &job.channel).await?.filter(|route| !route.paused && route.settings.shift_change);
    let Some(route) = route.filter(|_| times::later(job.at, OFFERED_WITHIN) >= now) else { return nothing() };
    let (why, members) = match &job.leaving {
        Leaving::Everyone => (ShiftOver::Hours { number: routes::called_of(&route) }, None),
        Leaving::Users(users) => {
            let Some(group) = group(&route) else { return nothing() };
            (ShiftOver::Group { group: group.name.clone() }, Some(members_of(ctx, users).await?))
        }
    };
    let left = owned(ctx, &job.channel, members.as_ref()).await?;
    let (mut briefs, mut owners) = (Vec::new(), BTreeMap::<String, usize>::new());
    let more = left.len().saturating_sub(MAX_BRIEFS);
    for (nth, one) in left.iter().enumerate() {
        let owner = conversations::owner(ctx, one).await?.map(|owner| owner.name).unwrap_or_default();
        let brief = if nth < MAX_BRIEFS { brief(ctx, claim, one, owner.clone()).await? } else { None };
        if brief.is_some() || nth >= MAX_BRIEFS {
            *owners.entry(owner).or_default() += 1;
        }
        briefs.extend(brief);
    }
    if briefs.is_empty() {
        return nothing();
    }
    let owners = owners.into_iter().collect();
    let offer = ShiftOffer { at: now, why, briefs, more, owners, settled: Vec::new() };
    let message = PostShiftOffer { channel: job.channel.clone(), offer: Box::new(offer) };
    Ok(Outcome::done(vec![enqueue::say_unasked(ctx, &message)]))
}

/// Returns the open conversations that people own and on which the route of a channel decides, longest inactive first.
/// `members` are the owners; `None` if anyone is.
async fn owned(
    ctx: &TenantCtx,
    channel: &ChannelId,
    members: Option<&BTreeSet<MemberId>>,
) -> Result<Vec<Conversation>, Fault> {
    let routes = routes::deciding_routes(ctx).await?;
    let is_left = |one: &&Conversation| {
        let owner = one.owner.as_ref().filter(|owner| members.is_none_or(|members| members.contains(&owner.id)));
        one.is_open() && owner.is_some() && decides(&routes, channel, one)
    };
    let look = |all: &Conversations| {
        let mut left: Vec<_> = all.pending().filter(is_left).cloned().collect();
        left.sort_by_key(|one| one.last_activity.as_ref().map(|last| last.at));
        left
    };
    ctx.memory.projection.look(&ctx.db, look).await
}

fn decides(routes: &DecidingRoutes, channel: &ChannelId, one: &Conversation) -> bool {
    routes.on(one.line.as_ref()).is_some_and(|(decides, _)| decides == channel)
}

/// Returns the brief of a conversation; `None` if it has changed hands in dialnote just now.
async fn brief(ctx: &TenantCtx, claim: &Claim, known: &Conversation, owner: String) -> Result<Option<Brief>, Stop> {
    let id = &known.id;
    lease::ensure(ctx, claim).await?;
    let conversation = match conversations::look_at(ctx, id).await {
        Ok(conversation) => conversation,
        Err(Stop::Refused(Refusal::NoConversation { .. })) => return Ok(None),
        Err(stop) => return Err(stop),
    };
    let is_theirs = known.owner.as_ref().is_some_and(|owner| conversation.is_owned_by(&owner.id));
    if !is_theirs || !conversation.is_open() {
        return Ok(None);
    }
    let refused = |error| conversations::denied(error, Some(id));
    let timeline = ctx.dialnote.activities_but_notes(id).await.map_err(refused)?;
    let notes = ctx.dialnote.notes(id).await.map_err(refused)?;
    Ok(Some(Brief::of(BriefFacts { conversation, owner, timeline, notes }, ctx.clock.now())))
}

/// Returns the members in dialnote who these users are.
async fn members_of(ctx: &TenantCtx, users: &[SlackUserId]) -> Result<BTreeSet<MemberId>, Fault> {
    let mut members = BTreeSet::new();
    for user in users {
        members.extend(acting::teammate(ctx, user).await?.ok().map(|teammate| teammate.member));
    }
    Ok(members)
}

impl JobKind for ShiftCheck {
    const KIND: &'static str = "shift_check.v1";

    fn key(&self) -> String {
        "shift_check".to_owned()
    }
}

/// The handler that looks for changes of shifts.
pub(crate) struct ShiftChecks;

impl Handler for ShiftChecks {
    type Job = ShiftCheck;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, _job: &ShiftCheck) -> Result<Outcome, Stop> {
        Ok(check(ctx, claim).await?)
    }
}

impl JobKind for OfferShift {
    const KIND: &'static str = "offer_shift.v1";
    const NEEDS_DIALNOTE: bool = true;

    fn key(&self) -> String {
        format!("shift:{}", self.channel)
    }
}

/// The handler that offers what people leave behind.
pub(crate) struct ShiftOffers;

impl Handler for ShiftOffers {
    type Job = OfferShift;

    async fn run(&self, ctx: &TenantCtx, claim: &Claim, job: &OfferShift) -> Result<Outcome, Stop> {
        offer(ctx, claim, job).await
    }
}

/// The periodic check for changes of shifts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShiftCheck;

/// A shift change to offer in a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OfferShift {
    /// The channel.
    channel: ChannelId,
    /// The time of the change.
    at: Timestamp,
    /// The people who leave.
    leaving: Leaving,
}

/// The people whose shift is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Leaving {
    /// Everyone who owns a conversation of the number.
    Everyone,
    /// These people.
    Users(Vec<SlackUserId>),
}
