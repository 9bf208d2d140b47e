//! Work Objects: editing the fields in a pane, and its comments.

use dialnote_sandbox::{EditObject, ObjectOddity, Outcome, ReadComments, TypeInObject, WriteComment};
use serde_json::{Map, Value, json};

use crate::objects::object;
use crate::stage::{Reply, Stage};

fn comment(id: &str, text: &str) -> Value {
    json!({
        "id": id, "sender": {"user_id": "U0LEO"}, "timestamp": 1_795_800_000, "comment": {"value": text},
        "can_edit": true, "can_delete": true, "can_reply": false,
    })
}

impl Stage {
    async fn edit(&self, values: Value) -> Outcome {
        let values: Map<String, Value> = serde_json::from_value(values).unwrap();
        self.sandbox.edit_object(EditObject { who: "zoe".to_owned(), values }).await.unwrap()
    }

    async fn comments(&self, more: bool) -> String {
        let read = ReadComments { who: "zoe".to_owned(), more, thread: None };
        self.sandbox.read_comments(read).await.unwrap().trigger_id.unwrap()
    }

    /// Writes a comment and returns the trigger.
    async fn write(&self, write: WriteComment) -> String {
        let write = WriteComment { who: "zoe".to_owned(), ..write };
        self.sandbox.write_comment(write).await.unwrap().trigger_id.unwrap()
    }

    /// Opens a pane with one comment that can be edited and deleted.
    async fn with_a_comment(&self) {
        self.opened().await;
        let trigger = self.comments(false).await;
        let page = json!({
            "trigger_id": trigger, "comments": [comment("1", "Asks for Monday")], "can_post_comment": true,
            "delete_action_id": "delete_note",
        });
        self.granted("entity.presentComments", page).await;
    }

