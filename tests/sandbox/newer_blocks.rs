//! The blocks of 2025 and 2026: tables, charts, alerts, and pictures in a line of text.

use dialnote_sandbox::NewerBlocks;
use serde_json::{Value, json};

use crate::stage::{Stage, actions, modal, section};

fn plain(text: &str) -> Value {
    json!({"type": "plain_text", "text": text})
}

fn cell(text: &str) -> Value {
    json!({"type": "raw_text", "text": text})
}

fn table(rows: &Value) -> Value {
    json!({"type": "table", "rows": rows})
}

/// Returns a bar chart with these series over two days.
fn bars(series: &Value) -> Value {
    let axes = json!({"categories": ["Mon", "Tue"], "y_label": "Conversations"});
    json!({
        "type": "data_visualization", "title": "New conversations",
        "chart": {"type": "bar", "series": series, "axis_config": axes},
    })
}

fn series(name: &str, values: [i64; 2]) -> Value {
    json!({"name": name, "data": [{"label": "Mon", "value": values[0]}, {"label": "Tue", "value": values[1]}]})
}

fn changed(mut block: Value, pointer: &str, value: Value) -> Value {
    *block.pointer_mut(pointer).unwrap() = value;
    block
}

/// Returns blocks of a message with the first fault for which each is refused.
fn faulty() -> Vec<(Value, &'static str)> {
    let chart = || bars(&json!([series("Done", [3, 4])]));
    let wide: Vec<Value> = (0..21).map(|_| cell("x")).collect();
    let seven: Vec<Value> = (0..7).map(|n| series(&format!("S{n}"), [1, 2])).collect();
    let settings = |settings: Value| json!({"type": "table", "rows": [[cell("A")]], "column_settings": settings});
    vec![
        (json!({"type": "table"}), "missing required field: rows [json-pointer:/blocks/0]"),
        (table(&json!([])), "must have at least 1 items [json-pointer:/blocks/0/rows]"),
        (table(&json!(vec![json!([cell("x")]); 101])), "no more than 100 items allowed [json-pointer:/blocks/0/rows]"),
        (table(&json!([wide])), "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]"),
        (
            table(&json!([[cell("A"), cell("B")], [cell("C")]])),
            "every row must have the same number of cells [json-pointer:/blocks/0/rows/1]",
        ),
        (table(&json!([[cell("")]])), "must have at least 1 characters [json-pointer:/blocks/0/rows/0/0/text]"),
        (table(&json!([[plain("A")]])), "unsupported type: plain_text [json-pointer:/blocks/0/rows/0/0/type]"),
        (
            table(&json!([[{"type": "raw_number", "value": "7"}]])),
            "must be a number [json-pointer:/blocks/0/rows/0/0/value]",
        ),
        (
            table(&json!([[cell(&"x".repeat(6000)), cell(&"x".repeat(4001))]])),
            "no more than 10000 characters allowed [json-pointer:/blocks/0/rows]",
        ),
        (settings(json!([{}, {}])), "more settings than columns [json-pointer:/blocks/0/column_settings]"),
        (
            settings(json!([{"align": "middle"}])),
            "invalid field: align [json-pointer:/blocks/0/column_settings/0/align]",
        ),
        (settings(json!([{"width": 7}])), "unknown field: width [json-pointer:/blocks/0/column_settings/0/width]"),
        (
            changed(chart(), "/title", json!("x".repeat(51))),
            "no more than 50 characters allowed [json-pointer:/blocks/0/title]",
        ),
        (changed(chart(), "/title", plain("x")), "must be a string [json-pointer:/blocks/0/title]"),
        (
            changed(chart(), "/chart/type", json!("radar")),
            "unsupported type: radar [json-pointer:/blocks/0/chart/type]",
        ),
        (bars(&json!([])), "must have at least 1 items [json-pointer:/blocks/0/chart/series]"),
        (bars(&json!(seven)), "no more than 6 items allowed [json-pointer:/blocks/0/chart/series]"),
        (
            bars(&json!([series("A", [1, 2]), series("A", [1, 2])])),
            "names must be unique [json-pointer:/blocks/0/chart/series/1/name]",
        ),
        (
            bars(&json!([series(&"x".repeat(21), [1, 2])])),
            "no more than 20 characters allowed [json-pointer:/blocks/0/chart/series/0/name]",
        ),
        (
            changed(chart(), "/chart/series/0/data/1/label", json!("Wed")),
            "must have exactly one point for each category [json-pointer:/blocks/0/chart/series/0/data]",
        ),
        (
            changed(chart(), "/chart/series/0/data/1/value", json!("4")),
            "must be a number [json-pointer:/blocks/0/chart/series/0/data/1/value]",
        ),
        (
            changed(chart(), "/chart/axis_config", json!("none")),
            "missing required field: categories [json-pointer:/blocks/0/chart/axis_config]",
        ),
        (
            changed(chart(), "/chart/axis_config/y_label", json!("x".repeat(51))),
            "no more than 50 characters allowed [json-pointer:/blocks/0/chart/axis_config/y_label]",
        ),
        (
            json!({"type": "data_visualization", "title": "T", "chart": {
                "type": "pie", "segments": [{"label": "A", "value": 0}],
            }}),
            "must be greater than 0 [json-pointer:/blocks/0/chart/segments/0/value]",
        ),
        (json!({"type": "alert", "text": plain("Late")}), "unsupported type: alert [json-pointer:/blocks/0/type]"),
        (
            actions(&[json!({"type": "overflow", "action_id": "more", "options": [
                {"text": plain("Open"), "value": "open", "url": "somewhere"},
            ]})]),
            "must be a valid URL [json-pointer:/blocks/0/elements/0/options/0/url]",
        ),
        (
            json!({"type": "context", "elements": [{"type": "image", "image_url": "https://example.com/zoe.png"}]}),
            "missing required field: alt_text [json-pointer:/blocks/0/elements/0]",
        ),
    ]
}

