//! The Block Kit elements that the app sends: buttons, menus and input fields. As with blocks, the constructors keep
//! Slack's limits.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::core::control::Control;
use crate::core::ids::SlackUserId;
use crate::core::text::cut;
use crate::platform::slack::blocks::text::Text;

const BUTTON_TEXT: usize = 75;
const BUTTON_VALUE: usize = 2000;
const PLACEHOLDER: usize = 150;
const OPTION_TEXT: usize = 75;
/// The most characters that an option carries.
pub(crate) const OPTION_VALUE: usize = 150;
/// The most options of a menu.
pub(crate) const OPTIONS: usize = 100;
/// The most characters of a label for screen readers.
const LABEL: usize = 75;
/// The most options of an overflow menu.
const OVERFLOW: usize = 5;
const CONFIRM_TITLE: usize = 100;
const CONFIRM_TEXT: usize = 300;
const CONFIRM_BUTTON: usize = 30;
/// The most characters of one input (`element.plain_text_input.max_length`).
pub(crate) const INPUT_TEXT: usize = 3000;

/// An interactive control.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Element {
    /// A button.
    Button {
        /// The control's id.
        action_id: Cow<'static, str>,
        /// The label.
        text: Text,
        /// The data that the button carries.
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<String>,
        /// The address of the page that the button opens.
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        /// The style.
        #[serde(skip_serializing_if = "Option::is_none")]
        style: Option<Style>,
        /// The question that is asked before the button acts.
        #[serde(skip_serializing_if = "Option::is_none")]
        confirm: Option<Confirm>,
        /// The label for screen readers, where the label alone does not say which of several buttons it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        accessibility_label: Option<String>,
    },
    /// A menu of further actions behind an ellipsis.
    Overflow {
        /// The control's id.
        action_id: Cow<'static, str>,
        /// The actions.
        options: Vec<Choosable>,
    },
    /// A menu of people.
    UsersSelect {
        /// The control's id.
        action_id: Cow<'static, str>,
        /// The text while no person is chosen.
        placeholder: Text,
        /// The initially chosen person.
        #[serde(skip_serializing_if = "Option::is_none")]
        initial_user: Option<SlackUserId>,
    },
    /// A menu of people in which several can be chosen.
    MultiUsersSelect {
        /// The control's id.
        action_id: Cow<'static, str>,
        /// The text while no person is chosen.
        placeholder: Text,
        /// The initially chosen people.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        initial_users: Vec<SlackUserId>,
        /// The most people who can be chosen.
        max_selected_items: usize,
    },
    /// A menu of fixed options.
    StaticSelect {
        /// The name in the submission.
        action_id: Cow<'static, str>,
        /// The text while no option is chosen.
        placeholder: Text,
        /// The options.
        options: Vec<Choosable>,
        /// The initially chosen option.
        #[serde(skip_serializing_if = "Option::is_none")]
        initial_option: Option<Choosable>,
    },
    /// A menu whose options Slack requests while the user types (docs/contracts/slack.md §10).
    ExternalSelect {
        /// The control's id.
        action_id: Cow<'static, str>,
        /// The text while no option is chosen.
        placeholder: Text,
        /// The number of letters from which Slack requests options.
        min_query_length: u8,
        /// The initially chosen option.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        initial_option: Option<Choosable>,
        /// True if the cursor is in the field when its window opens.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        focus_on_load: bool,
    },
    /// A menu of the same kind in which several options can be chosen.
    MultiExternalSelect {
        /// The control's id.
        action_id: Cow<'static, str>,
        /// The text while no option is chosen.
        placeholder: Text,
        /// The number of letters from which Slack requests options.
        min_query_length: u8,
        /// The initially chosen options.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        initial_options: Vec<Choosable>,
    },
    /// A group of checkboxes.
    Checkboxes {
        /// The name in the submission.
        action_id: Cow<'static, str>,
        /// The boxes.
        options: Vec<Choosable>,
        /// The initially ticked boxes.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        initial_options: Vec<Choosable>,
    },
    /// A picker for a time of day.
    #[serde(rename = "timepicker")]
    TimePicker {
        /// The name in the submission.
        action_id: Cow<'static, str>,
        /// The initial time, as `HH:MM`.
        #[serde(skip_serializing_if = "Option::is_none")]
        initial_time: Option<String>,
    },
    /// A picker for a date and a time, in the reader's own zone. It is empty at first.
    #[serde(rename = "datetimepicker")]
    DateTimePicker {
        /// The name in the submission.
        action_id: Cow<'static, str>,
    },
    /// A text field.
    PlainTextInput {
        /// The name in the submission.
        action_id: Cow<'static, str>,
        /// True if the field has several lines.
        multiline: bool,
        /// The most characters of the field.
        max_length: usize,
        /// The initial text.
        #[serde(skip_serializing_if = "Option::is_none")]
        initial_value: Option<String>,
    },
}

