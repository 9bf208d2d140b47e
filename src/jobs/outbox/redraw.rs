//! Open homes, and redrawing them without a request.

use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};

use crate::core::error::Fault;
use crate::core::ids::SlackUserId;
use crate::core::query::Query;
use crate::core::request_context::{ListPlace, Listed, RequestContext, Via};
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::platform::db::{Claim, DocumentKind, Effect, StoredDocument};
use crate::platform::slack::blocks::kit::{Block, Content};

/// A home as it was last drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Opened {
    /// The query of the list in it.
    pub(crate) query: Query,
    /// Slack's hash of the drawn content.
    pub(crate) hash: Option<String>,
}

impl StoredDocument for Opened {
    const KIND: DocumentKind = DocumentKind::Home;
}

/// Returns the job that redraws a person's home.
pub(crate) fn home_job(user: SlackUserId, query: Query) -> ListJob {
    let requester = RequestContext::of(user, Via::Timer);
    let list = Listed { query, place: ListPlace::Home };
    ListJob::new(requester, list)
}

/// Returns the effect that redraws the list in which the requester pressed a button, with a notice of the result.
/// Returns none if the request did not come from a list.
pub(crate) fn redraw(ctx: &TenantCtx, claim: &Claim, requester: &RequestContext, notice: &Content) -> Option<Effect> {
    let list = requester.list.clone()?;
    let job = ListJob { notice: notice.blocks.clone(), ..ListJob::new(requester.clone(), list) };
    Some(Effect::Enqueue(ctx.following(claim, &job)))
}

/// Returns the effects that redraw the open homes of these users.
pub(crate) async fn refresh_homes(
    ctx: &TenantCtx,
    users: impl Iterator<Item = SlackUserId>,
) -> Result<Vec<Effect>, Fault> {
    let refreshed = users.map(|user| async move {
        let opened = documents::stored::<Opened>(ctx, user.as_str()).await?;
        let opened = opened.as_ref().and_then(documents::readable::<Opened>);
        Ok::<_, Fault>(opened.map(|opened| draw_home(ctx, user, opened.query)))
    });
    Ok(try_join_all(refreshed).await?.into_iter().flatten().collect())
}

/// Returns the effect that redraws a user's home without a request.
pub(crate) fn draw_home(ctx: &TenantCtx, user: SlackUserId, query: Query) -> Effect {
    Effect::Enqueue(ctx.new_job(&home_job(user, query)))
}

/// A list to draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ListJob {
    /// The requester.
    #[serde(alias = "asker")]
    pub requester: RequestContext,
    /// The query, and the place where the list is shown.
    pub list: Listed,
    /// The result of the button that was pressed in the list.
    #[serde(default)]
    pub notice: Vec<Block>,
    /// True if the requester hides the first steps on their Home tab.
    #[serde(default)]
    pub hides_intro: bool,
    /// The words that name the person whose conversations are listed, if the query doesn't have their id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
}

impl ListJob {
    /// Returns the job that draws a list without a notice.
    pub(crate) fn new(requester: RequestContext, list: Listed) -> Self {
        Self { requester, list, notice: Vec::new(), hides_intro: false, person: None }
    }
}
