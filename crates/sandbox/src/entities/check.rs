//! The check of one entity: its own fields, its attributes, and the parts that refer to each other.

use std::collections::BTreeSet;

use serde_json::Value;

use super::actions;
use super::edit::{self, Edited};
use super::faults::{Faults, Object};
use super::fields;

/// The type of entity that the sandbox plays.
const TASK: &str = "slack#/entities/task";

/// The place for which an entity is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A message of the app.
    Message,
    /// A link in a person's message.
    Unfurl,
    /// The pane of one person.
    Pane,
}

/// Returns the faults of an entity, each with a JSON pointer that begins with `at`.
pub(crate) fn entity(entity: &Value, place: Place, at: &str) -> Vec<String> {
    let mut faults = Faults::default();
    faults.nulls(entity, at);
    if let Some(object) = faults.object(entity, at) {
        whole(&mut faults, object, place, at);
    }
    faults.found
}

fn whole(faults: &mut Faults, entity: &Object, place: Place, at: &str) {
    let mut required = vec!["entity_type", "url", "external_ref", "entity_payload"];
    if place == Place::Unfurl {
        required.push("app_unfurl_url");
    }
    faults.keys(entity, &required, &["entity_comments"], at);
    for (name, value) in entity {
        let at = format!("{at}/{name}");
        match name.as_str() {
            "entity_type" if value == TASK => {}
            "entity_type" => {
                faults.one_of(value, "entity_type", &at);
                faults.note(&at, format!("the sandbox plays {TASK} only"));
            }
            "url" => faults.canonical_url(value, &at),
            "app_unfurl_url" => faults.url(value, &at),
            "external_ref" => faults.external_ref(value, &at),
            "entity_comments" => comments(faults, value, &at),
            "entity_payload" => payload(faults, value, &at),
            _ => {}
        }
    }
}

fn comments(faults: &mut Faults, value: &Value, at: &str) {
    let Some(object) = faults.object(value, at) else { return };
    faults.keys(object, &["count"], &["latest_timestamp"], at);
    for (name, number) in object {
        faults.whole(number, &format!("{at}/{name}"));
    }
}

fn payload(faults: &mut Faults, value: &Value, at: &str) {
    let Some(payload) = faults.object(value, at) else { return };
    faults.keys(payload, &["attributes"], &["fields", "custom_fields", "display_order", "slack_file", "actions"], at);
    for (name, value) in payload {
        let at = format!("{at}/{name}");
        match name.as_str() {
            "attributes" => attributes(faults, value, &at),
            "fields" => {
                let Some(named) = faults.object(value, &at) else { continue };
                for (name, field) in named {
                    fields::named(faults, name, field, &format!("{at}/{name}"));
                }
            }
            "custom_fields" => custom_fields(faults, value, &at),
            "display_order" => display_order(faults, payload, value, &at),
            "slack_file" => slack_file(faults, value, &at),
            "actions" => actions::check(faults, value, &at),
            _ => {}
        }
    }
}

fn attributes(faults: &mut Faults, value: &Value, at: &str) {
    let Some(object) = faults.object(value, at) else { return };
    let words = ["display_type", "display_id", "product_name", "locale"];
    let others = ["product_icon", "metadata_last_modified", "full_size_preview"];
    faults.keys(object, &["title"], &[&words[..], &others[..]].concat(), at);
    for (name, value) in object {
        let at = format!("{at}/{name}");
        match name.as_str() {
            "title" => title(faults, value, &at),
            "product_icon" => faults.icon(value, &at),
            "metadata_last_modified" => faults.whole(value, &at),
            "full_size_preview" => preview(faults, value, &at),
            name if words.contains(&name) => faults.words(value, &at),
            _ => {}
        }
    }
}

fn title(faults: &mut Faults, value: &Value, at: &str) {
    let Some(object) = faults.object(value, at) else { return };
    faults.keys(object, &["text"], &["edit"], at);
    if let Some(text) = object.get("text") {
        faults.words(text, &format!("{at}/text"));
    }
    if let Some(edit) = object.get("edit") {
        let text = object.get("text").unwrap_or(&Value::Null);
        edit::check(faults, edit, &Edited { kind: "string", item: "", value: text, format: &Value::Null }, at);
    }
}

fn preview(faults: &mut Faults, value: &Value, at: &str) {
    let Some(object) = faults.object(value, at) else { return };
    faults.keys(object, &["is_supported"], &["preview_url", "mime_type", "error"], at);
    for (name, value) in object {
        let at = format!("{at}/{name}");
        match name.as_str() {
            "is_supported" => faults.flag(value, &at),
            "preview_url" => faults.url(value, &at),
            "mime_type" => faults.words(value, &at),
            "error" => {
                let Some(error) = faults.object(value, &at) else { continue };
                faults.keys(error, &["code"], &["message"], &at);
            }
            _ => {}
        }
    }
}

fn slack_file(faults: &mut Faults, value: &Value, at: &str) {
    let Some(object) = faults.object(value, at) else { return };
    faults.keys(object, &["id"], &["type"], at);
    for (name, part) in object {
        faults.words(part, &format!("{at}/{name}"));
    }
}

fn custom_fields(faults: &mut Faults, value: &Value, at: &str) {
    let mut seen = BTreeSet::new();
    for (place, field) in faults.items(value, at).iter().enumerate() {
        let at = format!("{at}/{place}");
        fields::custom(faults, field, &at);
        let key = field["key"].as_str().unwrap_or_default();
        if fields::is_of_task(key) || !seen.insert(key) {
            faults.note(&format!("{at}/key"), format!("the key {key:?} is used already"));
        }
    }
}

/// Checks that the order names fields that exist, each once.
fn display_order(faults: &mut Faults, payload: &Object, value: &Value, at: &str) {
    let named = payload.get("fields").and_then(Value::as_object).into_iter().flat_map(|fields| fields.keys());
    let custom = payload.get("custom_fields").and_then(Value::as_array).into_iter().flatten();
    let custom = custom.filter_map(|field| field["key"].as_str());
    let mut left: BTreeSet<&str> = named.map(String::as_str).chain(custom).collect();
    for (place, name) in faults.items(value, at).iter().enumerate() {
        if !name.as_str().is_some_and(|name| left.remove(name)) {
            faults.note(&format!("{at}/{place}"), "must name a field of the entity, each once");
        }
    }
}
