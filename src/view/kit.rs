//! The few Block Kit blocks and elements that we send. They can only be made through constructors
//! that keep Slack's limits (contracts/slack-limits.json), so a long name shortens a line and never
//! costs the whole message.

use serde::Serialize;

use crate::domain::click::Control;
use crate::ids::{SlackUserId, ViewId};
use crate::view::mrkdwn::cut;

const SECTION_TEXT: usize = 3000;
const HEADER_TEXT: usize = 150;
const BUTTON_TEXT: usize = 75;
const BUTTON_VALUE: usize = 2000;
const PLACEHOLDER: usize = 150;
const OPTION_TEXT: usize = 75;
const OPTION_VALUE: usize = 150;
/// How many options a menu has at most.
pub const OPTIONS: usize = 100;
const TITLE: usize = 24;
const LABEL: usize = 2000;
const CONFIRM_TITLE: usize = 100;
const CONFIRM_TEXT: usize = 300;
const CONFIRM_BUTTON: usize = 30;
const BLOCK_ID: usize = 255;
/// `message.text.chat_update`: longer ones are refused.
const MESSAGE_TEXT: usize = 3000;
/// `message.text.chat_postEphemeral`: more bytes are refused.
const MESSAGE_BYTES: usize = 4000;
/// `blocks.total_text.safe_budget`: an unwritten limit of chat.postMessage.
const TOTAL_TEXT: usize = 10_000;
const MESSAGE_BLOCKS: usize = 50;
const VIEW_BLOCKS: usize = 100;
/// `element.plain_text_input.max_length`: what one input can take.
pub const INPUT_TEXT: usize = 3000;

/// A message: its blocks, and the text for notifications and screen readers (§11.7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Content {
    /// The text.
    pub text: String,
    /// The blocks.
    pub blocks: Vec<Block>,
}

/// A block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    /// A title.
    Header {
        /// Plain text.
        text: Text,
    },
    /// A paragraph, with a control beside it if wanted.
    Section {
        /// The paragraph.
        text: Text,
        /// The control.
        #[serde(skip_serializing_if = "Option::is_none")]
        accessory: Option<Element>,
    },
    /// Small print.
    Context {
        /// Its parts.
        elements: Vec<Text>,
    },
    /// A line.
    Divider,
    /// A row of controls.
    Actions {
        /// What menus carry, for they have no value of their own.
        block_id: String,
        /// The controls.
        elements: Vec<Element>,
    },
    /// A field of a form.
    Input {
        /// Its name in the submission and for errors.
        block_id: String,
        /// What stands above it.
        label: Text,
        /// What stands below it.
        #[serde(skip_serializing_if = "Option::is_none")]
        hint: Option<Text>,
        /// The control.
        element: Element,
        /// Whether it may stay empty.
        optional: bool,
    },
}

/// A text object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Text {
    /// Shown as it is.
    PlainText {
        /// The text.
        text: String,
        /// Whether `:tada:` becomes a picture; never, for text from outside.
        emoji: bool,
    },
    /// Slack's markup. Only for text that we wrote ourselves.
    Mrkdwn {
        /// The text.
        text: String,
    },
}

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
    /// A menu whose options are asked for while somebody types (contracts/slack.md §10).
    ExternalSelect {
        /// Which control.
        action_id: &'static str,
        /// What it says while nothing is chosen.
        placeholder: Text,
        /// From how many letters on it asks.
        min_query_length: u8,
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

/// A form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Modal {
    #[serde(rename = "type")]
    kind: &'static str,
    callback_id: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    private_metadata: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<ViewId>,
    title: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    submit: Option<Text>,
    close: Text,
    blocks: Vec<Block>,
}

/// Somebody's home.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Home {
    #[serde(rename = "type")]
    kind: &'static str,
    blocks: Vec<Block>,
}

impl Home {
    /// A home that shows these blocks.
    pub fn new(blocks: Vec<Block>) -> Self {
        Self { kind: "home", blocks: blocks.into_iter().take(VIEW_BLOCKS).collect() }
    }
}

impl Content {
    /// A message. What does not fit Slack's limits is shortened from the end.
    pub fn new(text: &str, blocks: Vec<Block>) -> Self {
        let mut room = TOTAL_TEXT;
        let fits = |block: &Block| {
            let length = block.text_length();
            let fits = length <= room;
            room = room.saturating_sub(length);
            fits
        };
        let blocks = blocks.into_iter().take(MESSAGE_BLOCKS).take_while(fits).collect();
        let mut text = cut(text, MESSAGE_TEXT);
        text.truncate(text.floor_char_boundary(MESSAGE_BYTES));
        Self { text, blocks }
    }
}

/// Whether a message can show all of these blocks.
pub fn fit(blocks: &[Block]) -> bool {
    blocks.len() <= MESSAGE_BLOCKS && blocks.iter().map(Block::text_length).sum::<usize>() <= TOTAL_TEXT
}

impl Block {
    /// A title.
    pub fn header(text: &str) -> Self {
        Self::Header { text: Text::plain(text, HEADER_TEXT) }
    }

    /// A paragraph of text that may come from outside.
    pub fn paragraph(text: &str) -> Self {
        Self::Section { text: Text::plain(text, SECTION_TEXT), accessory: None }
    }

    /// A paragraph with a control beside it.
    pub fn row(text: &str, accessory: Element) -> Self {
        Self::Section { text: Text::plain(text, SECTION_TEXT), accessory: Some(accessory) }
    }

