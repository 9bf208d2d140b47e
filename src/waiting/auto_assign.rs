//! Auto-assignment: unassigned conversations that wait until someone of their route can take them. A look at a route asks
//! for as many of them as people have room for, oldest first, and each becomes a command of its own, which picks the
//! person at that moment (`commands::groups`). The others say on their cards why they wait. The next look comes within a
//! minute, and at once after a change that may make room.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::channels::routes;
use crate::channels::routes::{DecidingRoutes, MOST_ROUTES};
use crate::commands::groups::PendingPicks;
use crate::commands::job::CommandJob;
use crate::commands::picking::PickRule;
use crate::commands::{groups, pools};
use crate::core::assignee::Assignee;
use crate::core::auto_assign::{AssigneePool, PickDelay, PoolTrouble};
use crate::core::automation::{AutomaticReason, ReturnTo};
use crate::core::command::{Action, Command};
use crate::core::conversation::{Conversation, ConversationRef};
use crate::core::direct_message::DirectMessage;
use crate::core::error::Fault;
use crate::core::event::Event;
use crate::core::group_change::GroupChange;
use crate::core::ids::{ChannelId, ConversationId, MemberId};
use crate::core::request_context::RequestContext;
use crate::core::route::{Route, RouteSettings};
use crate::core::seen::Seen;
use crate::core::teammate::Teammate;
use crate::core::{times, working_hours};
use crate::jobs::awaiting_pick::AwaitsPick;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::events::{AvailabilityChanged, ConversationChanged, WaitCause, WaitsForOwner};
use crate::jobs::handler::Handler;
use crate::jobs::job::JobKind;
use crate::jobs::outbox::cards::ShowDelay;
use crate::jobs::outbox::direct::SendDirect;
use crate::jobs::outcome::{Outcome, Stop};
use crate::jobs::{awaiting_pick, documents, enqueue};
use crate::platform::db::projection::Conversations;
use crate::platform::db::{Claim, Class, DocumentKind, Effect, NewJob, StoredDocument};
use crate::sync::poll_state;

/// The longest time between two looks at a route with waiting conversations, in its working hours.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// The maximum number of waiting conversations that are read.
const MOST_WAITING: usize = 10_000;

/// The maximum number of conversations that one look has assigned, and the pause before the next of a longer queue.
const MOST_AT_ONCE: usize = 50;
const PAUSE: Duration = Duration::from_secs(1);

/// The time between two messages to the person who set a route about the same problem.
const TOLD_AGAIN: Duration = Duration::from_secs(24 * 60 * 60);

/// The time after which a conversation that is known not to wait any longer is forgotten. Whatever ends a wait usually
/// does so in the same transaction.
const FORGOTTEN: Duration = Duration::from_secs(10 * 60);

/// The next look at a route. Its due time is the time of that look, if conversations wait.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct PickCheck {
    /// The reasons that cards show.
    shown: BTreeMap<ConversationId, ShownDelay>,
    /// The time at which the person who set the route was last told of a problem.
    told: Option<Timestamp>,
}

impl StoredDocument for PickCheck {
    const KIND: DocumentKind = DocumentKind::PickCheck;
}

/// The reason that a card shows, and the wait that it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ShownDelay {
    since: Timestamp,
    delay: PickDelay,
}

/// A waiting conversation of a route.
struct WaitingHere {
    conversation: Conversation,
    since: Timestamp,
    /// Its place in the queue.
    came: Timestamp,
    /// The member from whom the app took it, who is not to get it back.
    not: Option<MemberId>,
    /// True while it is not tried again, because dialnote refused the last try.
    is_held: bool,
}

/// The waiting conversations, as a look at one route sees them.
#[derive(Default)]
struct WaitingQueue {
    /// Those of the route, oldest first.
    here: Vec<WaitingHere>,
    /// The routes that have others.
    elsewhere: BTreeSet<ChannelId>,
    /// Those that wait no longer.
    over: Vec<ConversationId>,
}

/// The number of conversations that each person can take.
#[derive(Default)]
struct Room(BTreeMap<MemberId, usize>);

/// The state of a route: how many conversations it can assign now, or why it can't.
struct RouteState {
    room: Room,
    delay: PickDelay,
    next: Timestamp,
}

