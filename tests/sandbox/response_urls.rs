//! Response URLs: five uses, half an hour, JSON, and no message that was not there.

use serde_json::json;

use crate::stage::{Stage, actions, button, section};

impl Stage {
    /// Returns the response URL of a slash command of maya's.
    async fn response_url(&self) -> String {
        self.slash("maya", "/dialnote").await.response_url.unwrap()
    }
}

#[tokio::test]
async fn five_answers_and_no_sixth() {
    let stage = Stage::set().await;
    let url = stage.response_url().await;
    for n in 1..=5 {
        assert_eq!(stage.respond(&url, json!({"text": n.to_string()})).await.0, 200);
    }
    assert_eq!(stage.respond(&url, json!({"text": "6"})).await, (404, json!({"ok": false, "error": "used_url"})));
    assert_eq!(stage.seen("maya"), ["1", "2", "3", "4", "5"]);
    assert_eq!(stage.seen("leo"), Vec::<String>::new());
}

#[tokio::test]
async fn half_an_hour_and_no_longer() {
    let stage = Stage::set().await;
    let url = stage.response_url().await;
    stage.wait(1800);
    assert_eq!(stage.respond(&url, json!({"text": "In time"})).await.0, 200);
    stage.wait(1);
    let late = stage.respond(&url, json!({"text": "Late"})).await;
    assert_eq!(late, (404, json!({"ok": false, "error": "expired_url"})));
    let unknown = stage.respond(&stage.url("/slack/response/made-up"), json!({"text": "Hi"})).await;
    assert_eq!(unknown, (404, json!({"ok": false, "error": "unknown_url"})));
}

#[tokio::test]
async fn answers_are_checked_like_messages() {
    let stage = Stage::set().await;
    for (answer, error) in [
        (json!({}), "no_text"),
        (json!({"blocks": [section("Hi")]}), "no_text"),
        (json!({"text": "Hi", "blocks": [{"type": "marquee"}]}), "invalid_blocks"),
        (json!({"text": "Hi", "response_type": "all"}), "invalid_arguments"),
        (json!({"text": "Hi", "channel": "C0FRONT"}), "invalid_arguments"),
        (json!({"text": "Hi", "thread_ts": null}), "invalid_arguments"),
        (json!({"text": "Hi", "attachments": [{}]}), "invalid_arguments"),
        (json!({"text": "Hi", "metadata": {"event_type": "x"}}), "invalid_metadata_format"),
        (json!({"text": "Hi", "thread_ts": "1.000001"}), "thread_not_found"),
        (json!({"text": "Hi", "replace_original": "maybe"}), "invalid_arguments"),
        (json!({"text": "Hi", "replace_original": true}), "message_not_found"),
        (json!({"delete_original": true}), "message_not_found"),
    ] {
        let url = stage.response_url().await;
        let (status, body) = stage.respond(&url, answer).await;
        assert_eq!((status, body["error"].as_str()), (400, Some(error)), "{body}");
    }
    let url = stage.response_url().await;
    let form = stage.send(stage.http.post(&url).form(&[("text", "Hi")])).await;
    assert_eq!(form, (400, json!({"ok": false, "error": "invalid_payload"})));
}

#[tokio::test]
async fn an_ephemeral_message_is_replaced_and_deleted_by_the_url_of_its_button() {
    let stage = Stage::set().await;
    let whisper = json!({
        "channel": "C0FRONT", "user": "U0LEO", "text": "Sure?", "blocks": [actions(&[button("yes", "1")])],
    });
    let ts = stage.granted("chat.postEphemeral", whisper).await["message_ts"].as_str().unwrap().to_owned();
    let url = stage.click("leo", &ts, "yes").await.response_url.unwrap();
    let (status, _) = stage.respond(&url, json!({"replace_original": true, "text": "Done"})).await;
    assert_eq!((status, stage.seen("leo")), (200, vec!["Done".to_owned()]));
    let (status, _) = stage.respond(&url, json!({"delete_original": true})).await;
    assert_eq!((status, stage.seen("leo")), (200, vec![]));
}

#[tokio::test]
async fn an_answer_can_go_to_all_and_into_a_thread_wherever_the_app_is() {
    let stage = Stage::set().await;
    let parent = stage.post(json!([section("Hi")])).await;
    let url = stage.response_url().await;
    stage.sandbox.world(|world| world.faults.slack.bot_not_in = vec!["front-desk".to_owned()]);
    let answer = json!({"text": "In the thread", "response_type": "in_channel", "thread_ts": parent});
    assert_eq!(stage.respond(&url, answer).await.0, 200);
    assert_eq!(stage.seen("leo"), ["A card", "In the thread"]);
}
