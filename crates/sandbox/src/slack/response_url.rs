//! Response URLs: five answers within half an hour, in the place where the person was, even if the app is not in it
//! (docs/contracts/slack.md §6). Slack's error codes for them are not documented; the codes here are ours.

use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::content::{Content, checked_content};
use super::failure::Failure;
use super::metadata::checked_event;
use super::older;
use crate::answer::Answer;
use crate::blocks::max;
use crate::channels::Message;
use crate::ids::BOT_USER;
use crate::request::RecordedRequest;
use crate::world::{ResponseUrl, World};

const FIELDS: &[&str] = &[
    "text",
    "blocks",
    "attachments",
    "response_type",
    "replace_original",
    "delete_original",
    "thread_ts",
    "unfurl_links",
    "unfurl_media",
    "metadata",
];

/// Accepts an answer. Unknown, used up and expired URLs are 404, malformed answers 400.
pub(crate) fn respond(world: &mut World, token: &str, heard: &RecordedRequest) -> Answer {
    let url = match admit(world, token) {
        Ok(url) => url,
        Err(error) => return Answer::new(404, json!({"ok": false, "error": error})),
    };
    match read(heard).and_then(|answer| place(world, &url, &answer)) {
        Ok(()) => Answer::new(200, json!({"ok": true})),
        Err(failure) => Answer::new(400, failure.body()),
    }
}

/// Counts the use, even if the answer is refused later.
fn admit(world: &mut World, token: &str) -> Result<ResponseUrl, &'static str> {
    let now = world.now();
    let seconds = i64::try_from(max(&["timing", "response_url_seconds"])).unwrap_or(i64::MAX);
    let url = world.response_urls.get_mut(token).ok_or("unknown_url")?;
    if now.duration_since(url.at) > SignedDuration::from_secs(seconds) {
        return Err("expired_url");
    }
    if url.uses >= max(&["timing", "response_url_uses"]) {
        return Err("used_url");
    }
    url.uses += 1;
    Ok(url.clone())
}

fn read(heard: &RecordedRequest) -> Result<Map<String, Value>, Failure> {
    if heard.media_type() != "application/json" {
        return Err("invalid_payload".into());
    }
    let answer: Value = serde_json::from_slice(&heard.body).map_err(|_| Failure::from("invalid_json"))?;
    let Value::Object(answer) = answer else { return Err("json_not_object".into()) };
    for (name, value) in &answer {
        if !FIELDS.contains(&name.as_str()) {
            return Err(Failure::argument(&format!("unknown field: {name}")));
        }
        if value.is_null() {
            return Err(Failure::argument(&format!("must not be null: {name}")));
        }
    }
    if answer.get("attachments").is_some_and(|list| *list != json!([])) {
        return Err(Failure::argument("the sandbox shows blocks only: attachments must be empty"));
    }
    Ok(answer)
}

fn place(world: &mut World, url: &ResponseUrl, answer: &Map<String, Value>) -> Result<(), Failure> {
    let delete = flag(answer, "delete_original")?;
    let replace = flag(answer, "replace_original")?;
    let said = match (answer.get("text"), answer.get("blocks")) {
        (None, None) if delete => None,
        (text, blocks) => {
            older::knows_blocks(world, blocks.unwrap_or(&Value::Null))?;
            Some(checked_content(text.and_then(Value::as_str), blocks)?)
        }
    };
    if delete {
        let original = original(world, url)?;
        world.remove_message(&url.channel, &original);
    }
    match said {
        Some(said) if replace => replace_original(world, url, said),
        Some(said) => post(world, url, said, answer),
        None => Ok(()),
    }
}

fn replace_original(world: &mut World, url: &ResponseUrl, said: Content) -> Result<(), Failure> {
    let original = original(world, url)?;
    let edited = world.next_ts();
    let message = world.message_mut(&url.channel, &original).ok_or("message_not_found")?;
    message.text = said.text;
    message.blocks = said.blocks;
    message.edited = Some(edited);
    let changed = message.clone();
    world.tour.updated(&changed);
    Ok(())
}

fn post(world: &mut World, url: &ResponseUrl, said: Content, answer: &Map<String, Value>) -> Result<(), Failure> {
    let to = match answer.get("response_type").map(Value::as_str) {
        None | Some(Some("ephemeral")) => Some(url.user.clone()),
        Some(Some("in_channel")) => None,
        Some(_) => return Err(Failure::argument("response_type must be ephemeral or in_channel")),
    };
    let thread_ts = match answer.get("thread_ts") {
        None => None,
        Some(Value::String(ts)) => Some(ts.clone()),
        Some(_) => return Err(Failure::argument("thread_ts must be a string")),
    };
    let metadata = answer.get("metadata").cloned().map(checked_event).transpose()?;
    if let Some(parent) = &thread_ts {
        world.message(&url.channel, parent).filter(|m| m.to.is_none() && !m.is_reply()).ok_or("thread_not_found")?;
    }
    world.post(Message {
        channel: url.channel.clone(),
        author: BOT_USER.to_owned(),
        text: said.text,
        blocks: said.blocks,
        thread_ts,
        to,
        metadata: metadata.filter(|metadata| *metadata != json!({})),
        ..Message::default()
    });
    Ok(())
}

/// Returns the message whose button was pressed. A slash command has none: its line cannot be changed.
fn original(world: &World, url: &ResponseUrl) -> Result<String, Failure> {
    let ts = url.original.clone().ok_or("message_not_found")?;
    world.message(&url.channel, &ts).ok_or("message_not_found")?;
    Ok(ts)
}

fn flag(answer: &Map<String, Value>, name: &str) -> Result<bool, Failure> {
    match answer.get(name) {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        // The documentation puts the words in quotes, the SDKs do not.
        Some(Value::String(word)) if word == "true" => Ok(true),
        Some(Value::String(word)) if word == "false" => Ok(false),
        Some(_) => Err(Failure::argument(&format!("must be a boolean: {name}"))),
    }
}