/// Has a conversation assigned by the route that decides on it, unless a person left it unassigned.
pub(crate) async fn have_assigned(ctx: &TenantCtx, waits: &WaitsForOwner) -> Result<Vec<Effect>, Fault> {
    let deciding = DecidingRoutes::of(waits.taking.clone());
    let decides = deciding.on(waits.now.line.as_ref());
    let Some((channel, _)) = decides.filter(|(_, route)| assigns(&route.settings, &waits.cause)) else {
        return Ok(Vec::new());
    };
    let id = waits.now.id.as_str();
    if let Some(kept) = documents::get::<AwaitsPick>(ctx, id).await? {
        // What the contact says now concerns everyone again.
        let is_for_all = matches!(waits.cause, WaitCause::News { .. }) && kept.not.is_some();
        let for_all = documents::put(ctx, id, &AwaitsPick { not: None, ..kept });
        return Ok(if is_for_all { vec![for_all, look_now(ctx, channel)] } else { Vec::new() });
    }
    let not = match &waits.cause {
        WaitCause::Automatic { from, reason: AutomaticReason::Inactive { .. } } => from.clone(),
        WaitCause::Automatic { .. } | WaitCause::News { .. } | WaitCause::Other => None,
    };
    let came = match waits.cause {
        WaitCause::News { came } => came.or(waits.now.last_activity.as_ref().map(|last| last.at)),
        WaitCause::Automatic { .. } | WaitCause::Other => None,
    };
    let awaits = AwaitsPick { since: ctx.clock.now(), came, not, held_until: None };
    Ok(vec![documents::put(ctx, id, &awaits), look_now(ctx, channel)])
}

/// Answers whether a route assigns a conversation that is unassigned for this reason.
fn assigns(settings: &RouteSettings, cause: &WaitCause) -> bool {
    let wanted = match cause {
        WaitCause::Other => false,
        WaitCause::Automatic { reason: AutomaticReason::Inactive { .. }, .. } => settings.returns.to == ReturnTo::Next,
        WaitCause::News { .. } | WaitCause::Automatic { .. } => true,
    };
    wanted && settings.auto.pool().is_some()
}

/// Returns the effect that has a look at a route at once.
pub(crate) fn look_now(ctx: &TenantCtx, channel: &ChannelId) -> Effect {
    enqueue::unasked(ctx.new_job(&AssignWaiting { channel: channel.clone() }))
}

/// Returns the looks that follow a change of a conversation, if someone may own fewer open ones now.
pub(crate) async fn after_change(ctx: &TenantCtx, changed: &ConversationChanged) -> Result<Vec<NewJob>, Fault> {
    if changed.entries.iter().any(|entry| makes_room(&entry.what)) { looks(ctx).await } else { Ok(Vec::new()) }
}

/// Returns the looks that follow if a person may be away or back.
pub(crate) async fn after_availability(ctx: &TenantCtx, _changed: &AvailabilityChanged) -> Result<Vec<Effect>, Fault> {
    Ok(looks(ctx).await?.into_iter().map(Effect::Enqueue).collect())
}

/// Returns the looks that follow if a user group has other people.
pub(crate) async fn after_group(ctx: &TenantCtx, changed: &GroupChange) -> Result<Vec<Effect>, Fault> {
    let looks = looks(ctx).await?.into_iter().map(Effect::Enqueue);
    Ok(std::iter::once(pools::forget_members(ctx, &changed.group)).chain(looks).collect())
}

/// Answers whether someone may own fewer open conversations after an event.
fn makes_room(event: &Event) -> bool {
    match event {
        Event::Took { from } | Event::Assigned { from, .. } | Event::Automatic { from, .. } => from.is_some(),
        Event::HandedOff { .. }
        | Event::Unassigned { .. }
        | Event::Done
        | Event::Snoozed(_)
        | Event::Undone(_)
        | Event::GaveBack { .. }
        | Event::Returned { .. } => true,
        Event::Reopened
        | Event::Woke
        | Event::Did(_)
        | Event::TimeIsUp
        | Event::GotInTouch
        | Event::Answered { .. } => false,
    }
}

