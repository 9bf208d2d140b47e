//! Work Objects: entities in messages and unfurls, and the details in a person's pane.

use dialnote_sandbox::{Click, ObjectOddity, ObjectPlace, ObjectSupport, OpenObject, Outcome, PressObject, Saying};
use serde_json::{Value, json};

use crate::stage::{Stage, actions, button, modal, section};

const LINK: &str = "https://app.dialnote.com/conversations/conv_1001?from=slack";
const URL: &str = "https://app.dialnote.com/conversations/conv_1001";

/// Returns an object as a pane shows it, with two editable fields and two buttons.
pub(crate) fn object(status: &str) -> Value {
    let choices = [("Open", "open"), ("Done", "done")]
        .map(|(text, value)| json!({"text": {"type": "plain_text", "text": text}, "value": value}));
    let select = json!({"current_value": status.to_lowercase(), "static_options": choices});
    json!({
        "entity_type": "slack#/entities/task", "url": URL, "external_ref": {"id": "conv_1001", "type": "conversation"},
        "entity_comments": {"count": 1},
        "entity_payload": {
            "attributes": {"title": {"text": "Ana Lima"}, "product_name": "dialnote"},
            "fields": {
                "status": {"value": status, "tag_color": "green", "edit": {"enabled": true, "select": select}},
                "assignee": {"type": "slack#/types/user", "user": {"user_id": "U0ZOE"}, "edit": {"enabled": true}},
            },
            "actions": {
                "primary_actions": [{"text": "Take", "action_id": "take", "value": "conv_1001"}],
                "overflow_actions": [{
                    "text": "Done", "action_id": "done",
                    "processing_state": {"enabled": true, "interstitial_text": "Marking done"},
                }],
            },
        },
    })
}

fn unfurl_of(entity: &Value) -> Value {
    let mut entity = entity.clone();
    entity["app_unfurl_url"] = json!(LINK);
    json!({"entities": [entity]})
}

impl Stage {
    /// Sets up a stage on which the app has Work Objects.
    pub(crate) async fn with_objects() -> Self {
        let stage = Self::set().await;
        stage.sandbox.world(|world| world.objects.support = ObjectSupport::FULL);
        stage
    }

    /// Lets Maya post a link, which the app unfurls as an object; returns the message.
    pub(crate) async fn shared_object(&self) -> String {
        let ts = self.link().await;
        let metadata = unfurl_of(&object("Open"));
        self.granted("chat.unfurl", json!({"channel": "C0FRONT", "ts": ts, "metadata": metadata})).await;
        ts
    }

    async fn link(&self) -> String {
        let saying = Saying {
            who: "maya".to_owned(),
            channel: "front-desk".to_owned(),
            text: format!("See {LINK}"),
            thread_ts: None,
        };
        self.sandbox.say(saying).await.unwrap()
    }

    /// Opens the object below a message and returns the outcome.
    pub(crate) async fn open_object(&self, who: &str, ts: &str) -> Outcome {
        let open = OpenObject {
            who: who.to_owned(),
            channel: Some("front-desk".to_owned()),
            message_ts: Some(ts.to_owned()),
            url: None,
        };
        self.sandbox.open_object(open).await.unwrap()
    }

    /// Opens the object below a message for Zoe and presents its details.
    pub(crate) async fn opened(&self) -> String {
        let ts = self.shared_object().await;
        let trigger = self.open_object("zoe", &ts).await.trigger_id.unwrap();
        self.present(&trigger, object("Open")).await;
        ts
    }

    pub(crate) async fn present(&self, trigger: &str, entity: Value) {
        self.granted("entity.presentDetails", json!({"trigger_id": trigger, "metadata": entity})).await;
    }

    /// Returns a part of Zoe's pane.
    pub(crate) fn pane(&self, pointer: &str) -> Value {
        let pane = self.sandbox.pane("zoe").unwrap_or_default();
        pane.pointer(pointer).cloned().unwrap_or_default()
    }

    /// Returns the entities of a message in #front-desk.
    fn entities(&self, ts: &str) -> Vec<Value> {
        self.sandbox.world(|world| world.message("C0FRONT", ts).unwrap().entities.clone())
    }

