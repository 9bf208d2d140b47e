//! Each fault, provoked alone.

use serde_json::{Value, json};

use super::{Place, all_actions, comment, entity, failure, inputs};

/// Returns an entity with every part that the app may use.
fn whole() -> Value {
    let options = json!([
        {"text": {"type": "plain_text", "text": "Open"}, "value": "open"},
        {"text": {"type": "plain_text", "text": "Done"}, "value": "done"},
    ]);
    json!({
        "entity_type": "slack#/entities/task",
        "url": "https://app.dialnote.com/conversations/conv_1001",
        "external_ref": {"id": "conv_1001", "type": "conversation"},
        "entity_comments": {"count": 0},
        "entity_payload": {
            "attributes": {
                "title": {"text": "Ana Lima"}, "display_type": "Conversation", "display_id": "1001",
                "product_name": "dialnote", "metadata_last_modified": 1_795_800_000,
                "product_icon": {"alt_text": "dialnote", "url": "https://dialnote.com/icon.png"},
            },
            "fields": {
                "status": {"value": "Open", "tag_color": "green", "edit": {
                    "enabled": true, "select": {"current_value": "open", "static_options": options},
                }},
                "assignee": {"type": "slack#/types/user", "user": {"user_id": "U0ZOE"}, "edit": {"enabled": true, "optional": true}},
                "due_date": {"type": "slack#/types/timestamp", "label": "Snoozed until", "edit": {"enabled": true, "optional": true}},
                "date_created": {"value": 1_795_700_000},
                "description": {"value": "Wants a call back", "long": true},
            },
            "custom_fields": [
                {"key": "number", "label": "Shared number", "type": "string", "value": "Front desk"},
                {"key": "related", "label": "Related", "type": "array", "item_type": "slack#/types/entity_ref", "value": [
                    {"entity_ref": {
                        "entity_url": "https://app.dialnote.com/conversations/conv_1002",
                        "external_ref": {"id": "conv_1002"}, "title": "Ana Lima, Billing",
                    }},
                ]},
            ],
            "display_order": ["status", "assignee", "number"],
            "actions": {
                "primary_actions": [{"text": "Take", "action_id": "take", "style": "primary", "value": "conv_1001"}],
                "overflow_actions": [{"text": "Done", "action_id": "done", "processing_state": {"enabled": true}}],
            },
        },
    })
}

/// Returns the entity with another value at a place.
fn with(pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
    let mut entity = whole();
    if let Some(Value::Object(fields)) = entity.pointer_mut(parent) {
        fields.insert(name.to_owned(), value);
    }
    entity
}

/// Returns the entity without a part.
fn without(pointer: &str) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
    let mut entity = whole();
    if let Some(Value::Object(fields)) = entity.pointer_mut(parent) {
        fields.remove(name);
    }
    entity
}

/// Returns the faults of the entity with another value at a place below its payload.
fn found(pointer: &str, value: Value) -> Vec<String> {
    entity(&with(&format!("/entity_payload{pointer}"), value), Place::Pane, "")
}

#[test]
fn a_whole_entity_has_no_faults() {
    assert_eq!(entity(&whole(), Place::Pane, ""), Vec::<String>::new());
    let unfurl = with("/app_unfurl_url", json!("https://app.dialnote.com/conversations/conv_1001?from=slack"));
    assert_eq!(entity(&unfurl, Place::Unfurl, ""), Vec::<String>::new());
    assert_eq!(all_actions(&whole()).len(), 2);
}