/// Returns a look at each route for which conversations wait.
async fn looks(ctx: &TenantCtx) -> Result<Vec<NewJob>, Fault> {
    let kept = documents::all_stored::<PickCheck>(ctx, MOST_ROUTES).await?;
    let waiting = kept.into_iter().filter(|kept| kept.due.is_some());
    let look = |channel| NewJob { class: Class::Machine, ..ctx.new_job(&AssignWaiting { channel }) };
    Ok(waiting.map(|kept| look(ChannelId::new(kept.id))).collect())
}

/// Has the waiting conversations of a route assigned, as far as people have room for them.
async fn assign_waiting(ctx: &TenantCtx, channel: &ChannelId) -> Result<Outcome, Fault> {
    let all = routes::routes(ctx).await?;
    let queue = waiting(ctx, channel, &all).await?;
    let mut check: PickCheck = documents::get(ctx, channel.as_str()).await?.unwrap_or_default();
    let mut effects = Vec::new();
    for id in &queue.over {
        effects.push(awaiting_pick::ended(id));
        if check.shown.remove(id).is_some() {
            effects.extend(show(ctx, id, None).await?);
        }
    }
    for other in &queue.elsewhere {
        let kept = documents::stored::<PickCheck>(ctx, other.as_str()).await?;
        effects.extend(kept.is_none_or(|kept| kept.due.is_none()).then(|| look_now(ctx, other)));
    }
    let is_here = |id: &ConversationId, shown: &ShownDelay| {
        queue.here.iter().any(|one| one.conversation.id == *id && one.since == shown.since)
    };
    check.shown.retain(|id, shown| is_here(id, shown));
    let route = all.iter().find(|(other, _)| other == channel).map(|(_, route)| route);
    let due = match route.filter(|_| !queue.here.is_empty()) {
        Some(route) => Some(ask(ctx, (channel, route), &queue.here, &mut check, &mut effects).await?),
        None => None,
    };
    effects.push(match due {
        None if check == PickCheck::default() => documents::remove::<PickCheck>(channel.as_str()),
        due => documents::put_due(ctx, channel.as_str(), &check, due),
    });
    Ok(Outcome::done(effects))
}

/// Asks for the oldest of a route's waiting conversations to be assigned, and shows on the other cards why they wait.
/// Returns the time of the next look.
async fn ask(
    ctx: &TenantCtx,
    (channel, route): (&ChannelId, &Route),
    here: &[WaitingHere],
    check: &mut PickCheck,
    effects: &mut Vec<Effect>,
) -> Result<Timestamp, Fault> {
    let pending = groups::pending(ctx).await?;
    let (under_way, idle): (Vec<_>, Vec<_>) = here.iter().partition(|one| pending.has(&one.conversation.id));
    let idle: Vec<_> = idle.into_iter().filter(|one| !one.is_held).collect();
    let RouteState { mut room, delay, next } = state(ctx, route, &pending).await?;
    for one in under_way.iter().filter(|one| pending.asked.contains(&one.conversation.id)) {
        room.take(one);
    }
    let mut asked = 0;
    for one in idle {
        if asked == MOST_AT_ONCE {
            return Ok(times::later(ctx.clock.now(), PAUSE));
        }
        if room.take(one) {
            asked += 1;
            effects.push(groups::about_to_pick(ctx, &one.conversation.id));
            effects.push(enqueue::unasked(ctx.new_job(&assignment((channel, route), &one.conversation))));
            continue;
        }
        let shown = ShownDelay { since: one.since, delay: room.delay(one, route, &delay) };
        if check.shown.get(&one.conversation.id) != Some(&shown) {
            effects.extend(show(ctx, &one.conversation.id, Some(&shown.delay)).await?);
            check.shown.insert(one.conversation.id.clone(), shown);
        }
    }
    if let PickDelay::Trouble { pool, why } = &delay {
        effects.extend(tell_of_trouble(ctx, (channel, route), (pool, *why), check));
    }
    Ok(next)
}

impl Room {
    /// Reserves room for a conversation, with the person who has the most. Answers whether there was any.
    fn take(&mut self, waiting: &WaitingHere) -> bool {
        let may = self.0.iter_mut().filter(|(member, room)| waiting.not.as_ref() != Some(member) && **room > 0);
        let Some((_, room)) = may.max_by_key(|(_, room)| **room) else { return false };
        *room -= 1;
        true
    }

