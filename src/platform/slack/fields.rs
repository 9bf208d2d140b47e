//! The state of a submitted form (docs/contracts/slack.md §9).

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::core::ids::SlackUserId;
use crate::core::json::Peek;

/// The fields of a submitted form, by block id and action id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(pub(super) HashMap<(String, String), Value>);

impl Fields {
    /// Returns the text in a text field; an empty text if it was left empty.
    pub fn text(&self, block: &str, action: &str) -> &str {
        self.state(block, action).and_then(|state| state.text("/value")).unwrap_or_default()
    }

    /// Returns the values of the ticked options; `None` if there are no such checkboxes.
    pub fn ticked(&self, block: &str, action: &str) -> Option<Vec<&str>> {
        let state = self.state(block, action)?;
        Some(state.list("/selected_options").iter().filter_map(|option| option.words("/value")).collect())
    }

    /// Returns the time of day chosen in a time picker, as `HH:MM`.
    pub(crate) fn time_of_day(&self, block: &str, action: &str) -> Option<&str> {
        self.state(block, action)?.words("/selected_time")
    }

    /// Returns the person chosen in a people menu.
    pub fn user(&self, block: &str, action: &str) -> Option<SlackUserId> {
        self.state(block, action)?.words("/selected_user").map(SlackUserId::new)
    }

    /// Returns the people chosen in a people menu of several.
    pub(crate) fn users(&self, block: &str, action: &str) -> Vec<SlackUserId> {
        let chosen = self.state(block, action).map(|state| state.list("/selected_users")).unwrap_or_default();
        chosen.iter().filter_map(Value::as_str).map(SlackUserId::new).collect()
    }

    /// Returns the value of the option chosen in a menu of fixed options.
    pub fn choice(&self, block: &str, action: &str) -> Option<&str> {
        self.state(block, action)?.words("/selected_option/value")
    }

    /// Returns the instant chosen in a date-time picker.
    pub fn instant(&self, block: &str, action: &str) -> Option<Timestamp> {
        let seconds = self.state(block, action)?.at("/selected_date_time")?.as_i64()?;
        Timestamp::from_second(seconds).ok()
    }

    /// Answers whether the form has this field.
    pub(crate) fn has(&self, block: &str, action: &str) -> bool {
        self.state(block, action).is_some()
    }

    fn state(&self, block: &str, action: &str) -> Option<&Value> {
        self.0.get(&(block.to_owned(), action.to_owned()))
    }
}
