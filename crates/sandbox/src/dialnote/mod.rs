//! Fake dialnote (docs/contracts/dialnote.md). It is strict even where the contract only assumes: a wrong guess in the
//! app should fail in the sandbox before it fails in a team's inbox.

pub(crate) mod address;
mod contacts;
mod conversations;
mod edge;
mod elsewhere;
mod found;
mod lists;
mod messages;
pub(crate) mod model;
mod organization;
mod params;
pub(crate) mod seed;
pub mod variants;
mod webhooks;

use std::mem;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use edge::Edge;
use found::{Found, Refused, Shape};
use variants::Key;

use crate::answer::Answer;
use crate::request::RecordedRequest;
use crate::world::World;

pub(super) use edge::below_base;
pub(super) use elsewhere::{change, wake};

/// Answers a call.
pub(super) fn call(world: &mut World, heard: &RecordedRequest) -> Answer {
    wake(world);
    let edge = Edge(world.faults.dialnote.played());
    let answered = admit(world, edge, heard).and_then(|()| seen(world, edge, heard));
    let answered = answered.map(|found| lists::emptied(world, found));
    edge.answer(&world.dialnote, answered)
}

/// Returns the answer for a conversation other than the one in the path.
pub(super) fn another(world: &World, path: &str) -> Value {
    let edge = Edge(world.faults.dialnote.played());
    let asked = path.split('/').nth(2).map(|id| edge.conversation(id));
    let other = world.dialnote.conversations.iter().find(|one| Some(&one.id) != asked.as_ref());
    let object = other.map(|other| world.dialnote.conversation_object(other)).unwrap_or_default();
    edge.answer(&world.dialnote, Ok(Found::of(Shape::Conversation, object))).body
}

/// Answers whether it is a key of this organization.
pub(super) fn knows(world: &World, key: &str) -> bool {
    [&world.secrets.dialnote_key, &world.secrets.read_only_key].into_iter().any(|known| known == key)
}

fn admit(world: &World, edge: Edge, heard: &RecordedRequest) -> Result<(), Refused> {
    let unauthorized = |message: &str| Refused { status: 401, error: "UNAUTHORIZED", message: message.to_owned() };
    let key = heard.bearer().ok_or_else(|| unauthorized("An API key is required."))?;
    if !knows(world, key) || edge.0.key == Key::Revoked {
        return Err(unauthorized("This API key is unknown or was revoked."));
    }
    let read_only = key == world.secrets.read_only_key || edge.0.key == Key::ReadOnly;
    if heard.method != "GET" && read_only {
        return Err(Refused { status: 403, error: "INSUFFICIENT_PERMISSIONS", message: String::new() });
    }
    Ok(())
}

/// Returns the answer from dialnote's present state, or from its old one while reads are stale.
fn seen(world: &mut World, edge: Edge, heard: &RecordedRequest) -> Result<Found, Refused> {
    let before = world.dialnote_before.take().filter(|_| world.faults.dialnote.stale_reads);
    let Some(before) = before.filter(|_| heard.method == "GET") else { return route(world, edge, heard) };
    let now = mem::replace(&mut world.dialnote, before);
    let answer = route(world, edge, heard);
    world.dialnote_before = Some(mem::replace(&mut world.dialnote, now));
    answer
}

fn route(world: &mut World, edge: Edge, heard: &RecordedRequest) -> Result<Found, Refused> {
    let nowhere = || Refused {
        status: 404,
        error: "NOT_FOUND",
        message: format!("{} {} is not an address of this API.", heard.method, heard.path),
    };
    // Split first and decode then, so that a slash in an id stays part of the id.
    let decode = |segment: &str| percent_decode_str(segment).decode_utf8_lossy().into_owned();
    let path = edge.path(heard).ok_or_else(nowhere)?;
    let segments: Vec<String> = path.split('/').skip(1).map(decode).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let query = edge.query(&world.dialnote, heard);
    match (heard.method.as_str(), segments.as_slice()) {
        ("GET", ["conversations"]) => conversations::list(world, &query),
        ("GET", ["conversations", id]) => conversations::one(world, &edge.conversation(id), &query),
        ("PATCH", ["conversations", id]) => patch(world, edge, &edge.conversation(id), heard),
        ("GET", ["conversations", id, "messages"]) => messages::messages(world, &edge.conversation(id), &query),
        ("POST", ["conversations", id, "notes"]) => {
            conversations::add_note(world, &edge.conversation(id), &body(heard)?)
        }
        ("GET", ["team", "members"]) => organization::members(world, &query),
        ("GET", ["messaging-channels"]) => organization::numbers(world, &query),
        ("GET", ["call-logs"]) => conversations::call_logs(world, &query),
        ("GET", ["call-logs", id]) => conversations::call_log(world, id, &query),
        ("GET", ["contacts"]) => contacts::contacts(world, &query),
        ("POST", ["api", "hooks"]) => webhooks::subscribe(world, &body(heard)?),
        ("DELETE", ["api", "hooks", id]) => webhooks::unsubscribe(world, id),
        _ => Err(nowhere()),
    }
}

fn patch(world: &mut World, edge: Edge, id: &str, heard: &RecordedRequest) -> Result<Found, Refused> {
    match edge.change(&world.dialnote, body(heard)?)? {
        Some(change) => {
            let before = owner(world, id);
            let answer = conversations::patch(world, id, &change)?;
            let after = owner(world, id);
            world.tour.assigned(before.as_deref(), after.as_deref());
            world.tour.written();
            Ok(answer)
        }
        None => conversations::changed(world, id),
    }
}

/// Returns the user id of a conversation's owner.
fn owner(world: &World, id: &str) -> Option<String> {
    let member = world.dialnote.conversation(id)?.assigned_to.as_ref()?;
    world.user_of_member(member).map(str::to_owned)
}

fn body(heard: &RecordedRequest) -> Result<serde_json::Map<String, Value>, Refused> {
    if heard.media_type() != "application/json" {
        return Err(Refused { status: 415, error: "UNSUPPORTED_MEDIA_TYPE", message: "Send JSON.".to_owned() });
    }
    match serde_json::from_slice(&heard.body) {
        Ok(Value::Object(body)) => Ok(body),
        _ => Err(Refused::bad("The body is not a JSON object.")),
    }
}
