//! Modals and home tabs: triggers, stacks, hashes, submissions.

use dialnote_sandbox::{Click, Close};
use serde_json::{Map, Value, json};

use crate::stage::{Reply, Stage, actions, button, home, input, modal, option, section, text_input};

impl Stage {
    /// Returns an unused trigger.
    async fn trigger(&self) -> String {
        self.slash("maya", "/dialnote").await.trigger_id.unwrap()
    }

    /// Returns a trigger from the modal that is on top.
    async fn trigger_in(&self, view_id: &str) -> String {
        let click = self.sandbox.click(Click::view("maya", view_id, "press")).await.unwrap();
        click.trigger_id.unwrap()
    }

    fn open_views(&self) -> Vec<String> {
        self.sandbox.world(|world| world.stack("U0MAYA").iter().map(|view| view.id.clone()).collect())
    }

    fn banner(&self, view_id: &str) -> Option<String> {
        self.sandbox.world(|world| world.view(view_id).unwrap().banner.clone())
    }
}

fn pressable() -> Value {
    modal(&[section("Hi"), actions(&[button("press", "1")])])
}

fn with_note() -> Value {
    modal(&[input("note", &text_input())])
}

#[tokio::test]
async fn a_trigger_lives_three_seconds_and_opens_one_modal() {
    let stage = Stage::set().await;
    let open = |trigger: &str| json!({"trigger_id": trigger, "view": pressable()});
    assert_eq!(stage.refused("views.open", open("1.2.made-up")).await, "invalid_trigger_id");

    let trigger = stage.trigger().await;
    stage.wait(3);
    stage.granted("views.open", open(&trigger)).await;
    assert_eq!(stage.refused("views.open", open(&trigger)).await, "exchanged_trigger_id");

    let trigger = stage.trigger().await;
    stage.wait(4);
    assert_eq!(stage.refused("views.open", open(&trigger)).await, "expired_trigger_id");
    let answer = stage.slack("views.open", json!({"view": pressable()})).await;
    assert_eq!(answer["response_metadata"]["messages"][0], "[ERROR] missing required field: trigger_id");
}

#[tokio::test]
async fn three_modals_stand_on_each_other_and_no_more() {
    let stage = Stage::set().await;
    let first = stage.open(pressable()).await;
    let mut top = first.clone();
    for _ in 0..2 {
        let push = json!({"trigger_id": stage.trigger_in(&top).await, "view": pressable()});
        let pushed = stage.granted("views.push", push).await;
        assert_eq!(pushed["view"]["root_view_id"], json!(first));
        assert_eq!(pushed["view"]["previous_view_id"], json!(top));
        top = pushed["view"]["id"].as_str().unwrap().to_owned();
    }
    let push = json!({"trigger_id": stage.trigger_in(&top).await, "view": pressable()});
    assert_eq!(stage.refused("views.push", push).await, "push_limit_reached");
    let from_nowhere = json!({"trigger_id": stage.trigger().await, "view": pressable()});
    assert_eq!(stage.refused("views.push", from_nowhere).await, "not_found");
}

#[tokio::test]
async fn an_update_needs_the_view_and_its_latest_hash() {
    let stage = Stage::set().await;
    let id = stage.open(pressable()).await;
    let hash = stage.sandbox.world(|world| world.view(&id).unwrap().hash.clone());
    let update = |hash: &str| json!({"view_id": id, "hash": hash, "view": pressable()});
    stage.granted("views.update", update(&hash)).await;
    assert_eq!(stage.refused("views.update", update(&hash)).await, "hash_conflict");
    assert_eq!(stage.refused("views.update", json!({"view_id": "V9999", "view": pressable()})).await, "not_found");
    assert_eq!(stage.refused("views.update", json!({"view": pressable()})).await, "invalid_arguments");
    assert_eq!(stage.refused("views.update", json!({"view_id": id, "view": home("x")})).await, "invalid_arguments");
}

