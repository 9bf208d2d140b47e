//! Answers that are not the service's own, late effects, and random failures.

use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::stage::Stage;

/// An answer as received; its body ends where the connection broke.
struct Heard {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
    whole: bool,
}

impl Heard {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

async fn heard(request: reqwest::RequestBuilder) -> Heard {
    let mut answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let mut heard = Heard { status, headers, body: Vec::new(), whole: false };
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => heard.body.extend_from_slice(&chunk),
            Ok(None) => return Heard { whole: true, ..heard },
            Err(_) => return heard,
        }
    }
}

impl Stage {
    async fn misfortune(&self, faults: Value) {
        let (status, told) = self.control("faults", faults).await;
        assert_eq!(status, 200, "{told}");
    }

    /// Assigns Ana Lima's conversation to Zoe.
    async fn assigning(&self) -> Heard {
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let request = client.patch(self.url("/dialnote/api/v1/conversations/conv_1001"));
        let request = request.bearer_auth(self.sandbox.credentials().dialnote_api_key);
        heard(request.json(&json!({"assignedToId": "mem_zoe"}))).await
    }

    async fn posting(&self) -> Heard {
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let request = client.post(self.url("/slack/api/chat.postMessage")).bearer_auth(&self.token);
        heard(request.form(&[("channel", "C0FRONT"), ("text", "Hi")])).await
    }

    fn is_zoes(&self) -> bool {
        self.sandbox.world(|world| world.dialnote.conversation("conv_1001").unwrap().assigned_to.is_some())
    }
}

/// Answers whether an answer has this odd form, which both services may give, with its status and its mark.
fn is_odd(answer: &str, heard: &Heard) -> bool {
    match answer {
        "html" => heard.text().starts_with("<!doctype html>") && heard.header("content-type").unwrap().contains("html"),
        "empty" => heard.body.is_empty() && heard.whole,
        "cut" => heard.body.starts_with(b"{\"") && heard.json().is_none() && heard.whole,
        "torn" => heard.json().is_none() && !heard.whole,
        "not_utf8" => String::from_utf8(heard.body.clone()).is_err() && heard.body.starts_with(b"{\"\xff"),
        "huge" => heard.body.len() > 32 * 1024 * 1024 && heard.json().is_some(),
        "redirect" => heard.header("location").unwrap().ends_with("/elsewhere"),
        "unauthorized_page" => heard.header("www-authenticate").is_some() && heard.text().contains("html"),
        other => panic!("{other} is not tried"),
    }
}

#[tokio::test]
async fn an_answer_can_be_none_of_the_services() {
    for (answer, given, status) in [
        ("html", 200, 200),
        ("html", 404, 404),
        ("empty", 200, 200),
        ("empty", 204, 204),
        ("cut", 200, 200),
        ("torn", 200, 200),
        ("not_utf8", 200, 200),
        ("huge", 200, 200),
        ("redirect", 301, 301),
        ("redirect", 200, 302),
        ("unauthorized_page", 200, 401),
        ("unauthorized_page", 403, 403),
    ] {
        for after_effect in [false, true] {
            let stage = Stage::set().await;
            let failure = json!([{"answer": answer, "status": given, "after_effect": after_effect}]);
            stage.misfortune(json!({"slack.fail_next": failure, "dialnote.fail_next": failure})).await;
            for heard in [stage.assigning().await, stage.posting().await] {
                assert_eq!(heard.status, status, "{answer}");
                assert!(is_odd(answer, &heard), "{answer}: {:?}", heard.text().get(..200));
            }
            assert_eq!((stage.is_zoes(), stage.seen("maya").len()), (after_effect, usize::from(after_effect)));
            assert_eq!(stage.assigning().await.json().unwrap()["data"]["assignedToId"], "mem_zoe", "once only");
        }
    }
}

