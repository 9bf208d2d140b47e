//! Texts as Slack gets them, and as a person reads them.

use std::sync::LazyLock;

use dialnote_sandbox::World;
use regex::{Captures, Regex};
use serde_json::Value;

/// A text that is displayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The text as it was sent.
    pub raw: String,
    /// True if Slack reads it as markup.
    pub markup: bool,
    /// True if `:tada:` in it becomes a picture.
    emoji: bool,
}

/// Tokens of Slack's markup.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| Regex::new("<([@#!]?)([^>|]*)(?:\\|([^>]*))?>").unwrap());

static EMOJI: LazyLock<Regex> = LazyLock::new(|| Regex::new(":[a-z0-9_+'-]+:").unwrap());

/// Returns all texts of a message: the notification's and the blocks'.
pub fn of_message(text: &Value, blocks: &Value) -> Vec<Text> {
    // Beside blocks the text is what notifications show.
    let alone = blocks.as_array().is_none_or(Vec::is_empty);
    let mut texts: Vec<Text> = text.as_str().map(|text| Text { markup: alone, ..markup(text) }).into_iter().collect();
    collect(&unpacked(blocks), &mut texts);
    texts
}

/// Returns all texts of a view, or of another value that holds blocks.
pub fn of(value: &Value) -> Vec<Text> {
    let mut texts = Vec::new();
    collect(&unpacked(value), &mut texts);
    texts
}

/// Returns a nested value of a form, which is written as a string.
fn unpacked(value: &Value) -> Value {
    value.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| value.clone())
}

fn markup(raw: &str) -> Text {
    Text { raw: raw.to_owned(), markup: true, emoji: true }
}

fn literal(raw: &str) -> Text {
    Text { raw: raw.to_owned(), markup: false, emoji: false }
}

fn collect(value: &Value, texts: &mut Vec<Text>) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| collect(one, texts)),
        Value::Object(fields) => match (fields.get("type").and_then(Value::as_str), fields.get("text")) {
            (Some("mrkdwn" | "markdown"), Some(Value::String(text))) => texts.push(markup(text)),
            (Some("plain_text"), Some(Value::String(text))) => {
                let emoji = fields.get("emoji") != Some(&Value::Bool(false));
                texts.push(Text { emoji, ..literal(text) });
            }
            (Some("raw_text"), Some(Value::String(text))) => texts.push(literal(text)),
            (Some(kind), _) if kind.starts_with("rich_text_") && kind != "rich_text_list" => {
                texts.push(literal(&spans(&value["elements"])));
            }
            _ => {
                let said = ["alt_text", "accessibility_label", "initial_value"];
                texts.extend(said.iter().filter_map(|name| fields.get(*name)?.as_str()).map(literal));
                fields.values().filter(|field| !field.is_string()).for_each(|field| collect(field, texts));
            }
        },
        _ => {}
    }
}

/// Returns the words of a rich text, which has a span for each change of style. A mention is a separate token.
fn spans(elements: &Value) -> String {
    let span = |span: &Value| {
        let named = |name: &str| span[name].as_str().unwrap_or_default().to_owned();
        match span["type"].as_str() {
            Some("emoji") => format!("⟨{}⟩", named("name")),
            Some("date") => named("fallback"),
            Some("user") => format!("@{}", named("user_id")),
            Some("link") if span["text"].is_null() => named("url"),
            _ => named("text"),
        }
    };
    elements.as_array().into_iter().flatten().map(span).collect()
}

impl Text {
    /// Returns the text as a person reads it, with the marks of emphasis.
    pub fn plain(&self, world: &World) -> String {
        let text = if self.markup { resolved(world, &self.raw) } else { self.raw.clone() };
        text.replace(['\u{2068}', '\u{2069}'], "")
    }

    /// Returns the text as a person reads it.
    pub fn read(&self, world: &World) -> String {
        let text = self.plain(world);
        let text = if self.markup { text.replace(['*', '_', '~', '`'], "") } else { text };
        if self.emoji { EMOJI.replace_all(&text, "⟨emoji⟩").into_owned() } else { text }
    }
}

/// Returns markup with names instead of tokens, and characters instead of entities.
fn resolved(world: &World, text: &str) -> String {
    let name = |token: &Captures<'_>| {
        let (id, label) = (&token[2], token.get(3).map(|label| label.as_str().to_owned()));
        match &token[1] {
            "@" => format!("@{}", world.person(id).map_or(id, |person| person.display_name.as_str())),
            "#" => format!("#{}", world.channel(id).map_or(id, |channel| channel.name.as_str())),
            "!" => label.unwrap_or_else(|| format!("@{id}")),
            _ => label.unwrap_or_else(|| id.to_owned()),
        }
    };
    let text = TOKEN.replace_all(text, name);
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
