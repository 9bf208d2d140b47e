//! Webhook subscriptions.

use serde_json::{Map, Value, json};

use super::found::{Found, Refused, Shape};
use super::model::Hook;
use super::variants::{HookDelete, HookEvent};
use crate::world::World;

const EVENTS: &[&str] = &["call_log", "call_recording", "note"];

/// Adds a subscription. Repeating a subscription returns the existing one.
pub(super) fn subscribe(world: &mut World, body: &Map<String, Value>) -> Result<Found, Refused> {
    if let Some(name) = body.keys().find(|name| !["url", "event", "provider"].contains(&name.as_str())) {
        return Err(Refused::invalid(format!("{name} is not part of a subscription.")));
    }
    let without_notes = world.faults.dialnote.played().hook_event == HookEvent::NoNote;
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let webhook = Hook { id: String::new(), url: text("url"), event: text("event"), provider: text("provider") };
    if without_notes && webhook.event == "note" {
        return Err(Refused::bad("event must be one of call_log, call_recording."));
    }
    if !EVENTS.contains(&webhook.event.as_str()) {
        return Err(Refused::invalid(format!("event must be one of {}.", EVENTS.join(", "))));
    }
    if webhook.provider.is_empty() {
        return Err(Refused::invalid("provider is required."));
    }
    if !deliverable(&webhook.url) {
        return Err(Refused::invalid("url must be an HTTPS address."));
    }
    let same = |old: &&Hook| (&old.url, &old.event, &old.provider) == (&webhook.url, &webhook.event, &webhook.provider);
    if let Some(old) = world.dialnote.webhooks.iter().find(same) {
        return Ok(Found::of(Shape::Hook, json!({"id": old.id})));
    }
    let id = world.dialnote.new_id("hook");
    world.dialnote.webhooks.push(Hook { id: id.clone(), ..webhook });
    Ok(Found { status: 201, ..Found::of(Shape::Hook, json!({"id": id})) })
}

/// Ends a subscription.
pub(super) fn unsubscribe(world: &mut World, id: &str) -> Result<Found, Refused> {
    let place = world.dialnote.webhooks.iter().position(|webhook| webhook.id == id);
    let place = place.ok_or_else(|| Refused::not_found("such subscription"))?;
    world.dialnote.webhooks.remove(place);
    let ended = Found::of(Shape::Hook, json!({"success": true}));
    match world.faults.dialnote.played().hook_delete {
        HookDelete::Success => Ok(ended),
        HookDelete::NoContent => Ok(Found { status: 204, ..ended }),
        HookDelete::NotFound => Err(Refused::not_found("such subscription")),
    }
}

/// Answers whether the URL is HTTPS, or an app under test on the same machine.
fn deliverable(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| {
        url.scheme() == "https" || url.scheme() == "http" && matches!(url.host_str(), Some("127.0.0.1" | "localhost"))
    })
}