    /// Returns the faults found so far, and forgets them.
    fn faults(&self) -> Vec<String> {
        self.sandbox.world(|world| {
            let faults = std::mem::take(&mut world.objects.faults);
            faults.into_iter().flat_map(|fault| fault.faults).collect()
        })
    }
}

#[tokio::test]
async fn a_link_is_unfurled_as_an_object_exactly_as_it_was_posted() {
    let stage = Stage::with_objects().await;
    let ts = stage.link().await;
    let unfurl = |metadata: Value| json!({"channel": "C0FRONT", "ts": ts, "metadata": metadata});
    let other = json!({"entities": [{"app_unfurl_url": URL}]});
    assert_eq!(stage.refused("chat.unfurl", unfurl(other)).await, "invalid_metadata_format");
    let without = json!({"entities": [object("Open")]});
    assert_eq!(stage.refused("chat.unfurl", unfurl(without)).await, "invalid_metadata_format");
    assert_eq!(stage.refused("chat.unfurl", unfurl(json!({"entities": []}))).await, "invalid_metadata_format");
    assert_eq!(stage.refused("chat.unfurl", json!({"channel": "C0FRONT", "ts": ts})).await, "missing_unfurls");
    assert_eq!(stage.faults().len(), 5);

    stage.granted("chat.unfurl", unfurl(unfurl_of(&object("Open")))).await;
    stage.granted("chat.unfurl", unfurl(unfurl_of(&object("Done")))).await;
    assert_eq!(stage.entities(&ts).len(), 1);
    assert_eq!(stage.entities(&ts)[0]["entity_payload"]["fields"]["status"]["value"], "Done");
    assert_eq!(stage.faults(), Vec::<String>::new());
}

#[tokio::test]
async fn a_link_is_reported_to_an_app_with_the_scope_for_it() {
    for (scopes, reports) in [(vec!["links:read", "links:write"], 1), (vec!["links:write"], 0)] {
        let stage = Stage::granting(scopes).await;
        stage.link().await;
        assert_eq!(stage.app.received().len(), reports);
    }
}

#[tokio::test]
async fn a_faulty_entity_is_accepted_not_shown_and_reported() {
    let stage = Stage::with_objects().await;
    let mut entity = object("Open");
    entity["entity_payload"]["attributes"]["title"] = json!("Ana Lima");
    let posted = json!({"channel": "C0FRONT", "text": "A card", "metadata": {"entities": [entity]}});
    let answer = stage.granted("chat.postMessage", posted).await;
    let fault = "must be an object [json-pointer:/metadata/entities/0/entity_payload/attributes/title]";
    assert_eq!(answer["warning"], "invalid_metadata_format");
    assert_eq!(answer["response_metadata"]["messages"], json!([format!("[WARN] {fault}")]));
    assert_eq!(stage.entities(answer["ts"].as_str().unwrap()), Vec::<Value>::new());
    assert_eq!(stage.sandbox.state()["entity_faults"][0]["method"], "chat.postMessage");
    let calls = stage.sandbox.world(|world| world.calls.iter().last().unwrap().unshown.clone());
    assert_eq!(calls, [fault]);
}

#[tokio::test]
async fn a_message_has_objects_and_an_event_and_an_update_has_no_objects() {
    let stage = Stage::with_objects().await;
    let event = json!({"event_type": "card", "event_payload": {"id": "conv_1001"}});
    let mut both = event.clone();
    both["entities"] = json!([object("Open")]);
    let sent = json!({"channel": "C0FRONT", "text": "A card", "metadata": both});
    let ts = stage.granted("chat.postMessage", sent).await["ts"].as_str().unwrap().to_owned();
    assert_eq!(stage.entities(&ts), [object("Open")]);
    let update = |metadata: &Value| json!({"channel": "C0FRONT", "ts": ts, "text": "Changed", "metadata": metadata});
    assert_eq!(stage.refused("chat.update", update(&both)).await, "invalid_metadata_format");
    stage.granted("chat.update", update(&event)).await;
    assert_eq!(stage.entities(&ts), [object("Open")]);

    let metadata = json!({"entities": [object("Open")]}).to_string();
    let secretly = json!({"channel": "C0FRONT", "user": "U0ZOE", "text": "For you", "metadata": metadata});
    let ts = stage.granted("chat.postEphemeral", secretly).await["message_ts"].as_str().unwrap().to_owned();
    assert_eq!(stage.entities(&ts).len(), 1);
}

