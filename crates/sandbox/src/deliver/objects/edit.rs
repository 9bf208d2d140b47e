//! Editing the fields in a pane (§4.3–4.5).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::acts::{EditObject, TypeInObject};
use super::subject::{self, new_trigger, no_pane};
use crate::blocks::{default_of, length};
use crate::deliver::interact::{MenuKey, offered};
use crate::deliver::outcome::{Ack, Outcome, complaint};
use crate::deliver::outgoing::OutgoingRequest;
use crate::deliver::payload;
use crate::deliver::send::send;
use crate::deliver::values::{self, Stand};
use crate::entities::inputs;
use crate::faults::ObjectOddity;
use crate::ids::{APP, BOT};
use crate::impossible::Impossible;
use crate::objects::{Occasion, Pane};
use crate::people::Person;
use crate::shared::Shared;
use crate::world::World;

/// The outcome of *Save*: a request, or errors that Slack itself finds.
enum Saved {
    Sent(OutgoingRequest, String),
    Refused(BTreeMap<String, String>),
}

/// Edits fields and saves them. Input that Slack itself rejects never reaches the app.
pub(crate) async fn edit_object(shared: &Shared, edit: EditObject) -> Result<Outcome, Impossible> {
    let saved = shared.world(|world| save(world, &edit))?;
    shared.turn();
    let (parcel, trigger_id) = match saved {
        Saved::Sent(parcel, trigger_id) => (parcel, trigger_id),
        Saved::Refused(field_errors) => return Ok(Outcome { field_errors, ..Outcome::default() }),
    };
    let ack = send(shared, parcel).await?;
    let mut outcome = Outcome { trigger_id: Some(trigger_id), ..Outcome::of(&ack) };
    shared.world(|world| {
        let user = world.actor(&edit.who).map(|person| person.id).unwrap_or_default();
        match answer(&ack, world.objects.pane(&user)) {
            Ok(errors) => outcome.field_errors = errors,
            Err(error) => outcome.error = Some(error),
        }
        let Some(pane) = world.objects.pane_mut(&user) else { return };
        pane.field_errors.clone_from(&outcome.field_errors);
        if outcome.error.is_some() || !outcome.field_errors.is_empty() {
            pane.saving_since = None;
        }
        if outcome.error.is_some() {
            pane.save_error = Some(json!({"status": "internal_error"}));
        }
    });
    Ok(outcome)
}

/// Leaves the edit of a pane without saving it. Slack does not notify the app.
pub(crate) fn cancel_object_edit(world: &mut World, who: &str) -> Result<(), Impossible> {
    let person = world.actor(who)?;
    world.objects.pane_mut(&person.id).ok_or_else(|| no_pane(&person))?.cancel_edit();
    Ok(())
}

fn save(world: &mut World, edit: &EditObject) -> Result<Saved, Impossible> {
    let person = world.actor(&edit.who)?;
    let pane = world.objects.pane(&person.id).cloned().ok_or_else(|| no_pane(&person))?;
    let inputs = pane.entity().map(inputs).unwrap_or_default();
    let typed = fill(world, &person, &pane, &inputs, &edit.values)?;
    let state = values::state(&inputs, &typed);
    let found = values::complaints(&inputs, &state);
    let now = world.now();
    if let Some(pane) = world.objects.pane_mut(&person.id) {
        pane.typed = typed;
        pane.field_errors.clone_from(&found);
        pane.save_error = None;
        pane.saving_since = found.is_empty().then_some(now);
    }
    if !found.is_empty() {
        return Ok(Saved::Refused(found));
    }
    let trigger_id = new_trigger(world, &person.id, &pane.subject, Occasion::Edit);
    let empty = world.faults.slack.objects.contains(&ObjectOddity::EmptyCallbackId);
    let callback_id = if empty { "" } else { "work-object-edit" };
    let view = view(world, &pane, "entity_detail", callback_id, &Value::Object(state));
    Ok(Saved::Sent(submission(world, &person, &trigger_id, &view), trigger_id))
}

fn fill(
    world: &World,
    person: &Person,
    pane: &Pane,
    inputs: &[Value],
    given: &Map<String, Value>,
) -> Result<Map<String, Value>, Impossible> {
    let mut typed = pane.typed.clone();
    for (field, given) in given {
        let input = inputs.iter().find(|input| input["block_id"] == *field);
        let input = input.ok_or_else(|| Impossible(format!("{field} cannot be edited here")))?;
        let stand = Stand { person: &person.id, place: &pane.id, block_id: field };
        let state = values::chosen(world, stand, &input["element"], given)?;
        values::keep(&mut typed, field, &format!("{field}.input"), state);
    }
    Ok(typed)
}

