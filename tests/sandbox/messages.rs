//! `chat.*` and the gates before every method.

use dialnote_sandbox::{Channel, ChannelKind, Person};
use serde_json::{Value, json};

use crate::stage::{Stage, button, section};

#[tokio::test]
async fn a_token_is_needed_and_must_be_the_apps() {
    let stage = Stage::set().await;
    let url = stage.url("/slack/api/auth.test");
    let anonymous: Value = stage.http.post(&url).send().await.unwrap().json().await.unwrap();
    assert_eq!(anonymous, json!({"ok": false, "error": "not_authed"}));
    let stranger: Value = stage.http.post(&url).bearer_auth("xoxb-other").send().await.unwrap().json().await.unwrap();
    assert_eq!(stranger, json!({"ok": false, "error": "invalid_auth"}));
    let ours = stage.granted("auth.test", json!({})).await;
    assert_eq!(
        (&ours["team_id"], &ours["user_id"], &ours["bot_id"]),
        (&json!("T0ACME"), &json!("U0BOT"), &json!("B0BOT"))
    );
}

#[tokio::test]
async fn a_token_can_be_revoked() {
    let stage = Stage::set().await;
    stage.sandbox.world(|world| world.faults.slack.token_error = Some("token_revoked".to_owned()));
    assert_eq!(stage.refused("auth.test", json!({})).await, "token_revoked");
}

#[tokio::test]
async fn unknown_methods_are_named() {
    let stage = Stage::set().await;
    let answer = stage.slack("chat.shout", json!({})).await;
    assert_eq!(answer, json!({"ok": false, "error": "unknown_method", "req_method": "chat.shout"}));
}

#[tokio::test]
async fn a_missing_scope_is_named_with_those_there_are() {
    let stage = Stage::granting(vec!["commands", "users:read"]).await;
    let answer = stage.slack("chat.postMessage", json!({"channel": "C0FRONT", "text": "Hi"})).await;
    let expected =
        json!({"ok": false, "error": "missing_scope", "needed": "chat:write", "provided": "commands,users:read"});
    assert_eq!(answer, expected);
    let open = stage.refused("conversations.open", json!({"users": "U0ZOE"})).await;
    assert_eq!(open, "missing_scope");
}

#[tokio::test]
async fn arguments_are_read_as_published() {
    let stage = Stage::set().await;
    let url = stage.url("/slack/api/chat.postMessage");
    let post = |kind: &'static str, body: &'static str| stage.http.post(&url).header("content-type", kind).body(body);
    let error = async |request| stage.send(request).await.1["error"].clone();

    assert_eq!(error(post("application/json; charset=utf-8", "{")).await, "invalid_json");
    assert_eq!(error(post("application/json; charset=utf-8", "[]")).await, "json_not_object");
    assert_eq!(error(post("text/plain", "text=hi")).await, "invalid_post_type");
    assert_eq!(error(stage.http.post(&url).body("text=hi")).await, "missing_post_type");
    assert_eq!(error(stage.http.get(&url)).await, "invalid_arguments");
    assert_eq!(error(stage.http.post(format!("{url}?channel=C0FRONT"))).await, "invalid_arguments");

    let (_, form) = stage.send(stage.http.post(&url).form(&[("channel", "C0FRONT"), ("text", "Hi")])).await;
    assert_eq!(form["ok"], true, "{form}");
    let (_, json_only) =
        stage.send(stage.http.post(stage.url("/slack/api/users.info")).json(&json!({"user": "U0ZOE"}))).await;
    assert_eq!(json_only["error"], "invalid_arguments");
    let (_, got) = stage.send(stage.http.get(stage.url("/slack/api/users.info?user=U0ZOE"))).await;
    assert_eq!(got["user"]["name"], "zoe");
}

#[tokio::test]
async fn a_missing_charset_is_a_warning() {
    let stage = Stage::set().await;
    let request =
        stage.http.post(stage.url("/slack/api/auth.test")).header("content-type", "application/json").body("{}");
    let (_, answer) = stage.send(request).await;
    assert_eq!(answer["warning"], "missing_charset");
    assert_eq!(answer["response_metadata"]["warnings"], json!(["missing_charset"]));
}