#[tokio::test]
async fn an_app_without_rich_previews_shows_no_objects() {
    let stage = Stage::set().await;
    stage.sandbox.world(|world| world.objects.support.active = false);
    let ts = stage.shared_object().await;
    assert_eq!(stage.entities(&ts), Vec::<Value>::new());
    assert_eq!(stage.faults(), ["the manifest does not activate rich_previews for slack#/entities/task"]);
    let made_up = json!({"trigger_id": "1.2", "metadata": object("Open")});
    assert_eq!(stage.refused("entity.presentDetails", made_up).await, "feature_not_enabled");
}

#[tokio::test]
async fn an_old_client_shows_the_attachment_that_a_new_one_leaves_out() {
    let stage = Stage::with_objects().await;
    let ts = stage.link().await;
    let unfurls = json!({LINK: {"blocks": [actions(&[button("take", "conv_1001")])]}});
    let both = json!({"channel": "C0FRONT", "ts": ts, "unfurls": unfurls, "metadata": unfurl_of(&object("Open"))});
    stage.granted("chat.unfurl", both).await;
    let press = || stage.sandbox.click(Click::message("zoe", "front-desk", &ts, "take"));
    assert!(press().await.unwrap_err().0.starts_with("there is no such take here"));
    stage.sandbox.world(|world| world.faults.slack.objects.insert(ObjectOddity::OldClient));
    assert!(press().await.unwrap().delivered);
    let open = OpenObject { who: "zoe".to_owned(), url: Some(URL.to_owned()), ..OpenObject::default() };
    assert_eq!(stage.sandbox.open_object(open).await.unwrap_err().0, "zoe sees no objects");
}

#[tokio::test]
async fn opening_asks_once_in_ten_minutes_and_refreshing_always() {
    let stage = Stage::with_objects().await;
    let ts = stage.opened().await;
    let event = stage.app.last().json()["event"].clone();
    let expected = json!({
        "type": "entity_details_requested", "user": "U0ZOE", "trigger_id": event["trigger_id"], "user_locale": "en-US",
        "entity_url": URL, "external_ref": {"id": "conv_1001", "type": "conversation"}, "app_unfurl_url": LINK,
        "link": {"url": LINK, "domain": "app.dialnote.com"}, "channel": "C0FRONT", "message_ts": ts,
        "event_ts": event["event_ts"],
    });
    assert_eq!(event, expected);

    stage.sandbox.close_object("zoe").unwrap();
    stage.wait(599);
    assert!(!stage.open_object("zoe", &ts).await.delivered);
    assert_eq!(stage.pane("/status"), "shown");
    assert!(stage.open_object("leo", &ts).await.delivered, "another person");
    assert!(stage.sandbox.refresh_object("zoe").await.unwrap().delivered);
    stage.wait(600);
    assert!(stage.open_object("zoe", &ts).await.delivered);
}

#[tokio::test]
async fn an_object_from_search_comes_without_a_place() {
    let stage = Stage::with_objects().await;
    let open = |url: &str| OpenObject { who: "leo".to_owned(), url: Some(url.to_owned()), ..OpenObject::default() };
    stage.sandbox.open_object(open(URL)).await.unwrap();
    let event = stage.app.last().json()["event"].clone();
    let expected = json!({
        "type": "entity_details_requested", "user": "U0LEO", "trigger_id": event["trigger_id"], "user_locale": "en-US",
        "entity_url": URL, "link": {"url": URL, "domain": "app.dialnote.com"}, "event_ts": event["event_ts"],
    });
    assert_eq!(event, expected);
    let elsewhere = stage.sandbox.open_object(open("https://elsewhere.example/1")).await.unwrap_err().0;
    assert_eq!(elsewhere, "https://elsewhere.example/1 is no address of the app's objects");
}

