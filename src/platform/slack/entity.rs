//! The entities of Slack's Work Objects: a link that Slack shows as an object, and the side pane of that object
//! (docs/contracts/slack-2026.md §2–4).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::core::ids::{ConversationId, SlackUserId};
use crate::core::note::LONGEST_NOTE;
use crate::core::text::cut;

/// Slack's type for a thing with a status and an owner.
pub(crate) const TASK: &str = "slack#/entities/task";

/// Our type of entity.
const CONVERSATION: &str = "conversation";

/// A conversation as an entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    #[serde(rename = "entity_type")]
    kind: String,
    /// Its canonical address, without a query.
    pub url: String,
    external_ref: ExternalRef,
    #[serde(rename = "entity_payload")]
    payload: Payload,
    /// The link as it was posted; only for the object below that link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    app_unfurl_url: Option<String>,
    /// The number of comments; without it there is no tab for them.
    #[serde(rename = "entity_comments", default, skip_serializing_if = "Option::is_none")]
    comments: Option<CommentCount>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ExternalRef {
    id: ConversationId,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct CommentCount {
    count: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Payload {
    attributes: Value,
    fields: Value,
    custom_fields: Vec<Value>,
    display_order: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    actions: Option<EntityActions>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct EntityActions {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    primary_actions: Vec<EntityAction>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    overflow_actions: Vec<EntityAction>,
}

/// A button of an entity or of a failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityAction {
    text: String,
    action_id: String,
    value: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    style: Option<String>,
}

impl EntityAction {
    /// Returns a button.
    pub fn new(action_id: &str, text: &str, value: String) -> Self {
        Self { text: text.to_owned(), action_id: action_id.to_owned(), value, style: None }
    }

    /// Returns the button as the one to press.
    #[must_use]
    pub fn primary(self) -> Self {
        Self { style: Some("primary".to_owned()), ..self }
    }
}

/// The longest text of an entity, in characters.
const LONGEST_TEXT: usize = 2000;

/// The most buttons that are always seen, and the most in the menu (§2.4).
const PRIMARY_ACTIONS: usize = 2;
const OVERFLOW_ACTIONS: usize = 5;

/// A field of an entity, under its name. Fields of Slack's own have a fixed name; others have a label as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    name: &'static str,
    label: Option<&'static str>,
    body: Value,
}

/// The color of a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagColor {
    /// It has to be done.
    Red,
    /// It waits.
    Yellow,
    /// It is done.
    Green,
    /// Neither.
    Gray,
    /// It is being done.
    Blue,
}

impl TagColor {
    fn name(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Yellow => "yellow",
            Self::Green => "green",
            Self::Gray => "gray",
            Self::Blue => "blue",
        }
    }
}

impl Field {
    /// Returns a field with a text.
    pub fn text(name: &'static str, text: &str) -> Self {
        Self::of(name, json!({ "type": "string", "value": inert(text) }))
    }

    /// Returns a field with a text of several lines.
    pub fn long(name: &'static str, text: &str) -> Self {
        Self::of(name, json!({ "type": "string", "value": inert(text), "long": true }))
    }

    /// Returns a field with a colored word.
    pub fn tag(name: &'static str, word: &str, color: TagColor) -> Self {
        Self::of(name, json!({ "type": "string", "value": inert(word), "tag_color": color.name() }))
    }

    /// Returns a field with a Slack user, else with a name, else an empty one.
    pub fn person(name: &'static str, user: Option<&SlackUserId>, called: Option<&str>) -> Self {
        let person = match (user, called) {
            (Some(user), _) => json!({ "type": USER, "user": { "user_id": user } }),
            (None, Some(called)) => json!({ "type": USER, "user": { "text": inert(called) } }),
            (None, None) => json!({ "type": USER }),
        };
        Self::of(name, person)
    }