/// An option of a menu, or a checkbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choosable {
    text: Text,
    value: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

/// Options of a menu under a title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OptionGroup {
    label: Text,
    options: Vec<Choosable>,
}

impl OptionGroup {
    /// Returns a group of options, up to Slack's limit.
    pub(crate) fn new(label: &str, options: Vec<Choosable>) -> Self {
        Self { label: Text::ours(label, OPTION_TEXT), options: options.into_iter().take(OPTIONS).collect() }
    }
}

impl Choosable {
    /// Returns an option with its label and its value.
    pub fn new(text: &str, value: &str) -> Self {
        Self { text: Text::plain(text, OPTION_TEXT), value: cut(value, OPTION_VALUE), url: None }
    }

    /// Returns an option of an overflow menu that opens a page.
    pub(crate) fn page(text: &str, value: &str, url: String) -> Self {
        Self { url: Some(url), ..Self::new(text, value) }
    }
}

/// The style of a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// The main action.
    Primary,
    /// An action that removes something or needs care.
    Danger,
}

/// A question that is asked before a button acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirm {
    title: Text,
    text: Text,
    #[serde(rename = "confirm")]
    yes: Text,
    #[serde(rename = "deny")]
    no: Text,
}

impl Element {
    /// Returns a button that carries `value`.
    pub fn button(control: Control, label: &str, value: &str) -> Self {
        Self::Button {
            action_id: control.action_id().into(),
            text: Text::plain(label, BUTTON_TEXT),
            value: Some(cut(value, BUTTON_VALUE)),
            url: None,
            style: None,
            confirm: None,
            accessibility_label: None,
        }
    }

    /// Returns a button that opens a page.
    pub fn link(control: Control, label: &str, url: String) -> Self {
        Self::Button {
            action_id: control.action_id().into(),
            text: Text::plain(label, BUTTON_TEXT),
            value: None,
            url: Some(url),
            style: None,
            confirm: None,
            accessibility_label: None,
        }
    }

    /// Returns the control's id.
    pub(crate) fn action_id(&self) -> &str {
        match self {
            Self::Button { action_id, .. }
            | Self::Overflow { action_id, .. }
            | Self::UsersSelect { action_id, .. }
            | Self::MultiUsersSelect { action_id, .. }
            | Self::StaticSelect { action_id, .. }
            | Self::ExternalSelect { action_id, .. }
            | Self::MultiExternalSelect { action_id, .. }
            | Self::Checkboxes { action_id, .. }
            | Self::TimePicker { action_id, .. }
            | Self::DateTimePicker { action_id }
            | Self::PlainTextInput { action_id, .. } => action_id,
        }
    }

    /// Returns a button that calls a tool of the app's with these arguments. Slack asks its own question before that
    /// (docs/contracts/slack-2026.md §9.8).
    pub(crate) fn calling(mut self, tool: &str, arguments: String) -> Self {
        if let Self::Button { action_id, value, confirm, .. } = &mut self {
            *action_id = format!("tool:{tool}").into();
            *value = Some(arguments);
            *confirm = None;
        }
        self
    }

