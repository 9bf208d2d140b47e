//! Work Objects on the page: the object below a message, its pane, editing, comments.

use dialnote_sandbox::{ObjectOddity, ObjectSupport};
use serde_json::{Value, json};

use crate::browser::Page;
use crate::stage::{Bare, bare, option};

const URL: &str = "https://app.dialnote.com/conversations/conv_1001";

fn object(status: &str) -> Value {
    let select = json!({"current_value": status, "static_options": [option("Open", "Open"), option("Done", "Done")]});
    let related = json!({
        "entity_url": "https://app.dialnote.com/conversations/conv_1004", "external_ref": {"id": "conv_1004"},
        "title": "Ana Lima, Billing",
    });
    json!({
        "entity_type": "slack#/entities/task", "url": URL, "external_ref": {"id": "conv_1001"},
        "entity_comments": {"count": 2},
        "entity_payload": {
            "attributes": {
                "title": {"text": "Ana Lima"}, "product_name": "dialnote", "display_type": "Conversation",
                "product_icon": {"alt_text": "dialnote", "url": "https://dialnote.example/icon.png"},
            },
            "fields": {
                "assignee": {"type": "slack#/types/user", "user": {"user_id": "U0ZOE"}, "label": "Owner", "edit": {"enabled": true}},
                "status": {"value": status, "tag_color": "green", "edit": {"enabled": true, "select": select}},
                "due_date": {"type": "slack#/types/timestamp", "label": "Snoozed until", "edit": {"enabled": true, "optional": true}},
            },
            "custom_fields": [
                {"key": "number", "label": "Shared number", "type": "string", "value": "Front desk"},
                {"key": "related", "label": "Related", "type": "slack#/types/entity_ref", "entity_ref": related},
            ],
            "display_order": ["status", "assignee"],
            "actions": {
                "primary_actions": [{
                    "text": "Take", "action_id": "take", "accessibility_label": "Take Ana Lima",
                    "processing_state": {"enabled": true, "interstitial_text": "Taking"},
                }],
                "overflow_actions": [{"text": "Done", "action_id": "done"}],
            },
        },
    })
}

impl Bare {
    /// Posts a message with an object.
    async fn post_object(&self) {
        self.sandbox.world(|world| world.objects.support = ObjectSupport::FULL);
        let metadata = json!({"entities": [object("Open")]});
        self.slack("chat.postMessage", json!({"channel": "C0FRONT", "text": "A card", "metadata": metadata})).await;
    }

    /// Waits for a request of this kind and returns its trigger.
    async fn asked(&self, kind: &str) -> String {
        let look = |world: &mut dialnote_sandbox::World| {
            let body = world.deliveries.iter().rev().find(|delivery| delivery.kind == kind)?.body.clone();
            world.deliveries.clear();
            Some(body)
        };
        let body = self.sandbox.until(look).await;
        let form = form_urlencoded::parse(body.as_bytes()).find(|(name, _)| name == "payload");
        let payload: Value = serde_json::from_str(form.as_ref().map_or(&body, |(_, payload)| payload)).unwrap();
        let event = if payload["event"].is_object() { &payload["event"] } else { &payload };
        event["trigger_id"].as_str().unwrap().to_owned()
    }

    async fn present(&self, trigger: &str, entity: Value) {
        self.slack("entity.presentDetails", json!({"trigger_id": trigger, "metadata": entity})).await;
    }

    /// Opens the object on the page and presents its details.
    async fn open_object(&self, page: &Page) {
        self.post_object().await;
        page.click("#messages .object-title", "Ana Lima").await;
        let trigger = self.asked("entity_details_requested").await;
        self.present(&trigger, object("Open")).await;
        page.shows("#object h3", "Ana Lima").await;
    }
}

#[tokio::test]
async fn an_object_is_drawn_below_its_message_and_opens_beside_it() {
    bare(|stage, page| async move {
        stage.post_object().await;
        for (css, text) in [
            (".object-head", "dialnote · Conversation"),
            ("dt:first-child", "Status"),
            ("[data-field=status] .tag-green", "Open"),
            ("[data-field=assignee]", "Zoe Park"),
            ("[data-field=due_date]", "None"),
            ("[data-field=number]", "Front desk"),
            (".object > .faint:last-child", "2 comments"),
        ] {
            page.shows(&format!("#messages {css}"), text).await;
        }
        page.click("#messages .object-title", "").await;
        page.shows("#object [role=status]", "Loading…").await;
        assert_eq!(page.focus().await, "close-object");
        let trigger = stage.asked("entity_details_requested").await;
        stage.present(&trigger, object("Done")).await;
        page.shows("#object [data-field=status]", "Done").await;
        page.shows("#messages [data-field=status]", "Done").await;
        page.is_accessible("an object").await;
        page.click("#object [data-field=related] button", "Ana Lima, Billing").await;
        let trigger = stage.asked("entity_details_requested").await;
        let error = json!({"status": "custom", "custom_title": "Gone", "custom_message": "It was deleted."});
        stage.slack("entity.presentDetails", json!({"trigger_id": trigger, "error": error})).await;
        page.shows("#object h4", "Gone").await;
        page.keys("\u{e00c}").await;
        page.until("document.querySelector('#object').hidden").await;
        page.click("#messages .object-title", "").await;
        page.shows("#object [data-field=status]", "Done").await;
        page.keys("\u{e00c}").await;
        page.until("document.activeElement.classList.contains('object-title')").await;
        stage.sandbox.world(|world| world.faults.slack.objects.insert(ObjectOddity::OldClient));
        page.until("!document.querySelector('#messages .object')").await;
    })
    .await;
}

