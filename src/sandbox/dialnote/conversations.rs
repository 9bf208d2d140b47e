//! Conversations, their messages and notes, and the call log.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::model::{Conversation, Entry, Kind, Status};
use super::{Found, Refused, only, page_size, whole};
use crate::sandbox::world::World;

/// The longest note.
const NOTE: usize = 5000;

type Query = [(String, String)];

pub(super) fn list(world: &World, query: &Query) -> Result<Found, Refused> {
    only(query, &["limit", "offset", "assignedToId", "status", "isRead"])?;
    let limit = page_size(query)?;
    let offset = whole(query, "offset")?.unwrap_or(0);
    let filter = Filter::read(world, query)?;
    let mut found: Vec<&Conversation> =
        world.dialnote.conversations.iter().filter(|conversation| filter.keeps(conversation)).collect();
    found.sort_by(|a, b| b.last_activity().cmp(&a.last_activity()).then_with(|| a.id.cmp(&b.id)));
    let page = found.iter().skip(offset).take(limit).map(|c| world.dialnote.conversation_object(c));
    let meta = json!({"total": found.len(), "limit": limit, "offset": offset});
    Ok(Found { status: 200, data: page.collect(), meta })
}

enum Owner {
    Nobody,
    Member(String),
}

/// Which conversations are asked for.
#[derive(Default)]
struct Filter {
    owner: Option<Owner>,
    status: Option<Status>,
    is_read: Option<bool>,
}

impl Filter {
    fn read(world: &World, query: &Query) -> Result<Self, Refused> {
        if world.faults.dialnote.ignores_filters {
            return Ok(Self::default());
        }
        let mut filter = Self::default();
        for (name, value) in query {
            match name.as_str() {
                "assignedToId" => {
                    filter.owner = Some(if value == "null" { Owner::Nobody } else { Owner::Member(value.clone()) });
                }
                "status" => {
                    let status = Status::parse(value);
                    filter.status = Some(status.ok_or_else(|| Refused::bad(format!("{value} is not a status.")))?);
                }
                "isRead" => {
                    let is_read = value.parse().map_err(|_| Refused::bad("isRead must be true or false."))?;
                    filter.is_read = Some(is_read);
                }
                _ => {}
            }
        }
        Ok(filter)
    }

    fn keeps(&self, conversation: &Conversation) -> bool {
        let assigned = conversation.assigned_to.as_ref();
        let owned = match &self.owner {
            None => true,
            Some(Owner::Nobody) => assigned.is_none(),
            Some(Owner::Member(id)) => assigned == Some(id),
        };
        owned
            && self.status.is_none_or(|status| status == conversation.status)
            && self.is_read.is_none_or(|is_read| is_read == conversation.is_read)
    }
}

pub(super) fn one(world: &World, id: &str, query: &Query) -> Result<Found, Refused> {
    only(query, &[])?;
    get(world, id)
}

fn get(world: &World, id: &str) -> Result<Found, Refused> {
    let conversation = world.dialnote.conversation(id).ok_or_else(|| Refused::not_found("such conversation"))?;
    Ok(Found::one(world.dialnote.conversation_object(conversation)))
}

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
    get(world, id)
}

fn assignee(world: &World, value: &Value) -> Result<Option<String>, Refused> {
    match value {
        Value::Null => Ok(None),
        Value::String(id) if world.dialnote.member(id).is_some() => Ok(Some(id.clone())),
        Value::String(id) => Err(Refused::invalid(format!("{id} is not a member of your organization."))),
        _ => Err(Refused::invalid("assignedToId must be a member's id, or null.")),
    }
}

/// The new status, and when a snoozed conversation comes back.
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

pub(super) fn messages(world: &World, id: &str, query: &Query) -> Result<Found, Refused> {
    only(query, &["limit", "cursor"])?;
    let limit = page_size(query)?;
    let conversation = world.dialnote.conversation(id).ok_or_else(|| Refused::not_found("such conversation"))?;
    let newest_first: Vec<&Entry> = conversation.timeline.iter().rev().collect();
    let start = match query.iter().find(|(name, _)| name == "cursor") {
        None => 0,
        Some((_, after)) => {
            let place = newest_first.iter().position(|entry| entry.id == *after);
            place.ok_or_else(|| Refused::bad("This cursor is unknown."))? + 1
        }
    };
    let page: Vec<&Entry> = newest_first.iter().skip(start).take(limit).copied().collect();
    let more = start + page.len() < newest_first.len();
    let next = page.last().filter(|_| more).map(|entry| entry.id.clone());
    let messages: Vec<Value> = page.into_iter().map(Entry::object).collect();
    Ok(Found { status: 200, data: json!({"messages": messages}), meta: json!({"nextCursor": next}) })
}

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
    Ok(Found { status: 201, ..Found::one(object) })
}

pub(super) fn call_logs(world: &World, query: &Query) -> Result<Found, Refused> {
    only(query, &["limit", "offset"])?;
    let limit = page_size(query)?;
    let offset = whole(query, "offset")?.unwrap_or(0);
    let mut calls: Vec<_> = world.dialnote.call_logs.iter().collect();
    calls.sort_by_key(|call| std::cmp::Reverse(call.at));
    let meta = json!({"total": calls.len(), "limit": limit, "offset": offset});
    let page = calls.iter().skip(offset).take(limit).map(|call| call.object(&world.dialnote.members));
    Ok(Found { status: 200, data: page.collect(), meta })
}