#[test]
fn the_parts_of_an_entity_are_required_and_no_others_allowed() {
    for (name, fault) in [
        ("/url", "missing required field: url [json-pointer:]"),
        ("/external_ref", "missing required field: external_ref [json-pointer:]"),
        ("/external_ref/id", "missing required field: id [json-pointer:/external_ref]"),
        ("/entity_payload/attributes", "missing required field: attributes [json-pointer:/entity_payload]"),
        ("/entity_payload/attributes/title", "missing required field: title [json-pointer:/entity_payload/attributes]"),
        (
            "/entity_payload/attributes/product_icon/alt_text",
            "missing required field: alt_text [json-pointer:/entity_payload/attributes/product_icon]",
        ),
    ] {
        assert_eq!(entity(&without(name), Place::Pane, ""), [fault]);
    }
    for name in ["/entities", "/app_unfurl_url", "/surplus"] {
        let fault = format!("invalid field: {} [json-pointer:{name}]", name.trim_start_matches('/'));
        assert_eq!(entity(&with(name, json!("https://x.example")), Place::Pane, ""), [fault]);
    }
    let missing = entity(&whole(), Place::Unfurl, "/metadata/entities/0");
    assert_eq!(missing, ["missing required field: app_unfurl_url [json-pointer:/metadata/entities/0]"]);
}

#[test]
fn addresses_names_and_types_are_exact() {
    let query = entity(&with("/url", json!("https://dialnote.com/x?from=slack")), Place::Pane, "");
    assert_eq!(query, ["must be canonical, without query and fragment [json-pointer:/url]"]);
    let item = entity(&with("/entity_type", json!("slack#/entities/item")), Place::Pane, "");
    assert_eq!(item, ["the sandbox plays slack#/entities/task only [json-pointer:/entity_type]"]);
    assert_eq!(entity(&with("/entity_type", json!("task")), Place::Pane, "").len(), 2);
    assert_eq!(entity(&with("/entity_comments", json!({"count": -1})), Place::Pane, "").len(), 1);
    let null = entity(&with("/entity_comments", json!({"count": null})), Place::Pane, "");
    assert!(null.contains(&"must not be null [json-pointer:/entity_comments/count]".to_owned()));
}

#[test]
fn a_task_has_its_own_fields_and_each_its_type() {
    let user = json!({"type": "slack#/types/user", "user": {"user_id": "U0ZOE"}});
    for (pointer, value, fault) in [
        ("/attributes/title", json!("Ana Lima"), "must be an object"),
        ("/fields/owner", user.clone(), "a task has no field owner"),
        ("/fields/created_by", json!({"user": {"user_id": "U0ZOE"}}), "missing required field: type"),
        ("/fields/created_by", json!({"type": "slack#/types/user"}), "missing required field: user"),
        ("/fields/status", json!({"value": ""}), "must have at least 1 characters"),
        ("/fields/status", json!({"value": "Open", "tag_color": "purple"}), "must be one of: red, yellow"),
        ("/fields/status", json!({"value": "Open", "colour": "red"}), "invalid field: colour"),
        ("/fields/status", json!({"type": "integer", "value": 1}), "must be one of: string"),
        ("/fields/date_updated", json!({"value": "2026-01-01"}), "must be a whole number"),
        ("/fields/date_updated", json!({}), "missing required field: value"),
        ("/fields/due_date", json!({"value": 1}), "missing required field: type"),
        ("/fields/due_date", json!({"type": "slack#/types/date", "value": "1 May"}), "must be a date: YYYY-MM-DD"),
        ("/fields/description", json!({"value": "x", "long": false}), "must be true"),
        ("/fields/description", json!({"value": "x", "format": "html"}), "must be one of: markdown"),
        ("/display_order", json!(["status", "status"]), "must name a field of the entity, each once"),
        ("/display_order", json!(["priority"]), "must name a field of the entity, each once"),
    ] {
        let found = found(pointer, value.clone());
        assert!(found.first().is_some_and(|first| first.starts_with(fault)), "{value}: {found:?}");
    }
}

