//! The requests in both directions, for the inspector: a list with one line each, and each in full. Secrets are
//! shortened to a part that tells them apart.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::calls::{Call, Delivery};
use crate::service::Service;
use crate::world::World;

/// The number of requests of each kind in the list.
const LISTED: usize = 150;

/// The number of characters of a secret that are shown.
const SHOWN: usize = 12;

/// A line of the list.
#[derive(Serialize)]
struct Row<'a> {
    /// `call` from the app, or `delivery` to it.
    way: &'static str,
    seq: u64,
    at: jiff::Timestamp,
    /// The service on the other side of the app.
    service: &'static str,
    what: String,
    who: Option<&'a str>,
    status: Option<u16>,
    error: Option<&'a str>,
    /// True if Slack accepted more than it shows.
    unshown: bool,
    ms: u64,
}

/// Returns the latest requests, newest first.
pub(super) fn latest(world: &World) -> Value {
    let calls = world.calls.iter().rev().take(LISTED).map(call_line);
    let deliveries = world.deliveries.iter().rev().take(LISTED).map(delivery_line);
    let mut lines: Vec<Row> = calls.chain(deliveries).collect();
    lines.sort_by(|a, b| b.at.cmp(&a.at).then(b.seq.cmp(&a.seq)));
    json!({"lines": lines, "calls": world.calls.total(), "deliveries": world.deliveries.total()})
}

/// Returns one request in full.
pub(super) fn one(world: &World, way: &str, seq: u64) -> Option<Value> {
    match way {
        "call" => world.calls.iter().rev().find(|call| call.seq == seq).map(call_whole),
        "delivery" => world.deliveries.iter().rev().find(|delivery| delivery.seq == seq).map(delivery_whole),
        _ => None,
    }
}

fn call_line(call: &Call) -> Row<'_> {
    let what = match call.service {
        Service::Slack => call.method.clone(),
        Service::Dialnote => format!("{} {}", call.method, call.path),
    };
    Row {
        way: "call",
        seq: call.seq,
        at: call.at,
        service: if call.service == Service::Slack { "Slack" } else { "dialnote" },
        what,
        who: None,
        status: call.status,
        error: call.error.as_deref(),
        unshown: !call.unshown.is_empty(),
        ms: call.duration_ms,
    }
}

fn delivery_line(delivery: &Delivery) -> Row<'_> {
    let from_dialnote = delivery.kind == "dialnote_webhook";
    Row {
        way: "delivery",
        seq: delivery.seq,
        at: delivery.at,
        service: if from_dialnote { "dialnote" } else { "Slack" },
        what: delivery.kind.clone(),
        who: delivery.who.as_deref(),
        status: delivery.status,
        error: delivery.error.as_deref(),
        unshown: false,
        ms: delivery.ack_ms,
    }
}

fn call_whole(call: &Call) -> Value {
    let mut headers = Map::new();
    headers.insert("authorization".to_owned(), json!(call.authorization));
    headers.extend(call.idempotency_key.as_ref().map(|key| ("idempotency-key".to_owned(), json!(key))));
    let mut body = call.body.clone();
    shorten(&mut body);
    let query = if call.query.is_empty() { String::new() } else { format!("?{}", call.query) };
    json!({
        "address": format!("{}{query}", cut_address(&call.path)), "headers": headers, "body": body, "acted": call.acted,
        "unshown": call.unshown, "response": null,
    })
}

fn delivery_whole(delivery: &Delivery) -> Value {
    let secret = |name: &str| name.ends_with("signature");
    let headers: Map<String, Value> = delivery
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), json!(if secret(name) { cut(value) } else { value.clone() })))
        .collect();
    let mut body = readable(&delivery.headers, &delivery.body);
    shorten(&mut body);
    let response = serde_json::from_str(&delivery.response).unwrap_or_else(|_| json!(delivery.response));
    json!({"address": delivery.url, "headers": headers, "body": body, "response": response})
}

/// Returns the data that the body encodes.
fn readable(headers: &std::collections::BTreeMap<String, String>, body: &str) -> Value {
    let form = headers.get("content-type").is_some_and(|kind| kind.contains("form"));
    if !form {
        return serde_json::from_str(body).unwrap_or_else(|_| json!(body));
    }
    let fields = form_urlencoded::parse(body.as_bytes());
    let field = |value: &str| serde_json::from_str::<Value>(value).ok().filter(Value::is_object);
    fields.map(|(name, value)| (name.into_owned(), field(&value).unwrap_or_else(|| json!(value)))).collect()
}

/// Shortens secrets in a value. A response URL is one too: it lets its holder post messages.
fn shorten(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::String(secret) if name == "token" => *secret = cut(secret),
                    Value::String(address) if name == "response_url" => *address = cut_address(address),
                    other => shorten(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(shorten),
        _ => {}
    }
}

fn cut_address(address: &str) -> String {
    match address.split_once("/slack/response/") {
        Some((before, token)) => format!("{before}/slack/response/{}", cut(token)),
        None => address.to_owned(),
    }
}

fn cut(secret: &str) -> String {
    format!("{}…", secret.chars().take(SHOWN.min(secret.chars().count() / 2)).collect::<String>())
}