#[tokio::test]
async fn an_answer_can_be_about_something_else() {
    let stage = Stage::set().await;
    let failures = ["no_list", "empty_list", "other_conversation"]
        .map(|answer| json!({"answer": answer, "status": 200, "after_effect": true}));
    stage.misfortune(json!({"slack.fail_next": failures, "dialnote.fail_next": failures})).await;
    assert_eq!(stage.assigning().await.json().unwrap()["data"], json!({}));
    assert_eq!(stage.assigning().await.json().unwrap()["data"], json!([]));
    let other = stage.assigning().await.json().unwrap()["data"].clone();
    assert!(other["id"].is_string() && other["id"] != "conv_1001" && other["contact"].is_object(), "{other}");
    assert!(stage.is_zoes());
    assert_eq!(stage.posting().await.json().unwrap(), json!({"ok": true}));
    assert_eq!(stage.posting().await.json().unwrap()["messages"], json!([]));
    assert_eq!(stage.posting().await.json().unwrap()["channel"], "C0ELSEWHERE");
    assert_eq!(stage.seen("maya").len(), 3);
}

#[tokio::test]
async fn single_objects_may_come_in_the_variants_shape() {
    let stage = Stage::set().await;
    stage
        .misfortune(json!({"dialnote": {
            "variants": {"ids": "numbers", "envelope": "bare"},
            "fail_next": [{"answer": "other_conversation", "status": 200}],
        }}))
        .await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.get(stage.url("/dialnote/api/v1/conversations/1001"));
    let other = heard(request.bearer_auth(stage.sandbox.credentials().dialnote_api_key)).await.json().unwrap();
    assert_eq!(other["id"], 1002);
}

#[tokio::test]
async fn failures_can_last() {
    let stage = Stage::set().await;
    stage.misfortune(json!({"dialnote.fail_next": [{"method": "PATCH", "always": true, "times": 0}]})).await;
    for _ in 0..3 {
        assert_eq!(stage.assigning().await.status, 500);
    }
    stage.misfortune(json!({"reset": true})).await;
    assert_eq!(stage.assigning().await.status, 200);
}

