//! Homes that were opened, and how one is drawn again although nobody asked.

use serde::{Deserialize, Serialize};

use crate::domain::job::ListJob;
use crate::domain::list::Query;
use crate::domain::reply::Reply;
use crate::domain::request_context::{ListPlace, Listed, RequestContext, Via};
use crate::error::Fault;
use crate::ids::SlackUserId;
use crate::store::{Claim, Effect};
use crate::work::acting;
use crate::work::ctx::TenantCtx;

/// The kind under which an open home is kept (`store::Document`), by Slack user.
pub(crate) const HOME: &str = "home";

/// How many open homes are looked at.
pub(crate) const MOST_HOMES: usize = 10_000;

/// A home that was drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Opened {
    /// The list in it.
    pub(crate) query: Query,
    /// Slack's mark of the drawn content.
    pub(crate) hash: Option<String>,
}

/// Draws a person's home again.
pub(crate) fn home_job(user: SlackUserId, query: Query) -> ListJob {
    let requester =
        RequestContext { user, channel: None, team: None, reply: None, via: Via::Timer, list: None, message: None };
    let list = Listed { query, place: ListPlace::Home };
    ListJob { requester, list, notice: None }
}

/// A list to be drawn anew, wherever it stands, with what came of the button that was pressed in it.
pub(crate) fn redraw(ctx: &TenantCtx, claim: &Claim, requester: &RequestContext, notice: Reply) -> Option<Effect> {
    let list = requester.list.clone()?;
    let job = ListJob { requester: requester.clone(), list, notice: Some(notice) };
    Some(Effect::Enqueue(ctx.following(claim, &job)))
}

/// Whoever has opened their home sees what changed for them.
pub(crate) async fn refresh_homes(
    ctx: &TenantCtx,
    users: impl Iterator<Item = SlackUserId>,
) -> Result<Vec<Effect>, Fault> {
    let mut effects = Vec::new();
    for user in users {
        let Some(opened) = ctx.db.document(HOME, user.as_str()).await? else { continue };
        let Ok(opened) = serde_json::from_str::<Opened>(&opened.body) else { continue };
        effects.push(draw_home(ctx, user, opened.query));
    }
    Ok(effects)
}

/// Every open home of who is no teammate any more, as far as that is known without asking anybody, is drawn
/// again, and shows nothing then.
pub(crate) async fn clear_homes(ctx: &TenantCtx) -> Result<Vec<Effect>, Fault> {
    let mut strangers = Vec::new();
    for home in ctx.db.documents(HOME, MOST_HOMES).await? {
        let user = SlackUserId::new(home.id);
        if !acting::is_kept_as_teammate(ctx, &user).await? {
            strangers.push(user);
        }
    }
    refresh_homes(ctx, strangers.into_iter()).await
}

/// A home to be drawn anew although nobody asked.
pub(crate) fn draw_home(ctx: &TenantCtx, user: SlackUserId, query: Query) -> Effect {
    Effect::Enqueue(ctx.new_job(&home_job(user, query)))
}