#[tokio::test]
async fn misspelt_missing_and_null_arguments_are_named() {
    let stage = Stage::set().await;
    for (args, named) in [
        (json!({"channel": "C0FRONT", "text": "Hi", "thread": "1.2"}), "unknown argument: thread"),
        (json!({"text": "Hi"}), "missing required field: channel"),
        (json!({"channel": "C0FRONT", "text": "Hi", "thread_ts": null}), "must not be null: thread_ts"),
        (json!({"channel": "C0FRONT", "text": "Hi", "thread_ts": 1.5}), "must be a string: thread_ts"),
        (json!({"channel": "C0FRONT", "text": "Hi", "unfurl_links": "no"}), "must be a boolean: unfurl_links"),
        (json!({"channel": "C0FRONT", "text": "Hi", "token": "xoxb"}), "unknown argument: token"),
        (json!({"channel": "C0FRONT", "text": "Hi", "link_names": true}), "does not play the argument link_names"),
        (json!({"channel": "C0FRONT", "text": "Hi", "attachments": [{}]}), "attachments must be empty"),
        (json!({"channel": "C0FRONT", "text": "Hi", "reply_broadcast": true}), "reply_broadcast goes with thread_ts"),
    ] {
        let answer = stage.slack("chat.postMessage", args).await;
        assert_eq!(answer["error"], "invalid_arguments");
        let message = answer["response_metadata"]["messages"][0].as_str().unwrap();
        assert!(message.contains(named), "{message}");
    }
}

#[tokio::test]
async fn posting_is_refused_where_slack_refuses_it() {
    let stage = Stage::set().await;
    stage.sandbox.world(|world| {
        world.scopes.retain(|scope| scope != "chat:write.public");
        world.channels.push(Channel::public("C0ELSE", "elsewhere", &["U0MAYA"]));
        world.channels.push(Channel { archived: true, ..Channel::public("C0OLD", "old", &["U0MAYA", "U0BOT"]) });
        world
            .channels
            .push(Channel { kind: ChannelKind::Private, ..Channel::public("C0SECRET", "secret", &["U0MAYA"]) });
        world.add_person(Person { deleted: true, ..Person::named("gone", "Gone Person") }, &[]);
        world.faults.slack.bot_not_in = vec!["billing".to_owned()];
    });
    for (channel, error) in [
        ("C0NOWHERE", "channel_not_found"),
        ("front-desk", "channel_not_found"),
        ("C0SECRET", "channel_not_found"),
        ("U0GONE", "channel_not_found"),
        ("U0BOT", "channel_not_found"),
        ("C0ELSE", "not_in_channel"),
        ("C0BILLING", "not_in_channel"),
        ("C0OLD", "is_archived"),
    ] {
        assert_eq!(
            stage.refused("chat.postMessage", json!({"channel": channel, "text": "Hi"})).await,
            error,
            "{channel}"
        );
    }
}

#[tokio::test]
async fn the_scope_for_public_channels_opens_those_the_bot_is_not_in() {
    let stage = Stage::granting(vec!["chat:write", "chat:write.public"]).await;
    stage.sandbox.world(|world| world.channels.push(Channel::public("C0ELSE", "elsewhere", &["U0MAYA"])));
    stage.granted("chat.postMessage", json!({"channel": "C0ELSE", "text": "Hi"})).await;
}

#[tokio::test]
async fn a_message_needs_words_even_with_blocks() {
    let stage = Stage::set().await;
    let post = |args: Value| stage.refused("chat.postMessage", args);
    assert_eq!(post(json!({"channel": "C0FRONT"})).await, "no_text");
    assert_eq!(post(json!({"channel": "C0FRONT", "text": ""})).await, "no_text");
    assert_eq!(post(json!({"channel": "C0FRONT", "blocks": [section("Hi")]})).await, "no_text");
    let both = json!({"channel": "C0FRONT", "text": "Hi", "markdown_text": "**Hi**"});
    assert_eq!(post(both).await, "markdown_text_conflict");
}

