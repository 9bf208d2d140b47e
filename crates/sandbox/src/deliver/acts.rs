//! The actions of people, in Slack and on the phone.

use serde::Deserialize;
use serde_json::{Map, Value};

/// A press on a button or a choice from a menu. A message is named by `channel` and `message_ts`,
/// a view by `view_id`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Click {
    /// Handle or id of the person.
    #[serde(rename = "as")]
    pub who: String,
    /// Name or id of the channel; `dm` for the direct message with the app.
    pub channel: Option<String>,
    /// The message.
    pub message_ts: Option<String>,
    /// The modal or home tab.
    pub view_id: Option<String>,
    /// The button or menu.
    pub action_id: String,
    /// Its block, where several have an element with this `action_id`.
    pub block_id: Option<String>,
    /// The value of one of several buttons with this `action_id`, or the text typed.
    pub value: Option<String>,
    /// Handle or id of the person chosen.
    pub selected_user: Option<String>,
    /// The value of the option chosen.
    pub selected_option: Option<String>,
    /// The values of the options chosen.
    pub selected_options: Option<Vec<String>>,
    /// Handles or ids of the people chosen.
    pub selected_users: Option<Vec<String>>,
    /// Name or id of the channel chosen.
    pub selected_channel: Option<String>,
    /// Name or id of the conversation chosen.
    pub selected_conversation: Option<String>,
    /// `YYYY-MM-DD`.
    pub selected_date: Option<String>,
    /// `HH:mm`.
    pub selected_time: Option<String>,
    /// Seconds since the epoch.
    pub selected_date_time: Option<i64>,
    /// The inputs typed into a modal before the press, as in [`Submit::values`].
    pub values: Map<String, Value>,
}

impl Click {
    /// Returns a press on an element of a message.
    pub fn message(who: &str, channel: &str, ts: &str, action_id: &str) -> Self {
        Self {
            who: who.to_owned(),
            channel: Some(channel.to_owned()),
            message_ts: Some(ts.to_owned()),
            action_id: action_id.to_owned(),
            ..Self::default()
        }
    }

    /// Returns a press on an element of a modal or home tab.
    pub fn view(who: &str, view_id: &str, action_id: &str) -> Self {
        Self {
            who: who.to_owned(),
            view_id: Some(view_id.to_owned()),
            action_id: action_id.to_owned(),
            ..Self::default()
        }
    }

    /// Returns the choice or input, `null` if there is none.
    pub(super) fn given(&self) -> Value {
        let words = [
            &self.selected_user,
            &self.selected_option,
            &self.selected_channel,
            &self.selected_conversation,
            &self.selected_date,
            &self.selected_time,
        ];
        let lists = [&self.selected_options, &self.selected_users];
        let word = words.into_iter().flatten().map(|word| Value::from(word.as_str()));
        let list = lists.into_iter().flatten().map(|list| Value::from(list.clone()));
        let moment = self.selected_date_time.into_iter().map(Value::from);
        let typed = self.value.iter().map(|word| Value::from(word.as_str()));
        word.chain(list).chain(moment).chain(typed).next().unwrap_or_default()
    }
}

/// A modal filled in and submitted.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Submit {
    /// Handle or id of the person.
    #[serde(rename = "as")]
    pub who: String,
    /// The modal.
    pub view_id: String,
    /// block → action → input: a text, an option's value, a person, a date, or a list of those. Elements that are not
    /// named keep their state.
    #[serde(default)]
    pub values: Map<String, Value>,
}

/// A modal closed without submitting.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// Handle or id of the person.
    #[serde(rename = "as")]
    pub who: String,
    /// The modal.
    pub view_id: String,
    /// The x, which closes the whole stack, instead of the cancel button.
    #[serde(default)]
    pub all: bool,
}

/// A person types into a menu whose options the app provides.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Typing {
    /// Handle or id of the person.
    #[serde(rename = "as")]
    pub who: String,
    /// Name or id of the channel, for a menu in a message.
    pub channel: Option<String>,
    /// The message.
    pub message_ts: Option<String>,
    /// The modal or home tab.
    pub view_id: Option<String>,
    /// The menu.
    pub action_id: String,
    /// Its block, where several have an element with this `action_id`.
    pub block_id: Option<String>,
    /// The text typed.
    pub value: String,
}

/// A shortcut: a global one, or one on a message if a message is named.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shortcut {
    /// Handle or id of the person.
    #[serde(rename = "as")]
    pub who: String,
    /// The shortcut.
    pub callback_id: String,
    /// Name or id of the message's channel.
    pub channel: Option<String>,
    /// The message.
    pub message_ts: Option<String>,
}

/// An ordinary message, written by a person.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saying {
    /// Handle or id of the person.
    #[serde(rename = "as")]
    pub who: String,
    /// Name or id of the channel.
    pub channel: String,
    /// The text.
    pub text: String,
    /// The message they answer, if it is an answer.
    #[serde(default)]
    pub thread_ts: Option<String>,
}

/// A status that a person sets or clears.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetStatus {
    /// Handle or id of the person.
    #[serde(rename = "as")]
    pub who: String,
    /// The emoji, with or without its colons; empty to clear the status.
    #[serde(default)]
    pub emoji: String,
    /// The words.
    #[serde(default)]
    pub text: String,
    /// The number of seconds after which Slack clears it; if missing, it stays until changed.
    #[serde(default)]
    pub seconds: Option<u32>,
}

/// A user group that gets other people.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetGroup {
    /// Handle or id of the group.
    pub group: String,
    /// Handles or ids of its people from now on.
    pub people: Vec<String>,
}

/// An emoji that a person adds to a message or removes from it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reacting {
    /// Handle or id of the person.
    #[serde(rename = "as")]
    pub who: String,
    /// Name or id of the message's channel; `dm` for the direct message with the app.
    pub channel: String,
    /// The message.
    pub message_ts: String,
    /// The name of the emoji, without colons.
    pub name: String,
    /// True if it is removed.
    #[serde(default)]
    pub remove: bool,
}

/// A contact gets in touch on a shared number, or a teammate with a contact.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incoming {
    /// `call`, `voicemail` or `sms`.
    pub kind: String,
    /// The number it comes from; a shared number makes it outbound.
    pub from: String,
    /// The number it goes to.
    pub to: String,
    /// The words spoken or written; a call without text was missed.
    #[serde(default)]
    pub text: Option<String>,
    /// The teammate who calls, by handle or id.
    #[serde(default, rename = "as")]
    pub who: Option<String>,
}