/// Returns the view of a submission from a pane.
pub(super) fn view(world: &mut World, pane: &Pane, kind: &str, callback_id: &str, values: &Value) -> Value {
    let team = world.workspace.id.clone();
    let (id, hash) = (world.next_id(), world.next_id());
    let mut view = Map::new();
    // The view of the details is the pane itself; a comment has one of its own.
    let id = if kind == "entity_detail" { pane.id.clone() } else { format!("V{id:04}") };
    view.insert("id".to_owned(), json!(id));
    view.insert("team_id".to_owned(), json!(team));
    view.insert("type".to_owned(), json!(kind));
    view.insert("callback_id".to_owned(), json!(callback_id));
    subject::name(&mut view, &pane.subject);
    subject::place(&mut view, &pane.subject, "channel");
    let rest = json!({
        "private_metadata": "", "external_id": "", "state": {"values": values},
        "hash": format!("{}.{hash:08x}", world.now().as_second()), "app_id": APP, "app_installed_team_id": team,
        "bot_id": BOT, "root_view_id": pane.id, "previous_view_id": null, "title": null, "blocks": [],
    });
    view.extend(rest.as_object().cloned().unwrap_or_default());
    Value::Object(view)
}

/// Returns the submission of a view of a pane.
pub(super) fn submission(world: &World, person: &Person, trigger_id: &str, view: &Value) -> OutgoingRequest {
    let mut body = payload::common("view_submission", person, &world.workspace);
    body.insert("trigger_id".to_owned(), json!(trigger_id));
    body.insert("view".to_owned(), view.clone());
    body.insert("response_urls".to_owned(), json!([]));
    OutgoingRequest::interaction("/slack/interactions", &person.handle, &Value::Object(body))
}

/// Reads the app's answer to *Save*: empty, or errors about fields.
fn answer(ack: &Ack, pane: Option<&Pane>) -> Result<BTreeMap<String, String>, String> {
    if let Some(error) = complaint(ack) {
        return Err(error);
    }
    if ack.body.is_empty() {
        return Ok(BTreeMap::new());
    }
    if ack.media_type != "application/json" {
        return Err(format!("invalid content type: {}", ack.media_type));
    }
    let body: Map<String, Value> = serde_json::from_str(&ack.body).map_err(|e| format!("invalid JSON: {e}"))?;
    if body.len() != 2 || body.get("response_action") != Some(&json!("errors")) {
        return Err("the answer to an edited object is empty or has errors".to_owned());
    }
    let inputs = pane.and_then(Pane::entity).map(inputs).unwrap_or_default();
    let errors = body.get("errors").and_then(Value::as_object).filter(|errors| !errors.is_empty());
    let mut found = BTreeMap::new();
    for (field, error) in errors.ok_or("errors must not be empty")? {
        if !inputs.iter().any(|input| input["block_id"] == *field) {
            return Err(format!("errors: {field} is not an edited field"));
        }
        let words = error.as_str().filter(|words| !words.is_empty()).ok_or("errors must be sentences")?;
        found.insert(field.clone(), words.to_owned());
    }
    Ok(found)
}

/// Types into a menu of a pane whose options the app provides.
pub(crate) async fn object_options(shared: &Shared, typing: TypeInObject) -> Result<Outcome, Impossible> {
    let (asked, parcel) = shared.world(|world| ask(world, &typing))?;
    offered(shared, asked, parcel).await
}

/// Returns the question to the app; `None` while too little was typed.
fn ask(world: &World, typing: &TypeInObject) -> Result<(MenuKey, Option<OutgoingRequest>), Impossible> {
    let person = world.actor(&typing.who)?;
    let pane = world.objects.pane(&person.id).ok_or_else(|| no_pane(&person))?;
    let inputs = pane.entity().map(inputs).unwrap_or_default();
    let input = inputs.iter().find(|input| input["block_id"] == typing.field).map(|input| &input["element"]);
    let is_external = |element: &&Value| element["type"].as_str().is_some_and(|kind| kind.ends_with("external_select"));
    let missing = || Impossible(format!("the options of {} do not come from the app", typing.field));
    let element = input.filter(is_external).ok_or_else(missing)?;
    let action_id = format!("{}.input", typing.field);
    let asked = (person.id.clone(), pane.id.clone(), typing.field.clone(), action_id.clone());
    let default = default_of(&["element", "external_select", "min_query_length"]).unwrap_or(0);
    if length(&typing.value) < element["min_query_length"].as_u64().unwrap_or(default) {
        return Ok((asked, None));
    }
    let plural = world.faults.slack.objects.contains(&ObjectOddity::PluralSuggestions);
    let kind = if plural { "block_suggestions" } else { "block_suggestion" };
    let mut body = payload::common(kind, &person, &world.workspace);
    let mut container = Map::new();
    container.insert("type".to_owned(), json!("entity_detail"));
    subject::name(&mut container, &pane.subject);
    body.insert("container".to_owned(), Value::Object(container));
    body.insert("block_id".to_owned(), json!(typing.field));
    body.insert("action_id".to_owned(), json!(action_id));
    body.insert("value".to_owned(), json!(typing.value));
    Ok((asked, Some(OutgoingRequest::interaction("/slack/options", &person.handle, &Value::Object(body)))))
}