#[tokio::test]
async fn a_name_of_the_apps_own_is_unique() {
    let stage = Stage::set().await;
    let mut named = pressable();
    named["external_id"] = json!("mine");
    stage.open(named.clone()).await;
    let again = json!({"trigger_id": stage.trigger().await, "view": named});
    assert_eq!(stage.refused("views.open", again).await, "duplicate_external_id");
    stage.granted("views.update", json!({"external_id": "mine", "view": named})).await;
}

#[tokio::test]
async fn a_home_tab_belongs_to_a_person_and_to_an_app_that_has_one() {
    let stage = Stage::set().await;
    let publish = |user: &str, view: Value| json!({"user_id": user, "view": view});
    let first = stage.granted("views.publish", publish("U0ZOE", home("One"))).await;
    let second = stage.granted("views.publish", publish("U0ZOE", home("Two"))).await;
    assert_eq!(first["view"]["id"], second["view"]["id"]);
    let stale = json!({"user_id": "U0ZOE", "view": home("Three"), "hash": first["view"]["hash"]});
    assert_eq!(stage.refused("views.publish", stale).await, "hash_conflict");
    assert_eq!(stage.refused("views.publish", publish("U0ZOE", pressable())).await, "invalid_arguments");
    assert_eq!(stage.refused("views.publish", publish("zoe", home("One"))).await, "invalid_arguments");
    stage.sandbox.world(|world| world.home_tab = false);
    assert_eq!(stage.refused("views.publish", publish("U0ZOE", home("One"))).await, "not_enabled");
}

#[tokio::test]
async fn an_empty_answer_closes_the_modal() {
    let stage = Stage::set().await;
    let id = stage.open(with_note()).await;
    let outcome = stage.submit(&id, json!({"note": {"typed": "Call back"}})).await;
    assert_eq!((outcome.status, outcome.error), (Some(200), None));
    assert_eq!(stage.open_views(), Vec::<String>::new());
}

#[tokio::test]
async fn invalid_deliveries_never_reach_the_app() {
    let stage = Stage::set().await;
    let bounded = json!({"type": "plain_text_input", "action_id": "typed", "min_length": 3, "max_length": 5});
    let id = stage.open(modal(&[input("note", &bounded)])).await;
    let before = stage.app.received().len();
    for (typed, complaint) in [
        (json!({}), "Please complete this required field."),
        (json!({"note": {"typed": ""}}), "Please complete this required field."),
        (json!({"note": {"typed": "ab"}}), "Must be at least 3 characters."),
        (json!({"note": {"typed": "abcdef"}}), "Must be at most 5 characters."),
    ] {
        let outcome = stage.submit(&id, typed).await;
        assert!(!outcome.delivered);
        assert_eq!(outcome.field_errors["note"], complaint);
    }
    assert_eq!(stage.app.received().len(), before);
}

#[tokio::test]
async fn errors_of_the_app_keep_the_modal_open() {
    let stage = Stage::set().await;
    let id = stage.open(with_note()).await;
    stage.app.answers(Reply::Json(json!({"response_action": "errors", "errors": {"note": "Say more."}})));
    let outcome = stage.submit(&id, json!({"note": {"typed": "x"}})).await;
    assert_eq!(outcome.field_errors["note"], "Say more.");
    assert_eq!(stage.open_views(), [id.as_str()]);
    assert_eq!(stage.banner(&id), None);
}

#[tokio::test]
async fn an_answer_slack_cannot_use_shows_the_banner() {
    let stage = Stage::set().await;
    let line = json!({"type": "section", "block_id": "line", "text": {"type": "mrkdwn", "text": "Hi"}});
    let id = stage.open(modal(&[input("note", &text_input()), line])).await;
    for (reply, error) in [
        (Reply::Text("ok"), "invalid content type: text/plain"),
        (Reply::Status(500), "dispatch_failed"),
        (Reply::Status(204), "dispatch_failed"),
        (Reply::Json(json!({})), "unknown response_action: "),
        (Reply::Json(json!({"response_action": "clear", "text": "x"})), "unknown field: text"),
        (
            Reply::Json(json!({"response_action": "errors", "errors": {"typed": "The action, not the block"}})),
            "errors: typed is not the block_id of an input block",
        ),
        (
            Reply::Json(json!({"response_action": "errors", "errors": {"line": "No input here"}})),
            "errors: line is not the block_id of an input block",
        ),
        (Reply::Json(json!({"response_action": "errors", "errors": {}})), "errors must not be empty"),
        (
            Reply::Json(json!({"response_action": "update", "view": {"type": "modal"}})),
            "invalid view: Invalid([\"missing required field: title [json-pointer:/view]\", \
             \"missing required field: blocks [json-pointer:/view]\"])",
        ),
    ] {
        stage.app.answers(reply);
        let outcome = stage.submit(&id, json!({"note": {"typed": "x"}})).await;
        assert_eq!(outcome.error.as_deref(), Some(error));
        assert_eq!(stage.banner(&id).unwrap(), "We had some trouble connecting. Try again?");
    }
}

