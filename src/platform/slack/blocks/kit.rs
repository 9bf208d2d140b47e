//! The Block Kit blocks that the app sends, and the messages, forms and Home tabs that consist of them. All are made
//! through constructors that keep Slack's limits (docs/contracts/slack-limits.json). A long name therefore shortens
//! a line and never costs the whole message.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::core::text::{beginning, cut};
use crate::platform::slack::blocks::chart::{Chart, Table};
use crate::platform::slack::blocks::element::Element;
use crate::platform::slack::blocks::markup::Markup;
use crate::platform::slack::blocks::mrkdwn::escaped;
use crate::platform::slack::blocks::text::Text;

const SECTION_TEXT: usize = 3000;
const HEADER_TEXT: usize = 150;
const FIELD_TEXT: usize = 2000;
const ALERT_TEXT: usize = 200;
const FIELDS: usize = 10;
const ALT_TEXT: usize = 2000;
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
        /// The data of the control, if that has no value of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        block_id: Option<String>,
        /// The paragraph.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<Text>,
        /// Short texts in two columns, below the paragraph.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fields: Vec<Text>,
        /// The control.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        accessory: Option<Element>,
    },
    /// Small print.
    Context {
        /// The parts.
        elements: Vec<Small>,
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
    /// Text that Slack shows unchanged: paragraphs and quotes.
    RichText {
        /// The paragraphs and quotes.
        elements: Vec<Section>,
    },
    /// A chart.
    DataVisualization(Chart),
    /// A table.
    Table(Table),
    /// A notice in a window.
    Alert {
        /// The urgency: `info`, `warning` or `error`.
        level: Cow<'static, str>,
        /// The notice.
        text: Text,
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

/// A part of small print.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Small {
    /// A picture.
    Image(Image),
    /// Words.
    Text(Text),
}

/// A picture beside small print.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    #[serde(rename = "type")]
    kind: Cow<'static, str>,
    #[serde(rename = "image_url")]
    address: String,
    alt_text: String,
}

/// A paragraph or a quote of rich text.
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
}

/// The style of words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextStyle {
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    bold: bool,
}

impl Span {
    /// Returns unformatted words.
    pub fn plain(text: &str) -> Self {
        Self::Text { text: cut(text, SECTION_TEXT), style: None }
    }

    /// Returns bold words.
    pub(crate) fn bold(text: &str) -> Self {
        let style = Some(TextStyle { bold: true });
        Self::Text { text: cut(text, HEADER_TEXT), style }
    }

    /// Returns the words.
    pub fn shown(&self) -> &str {
        match self {
            Self::Text { text, .. } => text,
        }
    }

    fn length(&self) -> usize {
        self.shown().chars().count()
    }
}

impl Content {
    /// Returns a message. `text` is the whole message in words; it is escaped here. Content beyond Slack's limits is
    /// cut from the end.
    pub fn new(text: &str, blocks: Vec<Block>) -> Self {
        let mut room = TOTAL_TEXT;
        let fits = |block: &Block| {
            let length = block.text_length();
            let fits = length <= room;
            room = room.saturating_sub(length);
            fits
        };
        let blocks = blocks.into_iter().take(MESSAGE_BLOCKS).take_while(fits).collect();
        Self { text: fitting(text), blocks }
    }

    /// Returns a message whose notification is this line, which may name channels.
    pub(crate) fn of(line: &Markup, blocks: Vec<Block>) -> Self {
        Self { text: line.notification(), ..Self::new("", blocks) }
    }
}