#[tokio::test]
async fn a_person_without_an_account_is_asked_to_connect() {
    bare(|stage, page| async move {
        stage.post_object().await;
        page.click("#messages .object-title", "").await;
        let trigger = stage.asked("entity_details_requested").await;
        let auth = json!({"trigger_id": trigger, "user_auth_required": true, "user_auth_url": "https://dialnote.example/connect"});
        stage.slack("entity.presentDetails", auth).await;
        page.shows("#object a[href='https://dialnote.example/connect']", "Connect").await;
    })
    .await;
}

#[tokio::test]
async fn a_button_spins_until_the_app_has_answered() {
    bare(|stage, page| async move {
        stage.open_object(&page).await;
        for place in ["#messages", "#object"] {
            page.click(&format!("{place} [data-action=take]"), "Take").await;
            page.shows(&format!("{place} [data-action=take][aria-busy=true]"), "Taking").await;
            let trigger = stage.asked("block_actions").await;
            stage.present(&trigger, object("Open")).await;
            page.until(&format!("!document.querySelector('{place} [data-action=take][aria-busy]')")).await;
        }
        page.click("#object .overflow", "").await;
        page.click("[role=menuitem]", "Done").await;
        assert_eq!(stage.action().await["action_id"], "take");
    })
    .await;
}

#[tokio::test]
async fn fields_are_edited_with_errors_under_them() {
    bare(|stage, page| async move {
        stage.open_object(&page).await;
        page.click("[data-focus=edit-object]", "Edit").await;
        page.shows("#object [data-block=assignee] .chip", "Zoe").await;
        page.is_accessible("an edited object").await;
        page.click("[data-focus='status/status.input']", "").await;
        page.keys("do").await;
        page.click("[role=option]", "Done").await;
        page.pick("#object [data-block=due_date] input", "2026-12-24T09:30").await;
        stage.answers(json!({"response_action": "errors", "errors": {"due_date": "That's a holiday."}}));
        page.click("#object [type=submit]", "Save").await;
        page.shows("#object [data-block=due_date] .error", "That's a holiday.").await;
        page.shows("#object [type=submit]", "Save").await;
        stage.asked("view_submission").await;
        page.click("#object [type=submit]", "Save").await;
        let trigger = stage.asked("view_submission").await;
        let error = json!({"status": "edit_error", "custom_message": "Leo was quicker."});
        stage.slack("entity.presentDetails", json!({"trigger_id": trigger, "error": error})).await;
        page.shows("#object .banner", "Leo was quicker.").await;
        stage.present(&trigger, object("Done")).await;
        page.shows("#object [data-field=status]", "Done").await;
        stage.hears("view_submission").await;
        let values = stage.hears("view_submission").await["view"]["state"]["values"].clone();
        assert_eq!(values["status"]["status.input"]["selected_option"]["value"], "Done");
        assert!(values["due_date"]["due_date.input"]["selected_date_time"].is_i64());
        page.click("[data-focus=edit-object]", "Edit").await;
        page.click("[data-focus=cancel-edit]", "").await;
        page.until("document.activeElement.dataset.focus === 'edit-object'").await;
    })
    .await;
}

#[tokio::test]
async fn comments_are_read_and_written() {
    bare(|stage, page| async move {
        stage.open_object(&page).await;
        page.click("#object [role=tab]", "2 comments").await;
        let trigger = stage.asked("entity_comments_requested").await;
        let comment = |id: &str, text: &str| {
            json!({
                "id": id, "sender": {"user_id": "U0LEO"}, "timestamp": 1_795_800_000, "comment": {"value": text},
                "can_edit": id == "1",
            })
        };
        let page_of_comments = json!({
            "trigger_id": trigger, "comments": [comment("1", "Asks for Monday")], "can_post_comment": true,
        });
        stage.slack("entity.presentComments", page_of_comments).await;
        page.shows("#object .object-comment", "Asks for Monday").await;
        page.is_accessible("comments").await;
        page.type_into("#object-comment", "Tell @leo").await;
        page.click("#object [type=submit]", "Send").await;
        let trigger = stage.asked("view_submission").await;
        let acknowledge = |trigger: &str, part: Value| {
            let mut part = part;
            part["trigger_id"] = json!(trigger);
            part
        };
        let refused = acknowledge(&trigger, json!({"error": "Notes can't mention people."}));
        stage.slack("entity.acknowledgeCommentAction", refused).await;
        page.shows("#object .error", "Notes can't mention people.").await;
        page.until("document.querySelector('#object-comment').value === 'Tell @leo'").await;
        page.click("#object [type=submit]", "Send").await;
        let trigger = stage.asked("view_submission").await;
        let taken = acknowledge(&trigger, json!({"comment": comment("2", "Tell Leo")}));
        stage.slack("entity.acknowledgeCommentAction", taken).await;
        page.shows("#object .object-comment:last-child", "Tell Leo").await;
        page.until("document.querySelector('#object-comment').value === ''").await;
        page.click("[data-focus=edit-1]", "Edit").await;
        page.until("document.querySelector('#object-comment').value === 'Asks for Monday'").await;
    })
    .await;
}
