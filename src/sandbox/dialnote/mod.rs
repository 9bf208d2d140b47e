//! Fake dialnote (contracts/dialnote.md). What the contract only assumes is strict here all the
//! same: a wrong guess of the app's is better met in the sandbox than in a team's inbox.

mod address;
mod conversations;
mod elsewhere;
mod hooks;
mod model;
mod seed;

use std::mem;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::server::{Answer, Heard};
use super::world::World;
pub(super) use address::address;
pub(super) use elsewhere::{change, wake};
pub use model::{CallLog, Contact, Conversation, Dialnote, Entry, Hook, Kind, Member, Number, Status};
pub(super) use seed::dialnote as seed;

/// The largest page of any list.
const PAGE: usize = 100;

/// The page of a list when no size was asked for.
const DEFAULT_PAGE: usize = 25;

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
}

/// The data of an answer, and what is said about a page of it.
struct Found {
    status: u16,
    data: Value,
    meta: Value,
}

impl Found {
    fn one(data: Value) -> Self {
        Self { status: 200, data, meta: json!({}) }
    }
}

/// The path below the base URL: `/conversations/conv_1001`. Webhook subscriptions live beside it,
/// under `/api/hooks`.
pub(super) fn below_base(path: &str) -> &str {
    let path = path.strip_prefix("/dialnote").unwrap_or(path);
    path.strip_prefix("/api/v1").unwrap_or(path)
}

/// Answers a call.
pub(super) fn call(world: &mut World, heard: &Heard) -> Answer {
    wake(world);
    match admit(world, heard).and_then(|()| seen(world, heard)) {
        Ok(found) if found.status == 204 => Answer::new(204, Value::Null),
        Ok(found) if world.faults.dialnote.bare_answers => Answer::new(found.status, found.data),
        Ok(found) => Answer::new(found.status, json!({"data": found.data, "meta": found.meta})),
        Err(refused) => {
            let mut body = json!({"error": refused.error});
            if !refused.message.is_empty() {
                body["message"] = json!(refused.message);
            }
            Answer::new(refused.status, body)
        }
    }
}

/// Whether it is a key of this organization.
pub(super) fn knows(world: &World, key: &str) -> bool {
    [&world.secrets.dialnote_key, &world.secrets.read_only_key].into_iter().any(|known| known == key)
}

fn admit(world: &World, heard: &Heard) -> Result<(), Refused> {
    let unauthorized = |message: &str| Refused { status: 401, error: "UNAUTHORIZED", message: message.to_owned() };
    let key = heard.bearer().ok_or_else(|| unauthorized("An API key is required."))?;
    let read_only = key == world.secrets.read_only_key;
    if key != world.secrets.dialnote_key && !read_only {
        return Err(unauthorized("This API key is unknown or was revoked."));
    }
    if heard.method != "GET" && (read_only || world.faults.dialnote.read_only) {
        return Err(Refused { status: 403, error: "INSUFFICIENT_PERMISSIONS", message: String::new() });
    }
    Ok(())
}

/// The answer by what dialnote is, or by what it was while reads are stale.
fn seen(world: &mut World, heard: &Heard) -> Result<Found, Refused> {
    let before = world.dialnote_before.take().filter(|_| world.faults.dialnote.stale_reads);
    let Some(before) = before.filter(|_| heard.method == "GET") else { return route(world, heard) };
    let now = mem::replace(&mut world.dialnote, before);
    let answer = route(world, heard);
    world.dialnote_before = Some(mem::replace(&mut world.dialnote, now));
    answer
}

fn route(world: &mut World, heard: &Heard) -> Result<Found, Refused> {
    // Split first and decode then, so that a slash in an id stays part of the id.
    let decode = |segment: &str| percent_decode_str(segment).decode_utf8_lossy().into_owned();
    let segments: Vec<String> = below_base(&heard.path).split('/').skip(1).map(decode).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (heard.method.as_str(), segments.as_slice()) {
        ("GET", ["conversations"]) => conversations::list(world, &query(heard)),
        ("GET", ["conversations", id]) => conversations::one(world, id, &query(heard)),
        ("PATCH", ["conversations", id]) => conversations::patch(world, id, &body(heard)?),
        ("GET", ["conversations", id, "messages"]) => conversations::messages(world, id, &query(heard)),
        ("POST", ["conversations", id, "notes"]) => conversations::add_note(world, id, &body(heard)?),
        ("GET", ["team", "members"]) => members(world, &query(heard)),
        ("GET", ["messaging-channels"]) => numbers(world, &query(heard)),
        ("GET", ["call-logs"]) => conversations::call_logs(world, &query(heard)),
        ("POST", ["api", "hooks"]) => hooks::subscribe(world, &body(heard)?),
        ("DELETE", ["api", "hooks", id]) => hooks::unsubscribe(world, id),
        _ => Err(Refused {
            status: 404,
            error: "NOT_FOUND",
            message: format!("{} {} is not an address of this API.", heard.method, heard.path),
        }),
    }
}

fn members(world: &World, query: &[(String, String)]) -> Result<Found, Refused> {
    only(query, &[])?;
    Ok(Found::one(world.dialnote.members.iter().map(Member::object).collect()))
}

fn numbers(world: &World, query: &[(String, String)]) -> Result<Found, Refused> {
    only(query, &[])?;
    let number = |n: &Number| json!({"id": n.id, "channelAddress": n.number, "displayName": n.name});
    Ok(Found::one(world.dialnote.numbers.iter().map(number).collect()))
}

fn query(heard: &Heard) -> Vec<(String, String)> {
    form_urlencoded::parse(heard.query.as_bytes()).into_owned().collect()
}

fn body(heard: &Heard) -> Result<serde_json::Map<String, Value>, Refused> {
    if heard.media_type() != "application/json" {
        return Err(Refused { status: 415, error: "UNSUPPORTED_MEDIA_TYPE", message: "Send JSON.".to_owned() });
    }
    match serde_json::from_slice(&heard.body) {
        Ok(Value::Object(body)) => Ok(body),
        _ => Err(Refused::bad("The body is not a JSON object.")),
    }
}

/// The size of a page: `limit`, between 1 and [`PAGE`].
fn page_size(query: &[(String, String)]) -> Result<usize, Refused> {
    match whole(query, "limit")? {
        None => Ok(DEFAULT_PAGE),
        Some(limit) if (1..=PAGE).contains(&limit) => Ok(limit),
        Some(limit) => Err(Refused::bad(format!("limit must be between 1 and {PAGE}, not {limit}."))),
    }
}

fn whole(query: &[(String, String)], name: &str) -> Result<Option<usize>, Refused> {
    let Some((_, value)) = query.iter().find(|(key, _)| key == name) else { return Ok(None) };
    value.parse().map(Some).map_err(|_| Refused::bad(format!("{name} must be a whole number, not {value}.")))
}

/// Refuses parameters that are not known. The real service may well ignore them; see
/// `DialnoteFaults::ignores_filters` for how that is tried.
fn only(query: &[(String, String)], known: &[&str]) -> Result<(), Refused> {
    match query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => Err(Refused::bad(format!("{name} is not a parameter of this address."))),
        None => Ok(()),
    }
}
