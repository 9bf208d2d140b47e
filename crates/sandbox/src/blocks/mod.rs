//! A Block Kit validator of our own. The app's constructors enforce the same limits; this validator finds their
//! mistakes.

mod check;
mod limits;
mod newer;
mod parts;
mod recent;
mod schemas;

use serde_json::{Map, Value, json};

pub(super) use check::length;
use check::{Check, Surface};
pub(super) use limits::{Limit, default_of, limit, max, words_for};
pub(super) use parts::{elements, offered};
pub(super) use recent::newer_blocks;
use schemas::{HOME, MODAL, OPTION_GROUP, PLAIN_OPTION, Schema};

/// The faults of a message's blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum BadBlocks {
    /// Not an array of objects.
    Format,
    /// One line per fault: its place and its cause.
    Invalid(Vec<String>),
    /// More text in total than Slack allows.
    TooLong,
}

/// The faults of a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum BadView {
    /// One line per fault: its place and its cause.
    Invalid(Vec<String>),
    /// More bytes than a view may have.
    TooLarge,
}

/// Checks a message's blocks and returns them as Slack stores them.
pub(super) fn message(blocks: &Value) -> Result<Vec<Value>, BadBlocks> {
    let items = blocks.as_array().ok_or(BadBlocks::Format)?;
    let mut check = Check::default();
    nulls(&mut check, blocks, "/blocks");
    check.blocks(items, limit(&["message", "blocks"]), "/blocks");
    for (kind, most) in [("table", "table_blocks"), ("data_visualization", "data_visualization_blocks")] {
        let found = items.iter().filter(|block| block["type"] == kind).count();
        check.count(found, limit(&["message", most]), &format!("{kind} blocks"), "/blocks");
    }
    if !check.faults.is_empty() {
        return Err(BadBlocks::Invalid(check.faults));
    }
    if check.text_length > max(&["message", "blocks.total_text"]) {
        return Err(BadBlocks::TooLong);
    }
    Ok(kept(items))
}

const NO_OBJECT: &str = "must be an object [json-pointer:/view]";

/// Checks a view and returns it as Slack stores it.
pub(super) fn view(view: &Value) -> Result<Value, BadView> {
    if view.to_string().len() as u64 > max(&["view", "_whole_view"]) {
        return Err(BadView::TooLarge);
    }
    let mut check = Check::of(if view["type"] == "modal" { Surface::Modal } else { Surface::Home });
    nulls(&mut check, view, "/view");
    let object = view.as_object().ok_or_else(|| BadView::Invalid(vec![NO_OBJECT.to_owned()]))?;
    match view["type"].as_str() {
        Some("modal") => view_fields(&mut check, object, &MODAL),
        Some("home") => view_fields(&mut check, object, &HOME),
        _ => check.fault("/view/type", "must be one of: modal, home"),
    }
    if check.faults.is_empty() { Ok(kept_view(object)) } else { Err(BadView::Invalid(check.faults)) }
}

/// Checks the app's answer to a person typing into a menu, and returns the options in it.
pub(super) fn suggestions(answer: &Value) -> Result<Vec<Value>, Vec<String>> {
    let mut check = Check::default();
    nulls(&mut check, answer, "");
    let whole = "block_suggestion_response";
    match (&answer["options"], &answer["option_groups"]) {
        (Value::Array(options), Value::Null) => {
            let bound = limit(&["composition", whole, "options"]);
            listed(&mut check, options, bound, &PLAIN_OPTION, "/options");
        }
        (Value::Null, Value::Array(groups)) => {
            let bound = limit(&["composition", whole, "option_groups"]);
            listed(&mut check, groups, bound, &OPTION_GROUP, "/option_groups");
        }
        _ => check.fault("", "exactly one of options and option_groups is required"),
    }
    let object = answer.as_object().cloned().unwrap_or_default();
    for name in object.keys().filter(|name| !matches!(name.as_str(), "options" | "option_groups")) {
        check.fault(&format!("/{name}"), format!("unknown field: {name}"));
    }
    if check.faults.is_empty() { Ok(offered(&object).into_iter().cloned().collect()) } else { Err(check.faults) }
}

fn view_fields(check: &mut Check, view: &Map<String, Value>, schema: &Schema) {
    check.fields(view, schema, "view", &[], "/view");
    match view.get("blocks").and_then(Value::as_array) {
        Some(blocks) => check.blocks(blocks, limit(&["view", "blocks"]), "/view/blocks"),
        None => check.fault("/view", "missing required field: blocks"),
    }
    if schema.kind == "modal" && check.has_input && !view.contains_key("submit") {
        check.fault("/view", "missing required field: submit");
    }
    if check.focused > max(&["element", "*", "focus_on_load"]) {
        check.fault("/view/blocks", "only one element may have focus_on_load");
    }
}

fn listed(check: &mut Check, items: &[Value], bound: Limit, schema: &Schema, at: &str) {
    if bound.max.is_some_and(|max| items.len() as u64 > max) {
        check.fault(at, "too many items");
    }
    for (place, item) in items.iter().enumerate() {
        check.object(item, schema, "composition", &format!("{at}/{place}"));
    }
}

/// Refuses every `null`. Slack refuses it in many places where a missing field is accepted.
fn nulls(check: &mut Check, value: &Value, at: &str) {
    match value {
        Value::Null => check.fault(at, "must not be null"),
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                nulls(check, item, &format!("{at}/{place}"));
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                nulls(check, field, &format!("{at}/{name}"));
            }
        }
        _ => {}
    }
}

/// Returns blocks as Slack stores them: every block has an id, text objects are written out.
fn kept(blocks: &[Value]) -> Vec<Value> {
    let mut blocks = blocks.to_vec();
    for (place, block) in blocks.iter_mut().enumerate() {
        spell_out(block);
        if block["block_id"].is_null() {
            block["block_id"] = json!(format!("slack{place}"));
        }
    }
    blocks
}

fn kept_view(view: &Map<String, Value>) -> Value {
    let mut kept_view = Value::Object(view.clone());
    for key in ["title", "submit", "close"] {
        if let Some(text) = kept_view.get_mut(key) {
            spell_out(text);
        }
    }
    kept_view["blocks"] = json!(kept(view.get("blocks").and_then(Value::as_array).map_or(&[], Vec::as_slice)));
    kept_view
}

fn spell_out(value: &mut Value) {
    match value {
        Value::Object(fields) => match fields.get("type").and_then(Value::as_str) {
            Some("plain_text") => _ = fields.entry("emoji").or_insert(json!(true)),
            Some("mrkdwn") => _ = fields.entry("verbatim").or_insert(json!(false)),
            _ => fields.values_mut().for_each(spell_out),
        },
        Value::Array(items) => items.iter_mut().for_each(spell_out),
        _ => {}
    }
}