#[tokio::test]
async fn a_person_can_be_written_to_and_has_a_channel_of_their_own() {
    let stage = Stage::set().await;
    let posted = stage.granted("chat.postMessage", json!({"channel": "U0ZOE", "text": "For you"})).await;
    assert_eq!(posted["channel"], "D0ZOE");
    assert_eq!(stage.seen_in_dm("zoe"), ["For you"]);
    assert_eq!(stage.seen_in_dm("leo"), Vec::<String>::new());
    // The person's id opens the channel; it does not name it.
    let change = json!({"channel": "U0ZOE", "ts": posted["ts"], "text": "Changed"});
    assert_eq!(stage.refused("chat.update", change).await, "channel_not_found");
    stage.granted("chat.update", json!({"channel": "D0ZOE", "ts": posted["ts"], "text": "Changed"})).await;
    assert_eq!(stage.seen_in_dm("zoe"), ["Changed"]);
    stage.sandbox.world(|world| world.messages_tab = false);
    let refused = stage.refused("chat.postMessage", json!({"channel": "U0ZOE", "text": "Hi"})).await;
    assert_eq!(refused, "messages_tab_disabled");
}

#[tokio::test]
async fn names_of_messages_are_unique_and_grow_while_time_stands_still() {
    let stage = Stage::set().await;
    let mut names = Vec::new();
    for _ in 0..3 {
        names.push(stage.post(json!([section("Hi")])).await);
    }
    stage.wait(1);
    names.push(stage.post(json!([section("Hi")])).await);
    assert_eq!(names, ["1772470800.000001", "1772470800.000002", "1772470800.000003", "1772470801.000001"]);
}

#[tokio::test]
async fn text_without_blocks_takes_the_blocks_away() {
    let stage = Stage::set().await;
    let ts = stage.post(json!([section("Hi")])).await;
    stage.granted("chat.update", json!({"channel": "C0FRONT", "ts": ts, "text": "Bare"})).await;
    stage.sandbox.world(|world| {
        let message = world.message("C0FRONT", &ts).unwrap();
        assert_eq!((message.text.as_str(), message.blocks.len()), ("Bare", 0));
        assert!(message.edited.is_some());
    });
}

#[tokio::test]
async fn only_own_lasting_messages_can_be_changed_or_deleted() {
    let stage = Stage::set().await;
    stage.app.answers(crate::stage::Reply::Json(json!({"response_type": "in_channel", "text": "Hello"})));
    stage.slash("maya", "/hello").await;
    let typed = stage.sandbox.world(|world| world.seen_by("maya", "front-desk")[0].ts.clone());
    let said = stage.sandbox.world(|world| world.say("leo", "front-desk", "Hi all").unwrap());
    let whisper = json!({"channel": "C0FRONT", "user": "U0LEO", "text": "Psst"});
    let whisper = stage.granted("chat.postEphemeral", whisper).await["message_ts"].clone();
    for (ts, update, delete) in [
        (json!(typed), "cant_update_message", "cant_delete_message"),
        (json!(said), "cant_update_message", "cant_delete_message"),
        (whisper, "message_not_found", "message_not_found"),
        (json!("1.000001"), "message_not_found", "message_not_found"),
    ] {
        let change = json!({"channel": "C0FRONT", "ts": ts, "text": "Changed"});
        assert_eq!(stage.refused("chat.update", change).await, update);
        assert_eq!(stage.refused("chat.delete", json!({"channel": "C0FRONT", "ts": ts})).await, delete);
    }
    let ts = stage.post(json!([section("Hi")])).await;
    stage.granted("chat.delete", json!({"channel": "C0FRONT", "ts": ts})).await;
    assert_eq!(stage.refused("chat.delete", json!({"channel": "C0FRONT", "ts": ts})).await, "message_not_found");
}

#[tokio::test]
async fn an_update_is_shorter_than_a_message_and_nothing_changes_in_an_archive() {
    let stage = Stage::set().await;
    let ts = stage.post(json!([section("Hi")])).await;
    let update = |text: String| json!({"channel": "C0FRONT", "ts": ts, "text": text});
    stage.granted("chat.update", update("x".repeat(4000))).await;
    assert_eq!(stage.refused("chat.update", update("x".repeat(4001))).await, "msg_too_long");
    stage.granted("chat.postMessage", json!({"channel": "C0FRONT", "text": "x".repeat(4001)})).await;
    stage.sandbox.world(|world| world.channel_mut("front-desk").unwrap().archived = true);
    assert_eq!(stage.refused("chat.update", update("Hi".to_owned())).await, "is_inactive");
}

