//! The metadata of a message: an event of the app's own, or Work Objects (docs/contracts/slack-2026.md §2).

use serde_json::{Value, json};

use super::args::Args;
use super::failure::Failure;
use crate::entities::{self, Place};
use crate::world::World;

/// The metadata that passed the checks of its format.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    /// True for `{}`, which removes the event that a message had.
    pub(super) is_cleared: bool,
    /// `{event_type, event_payload}`.
    pub(super) event: Option<Value>,
    /// The entities as they were sent.
    pub(super) entities: Vec<Value>,
}

/// Reads the argument `metadata`; `None` without it.
pub(super) fn metadata(args: &Args) -> Result<Option<Metadata>, Failure> {
    args.nested("metadata", BAD_FORMAT)?.map(split).transpose()
}

pub(super) const BAD_FORMAT: &str = "invalid_metadata_format";

fn split(value: Value) -> Result<Metadata, Failure> {
    let Value::Object(mut fields) = value else { return Err(BAD_FORMAT.into()) };
    if fields.is_empty() {
        return Ok(Metadata { is_cleared: true, ..Metadata::default() });
    }
    let entities = match fields.remove("entities") {
        None => Vec::new(),
        Some(Value::Array(entities)) if !entities.is_empty() && entities.iter().all(Value::is_object) => entities,
        Some(_) => return Err(BAD_FORMAT.into()),
    };
    let event = if fields.is_empty() { None } else { Some(checked_event(Value::Object(fields))?) };
    Ok(Metadata { is_cleared: false, event, entities })
}

/// Checks `{event_type, event_payload}`.
pub(super) fn checked_event(event: Value) -> Result<Value, Failure> {
    let event_type = event["event_type"].as_str().unwrap_or_default();
    let shaped = event.as_object().is_some_and(|fields| fields.len() == 2) && event["event_payload"].is_object();
    if event_type.is_empty() || !shaped {
        return Err(BAD_FORMAT.into());
    }
    // Slack only advises flat payloads with plain keys; a payload that ignores the advice may stop working.
    let mut payload = event["event_payload"].as_object().into_iter().flatten();
    let plain = |key: &str| key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if payload.any(|(key, value)| !plain(key) || value.is_object() || value.is_null()) {
        return Err("invalid_metadata_schema".into());
    }
    Ok(event)
}

/// Returns the entities that clients show. The others are dropped without an error, and reported.
pub(super) fn shown(world: &mut World, method: &str, entities: Vec<Value>, place: Place) -> Vec<Value> {
    let mut faults = Vec::new();
    let mut shown = Vec::new();
    if !world.objects.support.active && !entities.is_empty() {
        faults.push("the manifest does not activate rich_previews for slack#/entities/task".to_owned());
    }
    for (number, entity) in entities.into_iter().enumerate() {
        let found = entities::entity(&entity, place, &format!("/metadata/entities/{number}"));
        if found.is_empty() && world.objects.support.active {
            shown.push(entity);
        }
        faults.extend(found);
    }
    let now = world.now();
    world.objects.report(now, method, faults);
    shown
}

/// Adds Slack's warning to the answer of a call whose entities were not all shown.
pub(super) fn warned(world: &World, known: usize, mut answer: Value) -> Value {
    let faults = world.objects.faults.iter().skip(known).flat_map(|fault| &fault.faults);
    let messages: Vec<String> = faults.map(|fault| format!("[WARN] {fault}")).collect();
    if !messages.is_empty() {
        answer["warning"] = json!(BAD_FORMAT);
        answer["response_metadata"] = json!({"messages": messages, "warnings": [BAD_FORMAT]});
    }
    answer
}
