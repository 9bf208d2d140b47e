//! The control API and the page, over HTTP like any other client.

use dialnote_sandbox::{Incoming, Options, Sandbox, Secrets, every_scope};
use dialnote_slack::core::clock::{Clock, ManualClock};
use serde_json::{Value, json};

use crate::stage::{Reply, Stage, actions, button, home, modal, section};

impl Stage {
    pub(crate) async fn control(&self, verb: &str, body: Value) -> (u16, Value) {
        self.send(self.http.post(self.url(&format!("/_sandbox/{verb}"))).json(&body)).await
    }

    async fn state(&self) -> Value {
        self.send(self.http.get(self.url("/_sandbox/state"))).await.1
    }
}

#[tokio::test]
async fn the_whole_way_over_http() {
    let stage = Stage::set().await;
    stage.app.answers(Reply::Text("On it."));
    let command = json!({"as": "maya", "channel": "front-desk", "text": "/assign @zoe conv_1001 wants a call back"});
    let (status, outcome) = stage.control("slash", command).await;
    assert_eq!((status, &outcome["status"], &outcome["body"]), (200, &json!(200), &json!("On it.")));
    let ts = stage.post(json!([actions(&[button("take", "conv_1001")])])).await;
    let press = json!({"as": "zoe", "channel": "front-desk", "message_ts": ts, "action_id": "take"});
    assert_eq!(stage.control("click", press).await.0, 200);
    let view_id = stage.open(modal(&[section("Hi")])).await;
    assert_eq!(stage.control("submit", json!({"as": "maya", "view_id": view_id})).await.0, 200);
    assert_eq!(stage.control("event", json!({"type": "app_home_opened", "user": "zoe"})).await.0, 200);
    assert_eq!(stage.control("shortcut", json!({"as": "zoe", "callback_id": "assign"})).await.0, 200);
    let kinds: Vec<Value> =
        stage.state().await["deliveries"].as_array().unwrap().iter().map(|d| d["kind"].clone()).collect();
    let expected =
        ["slash_command", "block_actions", "slash_command", "view_submission", "app_home_opened", "shortcut"];
    assert_eq!(kinds, expected);
}

#[tokio::test]
async fn impossible_and_misspelt_requests_are_explained() {
    let stage = Stage::set().await;
    for (verb, body, status, words) in [
        ("slash", json!({"as": "kim", "channel": "front-desk", "text": "/x"}), 422, "there is no kim"),
        ("slash", json!({"as": "maya", "channel": "front-desk", "txt": "/x"}), 400, "unknown field `txt`"),
        ("click", json!({"as": "maya", "action_id": "x"}), 422, "name either channel and message_ts, or view_id"),
        ("dance", json!({}), 404, "there is no dance here"),
        ("faults", json!({"slack": {"dwn": true}}), 400, "unknown field `dwn`"),
        ("incoming", json!({"kind": "fax", "from": "+14155550999", "to": "+14155550100"}), 422, "inbound fax is not"),
        ("incoming", json!({"kind": "call", "from": "+14155550999", "to": "+14155550998"}), 422, "shared number"),
        ("event", json!({}), 422, "an event has a type"),
    ] {
        let (found, answer) = stage.control(verb, body).await;
        assert_eq!(found, status, "{answer}");
        assert!(answer["error"].as_str().unwrap().contains(words), "{answer}");
    }
    let form = stage.send(stage.http.post(stage.url("/_sandbox/faults")).form(&[("reset", "true")])).await;
    assert_eq!(form.0, 400, "no other site can send forms here");
    assert_eq!(stage.app.received().len(), 0);
}

#[tokio::test]
async fn faults_are_merged_and_reset() {
    let stage = Stage::set().await;
    let (_, faults) = stage.control("faults", json!({"slack.down": true, "slack": {"rate_limited": {"*": 3}}})).await;
    assert_eq!((&faults["slack"]["down"], &faults["slack"]["rate_limited"]), (&json!(true), &json!({"*": 3})));
    let failing = json!({"dialnote": {"fail_next": [{"method": "PATCH", "status": 502}]}});
    let (_, faults) = stage.control("faults", failing).await;
    assert_eq!((&faults["slack"]["down"], &faults["dialnote"]["fail_next"][0]["times"]), (&json!(true), &json!(1)));
    let (_, faults) = stage.control("faults", json!({"reset": true, "dialnote": {"down": true}})).await;
    assert_eq!((&faults["slack"]["down"], &faults["dialnote"]["down"]), (&json!(false), &json!(true)));
}