/// Escapes a notification text, and shortens it to the characters and bytes that Slack accepts. No escape is cut.
fn fitting(text: &str) -> String {
    let mut most = MESSAGE_TEXT;
    loop {
        let fitting = escaped(&cut(text, most));
        if most == 0 || (fitting.chars().count() <= MESSAGE_TEXT && fitting.len() <= MESSAGE_BYTES) {
            return fitting;
        }
        most -= most.div_ceil(8);
    }
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
        Self::section(Text::plain(text, SECTION_TEXT), None)
    }

    /// Returns a paragraph with a control beside it.
    pub fn row(text: &str, accessory: Element) -> Self {
        Self::section(Text::plain(text, SECTION_TEXT), Some(accessory))
    }

    /// Returns a line, with an optional control beside it.
    pub fn line(line: &Markup, accessory: Option<Element>) -> Self {
        Self::section(line.block_text(SECTION_TEXT), accessory)
    }

    /// Returns a line with a control beside it, in a block with this id: the data that a menu carries, or the row's name.
    pub(crate) fn line_with_menu(line: &Markup, carried: &str, menu: Element) -> Self {
        let (block_id, text) = (Some(cut(carried, BLOCK_ID)), Some(line.block_text(SECTION_TEXT)));
        Self::Section { block_id, text, fields: Vec::new(), accessory: Some(menu) }
    }

    /// Returns short texts in two columns, each with its own title.
    pub(crate) fn facts(facts: &[(&str, Markup)]) -> Self {
        let field = |(title, fact): &(&str, Markup)| {
            Markup::default().strong(title).ours("\n").then("", fact.clone()).block_text(FIELD_TEXT)
        };
        let fields = facts.iter().take(FIELDS).map(field).collect();
        Self::Section { block_id: None, text: None, fields, accessory: None }
    }

    fn section(text: Text, accessory: Option<Element>) -> Self {
        Self::Section { block_id: None, text: Some(text), fields: Vec::new(), accessory }
    }

    /// Returns a paragraph in markup. The text must not come from outside.
    pub(crate) fn formatted(text: &str) -> Self {
        Self::section(Text::Mrkdwn { text: cut(text, SECTION_TEXT), verbatim: false }, None)
    }

    /// Returns small print of text that may come from outside, with at most `most` characters.
    pub(crate) fn small_plain(text: &str, most: usize) -> Self {
        Self::Context { elements: vec![Small::Text(Text::plain(text, most.min(SECTION_TEXT)))] }
    }

    /// Returns the words of rich text.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::RichText { elements } => elements.iter().flat_map(|part| &part.elements).map(Span::shown).collect(),
            _ => String::new(),
        }
    }

    /// Returns small print in markup. The text must not come from outside.
    pub fn small(text: &str) -> Self {
        Self::Context { elements: vec![Small::Text(Text::Mrkdwn { text: cut(text, SECTION_TEXT), verbatim: false })] }
    }

    /// Returns a line in small print.
    pub(crate) fn small_line(line: &Markup) -> Self {
        Self::Context { elements: vec![Small::Text(line.block_text(SECTION_TEXT))] }
    }

    /// Returns small print with a picture between two lines. A screen reader reads the picture as `alt_text`.
    pub(crate) fn small_with_picture(before: &Markup, image_url: &str, alt_text: &str, after: &Markup) -> Self {
        let image = Image { kind: "image".into(), address: image_url.to_owned(), alt_text: cut(alt_text, ALT_TEXT) };
        let text = |line: &Markup| Small::Text(line.block_text(SECTION_TEXT));
        let before = (!before.is_empty()).then(|| text(before));
        Self::Context { elements: before.into_iter().chain([Small::Image(image), text(after)]).collect() }
    }

    /// Returns a quote: the writer's name, if there is one, and the words unchanged.
    pub(crate) fn quote(by: Option<&str>, words: &str) -> Self {
        let name = by.map(|by| Span::bold(&format!("{by}: ")));
        let mut rest = words.trim();
        let mut elements: Vec<_> = name.into_iter().collect();
        while !rest.is_empty() {
            let part = beginning(rest, SECTION_TEXT);
            elements.push(Span::plain(part));
            rest = rest.strip_prefix(part).unwrap_or_default();
        }
        Self::RichText { elements: vec![Section { kind: "rich_text_quote".into(), elements }] }
    }

    /// Returns a chart.
    pub(crate) fn chart(chart: Chart) -> Self {
        Self::DataVisualization(chart)
    }

    /// Returns a table.
    pub(crate) fn table(table: Table) -> Self {
        Self::Table(table)
    }

    /// Returns a notice of a window: that something changed while it was open.
    pub(crate) fn warning(text: &str) -> Self {
        Self::Alert { level: "warning".into(), text: Text::plain(text, ALERT_TEXT) }
    }

    /// Returns a notice of a window: that something failed.
    pub(crate) fn error(text: &str) -> Self {
        Self::Alert { level: "error".into(), text: Text::plain(text, ALERT_TEXT) }
    }

    /// Answers whether the block came in 2025 or later, so that some workspaces and clients may not know it.
    pub(crate) fn is_newer(&self) -> bool {
        matches!(self, Self::DataVisualization(_) | Self::Table(_) | Self::Alert { .. })
    }

    /// Returns a notice of a window as a paragraph, and any other block as it is.
    pub(crate) fn older(self) -> Self {
        match self {
            Self::Alert { text, .. } => Self::section(text, None),
            other => other,
        }
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

    /// Returns a group of checkboxes, of which none need be ticked.
    pub(crate) fn choice(name: &'static str, label: &str, boxes: Element) -> Self {
        let label = Text::ours(label, LABEL);
        Self::Input { block_id: name.to_owned(), label, hint: None, element: boxes, optional: true }
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
            Self::Header { text } | Self::Alert { text, .. } => text.length(),
            Self::Section { text, fields, accessory, .. } => {
                let texts = text.iter().chain(fields).map(Text::length).sum::<usize>();
                texts + accessory.as_ref().map_or(0, Element::text_length)
            }
            Self::Context { elements } => elements.iter().map(Small::length).sum(),
            Self::DataVisualization(chart) => chart.title.chars().count(),
            Self::Table(table) => table.text_length(),
            Self::Divider => 0,
            Self::RichText { elements } => elements.iter().flat_map(|part| &part.elements).map(Span::length).sum(),
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
        self.as_str().chars().count()
    }

    /// Returns the text with its markup.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::PlainText { text, .. } | Self::Mrkdwn { text, .. } => text,
        }
    }
}

impl Small {
    /// Answers whether Slack takes it everywhere: a picture must come over HTTPS.
    pub(crate) fn is_safe(&self) -> bool {
        match self {
            Self::Image(image) => image.address.starts_with("https://"),
            Self::Text(_) => true,
        }
    }

    fn length(&self) -> usize {
        match self {
            Self::Image(image) => image.alt_text.chars().count(),
            Self::Text(text) => text.length(),
        }
    }
}

impl Markup {
    /// Returns the line as a paragraph.
    pub fn paragraph(&self) -> Block {
        Block::line(self, None)
    }

    /// Returns the line as small print.
    pub fn small(&self) -> Block {
        Block::small_line(self)
    }

    /// Returns the line as a message, whose notification says the same.
    pub fn content(&self) -> Content {
        Content::of(self, vec![self.paragraph()])
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
        assert!(text.len() <= MESSAGE_BYTES && text.starts_with(&"ж".repeat(1500)) && text.ends_with('…'), "{text}");
        assert!(Content::new(&"&".repeat(2500), Vec::new()).text.ends_with("&amp;…"));
    }

    #[test]
    fn no_text_is_empty() {
        assert_eq!(Text::plain("  ", 10).length(), 1);
    }
}