#[tokio::test]
async fn an_answer_can_update_push_and_clear() {
    let stage = Stage::set().await;
    let id = stage.open(with_note()).await;
    let mut renamed = with_note();
    renamed["title"]["text"] = json!("Second page");
    stage.app.answers(Reply::Json(json!({"response_action": "update", "view": renamed})));
    stage.submit(&id, json!({"note": {"typed": "x"}})).await;
    stage.sandbox.world(|world| {
        let view = world.view(&id).unwrap();
        assert_eq!(view.body["title"]["text"], "Second page");
        assert_eq!(view.typed["note"]["typed"]["value"], "x", "what was typed stays");
    });
    stage.app.answers(Reply::Json(json!({"response_action": "push", "view": with_note()})));
    stage.submit(&id, json!({})).await;
    let views = stage.open_views();
    assert_eq!(views.len(), 2);
    stage.app.answers(Reply::Json(json!({"response_action": "clear"})));
    stage.submit(&views[1], json!({"note": {"typed": "y"}})).await;
    assert_eq!(stage.open_views(), Vec::<String>::new());
}

#[tokio::test]
async fn only_the_modal_on_top_can_be_used() {
    let stage = Stage::set().await;
    let first = stage.open(modal(&[input("note", &text_input()), actions(&[button("press", "1")])])).await;
    let push = json!({"trigger_id": stage.trigger_in(&first).await, "view": with_note()});
    let second = stage.granted("views.push", push).await["view"]["id"].as_str().unwrap().to_owned();
    let covered = Close { who: "maya".to_owned(), view_id: first.clone(), all: false };
    assert_eq!(stage.sandbox.close_view(covered).await.unwrap_err().0, format!("{first} is covered by {second}"));
    let below = stage.sandbox.click(Click::view("maya", &first, "press")).await.unwrap_err().0;
    assert_eq!(below, format!("{first} is covered by {second}"));
    let foreign = Close { who: "leo".to_owned(), view_id: second, all: false };
    assert!(stage.sandbox.close_view(foreign).await.is_err());
}

#[tokio::test]
async fn the_app_hears_of_closing_if_it_asked_to() {
    let stage = Stage::set().await;
    let silent = stage.open(with_note()).await;
    let before = stage.app.received().len();
    let close = |view_id: &str, all| Close { who: "maya".to_owned(), view_id: view_id.to_owned(), all };
    assert!(!stage.sandbox.close_view(close(&silent, false)).await.unwrap().delivered);
    assert_eq!(stage.app.received().len(), before);
    let mut talkative = with_note();
    talkative["notify_on_close"] = json!(true);
    for all in [false, true] {
        let id = stage.open(talkative.clone()).await;
        assert!(stage.sandbox.close_view(close(&id, all)).await.unwrap().delivered);
        let payload = stage.app.last().payload();
        assert_eq!((&payload["type"], &payload["is_cleared"]), (&json!("view_closed"), &json!(all)));
        assert_eq!(payload["view"]["id"], json!(id));
    }
}

