//! Fake dialnote.

use dialnote_sandbox::Status;
use serde_json::{Value, json};

use crate::stage::Stage;

fn ids(list: &Value) -> Vec<&str> {
    list["data"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_first_conversation_is_ana_limas_missed_call() {
    let stage = Stage::set().await;
    let (status, list) = stage.dialnote("GET", "/conversations?limit=100", Value::Null).await;
    assert_eq!(status, 200);
    assert_eq!(list["meta"], json!({"total": 14, "limit": 100, "offset": 0}));
    assert_eq!(
        list["data"][0],
        json!({
            "id": "conv_1001", "status": "open", "isRead": false, "assignedToId": null, "assignedTo": null,
            "contact": {
                "id": "con_101", "firstName": "Ana", "lastName": "Lima", "company": null,
                "phoneNumber": "+14155550101", "email": null,
            },
            "phoneNumber": {"id": "num_front", "number": "+14155550100", "name": "Front desk"},
            "lastActivity": {
                "type": "call", "direction": "inbound", "preview": "Missed call", "at": "2026-03-02T16:56:00Z",
            },
            "snoozedUntil": null, "createdAt": "2026-03-02T16:56:00Z", "updatedAt": "2026-03-02T16:56:00Z",
        })
    );
}

#[tokio::test]
async fn the_world_has_something_of_everything() {
    let stage = Stage::set().await;
    stage.sandbox.world(|world| {
        let conversations = &world.dialnote.conversations;
        let named = |word: &str| {
            let is_it = |name: &Option<String>| name.as_deref().is_some_and(|n| n.eq_ignore_ascii_case(word));
            conversations.iter().filter(|c| is_it(&c.contact.first_name) || is_it(&c.contact.last_name)).count()
        };
        assert_eq!((named("ana"), named("diana"), named("robert")), (1, 1, 2));
        assert!(conversations.iter().any(|c| c.contact.first_name.is_none() && c.contact.last_name.is_none()));
        assert!(conversations.iter().any(|c| c.contact.company.is_some()));
        for status in [Status::Open, Status::Done, Status::Snoozed] {
            assert!(conversations.iter().any(|c| c.status == status));
        }
        for number in ["num_front", "num_billing"] {
            assert!(conversations.iter().any(|c| c.number == number));
        }
        let phones: std::collections::BTreeSet<_> = conversations.iter().map(|c| &c.contact.phone_number).collect();
        assert_eq!(phones.len(), conversations.len());
    });
}

#[tokio::test]
async fn keys_are_checked_and_one_may_only_read() {
    let stage = Stage::set().await;
    let url = stage.url("/dialnote/api/v1/conversations");
    let anonymous = stage.http.get(&url).send().await.unwrap();
    assert_eq!(anonymous.status(), 401);
    let (status, body) = stage.dialnote_as("dn_live_revoked", "GET", "/conversations", Value::Null).await;
    assert_eq!((status, &body["error"]), (401, &json!("UNAUTHORIZED")));
    let reader = stage.sandbox.read_only_key();
    assert_eq!(stage.dialnote_as(&reader, "GET", "/team/members", Value::Null).await.0, 200);
    let write =
        stage.dialnote_as(&reader, "PATCH", "/conversations/conv_1001", json!({"assignedToId": "mem_zoe"})).await;
    assert_eq!(write, (403, json!({"error": "INSUFFICIENT_PERMISSIONS"})));
    stage.sandbox.world(|world| world.faults.dialnote.read_only = true);
    assert_eq!(stage.dialnote("POST", "/conversations/conv_1001/notes", json!({"content": "x"})).await.0, 403);
}

#[tokio::test]
async fn only_a_member_can_own_a_conversation() {
    let stage = Stage::set().await;
    stage.wait(60);
    let (status, body) = stage.dialnote("PATCH", "/conversations/conv_1001", json!({"assignedToId": "mem_zoe"})).await;
    assert_eq!(status, 200);
    let zoe = json!({"id": "mem_zoe", "name": "Zoe Park", "avatar": "https://avatars.dialnote.example/zoe.png"});
    assert_eq!((&body["data"]["assignedToId"], &body["data"]["assignedTo"]), (&json!("mem_zoe"), &zoe));
    assert_eq!(body["data"]["updatedAt"], "2026-03-02T17:01:00Z");
    assert_eq!(body["data"]["lastActivity"]["at"], "2026-03-02T16:56:00Z");
    let (status, body) = stage.dialnote("PATCH", "/conversations/conv_1001", json!({"assignedToId": "U0ZOE"})).await;
    assert_eq!((status, &body["message"]), (422, &json!("U0ZOE is not a member of your organization.")));
    let (_, body) = stage.dialnote("PATCH", "/conversations/conv_1001", json!({"assignedToId": null})).await;
    assert_eq!(body["data"]["assignedTo"], Value::Null);
}

#[tokio::test]
async fn changes_are_checked() {
    let stage = Stage::set().await;
    for (change, words) in [
        (json!({}), "There is nothing to change."),
        (json!({"assignee": "mem_zoe"}), "assignee cannot be changed."),
        (json!({"assignedToId": 7}), "assignedToId must be a member's id, or null."),
        (json!({"status": "closed"}), "status must be open, done or snoozed."),
        (json!({"status": "snoozed"}), "status snoozed needs snoozedUntil."),
        (
            json!({"status": "done", "snoozedUntil": "2026-03-03T09:00:00Z"}),
            "snoozedUntil goes with status snoozed only.",
        ),
        (json!({"snoozedUntil": "2026-03-03T09:00:00Z"}), "snoozedUntil goes with status snoozed only."),
        (json!({"status": "snoozed", "snoozedUntil": "tomorrow"}), "snoozedUntil must be an RFC 3339 time."),
        (json!({"status": "snoozed", "snoozedUntil": "2026-03-01T09:00:00Z"}), "snoozedUntil lies in the past."),
    ] {
        let (status, body) = stage.dialnote("PATCH", "/conversations/conv_1001", change).await;
        assert_eq!((status, &body["message"]), (422, &json!(words)));
    }
    let snooze = json!({"status": "snoozed", "snoozedUntil": "2026-03-03T09:00:00Z"});
    let (_, body) = stage.dialnote("PATCH", "/conversations/conv_1001", snooze).await;
    assert_eq!(
        (&body["data"]["status"], &body["data"]["snoozedUntil"]),
        (&json!("snoozed"), &json!("2026-03-03T09:00:00Z"))
    );
    let (_, body) = stage.dialnote("PATCH", "/conversations/conv_1001", json!({"status": "open"})).await;
    assert_eq!(body["data"]["snoozedUntil"], Value::Null);
    let (status, body) = stage.dialnote("PATCH", "/conversations/conv_9", json!({"status": "done"})).await;
    assert_eq!((status, &body["message"]), (404, &json!("There is no such conversation in your organization.")));
}

#[tokio::test]
async fn filters_pages_and_unknown_parameters() {
    let stage = Stage::set().await;
    let get = async |query: &str| stage.dialnote("GET", &format!("/conversations?{query}"), Value::Null).await;
    assert_eq!(ids(&get("assignedToId=mem_leo").await.1), ["conv_1003", "conv_1007"]);
    assert_eq!(ids(&get("limit=2&offset=1").await.1), ["conv_1002", "conv_1004"]);
    assert_eq!(ids(&get("assignedToId=mem_kim").await.1), [""; 0]);
    for query in ["limit=101", "limit=0", "limit=x", "assignedToId=null"] {
        assert_eq!(get(query).await.0, 400, "{query}");
    }
    for (query, names) in [("owner=mem_leo", "'owner'"), ("status=open&limit=2&isRead=true", "'status', 'isRead'")] {
        let (status, refused) = get(query).await;
        assert_eq!((status, &refused["message"]), (400, &json!(format!("Unrecognized key(s) in query: {names}"))));
    }
    stage.sandbox.world(|world| world.faults.dialnote.ignores_filters = true);
    assert_eq!(get("assignedToId=mem_leo&limit=100").await.1["meta"]["total"], 14);
}

#[tokio::test]
async fn reads_may_be_stale_until_the_app_writes() {
    let stage = Stage::set().await;
    let owner = async || {
        stage.dialnote("GET", "/conversations/conv_1001", Value::Null).await.1["data"]["assignedTo"]["id"].clone()
    };
    stage.sandbox.world(|world| world.faults.dialnote.stale_reads = true);
    stage.sandbox.change_in_dialnote(&json!({"conversation": "conv_1001", "assignedToId": "mem_zoe"})).unwrap();
    assert_eq!(owner().await, Value::Null);
    stage.dialnote("PATCH", "/conversations/conv_1001", json!({"status": "open"})).await;
    assert_eq!(owner().await, json!("mem_zoe"));
}

#[tokio::test]
async fn notes_have_a_length_and_are_written_as_often_as_they_are_sent() {
    let stage = Stage::set().await;
    let path = "/conversations/conv_1001/notes";
    let note = |text: String| json!({"content": text});
    let (status, body) = stage.dialnote("POST", path, note("Wants a call back.".to_owned())).await;
    assert_eq!((status, &body["data"]["content"]), (201, &json!("Wants a call back.")));
    stage.dialnote("POST", path, note("Wants a call back.".to_owned())).await;
    assert_eq!(stage.dialnote("POST", path, note("é".repeat(5000))).await.0, 201);
    assert_eq!(stage.dialnote("POST", path, note("é".repeat(5001))).await.0, 422);
    assert_eq!(stage.dialnote("POST", path, note(" ".to_owned())).await.0, 422);
    assert_eq!(stage.dialnote("POST", path, json!({"content": "x", "author": "me"})).await.0, 422);
    assert_eq!(stage.dialnote("POST", "/conversations/conv_9/notes", note("x".to_owned())).await.0, 404);
    let notes = stage.sandbox.world(|world| world.dialnote.conversation("conv_1001").unwrap().notes().len());
    assert_eq!(notes, 3);
}

#[tokio::test]
async fn messages_come_newest_first_and_in_pages() {
    let stage = Stage::set().await;
    let path = "/conversations/conv_1003/messages";
    let (_, all) = stage.dialnote("GET", path, Value::Null).await;
    let contents = |page: &Value| {
        let messages = page["data"]["messages"].as_array().unwrap();
        messages.iter().map(|m| m["content"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(contents(&all)[0].starts_with("We are asking them"));
    assert_eq!((&all["data"]["hasMore"], &all["data"]["nextCursor"]), (&json!(false), &Value::Null));
    let (_, first) = stage.dialnote("GET", &format!("{path}?limit=1"), Value::Null).await;
    assert_eq!(first["data"]["hasMore"], true);
    let next = &first["data"]["nextCursor"];
    let (at, id) = (next["cursor"].as_str().unwrap(), next["cursorId"].as_str().unwrap());
    assert_eq!(at, "2026-03-02T15:50:00Z");
    let (_, second) = stage.dialnote("GET", &format!("{path}?limit=1&cursor={at}&cursorId={id}"), Value::Null).await;
    assert_eq!(contents(&second), ["Did my insurance pay for the x-ray?"]);
    assert_eq!((&second["data"]["hasMore"], &second["data"]["nextCursor"]), (&json!(false), &Value::Null));
    for query in [
        format!("cursor={at}"),
        format!("cursorId={id}"),
        format!("cursor=2026-03-02T15:50:01Z&cursorId={id}"),
        format!("cursor={at}&cursorId=made-up"),
        "offset=1".to_owned(),
    ] {
        assert_eq!(stage.dialnote("GET", &format!("{path}?{query}"), Value::Null).await.0, 400, "{query}");
    }
}

#[tokio::test]
async fn members_numbers_and_calls() {
    let stage = Stage::set().await;
    let (_, members) = stage.dialnote("GET", "/team/members", Value::Null).await;
    assert_eq!(ids(&members), ["mem_maya", "mem_leo", "mem_zoe"]);
    assert_eq!(members["data"][0]["email"], "Maya@Acme.example");
    let (_, numbers) = stage.dialnote("GET", "/messaging-channels", Value::Null).await;
    let front = json!({"id": "num_front", "channelAddress": "+14155550100", "displayName": "Front desk"});
    assert_eq!(numbers["data"][0], front);
    let (_, calls) = stage.dialnote("GET", "/call-logs?limit=1", Value::Null).await;
    let call = &calls["data"][0];
    assert_eq!((&call["status"], &call["fromNumber"]), (&json!("missed"), &json!("+14155550101")));
    for path in [
        "/call-logs?limit=101",
        "/call-logs?offset=1",
        "/team/members?limit=5",
        "/messaging-channels?x=1",
        "/conversations/conv_1001?x=1",
    ] {
        assert_eq!(stage.dialnote("GET", path, Value::Null).await.0, 400, "{path}");
    }
    stage.sandbox.world(|world| world.faults.dialnote.bare_answers = true);
    let (_, bare) = stage.dialnote("GET", "/messaging-channels", Value::Null).await;
    assert_eq!(bare[0], front);
}

#[tokio::test]
async fn subscribing_twice_is_subscribing_once() {
    let stage = Stage::set().await;
    let webhook = json!({"url": "https://bot.example/dialnote/webhooks/x", "event": "call_log", "provider": "custom"});
    let (status, first) = stage.dialnote("POST", "/api/hooks", webhook.clone()).await;
    assert_eq!(status, 201);
    let (status, second) = stage.dialnote("POST", "/api/hooks", webhook).await;
    assert_eq!((status, &first["data"]["id"]), (200, &second["data"]["id"]));
    let path = format!("/api/hooks/{}", first["data"]["id"].as_str().unwrap());
    assert_eq!(stage.dialnote("DELETE", &path, Value::Null).await.1["data"], json!({"success": true}));
    assert_eq!(stage.dialnote("DELETE", &path, Value::Null).await.0, 404);
    for bad in [
        json!({"url": "http://bot.example/x", "event": "call_log", "provider": "custom"}),
        json!({"url": "https://bot.example/x", "event": "sms", "provider": "custom"}),
        json!({"url": "https://bot.example/x", "event": "note"}),
        json!({"url": "https://bot.example/x", "event": "note", "provider": "custom", "secret": "x"}),
    ] {
        assert_eq!(stage.dialnote("POST", "/api/hooks", bad).await.0, 422);
    }
}

#[tokio::test]
async fn ids_in_paths_are_decoded_and_unknown_addresses_are_not_found() {
    let stage = Stage::set().await;
    stage.sandbox.world(|world| world.dialnote.conversations[0].id = "conv/1 é".to_owned());
    let (status, body) = stage.dialnote("GET", "/conversations/conv%2F1%20%C3%A9", Value::Null).await;
    assert_eq!((status, &body["data"]["id"]), (200, &json!("conv/1 é")));
    assert_eq!(stage.dialnote("GET", "/nothing", Value::Null).await.0, 404);
    assert_eq!(stage.dialnote("DELETE", "/conversations/conv_1002", Value::Null).await.0, 404);
    let key = stage.sandbox.credentials().dialnote_api_key;
    for nowhere in ["/dialnote/conversations", "/dialnote/api/v1/publications", "/dialnote/api/v1/api/hooks"] {
        let request = stage.http.get(stage.url(nowhere)).bearer_auth(&key);
        assert_eq!(request.send().await.unwrap().status(), 404, "{nowhere}");
    }
    let form = stage.http.patch(stage.url("/dialnote/api/v1/conversations/conv_1002")).form(&[("status", "done")]);
    assert_eq!(form.bearer_auth(key).send().await.unwrap().status(), 415);
}

#[tokio::test]
async fn one_recorded_call_can_be_read() {
    let stage = Stage::set().await;
    let (_, list) = stage.dialnote("GET", "/call-logs?limit=1", Value::Null).await;
    let first = &list["data"][0];
    let path = format!("/call-logs/{}", first["id"].as_str().unwrap());
    let (status, one) = stage.dialnote("GET", &path, Value::Null).await;
    assert_eq!((status, &one["data"]), (200, first));
    assert_eq!(stage.dialnote("GET", &format!("{path}?limit=1"), Value::Null).await.0, 400);
    assert_eq!(stage.dialnote("GET", "/call-logs/call_none", Value::Null).await.0, 404);
}

#[tokio::test]
async fn contacts_are_found_by_their_letters() {
    let stage = Stage::set().await;
    let (status, all) = stage.dialnote("GET", "/contacts", Value::Null).await;
    let all = all["data"]["contacts"].as_array().unwrap().clone();
    assert_eq!((status, all.len()), (200, 14));
    let found = async |query: &str| stage.dialnote("GET", &format!("/contacts?{query}"), Value::Null).await;
    let (_, ana) = found("search=LIMA").await;
    assert_eq!(ana["data"]["contacts"][0]["id"], "con_101");
    assert_eq!(ana["data"]["contacts"].as_array().unwrap().len(), 1);
    assert_eq!(found("search=%2B14155550101").await.1, ana, "by the number, too");
    let (_, second) = found("limit=5&page=2").await;
    assert_eq!(second["data"]["contacts"].as_array().unwrap()[..], all[5..10]);
    for refused in ["page=0", "limit=101", "offset=1", "page=x"] {
        assert_eq!(found(refused).await.0, 400, "{refused}");
    }
}
