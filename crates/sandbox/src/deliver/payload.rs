//! The JSON that Slack's interactions carry (docs/contracts/slack.md §8).

use serde_json::{Map, Value, json};

use crate::channels::{Channel, ChannelKind, Message};
use crate::ids::APP;
use crate::people::Person;
use crate::views::View;
use crate::workspace::Workspace;

/// Slack's legacy verification token: present in every payload, and never to be trusted.
pub(super) const TOKEN: &str = "legacy-verification-token";

/// Returns the fields that every interaction has.
pub(super) fn common(kind: &str, person: &Person, workspace: &Workspace) -> Map<String, Value> {
    object(json!({
        "type": kind,
        "user": {"id": person.id, "username": person.handle, "name": person.handle, "team_id": person.team},
        "api_app_id": APP,
        "token": TOKEN,
        "team": match &workspace.organization {
            Some(_) => Value::Null,
            None => json!({"id": workspace.id, "domain": workspace.domain}),
        },
        "enterprise": workspace.organization.as_ref().map(|(id, name)| json!({"id": id, "name": name})),
        "is_enterprise_install": workspace.organization.is_some(),
    }))
}

/// Returns the workspace in a payload that [`common`] began.
fn team(payload: &Map<String, Value>) -> String {
    payload.get("user").and_then(|user| user["team_id"].as_str()).unwrap_or_default().to_owned()
}

/// Adds the fields that name an interaction's message. The content of an ephemeral message is not sent back.
pub(super) fn about_message(payload: &mut Map<String, Value>, channel: &Channel, message: &Message) {
    let mut container = json!({
        "type": "message", "message_ts": message.ts, "channel_id": channel.id, "is_ephemeral": message.to.is_some(),
    });
    if let Some(thread) = &message.thread_ts {
        container["thread_ts"] = json!(thread);
    }
    payload.insert("container".to_owned(), container);
    payload.insert("channel".to_owned(), named(channel));
    if message.to.is_none() {
        let shown = message.object(&team(payload), true);
        payload.insert("message".to_owned(), shown);
    }
}

/// Adds the fields that name an unfurl instead. The message belongs to another person and is not sent along.
pub(super) fn about_unfurl(payload: &mut Map<String, Value>, url: &str) {
    payload.remove("message");
    payload.insert("app_unfurl".to_owned(), json!({ "id": 1, "app_unfurl_url": url, "is_app_unfurl": true }));
    if let Some(container) = payload.get_mut("container") {
        container["type"] = json!("message_attachment");
        container["attachment_id"] = json!(1);
        container["is_app_unfurl"] = json!(true);
        container["app_unfurl_url"] = json!(url);
    }
}

/// Adds the fields that name an interaction's view.
pub(super) fn about_view(payload: &mut Map<String, Value>, view: &View, values: &Map<String, Value>) {
    payload.insert("container".to_owned(), json!({"type": "view", "view_id": view.id}));
    let shown = view.object(&team(payload), values);
    payload.insert("view".to_owned(), shown);
}

/// Returns one entry of `actions`: the element and its new state.
pub(super) fn action(element: &Value, block_id: &str, state: &Value, ts: &str) -> Value {
    let mut action = json!({
        "type": element["type"], "action_id": element["action_id"], "block_id": block_id, "action_ts": ts,
    });
    for key in ["text", "value", "url", "style", "confirm", "placeholder"] {
        if let Some(field) = element.get(key) {
            action[key] = field.clone();
        }
    }
    for (key, value) in state.as_object().into_iter().flatten() {
        action[key] = value.clone();
    }
    action
}

/// Returns a channel as payloads name it.
pub(super) fn named(channel: &Channel) -> Value {
    json!({"id": channel.id, "name": name(channel)})
}

/// Returns the name that payloads show: Slack names public channels only.
pub(super) fn name(channel: &Channel) -> &str {
    match channel.kind {
        ChannelKind::Public => &channel.name,
        ChannelKind::Private => "privategroup",
        ChannelKind::Direct => "directmessage",
    }
}

fn object(value: Value) -> Map<String, Value> {
    if let Value::Object(object) = value { object } else { Map::new() }
}