    /// Returns why a conversation waits for which there is no room.
    fn delay(&self, waiting: &WaitingHere, route: &Route, usual: &PickDelay) -> PickDelay {
        let is_for_others = waiting.not.as_ref().and_then(|not| self.0.get(not)).is_some_and(|room| *room > 0);
        match route.settings.auto.pool().filter(|_| is_for_others) {
            Some(pool) => PickDelay::NoOneElse { pool: pool.words() },
            None => usual.clone(),
        }
    }
}

/// Returns the command that assigns a conversation to the person whom the route picks when it runs. It does nothing if
/// the conversation has changed by then. A conversation without a card gets one, unless the route shows none of its kind.
fn assignment((channel, route): (&ChannelId, &Route), conversation: &Conversation) -> CommandJob {
    let last = conversation.last_activity.as_ref();
    let is_shown = !route.paused && last.is_some_and(|last| route.settings.makes_cards_of(last.kind));
    let shown_in = is_shown.then(|| channel.clone());
    let requester = RequestContext { channel: shown_in, ..RequestContext::automatic() };
    let act = Action::Assign(Assignee::PickedBy(channel.clone()));
    let command = Command { act, which: ConversationRef::Id(conversation.id.clone()), note: String::new() };
    CommandJob { seen: vec![Seen::from(conversation)], ..CommandJob::new(requester, command) }
}

/// Finds out how many conversations a route can assign now, and when to look again.
async fn state(ctx: &TenantCtx, route: &Route, pending: &PendingPicks) -> Result<RouteState, Fault> {
    let (settings, now) = (&route.settings, ctx.clock.now());
    let (rules, zone) = (documents::rules(ctx).await?, working_hours::zone(route.zone.as_deref()));
    let begins = settings.over(&rules).working.after(now, SignedDuration::ZERO, &zone);
    if begins > now {
        return Ok(RouteState { room: Room::default(), delay: PickDelay::Hours(begins), next: begins });
    }
    let soon = times::later(now, LOOK_AGAIN);
    let pool = settings.auto.pool().map(AssigneePool::words).unwrap_or_default();
    let trouble = |pool, why| RouteState { room: Room::default(), delay: PickDelay::Trouble { pool, why }, next: soon };
    let Some((asked, rule)) = settings.auto.pool().zip(PickRule::of(settings.auto.how, settings.auto.most_open)) else {
        return Ok(trouble(pool, PoolTrouble::Empty));
    };
    Ok(match pools::now(ctx, asked, route.team.as_ref()).await? {
        Err(why) => trouble(pool, why),
        Ok(found) => RouteState {
            room: room(ctx, rule, &found.here, pending).await?,
            delay: PickDelay::NoOneFree { pool, most_open: settings.auto.most_open },
            next: found.back.filter(|back| *back > now).map_or(soon, |back| back.min(soon)),
        },
    })
}

/// Returns the number of conversations that each of these people can take. Before everything in dialnote was read,
/// their loads are not known, and the commands look them up.
async fn room(ctx: &TenantCtx, rule: PickRule, here: &[Teammate], pending: &PendingPicks) -> Result<Room, Fault> {
    let is_counted = rule.most_open > 0 && poll_state::watched(ctx).await?.whole;
    let mut open = if is_counted { groups::known_open(ctx).await? } else { HashMap::new() };
    let mut room = BTreeMap::new();
    for one in here {
        let mut theirs = open.remove(&one.member).unwrap_or_default();
        let picked = pending.made.iter().filter(|pick| pick.member == one.member);
        theirs.extend(picked.map(|pick| pick.conversation.clone()));
        room.insert(one.member.clone(), rule.room(theirs.len()));
    }
    Ok(Room(room))
}

