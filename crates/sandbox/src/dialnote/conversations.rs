//! Conversations and their notes, and the call log.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::found::{Found, Refused, Shape};
use super::model::{Conversation, Entry, Kind, Status};
use super::params::{Params, only, page_size, whole};
use super::{lists, variants};
use crate::world::World;

/// The longest note, in characters.
const NOTE: usize = 5000;

/// Returns a page of conversations, the latest activity first.
pub(super) fn list(world: &World, query: &Params) -> Result<Found, Refused> {
    only(world, query, &["limit", "offset", "assignedToId"])?;
    let limit = page_size(world, query)?;
    let offset = lists::beginning(&world.faults.dialnote, whole(query, "offset")?.unwrap_or(0), limit);
    let owner = owner(world, query)?;
    let owned =
        |conversation: &&Conversation| owner.is_none_or(|owner| conversation.assigned_to.as_deref() == Some(owner));
    let mut found: Vec<&Conversation> = world.dialnote.conversations.iter().filter(owned).collect();
    found.sort_by(|a, b| b.last_activity().cmp(&a.last_activity()).then_with(|| a.id.cmp(&b.id)));
    let page = found.iter().skip(offset).take(limit).map(|c| world.dialnote.conversation_object(c));
    let invented = lists::invented(world, found.len(), offset..offset + limit, owner);
    let meta = json!({"total": found.len(), "limit": limit, "offset": offset});
    Ok(Found { meta, ..Found::of(Shape::Conversations, page.chain(invented).collect()) })
}

/// Returns the owner asked for, where the filter counts. A null is no member (docs/contracts/dialnote.md, Calls).
fn owner<'a>(world: &World, query: &'a Params) -> Result<Option<&'a str>, Refused> {
    let given = query.iter().find(|(name, _)| name == "assignedToId").map(|(_, value)| value.as_str());
    match (world.faults.dialnote.played().query, given) {
        (variants::Query::IgnoresOwner, _) => Ok(None),
        (variants::Query::Strict, Some("null")) => Err(Refused::bad("assignedToId must be a member's id.")),
        (_, owner) => Ok(owner),
    }
}

/// Returns the conversation with this id.
pub(super) fn one(world: &World, id: &str, query: &Params) -> Result<Found, Refused> {
    only(world, query, &[])?;
    match lists::invented_one(world, id) {
        Some(invented) => Ok(Found::of(Shape::Conversation, invented)),
        None => get(world, id),
    }
}

/// Returns the answer to a change that changes nothing.
pub(super) fn changed(world: &World, id: &str) -> Result<Found, Refused> {
    Ok(Found { shape: Shape::Changed, ..get(world, id)? })
}

fn get(world: &World, id: &str) -> Result<Found, Refused> {
    let conversation = world.dialnote.conversation(id).ok_or_else(|| Refused::not_found("such conversation"))?;
    Ok(Found::of(Shape::Conversation, world.dialnote.conversation_object(conversation)))
}

/// Changes the owner or the status of a conversation.
pub(super) fn patch(world: &mut World, id: &str, body: &Map<String, Value>) -> Result<Found, Refused> {
    if let Some(name) = body.keys().find(|name| !["assignedToId", "status", "snoozedUntil"].contains(&name.as_str())) {
        return Err(Refused::invalid(format!("{name} cannot be changed.")));
    }
    if body.is_empty() {
        return Err(Refused::invalid("There is nothing to change."));
    }
    get(world, id)?;
    let now = world.now();
    let owner = body.get("assignedToId").map(|owner| assignee(world, owner)).transpose()?;
    let status = status(body, now)?;
    if let Some(conversation) = world.dialnote.conversation_mut(id) {
        if let Some(owner) = owner {
            conversation.assigned_to = owner;
        }
        if let Some((status, until)) = status {
            conversation.status = status;
            conversation.snoozed_until = until;
        }
        conversation.updated_at = now;
    }
    changed(world, id)
}

