//! `chat.*`: posting, changing and deleting messages, with the right to do so (docs/contracts/slack.md §14–16).

use serde_json::json;

use super::args::Args;
use super::content::{Content, checked_content};
use super::failure::{Failure, Reply};
use super::metadata::{self, BAD_FORMAT, metadata};
use super::reach::{visible, writable};
use super::scopes::require_scope;
use crate::blocks::{length, max};
use crate::channels::{Channel, Message};
use crate::entities::Place;
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
    let metadata = metadata(args)?.unwrap_or_default();
    check_looks(world, args)?;
    let known = world.objects.faults.len();
    let entities = metadata::shown(world, "chat.postMessage", metadata.entities, Place::Message);
    let message = Message {
        channel: channel.id.clone(),
        author: BOT_USER.to_owned(),
        text,
        literal,
        blocks: said.blocks,
        thread_ts,
        broadcast,
        metadata: metadata.event,
        entities,
        ..Message::default()
    };
    let ts = world.post(message);
    let shown = world.message(&channel.id, &ts).map(|message| message.object(&world.workspace.id, true));
    Ok(metadata::warned(world, known, json!({"channel": channel.id, "ts": ts, "message": shown})))
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
    let metadata = metadata(args)?.unwrap_or_default();
    // An entity is refreshed with chat.unfurl or entity.presentDetails.
    if !metadata.entities.is_empty() {
        return Err(BAD_FORMAT.into());
    }
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
    if metadata.is_cleared || metadata.event.is_some() {
        message.metadata = metadata.event;
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
    let metadata = metadata(args)?.unwrap_or_default();
    let known = world.objects.faults.len();
    let entities = metadata::shown(world, "chat.postEphemeral", metadata.entities, Place::Message);
    let ts = world.post(Message {
        channel: channel.id,
        author: BOT_USER.to_owned(),
        text: said.text,
        blocks: said.blocks,
        thread_ts,
        to: Some(user.to_owned()),
        metadata: metadata.event,
        entities,
        ..Message::default()
    });
    Ok(metadata::warned(world, known, json!({"message_ts": ts})))
}

/// `chat.delete`.
pub(super) fn delete(world: &mut World, args: &Args) -> Reply {
    let channel = visible(world, args.required("channel")?)?;
    let ts = args.required("ts")?;
    editable(world, &channel, ts, "cant_delete_message")?;
    world.remove_message(&channel.id, ts);
    Ok(json!({"channel": channel.id, "ts": ts}))
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