    /// Returns a field with a time, or an empty one.
    pub fn time(name: &'static str, at: Option<Timestamp>) -> Self {
        let kind = "slack#/types/timestamp";
        Self::of(name, at.map_or(json!({ "type": kind }), |at| json!({ "type": kind, "value": at.as_second() })))
    }

    /// Returns a field with other conversations, by title.
    pub fn related(name: &'static str, others: &[(ConversationId, String, String)]) -> Self {
        let each = others.iter().map(|(id, url, title)| {
            let reference = json!({ "id": id, "type": CONVERSATION });
            json!({ "entity_ref": { "entity_url": url, "external_ref": reference, "title": inert(title) } })
        });
        let items: Vec<_> = each.collect();
        Self::of(name, json!({ "type": "array", "item_type": "slack#/types/entity_ref", "value": items }))
    }

    fn of(name: &'static str, body: Value) -> Self {
        Self { name, label: None, body }
    }

    /// Returns a field of Slack's own under another label.
    #[must_use]
    pub fn titled(mut self, label: &str) -> Self {
        if let Some(body) = self.body.as_object_mut() {
            body.insert("label".to_owned(), json!(label));
        }
        self
    }

    /// Returns the field as one of ours, with a label.
    #[must_use]
    pub fn labelled(self, label: &'static str) -> Self {
        Self { label: Some(label), ..self }
    }

    /// Returns the field with the right to edit it.
    #[must_use]
    pub fn editable(self) -> Self {
        self.with_edit(json!({ "enabled": true, "optional": true }))
    }

    /// Returns the field with the right to choose another of these values, each with its word.
    #[must_use]
    pub fn choosable(self, current: &str, options: &[(&str, &str)]) -> Self {
        let option = |(value, word): &(&str, &str)| json!({ "value": value, "text": { "type": "plain_text", "text": word, "emoji": true } });
        let options: Vec<_> = options.iter().map(option).collect();
        let select = json!({ "current_value": current, "static_options": options });
        self.with_edit(json!({ "enabled": true, "select": select }))
    }

    fn with_edit(mut self, edit: Value) -> Self {
        if let Some(body) = self.body.as_object_mut() {
            body.insert("edit".to_owned(), edit);
        }
        self
    }
}

const USER: &str = "slack#/types/user";

impl Entity {
    /// Returns a conversation as an entity, with its fields in this order. `modified` is the time of its last change:
    /// Slack shows a later one in place of an earlier one.
    pub fn new(id: &ConversationId, url: String, title: &str, modified: Timestamp, fields: Vec<Field>) -> Self {
        let order = fields.iter().map(|field| field.name.to_owned()).collect();
        let (custom, own): (Vec<_>, Vec<_>) = fields.into_iter().partition(|field| field.label.is_some());
        Self {
            kind: TASK.to_owned(),
            url,
            external_ref: ExternalRef { id: id.clone(), kind: CONVERSATION.to_owned() },
            payload: Payload {
                attributes: json!({
                    "title": { "text": inert(title) }, "display_type": "Conversation", "product_name": "dialnote",
                    "metadata_last_modified": modified.as_second(),
                }),
                fields: own.into_iter().map(|field| (field.name.to_owned(), field.body)).collect(),
                custom_fields: custom.into_iter().map(custom_field).collect(),
                display_order: order,
                actions: None,
            },
            app_unfurl_url: None,
            comments: None,
        }
    }

    /// Returns the entity with buttons: those that are always seen, and those in the menu.
    #[must_use]
    pub fn with_actions(mut self, seen: Vec<EntityAction>, others: Vec<EntityAction>) -> Self {
        self.payload.actions = Some(EntityActions {
            primary_actions: seen.into_iter().take(PRIMARY_ACTIONS).collect(),
            overflow_actions: others.into_iter().take(OVERFLOW_ACTIONS).collect(),
        });
        self
    }

    /// Returns the entity with a tab for its comments.
    #[must_use]
    pub fn with_comments(self, count: usize) -> Self {
        Self { comments: Some(CommentCount { count }), ..self }
    }

