//! The message of a shortcut, and its words: those of its text, else of its blocks, its attachments, the titles of its
//! files (docs/contracts/slack.md §8). The words keep Slack's notation, with people, channels and links in brackets.

use serde_json::Value;

use crate::core::ids::{MessageTs, SlackUserId};
use crate::core::json::Peek;

/// The number of bytes read from one message. Slack truncates texts of more than 40,000 characters.
const MOST_READ: usize = 160_000;

/// The depth to which lists, quotes and attachments are read.
const DEEPEST: usize = 8;

/// A message that a person used a shortcut on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointedAt {
    /// The message's name in its channel.
    pub ts: MessageTs,
    /// The first message of the thread that it is in.
    pub thread: Option<MessageTs>,
    /// The message's words; empty if there are none.
    pub text: String,
    /// The user who wrote it.
    pub author: Option<SlackUserId>,
    /// The name of the program that wrote it.
    pub program: Option<String>,
    /// Set if the app wrote it.
    pub ours: bool,
}

impl PointedAt {
    /// Reads the message from the payload of a shortcut, if it has one.
    pub(super) fn read(payload: &Value) -> Option<Self> {
        let message = payload.at("/message")?;
        let app = ["/app_id", "/bot_profile/app_id"].into_iter().find_map(|path| message.words(path));
        let program = ["/username", "/bot_profile/name"].into_iter().find_map(|path| message.words(path));
        Some(Self {
            ts: MessageTs::new(message.words("/ts").or_else(|| payload.words("/message_ts"))?),
            thread: message.words("/thread_ts").map(MessageTs::new),
            text: said(message, 0),
            author: message.words("/user").map(SlackUserId::new),
            program: program.map(str::to_owned),
            ours: app.is_some() && app == payload.words("/api_app_id"),
        })
    }
}

/// Returns the words of a rich text.
pub(super) fn rich_text(block: &Value) -> String {
    in_block(block, 0)
}

/// Returns the words of a message, or of an attachment that is a message.
fn said(message: &Value, depth: usize) -> String {
    let text = message.text("/text").unwrap_or_default();
    let ways: [&dyn Fn() -> String; 4] = [
        &|| text.to_owned(),
        &|| lines(message.list("/blocks"), |block| in_block(block, depth)),
        &|| lines(message.list("/attachments"), |attachment| in_attachment(attachment, depth)),
        &|| lines(message.list("/files"), |file| either(file, ["/title", "/name"])),
    ];
    ways.into_iter().map(|way| way()).find(|words| !words.trim().is_empty()).unwrap_or_default()
}

fn in_attachment(attachment: &Value, depth: usize) -> String {
    if depth >= DEEPEST {
        return String::new();
    }
    let title = either(attachment, ["/title", "/pretext"]);
    let words = said(attachment, depth + 1);
    let words = if words.is_empty() && title.is_empty() { either(attachment, ["/fallback"; 2]) } else { words };
    joined([title, words].into_iter(), "\n")
}

fn in_block(block: &Value, depth: usize) -> String {
    match block.text("/type").unwrap_or_default() {
        "rich_text" => lines(block.list("/elements"), |part| in_rich_text(part, depth)),
        "section" => {
            let fields = lines(block.list("/fields"), |field| either(field, ["/text"; 2]));
            joined([either(block, ["/text/text"; 2]), fields].into_iter(), "\n")
        }
        "header" => either(block, ["/text/text"; 2]),
        "markdown" => either(block, ["/text"; 2]),
        "context" => joined(block.list("/elements").iter().map(|part| either(part, ["/text", "/alt_text"])), " "),
        "image" | "video" | "file" => either(block, ["/title/text", "/alt_text"]),
        "table" => lines(block.at("/rows").and_then(Value::as_array).map_or(&[], Vec::as_slice), |row| {
            let cells = row.as_array().map_or(&[][..], Vec::as_slice);
            joined(cells.iter().map(|cell| in_cell(cell, depth)), " · ")
        }),
        _ => String::new(),
    }
}

fn in_cell(cell: &Value, depth: usize) -> String {
    match cell.text("/type") {
        Some("rich_text") => in_block(cell, depth),
        _ => either(cell, ["/text"; 2]),
    }
}

/// Returns the words of a paragraph, list, quote or code block of a rich text, or of an element in one.
fn in_rich_text(part: &Value, depth: usize) -> String {
    if depth >= DEEPEST {
        return String::new();
    }
    let inside = |part: &Value| in_rich_text(part, depth + 1);
    match part.text("/type").unwrap_or_default() {
        "rich_text_list" => lines(part.list("/elements"), |item| format!("- {}", inside(item))),
        "rich_text_section" | "rich_text_quote" | "rich_text_preformatted" => {
            part.list("/elements").iter().map(inside).collect()
        }
        "text" => part.text("/text").unwrap_or_default().to_owned(),
        "link" => part.words("/url").map(|url| format!("<{url}>")).unwrap_or_default(),
        "user" => part.words("/user_id").map(|id| format!("<@{id}>")).unwrap_or_default(),
        "channel" => part.words("/channel_id").map(|id| format!("<#{id}>")).unwrap_or_default(),
        "usergroup" => part.words("/usergroup_id").map(|id| format!("<!subteam^{id}>")).unwrap_or_default(),
        "broadcast" => part.words("/range").map(|range| format!("<!{range}>")).unwrap_or_default(),
        "emoji" => part.words("/name").map(|name| format!(":{name}:")).unwrap_or_default(),
        "date" => part.text("/fallback").unwrap_or_default().to_owned(),
        "color" => part.text("/value").unwrap_or_default().to_owned(),
        _ => String::new(),
    }
}

