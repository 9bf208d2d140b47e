//! A request as an envelope of Socket Mode (docs/contracts/slack.md §20.3): the same fields, as JSON.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};
use tokio::time::timeout;

use super::outcome::Ack;
use super::outgoing::OutgoingRequest;
use crate::blocks::max;
use crate::shared::Shared;

/// Interactions whose acknowledgement may hold the body of an HTTP answer. Recorded envelopes refuse it for clicks and
/// shortcuts (§20.4). For these it is assumed.
const ANSWERED: [&str; 2] = ["view_submission", "block_suggestion"];

/// Sends a request over one of the app's connections and waits as long as Slack does.
pub(super) async fn send(shared: &Shared, parcel: &OutgoingRequest) -> Ack {
    let began = Instant::now();
    let Some((envelope, seq)) = shared.world(|world| {
        let (kind, accepts_payload) = kind(parcel);
        let id = world.new_envelope_id();
        let envelope = world.sockets.deliver(id, kind, &payload(parcel), accepts_payload, parcel.retry)?;
        let (at, url) = (world.now(), format!("socket {}", envelope.connection));
        let seq = world.deliveries.add(|seq| parcel.delivery(seq, at, &url, &BTreeMap::new(), &envelope.frame));
        Some((envelope, seq))
    }) else {
        return Ack::failed("dispatch_failed");
    };
    shared.turn();
    let deadline = Duration::from_secs(max(&["timing", "ack_seconds"]));
    let ack = match timeout(deadline, envelope.acknowledged).await {
        Ok(Ok(payload)) => acknowledged(payload),
        Ok(Err(_)) => Ack::failed("dispatch_failed"),
        Err(_) => {
            shared.world(|world| world.sockets.give_up(&envelope.id));
            Ack::failed("operation_timeout")
        }
    };
    let ack = Ack { millis: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX), ..ack };
    shared.world(|world| world.deliveries.get_mut(seq).map(|delivery| ack.note_in(delivery)));
    shared.turn();
    ack
}

fn kind(parcel: &OutgoingRequest) -> (&'static str, bool) {
    match parcel.path {
        "/slack/commands" => ("slash_commands", true),
        "/slack/events" => ("events_api", false),
        _ => ("interactive", ANSWERED.contains(&parcel.kind.as_str())),
    }
}

fn payload(parcel: &OutgoingRequest) -> Value {
    let json = |text: &str| serde_json::from_str(text).unwrap_or_default();
    if parcel.path == "/slack/events" {
        return json(&parcel.body);
    }
    let fields = form_urlencoded::parse(parcel.body.as_bytes());
    let mut fields: Map<String, Value> =
        fields.map(|(name, value)| (name.into_owned(), Value::from(value.into_owned()))).collect();
    match fields.remove("payload") {
        Some(payload) => json(payload.as_str().unwrap_or_default()),
        None => Value::Object(fields),
    }
}

/// Returns the acknowledgement as the HTTP answer that it replaces.
fn acknowledged(payload: Option<Value>) -> Ack {
    let media_type = if payload.is_some() { "application/json" } else { "" };
    let body = payload.map(|payload| payload.to_string()).unwrap_or_default();
    Ack { status: Some(200), media_type: media_type.to_owned(), body, ..Ack::default() }
}
