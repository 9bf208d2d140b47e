//! The person who acts. Work on conversations uses the kept data of both services, unless it is old. A change that
//! applies to everyone asks both services again at that moment, because events that report a demotion get lost.

use std::time::Duration;

use tokio::time::timeout;
use tracing::info;

use crate::core::error::Fault;
use crate::core::ids::SlackUserId;
use crate::core::person::Profile;
use crate::core::refusal::Refusal;
use crate::core::request_context::{RequestContext, Via};
use crate::core::teammate::{Teammate, Unlinked, actor_name, link};
use crate::jobs::ctx::TenantCtx;
use crate::people::directory::{Freshness, UnlinkedUser};
use crate::people::{directory, strangers};
use crate::platform::db::CacheKind;

/// The time that Slack and dialnote may take to say who a person is.
const IDENTITY_TIMEOUT: Duration = Duration::from_secs(5);

/// Returns the linked teammate for an action, or the reason why the user is not linked.
pub async fn teammate(ctx: &TenantCtx, user: &SlackUserId) -> Result<Result<Teammate, UnlinkedUser>, Fault> {
    recognized(ctx, user, Freshness::Lately).await
}

/// Returns the linked teammate who gave a command, or the actor that is no person.
pub(crate) async fn requester(
    ctx: &TenantCtx,
    requester: &RequestContext,
) -> Result<Result<Teammate, UnlinkedUser>, Fault> {
    match requester.via {
        Via::Workflow => Ok(Ok(Teammate::workflow())),
        Via::Automatic => Ok(Ok(Teammate::automation())),
        _ => teammate(ctx, &requester.user).await,
    }
}

/// Returns the linked teammate for showing something, which does not wait for dialnote.
pub(crate) async fn reader(ctx: &TenantCtx, user: &SlackUserId) -> Result<Result<Teammate, UnlinkedUser>, Fault> {
    recognized(ctx, user, Freshness::Kept).await
}

/// Returns the linked teammate by what both services say now, for changes that apply to everyone. Refuses if a service
/// fails or the answers take longer than `IDENTITY_TIMEOUT`. Faults of stored data are returned as faults.
pub(crate) async fn teammate_now(
    ctx: &TenantCtx,
    user: &SlackUserId,
) -> Result<Result<Result<Teammate, UnlinkedUser>, Refusal>, Fault> {
    match timeout(IDENTITY_TIMEOUT, recognized(ctx, user, Freshness::Now)).await {
        Ok(Ok(recognized)) => Ok(Ok(recognized)),
        Ok(Err(fault @ (Fault::Store(_) | Fault::Unreadable { .. } | Fault::Sealed(_)))) => Err(fault),
        Ok(Err(cause)) => {
            info!(%cause, "person could not be identified");
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
    if !user.is_person() {
        return Ok(Err(UnlinkedUser { name: actor_name(user).to_owned(), why: Unlinked::Bot }));
    }
    let linked = match directory::linked(ctx, user, read).await? {
        Ok(teammate) => return Ok(Ok(teammate)),
        Err(stranger) if read == Freshness::Now => Err(stranger),
        Err(_) => directory::linked(ctx, user, Freshness::Now).await?,
    };
    if let Err(stranger) = &linked {
        strangers::remember_stranger(ctx, user, stranger.why).await?;
    }
    Ok(linked)
}

/// Answers whether a Slack user is a teammate, by the members as they were last read, or else by asking again.
pub(crate) async fn is_known(ctx: &TenantCtx, user: &SlackUserId) -> Result<bool, Fault> {
    if let Some(profile) = directory::look_up(ctx, user).await?
        && directory::who(ctx, &profile).await?.is_ok()
    {
        return Ok(true);
    }
    Ok(teammate(ctx, user).await?.is_ok())
}

/// Answers whether a Slack user is a teammate, by the profile and members as they were last read.
pub(crate) async fn is_kept_as_teammate(ctx: &TenantCtx, user: &SlackUserId) -> Result<bool, Fault> {
    let kept = ctx.db.cache_get(CacheKind::Profile, user.as_str()).await?;
    let profile = kept.and_then(|kept| kept.fact::<Profile>());
    let (members, by_hand) = (directory::kept_members(ctx).await?, directory::by_hand(ctx).await?);
    Ok(profile.is_some_and(|profile| link(&profile, &members, &by_hand).is_ok()))
}
