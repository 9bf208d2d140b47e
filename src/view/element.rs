//! The few Block Kit elements that we send: what people press, choose and fill in. As with blocks,
//! the constructors keep Slack's limits.

use serde::Serialize;

use crate::domain::click::Control;
use crate::domain::text::cut;
use crate::ids::SlackUserId;
use crate::view::text::Text;

const BUTTON_TEXT: usize = 75;
const BUTTON_VALUE: usize = 2000;
const PLACEHOLDER: usize = 150;
const OPTION_TEXT: usize = 75;
/// How many characters an option carries.
pub const OPTION_VALUE: usize = 150;
/// How many options a menu has at most.
pub const OPTIONS: usize = 100;
const CONFIRM_TITLE: usize = 100;
const CONFIRM_TEXT: usize = 300;
const CONFIRM_BUTTON: usize = 30;
/// `element.plain_text_input.max_length`: what one input can take.
pub const INPUT_TEXT: usize = 3000;

/// A control.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Element {
    /// A button.
    Button {
        /// Which control.
        action_id: &'static str,
        /// Its label.
        text: Text,
        /// What it carries.
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<String>,
        /// Where it leads.
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        /// How it looks.
        #[serde(skip_serializing_if = "Option::is_none")]
        style: Option<Style>,
        /// What is asked before it acts.
        #[serde(skip_serializing_if = "Option::is_none")]
        confirm: Option<Confirm>,
    },
    /// A menu of people.
    UsersSelect {
        /// Which control.
        action_id: &'static str,
        /// What it says while nobody is chosen.
        placeholder: Text,
        /// Who is chosen at first.
        #[serde(skip_serializing_if = "Option::is_none")]
        initial_user: Option<SlackUserId>,
    },
    /// A menu of fixed options.
    StaticSelect {
        /// Its name in the submission.
        action_id: &'static str,
        /// What it says while nothing is chosen.
        placeholder: Text,
        /// What there is to choose from.
        options: Vec<Choosable>,
        /// What is chosen at first.
        #[serde(skip_serializing_if = "Option::is_none")]
        initial_option: Option<Choosable>,
    },
    /// A menu whose options are asked for while somebody types (docs/contracts/slack.md §10).
    ExternalSelect {
        /// Which control.
        action_id: &'static str,
        /// What it says while nothing is chosen.
        placeholder: Text,
        /// From how many letters on it asks.
        min_query_length: u8,
    },
    /// The same, of which several can be chosen.
    MultiExternalSelect {
        /// Which control.
        action_id: &'static str,
        /// What it says while nothing is chosen.
        placeholder: Text,
        /// From how many letters on it asks.
        min_query_length: u8,
        /// Those that are chosen at first.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        initial_options: Vec<Choosable>,
    },
    /// Boxes to tick.
    Checkboxes {
        /// Their name in the submission.
        action_id: &'static str,
        /// The boxes.
        options: Vec<Choosable>,
        /// Those that are ticked at first.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        initial_options: Vec<Choosable>,
    },
    /// A time of day.
    #[serde(rename = "timepicker")]
    TimePicker {
        /// Its name in the submission.
        action_id: &'static str,
        /// What it shows at first, as `HH:MM`.
        #[serde(skip_serializing_if = "Option::is_none")]
        initial_time: Option<String>,
    },
    /// A date and a time, in the reader's own zone. It shows nothing until something is chosen.
    #[serde(rename = "datetimepicker")]
    DateTimePicker {
        /// Its name in the submission.
        action_id: &'static str,
    },
    /// A text field.
    PlainTextInput {
        /// Its name in the submission.
        action_id: &'static str,
        /// Whether it has several lines.
        multiline: bool,
        /// The most characters it takes.
        max_length: usize,
        /// What stands in it at first.
        #[serde(skip_serializing_if = "Option::is_none")]
        initial_value: Option<String>,
    },
}

/// One option of a menu, or one box of several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choosable {
    text: Text,
    value: String,
}

impl Choosable {
    /// What it is called, and what it stands for.
    pub fn new(text: &str, value: &str) -> Self {
        Self { text: Text::plain(text, OPTION_TEXT), value: cut(value, OPTION_VALUE) }
    }
}

/// How a button looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// The one thing to do.
    Primary,
    /// Something to think about first.
    Danger,
}

/// A question before a button acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Confirm {
    title: Text,
    text: Text,
    #[serde(rename = "confirm")]
    yes: Text,
    #[serde(rename = "deny")]
    no: Text,
}

impl Element {
    /// A button.
    pub fn button(control: Control, label: &str, value: &str) -> Self {
        Self::Button {
            action_id: control.action_id(),
            text: Text::ours(label, BUTTON_TEXT),
            value: Some(cut(value, BUTTON_VALUE)),
            url: None,
            style: None,
            confirm: None,
        }
    }