#[test]
fn parts_of_a_field_exclude_each_other() {
    let icon = json!({"alt_text": "A", "url": "https://x.example/a.png"});
    let link = "https://x.example";
    for (field, fault) in [
        (json!({"value": "x", "tag_color": "red", "icon": icon}), "tag_color cannot be combined with icon"),
        (json!({"value": "x", "format": "markdown", "icon": icon}), "format cannot be combined with icon"),
        (json!({"value": "x", "format": "markdown", "link": link}), "format cannot be combined with link"),
    ] {
        assert_eq!(found("/fields/status", field), [format!("{fault} [json-pointer:/entity_payload/fields/status]")]);
    }
    let both = json!({"type": "slack#/types/user", "user": {"user_id": "U0ZOE", "text": "Zoe"}});
    assert_eq!(
        found("/fields/assignee", both),
        ["invalid field: text [json-pointer:/entity_payload/fields/assignee/user/text]"]
    );
    let linked = json!({"type": "slack#/types/user", "user": {"text": "Zoe"}, "link": link});
    assert_eq!(found("/fields/assignee", linked).len(), 1);
}

#[test]
fn custom_fields_have_key_label_and_type() {
    for (field, fault) in [
        (json!({"label": "A", "type": "string", "value": "x"}), "missing required field: key"),
        (json!({"key": "a", "type": "string", "value": "x"}), "missing required field: label"),
        (json!({"key": "a", "label": "A", "value": "x"}), "missing required field: type"),
        (json!({"key": "a", "label": "A", "type": "text", "value": "x"}), "must be one of: string, integer"),
        (json!({"key": "status", "label": "A", "type": "string", "value": "x"}), "the key \"status\" is used already"),
        (json!({"key": "a", "label": "A", "type": "integer", "value": "1"}), "must be a whole number"),
        (json!({"key": "a", "label": "A", "type": "array", "value": []}), "missing required field: item_type"),
        (
            json!({"key": "a", "label": "A", "type": "array", "item_type": "string", "value": ["x"]}),
            "must be an object",
        ),
        (json!({"key": "a", "label": "A", "type": "slack#/types/image"}), "exactly one of image_url and slack_file"),
        (json!({"key": "a", "label": "A", "type": "slack#/types/link", "value": "dialnote"}), "must be a valid URL"),
        (
            json!({"key": "a", "label": "A", "type": "slack#/types/entity_ref", "entity_ref": {"title": "A"}}),
            "missing required field: entity_url",
        ),
    ] {
        let found = found("/custom_fields", json!([field]));
        assert!(found.iter().any(|one| one.starts_with(fault)), "{field}: {found:?}");
    }
}

#[test]
fn a_field_is_edited_with_what_fits_its_type() {
    let string = |edit: Value| json!({"value": "x", "edit": edit});
    let option = json!({"text": {"type": "plain_text", "text": "A"}, "value": "a"});
    for (field, fault) in [
        (string(json!({})), "missing required field: enabled"),
        (string(json!({"enabled": true, "number": {}})), "does not go with the type string"),
        (string(json!({"enabled": true, "text": {"max_length": 3001}})), "value is too large"),
        (string(json!({"enabled": true, "text": {"min_length": 9, "max_length": 2}})), "min_length must not be more"),
        (string(json!({"enabled": true, "select": {}})), "exactly one of static_options and fetch_options_dynamically"),
        (string(json!({"enabled": true, "select": {"static_options": []}})), "must have 1 to 100 items"),
        (
            string(json!({"enabled": true, "select": {"static_options": [option], "current_value": "b"}})),
            "\"b\" is not one of the options",
        ),
        (string(json!({"enabled": true, "placeholder": "Type"})), "must be an object"),
        (
            json!({"value": "x", "format": "markdown", "edit": {"enabled": true}}),
            "a field with a format cannot be edited",
        ),
        (json!({"value": "x".repeat(3001), "edit": {"enabled": true}}), "a text of more than 3000 characters"),
    ] {
        let found = found("/fields/description", field.clone());
        assert!(found.first().is_some_and(|first| first.starts_with(fault)), "{field}: {found:?}");
    }
}