#[tokio::test]
async fn every_fault_is_found_and_placed() {
    let stage = Stage::set().await;
    for (block, fault) in faulty() {
        let args = json!({"channel": "C0FRONT", "text": "Hi", "blocks": [block]});
        let answer = stage.slack("chat.postMessage", args).await;
        assert_eq!(answer["error"], "invalid_blocks", "{fault}");
        assert_eq!(answer["errors"][0], fault, "{answer}");
    }
    assert_eq!(stage.seen("maya"), Vec::<String>::new());
}

#[tokio::test]
async fn a_message_may_have_one_table_and_two_charts() {
    let stage = Stage::set().await;
    let rows =
        json!([[cell("Person"), cell("Open")], [cell("Zoe Park"), {"type": "raw_number", "value": 4, "text": "4"}]]);
    let chart = bars(&json!([series("Done", [3, -4]), series("Open", [0, 2])]));
    let pie = json!({"type": "data_visualization", "title": "Open", "chart": {
        "type": "pie", "segments": [{"label": "Zoe", "value": 4}],
    }});
    stage.post(json!([chart, table(&rows), pie])).await;
    for (blocks, fault) in [
        (json!([table(&rows), table(&rows)]), "no more than 1 table blocks allowed [json-pointer:/blocks]"),
        (json!([chart, chart, pie]), "no more than 2 data_visualization blocks allowed [json-pointer:/blocks]"),
    ] {
        let args = json!({"channel": "C0FRONT", "text": "Hi", "blocks": blocks});
        assert_eq!(stage.slack("chat.postMessage", args).await["errors"], json!([fault]));
    }
}

#[tokio::test]
async fn a_workspace_that_does_not_know_newer_blocks_refuses_them() {
    let stage = Stage::set().await;
    stage.sandbox.world(|world| world.faults.slack.newer_blocks = NewerBlocks::Refused);
    let post = |block: Value| json!({"channel": "C0FRONT", "text": "Report", "blocks": [section("Hi"), block]});
    let refusal = stage.slack("chat.postMessage", post(table(&json!([[cell("A")]])))).await;
    let fault = "unsupported type: table [json-pointer:/blocks/1/type]";
    assert_eq!((&refusal["error"], &refusal["errors"]), (&json!("invalid_blocks"), &json!([fault])));
    assert_eq!(refusal["response_metadata"]["messages"], json!([format!("[ERROR] {fault}")]));
    stage.granted("chat.postMessage", post(section("Ho"))).await;

    let alert = json!({"type": "alert", "text": plain("Zoe took it 3 s ago.")});
    let trigger_id = stage.slash("maya", "/dialnote").await.trigger_id.unwrap();
    let open = |block: Value| json!({"trigger_id": trigger_id, "view": modal(&[block])});
    let refusal = stage.slack("views.open", open(alert)).await;
    assert!(refusal.to_string().contains("unsupported type: alert [json-pointer:/view/blocks/0/type]"), "{refusal}");
    assert_eq!(refusal["error"], "invalid_arguments");
    stage.granted("views.open", open(section("Zoe took it."))).await;
}

#[tokio::test]
async fn an_alert_belongs_into_a_window_and_tables_do_not() {
    let stage = Stage::set().await;
    let alert = |level: &str| json!({"type": "alert", "level": level, "text": plain("Zoe took it 3 s ago.")});
    stage.open(modal(&[alert("warning")])).await;
    for (block, fault) in [
        (alert("loud"), "must be one of: default, info, warning, error, success [json-pointer:/view/blocks/0/level]"),
        (
            json!({"type": "alert", "text": plain(&"x".repeat(201))}),
            "no more than 200 characters allowed [json-pointer:/view/blocks/0/text/text]",
        ),
        (table(&json!([[cell("A")]])), "unsupported type: table [json-pointer:/view/blocks/0/type]"),
        (
            bars(&json!([series("A", [1, 2])])),
            "unsupported type: data_visualization [json-pointer:/view/blocks/0/type]",
        ),
    ] {
        let trigger_id = stage.slash("maya", "/dialnote").await.trigger_id.unwrap();
        let answer = stage.slack("views.open", json!({"trigger_id": trigger_id, "view": modal(&[block])})).await;
        assert!(answer.to_string().contains(fault), "{answer}");
    }
    let home = json!({"user_id": "U0MAYA", "view": {"type": "home", "blocks": [alert("info")]}});
    let answer = stage.slack("views.publish", home).await;
    assert!(answer.to_string().contains("unsupported type: alert"), "{answer}");
}

#[tokio::test]
async fn a_photo_in_a_line_and_a_link_in_a_menu_are_taken() {
    let stage = Stage::set().await;
    let photo = json!({"type": "image", "image_url": "https://example.com/avatars/zoe.png", "alt_text": "Owner:"});
    let words = json!({"type": "mrkdwn", "text": "*Zoe Park* · accepted"});
    let open = json!({"text": plain("Open in dialnote"), "value": "open:conv_1", "url": "https://app.dialnote.com/x"});
    let more = json!({"type": "overflow", "action_id": "more", "options": [open]});
    stage.post(json!([{"type": "context", "elements": [photo, words]}, actions(&[more])])).await;
}
