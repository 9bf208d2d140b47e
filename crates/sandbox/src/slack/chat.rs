//! `chat.*`: posting, changing and deleting messages, with the right to do so (docs/contracts/slack.md §14–16).

use serde_json::{Value, json};

use super::args::Args;
use super::content::{Content, checked_content, checked_metadata};
use super::failure::{Failure, Reply};
use super::reach::{visible, writable};
use super::scopes::require_scope;
use crate::blocks::{self, length, max};
use crate::channels::{Channel, Message};
use crate::ids::BOT_USER;
use crate::world::World;

/// `chat.postMessage`.
pub(super) fn post_message(world: &mut World, args: &Args) -> Reply {
    let channel = writable(world, args.required("channel")?)?;
    let said = read_content(args)?;
    let thread_ts = thread(world, &channel, args)?;
    let broadcast = args.flag("reply_broadcast")?;
    if broadcast && thread_ts.is_none() {
        return Err(Failure::argument("reply_broadcast goes with thread_ts"));
    }
    let literal = args.has("mrkdwn") && !args.flag("mrkdwn")?;
    let limit = max(&["message", "text"]);
    let text = if length(&said.text) > limit { cut(&said.text, limit) } else { said.text };
    let message = Message {
        channel: channel.id.clone(),
        author: BOT_USER.to_owned(),
        text,
        literal,
        blocks: said.blocks,
        thread_ts,
        broadcast,
        metadata: metadata(args)?.filter(|metadata| *metadata != json!({})),
        ..Message::default()
    };
    check_looks(world, args)?;
    let ts = world.post(message);
    let shown = world.message(&channel.id, &ts).map(|message| message.object(&world.workspace.id, true));
    Ok(json!({"channel": channel.id, "ts": ts, "message": shown}))
}

/// `chat.update`.
pub(super) fn update(world: &mut World, args: &Args) -> Reply {
    let channel = visible(world, args.required("channel")?)?;
    if channel.archived {
        return Err("is_inactive".into());
    }
    let ts = args.required("ts")?;
    editable(world, &channel, ts, "cant_update_message")?;
    let said = read_content(args)?;
    if length(&said.text) > max(&["message", "text.chat_update"]) {
        return Err("msg_too_long".into());
    }
    let metadata = metadata(args)?;
    let broadcast = args.flag("reply_broadcast")?;
    let edited = world.next_ts();
    let team = world.workspace.id.clone();
    let message = world.message_mut(&channel.id, ts).ok_or("message_not_found")?;
    if broadcast && !message.is_reply() {
        return Err("cant_broadcast_message".into());
    }
    message.broadcast |= broadcast;
    message.text.clone_from(&said.text);
    // Text without blocks removes the blocks: an app that forgets them shows plain text.
    message.blocks = said.blocks;
    message.edited = Some(edited);
    match metadata {
        Some(cleared) if cleared == json!({}) => message.metadata = None,
        Some(metadata) => message.metadata = Some(metadata),
        None => {}
    }
    let changed = message.clone();
    world.tour.updated(&changed);
    Ok(json!({"channel": channel.id, "ts": ts, "text": said.text, "message": changed.object(&team, true)}))
}

/// `chat.postEphemeral`.
pub(super) fn post_ephemeral(world: &mut World, args: &Args) -> Reply {
    let channel = writable(world, args.required("channel")?)?;
    let user = args.required("user")?;
    if !channel.members.contains(user) {
        return Err("user_not_in_channel".into());
    }
    let said = read_content(args)?;
    if said.text.len() as u64 > max(&["message", "text.chat_postEphemeral"]) {
        return Err("msg_too_long".into());
    }
    let thread_ts = thread(world, &channel, args)?;
    check_looks(world, args)?;
    let ts = world.post(Message {
        channel: channel.id,
        author: BOT_USER.to_owned(),
        text: said.text,
        blocks: said.blocks,
        thread_ts,
        to: Some(user.to_owned()),
        metadata: metadata(args)?.filter(|metadata| *metadata != json!({})),
        ..Message::default()
    });
    Ok(json!({"message_ts": ts}))
}

/// `chat.delete`.
pub(super) fn delete(world: &mut World, args: &Args) -> Reply {
    let channel = visible(world, args.required("channel")?)?;
    let ts = args.required("ts")?;
    editable(world, &channel, ts, "cant_delete_message")?;
    world.remove_message(&channel.id, ts);
    Ok(json!({"channel": channel.id, "ts": ts}))
}