#[tokio::test]
async fn the_state_shows_each_person_all_they_may_see() {
    let stage = Stage::set().await;
    let parent = stage.post(json!([section("Card")])).await;
    stage.granted("chat.postMessage", json!({"channel": "C0FRONT", "text": "Line", "thread_ts": parent})).await;
    stage.granted("chat.postEphemeral", json!({"channel": "C0FRONT", "user": "U0LEO", "text": "Psst"})).await;
    stage.granted("chat.postMessage", json!({"channel": "U0ZOE", "text": "For you"})).await;
    stage.granted("views.publish", json!({"user_id": "U0ZOE", "view": home("Home")})).await;
    let view_id = stage.open(modal(&[section("Hi")])).await;
    let state = stage.state().await;
    assert_eq!(state, stage.sandbox.state());
    let front = &state["channels"][0];
    assert_eq!((&front["name"], &front["bot_is_member"]), (&json!("front-desk"), &json!(true)));
    assert_eq!(front["members"], json!(["dialnote", "leo", "maya", "sam", "zoe"]));
    assert_eq!(front["messages"][0]["replies"][0]["text"], "Line");
    assert_eq!(front["ephemerals"][0]["to"], "leo");
    assert_eq!((&state["dms"][0]["with"], &state["dms"][0]["messages"][0]["text"]), (&json!("zoe"), &json!("For you")));
    assert_eq!((&state["views"][0]["id"], &state["views"][0]["as"]), (&json!(view_id), &json!("maya")));
    assert_eq!(state["homes"][0]["as"], "zoe");
    assert_eq!(state["dialnote"]["conversations"][0]["id"], "conv_1001");
    assert_eq!(state["calls_total"], 6);
    let few = stage.send(stage.http.get(stage.url("/_sandbox/state?calls=1"))).await.1;
    assert_eq!(few["calls"].as_array().unwrap().len(), 1);
    let text = state.to_string();
    for secret in ["sandbox-signing-secret", "xoxb-sandbox-token", "dn_live_sandbox_key"] {
        assert!(!text.contains(secret), "the state is for everybody to look at");
    }
}

#[tokio::test]
async fn people_get_in_touch() {
    let stage = Stage::set().await;
    let webhook = json!({"url": format!("{}/hook", stage.app.url), "event": "call_log", "provider": "custom"});
    stage.dialnote("POST", "/api/hooks", webhook).await;
    let (_, answer) =
        stage.control("incoming", json!({"kind": "call", "from": "+1 (415) 555-0999", "to": "+1 415 555 0100"})).await;
    assert_eq!(answer, json!({"conversation": "conv_1015"}));
    let webhook = stage.app.last();
    assert_eq!(webhook.path, "/hook");
    assert!(webhook.headers.contains_key("x-dialnote-delivery-id"));
    assert_eq!(webhook.json()["call"]["from_number"], "+14155550999");
    let write = |from: &str, to: &str, text: &str| Incoming {
        kind: "sms".to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        text: Some(text.to_owned()),
        who: None,
    };
    // Julian Frost is snoozed, and his message ends the snooze.
    let id = stage.sandbox.incoming(write("+14155550114", "+14155550200", "Can I pay now?")).await.unwrap();
    stage.sandbox.world(|world| {
        let conversation = world.dialnote.conversation(&id).unwrap();
        assert_eq!((id.as_str(), conversation.status), ("conv_1014", dialnote_sandbox::Status::Open));
        assert!(!conversation.is_read && conversation.snoozed_until.is_none());
    });
    let out = stage.sandbox.incoming(write("+14155550200", "+14155550114", "Yes.")).await.unwrap();
    let direction = stage
        .sandbox
        .world(|world| world.dialnote.conversation(&out).unwrap().timeline.last().unwrap().direction.clone());
    assert_eq!((out.as_str(), direction.as_str()), ("conv_1014", "outbound"));
    assert!(stage.sandbox.incoming(write("+14155550114", "+14155550200", &"x".repeat(1601))).await.is_err());
}

#[tokio::test]
async fn it_stops_when_told_and_with_its_last_handle() {
    let options = || Options {
        listen: "127.0.0.1:0".parse().unwrap(),
        clock: (&Clock::Manual(ManualClock::at("2026-03-02T17:00:00Z".parse().unwrap()))).into(),
        bot_url: None,
        secrets: Secrets::random(),
        scopes: every_scope(),
    };
    let sandbox = Sandbox::start(options()).await.unwrap();
    let error = sandbox.slash("maya", "front-desk", "/x").await.unwrap_err();
    assert_eq!(error.0, "the app has no address yet; set one with --bot");
    let addr = sandbox.addr();
    let clone = sandbox.clone();
    drop(sandbox);
    assert!(tokio::net::TcpStream::connect(addr).await.is_ok());
    drop(clone);
    while tokio::net::TcpStream::connect(addr).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let sandbox = Sandbox::start(options()).await.unwrap();
    let addr = sandbox.addr();
    sandbox.stop();
    while tokio::net::TcpStream::connect(addr).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn pages_of_other_sites_are_kept_out() {
    let stage = Stage::set().await;
    for (origin, status) in [("https://evil.test", 403), ("null", 403), (stage.url("").as_str(), 200)] {
        let request = stage.http.post(stage.url("/_sandbox/faults")).header("origin", origin).body("{}");
        assert_eq!(stage.send(request).await.0, status, "{origin}");
    }
}
