//! The buttons of an entity, and the failures that a pane shows instead of one (§2.4, §3.4).

use std::collections::BTreeSet;

use serde_json::Value;

use super::faults::Faults;
use crate::blocks::max;

/// The groups of buttons.
const GROUPS: [&str; 2] = ["primary_actions", "overflow_actions"];

/// Returns the buttons of an entity, the primary ones first.
pub(crate) fn all(entity: &Value) -> Vec<&Value> {
    let actions = &entity["entity_payload"]["actions"];
    GROUPS.iter().flat_map(|group| actions[*group].as_array().into_iter().flatten()).collect()
}

/// Returns the faults of the `error` of `entity.presentDetails`.
pub(crate) fn failure(error: &Value) -> Vec<String> {
    let mut faults = Faults::default();
    faults.nulls(error, "/error");
    let Some(object) = faults.object(error, "/error") else { return faults.found };
    let custom = ["custom_title", "custom_message"];
    faults.keys(object, &["status"], &[&custom[..], &["message_format", "actions"]].concat(), "/error");
    for (name, value) in object {
        let at = format!("/error/{name}");
        match name.as_str() {
            "status" => faults.one_of(value, "error.status", &at),
            "message_format" if value != "markdown" => faults.note(&at, "must be markdown"),
            "actions" => {
                for (place, button) in faults.items(value, &at).iter().enumerate() {
                    self::button(&mut faults, button, &format!("{at}/{place}"));
                }
            }
            name if custom.contains(&name) => faults.words(value, &at),
            _ => {}
        }
    }
    let status = object.get("status").and_then(Value::as_str).unwrap_or_default();
    if status == "custom" && !object.contains_key("custom_message") {
        faults.note("/error", "missing required field: custom_message");
    }
    // Slack has its own words for these, and would show no others.
    if matches!(status, "restricted" | "internal_error" | "not_found" | "timeout") {
        for name in custom.iter().filter(|name| object.contains_key(**name)) {
            faults.note(&format!("/error/{name}"), format!("is not shown with the status {status}"));
        }
    }
    faults.found
}

/// Checks both groups of buttons.
pub(super) fn check(faults: &mut Faults, value: &Value, at: &str) {
    let Some(object) = faults.object(value, at) else { return };
    faults.keys(object, &[], &GROUPS, at);
    let mut seen = BTreeSet::new();
    for group in GROUPS {
        let Some(buttons) = object.get(group) else { continue };
        let at = format!("{at}/{group}");
        let buttons = faults.items(buttons, &at);
        let most = max(&["entity", &format!("entity_payload.actions.{group}")]);
        if buttons.len() as u64 > most {
            faults.note(&at, format!("no more than {most} items allowed"));
        }
        for (place, button) in buttons.iter().enumerate() {
            self::button(faults, button, &format!("{at}/{place}"));
            if button["action_id"].as_str().is_some_and(|id| !seen.insert(id)) {
                faults.note(&format!("{at}/{place}/action_id"), "is used already");
            }
        }
    }
}

fn button(faults: &mut Faults, value: &Value, at: &str) {
    let Some(button) = faults.object(value, at) else { return };
    let optional = ["value", "style", "url", "accessibility_label", "processing_state"];
    faults.keys(button, &["text", "action_id"], &optional, at);
    for (name, value) in button {
        let at = format!("{at}/{name}");
        match name.as_str() {
            "text" => faults.words(value, &at),
            "action_id" | "value" | "accessibility_label" => faults.bounded(value, &format!("action.{name}"), &at),
            "url" => {
                faults.url(value, &at);
                faults.bounded(value, "action.url", &at);
            }
            "style" => faults.one_of(value, "action.style", &at),
            "processing_state" => processing(faults, value, &at),
            _ => {}
        }
    }
}

fn processing(faults: &mut Faults, value: &Value, at: &str) {
    let Some(state) = faults.object(value, at) else { return };
    faults.keys(state, &["enabled"], &["interstitial_text"], at);
    if let Some(enabled) = state.get("enabled") {
        faults.flag(enabled, &format!("{at}/enabled"));
    }
    if let Some(words) = state.get("interstitial_text") {
        faults.words(words, &format!("{at}/interstitial_text"));
    }
}
