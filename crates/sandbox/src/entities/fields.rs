//! The fields of a task, and custom fields (§2.4, §2.5).

use serde_json::{Map, Value};

use super::edit::{self, Edited};
use super::faults::{Faults, Object};

/// The fields that a task has, with the types that each may have. The first one is meant where a field names none,
/// unless there are several.
const TASK_FIELDS: [(&str, &[&str]); 8] = [
    ("description", &["string"]),
    ("created_by", &[USER]),
    ("date_created", &[TIMESTAMP]),
    ("date_updated", &[TIMESTAMP]),
    ("assignee", &[USER]),
    ("status", &["string"]),
    ("due_date", &[DATE, TIMESTAMP]),
    ("priority", &["string"]),
];

const USER: &str = "slack#/types/user";
const DATE: &str = "slack#/types/date";
const TIMESTAMP: &str = "slack#/types/timestamp";

/// Answers whether a task has a field of this name.
pub(super) fn is_of_task(name: &str) -> bool {
    TASK_FIELDS.iter().any(|(known, _)| *known == name)
}

/// Returns the type of a field, which the fields of a task need not name.
pub(super) fn kind_of<'a>(name: &str, field: &'a Value) -> &'a str {
    let known = TASK_FIELDS.iter().find(|(known, _)| *known == name);
    let meant = known.and_then(|(_, kinds)| kinds.first()).copied().unwrap_or_default();
    field["type"].as_str().unwrap_or(meant)
}

/// Checks a field of a task.
pub(super) fn named(faults: &mut Faults, name: &str, value: &Value, at: &str) {
    let Some((_, kinds)) = TASK_FIELDS.iter().find(|(known, _)| *known == name) else {
        return faults.note(at, format!("a task has no field {name}"));
    };
    let Some(field) = faults.object(value, at) else { return };
    let kind = kind_of(name, value);
    if !kinds.contains(&kind) {
        return faults.note(&format!("{at}/type"), format!("must be one of: {}", kinds.join(", ")));
    }
    // A person, and a day or a moment, cannot be told from the value.
    let required: &[&str] = if kind == USER || kinds.len() > 1 { &["type"] } else { &[] };
    body(faults, field, kind, required, at);
}

/// Checks a custom field.
pub(super) fn custom(faults: &mut Faults, value: &Value, at: &str) {
    let Some(field) = faults.object(value, at) else { return };
    let kind = field.get("type").unwrap_or(&Value::Null);
    if kind.is_string() {
        faults.one_of(kind, "field.type", &format!("{at}/type"));
    }
    for name in ["key", "label"] {
        if let Some(words) = field.get(name) {
            faults.words(words, &format!("{at}/{name}"));
        }
    }
    body(faults, field, kind.as_str().unwrap_or_default(), &["key", "label", "type"], at);
}

fn body(faults: &mut Faults, field: &Object, kind: &str, required: &[&str], at: &str) {
    faults.keys(field, required, &[&["type", "label", "edit"], own_keys(kind)].concat(), at);
    exclusions(faults, field, at);
    if let Some(label) = field.get("label").filter(|_| !required.contains(&"label")) {
        faults.words(label, &format!("{at}/label"));
    }
    let is_editable = field.get("edit").is_some_and(|edit| edit["enabled"] == true);
    content(faults, field, kind, is_editable, at);
    if let Some(edit) = field.get("edit") {
        let part = |name: &str| field.get(name).unwrap_or(&Value::Null);
        let item = part("item_type").as_str().unwrap_or_default();
        edit::check(faults, edit, &Edited { kind, item, value: part("value"), format: part("format") }, at);
    }
}

/// Returns the keys that fields of a type have of their own.
fn own_keys(kind: &str) -> &'static [&'static str] {
    match kind {
        "string" => &["value", "link", "icon", "tag_color", "format", "long"],
        "boolean" => &["value", "boolean"],
        "array" => &["value", "item_type"],
        USER => &["user"],
        DATE | TIMESTAMP => &["value", "link", "icon"],
        "slack#/types/image" => &["image_url", "slack_file", "alt_text"],
        "slack#/types/entity_ref" => &["entity_ref"],
        _ => &["value"],
    }
}

/// Notes keys that exclude each other.
fn exclusions(faults: &mut Faults, field: &Object, at: &str) {
    for (one, other) in [("tag_color", "icon"), ("format", "icon"), ("format", "link")] {
        if field.contains_key(one) && field.contains_key(other) {
            faults.note(at, format!("{one} cannot be combined with {other}"));
        }
    }
}

