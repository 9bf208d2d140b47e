//! The people among whom an owner is picked: the members of a group, or chosen people. Who of them is linked and can take
//! work now.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::assignee::UserGroup;
use crate::core::auto_assign::{AssigneePool, PoolTrouble};
use crate::core::availability::Availability;
use crate::core::error::Fault;
use crate::core::ids::{MemberId, SlackUserId, TeamId, UserGroupId};
use crate::core::teammate::Teammate;
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::people::{acting, availability, directory};
use crate::platform::db::{CacheEntry, CacheKind, CachedFact, Effect};
use crate::platform::slack::answer::SlackError;

/// The maximum number of people that are considered.
pub(crate) const MOST_CONSIDERED: usize = 1000;

/// The maximum number of people that are considered when a command names a group: each of those who are not known to be
/// linked costs a call.
const MOST_CHECKED: usize = 100;

/// The time for which Slack is not asked again for a group's members, where the app picks from it by itself. Slack
/// allows some 20 such calls a minute, and every waiting conversation would need one.
const MEMBERS_AGE: Duration = Duration::from_secs(60);

/// The members of a group as Slack named them last; `None` if it did not let the app read them.
#[derive(Serialize, Deserialize)]
struct GroupMembers(Option<Vec<SlackUserId>>);

impl CachedFact for GroupMembers {
    const KIND: CacheKind = CacheKind::GroupMembers;
}

/// The people to pick from, as they are now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PoolNow {
    /// Those who are linked and can take work now.
    pub here: Vec<Teammate>,
    /// The first time at which one of the others is back, if it is known.
    pub back: Option<Timestamp>,
}

/// Returns the people to pick from, as they are now, or the problem with them.
pub(crate) async fn now(
    ctx: &TenantCtx,
    pool: &AssigneePool,
    team: Option<&TeamId>,
) -> Result<Result<PoolNow, PoolTrouble>, Fault> {
    let users = match pool {
        AssigneePool::People(users) => users.clone(),
        AssigneePool::Group(group) => match members_lately(ctx, group, team).await? {
            Some(users) => users,
            None => return Ok(Err(PoolTrouble::Unreadable)),
        },
    };
    if users.is_empty() {
        return Ok(Err(PoolTrouble::Empty));
    }
    let found = availability::of_users(ctx, &users, team).await?;
    let here = linked(ctx, users.iter().zip(&found).filter(|(_, found)| found.is_here()).map(|(user, _)| user)).await?;
    let away = || users.iter().zip(&found).filter(|(_, found)| !found.is_here()).map(|(user, _)| user);
    if here.is_empty() && linked(ctx, away()).await?.is_empty() {
        return Ok(Err(PoolTrouble::NoneLinked));
    }
    let until = found.iter().filter_map(|found| match found {
        Availability::Away(away) => away.until(),
        Availability::Here => None,
    });
    Ok(Ok(PoolNow { here, back: until.min() }))
}

/// Returns the members of a group as Slack names them now; `None` if Slack does not let the app read them.
pub(crate) async fn members(
    ctx: &TenantCtx,
    group: &UserGroup,
    team: Option<&TeamId>,
) -> Result<Option<Vec<SlackUserId>>, Fault> {
    match ctx.slack.group(&group.id, team).await {
        Ok(users) => Ok(Some(users)),
        Err(SlackError::Refused(_) | SlackError::Fault(Fault::Unauthorized { .. })) => Ok(None),
        Err(SlackError::Fault(fault)) => Err(fault),
    }
}

/// Returns the effect that has Slack asked again for the members of a group.
pub(crate) fn forget_members(ctx: &TenantCtx, group: &UserGroupId) -> Effect {
    let nothing = "{}".to_owned();
    Effect::CachePut(CacheEntry::new(CacheKind::GroupMembers, group.as_str(), ctx.clock.now(), nothing))
}

/// Returns those who are linked and can take work now.
pub(crate) async fn available(
    ctx: &TenantCtx,
    users: &[SlackUserId],
    team: Option<&TeamId>,
) -> Result<Vec<Teammate>, Fault> {
    let found = availability::of_users(ctx, users, team).await?;
    let here = users.iter().zip(found).filter(|(_, found)| found.is_here()).map(|(user, _)| user);
    let mut there = Vec::new();
    for user in here.take(MOST_CHECKED) {
        there.extend(acting::teammate(ctx, user).await?.ok());
    }
    Ok(there)
}

async fn members_lately(
    ctx: &TenantCtx,
    group: &UserGroup,
    team: Option<&TeamId>,
) -> Result<Option<Vec<SlackUserId>>, Fault> {
    let (now, id) = (ctx.clock.now(), group.id.as_str());
    let kept = ctx.db.cache_get(CacheKind::GroupMembers, id).await?;
    let kept = kept.filter(|kept| times::is_within(kept.at, MEMBERS_AGE, now)).and_then(|kept| kept.fact());
    if let Some(GroupMembers(known)) = kept {
        return Ok(known);
    }
    let members = GroupMembers(members(ctx, group, team).await?);
    ctx.db.cache_put(CacheEntry::of(id, now, &members)).await?;
    Ok(members.0)
}

/// Returns the linked ones among these people. Neither service is asked again for those who are not, because no one
/// waits for the answer and the next look comes within a minute.
async fn linked(ctx: &TenantCtx, users: impl Iterator<Item = &SlackUserId>) -> Result<Vec<Teammate>, Fault> {
    directory::linked_of(ctx, &users.take(MOST_CONSIDERED).collect::<Vec<_>>()).await
}

/// Returns these people without the one who is not to get the conversation back.
pub(crate) fn without(people: Vec<Teammate>, not: Option<&MemberId>) -> Vec<Teammate> {
    people.into_iter().filter(|one| not != Some(&one.member)).collect()
}
