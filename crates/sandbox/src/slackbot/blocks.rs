//! The blocks that Slackbot shows. One that breaks a rule costs all of them.

use serde_json::{Map, Value, json};

use super::tools::Tool;
use crate::blocks;
use crate::blocks::{BadBlocks, elements, max, offered};

/// The blocks that Slackbot draws.
const KINDS: [&str; 17] = [
    "context",
    "divider",
    "header",
    "markdown",
    "rich_text",
    "section",
    "file",
    "image",
    "video",
    "actions",
    "carousel",
    "input",
    "data_table",
    "data_visualization",
    "table",
    "card",
    "container",
];

/// The prefix of an action id that calls a tool.
pub(super) const TOOL: &str = "tool:";

/// The deepest nesting.
const DEPTH: usize = 20;

/// Returns the blocks as Slack keeps them, or the rules that they break.
pub(super) fn shown(sent: &[Value], tools: &[Tool]) -> Result<Vec<Value>, Vec<String>> {
    if sent.is_empty() {
        return Ok(Vec::new());
    }
    let mut faults = Vec::new();
    if sent.len() as u64 > max(&["message", "blocks"]) {
        faults.push("/blocks: too many blocks".to_owned());
    }
    for (place, block) in sent.iter().enumerate() {
        let at = format!("/blocks/{place}");
        if !KINDS.contains(&block["type"].as_str().unwrap_or_default()) {
            faults.push(format!("{at}/type: {} is not shown by Slackbot", block["type"]));
        }
        addresses(block, &at, 0, &mut faults);
        for element in block.as_object().map(elements).unwrap_or_default() {
            acts(element, tools, &at, &mut faults);
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    blocks::message(&json!(sent)).map_err(|bad| match bad {
        BadBlocks::Format => vec!["/blocks: must be an array of objects".to_owned()],
        BadBlocks::Invalid(faults) => faults,
        BadBlocks::TooLong => vec!["/blocks: too much text".to_owned()],
    })
}

/// Checks that every address is public.
fn addresses(value: &Value, at: &str, depth: usize, faults: &mut Vec<String>) {
    if depth > DEPTH {
        faults.push(format!("{at}: nested too deep"));
        return;
    }
    match value {
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                addresses(item, &format!("{at}/{place}"), depth + 1, faults);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                let is_address = name == "url" || name.ends_with("_url");
                if is_address && !field.as_str().is_some_and(|address| address.starts_with("https://")) {
                    faults.push(format!("{at}/{name}: must begin with https://"));
                }
                addresses(field, &format!("{at}/{name}"), depth + 1, faults);
            }
        }
        _ => {}
    }
}

/// Checks that a control does something: it calls a tool with arguments, gives a form's input, or opens a page.
fn acts(element: &Value, tools: &[Tool], at: &str, faults: &mut Vec<String>) {
    if element["type"] == "image" || !element["url"].is_null() {
        return;
    }
    let id = element["action_id"].as_str().unwrap_or_default();
    if id.starts_with("input:") {
        return;
    }
    let Some(name) = id.strip_prefix(TOOL) else {
        faults.push(format!("{at}: {id} calls no tool"));
        return;
    };
    if !tools.iter().any(|tool| tool.name == name) {
        faults.push(format!("{at}: there is no tool {name}"));
    }
    let options = element.as_object().map(offered).unwrap_or_default();
    let values: Vec<_> = if options.is_empty() {
        vec![&element["value"]]
    } else {
        options.into_iter().map(|option| &option["value"]).collect()
    };
    if values.into_iter().any(|value| arguments(value).is_none()) {
        faults.push(format!("{at}: the value of {id} must be a JSON object of at most 2000 characters"));
    }
}

/// Reads the arguments in the value of a control.
pub(super) fn arguments(value: &Value) -> Option<Map<String, Value>> {
    let text = value.as_str().filter(|text| text.chars().count() as u64 <= max(&["element", "button", "value"]))?;
    serde_json::from_str(text).ok()
}
