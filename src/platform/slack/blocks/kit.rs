//! The Block Kit blocks that the app sends, and the messages, forms and Home tabs that consist of them. All are made
//! through constructors that keep Slack's limits (docs/contracts/slack-limits.json). A long name therefore shortens
//! a line and never costs the whole message.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::ids::ViewId;
use crate::core::text;
use crate::core::text::cut;
use crate::platform::slack::blocks::element::Element;
use crate::platform::slack::blocks::mrkdwn::time;
use crate::platform::slack::blocks::text::Text;

const SECTION_TEXT: usize = 3000;
const HEADER_TEXT: usize = 150;
const TITLE: usize = 24;
const LABEL: usize = 2000;
/// The most characters of a block's name.
pub(crate) const BLOCK_ID: usize = 255;
/// The most characters of a message text (`message.text.chat_update`). Slack refuses longer ones.
const MESSAGE_TEXT: usize = 3000;
/// The most bytes of a message text (`message.text.chat_postEphemeral`). Slack refuses longer ones.
const MESSAGE_BYTES: usize = 4000;
/// The most characters in all blocks (`blocks.total_text.safe_budget`), an undocumented limit of chat.postMessage.
const TOTAL_TEXT: usize = 10_000;
const MESSAGE_BLOCKS: usize = 50;
const VIEW_BLOCKS: usize = 100;

/// A message: its blocks, and the text for notifications and screen readers (§11.7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The text.
    pub text: String,
    /// The blocks.
    pub blocks: Vec<Block>,
}

/// A block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    /// A title.
    Header {
        /// The plain text of the title.
        text: Text,
    },
    /// A paragraph, with an optional control beside it.
    Section {
        /// The paragraph.
        text: Text,
        /// The control.
        #[serde(skip_serializing_if = "Option::is_none")]
        accessory: Option<Element>,
    },
    /// Small print.
    Context {
        /// The parts.
        elements: Vec<Text>,
    },
    /// A line between blocks.
    Divider,
    /// A row of controls.
    Actions {
        /// The data that the menus carry, because they have no value of their own.
        block_id: String,
        /// The controls.
        elements: Vec<Element>,
    },
    /// Text with parts that are struck through, linked or dates.
    RichText {
        /// The only section.
        elements: [Section; 1],
    },
    /// A field of a form.
    Input {
        /// The name in the submission and for errors.
        block_id: String,
        /// The text above the field.
        label: Text,
        /// The text below the field.
        #[serde(skip_serializing_if = "Option::is_none")]
        hint: Option<Text>,
        /// The control.
        element: Element,
        /// True if the field may stay empty.
        optional: bool,
    },
}

/// A paragraph of rich text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    #[serde(rename = "type")]
    kind: Cow<'static, str>,
    elements: Vec<Span>,
}

/// A piece of rich text. Slack shows it unchanged and interprets no markup in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Span {
    /// Words.
    Text {
        /// The words.
        text: String,
        /// The style.
        #[serde(skip_serializing_if = "Option::is_none")]
        style: Option<TextStyle>,
    },
    /// Words that link to an address.
    Link {
        /// The words.
        text: String,
        /// The address.
        url: String,
    },
    /// A time, which each reader sees in their own time zone.
    Date {
        /// The seconds since 1970.
        timestamp: i64,
        /// Slack's format of the time.
        format: Cow<'static, str>,
        /// The text where Slack can't show the time.
        fallback: String,
    },
}

/// The style of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextStyle {
    strike: bool,
}

impl Span {
    /// Returns unformatted words.
    pub fn plain(text: &str) -> Self {
        Self::Text { text: cut(text, SECTION_TEXT), style: None }
    }

    /// Returns words that are struck through, because they no longer apply.
    pub(crate) fn struck(text: &str) -> Self {
        Self::Text { text: cut(text, HEADER_TEXT), style: Some(TextStyle { strike: true }) }
    }

    /// Returns words that link to an address.
    pub fn link(text: &str, url: &str) -> Self {
        Self::Link { text: cut(text, HEADER_TEXT), url: url.to_owned() }
    }

    /// Returns a time of day without a date, for a time in the near future or past.
    pub fn clock(at: Timestamp) -> Self {
        Self::Date {
            timestamp: at.as_second(),
            format: "{time}".into(),
            fallback: at.strftime("%H:%M UTC").to_string(),
        }
    }

    /// Returns a date and a time.
    pub fn time(at: Timestamp) -> Self {
        let fallback = at.strftime("%Y-%m-%d %H:%M UTC").to_string();
        Self::Date { timestamp: at.as_second(), format: "{date_short_pretty} at {time}".into(), fallback }
    }

    /// Returns the shown text, with times in UTC.
    pub fn shown(&self) -> &str {
        match self {
            Self::Text { text, .. } | Self::Link { text, .. } => text,
            Self::Date { fallback, .. } => fallback,
        }
    }

    fn length(&self) -> usize {
        self.shown().chars().count()
    }
}

/// A form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// The Home tab of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Home {
    #[serde(rename = "type")]
    kind: &'static str,
    blocks: Vec<Block>,
}

impl Home {
    /// Returns a Home tab of these blocks, up to Slack's limit.
    pub fn new(blocks: Vec<Block>) -> Self {
        Self { kind: "home", blocks: blocks.into_iter().take(VIEW_BLOCKS).collect() }
    }
}