    /// Sets the label for screen readers: the visible label, then the contact or thing that the button is about.
    pub(crate) fn about(mut self, what: &str) -> Self {
        if let Self::Button { text, accessibility_label, .. } = &mut self {
            *accessibility_label = Some(cut(&format!("{}: {what}", text.as_str().trim_end_matches('…')), LABEL));
        }
        self
    }

    /// Returns a menu of further actions: Slack takes two to five.
    pub(crate) fn overflow(action_id: &'static str, options: Vec<Choosable>) -> Self {
        Self::Overflow { action_id: action_id.into(), options: options.into_iter().take(OVERFLOW).collect() }
    }

    /// Sets the style of a button, if it has one.
    pub(crate) fn styled_if(self, style: Option<Style>) -> Self {
        match style {
            Some(style) => self.styled(style),
            None => self,
        }
    }

    /// Numbers one of several equal controls, because Slack wants different ids in a message.
    pub(crate) fn numbered(mut self, nth: usize) -> Self {
        if let Self::Button { action_id, .. } = &mut self {
            *action_id = format!("{action_id}_{nth}").into();
        }
        self
    }

    /// Sets the style of a button.
    pub(crate) fn styled(mut self, wanted: Style) -> Self {
        if let Self::Button { style, .. } = &mut self {
            *style = Some(wanted);
        }
        self
    }

    /// Sets the question that a button asks before it acts.
    pub fn asking(mut self, question: Confirm) -> Self {
        if let Self::Button { confirm, .. } = &mut self {
            *confirm = Some(question);
        }
        self
    }

    /// Returns a menu of fixed options, at least one. The option at `chosen` is initially chosen.
    pub fn menu(action_id: &'static str, placeholder: &str, options: Vec<Choosable>, chosen: Option<usize>) -> Self {
        let initial_option = chosen.and_then(|chosen| options.get(chosen).cloned());
        let options = options.into_iter().take(OPTIONS).collect();
        Self::StaticSelect {
            action_id: action_id.into(),
            placeholder: Text::ours(placeholder, PLACEHOLDER),
            options,
            initial_option,
        }
    }

    /// Returns a menu of people.
    pub(crate) fn user(action_id: &'static str, placeholder: &str, initial_user: Option<SlackUserId>) -> Self {
        let placeholder = Text::ours(placeholder, PLACEHOLDER);
        Self::UsersSelect { action_id: action_id.into(), placeholder, initial_user }
    }

    /// Returns a menu of people in which at most `most` can be chosen.
    pub(crate) fn users(
        action_id: &'static str,
        placeholder: &str,
        initial_users: Vec<SlackUserId>,
        most: usize,
    ) -> Self {
        let placeholder = Text::ours(placeholder, PLACEHOLDER);
        Self::MultiUsersSelect { action_id: action_id.into(), placeholder, initial_users, max_selected_items: most }
    }

    /// Returns a menu that searches while the user types.
    pub fn search(action_id: &'static str, placeholder: &str) -> Self {
        Self::ExternalSelect {
            action_id: action_id.into(),
            placeholder: Text::ours(placeholder, PLACEHOLDER),
            min_query_length: 1,
            initial_option: None,
            focus_on_load: false,
        }
    }

    /// Returns a menu of people that searches while the user types, and suggests some before.
    pub(crate) fn people(action_id: &'static str, placeholder: &str, chosen: Option<Choosable>) -> Self {
        Self::ExternalSelect {
            action_id: action_id.into(),
            placeholder: Text::ours(placeholder, PLACEHOLDER),
            min_query_length: 0,
            initial_option: chosen,
            focus_on_load: false,
        }
    }

    /// Has the cursor in the field when its window opens.
    pub(crate) fn focused(mut self) -> Self {
        if let Self::ExternalSelect { focus_on_load, .. } = &mut self {
            *focus_on_load = true;
        }
        self
    }