/// Shows links of a message with the app's blocks (docs/contracts/slack.md §22).
pub(super) fn unfurl(world: &mut World, args: &Args) -> Reply {
    let (Some(channel), Some(ts)) = (args.text("channel")?, args.text("ts")?) else {
        return Err(Failure::argument("the sandbox finds the message by channel and ts"));
    };
    let message = world.message(channel, ts).ok_or("cannot_find_message")?;
    let text = message.text.clone();
    let unfurls = args.nested("unfurls", "invalid_unfurls_format")?;
    let unfurls = unfurls.as_ref().and_then(Value::as_object).ok_or("invalid_unfurls_format")?;
    let mut shown = Vec::new();
    for (url, unfurl) in unfurls {
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
    if let Some(message) = world.message_mut(channel, ts) {
        message.unfurls.retain(|old| !shown.iter().any(|new| new["url"] == old["url"]));
        message.unfurls.extend(shown);
    }
    Ok(json!({}))
}

/// `chat.getPermalink`.
pub(super) fn permalink(world: &mut World, args: &Args) -> Reply {
    let channel = visible(world, args.required("channel")?)?;
    let ts = args.required("message_ts")?;
    let message = world.message(&channel.id, ts).filter(|message| message.to.is_none()).ok_or("message_not_found")?;
    let name = ts.replace('.', "");
    let mut link = format!("{}/archives/{}/p{name}", world.base, channel.id);
    if let Some(parent) = message.thread_ts.as_ref().filter(|_| message.is_reply()) {
        link = format!("{link}?thread_ts={parent}&cid={}", channel.id);
    }
    Ok(json!({"channel": channel.id, "permalink": link}))
}

fn editable(world: &World, channel: &Channel, ts: &str, refusal: &str) -> Result<(), Failure> {
    let message = world.message(&channel.id, ts).filter(|message| message.to.is_none());
    match message {
        None => Err("message_not_found".into()),
        Some(message) if message.author != BOT_USER => Err(refusal.into()),
        Some(_) => Ok(()),
    }
}

/// Returns the thread to answer in: the name of its first message, not of an answer in it.
fn thread(world: &World, channel: &Channel, args: &Args) -> Result<Option<String>, Failure> {
    let Some(ts) = args.text("thread_ts")? else { return Ok(None) };
    let parent = world.message(&channel.id, ts).filter(|parent| parent.to.is_none() && !parent.is_reply());
    if parent.is_some() { Ok(Some(ts.to_owned())) } else { Err("cannot_reply_to_message".into()) }
}

fn read_content(args: &Args) -> Result<Content, Failure> {
    if args.nested("attachments", "invalid_attachments")?.is_some_and(|list| list != json!([])) {
        return Err(Failure::argument("the sandbox shows blocks only: attachments must be empty"));
    }
    let blocks = args.nested("blocks", "invalid_blocks_format")?;
    match (args.text("markdown_text")?, args.text("text")?) {
        (Some(_), Some(_)) => Err("markdown_text_conflict".into()),
        (Some(_), None) if blocks.is_some() => Err("markdown_text_conflict".into()),
        (Some(markdown), None) if length(markdown) > max(&["message", "markdown_text"]) => Err("msg_too_long".into()),
        (Some(markdown), None) => checked_content(Some(markdown), None),
        (None, text) => checked_content(text, blocks.as_ref()),
    }
}

fn metadata(args: &Args) -> Result<Option<Value>, Failure> {
    args.nested("metadata", "invalid_metadata_format")?.map(checked_metadata).transpose()
}

/// Refuses another name or picture without its own scope; the sandbox shows neither.
fn check_looks(world: &World, args: &Args) -> Result<(), Failure> {
    for name in ["username", "icon_url", "icon_emoji"] {
        if args.text(name)?.is_some() {
            require_scope(world, "chat:write.customize")?;
            return Err(Failure::argument(&format!("the sandbox does not play the argument {name}")));
        }
    }
    for name in ["unfurl_links", "unfurl_media"] {
        args.flag(name)?;
    }
    Ok(())
}

fn cut(text: &str, limit: u64) -> String {
    text.chars().take(usize::try_from(limit).unwrap_or(usize::MAX)).collect()
}
