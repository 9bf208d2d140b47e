//! `blocks.validate`: Slack's check of blocks, which posts nothing.

use serde_json::{Value, json};

use crate::stage::{Stage, actions, modal, section};

/// Returns the answer about one argument, which is the text of JSON.
async fn validated(stage: &Stage, name: &str, value: &Value) -> Value {
    stage.slack("blocks.validate", json!({ name: value.to_string() })).await
}

#[tokio::test]
async fn sound_blocks_are_accepted_and_posted_nowhere() {
    let stage = Stage::set().await;
    for (name, value) in [
        ("blocks", json!([section("A card")])),
        ("message", json!({"text": "A card", "blocks": [section("A card")]})),
        ("view", modal(&[section("A form")])),
        ("view", json!({"type": "home", "blocks": [section("A home")]})),
    ] {
        assert_eq!(validated(&stage, name, &value).await["ok"], true, "{name}");
    }
    assert!(stage.sandbox.world(|world| world.messages.is_empty()));
}

#[tokio::test]
async fn every_fault_has_a_code_and_a_place_below_its_argument() {
    let stage = Stage::set().await;
    let answer = validated(&stage, "blocks", &json!([{"type": "section"}, section(&"x".repeat(3001))])).await;
    assert_eq!(answer["error"], "invalid_blocks");
    assert_eq!(
        answer["errors"],
        json!([
            {
                "code": "missing_field", "message": "missing required field: text or fields", "pointer": "/0",
                "constraint": {"type": "required", "expected": "text or fields"},
            },
            {
                "code": "too_long", "message": "no more than 3000 characters allowed", "pointer": "/1/text/text",
                "constraint": {"type": "max", "expected": 3000},
            },
        ])
    );
    for (name, value, code, error) in [
        ("message", json!({"blocks": [{"type": "x"}]}), "unsupported_type", "/blocks/0/type unsupported type: x"),
        ("message", json!({"txt": ""}), "unknown_field", "/txt unknown field: txt"),
        ("message", json!({"text": 1}), "invalid_value", "/text must be a string"),
        ("message", json!([]), "invalid_value", " must be an object"),
        ("view", json!({"type": "modal", "blocks": []}), "missing_field", " missing required field: title"),
        ("blocks", json!({}), "invalid_value", " must be an array"),
        ("blocks", json!([actions(&[])]), "too_short", "/0/elements must have at least 1 items"),
    ] {
        let answer = validated(&stage, name, &value).await;
        assert_eq!(answer["error"], format!("invalid_{name}"), "{answer}");
        let first = &answer["errors"][0];
        let found = format!("{} {}", first["pointer"].as_str().unwrap(), first["message"].as_str().unwrap());
        assert_eq!((first["code"].as_str(), found.as_str()), (Some(code), error), "{answer}");
    }
}

#[tokio::test]
async fn one_argument_of_json_text_is_required() {
    let stage = Stage::set().await;
    let blocks = json!([section("A card")]);
    for arguments in [
        json!({}),
        json!({"blocks": blocks.to_string(), "message": json!({"text": "A card"}).to_string()}),
        json!({"blocks": blocks}),
        json!({"blocks": "[{"}),
        json!({"blocks": json!([section(&"x".repeat(100_000))]).to_string()}),
        json!({"blocks": blocks.to_string(), "surface": "modal"}),
    ] {
        assert_eq!(stage.refused("blocks.validate", arguments.clone()).await, "invalid_arguments", "{arguments}");
    }
}
