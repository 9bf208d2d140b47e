//! Slackbot calls the app's tools, and is strict about tools and answers.

use dialnote_sandbox::{Exchange, SlackbotOutcome, ToolCall, ToolClick, every_scope};
use serde_json::{Value, json};

use crate::stage::{Reply, Stage, actions, button, section};

/// A tool that only reads, and one that changes something.
fn tools() -> Value {
    let tool = |name: &str, reads: bool| {
        json!({
            "name": name, "title": "A tool", "description": "Does something.",
            "inputSchema": {
                "type": "object", "properties": {"which": {"type": "string", "description": "The thing."}},
                "required": [], "additionalProperties": false,
            },
            "annotations": {"readOnlyHint": reads}, "_meta": {"slack": {"supportsBlockKit": true}},
        })
    };
    json!({"tools": [tool("look", true), tool("change", false)]})
}

fn said(text: &str) -> Value {
    json!({"content": [{"type": "text", "text": text}], "isError": false})
}

fn with_blocks(blocks: &Value) -> Value {
    let mut result = said("In words.");
    result["_meta"] = json!({"slack": {"blocks": blocks}});
    result
}

impl Stage {
    /// Prepares the answers up to `tools/list`.
    fn speaks_the_protocol(&self, tools: Value) {
        let begun = json!({
            "protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": {"name": "x", "version": "1"},
        });
        for reply in [Reply::Result(begun), Reply::Status(202), Reply::Result(tools)] {
            self.app.answers(reply);
        }
    }

    async fn lets_slackbot(&self, tool: &str, allowed: bool) -> SlackbotOutcome {
        let which = serde_json::from_value(json!({"which": "conv_1001"})).unwrap();
        let call = ToolCall { who: "maya".to_owned(), tool: tool.to_owned(), arguments: which, allowed };
        self.sandbox.slackbot(call).await.unwrap()
    }

    /// Returns the exchange about an answer to a call that only reads.
    async fn exchange(&self, answer: Reply) -> Exchange {
        self.speaks_the_protocol(tools());
        self.app.answers(answer);
        self.lets_slackbot("look", false).await.exchange.unwrap()
    }
}

#[tokio::test]
async fn a_call_follows_the_protocol_and_names_the_person() {
    let stage = Stage::set().await;
    let exchange = stage.exchange(Reply::Result(said("Here it is."))).await;
    assert_eq!((exchange.text.as_str(), exchange.error), ("Here it is.", None));
    let received = stage.app.received();
    assert!(received.iter().all(|one| one.genuine && one.path == "/mcp"));
    assert!(received.iter().all(|one| one.headers["accept"] == "application/json, text/event-stream"));
    let methods: Vec<_> = received.iter().map(|one| one.json()["method"].as_str().unwrap().to_owned()).collect();
    assert_eq!(methods, ["initialize", "notifications/initialized", "tools/list", "tools/call"]);
    let call = received[3].json();
    assert_eq!(call["params"]["_meta"]["slack"], json!({"user_id": "U0MAYA", "team_id": "T0ACME"}));
    assert_eq!(call["params"]["arguments"], json!({"which": "conv_1001"}));

    stage.sandbox.world(|world| world.slackbot.without_initialize = true);
    stage.app.answers(Reply::Event(tools()));
    stage.app.answers(Reply::Event(said("As an event.")));
    assert_eq!(stage.lets_slackbot("look", false).await.exchange.unwrap().text, "As an event.");
    assert_eq!(stage.app.received().len(), 6);
}

#[tokio::test]
async fn a_tool_that_changes_something_is_asked_about_first() {
    let stage = Stage::set().await;
    stage.speaks_the_protocol(tools());
    assert_eq!(stage.lets_slackbot("change", false).await, SlackbotOutcome { asks: true, exchange: None });
    assert_eq!(stage.app.received().len(), 3, "nothing was called");
    stage.speaks_the_protocol(tools());
    stage.app.answers(Reply::Result(said("Changed.")));
    assert_eq!(stage.lets_slackbot("change", true).await.exchange.unwrap().text, "Changed.");
}

