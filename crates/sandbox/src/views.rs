//! Modals and home tabs as Slack stores them while they are open.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::ids::{APP, BOT};

/// An open modal, or a person's home tab.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct View {
    /// `V…`.
    pub id: String,
    /// The id of the person who sees it.
    pub user: String,
    /// The view as the app sent it, its blocks with a `block_id` each.
    pub body: Value,
    /// A hash that changes with every change of the view; guards against races.
    pub hash: String,
    /// The first modal of the stack.
    pub root_view_id: String,
    /// The modal below.
    pub previous_view_id: Option<String>,
    /// The person's inputs and choices: block → action → state.
    pub typed: Map<String, Value>,
    /// The app's errors about the last submission: block → sentence.
    pub errors: BTreeMap<String, String>,
    /// Slack's own complaint about an unusable answer of the app.
    pub banner: Option<String>,
}

impl View {
    /// `modal` or `home`.
    pub fn kind(&self) -> &str {
        self.body["type"].as_str().unwrap_or_default()
    }

    /// Returns its blocks.
    pub fn blocks(&self) -> &[Value] {
        self.body["blocks"].as_array().map_or(&[], Vec::as_slice)
    }

    /// Returns the app's own name for it, unique in the workspace; empty if it gave none.
    pub fn external_id(&self) -> &str {
        self.body["external_id"].as_str().unwrap_or_default()
    }

    /// Answers whether the app asked for a notification when it is closed.
    pub(super) fn notifies_on_close(&self) -> bool {
        self.body["notify_on_close"] == true
    }

    /// Answers whether closing it closes the whole stack.
    pub(super) fn clears_on_close(&self) -> bool {
        self.body["clear_on_close"] == true
    }

    /// Returns the view object of payloads and answers, with the given `state.values`.
    pub(super) fn object(&self, team: &str, values: &Map<String, Value>) -> Value {
        let text = |key: &str| self.body[key].as_str().unwrap_or_default().to_owned();
        let flag = |key: &str| self.body[key] == true;
        json!({
            "id": self.id, "team_id": team, "type": self.kind(), "blocks": self.blocks(),
            "private_metadata": text("private_metadata"), "callback_id": text("callback_id"),
            "state": {"values": values}, "hash": self.hash,
            "title": self.title(), "clear_on_close": flag("clear_on_close"),
            "notify_on_close": flag("notify_on_close"),
            "close": self.body["close"], "submit": self.body["submit"],
            "previous_view_id": self.previous_view_id, "root_view_id": self.root_view_id,
            "app_id": APP, "external_id": self.external_id(), "app_installed_team_id": team, "bot_id": BOT,
        })
    }

    fn title(&self) -> Value {
        match &self.body["title"] {
            Value::Null => json!({"type": "plain_text", "text": "View Title", "emoji": true}),
            title => title.clone(),
        }
    }
}
