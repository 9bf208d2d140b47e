//! The people who look after the app in a workspace.

use std::collections::BTreeSet;

use crate::channels::routes;
use crate::core::error::Fault;
use crate::core::ids::SlackUserId;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::jobs::installation::Installation;
use crate::people::directory;

/// The most admins of the organization that are looked for in Slack.
const MOST_LOOKED_FOR: usize = 10;

/// Returns the people who can link a user, as far as they are known: those who installed the app, chose channels for
/// shared numbers or linked people; if there are none, the admins of the organization in dialnote.
pub(crate) async fn who_can_link(ctx: &TenantCtx) -> Result<BTreeSet<SlackUserId>, Fault> {
    let routes = routes::routes(ctx).await?;
    let mut admins: BTreeSet<_> = routes.into_iter().filter_map(|(_, route)| route.by).collect();
    admins.extend(directory::by_hand(ctx).await?.into_iter().map(|link| link.by));
    let installed: Option<Installation> = documents::get(ctx, "").await?;
    admins.extend(installed.map(|installed| installed.installer));
    if admins.is_empty() {
        let members = directory::team(ctx).await?;
        for member in members.iter().filter(|member| member.admin).take(MOST_LOOKED_FOR) {
            admins.extend(directory::is_in_slack(ctx, member, &members).await?.map(|admin| admin.user));
        }
    }
    Ok(admins)
}

/// Returns the names of these people for colleagues.
pub(crate) async fn names(ctx: &TenantCtx, people: &BTreeSet<SlackUserId>) -> Result<Vec<String>, Fault> {
    let mut names = Vec::new();
    for person in people {
        names.extend(directory::name(ctx, person).await?);
    }
    Ok(names)
}