#[test]
fn there_are_two_buttons_and_five_more() {
    let button = |id: &str| json!({"text": "Go", "action_id": id});
    let three = json!({"primary_actions": [button("a"), button("b"), button("c")]});
    let letters = ["a", "b", "c", "d", "e", "f"].map(button);
    let six = json!({"overflow_actions": letters});
    let one = |button: Value| json!({"primary_actions": [button]});
    for (actions, fault) in [
        (three, "no more than 2 items allowed"),
        (six, "no more than 5 items allowed"),
        (json!({"primary_actions": [button("a"), button("a")]}), "is used already"),
        (one(json!({"text": "Go"})), "missing required field: action_id"),
        (one(json!({"text": {"type": "plain_text", "text": "Go"}, "action_id": "a"})), "must be a string"),
        (one(json!({"text": "Go", "action_id": "x".repeat(256)})), "no more than 255 characters allowed"),
        (one(json!({"text": "Go", "action_id": "a", "value": "x".repeat(2001)})), "no more than 2000 characters"),
        (one(json!({"text": "Go", "action_id": "a", "style": "default"})), "must be one of: primary, danger"),
        (one(json!({"text": "Go", "action_id": "a", "accessibility_label": "x".repeat(76)})), "no more than 75"),
        (one(json!({"text": "Go", "action_id": "a", "processing_state": {}})), "missing required field: enabled"),
    ] {
        let found = found("/actions", actions.clone());
        assert!(found.first().is_some_and(|first| first.starts_with(fault)), "{actions}: {found:?}");
    }
}

#[test]
fn a_failure_has_a_status_and_words_only_where_they_are_shown() {
    assert_eq!(
        failure(&json!({"status": "custom", "custom_title": "No", "custom_message": "Ask"})),
        Vec::<String>::new()
    );
    assert_eq!(failure(&json!({"status": "edit_error", "custom_message": "Zoe was quicker"})), Vec::<String>::new());
    for (error, fault) in [
        (json!({"status": "gone"}), "must be one of: restricted"),
        (json!({"status": "custom"}), "missing required field: custom_message"),
        (json!({"status": "restricted", "custom_message": "Ask"}), "is not shown with the status restricted"),
        (json!({"status": "timeout", "message_format": "html"}), "must be markdown"),
    ] {
        let found = failure(&error);
        assert!(found.first().is_some_and(|first| first.starts_with(fault)), "{error}: {found:?}");
    }
}

#[test]
fn a_comment_has_one_sender_and_one_kind_of_words() {
    let said = |sender: Value, words: Value| json!({"id": "1", "sender": sender, "timestamp": 1, "comment": words});
    let zoe = json!({"user_id": "U0ZOE"});
    let rich = json!({"blocks": [{"type": "rich_text", "elements": []}]});
    assert_eq!(comment(&said(zoe.clone(), rich), ""), Vec::<String>::new());
    assert_eq!(comment(&said(json!({"text": "Zoe"}), json!({"value": "Hi"})), ""), Vec::<String>::new());
    for (sender, words, fault) in [
        (json!({"user_id": "U0ZOE", "text": "Zoe"}), json!({"value": "Hi"}), "must have either user_id or text"),
        (zoe.clone(), json!({"value": ""}), "must have at least 1 characters"),
        (zoe.clone(), json!({"value": "Hi", "blocks": []}), "invalid field: value"),
        (zoe, json!({"blocks": [{"type": "section"}]}), "must be one rich_text block"),
    ] {
        let found = comment(&said(sender, words), "");
        assert!(found.iter().any(|one| one.starts_with(fault)), "{found:?}");
    }
}

#[test]
fn editable_fields_become_inputs_with_their_present_values() {
    let mut inputs = inputs(&whole());
    // Another crate in the same build can make serde_json keep the order of an object's fields.
    inputs.sort_by_key(|input| input["block_id"].to_string());
    let named: Vec<_> = inputs.iter().map(|input| (&input["block_id"], &input["element"]["type"])).collect();
    assert_eq!(
        json!(named),
        json!([["assignee", "users_select"], ["due_date", "datetimepicker"], ["status", "static_select"]])
    );
    assert_eq!(
        json!(inputs.first()),
        json!({
            "type": "input", "block_id": "assignee", "optional": true,
            "label": {"type": "plain_text", "text": "Assignee", "emoji": true},
            "element": {"type": "users_select", "action_id": "assignee.input", "initial_user": "U0ZOE"},
        })
    );
}
