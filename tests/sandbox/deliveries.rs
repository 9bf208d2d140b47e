//! The requests to the app: signed, in Slack's shapes, within Slack's time limits.

use dialnote_sandbox::{
    Channel, ChannelKind, Click, Close, Options, Sandbox, Secrets, Shortcut, Submit, Typing, every_scope,
};
use dialnote_slack::core::clock::Clock;
use serde_json::{Value, json};

use crate::stage::{Reply, Stage, actions, button, home, input, modal, option, section, text_input};

/// Reads a payload recorded elsewhere.
fn recorded(file: &str) -> Value {
    let path = format!("{}/tests/fixtures/slack/inbound/{file}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Checks that `ours` has every field of `theirs`, to the depth where content begins. Fields that only workspaces of an
/// organization have are exempt.
pub(crate) fn assert_covers(ours: &Value, theirs: &Value, at: &str) {
    const CONTENT: &[&str] = &["blocks", "values", "actions", "text", "message", "profile"];
    const ELSEWHERE: &[&str] = &["enterprise_id", "enterprise_name", "fallback", "attachment_id", "is_app_unfurl"];
    for (key, value) in theirs.as_object().unwrap() {
        if ELSEWHERE.contains(&key.as_str()) {
            continue;
        }
        let found = ours.get(key).unwrap_or_else(|| panic!("{at}/{key} is missing in {ours}"));
        if value.is_object() && !found.is_null() && !CONTENT.contains(&key.as_str()) {
            assert_covers(found, value, &format!("{at}/{key}"));
        }
    }
}

#[tokio::test]
async fn a_command_is_a_signed_form_with_slacks_fields() {
    let stage = Stage::set().await;
    let outcome = stage.slash("maya", "/assign @zoe conv_1001 wants a call back").await;
    assert_eq!((outcome.delivered, outcome.status, outcome.error), (true, Some(200), None));
    let request = stage.app.last();
    assert!(request.genuine);
    assert_eq!(request.path, "/slack/commands");
    assert_eq!(request.headers["content-type"], "application/x-www-form-urlencoded");
    assert!(request.body.contains("text=%3C%40U0ZOE%3E+conv_1001+wants"), "{}", request.body);
    let form = request.form();
    let path =
        format!("{}/tests/fixtures/slack/inbound/slash/plain_workspace_with_text.form", env!("CARGO_MANIFEST_DIR"));
    let recorded = std::fs::read_to_string(path).unwrap();
    for (name, _) in form_urlencoded::parse(recorded.trim().as_bytes()) {
        assert!(form.contains_key(name.as_ref()), "{name}");
    }
    for (name, value) in [
        ("command", "/assign"),
        ("text", "<@U0ZOE> conv_1001 wants a call back"),
        ("channel_id", "C0FRONT"),
        ("channel_name", "front-desk"),
        ("user_id", "U0MAYA"),
        ("team_id", "T0ACME"),
        ("api_app_id", "A0DIAL"),
        ("is_enterprise_install", "false"),
    ] {
        assert_eq!(form[name], value);
    }
}

#[tokio::test]
async fn typed_text_arrives_the_way_slack_escapes_it() {
    let stage = Stage::set().await;
    stage.sandbox.world(|world| {
        let secret = Channel::public("C0SECRET", "secret", &["U0MAYA"]);
        world.channels.push(Channel { kind: ChannelKind::Private, ..secret });
    });
    for (typed, arrives) in [
        ("@zoe", "<@U0ZOE>"),
        ("@Zoe", "<@U0ZOE>"),
        ("@zoe, @leo.", "<@U0ZOE>, <@U0LEO>."),
        ("@frontdesk", "<!subteam^S0FRONTDESK|@frontdesk>"),
        ("#billing", "<#C0BILLING|billing>"),
        ("#secret", "<#C0SECRET|>"),
        ("@here", "<!here>"),
        ("@nobody #nowhere", "@nobody #nowhere"),
        ("mail me@zoe.example", "mail me@zoe.example"),
        ("see https://x.example/?a=1&b=2.", "see <https://x.example/?a=1&amp;b=2>."),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("<@U0ZOE>", "&lt;@U0ZOE&gt;"),
        ("+1 415 555 0101 é 🎉", "+1 415 555 0101 é 🎉"),
        ("", ""),
    ] {
        stage.slash("maya", &format!("/assign {typed}")).await;
        assert_eq!(stage.app.last().form()["text"], arrives);
    }
    stage.slash("maya", "/assign").await;
    assert_eq!(stage.app.last().form()["text"], "");
}

#[tokio::test]
async fn a_command_can_be_typed_in_the_direct_message() {
    let stage = Stage::set().await;
    stage.app.answers(Reply::Text("Hello"));
    stage.sandbox.slash("sam", "dm", "/inbox").await.unwrap();
    let form = stage.app.last().form();
    assert_eq!((&form["channel_id"], &form["channel_name"]), (&json!("D0SAM"), &json!("directmessage")));
    assert_eq!(stage.seen_in_dm("sam"), ["Hello"]);
}

#[tokio::test]
async fn an_immediate_answer_is_shown_to_its_reader() {
    let stage = Stage::set().await;
    stage.app.answers(Reply::Text("Only you"));
    stage.slash("maya", "/dialnote help").await;
    stage.app.answers(Reply::Json(json!({"response_type": "in_channel", "text": "All", "blocks": [section("All")]})));
    stage.slash("maya", "/dialnote share").await;
    stage.app.answers(Reply::Json(json!({"response_type": "in_channel"})));
    stage.slash("maya", "/dialnote echo").await;
    assert_eq!(stage.seen("maya"), ["Only you", "/dialnote share", "All", "/dialnote echo"]);
    assert_eq!(stage.seen("leo"), ["/dialnote share", "All", "/dialnote echo"]);
}

#[tokio::test]
async fn a_bad_immediate_answer_is_shown_as_slacks_error() {
    let stage = Stage::set().await;
    for (reply, error) in [
        (Reply::Status(500), "dispatch_failed"),
        (Reply::Status(201), "dispatch_failed"),
        (Reply::Json(json!({"text": "x", "colour": "red"})), "unknown field: colour"),
        (Reply::Json(json!({"blocks": [section("Hi")]})), "no_text {}"),
        (Reply::Json(json!({"text": "x", "response_type": "all"})), "response_type must be ephemeral or in_channel"),
    ] {
        stage.app.answers(reply);
        let outcome = stage.slash("maya", "/dialnote").await;
        assert_eq!(outcome.error.as_deref(), Some(error));
        assert_eq!(stage.seen("maya").pop().unwrap(), format!("/dialnote failed with the error \"{error}\""));
    }
    assert_eq!(stage.seen("leo"), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn slack_waits_three_seconds_and_says_so() {
    let stage = Stage::set().await;
    stage.app.answers(Reply::Silence);
    let began = tokio::time::Instant::now();
    let outcome = stage.slash("maya", "/dialnote").await;
    assert_eq!(began.elapsed().as_secs(), 3);
    assert_eq!((outcome.status, outcome.error.as_deref()), (None, Some("operation_timeout")));
    assert_eq!(stage.seen("maya"), ["/dialnote failed with the error \"operation_timeout\""]);
}

#[tokio::test]
async fn impossible_actions_are_refused_for_all_people() {
    let stage = Stage::set().await;
    let ts = stage.post(json!([section("Hi"), actions(&[button("take", "1")]), input("note", &text_input())])).await;
    let slash = async |who, channel, text| stage.sandbox.slash(who, channel, text).await.unwrap_err().0;
    assert_eq!(slash("kim", "front-desk", "/x").await, "there is no kim; there are maya, leo, zoe, sam, dialnote");
    assert_eq!(slash("maya", "kitchen", "/x").await, "there is no channel kitchen; there are front-desk, billing, dm");
    assert_eq!(slash("maya", "front-desk", "x").await, "a command begins with a slash and its name, not with \"x\"");
    let click = async |click| stage.sandbox.click(click).await.unwrap_err().0;
    let missing = Click::message("maya", "front-desk", &ts, "give");
    assert_eq!(click(missing).await, "there is no such give here; there are: take, typed");
    let typed = Click::message("maya", "front-desk", &ts, "typed");
    assert_eq!(click(typed).await, "typed is filled in and submitted, not pressed");
    let nowhere = Click::message("maya", "front-desk", "1.000001", "take");
    assert_eq!(click(nowhere).await, "maya sees no message 1.000001 there");
    assert_eq!(click(Click::view("maya", "V1", "take")).await, "maya has no view V1 open");
    assert_eq!(stage.app.received().len(), 0);
}

#[tokio::test]
async fn an_ephemeral_message_is_pressed_only_by_its_reader_and_hides_its_content() {
    let stage = Stage::set().await;
    let whisper = json!({
        "channel": "C0FRONT", "user": "U0LEO", "text": "Psst", "blocks": [actions(&[button("take", "conv_1001")])],
    });
    let ts = stage.granted("chat.postEphemeral", whisper).await["message_ts"].as_str().unwrap().to_owned();
    assert!(stage.sandbox.click(Click::message("maya", "front-desk", &ts, "take")).await.is_err());
    stage.click("leo", &ts, "take").await;
    let payload = stage.app.last().payload();
    assert_covers(&payload, &recorded("block_actions/ephemeral_message.json"), "");
    assert_eq!(payload["container"]["is_ephemeral"], true);
    assert!(payload.get("message").is_none());
}

#[tokio::test]
async fn a_press_carries_the_buttons_own_value_and_the_message() {
    let stage = Stage::set().await;
    let ts = stage.post(json!([section("Hi"), actions(&[button("take", "conv_1001")])])).await;
    stage.click("zoe", &ts, "take").await;
    let request = stage.app.last();
    assert!(request.genuine);
    assert_eq!(request.path, "/slack/interactions");
    let payload = request.payload();
    let docs = recorded("block_actions/message_button_docs.json");
    assert_covers(&payload, &docs, "");
    assert_covers(&payload["actions"][0], &docs["actions"][0], "/actions/0");
    assert_eq!(payload["actions"][0]["value"], "conv_1001");
    assert_eq!(payload["actions"][0]["block_id"], "row");
    assert_eq!(payload["user"], json!({"id": "U0ZOE", "username": "zoe", "name": "zoe", "team_id": "T0ACME"}));
    assert_eq!(payload["message"]["blocks"][1]["elements"][0]["action_id"], "take");
    assert_eq!(payload["is_enterprise_install"], false);
}

#[tokio::test]
async fn several_buttons_of_one_action_are_told_apart() {
    let stage = Stage::set().await;
    let row = |id: &str, value: &str| json!({"type": "actions", "block_id": id, "elements": [button("take", value)]});
    let ts = stage.post(json!([row("first", "1"), row("second", "2")])).await;
    let which = Click::message("zoe", "front-desk", &ts, "take");
    let unclear = stage.sandbox.click(which.clone()).await.unwrap_err().0;
    assert_eq!(unclear, "there are several take: say which by block_id or value");
    stage.sandbox.click(Click { value: Some("2".to_owned()), ..which.clone() }).await.unwrap();
    assert_eq!(stage.app.last().payload()["actions"][0]["block_id"], "second");
    stage.sandbox.click(Click { block_id: Some("first".to_owned()), ..which }).await.unwrap();
    assert_eq!(stage.app.last().payload()["actions"][0]["value"], "1");
}

#[tokio::test]
async fn a_choice_is_sent_and_remembered() {
    let stage = Stage::set().await;
    let people = json!({"type": "users_select", "action_id": "who"});
    let menu = json!({"type": "overflow", "action_id": "more", "options": [option("History", "history")]});
    let ts = stage.post(json!([actions(&[people, menu, button("go", "1")])])).await;
    let choose = Click { selected_user: Some("zoe".to_owned()), ..Click::message("maya", "front-desk", &ts, "who") };
    stage.sandbox.click(choose).await.unwrap();
    assert_eq!(stage.app.last().payload()["actions"][0]["selected_user"], "U0ZOE");
    let more =
        Click { selected_option: Some("history".to_owned()), ..Click::message("maya", "front-desk", &ts, "more") };
    stage.sandbox.click(more).await.unwrap();
    assert_eq!(stage.app.last().payload()["actions"][0]["selected_option"]["value"], "history");
    stage.click("maya", &ts, "go").await;
    let mine = stage.app.last().payload()["state"]["values"]["row"]["who"].clone();
    assert_eq!(mine, json!({"type": "users_select", "selected_user": "U0ZOE"}));
    stage.click("leo", &ts, "go").await;
    assert_eq!(stage.app.last().payload()["state"]["values"]["row"]["who"]["selected_user"], Value::Null);
    let unknown = Click { selected_option: Some("x".to_owned()), ..Click::message("maya", "front-desk", &ts, "more") };
    assert_eq!(stage.sandbox.click(unknown).await.unwrap_err().0, "the menu more has no option with the value \"x\"");
}

#[tokio::test]
async fn a_press_in_the_home_tab_has_the_view_and_no_channel() {
    let stage = Stage::set().await;
    let view = json!({"type": "home", "blocks": [actions(&[button("inbox", "mine")])]});
    let id = stage.granted("views.publish", json!({"user_id": "U0ZOE", "view": view})).await["view"]["id"].clone();
    stage.sandbox.click(Click::view("zoe", id.as_str().unwrap(), "inbox")).await.unwrap();
    let payload = stage.app.last().payload();
    assert_covers(&payload, &recorded("block_actions/home_tab_button_with_value.json"), "");
    assert!(payload.get("channel").is_none() && payload.get("response_url").is_none());
    assert!(stage.sandbox.click(Click::view("leo", id.as_str().unwrap(), "inbox")).await.is_err());
}

#[tokio::test]
async fn submissions_and_closings_have_slacks_fields() {
    let stage = Stage::set().await;
    let mut view = modal(&[input("note", &text_input())]);
    view["notify_on_close"] = json!(true);
    let id = stage.open(view.clone()).await;
    stage.submit(&id, json!({"note": {"typed": "Hello"}})).await;
    assert_covers(&stage.app.last().payload(), &recorded("view_submission/static_select_datepicker_text.json"), "");
    let view_id = stage.open(view).await;
    let close = Close { who: "maya".to_owned(), view_id, all: false };
    stage.sandbox.close_view(close).await.unwrap();
    assert_covers(&stage.app.last().payload(), &recorded("view_closed/docs_like.json"), "");
}

#[tokio::test]
async fn inputs_have_the_shapes_that_were_recorded() {
    let stage = Stage::set().await;
    let recorded = recorded("view_submission/state_values_selects_users_channels_checkboxes_radio.json");
    for block in recorded["values"].as_object().unwrap().values() {
        for state in block.as_object().unwrap().values() {
            let kind = state["type"].as_str().unwrap();
            let mut element = json!({"type": kind, "action_id": "x"});
            if matches!(kind, "multi_static_select" | "checkboxes" | "radio_buttons") {
                element["options"] = json!([option("One", "1")]);
            }
            let mut block = input("b", &element);
            block["optional"] = json!(true);
            let id = stage.open(modal(&[block])).await;
            stage.submit(&id, json!({})).await;
            let ours = stage.app.last().payload()["view"]["state"]["values"]["b"]["x"].clone();
            let keys = |state: &Value| state.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(&ours), keys(state), "{kind}");
        }
    }
}

#[tokio::test]
async fn a_menu_is_filled_by_the_app_and_only_what_it_offered_can_be_chosen() {
    let stage = Stage::set().await;
    let search = json!({"type": "external_select", "action_id": "find", "min_query_length": 2});
    let id = stage.open(modal(&[input("conversation", &search)])).await;
    let typing = |value: &str| Typing {
        who: "maya".to_owned(),
        view_id: Some(id.clone()),
        action_id: "find".to_owned(),
        value: value.to_owned(),
        ..Typing::default()
    };
    assert!(!stage.sandbox.options(typing("a")).await.unwrap().delivered, "too little was typed");
    stage.app.answers(Reply::Json(json!({"options": [option("Ana Lima", "conv_1001")]})));
    let outcome = stage.sandbox.options(typing("ana")).await.unwrap();
    assert_eq!(outcome.options, [option("Ana Lima", "conv_1001")]);
    let request = stage.app.last();
    assert_eq!(request.path, "/slack/options");
    let payload = request.payload();
    assert_covers(&payload, &recorded("block_suggestion/modal.json"), "");
    assert_eq!(payload["value"], "ana");
    let other = stage.sandbox.submit(Submit {
        who: "maya".to_owned(),
        view_id: id.clone(),
        values: serde_json::from_value(json!({"conversation": {"find": "conv_1002"}})).unwrap(),
    });
    assert!(other.await.is_err());
    stage.submit(&id, json!({"conversation": {"find": "conv_1001"}})).await;
    let chosen = stage.app.last().payload()["view"]["state"]["values"]["conversation"]["find"].clone();
    assert_eq!(chosen["selected_option"]["value"], "conv_1001");
}

#[tokio::test]
async fn a_menu_in_a_message_is_asked_for_with_its_channel() {
    let stage = Stage::set().await;
    let search = json!({"type": "external_select", "action_id": "find"});
    let ts = stage.post(json!([actions(&[search])])).await;
    let typing = Typing {
        who: "maya".to_owned(),
        channel: Some("front-desk".to_owned()),
        message_ts: Some(ts),
        action_id: "find".to_owned(),
        value: "ana".to_owned(),
        ..Typing::default()
    };
    for (reply, error) in [
        (json!({"options": vec![option("A", "a"); 101]}), "too many items [json-pointer:/options]"),
        (
            json!({"options": [option(&"x".repeat(76), "a")]}),
            "no more than 75 characters allowed [json-pointer:/options/0/text/text]",
        ),
        (json!({}), "exactly one of options and option_groups is required [json-pointer:]"),
        (json!({"options": [], "x": 1}), "unknown field: x [json-pointer:/x]"),
    ] {
        stage.app.answers(Reply::Json(reply));
        assert_eq!(stage.sandbox.options(typing.clone()).await.unwrap().error.unwrap(), error);
    }
    assert_covers(&stage.app.last().payload(), &recorded("block_suggestion/message.json"), "");
}

#[tokio::test]
async fn shortcuts_have_slacks_fields() {
    let stage = Stage::set().await;
    let global = Shortcut { who: "maya".to_owned(), callback_id: "assign".to_owned(), ..Shortcut::default() };
    stage.sandbox.shortcut(global.clone()).await.unwrap();
    let mut theirs = recorded("shortcut/global.json");
    // Recorded in an organization, where there is no team.
    theirs["enterprise"] = Value::Null;
    assert_covers(&stage.app.last().payload(), &theirs, "");
    let ts = stage.post(json!([section("Hi")])).await;
    let on_message = Shortcut { channel: Some("front-desk".to_owned()), message_ts: Some(ts), ..global };
    stage.sandbox.shortcut(on_message).await.unwrap();
    assert_covers(&stage.app.last().payload(), &recorded("message_action/basic.json"), "");
}

#[tokio::test]
async fn events_have_slacks_envelope() {
    let stage = Stage::set().await;
    stage.granted("views.publish", json!({"user_id": "U0ZOE", "view": home("Hi")})).await;
    stage.sandbox.event(json!({"type": "app_home_opened", "user": "zoe"})).await.unwrap();
    let request = stage.app.last();
    assert!(request.genuine);
    assert_eq!(
        (request.path.as_str(), &request.headers["content-type"]),
        ("/slack/events", &"application/json".parse().unwrap())
    );
    let envelope = request.json();
    assert_covers(&envelope, &recorded("events/app_home_opened_home_with_view.json"), "");
    assert_eq!(envelope["authorizations"][0]["user_id"], "U0BOT");
    assert_eq!(envelope["event"]["channel"], "D0ZOE");

    stage.sandbox.event(json!({"type": "user_change", "user": "zoe"})).await.unwrap();
    let event = stage.app.last().json()["event"].clone();
    assert_covers(&event, &recorded("events/user_change_inner_docs.json"), "");
    assert_eq!(event["user"]["profile"]["email"], "zoe@acme.example");

    stage.sandbox.event(json!({"type": "app_uninstalled"})).await.unwrap();
    assert_eq!(stage.app.last().json()["event"], json!({"type": "app_uninstalled"}));
}

#[tokio::test]
async fn an_address_is_verified_by_its_echo() {
    let stage = Stage::set().await;
    let verification = || stage.sandbox.event(json!({"type": "url_verification"}));
    assert_eq!(verification().await.unwrap().error.as_deref(), Some("challenge_failed"));
    stage.app.answers(Reply::Text("sandbox-challenge"));
    assert_eq!(verification().await.unwrap().error, None);
    stage.app.answers(Reply::Json(json!({"challenge": "sandbox-challenge"})));
    assert_eq!(verification().await.unwrap().error, None);
}

#[tokio::test]
async fn an_event_that_fails_comes_once_more_at_once() {
    let stage = Stage::set().await;
    stage.app.answers(Reply::Status(500));
    let outcome = stage.sandbox.event(json!({"type": "user_change", "user": "zoe"})).await.unwrap();
    assert_eq!(outcome.error, None);
    let received = stage.app.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].body, received[1].body);
    assert_eq!(received[1].headers["x-slack-retry-num"], "1");
    assert_eq!(received[1].headers["x-slack-retry-reason"], "http_error");
}

#[tokio::test]
async fn deliveries_can_be_doubled() {
    let stage = Stage::set().await;
    stage.sandbox.world(|world| world.faults.slack.deliver_twice = true);
    stage.slash("maya", "/dialnote").await;
    let received = stage.app.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].body, received[1].body);
    assert!(received[1].genuine);
    assert_eq!(stage.sandbox.world(|world| world.deliveries.total()), 2);
}

/// An app that outlives the sandbox must not take a new request for an old one.
#[tokio::test]
async fn another_run_has_other_names_for_what_happens_once() {
    let stage = Stage::set().await;
    let first = stage.slash("maya", "/x").await;
    stage.wait(1);
    let again = Sandbox::start(Options {
        listen: "127.0.0.1:0".parse().unwrap(),
        clock: (&Clock::Manual(stage.clock.clone())).into(),
        bot_url: Some(stage.app.url.clone()),
        secrets: Secrets::fixed(),
        scopes: every_scope(),
    });
    let second = again.await.unwrap().slash("maya", "front-desk", "/x").await.unwrap();
    assert_ne!(first.trigger_id, second.trigger_id);
}
