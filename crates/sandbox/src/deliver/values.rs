//! People's inputs and choices in the shapes of `state.values` (docs/contracts/slack.md §9.4), and the checks that
//! Slack itself makes before it calls the app.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::blocks::{self, length, max};
use crate::impossible::Impossible;
use crate::world::World;

/// The place of an element: its person, its message or view, its block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stand<'a> {
    pub(super) person: &'a str,
    pub(super) place: &'a str,
    pub(super) block_id: &'a str,
}

/// Returns the state of an element after a person typed or chose `given`; `null` takes the choice back.
pub(super) fn chosen(world: &World, stand: Stand, element: &Value, given: &Value) -> Result<Value, Impossible> {
    let kind = element["type"].as_str().unwrap_or_default();
    let (key, value) = match kind {
        "plain_text_input" | "url_text_input" | "email_text_input" => ("value", text(given)?),
        "number_input" => ("value", or_null(given, number)?),
        "static_select" | "radio_buttons" | "overflow" | "external_select" => {
            ("selected_option", or_null(given, |value| option(world, stand, element, value))?)
        }
        "multi_static_select" | "multi_external_select" | "checkboxes" => {
            ("selected_options", each(given, |value| option(world, stand, element, value))?)
        }
        "users_select" => ("selected_user", or_null(given, |value| user(world, value))?),
        "multi_users_select" => ("selected_users", each(given, |value| user(world, value))?),
        "channels_select" => ("selected_channel", or_null(given, |value| channel(world, value))?),
        "multi_channels_select" => ("selected_channels", each(given, |value| channel(world, value))?),
        "conversations_select" => ("selected_conversation", or_null(given, |value| channel(world, value))?),
        "multi_conversations_select" => ("selected_conversations", each(given, |value| channel(world, value))?),
        "datepicker" => ("selected_date", or_null(given, date)?),
        "timepicker" => ("selected_time", or_null(given, time)?),
        "datetimepicker" => ("selected_date_time", or_null(given, moment)?),
        _ => return Err(Impossible(format!("nothing can be chosen from a {kind}"))),
    };
    Ok(json!({"type": kind, key: value}))
}

/// Returns `state.values` of a message or view: the choices made, else the initial ones.
pub(super) fn state(blocks: &[Value], chosen: &Map<String, Value>) -> Map<String, Value> {
    let mut state = Map::new();
    for block in blocks.iter().filter_map(Value::as_object) {
        let block_id = block.get("block_id").and_then(Value::as_str).unwrap_or_default();
        for element in blocks::elements(block) {
            let action_id = element["action_id"].as_str().unwrap_or_default();
            let touched = chosen.get(block_id).and_then(|actions| actions.get(action_id)).cloned();
            if let Some(entry) = touched.or_else(|| untouched(element)) {
                state.entry(block_id).or_insert_with(|| json!({}))[action_id] = entry;
            }
        }
    }
    state
}

/// Stores a choice among the others.
pub(super) fn keep(chosen: &mut Map<String, Value>, block_id: &str, action_id: &str, state: Value) {
    chosen.entry(block_id).or_insert_with(|| json!({}))[action_id] = state;
}

/// Returns the errors that Slack finds before submitting: required and empty, too short, too long.
pub(super) fn complaints(blocks: &[Value], state: &Map<String, Value>) -> BTreeMap<String, String> {
    let mut complaints = BTreeMap::new();
    for block in blocks.iter().filter(|block| block["type"] == "input") {
        let block_id = block["block_id"].as_str().unwrap_or_default();
        let element = &block["element"];
        let action_id = element["action_id"].as_str().unwrap_or_default();
        let entry = state.get(block_id).map_or(&Value::Null, |actions| &actions[action_id]);
        if let Some(complaint) = complaint(element, entry, block["optional"] == true) {
            complaints.insert(block_id.to_owned(), complaint);
        }
    }
    complaints
}

fn complaint(element: &Value, entry: &Value, optional: bool) -> Option<String> {
    if is_empty(entry) {
        return (!optional).then(|| "Please complete this required field.".to_owned());
    }
    let most = element["max_selected_items"].as_u64().unwrap_or(u64::MAX);
    let lists = entry.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_array());
    if lists.into_iter().any(|list| list.len() as u64 > most) {
        return Some(format!("You can select at most {most} items."));
    }
    let typed = length(entry["value"].as_str()?);
    let least = element["min_length"].as_u64().unwrap_or(0);
    let most = element["max_length"].as_u64().unwrap_or_else(|| max(&["element", "plain_text_input", "max_length"]));
    if typed < least {
        return Some(format!("Must be at least {least} characters."));
    }
    (typed > most).then(|| format!("Must be at most {most} characters."))
}

fn is_empty(entry: &Value) -> bool {
    let held = entry.as_object().into_iter().flatten().filter(|(key, _)| *key != "type");
    held.into_iter().all(|(_, value)| value.is_null() || *value == json!("") || *value == json!([]))
}

