//! The possible behaviours of dialnote: each variant on the wire, and all of them together.

use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::stage::Stage;

/// An answer as received.
struct Heard {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Heard {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    fn data(&self) -> Value {
        self.json()["data"].clone()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl Stage {
    /// Sets up a sandbox whose dialnote has these variants.
    async fn varied(variants: Value) -> Self {
        let stage = Self::set().await;
        let (status, told) = stage.control("faults", json!({"dialnote": {"variants": variants}})).await;
        assert_eq!(status, 200, "{told}");
        stage
    }

    /// Calls dialnote at any address.
    async fn call(&self, method: &str, path: &str, body: Value) -> Heard {
        let request = self.http.request(method.parse().unwrap(), self.url(&format!("/dialnote/api{path}")));
        let mut request = request.bearer_auth(self.sandbox.credentials().dialnote_api_key);
        if !body.is_null() {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Heard { status, headers, text: answer.text().await.unwrap() }
    }

    async fn get(&self, path: &str) -> Heard {
        self.call("GET", &format!("/v1{path}"), Value::Null).await
    }

    async fn change(&self, id: &str, body: Value) -> Heard {
        self.call("PATCH", &format!("/v1/conversations/{id}"), body).await
    }

    /// Returns the owner of a conversation and its status, in the sandbox's own ids and words.
    fn kept(&self, id: &str) -> (Option<String>, String) {
        self.sandbox.world(|world| {
            let kept = world.dialnote.conversation(id).unwrap();
            (kept.assigned_to.clone(), json!(kept.status).as_str().unwrap().to_owned())
        })
    }
}

const ZOE: &str = "conv_1006";

fn of_zoe() -> (Option<String>, String) {
    (Some("mem_zoe".to_owned()), "open".to_owned())
}

#[tokio::test]
async fn a_misspelt_control_request_is_refused() {
    let stage = Stage::set().await;
    for (variants, words) in [
        (json!({"adresses": "one"}), "unknown field `adresses`"),
        (json!({"addresses": "two"}), "unknown variant `two`"),
        (json!({"hook_delete": 500}), "hook_delete is 200, 204 or 404, not 500"),
    ] {
        let (status, told) = stage.control("faults", json!({"dialnote.variants": variants})).await;
        assert_eq!(status, 400);
        assert!(told["error"].as_str().unwrap().contains(words), "{told}");
    }
    let (_, told) = stage.control("faults", json!({"dialnote.variants": {"ids": "numbers"}})).await;
    let (_, told_after) = stage.control("faults", json!({"dialnote.variants": {"hook_delete": 404}})).await;
    assert_eq!(told["dialnote"]["variants"]["hook_delete"], 200);
    let both = &told_after["dialnote"]["variants"];
    assert_eq!((&both["ids"], &both["hook_delete"]), (&json!("numbers"), &json!(404)));
}

#[tokio::test]
async fn reads_and_changes_may_be_at_two_addresses() {
    for (addresses, read, change, public_read, public_change) in
        [("one", 200, 200, 200, 200), ("split", 404, 200, 200, 404), ("patch_nowhere", 200, 404, 200, 404)]
    {
        let stage = Stage::varied(json!({ "addresses": addresses })).await;
        let status = async |method, path: &str| {
            let body = if method == "PATCH" { json!({"assignedToId": "mem_zoe"}) } else { Value::Null };
            stage.call(method, path, body).await.status
        };
        let found = [
            status("GET", "/v1/conversations/conv_1001").await,
            status("PATCH", "/v1/conversations/conv_1001").await,
            status("GET", "/v1/public/team/members").await,
            status("PATCH", "/v1/public/conversations/conv_1001").await,
        ];
        assert_eq!(found, [read, change, public_read, public_change], "{addresses}");
        let note = stage.call("POST", "/v1/public/conversations/conv_1001/notes", json!({"content": "x"})).await;
        assert_eq!(note.status, 201);
        let webhook = json!({"url": "https://bot.example/x", "event": "call_log", "provider": "custom"});
        assert_eq!(stage.call("POST", "/hooks", webhook).await.status, 201, "subscriptions are at their own address");
    }
}

#[tokio::test]
async fn a_404_may_be_no_json() {
    for (body, kind, text) in [
        ("json", Some("application/json; charset=utf-8"), "NOT_FOUND"),
        ("html", Some("text/html; charset=utf-8"), "<!doctype html>"),
        ("empty", None, ""),
    ] {
        let stage = Stage::varied(json!({ "not_found_body": body })).await;
        for path in ["/conversations/conv_9", "/nothing/here"] {
            let heard = stage.get(path).await;
            assert_eq!((heard.status, heard.header("content-type")), (404, kind));
            assert!(heard.text.contains(text) && (heard.text.is_empty() == text.is_empty()), "{}", heard.text);
        }
        assert!(stage.get("/conversations?limit=0").await.json()["error"].is_string(), "other refusals are as ever");
    }
}

#[tokio::test]
async fn answers_may_have_no_envelope_and_lists_a_name() {
    for (path, name) in [
        ("/conversations", "conversations"),
        ("/team/members", "members"),
        ("/messaging-channels", "channels"),
        ("/call-logs?limit=5", "callLogs"),
    ] {
        let plain = Stage::set().await.get(path).await.json();
        assert!(plain["data"].is_array() && plain["meta"].is_object());
        let bare = Stage::varied(json!({"envelope": "bare"})).await.get(path).await.json();
        assert_eq!(bare, plain["data"]);
        let named = Stage::varied(json!({"list": "named"})).await.get(path).await.data();
        assert_eq!(named, json!({ name: plain["data"] }));
        let both = Stage::varied(json!({"list": "named", "envelope": "bare"})).await.get(path).await.json();
        assert_eq!(both, named);
    }
    let bare = Stage::varied(json!({"envelope": "bare"})).await;
    assert_eq!(bare.change(ZOE, json!({"assignedToId": null})).await.json()["id"], ZOE);
}

#[tokio::test]
async fn messages_may_go_on_by_one_cursor_or_not_at_all() {
    let path = "/conversations/conv_1003/messages?limit=1";
    for envelope in ["data", "bare"] {
        let stage = Stage::varied(json!({"messages_page": "meta_cursor", "envelope": envelope})).await;
        let first = stage.get(path).await.json();
        let cursor = first["meta"]["nextCursor"].as_str().unwrap();
        let second = stage.get(&format!("{path}&cursor={cursor}")).await.json();
        let shown = if envelope == "data" { &second["data"] } else { &second };
        assert_eq!(shown["messages"][0]["content"], "Did my insurance pay for the x-ray?");
        assert_eq!((&second["meta"]["nextCursor"], &shown["hasMore"]), (&Value::Null, &Value::Null));
        assert_eq!(stage.get(&format!("{path}&cursor={cursor}&cursorId=x")).await.status, 400);
    }
    let stage = Stage::varied(json!({"messages_page": "none"})).await;
    let only = stage.get(path).await.json();
    assert_eq!(only["data"].as_object().unwrap().keys().collect::<Vec<_>>(), ["messages"]);
    assert_eq!(only["meta"], json!({}));
    assert_eq!(stage.get(&format!("{path}&cursor=x")).await.status, 400);
}

#[tokio::test]
async fn unknown_parameters_may_be_ignored() {
    for (query, of_leo, odd) in [("strict", 2, 400), ("lenient", 2, 200), ("ignores_owner", 14, 200)] {
        let stage = Stage::varied(json!({ "query": query })).await;
        let found = stage.get("/conversations?assignedToId=mem_leo").await.data();
        assert_eq!(found.as_array().unwrap().len(), of_leo);
        for path in ["/conversations?status=open", "/team/members?limit=5", "/conversations/conv_1003/messages?x=1"] {
            assert_eq!(stage.get(path).await.status, odd, "{query} {path}");
        }
        assert_eq!(stage.get("/conversations?limit=0").await.status, 400, "what is known is checked");
    }
}

#[tokio::test]
async fn a_member_has_another_id_than_their_user() {
    for shape in ["user_id", "user_object"] {
        let stage = Stage::varied(json!({ "member_shape": shape })).await;
        let zoe = stage.get("/team/members").await.data()[2].clone();
        assert_eq!(zoe["id"], "mem_zoe");
        if shape == "user_id" {
            assert_eq!((&zoe["userId"], &zoe["name"]), (&json!("user_zoe"), &json!("Zoe Park")));
        } else {
            let avatar = "https://avatars.dialnote.example/zoe.png";
            let user = json!({"id": "user_zoe", "name": "Zoe Park", "email": "zoe@acme.example", "avatar": avatar});
            assert_eq!((&zoe["user"], &zoe["name"], &zoe["role"]), (&user, &Value::Null, &json!("Member")));
        }
        assert_eq!(stage.change("conv_1001", json!({"assignedToId": "mem_zoe"})).await.status, 422);
        let changed = stage.change("conv_1001", json!({"assignedToId": "user_zoe"})).await.data();
        assert_eq!((&changed["assignedToId"], &changed["assignedTo"]["id"]), (&json!("user_zoe"), &json!("mem_zoe")));
        assert_eq!(stage.kept("conv_1001"), of_zoe());
        let owned = |list: Value| list.as_array().unwrap().len();
        assert_eq!(owned(stage.get("/conversations?assignedToId=user_leo").await.data()), 2);
        assert_eq!(owned(stage.get("/conversations?assignedToId=mem_leo").await.data()), 0);
        stage.sandbox.world(|world| world.dialnote.members.retain(|member| member.id != "mem_leo"));
        assert_eq!(owned(stage.get("/conversations?assignedToId=user_leo").await.data()), 2, "what they left behind");
    }
}

#[tokio::test]
async fn the_id_of_a_member_may_be_a_number() {
    let stage = Stage::varied(json!({"member_shape": "numeric"})).await;
    let zoe = stage.get("/team/members").await.data()[2]["id"].clone();
    assert!(zoe.is_u64(), "{zoe}");
    assert_eq!(stage.change("conv_1001", json!({"assignedToId": zoe.to_string()})).await.status, 422, "it is no text");
    assert_eq!(stage.change("conv_1001", json!({"assignedToId": 7})).await.status, 422);
    let changed = stage.change("conv_1001", json!({ "assignedToId": zoe })).await.data();
    assert_eq!((&changed["assignedToId"], &changed["assignedTo"]["id"]), (&zoe, &zoe));
    assert_eq!(stage.kept("conv_1001"), of_zoe());
    let owned = stage.get(&format!("/conversations?assignedToId={zoe}")).await.data();
    assert_eq!(owned.as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn members_may_say_less_or_say_it_otherwise() {
    for (fields, field, value) in [
        ("full", "availability", json!("Do Not Disturb")),
        ("no_email", "email", Value::Null),
        ("no_name", "name", Value::Null),
        ("availability_upper", "availability", json!("DO_NOT_DISTURB")),
        ("availability_lower", "availability", json!("do not disturb")),
        ("availability_absent", "availability", Value::Null),
    ] {
        for shape in ["plain", "user_object"] {
            let stage = Stage::varied(json!({"member_fields": fields, "member_shape": shape})).await;
            stage.sandbox.world(|world| world.dialnote.members[2].availability = "Do Not Disturb".to_owned());
            let zoe = stage.get("/team/members").await.data()[2].clone();
            let place = if shape == "user_object" && field != "availability" { &zoe["user"] } else { &zoe };
            assert_eq!(place.get(field).cloned().unwrap_or_default(), value, "{fields}");
            assert_eq!(place.get(field).is_none(), value.is_null(), "what is not said is missing: {fields}");
        }
    }
}

#[tokio::test]
async fn an_owner_may_be_named_less() {
    for (assigned_to, listed, single) in [
        ("both", (true, true), (true, true)),
        ("object", (true, false), (true, false)),
        ("id_only", (false, true), (false, true)),
        ("absent_in_lists", (false, false), (true, true)),
    ] {
        let stage = Stage::varied(json!({ "assigned_to": assigned_to })).await;
        let told = |one: &Value| (one.get("assignedTo").is_some(), one.get("assignedToId").is_some());
        let list = stage.get("/conversations?assignedToId=mem_leo").await.data();
        assert_eq!(told(&list[0]), listed, "{assigned_to}");
        assert_eq!(told(&stage.get("/conversations/conv_1003").await.data()), single, "{assigned_to}");
        let free = stage.get("/conversations/conv_1001").await.data();
        assert_eq!(told(&free), single, "it says so of nobody, too");
    }
}

#[tokio::test]
async fn a_write_may_be_answered_with_anything() {
    for (answer, status, note_status, text) in [
        ("conversation", 200, 201, "\"assignedToId\":\"mem_leo\""),
        ("other_owner", 200, 201, "\"assignedToId\":\"mem_maya\""),
        ("no_content", 204, 204, ""),
        ("empty", 200, 201, ""),
        ("html", 200, 201, "<!doctype html>"),
    ] {
        let stage = Stage::varied(json!({ "write_answer": answer })).await;
        let changed = stage.change(ZOE, json!({"assignedToId": "mem_leo"})).await;
        assert_eq!(changed.status, status);
        assert!(changed.text.contains(text) && (changed.text.is_empty() == text.is_empty()), "{}", changed.text);
        let note = stage.call("POST", "/v1/conversations/conv_1006/notes", json!({"content": "x"})).await;
        assert_eq!((note.status, note.text.is_empty()), (note_status, text.is_empty()), "{answer}");
        assert_eq!(stage.kept(ZOE).0.as_deref(), Some("mem_leo"), "it has had its effect");
        assert_eq!(stage.get("/conversations/conv_1006").await.data()["assignedToId"], "mem_leo", "reads are true");
        assert_eq!(
            stage.change("conv_9", json!({"assignedToId": "mem_leo"})).await.status,
            404,
            "refusals are as ever"
        );
    }
}

#[tokio::test]
async fn a_status_may_not_be_changed() {
    let snooze = || json!({"status": "snoozed", "snoozedUntil": "2026-03-03T09:00:00Z", "assignedToId": "mem_leo"});
    let stage = Stage::varied(json!({"patch_status": "refused"})).await;
    for (change, names) in [(json!({"status": "done"}), "'status'"), (snooze(), "'status', 'snoozedUntil'")] {
        let refused = stage.change(ZOE, change).await;
        let words = format!("Unrecognized key(s) in object: {names}");
        assert_eq!((refused.status, &refused.json()["message"]), (400, &json!(words)));
    }
    assert_eq!(stage.kept(ZOE), of_zoe());
    let stage = Stage::varied(json!({"patch_status": "ignored"})).await;
    let answered = stage.change(ZOE, json!({"status": "done"})).await;
    assert_eq!((answered.status, &answered.data()["status"]), (200, &json!("open")));
    assert_eq!(stage.kept(ZOE), of_zoe());
    assert_eq!(stage.change(ZOE, snooze()).await.data()["assignedToId"], "mem_leo", "the owner is changed");
    assert_eq!(stage.change(ZOE, json!({})).await.status, 422, "an empty change is as ever");
    stage.sandbox.change_in_dialnote(&json!({"conversation": ZOE, "status": "done"})).unwrap();
    assert_eq!(stage.kept(ZOE).1, "done", "people in dialnote can");
}

#[tokio::test]
async fn a_status_may_be_spelled_otherwise() {
    for (case, open, done) in [("lower", "open", "done"), ("upper", "OPEN", "DONE"), ("capital", "Open", "Done")] {
        let stage = Stage::varied(json!({ "status_case": case })).await;
        assert_eq!(stage.get("/conversations/conv_1001").await.data()["status"], open);
        for word in ["done", "DONE", "Done"].into_iter().filter(|word| *word != done) {
            let refused = stage.change("conv_1001", json!({ "status": word })).await;
            assert_eq!(refused.status, 422);
            assert!(refused.json()["message"].as_str().unwrap().contains(done), "{}", refused.text);
        }
        assert_eq!(stage.change("conv_1001", json!({ "status": done })).await.data()["status"], done);
        assert_eq!(stage.kept("conv_1001").1, "done");
    }
}

#[tokio::test]
async fn a_status_may_be_unknown() {
    for (unknown, word) in [("none", "DONE"), ("archived", "ARCHIVED"), ("spam", "SPAM")] {
        let stage = Stage::varied(json!({"status_unknown": unknown, "status_case": "upper"})).await;
        let list = stage.get("/conversations").await.data();
        let count = |word: &str| list.as_array().unwrap().iter().filter(|one| one["status"] == word).count();
        assert_eq!((count(word), count("DONE")), if unknown == "none" { (2, 2) } else { (1, 1) });
        assert_eq!(stage.get("/conversations/conv_1011").await.data()["status"], word);
        assert_eq!(stage.change("conv_1001", json!({"status": "ARCHIVED"})).await.status, 422);
        assert_eq!(stage.change("conv_1011", json!({"status": "OPEN"})).await.data()["status"], "OPEN");
    }
}

#[tokio::test]
async fn the_id_of_a_conversation_may_be_a_number_or_have_large_letters() {
    let uuid = "6F9619FF-8B86-D011-B42D-000000001001";
    for (ids, written, id, wrong) in [
        ("numbers", "1001", json!(1001), ["conv_1001", "01001"]),
        ("uuid_upper", uuid, json!(uuid), ["conv_1001", "6f9619ff-8b86-d011-b42d-000000001001"]),
    ] {
        let stage = Stage::varied(json!({ "ids": ids })).await;
        assert_eq!(stage.get("/conversations").await.data()[0]["id"], id);
        assert_eq!(stage.get(&format!("/conversations/{written}")).await.data()["id"], id);
        assert_eq!(stage.change(written, json!({"assignedToId": "mem_zoe"})).await.data()["id"], id);
        assert_eq!(stage.kept("conv_1001"), of_zoe());
        assert_eq!(stage.get(&format!("/conversations/{written}/messages")).await.status, 200);
        let note = stage.call("POST", &format!("/v1/conversations/{written}/notes"), json!({"content": "x"})).await;
        assert_eq!(note.status, 201);
        let calls = stage.get("/call-logs?limit=100").await.data();
        assert!(calls.as_array().unwrap().iter().any(|call| call["conversationId"] == id));
        for wrong in wrong {
            assert_eq!(stage.get(&format!("/conversations/{wrong}")).await.status, 404, "{wrong}");
        }
    }
}

#[tokio::test]
async fn conversations_may_not_say_whether_they_were_read() {
    for (is_read, said) in [("bool", Some(json!(false))), ("absent", None), ("null", Some(Value::Null))] {
        let stage = Stage::varied(json!({ "is_read": is_read })).await;
        assert_eq!(stage.get("/conversations/conv_1001").await.data().get("isRead").cloned(), said);
        assert_eq!(stage.get("/conversations").await.data()[0].get("isRead").cloned(), said);
    }
}

#[tokio::test]
async fn subscriptions_end_in_several_ways_and_not_all_can_be_made() {
    let webhook = |event: &str| json!({"url": "https://bot.example/x", "event": event, "provider": "custom"});
    for (status, text) in [(200, r#"{"data":{"success":true},"meta":{}}"#), (204, ""), (404, "NOT_FOUND")] {
        let stage = Stage::varied(json!({ "hook_delete": status })).await;
        let id = stage.call("POST", "/hooks", webhook("note")).await.data()["id"].as_str().unwrap().to_owned();
        let ended = stage.call("DELETE", &format!("/hooks/{id}"), Value::Null).await;
        assert_eq!(ended.status, status);
        assert!(ended.text.contains(text), "{}", ended.text);
        assert!(stage.sandbox.world(|world| world.dialnote.webhooks.is_empty()));
    }
    let stage = Stage::varied(json!({"hook_event": "no_note"})).await;
    assert_eq!(stage.call("POST", "/hooks", webhook("note")).await.status, 400);
    assert_eq!(stage.call("POST", "/hooks", webhook("call_log")).await.status, 201);
}

#[tokio::test]
async fn a_key_may_be_good_for_less() {
    for (key, read, write) in [("full", 200, 200), ("read_only", 200, 403), ("revoked", 401, 401)] {
        let stage = Stage::varied(json!({ "key": key })).await;
        assert_eq!(stage.get("/team/members").await.status, read);
        assert_eq!(stage.change("conv_1001", json!({"assignedToId": "mem_zoe"})).await.status, write);
    }
}

#[tokio::test]
async fn there_may_be_too_many_calls() {
    for (limits, status, retry_after) in [
        ("none", 200, None),
        ("seconds", 429, Some("20")),
        ("date", 429, Some("Mon, 02 Mar 2026 17:00:20 GMT")),
        ("no_header", 429, None),
        ("unavailable", 503, None),
    ] {
        let stage = Stage::varied(json!({ "limits": limits })).await;
        let heard = stage.change("conv_1001", json!({"assignedToId": "mem_zoe"})).await;
        assert_eq!((heard.status, heard.header("retry-after")), (status, retry_after), "{limits}");
        assert_eq!(stage.kept("conv_1001").0.is_some(), status == 200);
        if limits == "date" {
            assert_eq!(heard.header("date"), Some("Mon, 02 Mar 2026 17:00:00 GMT"));
        }
    }
}

#[tokio::test]
async fn all_of_it_can_be_different_at_once() {
    let stage = Stage::varied(json!({
        "addresses": "split", "not_found_body": "html", "envelope": "bare", "list": "named",
        "messages_page": "meta_cursor", "query": "lenient", "member_shape": "user_object", "member_fields": "no_email",
        "assigned_to": "id_only", "patch_status": "works", "status_case": "capital", "status_unknown": "spam",
        "ids": "numbers", "is_read": "absent", "hook_delete": 204, "hook_event": "no_note",
    }))
    .await;
    let public = async |path: &str| stage.call("GET", &format!("/v1/public{path}"), Value::Null).await.json();
    let first = public("/conversations?limit=1&status=open").await["conversations"][0].clone();
    assert_eq!((&first["id"], &first["status"], first.get("isRead")), (&json!(1001), &json!("Open"), None));
    let leo = public("/team/members").await["members"][1]["user"]["id"].clone();
    let changed = stage.change("1001", json!({"assignedToId": leo, "status": "Done"})).await.json();
    assert_eq!((&changed["assignedToId"], changed.get("assignedTo")), (&json!("user_leo"), None));
    assert_eq!(public("/conversations/1011").await["status"], "Spam");
    assert_eq!(stage.kept("conv_1001"), (Some("mem_leo".to_owned()), "done".to_owned()));
}
