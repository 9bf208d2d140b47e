//! The comments that the app presents in a pane (§4.8).

use serde_json::Value;

use super::faults::{Faults, Object};
use crate::blocks::max;

/// Returns the faults of one comment, each with a JSON pointer that begins with `at`.
pub(crate) fn comment(comment: &Value, at: &str) -> Vec<String> {
    let mut faults = Faults::default();
    faults.nulls(comment, at);
    let Some(object) = faults.object(comment, at) else { return faults.found };
    let words = ["url", "cursor", "thread_root_id"];
    let flags = ["can_edit", "can_delete", "can_reply"];
    let others = ["last_edit_ts", "reply_count", "reply_users", "latest_reply_ts"];
    let optional = [&words[..], &flags[..], &others[..]].concat();
    faults.keys(object, &["id", "sender", "timestamp", "comment"], &optional, at);
    for (name, value) in object {
        let at = format!("{at}/{name}");
        match name.as_str() {
            "id" => faults.words(value, &at),
            "sender" if !has_sender(comment) => faults.note(&at, "must have either user_id or text"),
            "timestamp" | "reply_count" => faults.whole(value, &at),
            "comment" => content(&mut faults, value, &at),
            "url" => faults.url(value, &at),
            "reply_users" => repliers(&mut faults, value, &at),
            name if words.contains(&name) => faults.words(value, &at),
            name if flags.contains(&name) => faults.flag(value, &at),
            _ => {}
        }
    }
    faults.found
}

fn repliers(faults: &mut Faults, value: &Value, at: &str) {
    let most = max(&["entity", "comments[].reply_users"]);
    if faults.items(value, at).len() as u64 > most {
        faults.note(at, format!("no more than {most} items allowed"));
    }
}

/// Answers whether a comment names its sender: a Slack user, or the words for a person who has none, never both.
pub(crate) fn has_sender(comment: &Value) -> bool {
    let Some(sender) = comment["sender"].as_object() else { return false };
    let only = |known: &[&str]| sender.keys().all(|name| known.contains(&name.as_str()));
    let has = |name: &str| sender.get(name).and_then(Value::as_str).is_some_and(|words| !words.is_empty());
    (has("user_id") && only(&["user_id"])) || (has("text") && only(&["text", "url", "email", "icon"]))
}

/// Checks the words: a text, or one block of rich text.
fn content(faults: &mut Faults, value: &Value, at: &str) {
    let Some(object) = faults.object(value, at) else { return };
    if let Some(blocks) = object.get("blocks") {
        faults.keys(object, &["blocks"], &[], at);
        let blocks = faults.items(blocks, &format!("{at}/blocks"));
        if blocks.len() != 1 || blocks.iter().any(|block| block["type"] != "rich_text") {
            faults.note(&format!("{at}/blocks"), "must be one rich_text block");
        }
        return;
    }
    text(faults, object, at);
}

fn text(faults: &mut Faults, object: &Object, at: &str) {
    faults.keys(object, &["value"], &["format"], at);
    if let Some(words) = object.get("value") {
        faults.words(words, &format!("{at}/value"));
    }
    if object.get("format").is_some_and(|format| format != "markdown") {
        faults.note(&format!("{at}/format"), "must be markdown");
    }
}
