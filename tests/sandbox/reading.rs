//! `users.*`, `usergroups.*`, `conversations.*`, `team.info`: the app's look-ups.

use dialnote_sandbox::Person;
use serde_json::{Value, json};

use crate::stage::{Stage, section};

#[tokio::test]
async fn a_person_is_told_whole_but_for_what_no_scope_covers() {
    let stage = Stage::set().await;
    let user = stage.granted("users.info", json!({"user": "U0MAYA", "include_locale": true})).await["user"].clone();
    assert_eq!(user["profile"]["email"], "maya@acme.example");
    assert_eq!((&user["tz"], &user["tz_offset"]), (&json!("America/Los_Angeles"), &json!(-28800)));
    assert_eq!((&user["is_admin"], &user["locale"]), (&json!(true), &json!("en-US")));
    stage.sandbox.world(|world| world.scopes.retain(|scope| scope != "users:read.email"));
    let user = stage.granted("users.info", json!({"user": "U0MAYA"})).await["user"].clone();
    assert!(user["profile"].get("email").is_none() && user.get("locale").is_none());
    assert_eq!(stage.refused("users.info", json!({"user": "maya"})).await, "user_not_found");
    assert_eq!(stage.refused("users.lookupByEmail", json!({"email": "maya@acme.example"})).await, "missing_scope");
}

#[tokio::test]
async fn the_deactivated_and_strangers_are_not_found_by_address() {
    let stage = Stage::set().await;
    let find = |email: &str| json!({"email": email});
    let found = stage.granted("users.lookupByEmail", find("MAYA@acme.example")).await;
    assert_eq!(found["user"]["id"], "U0MAYA");
    stage.sandbox.world(|world| {
        world.person_mut("leo").unwrap().deleted = true;
        world.add_person(
            Person { stranger: true, team: "T0OTHER".to_owned(), ..Person::named("kim", "Kim Ode") },
            &["front-desk"],
        );
    });
    assert_eq!(stage.refused("users.lookupByEmail", find("leo@acme.example")).await, "users_not_found");
    assert_eq!(stage.refused("users.lookupByEmail", find("kim@acme.example")).await, "users_not_found");
    let leo = stage.granted("users.info", json!({"user": "U0LEO"})).await["user"].clone();
    assert_eq!((&leo["deleted"], leo.get("tz")), (&json!(true), None));
    let kim = stage.granted("users.info", json!({"user": "U0KIM"})).await["user"].clone();
    assert_eq!((&kim["is_stranger"], &kim["team_id"]), (&json!(true), &json!("T0OTHER")));
}

#[tokio::test]
async fn lists_come_in_pages() {
    let stage = Stage::set().await;
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let mut args = json!({"limit": 2});
        if !cursor.is_empty() {
            args["cursor"] = json!(cursor);
        }
        let page = stage.granted("users.list", args).await;
        let members = page["members"].as_array().unwrap();
        seen.extend(members.iter().map(|user| user["name"].as_str().unwrap().to_owned()));
        cursor = page["response_metadata"]["next_cursor"].as_str().unwrap().to_owned();
        if cursor.is_empty() {
            break;
        }
        assert!(cursor.ends_with('='), "cursors have to be encoded");
    }
    assert_eq!(seen, ["maya", "leo", "zoe", "sam", "dialnote"]);
    assert_eq!(stage.refused("users.list", json!({"cursor": "made-up"})).await, "invalid_cursor");
    assert_eq!(stage.refused("users.list", json!({"limit": 1000})).await, "invalid_arguments");
}

#[tokio::test]
async fn groups_and_team() {
    let stage = Stage::set().await;
    let groups = stage.granted("usergroups.list", json!({"include_users": true})).await["usergroups"].clone();
    assert_eq!((&groups[0]["id"], &groups[0]["users"]), (&json!("S0FRONTDESK"), &json!(["U0LEO", "U0ZOE"])));
    let users = stage.granted("usergroups.users.list", json!({"usergroup": "S0FRONTDESK"})).await;
    assert_eq!(users["users"], json!(["U0LEO", "U0ZOE"]));
    let unknown = stage.refused("usergroups.users.list", json!({"usergroup": "S0NONE"})).await;
    assert_eq!(unknown, "no_such_subteam");
    assert_eq!(stage.granted("team.info", json!({})).await["team"]["name"], "Acme Dental");
    assert_eq!(stage.refused("team.info", json!({"team": "T0OTHER"})).await, "team_not_found");
}

#[tokio::test]
async fn channels_are_looked_up_and_opened() {
    let stage = Stage::set().await;
    let info = stage.granted("conversations.info", json!({"channel": "C0FRONT"})).await["channel"].clone();
    assert_eq!(
        (&info["name"], &info["is_member"], &info["is_im"]),
        (&json!("front-desk"), &json!(true), &json!(false))
    );
    assert_eq!(stage.refused("conversations.info", json!({"channel": "C0NONE"})).await, "channel_not_found");
    let open = |users: &str| json!({"users": users});
    assert_eq!(stage.granted("conversations.open", open("U0ZOE")).await["channel"], json!({"id": "D0ZOE"}));
    stage.sandbox.world(|world| world.person_mut("leo").unwrap().deleted = true);
    for (users, error) in [
        ("U0NONE", "user_not_found"),
        ("U0LEO", "user_disabled"),
        ("U0BOT", "user_not_visible"),
        ("", "users_list_not_supplied"),
        ("1,2,3,4,5,6,7,8,9", "too_many_users"),
    ] {
        assert_eq!(stage.refused("conversations.open", open(users)).await, error, "{users}");
    }
    stage.sandbox.world(|world| world.scopes.retain(|scope| scope != "channels:read"));
    let answer = stage.slack("conversations.info", json!({"channel": "C0FRONT"})).await;
    assert_eq!((&answer["error"], &answer["needed"]), (&json!("missing_scope"), &json!("channels:read")));
}

