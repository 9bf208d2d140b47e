//! Submitting and closing modals (docs/contracts/slack.md §9).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::acts::{Close, Submit};
use super::outcome::{Ack, Outcome};
use super::outgoing::OutgoingRequest;
use super::payload;
use super::send::send;
use super::values::{self, Stand};
use crate::blocks::{self, max};
use crate::impossible::Impossible;
use crate::people::Person;
use crate::shared::Shared;
use crate::slack::{insert_modal, replace_view};
use crate::views::View;
use crate::world::World;

/// Slack's banner in a modal whose app gave no usable answer.
const BANNER: &str = "We had some trouble connecting. Try again?";

/// Fills in a modal and submits it. Input that Slack itself rejects never reaches the app.
pub(crate) async fn submit(shared: &Shared, submit: Submit) -> Result<Outcome, Impossible> {
    let filled = shared.world(|world| fill_in(world, &submit))?;
    let (parcel, trigger_id) = match filled {
        Filled::Complete(parcel, trigger_id) => (parcel, trigger_id),
        Filled::Incomplete(field_errors) => return Ok(Outcome { field_errors, ..Outcome::default() }),
    };
    let ack = send(shared, parcel).await?;
    let mut outcome = Outcome { trigger_id: Some(trigger_id), ..Outcome::of(&ack) };
    shared.world(|world| match answer(world, &submit.view_id, &ack) {
        Ok(field_errors) => outcome.field_errors = field_errors,
        Err(error) => {
            outcome.error = Some(error);
            if let Some(view) = world.view_mut(&submit.view_id) {
                view.banner = Some(BANNER.to_owned());
            }
        }
    });
    Ok(outcome)
}

enum Filled {
    Complete(OutgoingRequest, String),
    Incomplete(BTreeMap<String, String>),
}

fn fill_in(world: &mut World, submit: &Submit) -> Result<Filled, Impossible> {
    let person = world.actor(&submit.who)?;
    let view = on_top(world, &person, &submit.view_id)?;
    if view.body.get("submit").is_none() {
        return Err(Impossible(format!("{} has no submit button", view.id)));
    }
    let typed = fill(world, &person, &view, &submit.values)?;
    let state = values::state(view.blocks(), &typed);
    let field_errors = values::complaints(view.blocks(), &state);
    if let Some(view) = world.view_mut(&view.id) {
        view.typed = typed;
        view.errors.clone_from(&field_errors);
        view.banner = None;
    }
    world.tour.submitted(&person.id, field_errors.keys().map(String::as_str));
    if !field_errors.is_empty() {
        return Ok(Filled::Incomplete(field_errors));
    }
    let trigger_id = world.new_trigger(&person.id, Some(view.id.clone()));
    let mut body = payload::common("view_submission", &person, &world.workspace);
    body.insert("trigger_id".to_owned(), json!(trigger_id));
    body.insert("view".to_owned(), view.object(&world.workspace.id, &state));
    body.insert("response_urls".to_owned(), response_urls(world, &person, &view, &state));
    let parcel = OutgoingRequest::interaction("/slack/interactions", &person.handle, &Value::Object(body));
    Ok(Filled::Complete(parcel, trigger_id))
}

/// Returns the state of a modal's elements after `values` was typed. Naming an element that does not exist is
/// impossible.
pub(super) fn fill(
    world: &World,
    person: &Person,
    view: &View,
    values: &Map<String, Value>,
) -> Result<Map<String, Value>, Impossible> {
    let mut typed = view.typed.clone();
    for (block_id, actions) in values {
        let block =
            view.blocks().iter().filter_map(Value::as_object).find(|b| b.get("block_id") == Some(&json!(block_id)));
        let block = block.ok_or_else(|| Impossible(format!("there is no block {block_id} in {}", view.id)))?;
        let actions =
            actions.as_object().ok_or_else(|| Impossible(format!("{block_id} must hold action_id: value")))?;
        for (action_id, given) in actions {
            let element = blocks::elements(block).into_iter().find(|element| element["action_id"] == *action_id);
            let missing = || Impossible(format!("there is no {action_id} in block {block_id}"));
            let stand = Stand { person: &person.id, place: &view.id, block_id };
            let state = values::chosen(world, stand, element.ok_or_else(missing)?, given)?;
            values::keep(&mut typed, block_id, action_id, state);
        }
    }
    Ok(typed)
}

/// Returns response URLs for the conversations chosen in a modal that asked for them.
fn response_urls(world: &mut World, person: &Person, view: &View, state: &Map<String, Value>) -> Value {
    let mut urls = Vec::new();
    for block in view.blocks().iter().filter(|block| block["element"]["response_url_enabled"] == true) {
        let block_id = block["block_id"].as_str().unwrap_or_default();
        let action_id = block["element"]["action_id"].as_str().unwrap_or_default();
        let entry = state.get(block_id).map_or(&Value::Null, |actions| &actions[action_id]);
        let chosen = entry["selected_conversation"].as_str().or_else(|| entry["selected_channel"].as_str());
        if let Some(channel) = chosen {
            let url = world.new_response_url(&person.id, channel, None);
            urls.push(json!({
                "block_id": block_id, "action_id": action_id, "channel_id": channel, "response_url": url,
            }));
        }
    }
    Value::Array(urls)
}

