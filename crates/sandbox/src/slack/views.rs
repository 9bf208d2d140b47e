//! `views.*`: modals and home tabs (docs/contracts/slack.md §7, §9, §21).

use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::args::Args;
use super::failure::{Failure, Reply};
use crate::blocks::{self, max};
use crate::views::View;
use crate::world::{Trigger, World};

/// `views.open`.
pub(super) fn open(world: &mut World, args: &Args) -> Reply {
    let body = modal(args)?;
    unique_external_id(world, &body, None)?;
    let trigger = exchange(world, args)?;
    // A person has one stack: a newly opened modal replaces it.
    world.modals.retain(|view| view.user != trigger.user);
    let id = insert_modal(world, &trigger.user, body);
    shown(world, &id)
}

/// `views.push`.
pub(super) fn push(world: &mut World, args: &Args) -> Reply {
    let body = modal(args)?;
    unique_external_id(world, &body, None)?;
    let pending = find_trigger(world, args)?;
    let stack = world.stack(&pending.user).len() as u64;
    if pending.view.is_none_or(|view| world.view(&view).is_none()) || stack == 0 {
        return Err("not_found".into());
    }
    if stack >= max(&["view", "_stack"]) {
        return Err("push_limit_reached".into());
    }
    let trigger = exchange(world, args)?;
    let id = insert_modal(world, &trigger.user, body);
    shown(world, &id)
}

/// `views.update`.
pub(super) fn update(world: &mut World, args: &Args) -> Reply {
    let body = read_view(args)?;
    let (id, external_id) = (args.text("view_id")?, args.text("external_id")?);
    let view = match (id, external_id) {
        (Some(id), None) => world.view(id),
        (None, Some(name)) => world.modals.iter().chain(world.homes.values()).find(|view| view.external_id() == name),
        _ => return Err(Failure::argument("exactly one of view_id and external_id is required")),
    };
    let view = view.ok_or("not_found")?;
    let id = view.id.clone();
    if view.kind() != body["type"] {
        return Err(Failure::argument("a view cannot change its type"));
    }
    if args.text("hash")?.is_some_and(|hash| hash != view.hash) {
        return Err("hash_conflict".into());
    }
    unique_external_id(world, &body, Some(&id))?;
    replace_view(world, &id, body);
    shown(world, &id)
}

/// `views.publish`.
pub(super) fn publish(world: &mut World, args: &Args) -> Reply {
    let body = read_view(args)?;
    if body["type"] != "home" {
        return Err(Failure::argument("only a home view can be published"));
    }
    let user = args.required("user_id")?;
    if world.people.iter().all(|person| person.id != user) {
        return Err(Failure::argument("user_id: there is no such user"));
    }
    if !world.home_tab {
        return Err("not_enabled".into());
    }
    let old = world.homes.get(user).map(|home| (home.id.clone(), home.hash.clone()));
    let hash = args.text("hash")?;
    if hash.is_some() && hash != old.as_ref().map(|(_, hash)| hash.as_str()) {
        return Err("hash_conflict".into());
    }
    unique_external_id(world, &body, old.as_ref().map(|(id, _)| id.as_str()))?;
    let id = if let Some((id, _)) = old {
        replace_view(world, &id, body);
        id
    } else {
        let home = new_view(world, user, body);
        let id = home.id.clone();
        world.homes.insert(user.to_owned(), home);
        id
    };
    shown(world, &id)
}

/// Puts a modal on top of a person's stack and returns its id.
pub(crate) fn insert_modal(world: &mut World, user: &str, body: Value) -> String {
    let below = world.stack(user).last().map(|top| (top.id.clone(), top.root_view_id.clone()));
    let mut view = new_view(world, user, body);
    if let Some((previous, root)) = below {
        view.previous_view_id = Some(previous);
        view.root_view_id = root;
    }
    let id = view.id.clone();
    world.modals.push(view);
    id
}

/// Changes a view. Inputs stay where block, action and kind of element stay the same.
pub(crate) fn replace_view(world: &mut World, id: &str, body: Value) {
    let hash = new_hash(world);
    let Some(view) = world.view_mut(id) else { return };
    view.body = body;
    view.hash = hash;
    view.errors.clear();
    view.banner = None;
    let typed = std::mem::take(&mut view.typed);
    let mut stays = Map::new();
    for block in view.blocks().iter().filter_map(Value::as_object) {
        let block_id = block.get("block_id").and_then(Value::as_str).unwrap_or_default();
        for element in blocks::elements(block) {
            let action_id = element["action_id"].as_str().unwrap_or_default();
            let state = typed.get(block_id).map_or(&Value::Null, |actions| &actions[action_id]);
            if !state.is_null() && state["type"] == element["type"] {
                let kept = stays.entry(block_id).or_insert_with(|| json!({}));
                kept[action_id] = state.clone();
            }
        }
    }
    view.typed = stays;
}

fn new_view(world: &mut World, user: &str, body: Value) -> View {
    let id = format!("V{:04}", world.next_id());
    View {
        user: user.to_owned(),
        body,
        hash: new_hash(world),
        root_view_id: id.clone(),
        previous_view_id: None,
        typed: Map::new(),
        errors: std::collections::BTreeMap::new(),
        banner: None,
        id,
    }
}

fn new_hash(world: &mut World) -> String {
    format!("{}.{:08x}", world.now().as_second(), world.next_id())
}

fn shown(world: &World, id: &str) -> Reply {
    let view = world.view(id).ok_or("not_found")?;
    Ok(json!({"view": view.object(&world.workspace.id, &view.typed)}))
}

fn modal(args: &Args) -> Reply {
    let body = read_view(args)?;
    if body["type"] == "modal" { Ok(body) } else { Err(Failure::argument("only a modal can be opened")) }
}

fn read_view(args: &Args) -> Reply {
    let malformed = Failure::argument("view is not valid JSON");
    let view = args.nested("view", "invalid_arguments").map_err(|_| malformed)?.unwrap_or_default();
    Ok(blocks::view(&view)?)
}

fn unique_external_id(world: &World, body: &Value, own: Option<&str>) -> Result<(), Failure> {
    let name = body["external_id"].as_str().unwrap_or_default();
    let taken = |view: &View| view.external_id() == name && Some(view.id.as_str()) != own;
    let mut views = world.modals.iter().chain(world.homes.values());
    if !name.is_empty() && views.any(taken) { Err("duplicate_external_id".into()) } else { Ok(()) }
}

/// Returns the trigger, if it can still be exchanged.
fn find_trigger(world: &World, args: &Args) -> Result<Trigger, Failure> {
    let id = args.text("trigger_id")?.ok_or_else(|| Failure::argument("missing required field: trigger_id"))?;
    let trigger = world.triggers.get(id).ok_or("invalid_trigger_id")?;
    let seconds = i64::try_from(max(&["timing", "trigger_id_seconds"])).unwrap_or(i64::MAX);
    if trigger.used {
        return Err("exchanged_trigger_id".into());
    }
    if world.now().duration_since(trigger.at) > SignedDuration::from_secs(seconds) {
        return Err("expired_trigger_id".into());
    }
    Ok(trigger.clone())
}

fn exchange(world: &mut World, args: &Args) -> Result<Trigger, Failure> {
    let trigger = find_trigger(world, args)?;
    if let Some(trigger) = args.text("trigger_id")?.and_then(|id| world.triggers.get_mut(id)) {
        trigger.used = true;
    }
    Ok(trigger)
}