    /// A paragraph in our own markup. Nothing from outside.
    pub fn formatted(text: &str) -> Self {
        Self::Section { text: Text::Mrkdwn { text: cut(text, SECTION_TEXT) }, accessory: None }
    }

    /// Small print in our own markup. Nothing from outside.
    pub fn small(text: &str) -> Self {
        Self::Context { elements: vec![Text::Mrkdwn { text: cut(text, SECTION_TEXT) }] }
    }

    /// Small print that may come from outside.
    pub fn small_plain(text: &str, most: usize) -> Self {
        Self::Context { elements: vec![Text::plain(text, most.min(SECTION_TEXT))] }
    }

    /// A line between blocks.
    pub fn divider() -> Self {
        Self::Divider
    }

    /// A row of controls; `carried` is what the menus among them carry.
    pub fn actions(carried: &str, elements: Vec<Element>) -> Self {
        Self::Actions { block_id: cut(carried, BLOCK_ID), elements }
    }

    /// A field that must be filled in.
    pub fn field(name: &'static str, label: &str, element: Element) -> Self {
        Self::Input { block_id: name.to_owned(), label: Text::ours(label, LABEL), hint: None, element, optional: false }
    }

    /// A field that may stay empty, with a line of explanation.
    pub fn optional_field(name: &'static str, label: &str, hint: &str, element: Element) -> Self {
        Self::Input {
            block_id: name.to_owned(),
            label: Text::ours(label, LABEL),
            hint: Some(Text::ours(hint, LABEL)),
            element,
            optional: true,
        }
    }

    fn text_length(&self) -> usize {
        match self {
            Self::Header { text } => text.length(),
            Self::Section { text, accessory } => text.length() + accessory.as_ref().map_or(0, Element::text_length),
            Self::Context { elements } => elements.iter().map(Text::length).sum(),
            Self::Divider => 0,
            Self::Actions { elements, .. } => elements.iter().map(Element::text_length).sum(),
            Self::Input { label, hint, .. } => label.length() + hint.as_ref().map_or(0, Text::length),
        }
    }
}

impl Text {
    /// Text from outside. Slack refuses empty texts, so an empty one becomes a dash.
    fn plain(text: &str, most: usize) -> Self {
        let text = if text.trim().is_empty() { "–" } else { text };
        Self::PlainText { text: cut(text, most), emoji: false }
    }

    /// Our own words.
    fn ours(text: &str, most: usize) -> Self {
        Self::PlainText { text: cut(text, most), emoji: true }
    }

    fn length(&self) -> usize {
        match self {
            Self::PlainText { text, .. } | Self::Mrkdwn { text } => text.chars().count(),
        }
    }
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

    /// A text field of several lines.
    pub fn text_area(action_id: &'static str, max_length: usize) -> Self {
        Self::PlainTextInput { action_id, multiline: true, max_length: max_length.min(INPUT_TEXT), initial_value: None }
    }

    fn text_length(&self) -> usize {
        let all = |options: &[Choosable]| options.iter().map(|option| option.text.length()).sum::<usize>();
        match self {
            Self::Button { text, confirm, .. } => text.length() + confirm.as_ref().map_or(0, Confirm::text_length),
            Self::UsersSelect { placeholder, .. } | Self::ExternalSelect { placeholder, .. } => placeholder.length(),
            Self::StaticSelect { placeholder, options, initial_option, .. } => {
                placeholder.length() + all(options) + all(initial_option.as_slice())
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

impl Modal {
    /// A form that remembers `private_metadata` until it is submitted.
    pub fn new(
        callback_id: &'static str,
        title: &str,
        submit: &str,
        private_metadata: String,
        blocks: Vec<Block>,
    ) -> Self {
        Self {
            kind: "modal",
            callback_id,
            private_metadata,
            external_id: None,
            title: Text::ours(title, TITLE),
            submit: Some(Text::ours(submit, TITLE)),
            close: Text::ours("Cancel", TITLE),
            blocks: blocks.into_iter().take(VIEW_BLOCKS).collect(),
        }
    }

    /// A window in which there is nothing to submit.
    pub fn window(callback_id: &'static str, title: &str, private_metadata: String, blocks: Vec<Block>) -> Self {
        Self {
            submit: None,
            close: Text::ours("Close", TITLE),
            ..Self::new(callback_id, title, "", private_metadata, blocks)
        }
    }

    /// The same with a name of ours, by which it can be updated.
    pub fn named(self, name: ViewId) -> Self {
        Self { external_id: Some(name), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_shortens_a_line_and_a_long_message_its_end() {
        let blocks = (0..60).map(|_| Block::paragraph(&"x".repeat(4000))).collect();
        let content = Content::new(&"y".repeat(5000), blocks);
        assert_eq!(content.text.chars().count(), MESSAGE_TEXT);
        assert_eq!(content.blocks.len(), TOTAL_TEXT / SECTION_TEXT);
        assert!(content.blocks.iter().all(|block| block.text_length() == SECTION_TEXT));
    }

    #[test]
    fn the_text_of_a_message_keeps_its_limit_in_every_script() {
        let text = Content::new(&"ж".repeat(2500), Vec::new()).text;
        assert_eq!(text, "ж".repeat(MESSAGE_BYTES / 2));
    }

    #[test]
    fn no_text_is_empty() {
        assert_eq!(Text::plain("  ", 10).length(), 1);
    }
}
