//! Routes: the channels that get the cards of a shared number. Admins set them, and they are read whenever something
//! comes in.

use serde_json::json;

use crate::channels::routes;
use crate::commands::refusal_view;
use crate::core::conversation::SharedNumber;
use crate::core::direct_message::DirectMessage;
use crate::core::error::Fault;
use crate::core::ids::ChannelId;
use crate::core::refusal::Refusal;
use crate::core::route::{Route, RouteSettings, called, meant};
use crate::core::routing::Routing;
use crate::core::rule::Rule;
use crate::core::settings_change::ChangeJob;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::events::ChannelClosed;
use crate::jobs::outbox::direct::SendDirect;
use crate::jobs::{documents, enqueue};
use crate::notifications::{digests, weekly};
use crate::people::{acting, directory, organization};
use crate::platform::db::Effect;
use crate::platform::slack::blocks::kit::Content;
use crate::platform::slack::blocks::markup::Markup;
use crate::settings::route_words::SettingNames;
use crate::settings::routes_view::{MOST_DESCRIBED, RouteRow};
use crate::settings::{route_words, routes_view, view};
use crate::sync::poll_state;
use crate::waiting::auto_assign;
use crate::waiting::shift_change;

/// Carries out a request about routes. Returns the effects to store and the reply to the requester.
pub async fn route(ctx: &TenantCtx, job: &ChangeJob, routing: &Routing) -> Result<(Vec<Effect>, Content), Fault> {
    let refused = |why| Ok((Vec::new(), refusal_view::refusal(&why)));
    let here = job.requester.channel.as_ref().filter(|channel| !channel.is_direct());
    let (channel, line) = match routing {
        Routing::List | Routing::Resume => {
            let routes = routes::routes(ctx).await?;
            let may_change = may_configure(ctx, job).await?;
            let paused = paused_here(&routes, here).filter(|_| may_change && *routing == Routing::Resume);
            if let Some((channel, route)) = paused {
                return kept(ctx, job, channel, Route { paused: false, ..route.clone() }).await;
            }
            // A channel gets the cards of one number, or of all. An admin chooses a channel without a route for another
            // number.
            let has_room = here.is_some_and(|here| routes.iter().all(|(channel, _)| channel != here));
            let offers = if has_room && may_change { offers(ctx, &routes).await? } else { Vec::new() };
            let rows = rows(ctx, routes).await?;
            return Ok((Vec::new(), routes_view::all(&rows, &offers, may_change)));
        }
        Routing::Off { channel } => (channel, None),
        Routing::Set { channel, line } => (channel, Some(line.as_str())),
    };
    let Some(channel) = channel.as_ref().or(here) else { return refused(Refusal::WhichChannel) };
    let Some(asked) = line else {
        let drop = documents::remove::<Route>(channel.as_str());
        let record = json!({ "route": { "channel": channel, "after": null } });
        let record = organization::record_change(ctx, job, record).await?;
        // What waits for the route's auto-assignment waits no longer.
        let effects = vec![drop, weekly::forget(channel), record, auto_assign::look_now(ctx, channel)];
        return Ok((effects, routes_view::off(channel)));
    };
    let lines = ctx.dialnote.lines().await.map_err(poll_state::fault)?;
    let line = match meant(asked, &lines) {
        _ if asked == "*" => None,
        Some(line) => Some(line.clone()),
        None => {
            let lines = lines.iter().map(called).collect();
            return refused(Refusal::NoLine { asked: asked.to_owned(), lines });
        }
    };
    let by = job.requester.user.clone();
    let zone = directory::zone(ctx, &by).await?;
    let before = routes::route_of(ctx, channel).await?;
    let settings = before.map(|before| before.settings).unwrap_or_default();
    let team = job.requester.team.clone();
    kept(ctx, job, channel, Route { line, zone, by: Some(by), team, paused: false, settings }).await
}

/// Returns the route of the channel in which a command was typed, if it is paused.
fn paused_here<'a>(routes: &'a [(ChannelId, Route)], here: Option<&ChannelId>) -> Option<(&'a ChannelId, &'a Route)> {
    let found = routes.iter().find(|(channel, route)| route.paused && here == Some(channel));
    found.map(|(channel, route)| (channel, route))
}

/// Stores a channel's route that is new, changed or no longer paused. Returns the effects and the reply to the requester.
async fn kept(
    ctx: &TenantCtx,
    job: &ChangeJob,
    channel: &ChannelId,
    route: Route,
) -> Result<(Vec<Effect>, Content), Fault> {
    let rules = documents::rules(ctx).await?;
    let mut effects = vec![digests::keep_route(ctx, channel, &route, &rules)];
    effects.extend(digests::have_reminded(ctx, channel, &route, &rules).await?);
    effects.push(auto_assign::look_now(ctx, channel));
    effects.extend(weekly::schedule(ctx, channel, &route).await?);
    let detail = json!({ "route": { "channel": channel, "after": route } });
    effects.push(organization::record_change(ctx, job, detail).await?);
    let does = described(ctx, &route).await?;
    Ok((effects, routes_view::made(channel, routes::called_of(&route).as_deref(), &does)))
}

/// Says what a route does.
pub(crate) async fn described(ctx: &TenantCtx, route: &Route) -> Result<Markup, Fault> {
    let mut names = SettingNames::new();
    for user in route_words::people(&route.settings) {
        if let Some(name) = directory::known_name(ctx, &user).await? {
            names.insert(user, name);
        }
    }
    Ok(route_words::paragraph(route, &documents::rules(ctx).await?, &names))
}