    /// Returns the entity as the object below a link.
    #[must_use]
    pub fn below(self, link: &str) -> Self {
        Self { app_unfurl_url: Some(link.to_owned()), ..self }
    }
}

fn custom_field(field: Field) -> Value {
    let mut body = field.body;
    if let Some(body) = body.as_object_mut() {
        body.insert("key".to_owned(), json!(field.name));
        body.insert("label".to_owned(), json!(field.label));
    }
    body
}

/// The content of a pane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presented {
    /// The entity.
    #[serde(rename = "metadata")]
    Entity(Box<Entity>),
    /// The reason why there is none.
    #[serde(rename = "error")]
    Failure(PaneFailure),
}

/// The reason why a pane shows no entity, or only what the channel shows (§3.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaneFailure {
    status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    custom_title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    custom_message: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    actions: Vec<EntityAction>,
}

impl PaneFailure {
    /// Returns the failure for an entity that does not exist.
    pub fn not_found() -> Self {
        Self { status: "not_found".to_owned(), custom_title: None, custom_message: None, actions: Vec::new() }
    }

    /// Returns a failure in our own words.
    pub fn custom(title: &str, message: &str) -> Self {
        Self::in_words("custom", title, message)
    }

    /// Returns the notice that the person sees only what the channel shows.
    pub fn partial(title: &str, message: &str, actions: Vec<EntityAction>) -> Self {
        Self { actions, ..Self::in_words("custom_partial_view", title, message) }
    }

    /// Returns the sentence in our own words; an empty one if it has none.
    pub fn message(&self) -> &str {
        self.custom_message.as_deref().unwrap_or_default()
    }

    /// Returns the reason why a change was not made.
    pub fn of_edit(message: &str) -> Self {
        Self { custom_title: None, ..Self::in_words("edit_error", "", message) }
    }

    fn in_words(status: &str, title: &str, message: &str) -> Self {
        Self {
            status: status.to_owned(),
            custom_title: Some(title.to_owned()),
            custom_message: Some(inert(message)),
            actions: Vec::new(),
        }
    }
}

/// A comment of an entity: a note (§4.8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    id: String,
    sender: CommentSender,
    timestamp: i64,
    #[serde(rename = "comment")]
    words: CommentText,
    can_edit: bool,
    can_delete: bool,
    can_reply: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum CommentSender {
    User { user_id: SlackUserId },
    Named { text: String },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct CommentText {
    value: String,
}

impl Comment {
    /// Returns a note as a comment: its id, its writer's Slack user or else name, its time and its text.
    pub fn new(id: &str, user: Option<&SlackUserId>, name: &str, at: Timestamp, text: &str) -> Self {
        let sender = match user {
            Some(user) => CommentSender::User { user_id: user.clone() },
            None => CommentSender::Named { text: inert(name) },
        };
        let words = CommentText { value: without_marks(&cut(text, LONGEST_NOTE)) };
        // dialnote offers no way to change a note (§4.10).
        let timestamp = at.as_second();
        Self { id: id.to_owned(), sender, timestamp, words, can_edit: false, can_delete: false, can_reply: false }
    }
}

/// Returns text from outside without Slack's control characters. Whether an entity's text is read as markup is not
/// documented, so an escape might be shown as such. Slack names no limit for most texts; this one applies to all.
fn inert(text: &str) -> String {
    without_marks(&cut(text, LONGEST_TEXT))
}

fn without_marks(text: &str) -> String {
    text.replace('<', "‹").replace('>', "›")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_cannot_mention_anyone() {
        let fields = vec![Field::text("a", "<!channel>"), Field::person("b", None, Some("<@U1>"))];
        let id = ConversationId::new("conv_1");
        let entity =
            Entity::new(&id, "https://d.example/conv_1".to_owned(), "<!here> & co", Timestamp::UNIX_EPOCH, fields);
        let written = serde_json::to_string(&entity).unwrap_or_default();
        assert!(!written.contains(['<', '>']) && written.contains("‹!here› & co"), "{written}");
    }
}