#[tokio::test]
async fn an_answer_comes_within_half_a_minute() {
    let stage = Stage::with_objects().await;
    let ts = stage.shared_object().await;
    let trigger = stage.open_object("zoe", &ts).await.trigger_id.unwrap();
    assert_eq!(stage.pane("/status"), "waiting");
    let window = json!({"trigger_id": trigger, "view": modal(&[section("Hi")])});
    assert_eq!(stage.refused("views.open", window).await, "invalid_trigger_id", "an event opens no window");
    stage.wait(30);
    stage.present(&trigger, object("Open")).await;
    stage.present(&trigger, object("Done")).await;
    assert_eq!(stage.pane("/entity/entity_payload/fields/status/value"), "Done");
    stage.sandbox.refresh_object("zoe").await.unwrap();
    stage.wait(31);
    assert_eq!(stage.pane("/status"), "timeout");
    let late = json!({"trigger_id": trigger, "metadata": object("Open")});
    assert_eq!(stage.refused("entity.presentDetails", late).await, "invalid_trigger_id");
    assert_eq!(stage.faults(), Vec::<String>::new(), "a late answer is no fault");
}

#[tokio::test]
async fn a_trigger_may_be_good_for_one_answer_only() {
    let stage = Stage::with_objects().await;
    stage.sandbox.world(|world| world.faults.slack.objects.insert(ObjectOddity::TriggerOnce));
    let ts = stage.shared_object().await;
    let trigger = stage.open_object("zoe", &ts).await.trigger_id.unwrap();
    stage.present(&trigger, object("Open")).await;
    let again = json!({"trigger_id": trigger, "metadata": object("Open")});
    assert_eq!(stage.refused("entity.presentDetails", again).await, "invalid_trigger_id");
}

#[tokio::test]
async fn details_are_one_of_three_and_about_the_object_asked_for() {
    let stage = Stage::with_objects().await;
    let ts = stage.shared_object().await;
    let trigger = stage.open_object("zoe", &ts).await.trigger_id.unwrap();
    let (mut other, mut nested, mut faulty) = (object("Open"), object("Open"), object("Open"));
    other["external_ref"]["id"] = json!("conv_1002");
    nested["app_unfurl_url"] = json!(LINK);
    faulty["entity_payload"]["fields"]["owner"] = json!({"value": "Zoe"});
    for (mut answer, error) in [
        (json!({}), "invalid_arguments"),
        (json!({"metadata": object("Open"), "error": {"status": "not_found"}}), "invalid_arguments"),
        (json!({"user_auth_required": true}), "user_auth_url_missing"),
        (json!({"user_auth_url": URL}), "invalid_arguments"),
        (json!({"error": {"status": "gone"}}), "invalid_arguments"),
        (json!({"metadata": other}), "entity_metadata_does_not_match_trigger"),
        (json!({"metadata": nested}), "invalid_metadata"),
        (json!({"metadata": {"entities": [object("Open")]}}), "invalid_metadata"),
        (json!({"metadata": faulty}), "invalid_metadata"),
        (json!({"metadata": "{"}), "invalid_metadata"),
    ] {
        answer["trigger_id"] = json!(trigger);
        assert_eq!(stage.refused("entity.presentDetails", answer.clone()).await, error, "{answer}");
        assert_eq!(stage.faults()[0], error);
    }
    assert_eq!(stage.pane("/status"), "waiting");

    let answer = |part: Value| json!({"trigger_id": trigger, part[0].as_str().unwrap(): part[1]});
    let error = json!({"status": "custom", "custom_title": "Gone", "custom_message": "It was deleted"});
    stage.granted("entity.presentDetails", answer(json!(["error", error]))).await;
    assert_eq!((stage.pane("/status"), stage.pane("/error")), (json!("error"), error));
    let auth = json!({"trigger_id": trigger, "user_auth_required": true, "user_auth_url": URL});
    stage.granted("entity.presentDetails", auth).await;
    assert_eq!((stage.pane("/status"), stage.pane("/sign_in")), (json!("sign_in"), json!(URL)));
}