impl Content {
    /// Returns a message. Content beyond Slack's limits is cut from the end.
    pub fn new(text: &str, blocks: Vec<Block>) -> Self {
        let mut room = TOTAL_TEXT;
        let fits = |block: &Block| {
            let length = block.text_length();
            let fits = length <= room;
            room = room.saturating_sub(length);
            fits
        };
        let blocks = blocks.into_iter().take(MESSAGE_BLOCKS).take_while(fits).collect();
        Self { text: fitting(&cut(text, MESSAGE_TEXT)), blocks }
    }
}

/// Shortens a notification text to the bytes that Slack accepts.
fn fitting(text: &str) -> String {
    let fits = text.get(..text.floor_char_boundary(MESSAGE_BYTES)).unwrap_or_default();
    text::beginning(text, fits.chars().count()).to_owned()
}

/// Answers whether a message can show all of these blocks.
pub fn fit(blocks: &[Block]) -> bool {
    blocks.len() <= MESSAGE_BLOCKS && blocks.iter().map(Block::text_length).sum::<usize>() <= TOTAL_TEXT
}

impl Block {
    /// Returns a title.
    pub fn header(text: &str) -> Self {
        Self::Header { text: Text::plain(text, HEADER_TEXT) }
    }

    /// Returns a paragraph of text that may come from outside.
    pub(crate) fn paragraph(text: &str) -> Self {
        Self::Section { text: Text::plain(text, SECTION_TEXT), accessory: None }
    }

    /// Returns a paragraph with a control beside it.
    pub fn row(text: &str, accessory: Element) -> Self {
        Self::Section { text: Text::plain(text, SECTION_TEXT), accessory: Some(accessory) }
    }

    /// Returns a paragraph in markup. The text must not come from outside.
    pub(crate) fn formatted(text: &str) -> Self {
        Self::Section { text: Text::Mrkdwn { text: cut(text, SECTION_TEXT) }, accessory: None }
    }

    /// Returns small print in markup. The text must not come from outside.
    pub fn small(text: &str) -> Self {
        Self::Context { elements: vec![Text::Mrkdwn { text: cut(text, SECTION_TEXT) }] }
    }

    /// Returns small print of text that may come from outside, with at most `most` characters.
    pub(crate) fn small_plain(text: &str, most: usize) -> Self {
        Self::Context { elements: vec![Text::plain(text, most.min(SECTION_TEXT))] }
    }

    /// Returns small print of text that may come from outside, and a time in each reader's own time zone.
    pub(crate) fn small_dated(text: &str, at: Timestamp) -> Self {
        Self::Context { elements: vec![Text::plain(text, HEADER_TEXT), Text::Mrkdwn { text: time(at) }] }
    }

    /// Returns rich text.
    pub fn rich(spans: Vec<Span>) -> Self {
        Self::RichText { elements: [Section { kind: "rich_text_section".into(), elements: spans }] }
    }

    /// Returns a line between blocks.
    pub fn divider() -> Self {
        Self::Divider
    }

    /// Returns a row of controls. `carried` is the data that the menus among them carry.
    pub fn actions(carried: &str, elements: Vec<Element>) -> Self {
        Self::Actions { block_id: cut(carried, BLOCK_ID), elements }
    }

    /// Returns a required field.
    pub fn field(name: &'static str, label: &str, element: Element) -> Self {
        Self::Input { block_id: name.to_owned(), label: Text::ours(label, LABEL), hint: None, element, optional: false }
    }

    /// Returns a required field with a line of explanation.
    pub(crate) fn explained_field(name: &'static str, label: &str, hint: &str, element: Element) -> Self {
        Self::Input {
            block_id: name.to_owned(),
            label: Text::ours(label, LABEL),
            hint: Some(Text::ours(hint, LABEL)),
            element,
            optional: false,
        }
    }

    /// Returns an optional field with a line of explanation.
    pub(crate) fn optional_field(name: &'static str, label: &str, hint: &str, element: Element) -> Self {
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
            Self::RichText { elements: [section] } => section.elements.iter().map(Span::length).sum(),
            Self::Actions { elements, .. } => elements.iter().map(Element::text_length).sum(),
            Self::Input { label, hint, .. } => label.length() + hint.as_ref().map_or(0, Text::length),
        }
    }
}

impl Text {
    /// Returns text from outside. Slack refuses empty texts, so an empty one becomes a dash.
    pub(crate) fn plain(text: &str, most: usize) -> Self {
        let text = if text.trim().is_empty() { "–" } else { text };
        Self::PlainText { text: cut(text, most), emoji: false }
    }

    /// Returns the app's own text, in which emoji codes are shown as emoji.
    pub(crate) fn ours(text: &str, most: usize) -> Self {
        Self::PlainText { text: cut(text, most), emoji: true }
    }

    pub(crate) fn length(&self) -> usize {
        match self {
            Self::PlainText { text, .. } | Self::Mrkdwn { text } => text.chars().count(),
        }
    }
}

impl Modal {
    /// Returns a form that keeps `private_metadata` until it is submitted.
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

    /// Returns a window without a submit button.
    pub fn window(callback_id: &'static str, title: &str, private_metadata: String, blocks: Vec<Block>) -> Self {
        Self {
            submit: None,
            close: Text::ours("Close", TITLE),
            ..Self::new(callback_id, title, "", private_metadata, blocks)
        }
    }

    /// Sets the app's own name for the window, by which it can be updated.
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