    /// Returns a menu that searches while the user types, with several choices. `chosen` are the initial ones.
    pub(crate) fn search_several(action_id: &'static str, placeholder: &str, chosen: Vec<Choosable>) -> Self {
        let placeholder = Text::ours(placeholder, PLACEHOLDER);
        let initial_options = chosen.into_iter().take(OPTIONS).collect();
        Self::MultiExternalSelect { action_id: action_id.into(), placeholder, min_query_length: 1, initial_options }
    }

    /// Returns checkboxes. Each comes with true if it is initially ticked.
    pub fn checkboxes(action_id: &'static str, boxes: Vec<(Choosable, bool)>) -> Self {
        let initial_options = boxes.iter().filter(|(_, ticked)| *ticked).map(|(ticked, _)| ticked.clone()).collect();
        Self::Checkboxes {
            action_id: action_id.into(),
            options: boxes.into_iter().map(|(option, _)| option).collect(),
            initial_options,
        }
    }

    /// Returns a picker for a time of day. `initial_time` is `HH:MM`.
    pub fn time(action_id: &'static str, initial_time: Option<String>) -> Self {
        Self::TimePicker { action_id: action_id.into(), initial_time }
    }

    /// Sets the initial text of a text field.
    pub(crate) fn with_text(mut self, text: &str) -> Self {
        if let Self::PlainTextInput { initial_value, max_length, .. } = &mut self {
            *initial_value = Some(cut(text, *max_length)).filter(|text| !text.is_empty());
        }
        self
    }

    /// Returns a picker for a date and a time.
    pub(crate) fn date_time(action_id: &'static str) -> Self {
        Self::DateTimePicker { action_id: action_id.into() }
    }

    /// Returns a text field of one line.
    pub(crate) fn text_line(action_id: &'static str, max_length: usize) -> Self {
        Self::PlainTextInput {
            action_id: action_id.into(),
            multiline: false,
            max_length: max_length.min(INPUT_TEXT),
            initial_value: None,
        }
    }

    /// Returns a text field of several lines.
    pub(crate) fn text_area(action_id: &'static str, max_length: usize) -> Self {
        Self::PlainTextInput {
            action_id: action_id.into(),
            multiline: true,
            max_length: max_length.min(INPUT_TEXT),
            initial_value: None,
        }
    }

    pub(crate) fn text_length(&self) -> usize {
        let all = |options: &[Choosable]| options.iter().map(|option| option.text.length()).sum::<usize>();
        match self {
            Self::Button { text, confirm, .. } => text.length() + confirm.as_ref().map_or(0, Confirm::text_length),
            Self::UsersSelect { placeholder, .. } | Self::MultiUsersSelect { placeholder, .. } => placeholder.length(),
            Self::ExternalSelect { placeholder, initial_option, .. } => {
                placeholder.length() + all(initial_option.as_slice())
            }
            Self::Overflow { options, .. } => all(options),
            Self::StaticSelect { placeholder, options, initial_option, .. } => {
                placeholder.length() + all(options) + all(initial_option.as_slice())
            }
            Self::MultiExternalSelect { placeholder, initial_options, .. } => {
                placeholder.length() + all(initial_options)
            }
            Self::Checkboxes { options, initial_options, .. } => all(options) + all(initial_options),
            Self::TimePicker { .. } | Self::DateTimePicker { .. } | Self::PlainTextInput { .. } => 0,
        }
    }
}

impl Confirm {
    /// Returns a question with its two answers.
    pub fn new(title: &str, text: &str, yes: &str, no: &str) -> Self {
        Self {
            title: Text::plain(title, CONFIRM_TITLE),
            text: Text::plain(text, CONFIRM_TEXT),
            yes: Text::plain(yes, CONFIRM_BUTTON),
            no: Text::plain(no, CONFIRM_BUTTON),
        }
    }

    fn text_length(&self) -> usize {
        [&self.title, &self.text, &self.yes, &self.no].into_iter().map(Text::length).sum()
    }
}
