//! The permission to edit a field (§4.1).

use serde_json::Value;

use super::faults::{Faults, Object};
use crate::blocks::{Limit, length, limit, max};

/// The field that is edited.
pub(super) struct Edited<'a> {
    pub(super) kind: &'a str,
    /// The type of the items of an array.
    pub(super) item: &'a str,
    pub(super) value: &'a Value,
    pub(super) format: &'a Value,
}

/// Checks `edit` of the field at `at`.
pub(super) fn check(faults: &mut Faults, edit: &Value, edited: &Edited<'_>, at: &str) {
    let at = format!("{at}/edit");
    let Some(object) = faults.object(edit, &at) else { return };
    let constraints = ["text", "number", "select", "boolean"];
    let others = ["placeholder", "hint", "optional"];
    faults.keys(object, &["enabled"], &[&constraints[..], &others[..]].concat(), &at);
    for (name, value) in object {
        let at = format!("{at}/{name}");
        match name.as_str() {
            "enabled" | "optional" => faults.flag(value, &at),
            "placeholder" | "hint" => faults.plain(value, Limit::default(), &at),
            "text" => lengths(faults, value, &at),
            "number" => bounds(faults, value, &at),
            "select" => select(faults, value, edited, &at),
            "boolean" => {
                let Some(boolean) = faults.object(value, &at) else { continue };
                faults.keys(boolean, &["input_type"], &[], &at);
                let input = boolean.get("input_type").unwrap_or(&Value::Null);
                faults.one_of(input, "field.edit.boolean.input_type", &format!("{at}/input_type"));
            }
            _ => {}
        }
    }
    for name in constraints.iter().filter(|name| object.contains_key(**name)) {
        if !fits(name, edited.kind) {
            faults.note(&format!("{at}/{name}"), format!("does not go with the type {}", edited.kind));
        }
    }
    if object.get("enabled") == Some(&Value::Bool(true)) {
        may_be_edited(faults, object, edited, &at);
    }
}

/// Answers whether a constraint goes with fields of a type.
fn fits(constraint: &str, kind: &str) -> bool {
    match constraint {
        "text" => matches!(kind, "string" | "slack#/types/link" | "slack#/types/email"),
        "number" => kind == "integer",
        "boolean" => kind == "boolean",
        _ => matches!(kind, "string" | "integer" | "array" | "slack#/types/user"),
    }
}

fn may_be_edited(faults: &mut Faults, edit: &Object, edited: &Edited<'_>, at: &str) {
    let pictured = matches!(edited.kind, "slack#/types/image" | "slack#/types/entity_ref");
    if pictured || edited.item == "slack#/types/entity_ref" {
        faults.note(at, format!("a field of the type {} cannot be edited", edited.kind));
    }
    if !edited.format.is_null() {
        faults.note(at, "a field with a format cannot be edited");
    }
    let most = max(&["entity", "field.edit.text.max_length"]);
    if edited.kind == "string" && edited.value.as_str().is_some_and(|text| length(text) > most) {
        faults.note(at, format!("a text of more than {most} characters cannot be edited"));
    }
    if edited.kind == "array" && edited.item == "string" && !edit.contains_key("select") {
        faults.note(at, "missing required field: select");
    }
}

fn lengths(faults: &mut Faults, value: &Value, at: &str) {
    let Some(object) = faults.object(value, at) else { return };
    faults.keys(object, &[], &["min_length", "max_length"], at);
    for (name, number) in object {
        let most = limit(&["entity", &format!("field.edit.text.{name}")]).max;
        let at = format!("{at}/{name}");
        faults.whole(number, &at);
        if number.as_u64() > most {
            faults.note(&at, "value is too large");
        }
    }
    in_order(faults, object, "min_length", "max_length", at);
}

fn bounds(faults: &mut Faults, value: &Value, at: &str) {
    let Some(object) = faults.object(value, at) else { return };
    faults.keys(object, &[], &["min_value", "max_value", "is_decimal_allowed"], at);
    for (name, value) in object {
        let at = format!("{at}/{name}");
        match name.as_str() {
            "is_decimal_allowed" => faults.flag(value, &at),
            _ if !value.is_number() => faults.note(&at, "must be a number"),
            _ => {}
        }
    }
    in_order(faults, object, "min_value", "max_value", at);
}

fn in_order(faults: &mut Faults, object: &Object, least: &str, most: &str, at: &str) {
    let number = |name: &str| object.get(name).and_then(Value::as_f64);
    if number(least).zip(number(most)).is_some_and(|(least, most)| least > most) {
        faults.note(at, format!("{least} must not be more than {most}"));
    }
}

fn select(faults: &mut Faults, value: &Value, edited: &Edited<'_>, at: &str) {
    let Some(object) = faults.object(value, at) else { return };
    let current = if edited.kind == "array" { "current_values" } else { "current_value" };
    faults.keys(object, &[], &[current, "static_options", "fetch_options_dynamically", "min_query_length"], at);
    let is_dynamic = object.get("fetch_options_dynamically") == Some(&Value::Bool(true));
    if is_dynamic == object.contains_key("static_options") {
        faults.note(at, "exactly one of static_options and fetch_options_dynamically is required");
    }
    let mut offered = Vec::new();
    for (name, value) in object {
        let at = format!("{at}/{name}");
        match name.as_str() {
            "static_options" => {
                for (place, option) in faults.items(value, &at).iter().enumerate() {
                    self::option(faults, option, &format!("{at}/{place}"));
                    offered.push(&option["value"]);
                }
                if offered.is_empty() || offered.len() as u64 > max(&["entity", "field.edit.select.dynamic_options"]) {
                    faults.note(&at, "must have 1 to 100 items");
                }
            }
            "fetch_options_dynamically" => faults.flag(value, &at),
            "min_query_length" => faults.whole(value, &at),
            "current_value" => faults.words(value, &at),
            "current_values" => _ = faults.items(value, &at),
            _ => {}
        }
    }
    let many = object.get("current_values").and_then(Value::as_array).into_iter().flatten();
    let chosen = object.get("current_value").into_iter().chain(many);
    for value in chosen.filter(|value| !is_dynamic && !offered.contains(value)) {
        faults.note(&format!("{at}/{current}"), format!("{value} is not one of the options"));
    }
}

fn option(faults: &mut Faults, value: &Value, at: &str) {
    let Some(option) = faults.object(value, at) else { return };
    faults.keys(option, &["text", "value"], &["description"], at);
    let bounds = limit(&["entity", "field.edit.select.static_options[].text.text"]);
    for (name, part) in option {
        let at = format!("{at}/{name}");
        match name.as_str() {
            "text" | "description" => faults.plain(part, bounds, &at),
            "value" => faults.bounded(part, "field.edit.select.static_options[].value", &at),
            _ => {}
        }
    }
}