/// Returns the initial state of an element; `None` for those without state.
fn untouched(element: &Value) -> Option<Value> {
    let kind = element["type"].as_str()?;
    let (key, initial, none) = match kind {
        "plain_text_input" | "url_text_input" | "email_text_input" | "number_input" => {
            ("value", "initial_value", Value::Null)
        }
        "static_select" | "radio_buttons" | "external_select" => ("selected_option", "initial_option", Value::Null),
        "multi_static_select" | "multi_external_select" | "checkboxes" => {
            ("selected_options", "initial_options", json!([]))
        }
        "users_select" => ("selected_user", "initial_user", Value::Null),
        "multi_users_select" => ("selected_users", "initial_users", json!([])),
        "channels_select" => ("selected_channel", "initial_channel", Value::Null),
        "multi_channels_select" => ("selected_channels", "initial_channels", json!([])),
        "conversations_select" => ("selected_conversation", "initial_conversation", Value::Null),
        "multi_conversations_select" => ("selected_conversations", "initial_conversations", json!([])),
        "datepicker" => ("selected_date", "initial_date", Value::Null),
        "timepicker" => ("selected_time", "initial_time", Value::Null),
        "datetimepicker" => ("selected_date_time", "initial_date_time", Value::Null),
        _ => return None,
    };
    Some(json!({"type": kind, key: element.get(initial).cloned().unwrap_or(none)}))
}

fn or_null(given: &Value, read: impl Fn(&Value) -> Result<Value, Impossible>) -> Result<Value, Impossible> {
    if given.is_null() { Ok(Value::Null) } else { read(given) }
}

fn each(given: &Value, read: impl Fn(&Value) -> Result<Value, Impossible>) -> Result<Value, Impossible> {
    match given {
        Value::Null => Ok(json!([])),
        Value::Array(list) => list.iter().map(read).collect(),
        one => Ok(json!([read(one)?])),
    }
}

fn text(given: &Value) -> Result<Value, Impossible> {
    match given {
        Value::Null => Ok(Value::Null),
        Value::String(text) if text.is_empty() => Ok(Value::Null),
        Value::String(text) => Ok(json!(text)),
        _ => Err(Impossible(format!("only text can be typed, not {given}"))),
    }
}

fn number(given: &Value) -> Result<Value, Impossible> {
    let digits = given.as_str().map_or_else(|| given.to_string(), str::to_owned);
    let is_number = digits.parse::<f64>().is_ok_and(f64::is_finite);
    if is_number { Ok(json!(digits)) } else { Err(Impossible(format!("{given} is not a number"))) }
}

/// Returns the option with this value. Only options in the menu can be chosen. In a menu that the app fills while a
/// person types, only those offered last can be.
fn option(world: &World, stand: Stand, element: &Value, given: &Value) -> Result<Value, Impossible> {
    let wanted = given.as_str().or_else(|| given["value"].as_str()).unwrap_or_default();
    let action_id = element["action_id"].as_str().unwrap_or_default().to_owned();
    let key = (stand.person.to_owned(), stand.place.to_owned(), stand.block_id.to_owned(), action_id);
    let fixed = element.as_object().map(blocks::offered).unwrap_or_default();
    let initial = element.get("initial_option").into_iter();
    let typed_for = world.offered.get(&key).into_iter().flatten();
    let mut options = fixed.into_iter().chain(initial).chain(typed_for);
    let found = options.find(|option| option["value"] == wanted).cloned();
    found.ok_or_else(|| Impossible(format!("the menu {} has no option with the value {wanted:?}", key.3)))
}

fn user(world: &World, given: &Value) -> Result<Value, Impossible> {
    let who = given.as_str().unwrap_or_default();
    let person = world.person(who).ok_or_else(|| Impossible(format!("there is no {who} to choose")))?;
    Ok(json!(person.id))
}

fn channel(world: &World, given: &Value) -> Result<Value, Impossible> {
    let name = given.as_str().unwrap_or_default();
    let channel = world.channel(name).ok_or_else(|| Impossible(format!("there is no channel {name} to choose")))?;
    Ok(json!(channel.id))
}

fn date(given: &Value) -> Result<Value, Impossible> {
    let date = given.as_str().and_then(|date| date.parse::<jiff::civil::Date>().ok());
    Ok(json!(date.ok_or_else(|| Impossible(format!("{given} is not a date: YYYY-MM-DD")))?))
}

fn time(given: &Value) -> Result<Value, Impossible> {
    let time = given.as_str().filter(|time| time.len() == 5 && time.parse::<jiff::civil::Time>().is_ok());
    Ok(json!(time.ok_or_else(|| Impossible(format!("{given} is not a time: HH:mm")))?))
}

fn moment(given: &Value) -> Result<Value, Impossible> {
    Ok(json!(given.as_i64().ok_or_else(|| Impossible(format!("{given} is not a number of seconds")))?))
}
