//! The availability of people: their Slack status and account, their Do Not Disturb, and their availability in dialnote.
//! All parts that pick, offer or warn about a person ask here.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::availability::{Availability, Away};
use crate::core::conversation::Owner;
use crate::core::error::Fault;
use crate::core::ids::{MemberId, SlackUserId, TeamId};
use crate::core::teammate::linked_member;
use crate::core::times;
use crate::jobs::ctx::TenantCtx;
use crate::jobs::documents;
use crate::people::directory;
use crate::platform::db::{CacheKind, CachedFact};

/// The time for which a person's Do Not Disturb is not asked for again. Slack allows some 20 such calls a minute.
const DO_NOT_DISTURB_AGE: Duration = Duration::from_secs(60);

/// The Do Not Disturb of the people asked for lately.
#[derive(Default, Serialize, Deserialize)]
struct Undisturbed(Vec<UndisturbedUser>);

#[derive(Clone, Serialize, Deserialize)]
struct UndisturbedUser {
    user: SlackUserId,
    /// The end of their Do Not Disturb, if it is on.
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
    let undisturbed = undisturbed(ctx, users, team).await?;
    let resting: HashMap<_, _> = undisturbed.iter().filter_map(|one| Some((&one.user, one.until?))).collect();
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
    let Undisturbed(resting) = kept(ctx).await?;
    let mut found = Vec::new();
    for (profile, member) in directory::known_team(ctx).await? {
        let until = resting.iter().find(|one| one.user == profile.user).and_then(|one| one.until);
        if let Availability::Away(why) = Availability::of(&profile, until, member.away, &emoji, now) {
            found.push((profile.user, why));
        }
    }
    Ok(found)
}

async fn kept(ctx: &TenantCtx) -> Result<Undisturbed, Fault> {
    let kept = ctx.db.cache_get(Undisturbed::KIND, "").await?;
    Ok(kept.and_then(|kept| kept.fact()).unwrap_or_default())
}

/// Returns the Do Not Disturb of these users. Slack is asked for those who were not asked for lately.
async fn undisturbed(
    ctx: &TenantCtx,
    users: &[SlackUserId],
    team: Option<&TeamId>,
) -> Result<Vec<UndisturbedUser>, Fault> {
    let now = ctx.clock.now();
    let Undisturbed(mut known) = kept(ctx).await?;
    known.retain(|one| times::later(one.at, DO_NOT_DISTURB_AGE) > now);
    let asked: HashSet<_> = known.iter().map(|one| &one.user).collect();
    let unknown: Vec<_> = users.iter().filter(|user| !asked.contains(user)).cloned().collect();
    if unknown.is_empty() {
        return Ok(known);
    }
    let resting = ctx.slack.undisturbed(&unknown, team, now).await?;
    known.extend(unknown.into_iter().map(|user| {
        let until = resting.iter().find(|(one, _)| *one == user).map(|(_, until)| *until);
        UndisturbedUser { user, until, at: now }
    }));
    let known = Undisturbed(known);
    directory::keep(ctx, &known).await?;
    Ok(known.0)
}
