//! Who may act. What was kept of both sides serves for the work on conversations, if it is not old. Who changes
//! what holds for everybody is asked about again at that moment: events that tell of a demotion get lost.

use std::time::Duration;

use tokio::time::timeout;
use tracing::info;

use crate::domain::people::{Profile, Teammate, link};
use crate::domain::refusal::Refusal;
use crate::error::Fault;
use crate::ids::SlackUserId;
use crate::work::ctx::TenantCtx;
use crate::work::names::PROFILE;
use crate::work::people::{Freshness, UnlinkedUser};
use crate::work::{people, strangers};

/// How long the two services may take to say who a person is.
const IDENTITY_TIMEOUT: Duration = Duration::from_secs(5);

/// The teammate that a Slack user is, or why the user is none: so that they may act.
pub async fn teammate(ctx: &TenantCtx, user: &SlackUserId) -> Result<Result<Teammate, UnlinkedUser>, Fault> {
    recognized(ctx, user, Freshness::Lately).await
}

/// The same, so that they are shown something: that does not wait for dialnote.
pub(crate) async fn reader(ctx: &TenantCtx, user: &SlackUserId) -> Result<Result<Teammate, UnlinkedUser>, Fault> {
    recognized(ctx, user, Freshness::Kept).await
}

/// The same by what both services say now, for what holds for everybody. If they do not, the refusal says so.
pub(crate) async fn teammate_now(
    ctx: &TenantCtx,
    user: &SlackUserId,
) -> Result<Result<Result<Teammate, UnlinkedUser>, Refusal>, Fault> {
    match timeout(IDENTITY_TIMEOUT, recognized(ctx, user, Freshness::Anew)).await {
        Ok(Ok(recognized)) => Ok(Ok(recognized)),
        Ok(Err(fault @ (Fault::Store(_) | Fault::Unreadable { .. } | Fault::Sealed(_)))) => Err(fault),
        Ok(Err(cause)) => {
            info!(%cause, "it could not be asked who a person is");
            Ok(Err(Refusal::WhoIsUnknown))
        }
        Err(_) => Ok(Err(Refusal::WhoIsUnknown)),
    }
}

async fn recognized(
    ctx: &TenantCtx,
    user: &SlackUserId,
    read: Freshness,
) -> Result<Result<Teammate, UnlinkedUser>, Fault> {
    let linked = match people::linked(ctx, user, read).await? {
        Ok(teammate) => return Ok(Ok(teammate)),
        Err(stranger) if read == Freshness::Anew => Err(stranger),
        Err(_) => people::linked(ctx, user, Freshness::Anew).await?,
    };
    if let Err(stranger) = &linked {
        strangers::remember_stranger(ctx, user, stranger.why).await?;
    }
    Ok(linked)
}

/// Whether a Slack user is a teammate, by the members as they were last read; else it is found out.
pub(crate) async fn is_known(ctx: &TenantCtx, user: &SlackUserId) -> Result<bool, Fault> {
    if let Some(profile) = people::look_up(ctx, user).await?
        && people::who(ctx, &profile).await?.is_ok()
    {
        return Ok(true);
    }
    Ok(teammate(ctx, user).await?.is_ok())
}

/// Whether a Slack user is a teammate by what was read last of both sides.
pub(crate) async fn is_kept_as_teammate(ctx: &TenantCtx, user: &SlackUserId) -> Result<bool, Fault> {
    let kept = ctx.db.cache_get(PROFILE, user.as_str()).await?;
    let profile = kept.and_then(|kept| serde_json::from_str::<Profile>(&kept.body).ok());
    let (members, by_hand) = (people::kept_members(ctx).await?, people::by_hand(ctx).await?);
    Ok(profile.is_some_and(|profile| link(&profile, &members, &by_hand).is_ok()))
}