#[tokio::test]
async fn every_kind_of_input_has_its_own_shape() {
    let stage = Stage::set().await;
    let choices = json!([option("A", "a"), option("B", "b")]);
    let of = |kind: &str| json!({"type": kind, "action_id": "x"});
    let choosing = |kind: &str| json!({"type": kind, "action_id": "x", "options": choices});
    let a = json!({"text": {"type": "plain_text", "text": "A", "emoji": true}, "value": "a"});
    let cases = [
        (text_input_x(), json!("Words"), json!({"type": "plain_text_input", "value": "Words"})),
        (choosing("static_select"), json!("a"), json!({"type": "static_select", "selected_option": a})),
        (choosing("radio_buttons"), json!("a"), json!({"type": "radio_buttons", "selected_option": a})),
        (choosing("checkboxes"), json!(["a"]), json!({"type": "checkboxes", "selected_options": [a]})),
        (
            choosing("multi_static_select"),
            json!(["a"]),
            json!({"type": "multi_static_select", "selected_options": [a]}),
        ),
        (of("users_select"), json!("zoe"), json!({"type": "users_select", "selected_user": "U0ZOE"})),
        (of("multi_users_select"), json!(["zoe"]), json!({"type": "multi_users_select", "selected_users": ["U0ZOE"]})),
        (of("channels_select"), json!("billing"), json!({"type": "channels_select", "selected_channel": "C0BILLING"})),
        (
            of("conversations_select"),
            json!("#billing"),
            json!({"type": "conversations_select", "selected_conversation": "C0BILLING"}),
        ),
        (of("datepicker"), json!("2026-03-04"), json!({"type": "datepicker", "selected_date": "2026-03-04"})),
        (of("timepicker"), json!("09:30"), json!({"type": "timepicker", "selected_time": "09:30"})),
        (
            of("datetimepicker"),
            json!(1_772_470_800),
            json!({"type": "datetimepicker", "selected_date_time": 1_772_470_800}),
        ),
    ];
    let blocks: Vec<Value> =
        cases.iter().enumerate().map(|(n, (element, ..))| input(&format!("b{n}"), element)).collect();
    let values: Map<String, Value> =
        cases.iter().enumerate().map(|(n, (_, given, _))| (format!("b{n}"), json!({"x": given}))).collect();
    let id = stage.open(modal(&blocks)).await;
    stage.submit(&id, Value::Object(values)).await;
    let state = stage.app.last().payload()["view"]["state"]["values"].clone();
    for (n, (.., expected)) in cases.iter().enumerate() {
        assert_eq!(&state[format!("b{n}")]["x"], expected);
    }
}

fn text_input_x() -> Value {
    json!({"type": "plain_text_input", "action_id": "x"})
}

#[tokio::test]
async fn untouched_inputs_are_there_and_empty() {
    let stage = Stage::set().await;
    let mut optional = input("note", &text_input());
    optional["optional"] = json!(true);
    let id = stage.open(modal(&[optional])).await;
    stage.submit(&id, json!({})).await;
    let state = stage.app.last().payload()["view"]["state"]["values"].clone();
    assert_eq!(state, json!({"note": {"typed": {"type": "plain_text_input", "value": null}}}));
}

#[tokio::test]
async fn a_conversation_chosen_with_the_right_to_answer_brings_a_response_url() {
    let stage = Stage::set().await;
    let select = json!({"type": "conversations_select", "action_id": "where", "response_url_enabled": true});
    let id = stage.open(modal(&[input("place", &select)])).await;
    stage.submit(&id, json!({"place": {"where": "billing"}})).await;
    let urls = stage.app.last().payload()["response_urls"].clone();
    assert_eq!((&urls[0]["block_id"], &urls[0]["channel_id"]), (&json!("place"), &json!("C0BILLING")));
    let url = urls[0]["response_url"].as_str().unwrap();
    let (status, _) = stage.respond(url, json!({"text": "Done", "response_type": "in_channel"})).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_modal_can_take_the_whole_stack_along_when_it_closes() {
    let stage = Stage::set().await;
    let first = stage.open(pressable()).await;
    let mut second = with_note();
    second["clear_on_close"] = json!(true);
    let push = json!({"trigger_id": stage.trigger_in(&first).await, "view": second});
    let view_id = stage.granted("views.push", push).await["view"]["id"].as_str().unwrap().to_owned();
    stage.sandbox.close_view(Close { who: "maya".to_owned(), view_id, all: false }).await.unwrap();
    assert_eq!(stage.open_views(), Vec::<String>::new());
}