/// Returns the rows of a list of routes. Only the first ones say what they do, because a message has little room.
async fn rows(ctx: &TenantCtx, routes: Vec<(ChannelId, Route)>) -> Result<Vec<RouteRow>, Fault> {
    let mut rows = Vec::with_capacity(routes.len());
    for (nth, (channel, route)) in routes.into_iter().enumerate() {
        let does = if nth < MOST_DESCRIBED && !route.paused { Some(described(ctx, &route).await?) } else { None };
        rows.push(RouteRow { shows: routes::listed(&route), channel, does });
    }
    Ok(rows)
}

/// Changes three settings of a channel's route, as the form of the rules of earlier versions had them. Returns the
/// effects to store and the reply to the requester. Returns none if the channel has no route or nothing changes.
pub(crate) async fn change_route(
    ctx: &TenantCtx,
    job: &ChangeJob,
    channel: &ChannelId,
    wanted: Option<&RouteSettings>,
) -> Result<(Vec<Effect>, Option<Content>), Fault> {
    let Some(wanted) = wanted else { return Ok((Vec::new(), None)) };
    let edited = |now: &RouteSettings| RouteSettings {
        without: wanted.without.clone(),
        digest: wanted.digest,
        remind_within: wanted.remind_within,
        ..now.clone()
    };
    let (effects, changed) = keep_edited(ctx, job, channel, edited).await?;
    Ok((effects, changed.map(|_| view::channel())))
}

/// Changes the edited settings of a channel's route. Returns the effects to store and the reply to the requester.
pub(crate) async fn change_settings(
    ctx: &TenantCtx,
    job: &ChangeJob,
    channel: &ChannelId,
    (shown, wanted): (Option<&RouteSettings>, &RouteSettings),
) -> Result<(Vec<Effect>, Content), Fault> {
    let edited = |now: &RouteSettings| now.edited(shown.unwrap_or(now), wanted);
    let (effects, changed) = keep_edited(ctx, job, channel, edited).await?;
    let route = match changed {
        Some(route) => route,
        None => match routes::route_of(ctx, channel).await? {
            Some(route) => route,
            None => return Ok((effects, refusal_view::refusal(&Refusal::NoRoute(channel.clone())))),
        },
    };
    Ok((effects, routes_view::saved(channel, &described(ctx, &route).await?)))
}

/// Stores the settings of a channel's route after an edit, with everything that follows from them. Returns the effects
/// and the changed route: none if the channel has no route or nothing changes.
async fn keep_edited(
    ctx: &TenantCtx,
    job: &ChangeJob,
    channel: &ChannelId,
    edited: impl FnOnce(&RouteSettings) -> RouteSettings,
) -> Result<(Vec<Effect>, Option<Route>), Fault> {
    let Some(before) = routes::route_of(ctx, channel).await? else { return Ok((Vec::new(), None)) };
    let wanted = edited(&before.settings);
    if before.settings == wanted {
        return Ok((Vec::new(), None));
    }
    let is_reminded_anew = before.settings.remind_within != wanted.remind_within;
    let after = Route { settings: wanted, ..before.clone() };
    let detail = json!({ "route": { "channel": channel, "before": before, "after": after } });
    let mut effects = vec![digests::keep_route(ctx, channel, &after, &documents::rules(ctx).await?)];
    effects.extend(weekly::schedule(ctx, channel, &after).await?);
    // Conversations that are overdue under the new limit are reported at once.
    effects.extend(is_reminded_anew.then(|| digests::remind_at(ctx, channel, Some(ctx.clock.now()))));
    effects.push(auto_assign::look_now(ctx, channel));
    let shift = |route: &Route| (route.settings.shift_change, route.settings.working);
    if shift(&before) != shift(&after) {
        effects.push(shift_change::check_now(ctx).await?);
    }
    effects.push(organization::record_change(ctx, job, detail).await?);
    Ok((effects, Some(after)))
}

/// Pauses a route, so that nothing is posted to its channel, and notifies the person who made it, once.
pub(crate) async fn pause_route(ctx: &TenantCtx, closed: &ChannelClosed) -> Result<Vec<Effect>, Fault> {
    let ChannelClosed { channel, archived } = closed;
    let Some(route) = routes::route_of(ctx, channel).await?.filter(|route| !route.paused) else {
        return Ok(Vec::new());
    };
    let told = route.by.clone().map(|user| {
        let notice = DirectMessage::RoutePaused { channel: channel.clone(), archived: *archived };
        enqueue::say_unasked(ctx, &SendDirect::new(user, notice))
    });
    let paused = Route { paused: true, ..route };
    let kept = digests::keep_route(ctx, channel, &paused, &documents::rules(ctx).await?);
    Ok(std::iter::once(kept).chain(told).collect())
}

/// Answers whether the requester may change routes.
async fn may_configure(ctx: &TenantCtx, job: &ChangeJob) -> Result<bool, Fault> {
    let requester = acting::teammate(ctx, &job.requester.user).await?;
    let rules = documents::rules(ctx).await?;
    Ok(requester.is_ok_and(|requester| rules.may_configure(&requester, Rule::Configure).is_ok()))
}

/// Returns the shared numbers whose cards no channel gets.
async fn offers(ctx: &TenantCtx, routes: &[(ChannelId, Route)]) -> Result<Vec<SharedNumber>, Fault> {
    let lines = ctx.dialnote.lines().await.map_err(poll_state::fault)?;
    let is_free = |line: &SharedNumber| routes.iter().all(|(_, route)| route.paused || !route.takes(Some(line)));
    Ok(lines.into_iter().filter(is_free).collect())
}