#[tokio::test]
async fn history_is_read_by_time_with_metadata_for_who_asks() {
    let stage = Stage::set().await;
    let mut names = Vec::new();
    for n in 0..4 {
        let args = json!({
            "channel": "C0FRONT", "text": format!("No. {n}"),
            "metadata": {"event_type": "card", "event_payload": {"job": n}},
        });
        names.push(stage.granted("chat.postMessage", args).await["ts"].clone());
        stage.wait(1);
    }
    let reply = json!({"channel": "C0FRONT", "text": "Reply", "thread_ts": names[0]});
    let reply = stage.granted("chat.postMessage", reply).await["ts"].clone();
    stage.granted("chat.postEphemeral", json!({"channel": "C0FRONT", "user": "U0LEO", "text": "Psst"})).await;
    let texts = |answer: &Value| {
        let messages = answer["messages"].as_array().unwrap();
        messages.iter().map(|m| m["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let read = |more: Value| {
        let mut args = json!({"channel": "C0FRONT"});
        args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        args
    };
    let all = stage.granted("conversations.history", read(json!({}))).await;
    assert_eq!(texts(&all), ["No. 3", "No. 2", "No. 1", "No. 0"], "newest first, no replies, no ephemerals");
    assert_eq!(all["messages"][0]["metadata"], json!({"event_type": "card"}));
    assert_eq!(all["messages"][3]["thread_ts"], names[0]);
    let told = stage.granted("conversations.history", read(json!({"include_all_metadata": true, "limit": 1}))).await;
    assert_eq!(told["messages"][0]["metadata"]["event_payload"]["job"], 3);
    assert_eq!(told["has_more"], true);
    let between = json!({"oldest": names[1], "latest": names[2], "inclusive": true});
    assert_eq!(texts(&stage.granted("conversations.history", read(between)).await), ["No. 2", "No. 1"]);
    let within = json!({"oldest": names[0], "latest": names[2]});
    assert_eq!(texts(&stage.granted("conversations.history", read(within)).await), ["No. 1"]);
    let thread = json!({"channel": "C0FRONT", "ts": reply});
    assert_eq!(texts(&stage.granted("conversations.replies", thread).await), ["No. 0", "Reply"]);
    for (args, error) in [
        (read(json!({"oldest": "yesterday"})), "invalid_ts_oldest"),
        (read(json!({"latest": "1.1234567"})), "invalid_ts_latest"),
        (json!({"channel": "C0NONE"}), "channel_not_found"),
    ] {
        assert_eq!(stage.refused("conversations.history", args).await, error);
    }
    let unknown = stage.refused("conversations.replies", json!({"channel": "C0FRONT", "ts": "1.000001"})).await;
    assert_eq!(unknown, "thread_not_found");
    stage.sandbox.world(|world| world.faults.slack.bot_not_in = vec!["front-desk".to_owned()]);
    assert_eq!(stage.refused("conversations.history", read(json!({}))).await, "not_in_channel");
}

#[tokio::test]
async fn an_app_outside_the_marketplace_reads_a_page_of_15_messages_a_minute() {
    let stage = Stage::set().await;
    stage.sandbox.world(|world| {
        world.faults.slack.history_per_minute = Some(1);
        for n in 0..40 {
            world.say("maya", "front-desk", &format!("No. {n}")).unwrap();
        }
    });
    let read = |cursor: &str| json!({"channel": "C0FRONT", "limit": 200, "cursor": cursor});
    let limited = async |wait: &str| {
        let call = stage.http.post(stage.url("/slack/api/conversations.history")).bearer_auth(&stage.token);
        let answer = call.form(&[("channel", "C0FRONT")]).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (429, wait));
    };
    let (mut cursor, mut sizes) = (String::new(), Vec::new());
    loop {
        let args = if cursor.is_empty() { json!({"channel": "C0FRONT", "limit": 200}) } else { read(&cursor) };
        let page = stage.granted("conversations.history", args).await;
        sizes.push(page["messages"].as_array().unwrap().len());
        cursor = page["response_metadata"]["next_cursor"].as_str().unwrap().to_owned();
        assert_eq!(page["has_more"], !cursor.is_empty());
        limited("60").await;
        stage.wait(59);
        limited("1").await;
        stage.wait(1);
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(sizes, [15, 15, 10]);
    let other = stage.post(json!([section("Hi")])).await;
    stage.granted("conversations.history", json!({"channel": "C0FRONT"})).await;
    stage.granted("conversations.replies", json!({"channel": "C0FRONT", "ts": other})).await;
}

#[tokio::test]
async fn a_parent_shows_that_it_has_a_thread() {
    let stage = Stage::set().await;
    let ts = stage.post(json!([section("Hi")])).await;
    stage.granted("chat.postMessage", json!({"channel": "C0FRONT", "text": "Reply", "thread_ts": ts})).await;
    let parent = stage.sandbox.world(|world| world.message("C0FRONT", &ts).unwrap().clone());
    assert_eq!((parent.thread_ts.as_deref(), parent.is_reply()), (Some(ts.as_str()), false));
}
