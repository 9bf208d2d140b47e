//! People's statuses, and the people of user groups (docs/contracts/slack-2026.md §6.2, §6.3).

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::acts::{SetGroup, SetStatus};
use super::event;
use super::reacted::is_a_name;
use crate::impossible::Impossible;
use crate::people::ProfileStatus;
use crate::shared::Shared;
use crate::world::World;

/// The longest status, in characters.
const LONGEST_STATUS: usize = 100;

/// The events about a changed status. Slack sends both.
const STATUS_EVENTS: [&str; 2] = ["user_change", "user_status_changed"];

/// Sets or clears a person's status, and sends the app the events about it.
pub(crate) async fn set_status(shared: &Shared, set: SetStatus) -> Result<(), Impossible> {
    let user = shared.world(|world| change_status(world, set))?;
    shared.turn();
    tell_of_statuses(shared, vec![user]).await
}

/// Clears the statuses whose time is up, and sends the app the events about them.
pub(crate) async fn end_statuses(shared: &Shared) -> Result<(), Impossible> {
    let ended = shared.world(|world| {
        let now = world.now();
        let is_over = |status: &ProfileStatus| status.until.is_some_and(|until| until <= now);
        let over = world.people.iter_mut().filter(|person| person.status.as_ref().is_some_and(is_over));
        let ended = over.map(|person| {
            person.status = None;
            person.id.clone()
        });
        ended.collect::<Vec<_>>()
    });
    tell_of_statuses(shared, ended).await
}

/// Gives a user group other people, and sends the app the event about it.
pub(crate) async fn set_group(shared: &Shared, set: SetGroup) -> Result<(), Impossible> {
    let due = shared.world(|world| change_group(world, &set))?;
    shared.turn();
    if let Some(due) = due {
        event(shared, due).await?;
    }
    Ok(())
}

fn change_status(world: &mut World, set: SetStatus) -> Result<String, Impossible> {
    let SetStatus { who, emoji, text, seconds } = set;
    let user = world.actor(&who)?.id;
    let name = emoji.trim_matches(':');
    if !name.is_empty() && !is_a_name(name) {
        return Err(Impossible(format!("{emoji} isn't the name of an emoji")));
    }
    if text.chars().count() > LONGEST_STATUS {
        return Err(Impossible(format!("a status has at most {LONGEST_STATUS} characters")));
    }
    let until = seconds.map(|seconds| world.now() + SignedDuration::from_secs(i64::from(seconds)));
    // Slack shows words without an emoji with this one.
    let name = if name.is_empty() && !text.is_empty() { "speech_balloon" } else { name };
    let status = (!name.is_empty()).then(|| ProfileStatus { emoji: format!(":{name}:"), text, until });
    if let Some(person) = world.person_mut(&user) {
        person.status = status;
    }
    Ok(user)
}

async fn tell_of_statuses(shared: &Shared, users: Vec<String>) -> Result<(), Impossible> {
    for user in users {
        for kind in STATUS_EVENTS {
            if shared.world(|world| world.is_heard(kind) && world.bot.is_some()) {
                event(shared, json!({"type": kind, "user": user})).await?;
            }
        }
    }
    Ok(())
}

/// Changes a group. Returns the event with the change, if there is one and the app hears of it.
fn change_group(world: &mut World, set: &SetGroup) -> Result<Option<Value>, Impossible> {
    let named = set.group.strip_prefix('@').unwrap_or(&set.group);
    let people: Vec<_> =
        set.people.iter().map(|who| world.actor(who).map(|person| person.id)).collect::<Result<_, _>>()?;
    let now = world.now().as_second();
    let team = world.workspace.id.clone();
    let group = world.groups.iter_mut().find(|group| group.id == named || group.handle == named);
    let group = group.ok_or_else(|| Impossible(format!("there is no group {named}")))?;
    let before = std::mem::replace(&mut group.users, people);
    let (was, is) = (BTreeSet::from_iter(&before), BTreeSet::from_iter(&group.users));
    let added: Vec<_> = is.difference(&was).collect();
    let removed: Vec<_> = was.difference(&is).collect();
    if added.is_empty() && removed.is_empty() {
        return Ok(None);
    }
    let change = json!({
        "type": "subteam_members_changed", "subteam_id": group.id, "team_id": team,
        "added_users": added, "added_users_count": added.len(),
        "removed_users": removed, "removed_users_count": removed.len(),
        "date_update": now, "date_previous_update": now - 1,
    });
    Ok((world.is_heard("subteam_members_changed") && world.bot.is_some()).then_some(change))
}
