//! The faults that can be switched on.

use std::time::Duration;

use dialnote_sandbox::{DialnoteFailure, Hang, Service, SlackFailure};
use serde_json::{Value, json};

use crate::stage::Stage;

const POST: &str = "chat.postMessage";

fn message() -> Value {
    json!({"channel": "C0FRONT", "text": "Hi"})
}

fn to_zoe() -> Value {
    json!({"assignedToId": "mem_zoe"})
}

impl Stage {
    fn owner(&self) -> Option<String> {
        self.sandbox.world(|world| world.dialnote.conversation("conv_1001").unwrap().assigned_to.clone())
    }

    async fn assign(&self) -> (u16, Value) {
        self.dialnote("PATCH", "/conversations/conv_1001", to_zoe()).await
    }

    /// Lets everything else run until `done`.
    async fn until(&self, done: impl Fn() -> bool) {
        while !done() {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn services_can_be_down() {
    let stage = Stage::set().await;
    stage.sandbox.world(|world| {
        world.faults.slack.down = true;
        world.faults.dialnote.down = true;
    });
    assert_eq!(stage.send(stage.http.post(stage.url("/slack/api/auth.test"))).await.0, 503);
    assert_eq!(stage.assign().await.0, 503);
    assert_eq!(stage.owner(), None);
}

#[tokio::test]
async fn services_can_be_rate_limited() {
    let stage = Stage::set().await;
    stage.sandbox.world(|world| {
        world.faults.slack.rate_limited.insert(POST.to_owned(), 30);
        world.faults.dialnote.rate_limited = Some(7);
    });
    let limited =
        stage.http.post(stage.url("/slack/api/chat.postMessage")).bearer_auth(&stage.token).send().await.unwrap();
    assert_eq!((limited.status().as_u16(), &limited.headers()["retry-after"]), (429, &"30".parse().unwrap()));
    assert_eq!(limited.json::<Value>().await.unwrap(), json!({"ok": false, "error": "ratelimited"}));
    stage.granted("auth.test", json!({})).await;
    let url = stage.url("/dialnote/api/v1/team/members");
    let limited = stage.http.get(url).send().await.unwrap();
    assert_eq!((limited.status().as_u16(), &limited.headers()["retry-after"]), (429, &"7".parse().unwrap()));
}

#[tokio::test]
async fn some_calls_can_fail_with_or_without_effect() {
    let stage = Stage::set().await;
    stage.sandbox.world(|world| {
        world.faults.slack.fail_next.push(SlackFailure {
            method: "chat.".to_owned(),
            error: "fatal_error".to_owned(),
            times: 2,
            after_effect: true,
            ..SlackFailure::default()
        });
        world.faults.dialnote.fail_next.push(DialnoteFailure {
            method: "POST".to_owned(),
            path: "/notes".to_owned(),
            status: 502,
            ..DialnoteFailure::default()
        });
    });
    stage.granted("auth.test", json!({})).await;
    for _ in 0..2 {
        assert_eq!(stage.refused(POST, message()).await, "fatal_error");
    }
    stage.granted(POST, message()).await;
    assert_eq!(stage.seen("maya").len(), 3, "fatal_error may have had its effect");
    let note = |content: &str| json!({"content": content});
    assert_eq!(stage.assign().await.0, 200);
    assert_eq!(stage.dialnote("POST", "/conversations/conv_1001/notes", note("a")).await.0, 502);
    assert_eq!(stage.dialnote("POST", "/conversations/conv_1001/notes", note("b")).await.0, 201);
}

#[tokio::test]
async fn messages_to_one_person_can_be_refused() {
    for name in ["zoe", "@zoe", "U0ZOE", "D0ZOE"] {
        let stage = Stage::set().await;
        stage.granted("conversations.open", json!({"users": "U0ZOE"})).await;
        stage.sandbox.world(|world| {
            world.faults.slack.fail_next.push(SlackFailure {
                channel: Some(name.to_owned()),
                error: "user_disabled".to_owned(),
                always: true,
                ..SlackFailure::default()
            });
        });
        for _ in 0..2 {
            assert_eq!(stage.refused("conversations.open", json!({"users": "U0ZOE"})).await, "user_disabled");
            let direct = stage.slack(POST, json!({"channel": "D0ZOE", "text": "Hi"})).await;
            assert_eq!(direct["error"], "user_disabled", "{name}");
            stage.granted("conversations.open", json!({"users": "U0LEO"})).await;
            stage.granted(POST, message()).await;
        }
    }
}

#[tokio::test]
async fn messages_to_one_channel_can_be_refused_a_few_times() {
    for name in ["C0BILLING", "billing", "#billing"] {
        let stage = Stage::set().await;
        let patch = json!({"slack": {"fail_next": [{"method": "chat.", "channel": name, "error": "not_in_channel"}]}});
        assert_eq!(stage.control("faults", patch).await.0, 200);
        stage.granted(POST, message()).await;
        let billing = || json!({"channel": "C0BILLING", "text": "Hi"});
        assert_eq!(stage.refused(POST, billing()).await, "not_in_channel", "{name}");
        stage.granted(POST, billing()).await;
    }
}

#[tokio::test]
async fn writes_can_be_too_many() {
    let stage = Stage::set().await;
    let fails = |retry_after| DialnoteFailure {
        method: "PATCH|POST".to_owned(),
        status: 429,
        retry_after,
        after_effect: true,
        ..DialnoteFailure::default()
    };
    stage.sandbox.world(|world| world.faults.dialnote.fail_next.extend([fails(None), fails(Some("20".to_owned()))]));
    let wait = async |method: &str, path: &str, body: Value| {
        let key = stage.sandbox.credentials().dialnote_api_key;
        let url = stage.url(&format!("/dialnote/api/v1/conversations/conv_1001{path}"));
        let request = stage.http.request(method.parse().unwrap(), url).bearer_auth(key);
        let request = request.header("content-type", "application/json").body(body.to_string());
        request.send().await.unwrap().headers().get("retry-after").map(|wait| wait.to_str().unwrap().to_owned())
    };
    assert_eq!(stage.dialnote("GET", "/conversations/conv_1001", Value::Null).await.0, 200, "it is no write");
    assert_eq!(wait("PATCH", "", to_zoe()).await.as_deref(), Some("1"));
    assert_eq!(stage.owner().as_deref(), Some("mem_zoe"), "it had its effect");
    assert_eq!(wait("POST", "/notes", json!({"content": "a"})).await.as_deref(), Some("20"));
    assert_eq!(wait("POST", "/notes", json!({"content": "b"})).await, None);
}

#[tokio::test]
async fn a_request_can_hang_before_or_after_its_effect() {
    for after_effect in [false, true] {
        let stage = std::sync::Arc::new(Stage::set().await);
        let hang =
            Hang { service: Service::Dialnote, method: "PATCH".to_owned(), path: "conv_1001".to_owned(), after_effect };
        stage.sandbox.world(|world| world.faults.hang_next.push(hang));
        let waiting = tokio::spawn({
            let stage = stage.clone();
            async move { stage.assign().await }
        });
        stage.sandbox.hung().await;
        assert_eq!(stage.owner().is_some(), after_effect);
        assert!(!waiting.is_finished());
        waiting.abort();
        let unanswered = stage.sandbox.world(|world| world.calls.iter().last().unwrap().status);
        assert_eq!(unanswered, None);
        stage.sandbox.release();
        stage.sandbox.until(|world| world.calls.iter().all(|call| call.acted).then_some(())).await;
        assert!(stage.owner().is_some(), "it has its effect although the client has gone");
        assert_eq!(stage.assign().await.0, 200, "only one request hangs");
    }
}

#[tokio::test]
async fn slack_hangs_too() {
    let stage = std::sync::Arc::new(Stage::set().await);
    let hang =
        Hang { service: Service::Slack, method: "chat.post".to_owned(), path: String::new(), after_effect: true };
    stage.sandbox.world(|world| world.faults.hang_next.push(hang));
    let waiting = tokio::spawn({
        let stage = stage.clone();
        async move { stage.slack(POST, message()).await }
    });
    stage.sandbox.hung().await;
    assert_eq!(stage.seen("maya"), ["Hi"]);
    waiting.abort();
}

#[tokio::test]
async fn an_answer_can_be_late_though_the_effect_is_there() {
    let stage = std::sync::Arc::new(Stage::set().await);
    stage.sandbox.world(|world| world.faults.dialnote.answer_late_ms = 3_600_000);
    let waiting = tokio::spawn({
        let stage = stage.clone();
        async move { stage.assign().await }
    });
    stage.until(|| stage.owner().is_some()).await;
    assert!(!waiting.is_finished());
    waiting.abort();
}

#[tokio::test]
async fn a_slow_service_does_nothing_for_a_client_that_gives_up() {
    let stage = std::sync::Arc::new(Stage::set().await);
    stage.sandbox.world(|world| world.faults.dialnote.slow_ms = 3_600_000);
    let waiting = tokio::spawn({
        let stage = stage.clone();
        async move { stage.assign().await }
    });
    stage.until(|| stage.sandbox.world(|world| world.calls.total() == 1)).await;
    waiting.abort();
    assert_eq!(stage.owner(), None);
}

#[tokio::test]
async fn slowness_passes() {
    let stage = Stage::set().await;
    stage.sandbox.world(|world| world.faults.slack.slow_ms = 20);
    let began = std::time::Instant::now();
    stage.granted("auth.test", json!({})).await;
    assert!(began.elapsed() >= Duration::from_millis(20));
}

#[tokio::test]
async fn calls_are_recorded_in_order_with_what_came_of_them() {
    let stage = Stage::set().await;
    stage.slack(POST, json!({"channel": "C0NONE", "text": "Hi"})).await;
    let notes = stage.http.post(stage.url("/dialnote/api/v1/conversations/conv_1001/notes"));
    let key = stage.sandbox.credentials().dialnote_api_key;
    let notes = notes.bearer_auth(key).header("idempotency-key", "job-7").json(&json!({"content": "x"}));
    notes.send().await.unwrap();
    stage.sandbox.world(|world| {
        let calls: Vec<_> = world.calls.iter().collect();
        assert_eq!((calls[0].service, calls[0].method.as_str()), (Service::Slack, POST));
        assert_eq!((calls[0].status, calls[0].error.as_deref()), (Some(200), Some("channel_not_found")));
        assert_eq!(calls[0].body, json!({"channel": "C0NONE", "text": "Hi"}));
        assert_eq!(calls[0].authorization, "xoxb-san…");
        assert_eq!((calls[1].method.as_str(), calls[1].path.as_str()), ("POST", "/conversations/conv_1001/notes"));
        assert_eq!((calls[1].status, calls[1].idempotency_key.as_deref()), (Some(201), Some("job-7")));
        assert_eq!(world.calls.total(), 2);
    });
}
