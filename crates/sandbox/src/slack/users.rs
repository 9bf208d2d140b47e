//! `users.*` and `usergroups.*` (docs/contracts/slack.md §23).

use jiff::Timestamp;
use serde_json::{Value, json};

use super::args::Args;
use super::failure::{Failure, Reply};
use super::paging::page;
use super::scopes::require_scope;
use crate::people::Person;
use crate::world::World;

/// `users.info`.
pub(super) fn info(world: &mut World, args: &Args) -> Reply {
    let id = args.required("user")?;
    let person = world.people.iter().find(|person| person.id == id).ok_or("user_not_found")?;
    Ok(json!({"user": object(world, person, args.flag("include_locale")?)}))
}

/// `users.lookupByEmail`.
pub(super) fn lookup_by_email(world: &mut World, args: &Args) -> Reply {
    require_scope(world, "users:read")?;
    let email = args.required("email")?.to_lowercase();
    let has_it = |person: &&Person| {
        !person.deleted && !person.stranger && person.email.as_ref().is_some_and(|e| e.to_lowercase() == email)
    };
    let person = world.people.iter().find(has_it).ok_or("users_not_found")?;
    Ok(json!({"user": object(world, person, false)}))
}

/// `users.list`.
pub(super) fn list(world: &mut World, args: &Args) -> Reply {
    // A token of an organization must name the workspace (docs/contracts/slack.md §24.5).
    if world.workspace.organization().is_some() && args.text("team_id")?.is_none() {
        return Err("missing_argument".into());
    }
    in_workspace(world, args)?;
    let with_locale = args.flag("include_locale")?;
    // Strangers of shared channels are not in the list.
    let own: Vec<Person> = world.people.iter().filter(|person| !person.stranger).cloned().collect();
    let (people, next) = page(&own, args, "users.list.limit")?;
    let members: Vec<Value> = people.iter().map(|person| object(world, person, with_locale)).collect();
    let cache_ts = world.now().as_second();
    Ok(json!({"members": members, "cache_ts": cache_ts, "response_metadata": {"next_cursor": next}}))
}

/// Refuses an organization's token without a workspace: groups and do-not-disturb times belong to one
/// (docs/contracts/slack.md §24.5).
fn in_workspace(world: &World, args: &Args) -> Result<(), Failure> {
    if world.workspace.organization().is_some() && args.required("team_id")? != world.workspace.id {
        return Err("team_access_not_granted".into());
    }
    Ok(())
}

/// `usergroups.list`.
pub(super) fn groups(world: &mut World, args: &Args) -> Reply {
    in_workspace(world, args)?;
    let with_users = args.flag("include_users")?;
    let with_count = args.flag("include_count")?;
    let now = world.now().as_second();
    let groups = world.groups.iter().map(|group| {
        let mut object = json!({
            "id": group.id, "team_id": world.workspace.id, "is_usergroup": true, "name": group.name, "description": "",
            "handle": group.handle, "is_external": false, "date_create": now, "date_update": now, "date_delete": 0,
            "auto_type": null, "created_by": "U0MAYA", "updated_by": "U0MAYA", "deleted_by": null,
            "prefs": {"channels": [], "groups": []},
        });
        if with_users {
            object["users"] = json!(group.users);
        }
        if with_count {
            object["user_count"] = json!(group.users.len());
        }
        object
    });
    Ok(json!({"usergroups": groups.collect::<Vec<_>>()}))
}

/// `usergroups.users.list`.
pub(super) fn group_users(world: &mut World, args: &Args) -> Reply {
    in_workspace(world, args)?;
    let id = args.required("usergroup")?;
    let group = world.groups.iter().find(|group| group.id == id).ok_or("no_such_subteam")?;
    Ok(json!({"users": group.users}))
}

/// `dnd.teamInfo`: people's do-not-disturb times. (Not in docs/contracts/slack.md; the published shape of the method.)
pub(super) fn do_not_disturb(world: &mut World, args: &Args) -> Reply {
    in_workspace(world, args)?;
    let wanted: Vec<&str> = args.required("users")?.split(',').map(str::trim).collect();
    if wanted.len() > 50 {
        return Err("too_many_users".into());
    }
    let now = world.now().as_second();
    let of = |person: &Person| {
        let until = person.undisturbed_until.map_or(1, Timestamp::as_second);
        let from = if person.undisturbed_until.is_some() { now.min(until) - 3600 } else { 1 };
        json!({
            "dnd_enabled": person.undisturbed_until.is_some(), "next_dnd_start_ts": from, "next_dnd_end_ts": until,
        })
    };
    let known = world.people.iter().filter(|person| wanted.contains(&person.id.as_str()));
    let users: serde_json::Map<String, Value> = known.map(|person| (person.id.clone(), of(person))).collect();
    Ok(json!({ "users": users, "cached": false }))
}

fn object(world: &World, person: &Person, with_locale: bool) -> Value {
    let with_email = require_scope(world, "users:read.email").is_ok();
    let mut user = person.object(with_email, with_locale, world.now());
    world.workspace.belongs(&mut user);
    user
}
