//! The protocol by which assistants in Slack call the app's tools.

use std::fs;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::requests::{JSON, post_signed, request};
use crate::support::{ANA, Bot, product};

const PATH: &str = "/mcp";

/// Posts a message of the protocol, signed, and returns status and answer.
async fn post(bot: &Bot, body: &str) -> (u16, Value) {
    let response = post_signed(bot, PATH, JSON, body).await;
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() })
}

fn recorded(name: &str) -> String {
    fs::read_to_string(format!("tests/fixtures/slack/mcp/{name}.json")).unwrap()
}

/// Returns the answer to a call that is worked on.
async fn called(bot: &Bot, body: &str) -> Value {
    let work = async {
        loop {
            bot.stored().await;
            bot.settle().await;
        }
    };
    tokio::select! {
        (_, answer) = post(bot, body) => answer,
        () = work => unreachable!("it goes on"),
    }
}

fn call(params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params }).to_string()
}

fn by_maya(tool: &str, arguments: &Value) -> String {
    let meta = json!({ "slack": { "user_id": "U0MAYA", "team_id": "T0ACME" } });
    call(&json!({ "name": tool, "arguments": arguments, "_meta": meta }))
}

fn text(answer: &Value) -> &str {
    answer["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{answer}"))
}

#[tokio::test]
async fn recorded_payloads_are_accepted() {
    product(async |bot| {
        bot.look().await;
        let (status, begun) = post(bot, &recorded("initialize")).await;
        assert_eq!((status, &begun["id"], &begun["result"]["protocolVersion"]), (200, &json!(0), &json!("2025-06-18")));
        let (_, listed) = post(bot, &recorded("tools_list")).await;
        let names: Vec<_> = listed["result"]["tools"].as_array().unwrap().iter().map(|tool| &tool["name"]).collect();
        assert_eq!(names.len(), 12, "{names:?}");
        let found = called(bot, &recorded("tools_call_find")).await;
        assert!(text(&found).starts_with("> 2 matches for “Ana”"), "{found}");
        let (_, nobodys) = post(bot, &recorded("tools_call_nobody")).await;
        assert_eq!((&nobodys["id"], &nobodys["result"]["isError"]), (&json!("4"), &json!(true)));
        assert_snapshot!(text(&nobodys), @"Slack didn't say who asks, so nothing was shown or changed. Ask Slackbot in Slack.");
        // The person of this one is unknown here, which is an answer, too.
        let clicked = called(bot, &recorded("tools_call_click")).await;
        assert_eq!(clicked["result"]["isError"], true, "{clicked}");
        assert_eq!(bot.dialnote(ANA), "nobody open");
    })
    .await;
}

#[tokio::test]
async fn unknown_keys_and_nulls_change_nothing() {
    product(async |bot| {
        bot.look().await;
        let mut body: Value = serde_json::from_str(&recorded("tools_call_find")).unwrap();
        body["more"] = json!({ "a": [1] });
        body["params"]["_meta"]["slack"]["enterprise_id"] = Value::Null;
        body["params"]["_meta"]["progressToken"] = json!(3);
        body["params"]["arguments"]["page"] = Value::Null;
        let found = called(bot, &body.to_string()).await;
        assert!(text(&found).starts_with("> 2 matches for “Ana”"), "{found}");
    })
    .await;
}

#[tokio::test]
async fn only_slack_is_answered_and_only_to_posts() {
    product(async |bot| {
        let body = by_maya("take", &json!({ "conversation": ANA }));
        let unsigned = request(bot, PATH, JSON, &body).send().await.unwrap();
        assert_eq!(unsigned.status(), 401);
        assert_snapshot!(unsigned.text().await.unwrap(), @r#"{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid request"},"id":null}"#);
        let client = reqwest::Client::new();
        for method in [reqwest::Method::GET, reqwest::Method::DELETE] {
            let answer = client.request(method, format!("{}{PATH}", bot.url)).send().await.unwrap();
            assert_eq!(answer.status(), 405);
        }
        let large = by_maya("add_note", &json!({ "conversation": ANA, "note": "x".repeat(1024 * 1024) }));
        assert_eq!(post(bot, &large).await.0, 401);
        assert_eq!(bot.dialnote(ANA), "nobody open");
    })
    .await;
}

#[tokio::test]
async fn errors_are_those_of_the_protocol() {
    product(async |bot| {
        let meta = json!({ "slack": { "user_id": "U0MAYA", "team_id": "T0ACME" } });
        for (body, status, code) in [
            ("{".to_owned(), 400, -32700),
            ("[]".to_owned(), 400, -32600),
            (json!({ "jsonrpc": "2.0", "id": 1, "method": "resources/list" }).to_string(), 200, -32601),
            (call(&json!({ "_meta": meta })), 200, -32602),
            (by_maya("drop_tables", &json!({})), 200, -32602),
            (by_maya("take", &json!({})), 200, -32602),
            (by_maya("take", &json!({ "conversation": ANA, "as": "U0ZOE" })), 200, -32602),
        ] {
            let (found, answer) = post(bot, &body).await;
            assert_eq!((found, &answer["error"]["code"]), (status, &json!(code)), "{body} {answer}");
        }
        let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string();
        assert_eq!(post(bot, &initialized).await, (202, Value::Null));
        let ping = json!({ "jsonrpc": "2.0", "id": "p", "method": "ping" }).to_string();
        assert_eq!(post(bot, &ping).await, (200, json!({ "jsonrpc": "2.0", "id": "p", "result": {} })));
    })
    .await;
}

#[tokio::test]
async fn a_foreign_workspace_learns_nothing() {
    product(async |bot| {
        let meta = json!({ "slack": { "user_id": "U0MAYA", "team_id": "T0OTHER", "enterprise_id": "E0OTHER" } });
        let body = call(&json!({ "name": "list_inbox", "_meta": meta }));
        let (_, answer) = post(bot, &body).await;
        assert_eq!(answer["result"]["isError"], true);
        assert_snapshot!(text(&answer), @"This app isn't installed in this workspace. Ask an admin to install it.");
    })
    .await;
}

#[tokio::test]
async fn a_repeated_request_has_one_effect() {
    product(async |bot| {
        let body = by_maya("add_note", &json!({ "conversation": ANA, "note": "wants a call back" }));
        let first = called(bot, &body).await;
        assert_eq!(text(&first), "> Note added to Ana Lima.");
        let (_, second) = post(bot, &body).await;
        assert_snapshot!(text(&second), @"This request was accepted before, so nothing else was done. Its result was given, or follows as a direct message.");
        bot.settle().await;
        assert_eq!(bot.notes(ANA).len(), 1);
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_client_that_takes_only_events_gets_one() {
    product(async |bot| {
        let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" }).to_string();
        let now = bot.clock.now().as_second();
        let secret = bot.sandbox.credentials().signing_secret;
        let signature = dialnote_slack::platform::slack::signature::sign(&secret, now, ping.as_bytes());
        let signed = request(bot, PATH, JSON, &ping).header("x-slack-request-timestamp", now);
        let answer = signed.header("x-slack-signature", signature).header("accept", "text/event-stream");
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        let told = answer.text().await.unwrap();
        assert_eq!(told, "event: message\ndata: {\"jsonrpc\":\"2.0\",\"result\":{},\"id\":1}\n\n");
    })
    .await;
}
