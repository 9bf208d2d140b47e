//! The people of a workspace, as their colleagues may name them. Only a name typed without Slack's help needs this
//! list. So the list is read when that happens, and kept for a while.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::core::colleague::Colleague;
use crate::core::error::Fault;
use crate::core::ids::{SlackUserId, TeamId};
use crate::core::person;
use crate::jobs::ctx::TenantCtx;
use crate::people::directory;
use crate::people::directory::{Freshness, slack_fault};
use crate::platform::db::{CacheKind, CachedFact};

/// The time for which the list of people is used. Before a name is refused, the list is read again.
const ROSTER_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// The maximum number of pages of people that are read: ten thousand people.
const MAX_ROSTER_PAGES: usize = 20;

/// The maximum number of email addresses that are looked up for one command.
const MOST_ADDRESSES: usize = 3;

/// The people of the workspace.
#[derive(Serialize, Deserialize)]
struct Roster(Vec<Colleague>);

impl CachedFact for Roster {
    const KIND: CacheKind = CacheKind::Colleagues;
}

/// Returns the people that a command may name, among them those with these email addresses.
pub(crate) async fn colleagues(
    ctx: &TenantCtx,
    team: Option<&TeamId>,
    addresses: &[String],
    read: Freshness,
) -> Result<Vec<Colleague>, Fault> {
    let kept = ctx.db.cache_get(Roster::KIND, "").await?;
    let mut people = match directory::usable(ctx, kept, ROSTER_LIFETIME, read) {
        Some(Roster(people)) => people,
        None => read_colleagues(ctx, team).await?,
    };
    for address in addresses.iter().take(MOST_ADDRESSES) {
        people.extend(with_address(ctx, address, &people).await?);
    }
    Ok(people)
}

async fn read_colleagues(ctx: &TenantCtx, team: Option<&TeamId>) -> Result<Vec<Colleague>, Fault> {
    let (mut people, mut cursor) = (Vec::new(), String::new());
    for _ in 0..MAX_ROSTER_PAGES {
        let (page, next) = ctx.slack.people(&cursor, team).await.map_err(slack_fault)?;
        people.extend(page);
        match next {
            Some(next) if next != cursor => cursor = next,
            _ => break,
        }
    }
    let roster = Roster(people);
    directory::keep(ctx, &roster).await?;
    Ok(roster.0)
}

/// Returns the person with an address that the list does not show.
async fn with_address(ctx: &TenantCtx, address: &str, people: &[Colleague]) -> Result<Option<Colleague>, Fault> {
    let is_known = people.iter().any(|one| one.email.as_deref().is_some_and(|email| person::folded(email) == address));
    if is_known {
        return Ok(None);
    }
    let profile = directory::profile_by_email(ctx, address).await?;
    Ok(profile.map(|profile| Colleague {
        user: profile.user,
        display: profile.name.clone(),
        full: profile.name,
        email: Some(address.to_owned()),
    }))
}

/// Returns names that tell these people apart: their full names, and their addresses where full names are the same.
pub(crate) async fn full_names(
    ctx: &TenantCtx,
    team: Option<&TeamId>,
    users: &[SlackUserId],
) -> Result<Vec<(SlackUserId, String)>, Fault> {
    let people = colleagues(ctx, team, &[], Freshness::Kept).await?;
    let mut named = Vec::new();
    for user in users {
        let name = match people.iter().find(|one| one.user == *user) {
            Some(one) if people.iter().filter(|other| other.full == one.full).count() > 1 => {
                one.email.as_ref().map_or_else(|| one.full.clone(), |email| format!("{} ({email})", one.full))
            }
            Some(one) => one.full.clone(),
            None => directory::name(ctx, user).await?.unwrap_or_else(|| user.to_string()),
        };
        named.push((user.clone(), name));
    }
    Ok(named)
}