/// Applies the app's answer; `Ok` holds the errors that it found in the input.
fn answer(world: &mut World, view_id: &str, ack: &Ack) -> Result<BTreeMap<String, String>, String> {
    if let Some(error) = ack.error {
        return Err(error.to_owned());
    }
    if ack.status != Some(200) {
        return Err("dispatch_failed".to_owned());
    }
    let Some(view) = world.view(view_id).cloned() else { return Ok(BTreeMap::new()) };
    if ack.body.is_empty() {
        world.modals.retain(|open| open.id != view.id);
        return Ok(BTreeMap::new());
    }
    if ack.media_type != "application/json" {
        return Err(format!("invalid content type: {}", ack.media_type));
    }
    let body: Map<String, Value> = serde_json::from_str(&ack.body).map_err(|e| format!("invalid JSON: {e}"))?;
    let action = body.get("response_action").and_then(Value::as_str).unwrap_or_default();
    let second = match action {
        "clear" => None,
        "errors" => Some("errors"),
        "update" | "push" => Some("view"),
        other => return Err(format!("unknown response_action: {other}")),
    };
    if let Some(name) = body.keys().find(|name| *name != "response_action" && Some(name.as_str()) != second) {
        return Err(format!("unknown field: {name}"));
    }
    match action {
        "errors" => errors(world, &view, body.get("errors").unwrap_or(&Value::Null)),
        "clear" => {
            world.modals.retain(|open| open.user != view.user);
            Ok(BTreeMap::new())
        }
        _ => change(world, &view, action, body.get("view").unwrap_or(&Value::Null)).map(|()| BTreeMap::new()),
    }
}

/// Checks that every error belongs to an input block, by `block_id`.
fn errors(world: &mut World, view: &View, errors: &Value) -> Result<BTreeMap<String, String>, String> {
    let errors = errors.as_object().filter(|errors| !errors.is_empty()).ok_or("errors must not be empty")?;
    let mut found = BTreeMap::new();
    for (block_id, error) in errors {
        let is_input = view.blocks().iter().any(|block| block["type"] == "input" && block["block_id"] == *block_id);
        if !is_input {
            return Err(format!("errors: {block_id} is not the block_id of an input block"));
        }
        let words = error.as_str().filter(|words| !words.is_empty()).ok_or("errors must be sentences")?;
        found.insert(block_id.clone(), words.to_owned());
    }
    world.tour.submitted(&view.user, found.keys().map(String::as_str));
    if let Some(view) = world.view_mut(&view.id) {
        view.errors.clone_from(&found);
    }
    Ok(found)
}

fn change(world: &mut World, view: &View, action: &str, body: &Value) -> Result<(), String> {
    let body = blocks::view(body).map_err(|bad| format!("invalid view: {bad:?}"))?;
    let newer = blocks::newer_blocks(body["blocks"].as_array().map_or(&[], Vec::as_slice), "/view/blocks");
    if world.faults.slack.refuses_newer_blocks() && !newer.is_empty() {
        return Err(format!("invalid view: {newer:?}"));
    }
    if body["type"] != "modal" {
        return Err("invalid view: not a modal".to_owned());
    }
    let name = body["external_id"].as_str().unwrap_or_default();
    let own = |other: &&View| action == "update" && other.id == view.id;
    if !name.is_empty() && world.modals.iter().any(|other| other.external_id() == name && !own(&other)) {
        return Err("duplicate_external_id".to_owned());
    }
    if action == "update" {
        replace_view(world, &view.id, body);
        return Ok(());
    }
    if world.stack(&view.user).len() as u64 >= max(&["view", "_stack"]) {
        return Err("push_limit_reached".to_owned());
    }
    insert_modal(world, &view.user, body);
    Ok(())
}

/// Closes a modal, or with the x the whole stack. Slack notifies the app only if it asked for that.
pub(crate) async fn close(shared: &Shared, close: Close) -> Result<Outcome, Impossible> {
    let parcel = shared.world(|world| take_away(world, &close))?;
    let Some(parcel) = parcel else { return Ok(Outcome::default()) };
    let ack = send(shared, parcel).await?;
    Ok(Outcome::of(&ack))
}

fn take_away(world: &mut World, close: &Close) -> Result<Option<OutgoingRequest>, Impossible> {
    let person = world.actor(&close.who)?;
    let top = on_top(world, &person, &close.view_id)?;
    let all = close.all || top.clears_on_close();
    // The x reports the first view of the stack, regardless of the one on top.
    let told = if close.all { world.view(&top.root_view_id).cloned().unwrap_or(top) } else { top };
    if all {
        world.modals.retain(|view| view.user != person.id);
    } else {
        world.modals.retain(|view| view.id != told.id);
    }
    if !told.notifies_on_close() {
        return Ok(None);
    }
    let mut body = payload::common("view_closed", &person, &world.workspace);
    body.insert("view".to_owned(), told.object(&world.workspace.id, &Map::new()));
    body.insert("is_cleared".to_owned(), json!(all));
    Ok(Some(OutgoingRequest::interaction("/slack/interactions", &person.handle, &Value::Object(body))))
}

/// Returns the person's modal with this id, which must be the one they see.
pub(super) fn on_top(world: &World, person: &Person, view_id: &str) -> Result<View, Impossible> {
    let stack = world.stack(&person.id);
    match stack.last() {
        Some(top) if top.id == view_id => Ok((*top).clone()),
        Some(top) if stack.iter().any(|view| view.id == view_id) => {
            Err(Impossible(format!("{view_id} is covered by {}", top.id)))
        }
        _ => Err(Impossible(format!("{} has no modal {view_id} open", person.handle))),
    }
}
