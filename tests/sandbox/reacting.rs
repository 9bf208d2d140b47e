//! Emoji that people add to messages and remove from them.

use dialnote_sandbox::{EventOrder, Reacting};
use serde_json::{Value, json};

use crate::stage::Stage;

fn reacting(who: &str, ts: &str, name: &str, remove: bool) -> Reacting {
    let (who, message_ts, name) = (who.to_owned(), ts.to_owned(), name.to_owned());
    Reacting { who, channel: "front-desk".to_owned(), message_ts, name, remove }
}

impl Stage {
    async fn react(&self, who: &str, ts: &str, name: &str) {
        self.sandbox.react(reacting(who, ts, name, false)).await.unwrap();
    }

    async fn unreact(&self, who: &str, ts: &str, name: &str) {
        self.sandbox.react(reacting(who, ts, name, true)).await.unwrap();
    }

    /// Returns the events about emoji that the app got, oldest first.
    fn reactions(&self) -> Vec<Value> {
        let events = self.app.received().into_iter().map(|request| request.json()["event"].clone());
        events.filter(|event| event["type"].as_str().is_some_and(|kind| kind.starts_with("reaction_"))).collect()
    }
}

#[tokio::test]
async fn the_app_hears_of_emoji_on_messages() {
    let stage = Stage::set().await;
    let ts = stage.post(json!([])).await;
    stage.react("zoe", &ts, "eyes").await;
    let sent = stage.reactions();
    let event_ts = sent[0]["event_ts"].clone();
    assert_eq!(
        sent,
        [json!({
            "type": "reaction_added", "user": "U0ZOE", "reaction": "eyes", "item_user": "U0BOT", "event_ts": event_ts,
            "item": {"type": "message", "channel": "C0FRONT", "ts": ts},
        })]
    );
    assert!(event_ts.as_str().unwrap() > ts.as_str(), "{event_ts}");
    stage.unreact("zoe", &ts, "eyes").await;
    let last = stage.reactions().pop().unwrap();
    assert_eq!((&last["type"], &last["user"]), (&json!("reaction_removed"), &json!("U0ZOE")));
}

#[tokio::test]
async fn messages_have_the_emoji_in_slacks_shape() {
    let stage = Stage::set().await;
    let ts = stage.post(json!([])).await;
    let history = async || {
        let all = stage.granted("conversations.history", json!({"channel": "C0FRONT"})).await;
        all["messages"][0]["reactions"].clone()
    };
    assert_eq!(history().await, Value::Null);
    for (who, name) in [("zoe", "eyes"), ("leo", "eyes"), ("leo", "wave::skin-tone-3")] {
        stage.react(who, &ts, name).await;
    }
    let shown = json!([
        {"name": "eyes", "users": ["U0ZOE", "U0LEO"], "count": 2},
        {"name": "wave::skin-tone-3", "users": ["U0LEO"], "count": 1},
    ]);
    assert_eq!(history().await, shown);
    stage.unreact("zoe", &ts, "eyes").await;
    stage.unreact("leo", &ts, "eyes").await;
    assert_eq!(history().await, json!([{"name": "wave::skin-tone-3", "users": ["U0LEO"], "count": 1}]));
    let state = stage.sandbox.state();
    let message = &state["channels"]
        .as_array()
        .unwrap()
        .iter()
        .find(|channel| channel["name"] == "front-desk")
        .unwrap()["messages"][0];
    assert_eq!(message["reactions"], json!([{"name": "wave::skin-tone-3", "people": ["leo"]}]));
}

#[tokio::test]
async fn what_people_cannot_do_is_refused() {
    let stage = Stage::set().await;
    let ts = stage.post(json!([])).await;
    stage.react("zoe", &ts, "eyes").await;
    for (one, why) in [
        (reacting("zoe", &ts, "eyes", false), "zoe has added eyes already"),
        (reacting("leo", &ts, "eyes", true), "leo has not added eyes"),
        (reacting("zoe", "1.000001", "eyes", false), "there is no message 1.000001 to react to"),
        (reacting("zoe", &ts, ":eyes:", false), ":eyes: isn't the name of an emoji"),
        (reacting("nobody", &ts, "eyes", false), "there is no nobody"),
    ] {
        let refused = stage.sandbox.react(one).await.unwrap_err();
        assert!(refused.0.starts_with(why), "{refused:?}");
    }
    assert_eq!(stage.reactions().len(), 1);
}

#[tokio::test]
async fn without_the_scope_or_outside_the_channel_the_app_hears_nothing() {
    let stage = Stage::granting(vec!["chat:write"]).await;
    let ts = stage.post(json!([])).await;
    stage.react("zoe", &ts, "eyes").await;
    assert_eq!(stage.reactions(), Vec::<Value>::new());

    let stage = Stage::set().await;
    let ts = stage.post(json!([])).await;
    stage.sandbox.world(|world| world.faults.slack.bot_not_in = vec!["front-desk".to_owned()]);
    stage.react("zoe", &ts, "eyes").await;
    assert_eq!(stage.reactions(), Vec::<Value>::new());
}

#[tokio::test]
async fn events_come_twice_or_out_of_order_if_that_is_asked_for() {
    let stage = Stage::set().await;
    let ts = stage.post(json!([])).await;
    let kinds = || stage.reactions().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    stage.sandbox.world(|world| world.faults.slack.reactions = EventOrder::Swapped);
    stage.react("zoe", &ts, "eyes").await;
    assert_eq!(kinds(), Vec::<String>::new(), "it waits for the next");
    stage.unreact("zoe", &ts, "eyes").await;
    assert_eq!(kinds(), ["reaction_removed", "reaction_added"]);
    let sent = stage.reactions();
    assert!(sent[0]["event_ts"].as_str() > sent[1]["event_ts"].as_str(), "{sent:?}");

    stage.sandbox.world(|world| {
        world.faults.slack.reactions = EventOrder::Kept;
        world.faults.slack.deliver_twice = true;
    });
    stage.react("leo", &ts, "eyes").await;
    assert_eq!(kinds().len(), 4);
}

#[tokio::test]
async fn a_script_can_react() {
    let stage = Stage::set().await;
    let ts = stage.post(json!([])).await;
    let react = async |body: Value| {
        let response = stage.http.post(stage.url("/_sandbox/react")).json(&body).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let body = json!({"as": "zoe", "channel": "front-desk", "message_ts": ts, "name": "eyes"});
    assert_eq!(react(body.clone()).await, (200, json!({})));
    assert_eq!(react(body).await, (422, json!({"error": "zoe has added eyes already"})));
    let removed = json!({"as": "zoe", "channel": "front-desk", "message_ts": ts, "name": "eyes", "remove": true});
    assert_eq!(react(removed).await, (200, json!({})));
}