#[tokio::test]
async fn any_retry_after_can_be_asked_for() {
    for (given, told) in [
        (json!("0"), Some("0")),
        (json!("-5"), Some("-5")),
        (json!(1.5), Some("1.5")),
        (json!(1_000_000_000), Some("1000000000")),
        (json!("Mon, 02 Mar 2026 17:00:20 GMT"), Some("Mon, 02 Mar 2026 17:00:20 GMT")),
        (json!("soon"), Some("soon")),
        (json!(""), None),
        (Value::Null, Some("1")),
    ] {
        let stage = Stage::set().await;
        let failure = json!([{"status": 429, "retry_after": given}]);
        stage.misfortune(json!({"slack.fail_next": failure, "dialnote.fail_next": failure})).await;
        for heard in [stage.assigning().await, stage.posting().await] {
            assert_eq!((heard.status, heard.header("retry-after")), (429, told));
        }
    }
    let stage = Stage::set().await;
    let (status, _) = stage.control("faults", json!({"slack.fail_next": [{"retry_after": [1]}]})).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn an_effect_can_come_after_the_client_has_gone() {
    let stage = std::sync::Arc::new(Stage::set().await);
    stage.misfortune(json!({"dialnote.effect_late_ms": 40, "slack.effect_late_ms": 40})).await;
    let calls = [
        tokio::spawn({
            let stage = stage.clone();
            async move { stage.assigning().await }
        }),
        tokio::spawn({
            let stage = stage.clone();
            async move { stage.posting().await }
        }),
    ];
    stage.sandbox.until(|world| (world.calls.total() == 2).then_some(())).await;
    calls.iter().for_each(tokio::task::JoinHandle::abort);
    assert!(!stage.is_zoes() && stage.seen("maya").is_empty());
    stage.sandbox.until(|world| world.calls.iter().all(|call| call.acted).then_some(())).await;
    assert!(stage.is_zoes() && stage.seen("maya").len() == 1);
    let whole = stage.assigning().await.json().unwrap();
    assert_eq!(whole["data"]["assignedToId"], "mem_zoe", "the answer waits for the effect");
}

#[tokio::test]
async fn a_refused_call_can_have_its_effect_later() {
    let stage = Stage::set().await;
    let failure = json!([{"status": 503, "effect_late_ms": 30}]);
    stage.misfortune(json!({"dialnote.fail_next": failure, "slack.fail_next": failure})).await;
    assert_eq!((stage.assigning().await.status, stage.is_zoes()), (503, false));
    assert_eq!((stage.posting().await.status, stage.seen("maya").len()), (503, 0));
    stage.sandbox.until(|world| world.calls.iter().all(|call| call.acted).then_some(())).await;
    assert!(stage.is_zoes() && stage.seen("maya").len() == 1);
}

#[tokio::test]
async fn a_share_of_the_calls_goes_wrong_the_same_way_every_time() {
    let tried = async |seed: u64, share: u8| {
        let stage = Stage::set().await;
        let odd = json!({"odd_share": share, "share_seed": seed});
        stage.misfortune(json!({"dialnote": odd, "slack": odd})).await;
        let mut statuses = Vec::new();
        for _ in 0..30 {
            let (changed, posted) = (stage.assigning().await, stage.posting().await);
            statuses.push((changed.status, changed.body.len(), posted.status, posted.json().is_some()));
        }
        let taken = statuses.iter().filter(|one| one.2 != 429).count();
        let seen = stage.seen("maya").len();
        assert!((taken / 2..=taken).contains(&seen), "{seen} of {taken} have their effect: {statuses:?}");
        statuses
    };
    let odd = |statuses: &[(u16, usize, u16, bool)]| statuses.iter().filter(|one| one.0 != 200 || !one.3).count();
    assert_eq!(odd(&tried(1, 0).await), 0);
    let first = tried(1, 30).await;
    assert!((5..25).contains(&odd(&first)), "{first:?}");
    assert_eq!(first, tried(1, 30).await);
    assert_ne!(first, tried(2, 30).await);
    assert!(odd(&tried(1, 100).await) >= 25);
}

#[tokio::test]
async fn a_share_of_the_calls_is_late() {
    let stage = Stage::set().await;
    let slow = json!({"slow_share": 50, "slow_share_ms": 5, "share_seed": 3});
    stage.misfortune(json!({"dialnote": slow, "slack": slow})).await;
    let mut late = [0, 0];
    for _ in 0..20 {
        for (which, answer) in [stage.assigning().await, stage.posting().await].into_iter().enumerate() {
            assert_eq!(answer.status, 200);
            let took = stage.sandbox.world(|world| world.calls.iter().last().unwrap().duration_ms);
            late[which] += usize::from(took > 0);
        }
    }
    assert!(late.iter().all(|late| *late >= 4), "{late:?}");
}

#[tokio::test]
async fn frameworks_send_the_token_and_the_workspace_with_every_call() {
    let stage = Stage::set().await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let call = async |method: &str, with: &[(&str, &str)]| {
        let fields: Vec<(&str, &str)> = [("token", stage.token.as_str())].into_iter().chain(with.to_vec()).collect();
        let request = client.post(stage.url(&format!("/slack/api/{method}"))).form(&fields);
        heard(request).await.json().unwrap()
    };
    assert_eq!(call("auth.test", &[]).await["error"], "not_authed");
    let posted = || call("chat.postMessage", &[("channel", "C0FRONT"), ("text", "Hi"), ("team_id", "T0ACME")]);
    stage.misfortune(json!({"slack.lenient_arguments": true})).await;
    assert_eq!(call("auth.test", &[]).await["ok"], true);
    assert_eq!(posted().await["ok"], true);
    assert_eq!(call("auth.test", &[("x", "1")]).await["error"], "invalid_arguments", "nothing else is taken");
    assert_eq!(stage.slack("auth.test", json!({"token": "xoxb-other"})).await["ok"], true, "the header counts");
    let wrong = client.post(stage.url("/slack/api/auth.test")).form(&[("token", "xoxb-wrong")]);
    assert_eq!(heard(wrong).await.json().unwrap()["error"], "invalid_auth");
}
