//! Socket Mode: addresses for one connection, envelopes in Slack's shapes, and complaints about acknowledgements that
//! Slack would not accept.

use std::collections::HashMap;

use dialnote_sandbox::{Outcome, World};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::deliveries::assert_covers;
use crate::stage::{Stage, actions, button, input, modal, text_input};

/// The app's end of a connection.
struct Line(WebSocketStream<TcpStream>);

impl Line {
    /// Returns the next frame that is not a ping.
    async fn next(&mut self) -> Value {
        loop {
            match self.0.next().await.expect("an open connection").unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    async fn say(&mut self, words: &str) {
        self.0.send(Message::text(words)).await.unwrap();
    }

    /// Acknowledges the next envelope with the given fields beside its id, and returns it.
    async fn acknowledge(&mut self, with: Value) -> Value {
        let envelope = self.next().await;
        let mut ack = with;
        ack["envelope_id"] = envelope["envelope_id"].clone();
        self.say(&ack.to_string()).await;
        envelope
    }

    /// Resolves when Slack has closed it.
    async fn closed(mut self) {
        while let Some(Ok(_)) = self.0.next().await {}
    }
}

/// Sets a stage with Socket Mode on.
async fn set() -> Stage {
    let stage = Stage::set().await;
    stage.sandbox.world(|world| world.sockets.switch(true));
    stage
}

/// Requests a new address.
async fn address(stage: &Stage) -> String {
    let answer = open(stage, &stage.sandbox.credentials().slack_app_token).await;
    assert_eq!(answer["ok"], true, "{answer}");
    answer["url"].as_str().unwrap().to_owned()
}

async fn open(stage: &Stage, token: &str) -> Value {
    let request = stage.http.post(stage.url("/slack/api/apps.connections.open")).bearer_auth(token);
    request.send().await.unwrap().json().await.unwrap()
}

async fn dial(stage: &Stage, address: &str) -> Option<Line> {
    let stream = TcpStream::connect(stage.sandbox.addr()).await.unwrap();
    client_async(address, stream).await.ok().map(|(stream, _)| Line(stream))
}

/// Opens a connection and waits for its greeting.
async fn connect(stage: &Stage) -> Line {
    let mut line = dial(stage, &address(stage).await).await.expect("an address that is good once");
    assert_eq!(line.next().await["type"], "hello");
    line
}

/// Returns the outcome of an action while the app acknowledges it in this way.
async fn acknowledging(line: &mut Line, with: Value, happens: impl Future<Output = Outcome>) -> (Value, Outcome) {
    tokio::join!(line.acknowledge(with), happens)
}

fn recorded(name: &str) -> Value {
    let path = format!("{}/tests/fixtures/slack/socket_mode/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn complaints(world: &mut World) -> Vec<String> {
    std::mem::take(&mut world.sockets.complaints)
}

#[tokio::test]
async fn only_the_apps_own_token_opens_connections_and_nothing_else() {
    let stage = set().await;
    let credentials = stage.sandbox.credentials();
    for (token, error) in [(credentials.slack_bot_token.as_str(), "not_allowed_token_type"), ("xapp-x", "invalid_auth")]
    {
        assert_eq!(open(&stage, token).await, json!({"ok": false, "error": error}));
    }
    let bare = stage.http.post(stage.url("/slack/api/apps.connections.open")).send().await.unwrap();
    assert_eq!(bare.json::<Value>().await.unwrap()["error"], "not_authed");
    let with_arguments = stage.http.post(stage.url("/slack/api/apps.connections.open"));
    let with_arguments = with_arguments.bearer_auth(&credentials.slack_app_token);
    let with_arguments = with_arguments.form(&HashMap::from([("token", &credentials.slack_app_token)]));
    let answer: Value = with_arguments.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["error"], "invalid_arguments");
    let test = stage.http.post(stage.url("/slack/api/auth.test")).bearer_auth(&credentials.slack_app_token);
    assert_eq!(test.send().await.unwrap().json::<Value>().await.unwrap()["error"], "not_allowed_token_type");
}

#[tokio::test]
async fn an_address_is_good_once_and_soon() {
    let stage = set().await;
    let address_of_one = address(&stage).await;
    let mut line = dial(&stage, &address_of_one).await.unwrap();
    assert_covers(&line.next().await, &recorded("hello"), "hello");
    assert!(dial(&stage, &address_of_one).await.is_none(), "it was used");
    let late = address(&stage).await;
    stage.wait(31);
    assert!(dial(&stage, &late).await.is_none(), "it is old");
}

#[tokio::test]
async fn envelopes_have_slacks_shapes_and_nothing_is_posted() {
    let stage = set().await;
    let mut line = connect(&stage).await;
    let typed = stage.slash("maya", "/assign @zoe conv_1001");
    let (envelope, outcome) = acknowledging(&mut line, json!({}), typed).await;
    assert_covers(&envelope, &recorded("slash_commands"), "slash");
    assert_eq!((envelope["payload"]["text"].as_str(), outcome.status), (Some("<@U0ZOE> conv_1001"), Some(200)));
    assert_eq!(envelope["accepts_response_payload"], true);
    let ts = stage.post(json!([actions(&[button("a", "v")])])).await;
    let (envelope, _) = acknowledging(&mut line, json!({}), stage.click("maya", &ts, "a")).await;
    assert_covers(&envelope, &recorded("interactive_block_actions"), "click");
    assert_eq!(envelope["accepts_response_payload"], false);
    let opened = async { stage.sandbox.event(json!({"type": "app_home_opened", "user": "maya"})).await.unwrap() };
    let (envelope, _) = acknowledging(&mut line, json!({}), opened).await;
    let mut expected = recorded("events_api_message");
    for only_of_messages in ["client_msg_id", "text", "ts", "team", "channel_type"] {
        expected["payload"]["event"].as_object_mut().unwrap().remove(only_of_messages);
    }
    expected["payload"].as_object_mut().unwrap().remove("event_context");
    assert_covers(&envelope, &expected, "event");
    assert_eq!((&envelope["retry_attempt"], &envelope["retry_reason"]), (&json!(0), &json!("")));
    assert!(stage.app.received().is_empty());
    assert!(stage.sandbox.event(json!({"type": "url_verification"})).await.is_err());
}

#[tokio::test]
async fn an_acknowledgement_may_say_what_an_answer_says() {
    let stage = set().await;
    let mut line = connect(&stage).await;
    let said = json!({"payload": {"text": "Only you"}});
    acknowledging(&mut line, said, stage.slash("maya", "/dialnote help")).await;
    assert_eq!(stage.seen("maya"), ["Only you"]);
    let opens = async {
        let envelope = line.acknowledge(json!({})).await;
        envelope["payload"]["trigger_id"].as_str().unwrap().to_owned()
    };
    let (trigger_id, _) = tokio::join!(opens, stage.slash("maya", "/dialnote"));
    let view = modal(&[input("name", &text_input())]);
    let opened = stage.granted("views.open", json!({"trigger_id": trigger_id, "view": view})).await;
    let view_id = opened["view"]["id"].as_str().unwrap();
    let wrong = json!({"payload": {"response_action": "errors", "errors": {"name": "Not that one."}}});
    let submitted = stage.submit(view_id, json!({"name": {"typed": "x"}}));
    let (envelope, outcome) = acknowledging(&mut line, wrong, submitted).await;
    assert_eq!(envelope["accepts_response_payload"], true);
    assert_eq!(outcome.field_errors["name"], "Not that one.");
    let submitted = stage.submit(view_id, json!({"name": {"typed": "y"}}));
    acknowledging(&mut line, json!({"payload": {}}), submitted).await;
    assert!(stage.sandbox.world(|world| world.modals.is_empty()), "an empty payload is none");
}

#[tokio::test]
async fn invalid_acknowledgements_are_complained_of() {
    let stage = set().await;
    let mut line = connect(&stage).await;
    let ts = stage.post(json!([actions(&[button("a", "v")])])).await;
    let with_words = json!({"payload": {"text": "no"}});
    let (_, outcome) = acknowledging(&mut line, with_words, stage.click("maya", &ts, "a")).await;
    assert_eq!((outcome.status, outcome.body.as_str()), (Some(200), ""), "the words are ignored");
    let with_more = json!({"payload": {"text": "Hi"}, "status": 200});
    let late = stage.slash("maya", "/dialnote help");
    let more = async {
        let envelope = line.acknowledge(with_more).await;
        line.say(&json!({"envelope_id": envelope["envelope_id"]}).to_string()).await;
        line.say(&json!({"envelope_id": envelope["envelope_id"]}).to_string()).await;
        line.say("ok").await;
        line.say("{}").await;
    };
    tokio::join!(more, late);
    let five = |world: &mut World| (world.sockets.complaints.len() == 5).then(|| complaints(world));
    let complaints = stage.sandbox.until(five).await;
    let expected = ["takes no payload", "unknown field", "nothing waits for", "no JSON object", "without envelope_id"];
    assert!(complaints.iter().zip(expected).all(|(complaint, words)| complaint.contains(words)), "{complaints:?}");
}

#[tokio::test]
async fn an_event_that_was_not_acknowledged_comes_again_by_another_connection() {
    let stage = set().await;
    let mut lines = [Some(connect(&stage).await), Some(connect(&stage).await)];
    let mut event = Box::pin(stage.sandbox.event(json!({"type": "app_home_opened", "user": "maya"})));
    let first = tokio::select! {
        _ = &mut event => panic!("nobody has acknowledged it"),
        number = stage.sandbox.until(|world| world.deliveries.iter().next_back().map(|one| one.url.clone())) => number,
    };
    let by = usize::from(first != "socket 1");
    let mut broken = lines[by].take().unwrap();
    let lost = broken.next().await;
    drop(broken);
    let mut other = lines[1 - by].take().unwrap();
    let (again, outcome) = tokio::join!(other.acknowledge(json!({})), event);
    assert_eq!(outcome.unwrap().status, Some(200));
    assert_eq!(again["payload"]["event_id"], lost["payload"]["event_id"]);
    assert_eq!((&again["retry_attempt"], &again["retry_reason"]), (&json!(1), &json!("connection_failed")));
}

#[tokio::test]
async fn a_command_fails_without_a_connection_and_when_it_ends() {
    let stage = set().await;
    let outcome = stage.slash("maya", "/dialnote help").await;
    assert_eq!((outcome.status, outcome.error.as_deref()), (None, Some("dispatch_failed")));
    let mut line = connect(&stage).await;
    let ends = async {
        line.next().await;
        drop(line);
    };
    let (outcome, ()) = tokio::join!(stage.slash("maya", "/dialnote help"), ends);
    assert_eq!((outcome.status, outcome.error.as_deref()), (None, Some("dispatch_failed")));
}

#[tokio::test]
async fn there_are_ten_connections_at_most() {
    let stage = set().await;
    let mut lines = Vec::new();
    for _ in 0..10 {
        lines.push(connect(&stage).await);
    }
    let mut eleventh = dial(&stage, &address(&stage).await).await.unwrap();
    assert_eq!(eleventh.next().await["reason"], "too_many_websockets");
    eleventh.closed().await;
    assert_eq!(stage.sandbox.world(|world| world.sockets.open().len()), 10);
}

#[tokio::test]
async fn it_says_why_it_wants_a_connection_no_more() {
    let stage = set().await;
    let mut line = connect(&stage).await;
    for reason in ["warning", "refresh_requested"] {
        let asked = json!({"disconnect": reason});
        let (status, told) = stage.send(stage.http.post(stage.url("/_sandbox/sockets")).json(&asked)).await;
        assert_eq!((status, told), (200, json!({"on": true, "open": [1]})), "it still receives");
        assert_covers(&line.next().await, &recorded(&format!("disconnect_{reason}")), reason);
    }
    stage.send(stage.http.post(stage.url("/_sandbox/sockets")).json(&json!({"on": false}))).await;
    assert_covers(&line.next().await, &recorded("disconnect_link_disabled"), "off");
    let mut another = dial(&stage, &address(&stage).await).await.unwrap();
    assert_eq!(another.next().await["reason"], "link_disabled");
    let (_, told) = stage.send(stage.http.post(stage.url("/_sandbox/sockets")).json(&json!({"cut": true}))).await;
    assert_eq!(told["on"], false);
    line.closed().await;
}
