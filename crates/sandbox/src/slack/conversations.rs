//! `conversations.*`: looking up channels and reading messages back.

use serde_json::{Value, json};

use super::args::Args;
use super::failure::{Failure, Reply};
use super::paging::page_of;
use super::reach::visible;
use super::scopes::require_scope;
use crate::blocks::max;
use crate::channels::{Channel, ChannelKind, Message};
use crate::world::World;

/// `conversations.info`.
pub(super) fn info(world: &mut World, args: &Args) -> Reply {
    let channel = visible(world, args.required("channel")?)?;
    require_scope(world, &format!("{}:read", scope_family(&channel)))?;
    let mut object = channel.object(&world.workspace.id);
    object["is_member"] = json!(world.bot_is_in(&channel));
    if args.flag("include_num_members")? {
        object["num_members"] = json!(channel.members.len());
    }
    Ok(json!({"channel": object}))
}

/// `conversations.open`.
pub(super) fn open(world: &mut World, args: &Args) -> Reply {
    if let Some(id) = args.text("channel")? {
        let channel = visible(world, id)?;
        return Ok(json!({"no_op": true, "already_open": true, "channel": {"id": channel.id}}));
    }
    let users: Vec<&str> = args.text("users")?.unwrap_or_default().split(',').map(str::trim).collect();
    if users == [""] {
        return Err("users_list_not_supplied".into());
    }
    if users.len() as u64 > max(&["web_api", "conversations.open.users"]) {
        return Err("too_many_users".into());
    }
    let [user] = users.as_slice() else {
        return Err(Failure::argument("the sandbox opens direct messages with one person only"));
    };
    require_scope(world, "im:write")?;
    let person = world.people.iter().find(|person| person.id == *user).ok_or("user_not_found")?;
    if person.deleted {
        return Err("user_disabled".into());
    }
    if person.stranger || person.bot {
        return Err("user_not_visible".into());
    }
    let id = world.direct_message(user);
    let shown = if args.flag("return_im")? {
        world.channel(&id).map(|channel| channel.object(&world.workspace.id))
    } else {
        None
    };
    Ok(json!({"channel": shown.unwrap_or_else(|| json!({"id": id}))}))
}

/// `conversations.history`.
pub(super) fn history(world: &mut World, args: &Args) -> Reply {
    let channel = readable(world, args)?;
    let in_channel = |message: &Message| !message.is_reply() || message.broadcast;
    let mut messages = window(world, &channel, args, in_channel)?;
    messages.reverse();
    answer(world, &messages, args, "conversations.history.limit")
}

/// `conversations.replies`.
pub(super) fn replies(world: &mut World, args: &Args) -> Reply {
    let channel = readable(world, args)?;
    let ts = args.required("ts")?;
    let found = world.message(&channel.id, ts).filter(|message| message.to.is_none()).ok_or("thread_not_found")?;
    let parent = found.thread_ts.clone().unwrap_or_else(|| found.ts.clone());
    let in_thread = |message: &Message| message.ts == parent || message.thread_ts.as_ref() == Some(&parent);
    let messages = window(world, &channel, args, in_thread)?;
    answer(world, &messages, args, "conversations.history.limit")
}

fn answer(world: &World, messages: &[Message], args: &Args, limit: &str) -> Reply {
    let all_metadata = args.flag("include_all_metadata")?;
    let most = world.faults.slack.messages_at_once().unwrap_or(usize::MAX);
    let (shown, next) = page_of(most, messages, args, limit)?;
    let messages: Vec<Value> = shown.iter().map(|message| message.object(&world.workspace.id, all_metadata)).collect();
    let has_more = !next.is_empty();
    Ok(json!({
        "messages": messages, "has_more": has_more, "pin_count": 0, "response_metadata": {"next_cursor": next},
    }))
}

/// Returns the messages between `oldest` and `latest` that are not ephemeral, oldest first.
fn window(
    world: &World,
    channel: &Channel,
    args: &Args,
    wanted: impl Fn(&Message) -> bool,
) -> Result<Vec<Message>, Failure> {
    let oldest = time(args, "oldest", "invalid_ts_oldest")?;
    let latest = time(args, "latest", "invalid_ts_latest")?;
    let inclusive = args.flag("inclusive")?;
    let within = |ts: &str| {
        let at = parse_ts(ts);
        let after = oldest.is_none_or(|oldest| at > Some(oldest) || inclusive && at == Some(oldest));
        let before = latest.is_none_or(|latest| at < Some(latest) || inclusive && at == Some(latest));
        after && before
    };
    let here = world.messages.iter().filter(|message| message.channel == channel.id && message.to.is_none());
    Ok(here.filter(|message| wanted(message) && within(&message.ts)).cloned().collect())
}

fn time(args: &Args, name: &str, malformed: &str) -> Result<Option<(i64, u64)>, Failure> {
    match args.text(name)? {
        None => Ok(None),
        Some(ts) => parse_ts(ts).map(Some).ok_or_else(|| malformed.into()),
    }
}

/// Parses a message name into two numbers. Six digits follow the point; missing ones, as in `oldest=0`, are zeros.
fn parse_ts(ts: &str) -> Option<(i64, u64)> {
    let (seconds, fraction) = ts.split_once('.').unwrap_or((ts, "0"));
    let digits = fraction.len() <= 6 && fraction.bytes().all(|b| b.is_ascii_digit());
    let fraction = format!("{fraction:0<6}");
    digits.then_some((seconds.parse().ok()?, fraction.parse().ok()?))
}

fn readable(world: &World, args: &Args) -> Result<Channel, Failure> {
    let channel = visible(world, args.required("channel")?)?;
    require_scope(world, &format!("{}:history", scope_family(&channel)))?;
    if world.bot_is_in(&channel) { Ok(channel) } else { Err("not_in_channel".into()) }
}

/// Returns the scope family for the kind of channel.
fn scope_family(channel: &Channel) -> &'static str {
    match channel.kind {
        ChannelKind::Public => "channels",
        ChannelKind::Private => "groups",
        ChannelKind::Direct => "im",
    }
}
