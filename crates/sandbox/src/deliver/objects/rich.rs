//! Typed words as Slack's rich text.

use serde_json::{Value, json};

use crate::typed;
use crate::world::World;

/// Returns a `rich_text` block with one section: text, people, channels and links.
pub(super) fn rich_text(world: &World, typed: &str) -> Value {
    let escaped = typed::escaped(world, typed);
    let mut elements = Vec::new();
    let mut rest = escaped.as_str();
    while let Some((before, token, after)) = next_token(rest) {
        elements.extend(text(before));
        elements.push(element(token));
        rest = after;
    }
    elements.extend(text(rest));
    json!({"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]})
}

fn next_token(rest: &str) -> Option<(&str, &str, &str)> {
    let (before, from) = rest.split_once('<')?;
    let (token, after) = from.split_once('>')?;
    Some((before, token, after))
}

fn element(token: &str) -> Value {
    let id = token.split('|').next().unwrap_or_default();
    match id.split_at_checked(1) {
        Some(("@", user)) => json!({"type": "user", "user_id": user}),
        Some(("#", channel)) => json!({"type": "channel", "channel_id": channel}),
        Some(("!", _)) if id.starts_with("!subteam^") => {
            json!({"type": "usergroup", "usergroup_id": id.trim_start_matches("!subteam^")})
        }
        Some(("!", range)) => json!({"type": "broadcast", "range": range}),
        _ => json!({"type": "link", "url": unescaped(id)}),
    }
}

fn text(escaped: &str) -> Option<Value> {
    (!escaped.is_empty()).then(|| json!({"type": "text", "text": unescaped(escaped)}))
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
