//! Steps of workflows: their declaration, their events and their ends, as strict as Slack's.

use dialnote_sandbox::{Ended, RunStep};
use serde_json::{Value, json};

use crate::stage::Stage;

fn manifest() -> Value {
    json!({
        "_metadata": {"major_version": 2},
        "settings": {
            "org_deploy_enabled": true, "function_runtime": "remote",
            "event_subscriptions": {"bot_events": ["function_executed"]},
        },
        "functions": {"greet": {
            "title": "Greet", "description": "Greets a person",
            "input_parameters": {
                "properties": {"who": {"type": "slack#/types/user_id"}, "words": {"type": "string", "title": "Words"}},
                "required": ["who"],
            },
            "output_parameters": {
                "properties": {"times": {"type": "integer"}, "said": {"type": "string"}}, "required": ["times"],
            },
        }},
    })
}

/// Sets up an app with a step.
async fn with_a_step() -> Stage {
    let stage = Stage::set().await;
    stage.sandbox.world(|world| world.functions.declare(&manifest().to_string())).unwrap();
    stage
}

/// Runs the step for Zoe; returns its execution and the token from its event.
async fn run(stage: &Stage) -> (String, String) {
    let (execution, _) = stage.sandbox.run_step(step(json!({"who": "zoe", "words": "Hi"}))).await.unwrap();
    let token = stage.sandbox.world(|world| {
        let event: Value = serde_json::from_str(&world.deliveries.iter().last().unwrap().body).unwrap();
        event["event"]["bot_access_token"].as_str().unwrap().to_owned()
    });
    (execution, token)
}

fn step(inputs: Value) -> RunStep {
    let Value::Object(inputs) = inputs else { panic!("inputs are an object") };
    RunStep { callback_id: "greet".to_owned(), inputs, who: Some("maya".to_owned()) }
}

/// Ends a step with a token and returns Slack's answer.
async fn ended(stage: &Stage, token: &str, method: &str, args: Value) -> Value {
    let request = stage.http.post(stage.url(&format!("/slack/api/functions.{method}"))).bearer_auth(token);
    let request = request.header("content-type", "application/json; charset=utf-8").body(args.to_string());
    request.send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn a_manifest_with_steps_is_as_slack_takes_it() {
    let stage = Stage::set().await;
    let refused = |change: fn(&mut Value)| {
        let mut manifest = manifest();
        change(&mut manifest);
        stage.sandbox.world(|world| world.functions.declare(&manifest.to_string())).unwrap_err().to_string()
    };
    for (change, words) in [
        (refused(|all| all["_metadata"]["major_version"] = json!(1)), "major_version 2"),
        (refused(|all| all["settings"]["org_deploy_enabled"] = json!(false)), "org_deploy_enabled"),
        (refused(|all| all["settings"]["function_runtime"] = json!("slack")), "function_runtime"),
        (refused(|all| all["settings"]["event_subscriptions"]["bot_events"] = json!([])), "function_executed"),
        (refused(|all| all["functions"]["greet"]["title"] = json!("")), "title is empty"),
        (refused(|all| all["functions"]["greet"]["output_parameters"]["required"] = json!(["x"])), "names x"),
        (
            refused(|all| all["functions"]["greet"]["output_parameters"]["properties"]["said"]["type"] = json!("text")),
            "type text",
        ),
        (refused(|all| all["functions"]["greet"]["callback"] = json!("x")), "unknown field"),
    ] {
        assert!(change.contains(words), "{words}: {change}");
    }
}

#[tokio::test]
async fn the_event_names_the_step_its_inputs_and_no_person() {
    let stage = with_a_step().await;
    let (execution, token) = run(&stage).await;
    let event = stage.sandbox.world(|world| {
        let event: Value = serde_json::from_str(&world.deliveries.iter().last().unwrap().body).unwrap();
        event["event"].clone()
    });
    assert_eq!(event["inputs"], json!({"who": "U0ZOE", "words": "Hi"}));
    assert_eq!(
        (event["type"].as_str(), event["function"]["callback_id"].as_str()),
        (Some("function_executed"), Some("greet"))
    );
    assert!(execution.starts_with("Fx") && token.starts_with("xwfp-") && event["workflow_execution_id"].is_string());
    assert_eq!(event["function_execution_id"], json!(execution));
    assert!(!event.to_string().contains("U0MAYA"), "{event}");
    for (inputs, words) in [
        (json!({"words": "Hi"}), "the input who is required"),
        (json!({"who": "nobody"}), "there is no nobody"),
        (json!({"who": "zoe", "other": "x"}), "no input other"),
    ] {
        let refused = stage.sandbox.run_step(step(inputs)).await.unwrap_err().to_string();
        assert!(refused.contains(words), "{refused}");
    }
}

#[tokio::test]
async fn a_step_ends_once_with_its_own_token_and_its_outputs() {
    let stage = with_a_step().await;
    let (execution, token) = run(&stage).await;
    let done = |outputs: Value| json!({"function_execution_id": execution, "outputs": outputs});
    let success = |token: String, args: Value| {
        let stage = &stage;
        async move { ended(stage, &token, "completeSuccess", args).await["error"].clone() }
    };
    let other = run(&stage).await.1;
    for (given, args, error) in [
        (stage.token.clone(), done(json!({"times": 1})), "not_allowed_token_type"),
        (other, done(json!({"times": 1})), "not_allowed_token_type"),
        (
            token.clone(),
            json!({"function_execution_id": "Fx0", "outputs": {"times": 1}}),
            "function_execution_not_found",
        ),
        (token.clone(), done(json!({})), "parameter_validation_failed"),
        (token.clone(), done(json!({"times": "1"})), "parameter_validation_failed"),
        (token.clone(), done(json!({"times": 1, "more": "x"})), "parameter_validation_failed"),
        (token.clone(), done(json!([])), "invalid_arguments"),
        (token.clone(), json!({"outputs": {}}), "invalid_arguments"),
        (token.clone(), done(json!({"times": 1, "said": "Hi"})), ""),
        (token.clone(), done(json!({"times": 1})), "execution_not_in_running_state"),
    ] {
        assert_eq!(success(given, args.clone()).await.as_str().unwrap_or_default(), error, "{args}");
    }
    let end = stage.sandbox.world(|world| world.functions.executions[0].end.clone());
    assert!(matches!(end, Some(Ended::Success(outputs)) if outputs["said"] == "Hi"));
    assert_eq!(
        stage.refused("chat.postMessage", json!({"channel": "C0FRONT"})).await,
        "no_text",
        "the bot's token is for the rest"
    );
    let elsewhere =
        ended(&stage, &token, "completeError", json!({"function_execution_id": execution, "error": ""})).await;
    assert_eq!(elsewhere["error"], "invalid_arguments", "an error says something");
}

#[tokio::test]
async fn the_token_of_a_step_ends_after_fifteen_minutes() {
    let stage = with_a_step().await;
    let (execution, token) = run(&stage).await;
    stage.wait(15 * 60 + 1);
    let args = json!({"function_execution_id": execution, "error": "It failed."});
    assert_eq!(ended(&stage, &token, "completeError", args.clone()).await["error"], "token_expired");
    let (execution, token) = run(&stage).await;
    let args = json!({"function_execution_id": execution, "error": "It failed."});
    assert_eq!(ended(&stage, &token, "completeError", args).await["ok"], true);
    let state = stage.sandbox.state();
    assert_eq!(state["functions"]["executions"][1]["end"], json!({"error": "It failed."}));
    assert!(!state["functions"].to_string().contains("xwfp"), "the state has no tokens");
}