fn assignee(world: &World, value: &Value) -> Result<Option<String>, Refused> {
    match value {
        Value::Null => Ok(None),
        Value::String(id) if world.dialnote.member(id).is_some() => Ok(Some(id.clone())),
        Value::String(id) => Err(Refused::invalid(format!("{id} is not a member of your organization."))),
        _ => Err(Refused::invalid("assignedToId must be a member's id, or null.")),
    }
}

/// Returns the new status, with the end of a snooze.
fn status(body: &Map<String, Value>, now: Timestamp) -> Result<Option<(Status, Option<Timestamp>)>, Refused> {
    let until = match body.get("snoozedUntil") {
        None => None,
        Some(until) => Some(instant(until)?),
    };
    let status = match body.get("status") {
        None => None,
        Some(status) => Some(
            status
                .as_str()
                .and_then(Status::parse)
                .ok_or_else(|| Refused::invalid("status must be open, done or snoozed."))?,
        ),
    };
    match (status, until) {
        (Some(Status::Snoozed), Some(until)) if until <= now => Err(Refused::invalid("snoozedUntil lies in the past.")),
        (Some(Status::Snoozed), Some(until)) => Ok(Some((Status::Snoozed, Some(until)))),
        (Some(Status::Snoozed), None) => Err(Refused::invalid("status snoozed needs snoozedUntil.")),
        (_, Some(_)) => Err(Refused::invalid("snoozedUntil goes with status snoozed only.")),
        (Some(status), None) => Ok(Some((status, None))),
        (None, None) => Ok(None),
    }
}

fn instant(value: &Value) -> Result<Timestamp, Refused> {
    let parsed = value.as_str().and_then(|text| text.parse().ok());
    parsed.ok_or_else(|| Refused::invalid("snoozedUntil must be an RFC 3339 time."))
}

/// Adds an internal note to a conversation.
pub(super) fn add_note(world: &mut World, id: &str, body: &Map<String, Value>) -> Result<Found, Refused> {
    if let Some(name) = body.keys().find(|name| *name != "content") {
        return Err(Refused::invalid(format!("{name} is not part of a note.")));
    }
    let text = body.get("content").and_then(Value::as_str).unwrap_or_default();
    let length = text.chars().count();
    if text.trim().is_empty() || length > NOTE {
        return Err(Refused::invalid(format!("A note has between 1 and {NOTE} characters, not {length}.")));
    }
    get(world, id)?;
    let at = world.now();
    let note = Entry {
        id: world.dialnote.new_id("msg"),
        kind: Kind::Note,
        direction: "internal".to_owned(),
        text: text.to_owned(),
        at,
    };
    let object = note.object();
    if let Some(conversation) = world.dialnote.conversation_mut(id) {
        conversation.timeline.push(note);
        conversation.updated_at = at;
    }
    Ok(Found { status: 201, ..Found::of(Shape::Note, object) })
}

/// Returns a page of the call log, the latest call first.
pub(super) fn call_logs(world: &World, query: &Params) -> Result<Found, Refused> {
    only(world, query, &["limit"])?;
    let limit = page_size(world, query)?;
    let mut calls: Vec<_> = world.dialnote.call_logs.iter().collect();
    calls.sort_by_key(|call| std::cmp::Reverse(call.at));
    let meta = json!({"total": calls.len(), "limit": limit});
    let page = calls.iter().take(limit).map(|call| call.object(&world.dialnote.members));
    Ok(Found { meta, ..Found::of(Shape::Calls, page.collect()) })
}

/// Returns the call with this id.
pub(super) fn call_log(world: &World, id: &str, query: &Params) -> Result<Found, Refused> {
    only(world, query, &[])?;
    let call = world.dialnote.call_logs.iter().find(|call| call.id == id);
    let call = call.ok_or_else(|| Refused::not_found("such call"))?;
    Ok(Found::of(Shape::Call, call.object(&world.dialnote.members)))
}
