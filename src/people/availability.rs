//! The availability of people: their Slack status and account, their Do Not Disturb, and their availability in dialnote.
//! All parts that pick, offer or warn about a person ask here.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::availability::{Availability, Away};
use crate::core::conversation::Owner;
use crate::core::error::Fault;
use crate::core::ids::{MemberId, SlackUserId, TeamId};
use crate::core::person::{Member, Profile};
use crate::core::teammate::linked_member;
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::people::directory;
use crate::platform::db::{CacheEntry, CacheKind, CachedFact};

/// The time for which a person's Do Not Disturb is not asked for again. Slack allows some 20 such calls a minute.
const DO_NOT_DISTURB_AGE: Duration = Duration::from_secs(60);

/// The Do Not Disturb of a Slack user.
#[derive(Serialize, Deserialize)]
struct Undisturbed {
    /// Its end, if it is on.
    until: Option<Timestamp>,
    /// The time at which Slack was asked.
    at: Timestamp,
}

impl CachedFact for Undisturbed {
    const KIND: CacheKind = CacheKind::Undisturbed;
}

/// Returns the availability of a Slack user. `team` is the workspace, if the app is installed in an organization.
pub(crate) async fn of_user(ctx: &TenantCtx, user: &SlackUserId, team: Option<&TeamId>) -> Result<Availability, Fault> {
    let found = of_users(ctx, std::slice::from_ref(user), team).await?;
    Ok(found.into_iter().next().unwrap_or(Availability::Here))
}

/// Returns the availability of Slack users, in their order. Users whom Slack does not know count as available, because
/// whether they can be assigned anything is decided elsewhere.
pub(crate) async fn of_users(
    ctx: &TenantCtx,
    users: &[SlackUserId],
    team: Option<&TeamId>,
) -> Result<Vec<Availability>, Fault> {
    let (now, emoji) = (ctx.clock.now(), documents::rules(ctx).await?.away_emoji);
    let resting = resting(ctx, users, team).await?;
    let (members, by_hand) = (directory::team_lately(ctx).await?, directory::by_hand(ctx).await?);
    let is_anyone_away = members.iter().any(|member| member.away);
    let profiles = directory::look_up_all(ctx, &users.iter().collect::<Vec<_>>()).await?;
    let found = users.iter().zip(profiles).map(|(user, profile)| {
        let Some(profile) = profile else { return Availability::Here };
        let member = || linked_member(&profile, &members, &by_hand);
        let in_dialnote = is_anyone_away && member().is_ok_and(|member| member.away);
        Availability::of(&profile, resting.get(user).copied(), in_dialnote, &emoji, now)
    });
    Ok(found.collect())
}

/// Returns the availability of a member. One who is no Slack user is away only if dialnote says so.
pub(crate) async fn of_member(ctx: &TenantCtx, member: &MemberId) -> Result<Availability, Fault> {
    let owner = Owner::new(member.clone(), String::new());
    let user = match directory::participant(ctx, &owner).await?.user {
        Some(user) => Some(user),
        // A deactivated user is linked to no one, and is away for good.
        None => directory::known_user(ctx, member).await?,
    };
    if let Some(user) = user {
        return of_user(ctx, &user, None).await;
    }
    let is_away = directory::team_lately(ctx).await?.iter().any(|one| one.id == *member && one.away);
    Ok(if is_away { Availability::Away(Away::InDialnote) } else { Availability::Here })
}

/// Returns the people who are away, as far as it can be told from stored facts.
pub(crate) async fn known_away(ctx: &TenantCtx) -> Result<Vec<(SlackUserId, Away)>, Fault> {
    let (now, emoji) = (ctx.clock.now(), documents::rules(ctx).await?.away_emoji);
    let team = directory::known_team(ctx).await?;
    let users: Vec<_> = team.iter().map(|(profile, _)| profile.user.clone()).collect();
    let kept = kept(ctx, &users).await?;
    let away = |(profile, member): (Profile, Member)| {
        let until = kept.get(&profile.user).and_then(|kept| kept.until);
        match Availability::of(&profile, until, member.away, &emoji, now) {
            Availability::Away(why) => Some((profile.user, why)),
            Availability::Here => None,
        }
    };
    Ok(team.into_iter().filter_map(away).collect())
}

/// Returns the last answers about those of these users who were asked for.
async fn kept(ctx: &TenantCtx, users: &[SlackUserId]) -> Result<HashMap<SlackUserId, Undisturbed>, Fault> {
    let ids: Vec<_> = users.iter().map(SlackUserId::as_str).collect();
    let kept = ctx.db.cache_get_all(Undisturbed::KIND, &ids).await?;
    Ok(kept.into_iter().filter_map(|one| Some((SlackUserId::new(one.id.clone()), one.fact()?))).collect())
}

/// Returns the users among these who have Do Not Disturb on, each with its end. Slack is asked for those who were not
/// asked for lately.
async fn resting(
    ctx: &TenantCtx,
    users: &[SlackUserId],
    team: Option<&TeamId>,
) -> Result<HashMap<SlackUserId, Timestamp>, Fault> {
    let now = ctx.clock.now();
    let mut known = kept(ctx, users).await?;
    known.retain(|_, kept| times::later(kept.at, DO_NOT_DISTURB_AGE) > now);
    let unknown: Vec<_> = users.iter().filter(|user| !known.contains_key(user)).cloned().collect();
    let mut resting: HashMap<_, _> = known.into_iter().filter_map(|(user, kept)| Some((user, kept.until?))).collect();
    if unknown.is_empty() {
        return Ok(resting);
    }
    resting.extend(ctx.slack.undisturbed(&unknown, team, now).await?);
    let entry = |user: &SlackUserId| {
        let fact = Undisturbed { until: resting.get(user).copied(), at: now };
        ctx.db.cache_put(CacheEntry::of(user.as_str(), now, &fact))
    };
    // At once, so that the entries share a transaction.
    try_join_all(unknown.iter().map(entry)).await?;
    Ok(resting)
}