#[tokio::test]
async fn presented_details_refresh_the_object_below_the_message_too() {
    let stage = Stage::with_objects().await;
    let ts = stage.shared_object().await;
    let trigger = stage.open_object("zoe", &ts).await.trigger_id.unwrap();
    stage.present(&trigger, object("Done")).await;
    let shown = stage.entities(&ts)[0].clone();
    assert_eq!((&shown["app_unfurl_url"], &shown["entity_payload"]), (&json!(LINK), &object("Done")["entity_payload"]));
    stage.sandbox.world(|world| world.faults.slack.objects.insert(ObjectOddity::UnfurlApart));
    stage.present(&trigger, object("Open")).await;
    assert_eq!(stage.entities(&ts), [shown]);
}

fn press(place: ObjectPlace, ts: &str, action_id: &str) -> PressObject {
    let below = place == ObjectPlace::Unfurl;
    PressObject {
        who: "zoe".to_owned(),
        place,
        channel: below.then(|| "front-desk".to_owned()),
        message_ts: below.then(|| ts.to_owned()),
        url: None,
        action_id: action_id.to_owned(),
    }
}

#[tokio::test]
async fn a_button_below_a_message_names_message_and_object() {
    let stage = Stage::with_objects().await;
    let ts = stage.shared_object().await;
    let outcome = stage.sandbox.press_object(press(ObjectPlace::Unfurl, &ts, "take")).await.unwrap();
    let sent = stage.app.last().payload();
    let container = json!({
        "type": "message_attachment", "message_ts": ts, "attachment_id": 1, "channel_id": "C0FRONT",
        "is_ephemeral": false, "is_app_unfurl": true, "app_unfurl_url": LINK, "entity_url": URL,
        "external_ref": {"id": "conv_1001", "type": "conversation"},
    });
    assert_eq!((&sent["type"], &sent["container"]), (&json!("block_actions"), &container));
    assert_eq!(sent["channel"], json!({"id": "C0FRONT", "name": "front-desk"}));
    assert_eq!(sent["response_url"], json!(outcome.response_url));
    assert_eq!(sent["trigger_id"], json!(outcome.trigger_id));
    assert_eq!((&sent["actions"][0]["action_id"], &sent["actions"][0]["value"]), (&json!("take"), &json!("conv_1001")));
    assert_eq!(sent["actions"][0]["text"]["text"], "Take");

    let trigger = outcome.trigger_id.unwrap();
    let refused = json!({"trigger_id": trigger, "error": {"status": "restricted"}});
    stage.granted("entity.presentDetails", refused).await;
    assert_eq!(stage.sandbox.pane("zoe"), None, "only signing in opens the pane");
    let auth = json!({"trigger_id": trigger, "user_auth_required": true, "user_auth_url": URL});
    stage.granted("entity.presentDetails", auth).await;
    assert_eq!(stage.pane("/status"), "sign_in");
}

#[tokio::test]
async fn a_button_in_the_pane_spins_until_details_come() {
    let stage = Stage::with_objects().await;
    let ts = stage.opened().await;
    let outcome = stage.sandbox.press_object(press(ObjectPlace::Pane, &ts, "done")).await.unwrap();
    let sent = stage.app.last().payload();
    let container = json!({
        "type": "entity_detail", "entity_url": URL, "external_ref": {"id": "conv_1001", "type": "conversation"},
        "app_unfurl_url": LINK, "message_ts": ts, "channel_id": "C0FRONT",
    });
    assert_eq!(sent["container"], container);
    assert!(sent.get("channel").is_none() && sent.get("response_url").is_none());
    assert_eq!(stage.pane("/spinning/0/text"), "Marking done");
    let trigger = outcome.trigger_id.unwrap();
    stage.granted("views.open", json!({"trigger_id": trigger, "view": modal(&[section("Sure?")])})).await;
    stage.present(&trigger, object("Done")).await;
    assert_eq!(stage.pane("/spinning"), json!([]));
    stage.sandbox.press_object(press(ObjectPlace::Pane, &ts, "done")).await.unwrap();
    stage.wait(31);
    assert_eq!(stage.pane("/spinning"), json!([]));
    let missing = stage.sandbox.press_object(press(ObjectPlace::Pane, &ts, "call")).await.unwrap_err().0;
    assert_eq!(missing, "there is no such call here; there are: take, done");
}
