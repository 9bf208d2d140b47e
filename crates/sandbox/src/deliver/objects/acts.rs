//! The actions in words.

use serde::Deserialize;
use serde_json::{Map, Value};

/// A person opens an object: one below a message, or with `url` alone one found by search or named by another object.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OpenObject {
    /// Handle or id of the person.
    #[serde(rename = "as")]
    pub who: String,
    /// Name or id of the channel; `dm` for the direct message with the app.
    pub channel: Option<String>,
    /// The message.
    pub message_ts: Option<String>,
    /// The object's address, or the link in the message, where it has several objects.
    pub url: Option<String>,
}

/// The place of a button.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectPlace {
    /// The object below a message.
    Unfurl,
    /// The person's pane.
    #[default]
    Pane,
}

/// A person presses a button of an object.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PressObject {
    /// Handle or id of the person.
    #[serde(rename = "as")]
    pub who: String,
    /// The place of the button.
    #[serde(rename = "where")]
    pub place: ObjectPlace,
    /// Name or id of the channel, for an object below a message.
    pub channel: Option<String>,
    /// The message.
    pub message_ts: Option<String>,
    /// The object's address, or the link in the message, where it has several objects.
    pub url: Option<String>,
    /// The button.
    pub action_id: String,
}

/// A person edits fields in their pane and saves them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditObject {
    /// Handle or id of the person.
    #[serde(rename = "as")]
    pub who: String,
    /// field → input: a text, an option's value, a person, a date, seconds since the epoch, or a list of those. Fields
    /// that are not named keep their value.
    #[serde(default)]
    pub values: Map<String, Value>,
}

/// A person types into a menu of their pane whose options the app provides.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeInObject {
    /// Handle or id of the person.
    #[serde(rename = "as")]
    pub who: String,
    /// The field.
    pub field: String,
    /// The text typed.
    #[serde(default)]
    pub value: String,
}

/// A person opens the comments in their pane.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReadComments {
    /// Handle or id of the person.
    #[serde(rename = "as")]
    pub who: String,
    /// The next page instead of the first.
    pub more: bool,
    /// The comment whose replies are wanted.
    pub thread: Option<String>,
}

/// A person writes a comment, or edits or deletes one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WriteComment {
    /// Handle or id of the person.
    #[serde(rename = "as")]
    pub who: String,
    /// The words as typed; `@zoe`, `#billing` and addresses become what Slack makes of them.
    pub text: String,
    /// The words as Slack's rich text instead.
    pub rich_text: Option<Value>,
    /// The comment to edit or delete.
    pub comment: Option<String>,
    /// True to delete it.
    pub delete: bool,
}