/// Checks the content of a field. An editable field may be empty.
fn content(faults: &mut Faults, field: &Object, kind: &str, may_be_empty: bool, at: &str) {
    for (name, value) in field {
        let at = format!("{at}/{name}");
        match name.as_str() {
            "value" => self::value(faults, field, kind, may_be_empty, &at),
            "link" => faults.url(value, &at),
            "icon" => faults.icon(value, &at),
            "tag_color" => faults.one_of(value, "field.tag_color", &at),
            "format" => faults.one_of(value, "field.format", &at),
            "long" if *value != Value::Bool(true) => faults.note(&at, "must be true"),
            "user" => user(faults, value, &at),
            "entity_ref" => entity_ref(faults, value, &at),
            "boolean" => boolean(faults, value, &at),
            "item_type" => faults.one_of(value, "field.item_type", &at),
            "alt_text" => faults.words(value, &at),
            _ => {}
        }
    }
    let needed = match kind {
        USER => "user",
        "slack#/types/entity_ref" => "entity_ref",
        "slack#/types/image" => return faults.picture(field, "image_url", at),
        _ => "value",
    };
    if !field.contains_key(needed) && !may_be_empty {
        faults.note(at, format!("missing required field: {needed}"));
    }
    if kind == "array" && !field.contains_key("item_type") {
        faults.note(at, "missing required field: item_type");
    }
}

fn value(faults: &mut Faults, field: &Object, kind: &str, may_be_empty: bool, at: &str) {
    let Some(value) = field.get("value") else { return };
    match kind {
        "string" if may_be_empty && value == "" => {}
        "string" | "slack#/types/channel_id" => faults.words(value, at),
        "integer" if !value.is_i64() && !value.is_u64() => faults.note(at, "must be a whole number"),
        "boolean" => faults.flag(value, at),
        TIMESTAMP => faults.whole(value, at),
        DATE if !is_date(value) => faults.note(at, "must be a date: YYYY-MM-DD"),
        "slack#/types/link" => faults.url(value, at),
        "slack#/types/email" if !value.as_str().is_some_and(|address| address.contains('@')) => {
            faults.note(at, "must be an email address");
        }
        "array" => {
            let kind = field.get("item_type").and_then(Value::as_str).unwrap_or_default();
            for (place, item) in faults.items(value, at).iter().enumerate() {
                item_of(faults, item, kind, &format!("{at}/{place}"));
            }
        }
        _ => {}
    }
}

fn item_of(faults: &mut Faults, value: &Value, kind: &str, at: &str) {
    let Some(item) = faults.object(value, at) else { return };
    faults.keys(item, &[], &[&["type"], own_keys(kind)].concat(), at);
    if item.get("type").is_some_and(|named| named != kind) {
        faults.note(&format!("{at}/type"), format!("must be {kind}, like item_type"));
    }
    exclusions(faults, item, at);
    content(faults, item, kind, false, at);
}

/// Checks a person: a Slack user, or the words for a person who has none, never both.
fn user(faults: &mut Faults, value: &Value, at: &str) {
    let Some(user) = faults.object(value, at) else { return };
    if user.contains_key("user_id") {
        faults.keys(user, &["user_id"], &[], at);
    } else {
        faults.keys(user, &["text"], &["url", "email", "icon"], at);
    }
    for (name, part) in user {
        let at = format!("{at}/{name}");
        match name.as_str() {
            "url" => faults.url(part, &at),
            "icon" => faults.icon(part, &at),
            _ => faults.words(part, &at),
        }
    }
}

fn entity_ref(faults: &mut Faults, value: &Value, at: &str) {
    let Some(object) = faults.object(value, at) else { return };
    faults.keys(object, &["entity_url", "external_ref", "title"], &["display_type", "icon"], at);
    for (name, part) in object {
        let at = format!("{at}/{name}");
        match name.as_str() {
            "entity_url" => faults.canonical_url(part, &at),
            "external_ref" => faults.external_ref(part, &at),
            "title" | "display_type" => faults.words(part, &at),
            "icon" => faults.icon(part, &at),
            _ => {}
        }
    }
}

fn boolean(faults: &mut Faults, value: &Value, at: &str) {
    let Some(object) = faults.object(value, at) else { return };
    match object.get("type").and_then(Value::as_str) {
        Some("checkbox") => faults.keys(object, &["type", "text"], &["description"], at),
        Some("text") => {
            let described = ["true_description", "false_description"];
            faults.keys(object, &["type", "true_text", "false_text"], &described, at);
        }
        _ => faults.note(&format!("{at}/type"), "must be one of: checkbox, text"),
    }
    for (name, words) in object.iter().filter(|(name, _)| *name != "type") {
        faults.words(words, &format!("{at}/{name}"));
    }
}

fn is_date(value: &Value) -> bool {
    let date = value.as_str().filter(|date| date.len() == 10);
    date.is_some_and(|date| date.parse::<jiff::civil::Date>().is_ok())
}

/// Returns the fields of an entity with their names, those of the task first.
pub(super) fn all(entity: &Value) -> Vec<(&str, &Value)> {
    let payload = &entity["entity_payload"];
    let named = payload["fields"].as_object().into_iter().flat_map(Map::iter);
    let named = named.map(|(name, field)| (name.as_str(), field));
    let custom = payload["custom_fields"].as_array().into_iter().flatten();
    named.chain(custom.filter_map(|field| Some((field["key"].as_str()?, field)))).collect()
}
