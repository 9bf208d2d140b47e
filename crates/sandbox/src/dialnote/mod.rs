//! Fake dialnote (docs/contracts/dialnote.md). What the contract only assumes is strict here all the
//! same: a wrong guess of the app's is better met in the sandbox than in a team's inbox.

mod address;
mod contacts;
mod conversations;
mod edge;
mod elsewhere;
mod lists;
mod messages;
mod model;
mod seed;
pub mod variants;
mod webhooks;

use std::{iter, mem};

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

pub(super) use address::address;
use edge::Edge;
pub(super) use edge::below_base;
pub(super) use elsewhere::{change, wake};
pub use model::{CallLog, Contact, Conversation, Dialnote, Entry, Hook, Kind, Member, Number, Status};
pub(super) use seed::dialnote as seed;
use variants::{Key, Query};

use crate::answer::Answer;
use crate::request::RecordedRequest;
use crate::world::World;

/// The largest page of any list.
const PAGE: usize = 100;

/// The page of a list when no size was asked for.
const DEFAULT_PAGE: usize = 50;

/// A refusal: a status, a code, and words that can be passed on to a person.
#[derive(Clone, Debug)]
struct Refused {
    status: u16,
    error: &'static str,
    message: String,
}

impl Refused {
    fn bad(message: impl Into<String>) -> Self {
        Self { status: 400, error: "BAD_REQUEST", message: message.into() }
    }

    fn invalid(message: impl Into<String>) -> Self {
        Self { status: 422, error: "VALIDATION_FAILED", message: message.into() }
    }

    fn not_found(what: &str) -> Self {
        Self { status: 404, error: "NOT_FOUND", message: format!("There is no {what} in your organization.") }
    }

    /// Fields or parameters that are not known, in the words of the library that dialnote's checks seem to be made of.
    fn unrecognized(place: &str, names: &[&str]) -> Self {
        let names: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
        Self::bad(format!("Unrecognized key(s) in {place}: {}", names.join(", ")))
    }
}

/// The data of an answer, and what is said about a page of it.
struct Found {
    status: u16,
    shape: Shape,
    data: Value,
    meta: Value,
}

/// What an answer holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Conversation,
    /// A conversation after a change.
    Changed,
    Conversations,
    Members,
    Channels,
    Calls,
    Call,
    Contacts,
    Messages,
    Note,
    Hook,
}

impl Found {
    fn of(shape: Shape, data: Value) -> Self {
        Self { status: 200, shape, data, meta: json!({}) }
    }
}

/// Answers a call.
pub(super) fn call(world: &mut World, heard: &RecordedRequest) -> Answer {
    wake(world);
    let edge = Edge(world.faults.dialnote.played());
    let answered = admit(world, edge, heard).and_then(|()| seen(world, edge, heard));
    let answered = answered.map(|found| lists::emptied(world, found));
    edge.answer(&world.dialnote, answered)
}

/// What would be answered for another conversation than that of the path.
pub(super) fn another(world: &World, path: &str) -> Value {
    let edge = Edge(world.faults.dialnote.played());
    let asked = path.split('/').nth(2).map(|id| edge.conversation(id));
    let other = world.dialnote.conversations.iter().find(|one| Some(&one.id) != asked.as_ref());
    let object = other.map(|other| world.dialnote.conversation_object(other)).unwrap_or_default();
    edge.answer(&world.dialnote, Ok(Found::of(Shape::Conversation, object))).body
}

/// Whether it is a key of this organization.
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

/// The answer by what dialnote is, or by what it was while reads are stale.
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
        ("GET", ["team", "members"]) => members(world, &query),
        ("GET", ["messaging-channels"]) => numbers(world, &query),
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
        Some(change) => conversations::patch(world, id, &change),
        None => conversations::changed(world, id),
    }
}

fn members(world: &World, query: &[(String, String)]) -> Result<Found, Refused> {
    only(world, query, &[])?;
    let times = if world.faults.dialnote.duplicate_members { 2 } else { 1 };
    let all = world.dialnote.members.iter().flat_map(|member| iter::repeat_n(member, times));
    Ok(Found::of(Shape::Members, all.map(Member::object).collect()))
}

fn numbers(world: &World, query: &[(String, String)]) -> Result<Found, Refused> {
    only(world, query, &[])?;
    let number = |n: &Number| json!({"id": n.id, "channelAddress": n.number, "displayName": n.name});
    Ok(Found::of(Shape::Channels, world.dialnote.numbers.iter().map(number).collect()))
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

/// The size of a page: `limit`, between 1 and [`PAGE`], unless pages are smaller.
fn page_size(world: &World, query: &[(String, String)]) -> Result<usize, Refused> {
    let limit = match whole(query, "limit")? {
        None => DEFAULT_PAGE,
        Some(limit) if (1..=PAGE).contains(&limit) => limit,
        Some(limit) => return Err(Refused::bad(format!("limit must be between 1 and {PAGE}, not {limit}."))),
    };
    Ok(world.faults.dialnote.page_size.map_or(limit, |most| limit.min(most)))
}

fn whole(query: &[(String, String)], name: &str) -> Result<Option<usize>, Refused> {
    let Some((_, value)) = query.iter().find(|(key, _)| key == name) else { return Ok(None) };
    value.parse().map(Some).map_err(|_| Refused::bad(format!("{name} must be a whole number, not {value}.")))
}

/// Refuses parameters that are not known, unless they are ignored.
fn only(world: &World, query: &[(String, String)], known: &[&str]) -> Result<(), Refused> {
    let is_unknown = |name: &&str| !known.contains(name);
    let unknown: Vec<&str> = query.iter().map(|(name, _)| name.as_str()).filter(is_unknown).collect();
    if unknown.is_empty() || world.faults.dialnote.played().query != Query::Strict {
        return Ok(());
    }
    Err(Refused::unrecognized("query", &unknown))
}