/// Returns the first of two values that is not blank.
fn either(value: &Value, paths: [&str; 2]) -> String {
    paths.into_iter().find_map(|path| value.words(path)).unwrap_or_default().to_owned()
}

fn lines(parts: &[Value], words: impl Fn(&Value) -> String) -> String {
    joined(parts.iter().map(words), "\n")
}

/// Joins the parts that are not blank, up to the limit.
fn joined(parts: impl Iterator<Item = String>, between: &str) -> String {
    let mut all = String::new();
    for part in parts.filter(|part| !part.trim().is_empty()) {
        if !all.is_empty() {
            all.push_str(between);
        }
        all.push_str(&part);
        if all.len() > MOST_READ {
            break;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn words(message: &Value) -> String {
        let payload = json!({ "message": message, "message_ts": "1.2" });
        PointedAt::read(&payload).map(|pointed| pointed.text).unwrap_or_default()
    }

    #[test]
    fn the_text_goes_before_everything_else() {
        assert_eq!(
            words(&json!({ "text": "hello", "blocks": [{ "type": "header", "text": { "text": "x" } }] })),
            "hello"
        );
        assert_eq!(words(&json!({ "text": " ", "attachments": [{ "text": "only attachment" }] })), "only attachment");
        assert_eq!(words(&json!({ "text": "" })), "");
    }

    #[test]
    fn rich_text_is_read_as_it_was_typed() {
        let item = |text: &str| json!({ "type": "rich_text_section", "elements": [{ "type": "text", "text": text }] });
        let section = json!({ "type": "rich_text_section", "elements": [
            { "type": "text", "text": "call " },
            { "type": "user", "user_id": "U2" },
            { "type": "text", "text": " in ", "style": { "bold": true } },
            { "type": "channel", "channel_id": "C1" },
            { "type": "text", "text": " " },
            { "type": "link", "url": "https://a.example", "text": "here" },
            { "type": "text", "text": " " },
            { "type": "emoji", "name": "tada" },
        ] });
        let list = json!({ "type": "rich_text_list", "elements": [item("one"), item("two")] });
        let message = json!({ "text": "", "blocks": [{ "type": "rich_text", "elements": [section, list] }] });
        assert_eq!(words(&message), "call <@U2> in <#C1> <https://a.example> :tada:\n- one\n- two");
    }

    #[test]
    fn other_blocks_have_words_too() {
        let text = |text: &str| json!({ "type": "plain_text", "text": text });
        let message = json!({ "blocks": [
            { "type": "header", "text": text("Title") },
            { "type": "section", "text": text("Body"), "fields": [text("Left"), text("Right")] },
            { "type": "divider" },
            { "type": "context", "elements": [text("a"), { "type": "image", "alt_text": "b" }] },
            { "type": "image", "alt_text": "a chart" },
            { "type": "table", "rows": [[{ "type": "raw_text", "text": "x" }, { "type": "raw_text", "text": "y" }]] },
            { "type": "actions", "elements": [{ "type": "button", "text": text("Press") }] },
        ] });
        assert_eq!(words(&message), "Title\nBody\nLeft\nRight\na b\na chart\nx · y");
    }

    #[test]
    fn attachments_and_files_are_read_if_there_is_nothing_else() {
        let attachments = json!([{ "title": "Order 7", "text": "was sent" }, { "fallback": "plain" }]);
        assert_eq!(
            words(&json!({ "attachments": attachments, "files": [{ "title": "x" }] })),
            "Order 7\nwas sent\nplain"
        );
        let files = json!([{ "title": "Offer.pdf" }, { "title": "", "name": "b.png" }]);
        assert_eq!(words(&json!({ "text": "", "files": files })), "Offer.pdf\nb.png");
    }

    #[test]
    fn what_is_deep_or_endless_is_bounded() {
        let mut deep = json!({ "text": "bottom" });
        for _ in 0..60 {
            deep = json!({ "attachments": [deep] });
        }
        assert_eq!(words(&deep), "");
        let section = json!({ "type": "section", "text": { "text": "x".repeat(3_000) } });
        assert!(words(&json!({ "blocks": vec![section; 1_000] })).len() < MOST_READ + 4_000);
    }

    #[test]
    fn knows_the_apps_own_messages_and_other_programs() {
        let read = |message: Value| PointedAt::read(&json!({ "api_app_id": "A1", "message": message }));
        let ours = read(json!({ "ts": "1.2", "app_id": "A1", "user": "UBOT" }));
        let other = read(json!({ "ts": "1.2", "app_id": "A2", "username": "Zapier" }));
        let found = [ours, other].map(|pointed| pointed.map(|pointed| (pointed.ours, pointed.program)));
        assert_eq!(found, [Some((true, None)), Some((false, Some("Zapier".to_owned())))]);
    }
}