#[tokio::test]
async fn one_wrong_block_costs_all_of_them_and_the_text_stays() {
    let stage = Stage::set().await;
    let press = |id: &str, value: Value| {
        actions(&[json!({
            "type": "button", "action_id": id, "value": value, "text": {"type": "plain_text", "text": "Press"},
        })])
    };
    let link = json!({"type": "button", "action_id": "open", "url": "http://x.example", "text": {"type": "plain_text", "text": "Open"}});
    let alert = json!({"type": "alert", "text": {"type": "plain_text", "text": "Mind."}});
    for (block, violation) in [
        (alert, "is not shown by Slackbot"),
        (press("take", json!("{}")), "take calls no tool"),
        (press("tool:drop", json!("{}")), "there is no tool drop"),
        (press("tool:look", json!("conv_1001")), "must be a JSON object"),
        (press("tool:look", Value::Null), "must be a JSON object"),
        (actions(&[button("tool:look", "{}"), button("tool:look", "{}")]), "already exists in this block"),
        (actions(&[link]), "must begin with https://"),
        (json!({"type": "section"}), "missing required field: text or fields"),
    ] {
        let sent = with_blocks(&json!([section("Fine"), block]));
        let exchange = stage.exchange(Reply::Result(sent)).await;
        let violations = exchange.violations.join("\n");
        assert!(exchange.blocks.is_empty() && exchange.text == "In words.", "{exchange:?}");
        assert!(violations.contains(violation), "{violations}");
    }
    let many: Vec<_> = (0..51).map(|_| section("x")).collect();
    assert!(!stage.exchange(Reply::Result(with_blocks(&json!(many)))).await.violations.is_empty());
    let fine = with_blocks(&json!([section("Fine"), press("tool:look", json!("{\"which\":\"a\"}"))]));
    assert_eq!(stage.exchange(Reply::Result(fine)).await.blocks.len(), 2);
}

#[tokio::test]
async fn unusable_answers_are_reported() {
    let stage = Stage::set().await;
    for (answer, error) in [
        (Reply::Result(json!({"content": []})), "a result has text"),
        (Reply::Result(json!({"content": [{"type": "text", "text": "x"}], "more": 1})), "unknown field `more`"),
        (Reply::Json(json!({"jsonrpc": "2.0", "id": 0, "result": {}})), "the answer is to another request"),
        (Reply::Text("ok"), "invalid content type: text/plain"),
        (Reply::Status(500), "tools/call: dispatch_failed"),
    ] {
        let found = stage.exchange(answer).await.error.unwrap();
        assert!(found.contains(error), "{found}");
    }
    let mut wrong = tools();
    wrong["tools"][0]["annotations"] = json!({});
    stage.speaks_the_protocol(wrong);
    let found = stage.lets_slackbot("look", false).await.exchange.unwrap().error.unwrap();
    assert!(found.contains("missing field `readOnlyHint`"), "{found}");
}

#[tokio::test]
async fn a_press_calls_the_tool_and_replaces_the_answer() {
    let stage = Stage::set().await;
    let row = actions(&[button("tool:change", "{\"which\":\"conv_1002\"}")]);
    let first = stage.exchange(Reply::Result(with_blocks(&json!([row])))).await;
    stage.speaks_the_protocol(tools());
    stage.app.answers(Reply::Result(said("Changed.")));
    let click =
        ToolClick { who: "maya".to_owned(), exchange: first.id, action_id: "tool:change".to_owned(), value: None };
    let second = stage.sandbox.click_in_slackbot(click.clone()).await.unwrap().exchange.unwrap();
    assert_eq!((second.id, second.tool.as_str(), second.text.as_str()), (first.id, "change", "Changed."));
    assert_eq!(stage.app.last().json()["params"]["arguments"], json!({"which": "conv_1002"}));
    let others = ToolClick { who: "leo".to_owned(), ..click };
    assert!(stage.sandbox.click_in_slackbot(others).await.is_err(), "each person has their own");
    assert_eq!(stage.sandbox.world(|world| world.slackbot.exchanges.len()), 1);
}

#[tokio::test]
async fn without_the_scope_slackbot_does_not_know_the_app() {
    let scopes = every_scope();
    let stage =
        Stage::granting(scopes.iter().map(String::as_str).filter(|scope| *scope != "mcp:connect").collect()).await;
    let call = ToolCall { who: "maya".to_owned(), tool: "look".to_owned(), ..ToolCall::default() };
    assert!(stage.sandbox.slackbot(call).await.unwrap_err().0.contains("mcp:connect"));
    let (status, answer) = stage.control("slackbot_tools", json!({"as": "maya"})).await;
    assert_eq!(status, 422, "{answer}");
}
