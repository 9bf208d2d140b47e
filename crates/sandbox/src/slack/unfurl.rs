//! `chat.unfurl`: the app's view of a link in a person's message (docs/contracts/slack.md §22, slack-2026.md §2).

use serde_json::{Value, json};

use super::args::Args;
use super::failure::{Failure, Reply};
use super::metadata::{self, BAD_FORMAT, Metadata};
use crate::blocks;
use crate::entities::Place;
use crate::world::World;

/// Shows links of a message with the app's blocks or as Work Objects. Both may be sent: clients show the object, older
/// ones the blocks.
pub(super) fn unfurl(world: &mut World, args: &Args) -> Reply {
    let (Some(channel), Some(ts)) = (args.text("channel")?, args.text("ts")?) else {
        return Err(Failure::argument("the sandbox finds the message by channel and ts"));
    };
    let text = world.message(channel, ts).ok_or("cannot_find_message")?.text.clone();
    if !args.has("unfurls") && !args.has("metadata") {
        return Err("missing_unfurls".into());
    }
    let unfurls = attachments(args, &text)?;
    let entities = entities(args, &text)?;
    let known = world.objects.faults.len();
    let entities = metadata::shown(world, "chat.unfurl", entities, Place::Unfurl);
    if let Some(message) = world.message_mut(channel, ts) {
        message.unfurls.retain(|old| !unfurls.iter().any(|new| new["url"] == old["url"]));
        message.unfurls.extend(unfurls);
        let is_new = |old: &Value| entities.iter().any(|new| new["app_unfurl_url"] == old["app_unfurl_url"]);
        message.entities.retain(|old| !is_new(old));
        message.entities.extend(entities);
    }
    Ok(metadata::warned(world, known, json!({})))
}

fn attachments(args: &Args, text: &str) -> Result<Vec<Value>, Failure> {
    let Some(unfurls) = args.nested("unfurls", "invalid_unfurls_format")? else { return Ok(Vec::new()) };
    let mut shown = Vec::new();
    for (url, unfurl) in unfurls.as_object().ok_or("invalid_unfurls_format")? {
        if !text.contains(&format!("<{url}")) {
            return Err("cannot_unfurl_url".into());
        }
        let blocks = unfurl.get("blocks").ok_or("invalid_unfurls_format")?;
        let blocks = blocks::message(blocks)?;
        if blocks.iter().any(|block| block["type"] == "rich_text") {
            return Err("invalid_blocks".into());
        }
        shown.push(json!({ "url": url, "blocks": blocks }));
    }
    Ok(shown)
}

/// Returns the entities, each of a link that the message has, exactly as it was posted.
fn entities(args: &Args, text: &str) -> Result<Vec<Value>, Failure> {
    let Some(Metadata { is_cleared: false, event: None, entities }) = metadata::metadata(args)? else {
        return if args.has("metadata") { Err(BAD_FORMAT.into()) } else { Ok(Vec::new()) };
    };
    for (number, entity) in entities.iter().enumerate() {
        let url = entity["app_unfurl_url"].as_str().unwrap_or_default();
        let is_link = text.contains(&format!("<{url}>")) || text.contains(&format!("<{url}|"));
        let is_repeated = entities.iter().take(number).any(|other| other["app_unfurl_url"] == url);
        if url.is_empty() || !is_link || is_repeated {
            let place = format!(
                "[ERROR] must be a link of the message [json-pointer:/metadata/entities/{number}/app_unfurl_url]"
            );
            return Err(Failure::with(BAD_FORMAT, json!({"response_metadata": {"messages": [place]}})));
        }
    }
    Ok(entities)
}