#[tokio::test]
async fn an_ephemeral_message_is_for_one_member_and_short() {
    let stage = Stage::set().await;
    let whisper = |user: &str, text: String| json!({"channel": "C0FRONT", "user": user, "text": text});
    stage.granted("chat.postEphemeral", whisper("U0ZOE", "Psst".to_owned())).await;
    assert_eq!(stage.seen("zoe"), ["Psst"]);
    assert_eq!(stage.seen("leo"), Vec::<String>::new());
    let refused = stage.refused("chat.postEphemeral", whisper("U0NOBODY", "Psst".to_owned())).await;
    assert_eq!(refused, "user_not_in_channel");
    // The limit is in bytes: an umlaut is two of them.
    let refused = stage.refused("chat.postEphemeral", whisper("U0ZOE", "ü".repeat(2001))).await;
    assert_eq!(refused, "msg_too_long");
}

#[tokio::test]
async fn a_thread_hangs_on_a_first_message_only() {
    let stage = Stage::set().await;
    let parent = stage.post(json!([section("Hi")])).await;
    let answer = |ts: &Value| json!({"channel": "C0FRONT", "text": "Answer", "thread_ts": ts});
    let reply = stage.granted("chat.postMessage", answer(&json!(parent))).await["ts"].clone();
    assert_eq!(stage.refused("chat.postMessage", answer(&reply)).await, "cannot_reply_to_message");
    assert_eq!(stage.refused("chat.postMessage", answer(&json!("1.000001"))).await, "cannot_reply_to_message");
    let link = stage.granted("chat.getPermalink", json!({"channel": "C0FRONT", "message_ts": reply})).await;
    assert!(link["permalink"].as_str().unwrap().ends_with(&format!("?thread_ts={parent}&cid=C0FRONT")), "{link}");
    let broadcast = |ts: &Value| json!({"channel": "C0FRONT", "text": "All", "ts": ts, "reply_broadcast": true});
    stage.granted("chat.update", broadcast(&reply)).await;
    assert_eq!(stage.refused("chat.update", broadcast(&json!(parent))).await, "cant_broadcast_message");
    let unknown = json!({"channel": "C0FRONT", "message_ts": "1.000001"});
    assert_eq!(stage.refused("chat.getPermalink", unknown).await, "message_not_found");
}

#[tokio::test]
async fn metadata_is_kept_cleared_and_checked() {
    let stage = Stage::set().await;
    let post = |metadata: Value| json!({"channel": "C0FRONT", "text": "Hi", "metadata": metadata});
    let good = json!({"event_type": "card", "event_payload": {"job": 7}});
    let ts = stage.granted("chat.postMessage", post(good.clone())).await["ts"].clone();
    let kept = || stage.sandbox.world(|world| world.message("C0FRONT", ts.as_str().unwrap()).unwrap().metadata.clone());
    stage.granted("chat.update", json!({"channel": "C0FRONT", "ts": ts, "text": "Hi"})).await;
    assert_eq!(kept(), Some(good));
    stage.granted("chat.update", json!({"channel": "C0FRONT", "ts": ts, "text": "Hi", "metadata": {}})).await;
    assert_eq!(kept(), None);
    let shapeless = post(json!({"event_type": "card"}));
    assert_eq!(stage.refused("chat.postMessage", shapeless).await, "invalid_metadata_format");
    let nested = post(json!({"event_type": "card", "event_payload": {"a": {"b": 1}}}));
    assert_eq!(stage.refused("chat.postMessage", nested).await, "invalid_metadata_schema");
}

#[tokio::test]
async fn another_name_needs_a_scope_of_its_own() {
    let stage = Stage::granting(vec!["chat:write"]).await;
    let args = json!({"channel": "C0FRONT", "text": "Hi", "username": "Boss"});
    assert_eq!(stage.slack("chat.postMessage", args).await["needed"], "chat:write.customize");
}

#[tokio::test]
async fn blocks_come_back_with_ids_and_spelt_out() {
    let stage = Stage::set().await;
    let blocks = json!([section("Hi"), {"type": "actions", "elements": [button("take", "conv_1001")]}]);
    let answer = stage.granted("chat.postMessage", json!({"channel": "C0FRONT", "text": "Hi", "blocks": blocks})).await;
    assert_eq!(answer["message"]["blocks"][0]["block_id"], "slack0");
    assert_eq!(answer["message"]["blocks"][0]["text"]["verbatim"], false);
    assert_eq!(answer["message"]["blocks"][1]["elements"][0]["text"]["emoji"], true);
}
