//! The Block Kit validator, through `chat.postMessage` and `views.open`.

use serde_json::{Value, json};

use crate::stage::{Stage, actions, button, input, modal, option, section, text_input};

fn plain(text: &str) -> Value {
    json!({"type": "plain_text", "text": text})
}

fn select(more: &Value) -> Value {
    let mut select = json!({"type": "static_select", "action_id": "pick"});
    for (key, value) in more.as_object().unwrap() {
        select[key] = value.clone();
    }
    json!({"type": "section", "text": plain("Pick"), "accessory": select})
}

fn of_button(more: &Value) -> Value {
    let mut pressed = button("take", "1");
    for (key, value) in more.as_object().unwrap() {
        pressed[key] = value.clone();
    }
    actions(&[pressed])
}

/// Returns blocks with the exact fault for which each is refused.
fn faulty() -> Vec<(Value, &'static str)> {
    let options: Vec<Value> = (0..101).map(|n| option("An option", &n.to_string())).collect();
    let many: Vec<Value> = (0..26).map(|n| button(&format!("b{n}"), "1")).collect();
    let fields: Vec<Value> = (0..11).map(|_| plain("x")).collect();
    vec![
        (json!({"type": "marquee"}), "unsupported type: marquee [json-pointer:/blocks/0/type]"),
        (json!({"text": "x"}), "missing required field: type [json-pointer:/blocks/0]"),
        (json!("x"), "must be an object [json-pointer:/blocks/0]"),
        (json!({"type": "section"}), "missing required field: text or fields [json-pointer:/blocks/0]"),
        (section(""), "must have at least 1 characters [json-pointer:/blocks/0/text/text]"),
        (section(&"x".repeat(3001)), "no more than 3000 characters allowed [json-pointer:/blocks/0/text/text]"),
        (json!({"type": "section", "fields": fields}), "no more than 10 items allowed [json-pointer:/blocks/0/fields]"),
        (
            json!({"type": "section", "fields": [plain(&"x".repeat(2001))]}),
            "no more than 2000 characters allowed [json-pointer:/blocks/0/fields/0/text]",
        ),
        (
            json!({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}),
            "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
        ),
        (
            json!({"type": "header", "text": plain(&"x".repeat(151))}),
            "no more than 150 characters allowed [json-pointer:/blocks/0/text/text]",
        ),
        (json!({"type": "divider", "color": "red"}), "unknown field: color [json-pointer:/blocks/0/color]"),
        (
            json!({"type": "divider", "block_id": ""}),
            "must have at least 1 characters [json-pointer:/blocks/0/block_id]",
        ),
        (
            json!({"type": "divider", "block_id": "x".repeat(256)}),
            "no more than 255 characters allowed [json-pointer:/blocks/0/block_id]",
        ),
        (
            json!({"type": "context", "elements": [button("a", "1")]}),
            "unsupported type: button [json-pointer:/blocks/0/elements/0/type]",
        ),
        (
            json!({"type": "context", "elements": vec![plain("x"); 11]}),
            "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (actions(&[]), "must have at least 1 items [json-pointer:/blocks/0/elements]"),
        (actions(&many), "no more than 25 items allowed [json-pointer:/blocks/0/elements]"),
        (actions(&[text_input()]), "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]"),
        (
            actions(&[button("a", "1"), button("a", "2")]),
            "`action_id` \"a\" already exists in this block [json-pointer:/blocks/0]",
        ),
        (
            of_button(&json!({"style": "warning"})),
            "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]",
        ),
        (of_button(&json!({"url": "ftp://x"})), "must be a valid URL [json-pointer:/blocks/0/elements/0/url]"),
        (
            of_button(&json!({"text": plain(&"x".repeat(76))})),
            "no more than 75 characters allowed [json-pointer:/blocks/0/elements/0/text/text]",
        ),
        (
            of_button(&json!({"value": "x".repeat(2001)})),
            "no more than 2000 characters allowed [json-pointer:/blocks/0/elements/0/value]",
        ),
        (of_button(&json!({"value": 7})), "must be a string [json-pointer:/blocks/0/elements/0/value]"),
        (
            of_button(&json!({"confirm": {"title": plain("Sure?"), "text": plain("x"), "confirm": plain("Yes")}})),
            "missing required field: deny [json-pointer:/blocks/0/elements/0/confirm]",
        ),
        (
            of_button(&json!({"confirm": {
                "title": plain(&"x".repeat(101)), "text": plain("x"), "confirm": plain("Yes"), "deny": plain("No"),
            }})),
            "no more than 100 characters allowed [json-pointer:/blocks/0/elements/0/confirm/title/text]",
        ),
        (select(&json!({})), "exactly one of options and option_groups is required [json-pointer:/blocks/0/accessory]"),
        (
            select(
                &json!({"options": [option("A", "a")], "option_groups": [{"label": plain("G"), "options": [option("A", "a")]}]}),
            ),
            "exactly one of options and option_groups is required [json-pointer:/blocks/0/accessory]",
        ),
        (
            select(&json!({"options": options})),
            "no more than 100 items allowed [json-pointer:/blocks/0/accessory/options]",
        ),
        (
            select(&json!({"options": [option(&"x".repeat(76), "a")]})),
            "no more than 75 characters allowed [json-pointer:/blocks/0/accessory/options/0/text/text]",
        ),
        (
            select(&json!({"options": [option("A", &"x".repeat(151))]})),
            "no more than 150 characters allowed [json-pointer:/blocks/0/accessory/options/0/value]",
        ),
        (
            select(&json!({"options": [option("A", "a")], "initial_option": option("Another A", "a")})),
            "initial option is not one of the options [json-pointer:/blocks/0/accessory]",
        ),
        (
            select(&json!({"options": [option("A", "a")], "placeholder": plain(&"x".repeat(151))})),
            "no more than 150 characters allowed [json-pointer:/blocks/0/accessory/placeholder/text]",
        ),
        (
            actions(&[json!({"type": "overflow", "action_id": "more", "options": vec![option("A", "a"); 6]})]),
            "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]",
        ),
        (
            actions(&[json!({"type": "multi_users_select", "action_id": "who"})]),
            "unsupported type: multi_users_select [json-pointer:/blocks/0/elements/0/type]",
        ),
        (
            actions(&[json!({"type": "datepicker", "action_id": "day", "initial_date": "tomorrow"})]),
            "must be a date: YYYY-MM-DD [json-pointer:/blocks/0/elements/0/initial_date]",
        ),
        (
            actions(&[json!({"type": "timepicker", "action_id": "at", "initial_time": "9am"})]),
            "must be a time: HH:mm [json-pointer:/blocks/0/elements/0/initial_time]",
        ),
        (
            actions(&[json!({"type": "button", "text": plain("x")})]),
            "missing required field: action_id [json-pointer:/blocks/0/elements/0]",
        ),
        (
            json!({"type": "image", "alt_text": "x"}),
            "exactly one of image_url and slack_file is required [json-pointer:/blocks/0]",
        ),
        (
            input("b", &json!({"type": "conversations_select", "action_id": "c", "response_url_enabled": true})),
            "response_url_enabled works in modals only [json-pointer:/blocks/0/element/response_url_enabled]",
        ),
        (
            input("b", &json!({"type": "plain_text_input", "action_id": "t", "min_length": 5, "max_length": 4})),
            "min_length is greater than max_length [json-pointer:/blocks/0/element]",
        ),
        (
            input("b", &json!({"type": "plain_text_input", "action_id": "t", "max_length": 3001})),
            "value is too large [json-pointer:/blocks/0/element/max_length]",
        ),
        (
            json!({"type": "section", "text": {"type": "plain_text", "text": "x", "verbatim": true}}),
            "invalid field: verbatim [json-pointer:/blocks/0/text/verbatim]",
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
        assert_eq!(answer["errors"], json!([fault]));
        assert_eq!(answer["response_metadata"]["messages"], json!([format!("[ERROR] {fault}")]));
    }
    assert_eq!(stage.seen("maya"), Vec::<String>::new());
}

#[tokio::test]
async fn null_is_refused_wherever_it_stands() {
    let stage = Stage::set().await;
    let block = json!({"type": "divider", "block_id": null});
    let answer = stage.slack("chat.postMessage", json!({"channel": "C0FRONT", "text": "Hi", "blocks": [block]})).await;
    assert_eq!(answer["errors"][0], "must not be null [json-pointer:/blocks/0/block_id]");
}

#[tokio::test]
async fn a_message_has_bounds_as_a_whole() {
    let stage = Stage::set().await;
    let post = |blocks: Value| json!({"channel": "C0FRONT", "text": "Hi", "blocks": blocks});
    stage.granted("chat.postMessage", post(json!(vec![json!({"type": "divider"}); 50]))).await;
    let long = stage.slack("chat.postMessage", post(json!(vec![json!({"type": "divider"}); 51]))).await;
    assert_eq!(long["errors"], json!(["no more than 50 items allowed [json-pointer:/blocks]"]));
    let twins = json!([{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}]);
    let twins = stage.slack("chat.postMessage", post(twins)).await;
    assert_eq!(twins["errors"], json!(["`block_id` \"a\" already exists [json-pointer:/blocks/1/block_id]"]));
    stage.granted("chat.postMessage", post(json!(vec![section(&"x".repeat(2500)); 4]))).await;
    let wordy = post(json!(vec![section(&"x".repeat(2501)); 4]));
    assert_eq!(stage.refused("chat.postMessage", wordy).await, "msg_blocks_too_long");
    assert_eq!(stage.refused("chat.postMessage", post(json!("[{"))).await, "invalid_blocks_format");
    assert_eq!(stage.refused("chat.postMessage", post(json!({}))).await, "invalid_blocks_format");
}

#[tokio::test]
async fn characters_are_counted_and_not_bytes() {
    let stage = Stage::set().await;
    stage.post(json!([section(&"é".repeat(3000))])).await;
}

#[tokio::test]
async fn what_we_may_want_to_send_is_taken() {
    let stage = Stage::set().await;
    let action = |kind: &str| json!({"type": kind, "action_id": kind});
    let confirm =
        json!({"title": plain("Sure?"), "text": plain("Really."), "confirm": plain("Yes"), "deny": plain("No")});
    let choices = json!([option("A", "a"), option("B", "b")]);
    let row = [
        of_button(&json!({"style": "danger", "confirm": confirm, "accessibility_label": "Take it"}))["elements"][0]
            .clone(),
        json!({"type": "button", "action_id": "open", "text": plain("Open"), "url": "https://app.dialnote.com/x"}),
        json!({"type": "overflow", "action_id": "more", "options": choices}),
        json!({"type": "external_select", "action_id": "find", "min_query_length": 0, "placeholder": plain("Find")}),
        json!({"type": "users_select", "action_id": "who", "initial_user": "U0ZOE"}),
        action("conversations_select"),
        action("channels_select"),
        json!({"type": "datepicker", "action_id": "day", "initial_date": "2026-03-02"}),
        json!({"type": "timepicker", "action_id": "at", "initial_time": "09:00"}),
        json!({"type": "datetimepicker", "action_id": "moment", "initial_date_time": 1_772_470_800}),
        json!({"type": "checkboxes", "action_id": "boxes", "options": choices, "initial_options": [option("A", "a")]}),
        json!({"type": "radio_buttons", "action_id": "radio", "options": choices, "initial_option": option("B", "b")}),
    ];
    let grouped = json!({
        "type": "multi_static_select", "action_id": "several",
        "option_groups": [{"label": plain("Group"), "options": choices}], "initial_options": [option("B", "b")],
    });
    stage
        .post(json!([
            {"type": "header", "text": plain("Header")},
            {"type": "section", "fields": [plain("A"), {"type": "mrkdwn", "text": "*B*"}], "accessory": grouped},
            {"type": "context", "elements": [
                plain("x"), {"type": "image", "image_url": "https://example.com/x.png", "alt_text": "x"},
            ]},
            {"type": "image", "image_url": "https://example.com/x.png", "alt_text": "x", "title": plain("x")},
            {"type": "rich_text", "elements": []},
            {"type": "divider"},
            actions(&row),
            input("note", &text_input()),
        ]))
        .await;
}

#[tokio::test]
async fn a_view_has_rules_of_its_own() {
    let stage = Stage::set().await;
    let trigger = || async { stage.slash("maya", "/dialnote").await.trigger_id.unwrap() };
    let focused = json!({"type": "plain_text_input", "action_id": "t", "focus_on_load": true});
    let with = |change: &dyn Fn(&mut Value)| {
        let mut view = modal(&[section("Hi")]);
        change(&mut view);
        view
    };
    let unsubmittable = with(&|view| {
        view["blocks"] = json!([input("a", &text_input())]);
        view.as_object_mut().unwrap().remove("submit");
    });
    for (view, fault) in [
        (unsubmittable, "missing required field: submit [json-pointer:/view]"),
        (
            with(&|view| view["title"] = plain(&"x".repeat(25))),
            "no more than 24 characters allowed [json-pointer:/view/title/text]",
        ),
        (
            with(&|view| view["submit"] = plain(&"x".repeat(25))),
            "no more than 24 characters allowed [json-pointer:/view/submit/text]",
        ),
        (
            with(&|view| view["private_metadata"] = json!("x".repeat(3001))),
            "no more than 3000 characters allowed [json-pointer:/view/private_metadata]",
        ),
        (
            with(&|view| view["callback_id"] = json!("x".repeat(256))),
            "no more than 255 characters allowed [json-pointer:/view/callback_id]",
        ),
        (
            with(&|view| view["blocks"] = json!(vec![json!({"type": "divider"}); 101])),
            "no more than 100 items allowed [json-pointer:/view/blocks]",
        ),
        (with(&|view| view["blocks"] = json!([])), "must have at least 1 items [json-pointer:/view/blocks]"),
        (
            with(&|view| view["blocks"] = json!([input("a", &focused), input("b", &focused)])),
            "only one element may have focus_on_load [json-pointer:/view/blocks]",
        ),
        (with(&|view| view["close"] = Value::Null), "must not be null [json-pointer:/view/close]"),
        (with(&|view| view["color"] = json!("red")), "unknown field: color [json-pointer:/view/color]"),
        (with(&|view| view["type"] = json!("dialog")), "must be one of: modal, home [json-pointer:/view/type]"),
    ] {
        let answer = stage.slack("views.open", json!({"trigger_id": trigger().await, "view": view})).await;
        assert_eq!(answer["error"], "invalid_arguments", "{fault}");
        assert_eq!(answer["response_metadata"]["messages"][0], format!("[ERROR] {fault}"));
    }
    let heavy = with(&|view| view["blocks"] = json!(vec![section(&"x".repeat(3000)); 90]));
    let heavy = stage.refused("views.open", json!({"trigger_id": trigger().await, "view": heavy})).await;
    assert_eq!(heavy, "view_too_large");
}