/// Reads the waiting conversations, for a look at the route of `channel`.
async fn waiting(ctx: &TenantCtx, channel: &ChannelId, routes: &[(ChannelId, Route)]) -> Result<WaitingQueue, Fault> {
    let kept: Vec<(String, AwaitsPick)> = documents::all(ctx, MOST_WAITING).await?;
    let look = |known: &Conversations| {
        let of = |(id, awaits): (String, AwaitsPick)| {
            let id = ConversationId::new(id);
            let conversation = known.get(&id).map(|sight| sight.known.conversation.clone());
            (id, awaits, conversation)
        };
        kept.into_iter().map(of).collect::<Vec<_>>()
    };
    let (mut queue, now) = (WaitingQueue::default(), ctx.clock.now());
    let deciding = DecidingRoutes::of(routes.to_vec());
    for (id, AwaitsPick { since, came, not, held_until }, conversation) in
        ctx.memory.projection.look(&ctx.db, look).await?
    {
        let Some(conversation) = conversation.filter(|one| one.is_open() && one.owner.is_none()) else {
            // The change that ended the wait is about to say so.
            queue.over.extend((!times::is_within(since, FORGOTTEN, now)).then_some(id));
            continue;
        };
        let line = conversation.line.as_ref();
        let assigns = |route: &Route| route.settings.auto.pool().is_some();
        match deciding.on(line).filter(|(_, route)| assigns(route)) {
            Some((decides, _)) if decides == channel => queue.here.push(WaitingHere {
                conversation,
                since,
                came: came.unwrap_or(since),
                not,
                is_held: held_until.is_some_and(|until| until > now),
            }),
            Some((decides, _)) => drop(queue.elsewhere.insert(decides.clone())),
            None => queue.over.push(id),
        }
    }
    queue.here.sort_by(|one, other| (one.came, &one.conversation.id).cmp(&(other.came, &other.conversation.id)));
    Ok(queue)
}

/// Returns the jobs that show on a conversation's cards why it waits, or that it does not.
async fn show(ctx: &TenantCtx, id: &ConversationId, delay: Option<&PickDelay>) -> Result<Vec<Effect>, Fault> {
    let cards = ctx.db.cards(id).await?.into_iter();
    let shown = cards.map(|card| ShowDelay { channel: card.channel, conversation: id.clone(), delay: delay.cloned() });
    Ok(shown.map(|shown| enqueue::say_unasked(ctx, &shown)).collect())
}

/// Tells the person who set the route that no one can be picked until someone changes something, once a day.
fn tell_of_trouble(
    ctx: &TenantCtx,
    (channel, route): (&ChannelId, &Route),
    (pool, why): (&str, PoolTrouble),
    check: &mut PickCheck,
) -> Option<Effect> {
    let now = ctx.clock.now();
    if check.told.is_some_and(|told| times::is_within(told, TOLD_AGAIN, now)) {
        return None;
    }
    check.told = Some(now);
    let notice = DirectMessage::NoOneToPick { channel: channel.clone(), pool: pool.to_owned(), why };
    Some(enqueue::say_unasked(ctx, &SendDirect::new(route.by.clone()?, notice)))
}

/// A look at a route for whose conversations someone may have room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AssignWaiting {
    /// The channel of the route.
    pub(crate) channel: ChannelId,
}

impl JobKind for AssignWaiting {
    const KIND: &'static str = "assign_waiting.v1";
    const NEEDS_DIALNOTE: bool = true;

    fn key(&self) -> String {
        format!("assign_waiting:{}", self.channel)
    }

    fn coalesce_key(&self) -> Option<String> {
        Some("look".to_owned())
    }
}

/// The handler of looks at routes.
pub(crate) struct AutoAssignment;

impl Handler for AutoAssignment {
    type Job = AssignWaiting;

    async fn run(&self, ctx: &TenantCtx, _claim: &Claim, job: &AssignWaiting) -> Result<Outcome, Stop> {
        Ok(assign_waiting(ctx, &job.channel).await?)
    }

    /// Looks again later, so that nothing waits for good.
    async fn given_up(&self, ctx: &TenantCtx, _claim: &Claim, job: &AssignWaiting, _fault: &Fault) -> Vec<Effect> {
        let kept: Option<PickCheck> = documents::get(ctx, job.channel.as_str()).await.ok().flatten();
        let due = times::later(ctx.clock.now(), LOOK_AGAIN);
        vec![documents::put_due(ctx, job.channel.as_str(), &kept.unwrap_or_default(), Some(due))]
    }
}