    /// A button that leads to a page.
    pub fn link(control: Control, label: &str, url: String) -> Self {
        Self::Button {
            action_id: control.action_id(),
            text: Text::ours(label, BUTTON_TEXT),
            value: None,
            url: Some(url),
            style: None,
            confirm: None,
        }
    }

    /// The same button, looking different.
    pub fn styled(mut self, wanted: Style) -> Self {
        if let Self::Button { style, .. } = &mut self {
            *style = Some(wanted);
        }
        self
    }

    /// The same button, asking before it acts.
    pub fn asking(mut self, question: Confirm) -> Self {
        if let Self::Button { confirm, .. } = &mut self {
            *confirm = Some(question);
        }
        self
    }

    /// A menu of people.
    pub fn people_menu(action_id: &'static str, placeholder: &str) -> Self {
        Self::UsersSelect { action_id, placeholder: Text::ours(placeholder, PLACEHOLDER), initial_user: None }
    }

    /// A menu of fixed options, of which there must be one at least. The one at `chosen` is chosen at first.
    pub fn menu(action_id: &'static str, placeholder: &str, options: Vec<Choosable>, chosen: Option<usize>) -> Self {
        let initial_option = chosen.and_then(|chosen| options.get(chosen).cloned());
        let options = options.into_iter().take(OPTIONS).collect();
        Self::StaticSelect { action_id, placeholder: Text::ours(placeholder, PLACEHOLDER), options, initial_option }
    }

    /// A menu that finds what somebody types.
    pub fn search(action_id: &'static str, placeholder: &str) -> Self {
        Self::ExternalSelect { action_id, placeholder: Text::ours(placeholder, PLACEHOLDER), min_query_length: 1 }
    }

    /// A menu that finds what somebody types, of which several can be chosen; these are at first.
    pub fn search_several(action_id: &'static str, placeholder: &str, chosen: Vec<Choosable>) -> Self {
        let placeholder = Text::ours(placeholder, PLACEHOLDER);
        let initial_options = chosen.into_iter().take(OPTIONS).collect();
        Self::MultiExternalSelect { action_id, placeholder, min_query_length: 1, initial_options }
    }

    /// Boxes to tick: each with whether it is ticked at first.
    pub fn checkboxes(action_id: &'static str, boxes: Vec<(Choosable, bool)>) -> Self {
        let initial_options = boxes.iter().filter(|(_, ticked)| *ticked).map(|(ticked, _)| ticked.clone()).collect();
        Self::Checkboxes { action_id, options: boxes.into_iter().map(|(option, _)| option).collect(), initial_options }
    }

    /// A time of day.
    pub fn time(action_id: &'static str, initial_time: Option<String>) -> Self {
        Self::TimePicker { action_id, initial_time }
    }

    /// The same menu of people, with somebody chosen at first.
    pub fn with_user(mut self, user: Option<&SlackUserId>) -> Self {
        if let Self::UsersSelect { initial_user, .. } = &mut self {
            *initial_user = user.cloned();
        }
        self
    }

    /// The same text field, with something in it at first.
    pub fn with_text(mut self, text: &str) -> Self {
        if let Self::PlainTextInput { initial_value, max_length, .. } = &mut self {
            *initial_value = Some(cut(text, *max_length)).filter(|text| !text.is_empty());
        }
        self
    }

    /// A date and a time.
    pub fn date_time(action_id: &'static str) -> Self {
        Self::DateTimePicker { action_id }
    }

    /// A text field of one line.
    pub fn text_line(action_id: &'static str, max_length: usize) -> Self {
        Self::PlainTextInput {
            action_id,
            multiline: false,
            max_length: max_length.min(INPUT_TEXT),
            initial_value: None,
        }
    }

    /// A text field of several lines.
    pub fn text_area(action_id: &'static str, max_length: usize) -> Self {
        Self::PlainTextInput { action_id, multiline: true, max_length: max_length.min(INPUT_TEXT), initial_value: None }
    }

    pub(crate) fn text_length(&self) -> usize {
        let all = |options: &[Choosable]| options.iter().map(|option| option.text.length()).sum::<usize>();
        match self {
            Self::Button { text, confirm, .. } => text.length() + confirm.as_ref().map_or(0, Confirm::text_length),
            Self::UsersSelect { placeholder, .. } | Self::ExternalSelect { placeholder, .. } => placeholder.length(),
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
    /// A question with the two answers.
    pub fn new(title: &str, text: &str, yes: &str, no: &str) -> Self {
        Self {
            title: Text::ours(title, CONFIRM_TITLE),
            text: Text::plain(text, CONFIRM_TEXT),
            yes: Text::ours(yes, CONFIRM_BUTTON),
            no: Text::ours(no, CONFIRM_BUTTON),
        }
    }

    fn text_length(&self) -> usize {
        [&self.title, &self.text, &self.yes, &self.no].into_iter().map(Text::length).sum()
    }
}