    /// Returns the ids of the comments in Zoe's pane.
    fn listed(&self) -> Vec<String> {
        let list = self.pane("/comments/list");
        list.as_array().unwrap().iter().map(|comment| comment["id"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn edited_fields_are_submitted_together_with_the_others() {
    let stage = Stage::with_objects().await;
    let ts = stage.opened().await;
    let outcome = stage.edit(json!({"status": "done"})).await;
    let sent = stage.app.last().payload();
    assert_eq!((&sent["type"], &sent["response_urls"]), (&json!("view_submission"), &json!([])));
    assert_eq!(sent["trigger_id"], json!(outcome.trigger_id));
    let view = &sent["view"];
    let done = json!({"text": {"type": "plain_text", "text": "Done"}, "value": "done"});
    let expected = json!({
        "id": stage.pane("/id"), "team_id": "T0ACME", "type": "entity_detail", "callback_id": "work-object-edit",
        "external_ref": {"id": "conv_1001", "type": "conversation"},
        "entity_url": "https://app.dialnote.com/conversations/conv_1001", "channel": "C0FRONT", "message_ts": ts,
        "private_metadata": "", "external_id": "", "hash": view["hash"],
        "state": {"values": {
            "assignee": {"assignee.input": {"type": "users_select", "selected_user": "U0ZOE"}},
            "status": {"status.input": {"type": "static_select", "selected_option": done}},
        }},
        "app_id": "A0DIAL", "app_installed_team_id": "T0ACME", "bot_id": "B0BOT", "root_view_id": stage.pane("/id"),
        "previous_view_id": null, "title": null, "blocks": [],
    });
    assert_eq!(view, &expected);
    assert_eq!(stage.pane("/saving"), "waiting");
    stage.present(&outcome.trigger_id.unwrap(), object("Done")).await;
    assert_eq!((stage.pane("/saving"), stage.pane("/typed")), (Value::Null, json!({})));
    assert_eq!(stage.pane("/entity/entity_payload/fields/status/value"), "Done");
}

#[tokio::test]
async fn errors_stand_under_their_fields_and_nothing_typed_is_lost() {
    let stage = Stage::with_objects().await;
    stage.opened().await;
    stage.app.answers(Reply::Json(json!({"response_action": "errors", "errors": {"assignee": "Sam isn't linked."}})));
    let outcome = stage.edit(json!({"assignee": "sam"})).await;
    assert_eq!(outcome.field_errors["assignee"], "Sam isn't linked.");
    assert_eq!(stage.pane("/field_errors/assignee"), "Sam isn't linked.");
    assert_eq!(
        (stage.pane("/saving"), stage.pane("/typed/assignee/assignee.input/selected_user")),
        (Value::Null, json!("U0SAM"))
    );

    let required = stage.edit(json!({"assignee": null})).await;
    assert_eq!((required.delivered, required.field_errors.len()), (false, 1));
    stage.app.answers(Reply::Json(json!({"response_action": "errors", "errors": {"title": "No"}})));
    let unknown = stage.edit(json!({"assignee": "leo"})).await;
    assert_eq!(unknown.error.unwrap(), "errors: title is not an edited field");
    stage.app.answers(Reply::Json(json!({"response_action": "clear"})));
    assert!(stage.edit(json!({})).await.error.is_some());
    stage.app.answers(Reply::Status(500));
    assert_eq!(stage.edit(json!({})).await.error.unwrap(), "dispatch_failed");

    let trigger = stage.edit(json!({})).await.trigger_id.unwrap();
    let error = json!({"status": "edit_error", "custom_message": "Leo was quicker."});
    stage.granted("entity.presentDetails", json!({"trigger_id": trigger, "error": error})).await;
    assert_eq!((stage.pane("/status"), stage.pane("/save_error")), (json!("shown"), error));
    let values = json!({"title": "Ana"}).as_object().unwrap().clone();
    let fixed = stage.sandbox.edit_object(EditObject { who: "zoe".to_owned(), values }).await.unwrap_err().0;
    assert_eq!(fixed, "title cannot be edited here");
}

#[tokio::test]
async fn the_callback_of_an_edit_may_be_empty() {
    let stage = Stage::with_objects().await;
    stage.opened().await;
    stage.sandbox.world(|world| world.faults.slack.objects.insert(ObjectOddity::EmptyCallbackId));
    stage.edit(json!({})).await;
    assert_eq!(stage.app.last().payload()["view"]["callback_id"], "");
}

#[tokio::test]
async fn options_come_from_the_app_while_a_person_types() {
    let stage = Stage::with_objects().await;
    let ts = stage.shared_object().await;
    let trigger = stage.open_object("zoe", &ts).await.trigger_id.unwrap();
    let mut dynamic = object("Open");
    let select = json!({"fetch_options_dynamically": true, "min_query_length": 2});
    dynamic["entity_payload"]["fields"]["assignee"]["edit"]["select"] = select;
    stage.present(&trigger, dynamic).await;
    let leo = json!({"text": {"type": "plain_text", "text": "Leo"}, "value": "mem_leo"});
    let typing =
        |value: &str| TypeInObject { who: "zoe".to_owned(), field: "assignee".to_owned(), value: value.to_owned() };
    assert!(!stage.sandbox.object_options(typing("l")).await.unwrap().delivered);
    for kind in ["block_suggestion", "block_suggestions"] {
        stage.app.answers(Reply::Json(json!({"options": [leo]})));
        assert_eq!(stage.sandbox.object_options(typing("le")).await.unwrap().options, std::slice::from_ref(&leo));
        let sent = stage.app.last().payload();
        assert_eq!((&sent["type"], &sent["value"]), (&json!(kind), &json!("le")));
        assert_eq!((&sent["block_id"], &sent["action_id"]), (&json!("assignee"), &json!("assignee.input")));
        assert_eq!(sent["container"]["type"], "entity_detail");
        stage.sandbox.world(|world| world.faults.slack.objects.insert(ObjectOddity::PluralSuggestions));
    }
    stage.edit(json!({"assignee": "mem_leo"})).await;
    let values = stage.app.last().payload()["view"]["state"]["values"].clone();
    assert_eq!(values["assignee"]["assignee.input"]["selected_option"], leo);
}

#[tokio::test]
async fn comments_are_asked_for_page_by_page() {
    let stage = Stage::with_objects().await;
    stage.opened().await;
    let trigger = stage.comments(false).await;
    let event = stage.app.last().json()["event"].clone();
    let link = "https://app.dialnote.com/conversations/conv_1001";
    let expected = json!({
        "type": "entity_comments_requested", "user": "U0ZOE", "trigger_id": trigger, "entity_url": link,
        "external_ref": {"id": "conv_1001", "type": "conversation"}, "limit": 20, "event_ts": event["event_ts"],
        "link": {"url": format!("{link}?from=slack"), "domain": "app.dialnote.com"},
    });
    assert_eq!(event, expected);
    assert_eq!((stage.pane("/tab"), stage.pane("/comments/status")), (json!("comments"), json!("waiting")));
    let page = |id: &str, cursor: Option<&str>| {
        let mut page = json!({"comments": [comment(id, "Hi")], "can_post_comment": true, "delete_action_id": "delete"});
        if let Some(cursor) = cursor {
            page["cursor"] = json!(cursor);
        }
        page
    };
    let presented = |trigger: &str, mut page: Value| {
        page["trigger_id"] = json!(trigger);
        page
    };
    stage.granted("entity.presentComments", presented(&trigger, page("1", Some("next")))).await;
    let trigger = stage.comments(true).await;
    assert_eq!(stage.app.last().json()["event"]["cursor"], "next");
    stage.granted("entity.presentComments", presented(&trigger, page("2", None))).await;
    assert_eq!((stage.listed(), stage.pane("/comments/more")), (vec!["1".to_owned(), "2".to_owned()], json!(false)));

    let read = ReadComments { who: "zoe".to_owned(), more: false, thread: Some("1".to_owned()) };
    let trigger = stage.sandbox.read_comments(read).await.unwrap().trigger_id.unwrap();
    assert_eq!(stage.app.last().json()["event"]["thread_root_id"], "1");
    let stranger = presented(&trigger, page("3", None));
    assert_eq!(stage.refused("entity.presentComments", stranger).await, "invalid_arguments");
    let mut reply = page("3", None);
    reply["comments"][0]["thread_root_id"] = json!("1");
    stage.granted("entity.presentComments", presented(&trigger, reply)).await;
    assert_eq!(stage.listed(), ["1", "2", "3"]);
    stage.comments(false).await;
    stage.wait(31);
    assert_eq!(stage.pane("/comments/status"), "timeout");
}

#[tokio::test]
async fn a_page_of_comments_is_whole() {
    let stage = Stage::with_objects().await;
    stage.opened().await;
    let details = stage.sandbox.refresh_object("zoe").await.unwrap().trigger_id.unwrap();
    stage.present(&details, object("Open")).await;
    let trigger = stage.comments(false).await;
    let many: Vec<Value> = (0..101).map(|id| comment(&id.to_string(), "Hi")).collect();
    let auth = "https://dialnote.example/connect";
    for (mut page, error) in [
        (json!({}), "invalid_arguments"),
        (json!({"comments": [], "can_post_comment": true, "trigger_id": details}), "invalid_trigger_id"),
        (json!({"comments": []}), "invalid_arguments"),
        (json!({"comments": many, "can_post_comment": true, "delete_action_id": "delete"}), "invalid_arguments"),
        (json!({"comments": [comment("1", "Hi")], "can_post_comment": true}), "missing_delete_action_id"),
        (json!({"comments": [{"id": "1"}], "can_post_comment": true}), "invalid_arguments"),
        (json!({"user_auth_required": true}), "user_auth_url_missing"),
        (json!({"user_auth_required": true, "user_auth_url": auth, "comments": []}), "invalid_arguments"),
    ] {
        let own = page.get("trigger_id").cloned().unwrap_or_else(|| json!(trigger));
        page["trigger_id"] = own;
        assert_eq!(stage.refused("entity.presentComments", page.clone()).await, error, "{page}");
    }
    let sign_in = json!({"trigger_id": trigger, "user_auth_required": true, "user_auth_url": auth});
    stage.granted("entity.presentComments", sign_in).await;
    assert_eq!((stage.pane("/comments/status"), stage.pane("/comments/sign_in")), (json!("sign_in"), json!(auth)));
}

#[tokio::test]
async fn a_comment_is_shown_when_the_app_has_acknowledged_it() {
    let stage = Stage::with_objects().await;
    stage.with_a_comment().await;
    let text = "Tell @zoe <soon>".to_owned();
    let trigger = stage.write(WriteComment { text, ..WriteComment::default() }).await;
    let view = stage.app.last().payload()["view"].clone();
    assert_eq!((&view["type"], &view["callback_id"]), (&json!("entity_comment"), &json!("work-object-post-comment")));
    assert_eq!((&view["root_view_id"], &view["external_id"]), (&stage.pane("/id"), &json!("")));
    let words = json!({"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
        {"type": "text", "text": "Tell "}, {"type": "user", "user_id": "U0ZOE"}, {"type": "text", "text": " <soon>"},
    ]}]});
    let input = json!({"type": "rich_text_input", "rich_text_value": words});
    assert_eq!(view["state"]["values"]["comment_input_block"]["comment_input_action"], input);
    assert_eq!((stage.listed(), stage.pane("/comments/sending/act")), (vec!["1".to_owned()], json!("post")));

    let acknowledge = |part: Value| {
        let mut part = part;
        part["trigger_id"] = json!(trigger);
        part
    };
    let mut nameless = comment("2", "Tell Zoe");
    nameless["sender"] = json!({"user_id": "U0ZOE", "text": "Zoe"});
    for (part, error) in [
        (json!({}), "missing_comment_data"),
        (json!({"comment": nameless}), "invalid_sender_schema"),
        (json!({"comment": {"id": "2"}}), "invalid_arguments"),
        (json!({"comment": comment("2", "x"), "error": "No"}), "invalid_arguments"),
    ] {
        assert_eq!(stage.refused("entity.acknowledgeCommentAction", acknowledge(part)).await, error);
    }
    stage.granted("entity.acknowledgeCommentAction", acknowledge(json!({"comment": comment("2", "Tell Zoe")}))).await;
    assert_eq!((stage.listed(), stage.pane("/comments/sending")), (vec!["1".to_owned(), "2".to_owned()], Value::Null));
}

#[tokio::test]
async fn a_comment_is_edited_refused_and_deleted() {
    let stage = Stage::with_objects().await;
    stage.with_a_comment().await;
    let (id, text) = (Some("1".to_owned()), "Asks for Tuesday".to_owned());
    let trigger = stage.write(WriteComment { text, comment: id.clone(), ..WriteComment::default() }).await;
    let view = stage.app.last().payload()["view"].clone();
    assert_eq!((&view["callback_id"], &view["external_id"]), (&json!("work-object-edit-comment"), &json!("1")));
    let other = json!({"trigger_id": trigger, "comment": comment("2", "x")});
    assert_eq!(stage.refused("entity.acknowledgeCommentAction", other).await, "invalid_action");
    stage.granted("entity.acknowledgeCommentAction", json!({"trigger_id": trigger, "error": "It's too late."})).await;
    assert_eq!(
        (stage.pane("/comments/error"), stage.pane("/comments/sending")),
        (json!("It's too late."), Value::Null)
    );
    assert_eq!(stage.pane("/comments/list/0/comment/value"), "Asks for Monday");

    let trigger = stage.write(WriteComment { comment: id, delete: true, ..WriteComment::default() }).await;
    let sent = stage.app.last().payload();
    assert_eq!((&sent["type"], &sent["container"]["type"]), (&json!("block_actions"), &json!("entity_comment")));
    assert_eq!((&sent["actions"][0]["action_id"], &sent["actions"][0]["value"]), (&json!("delete_note"), &json!("1")));
    stage.granted("entity.acknowledgeCommentAction", json!({"trigger_id": trigger})).await;
    assert_eq!(stage.listed(), Vec::<String>::new());
    let gone =
        WriteComment { who: "zoe".to_owned(), comment: Some("1".to_owned()), delete: true, ..WriteComment::default() };
    assert_eq!(stage.sandbox.write_comment(gone).await.unwrap_err().0, "the pane does not offer this");
}

#[tokio::test]
async fn everything_is_done_through_the_control_api_as_well() {
    let stage = Stage::with_objects().await;
    let ts = stage.shared_object().await;
    let act = async |verb: &str, body: Value| {
        let request = stage.http.post(stage.url(&format!("/_sandbox/{verb}"))).body(body.to_string());
        stage.send(request).await
    };
    let (_, opened) = act("open_object", json!({"as": "zoe", "channel": "front-desk", "message_ts": ts})).await;
    stage.present(opened["trigger_id"].as_str().unwrap(), object("Open")).await;
    for (verb, body) in [
        ("object_button", json!({"as": "zoe", "where": "pane", "action_id": "take"})),
        ("edit_object", json!({"as": "zoe", "values": {"status": "done"}})),
        ("object_comments", json!({"as": "zoe"})),
        ("refresh_object", json!({"as": "zoe"})),
    ] {
        let (status, outcome) = act(verb, body).await;
        assert_eq!((status, &outcome["delivered"], &outcome["error"]), (200, &json!(true), &Value::Null), "{verb}");
    }
    assert_eq!(stage.sandbox.state()["panes"][0]["as"], "zoe");
    assert_eq!(act("object_comment", json!({"as": "zoe", "text": "Hi"})).await.0, 422);
    assert_eq!(act("close_object", json!({"as": "zoe"})).await.0, 200);
    assert_eq!(act("close_object", json!({"as": "zoe"})).await.1["error"], "zoe has no object open");
}
