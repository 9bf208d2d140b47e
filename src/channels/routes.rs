//! The routes of channels: which channel gets the cards of which shared number.

use std::collections::BTreeMap;

use crate::core::conversation::SharedNumber;
use crate::core::error::Fault;
use crate::core::ids::ChannelId;
use crate::core::route::{Route, Routed, called};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;

/// Returns the channels that get the cards of a shared number, with their routes. Paused routes are left out.
pub(crate) async fn routed(ctx: &TenantCtx, line: Option<&SharedNumber>) -> Result<Vec<(ChannelId, Route)>, Fault> {
    let routes = taking(ctx, line).await?;
    Ok(routes.into_iter().filter(|(_, route)| !route.paused).collect())
}

/// Returns the routes of a shared number with their channels, those included that are paused.
pub(crate) async fn taking(ctx: &TenantCtx, line: Option<&SharedNumber>) -> Result<Vec<(ChannelId, Route)>, Fault> {
    let routes = routes(ctx).await?;
    Ok(routes.into_iter().filter(|(_, route)| route.takes(line)).collect())
}

/// Returns the channel and the route whose settings decide on a shared number's conversations: the route of that number
/// alone, else one of all numbers. If there are several, the one of the first channel by its id. A paused route decides
/// where no other does: the app can't post in its channel, but people still need their conversations.
pub(crate) async fn deciding(
    ctx: &TenantCtx,
    line: Option<&SharedNumber>,
) -> Result<Option<(ChannelId, Route)>, Fault> {
    Ok(deciding_routes(ctx).await?.on(line).map(|(channel, route)| (channel.clone(), route.clone())))
}

/// Returns the routes that decide, for looks at many conversations.
pub(crate) async fn deciding_routes(ctx: &TenantCtx) -> Result<DecidingRoutes, Fault> {
    Ok(DecidingRoutes::of(routes(ctx).await?))
}

/// The routes that decide on conversations, each with its channel, by whether it is paused and the number that it is for;
/// `None` for all.
pub(crate) struct DecidingRoutes(BTreeMap<(bool, Option<String>), (ChannelId, Route)>);

impl DecidingRoutes {
    /// Returns those of the routes that decide.
    pub(crate) fn of(mut routes: Vec<(ChannelId, Route)>) -> Self {
        // Of several for a number, the first channel stays.
        routes.sort_by(|(one, _), (other, _)| other.cmp(one));
        let number = |route: &Route| route.line.as_ref().map(|line| line.number.clone());
        Self(routes.into_iter().map(|found| ((found.1.paused, number(&found.1)), found)).collect())
    }

    /// Returns all of them whose channels can be posted in.
    pub(crate) fn open(&self) -> impl Iterator<Item = &(ChannelId, Route)> {
        self.0.values().filter(|(_, route)| !route.paused)
    }

    /// Returns the route that decides on a shared number's conversations.
    pub(crate) fn on(&self, line: Option<&SharedNumber>) -> Option<&(ChannelId, Route)> {
        let of = |paused: bool| {
            let own = line.and_then(|line| self.0.get(&(paused, Some(line.number.clone()))));
            own.or_else(|| self.0.get(&(paused, None)))
        };
        of(false).or_else(|| of(true))
    }
}

/// Returns the channel's route, if it has one.
pub(crate) async fn route_of(ctx: &TenantCtx, channel: &ChannelId) -> Result<Option<Route>, Fault> {
    documents::get(ctx, channel.as_str()).await
}

pub(crate) async fn routes(ctx: &TenantCtx) -> Result<Vec<(ChannelId, Route)>, Fault> {
    let routes = documents::all(ctx, MOST_ROUTES).await?;
    Ok(routes.into_iter().map(|(channel, route)| (ChannelId::new(channel), route)).collect())
}

/// Returns the channels that have routes, each with the words that people read about its route.
pub(crate) async fn listed_routes(ctx: &TenantCtx) -> Result<Vec<Routed>, Fault> {
    let routes = routes(ctx).await?;
    Ok(routes.into_iter().map(|(channel, route)| (channel, listed(&route))).collect())
}

/// The maximum number of channels that can have routes.
pub(crate) const MOST_ROUTES: usize = 1000;

pub(crate) fn called_of(route: &Route) -> Option<String> {
    route.line.as_ref().map(called)
}

pub(crate) fn listed(route: &Route) -> Option<String> {
    if route.paused {
        return Some("nothing, because the app can't post there".to_owned());
    }
    called_of(route)
}
