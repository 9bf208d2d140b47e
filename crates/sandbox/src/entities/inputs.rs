//! The inputs that Slack makes of the editable fields of an entity (§4.2), as input blocks: block id = the field's
//! name, action id = `<field>.input`.

use serde_json::{Value, json};

use super::fields;

/// Returns an input for each editable field, the title first.
pub(crate) fn inputs(entity: &Value) -> Vec<Value> {
    let title = &entity["entity_payload"]["attributes"]["title"];
    let as_field = json!({"value": title["text"], "label": "Title", "edit": title["edit"]});
    let title = is_editable(&as_field).then(|| input("title", "string", &as_field));
    let all = fields::all(entity).into_iter().filter(|(_, field)| is_editable(field));
    title.into_iter().chain(all.map(|(name, field)| input(name, fields::kind_of(name, field), field))).collect()
}

/// Answers whether a field can be edited.
fn is_editable(field: &Value) -> bool {
    field["edit"]["enabled"] == true
}

/// Answers whether a field's options come from the app while a person types.
pub(crate) fn loads_options(entity: &Value) -> bool {
    fields::all(entity).iter().any(|(_, field)| field["edit"]["select"]["fetch_options_dynamically"] == true)
}

fn input(name: &str, kind: &str, field: &Value) -> Value {
    let edit = &field["edit"];
    let label = field["label"].as_str().map_or_else(|| spelled(name), str::to_owned);
    let mut element = element(kind, field);
    element["action_id"] = json!(format!("{name}.input"));
    if !edit["placeholder"].is_null() {
        element["placeholder"] = edit["placeholder"].clone();
    }
    let mut input = json!({
        "type": "input", "block_id": name, "label": {"type": "plain_text", "text": label, "emoji": true},
        "optional": edit["optional"] == true, "element": element,
    });
    if !edit["hint"].is_null() {
        input["hint"] = edit["hint"].clone();
    }
    input
}

fn element(kind: &str, field: &Value) -> Value {
    let edit = &field["edit"];
    let (value, select) = (&field["value"], &edit["select"]);
    let element = match kind {
        "array" => many(field),
        _ if select.is_object() => one(field),
        "slack#/types/user" => json!({"type": "users_select", "initial_user": field["user"]["user_id"]}),
        "slack#/types/channel_id" => json!({"type": "channels_select", "initial_channel": value}),
        "slack#/types/date" => json!({"type": "datepicker", "initial_date": value}),
        "slack#/types/timestamp" => json!({"type": "datetimepicker", "initial_date_time": value}),
        "boolean" => yes_or_no(field),
        "integer" => json!({
            "type": "number_input", "initial_value": value.as_i64().map(|number| number.to_string()),
            "is_decimal_allowed": edit["number"]["is_decimal_allowed"] == true,
            "min_value": edit["number"]["min_value"], "max_value": edit["number"]["max_value"],
        }),
        "slack#/types/link" => json!({"type": "url_text_input", "initial_value": value}),
        "slack#/types/email" => json!({"type": "email_text_input", "initial_value": value}),
        _ => json!({
            "type": "plain_text_input", "multiline": field["long"] == true, "initial_value": value,
            "min_length": edit["text"]["min_length"], "max_length": edit["text"]["max_length"],
        }),
    };
    without_nulls(element)
}

/// Returns a menu with one choice.
fn one(field: &Value) -> Value {
    let select = &field["edit"]["select"];
    let current = &select["current_value"];
    if select["fetch_options_dynamically"] == true {
        let shown = field["user"]["text"].as_str().or_else(|| field["value"].as_str());
        let initial = current.as_str().map(|value| option(shown.unwrap_or(value), value));
        return json!({
            "type": "external_select", "initial_option": initial, "min_query_length": select["min_query_length"],
        });
    }
    let initial = chosen(select).find(|option| option["value"] == *current);
    json!({"type": "static_select", "options": select["static_options"], "initial_option": initial})
}

/// Returns a menu with several choices.
fn many(field: &Value) -> Value {
    let select = &field["edit"]["select"];
    let items = || field["value"].as_array().into_iter().flatten();
    let current = || select["current_values"].as_array().into_iter().flatten();
    match field["item_type"].as_str() {
        _ if select["fetch_options_dynamically"] == true => {
            let initial: Vec<Value> = current().filter_map(Value::as_str).map(|value| option(value, value)).collect();
            json!({"type": "multi_external_select", "initial_options": initial, "min_query_length": select["min_query_length"]})
        }
        Some("slack#/types/user") => {
            let users: Vec<&Value> = items().map(|item| &item["user"]["user_id"]).filter(|id| !id.is_null()).collect();
            json!({"type": "multi_users_select", "initial_users": users})
        }
        Some("slack#/types/channel_id") => {
            let channels: Vec<&Value> = items().map(|item| &item["value"]).collect();
            json!({"type": "multi_conversations_select", "initial_conversations": channels})
        }
        _ => {
            let initial: Vec<&Value> =
                chosen(select).filter(|option| current().any(|value| option["value"] == *value)).collect();
            json!({"type": "multi_static_select", "options": select["static_options"], "initial_options": initial})
        }
    }
}

fn yes_or_no(field: &Value) -> Value {
    let words = &field["boolean"];
    let is_true = field["value"] == true;
    if field["edit"]["boolean"]["input_type"] == "checkbox" {
        let ticked = option(words["text"].as_str().unwrap_or("Yes"), "true");
        let initial = if is_true { vec![ticked.clone()] } else { Vec::new() };
        return json!({"type": "checkboxes", "options": [ticked], "initial_options": initial});
    }
    let yes = option(words["true_text"].as_str().unwrap_or("Yes"), "true");
    let no = option(words["false_text"].as_str().unwrap_or("No"), "false");
    let initial = if is_true { yes.clone() } else { no.clone() };
    let kind = if field["edit"]["boolean"]["input_type"] == "select" { "static_select" } else { "radio_buttons" };
    json!({"type": kind, "options": [yes, no], "initial_option": initial})
}

fn chosen(select: &Value) -> impl Iterator<Item = &Value> {
    select["static_options"].as_array().into_iter().flatten()
}

fn option(text: &str, value: &str) -> Value {
    json!({"text": {"type": "plain_text", "text": text, "emoji": true}, "value": value})
}

/// Returns a field's name as Slack shows it: `due_date` is "Due date".
fn spelled(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn without_nulls(mut element: Value) -> Value {
    if let Some(fields) = element.as_object_mut() {
        fields.retain(|_, field| !field.is_null());
    }
    element
}
