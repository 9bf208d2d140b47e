//! `blocks.validate`: Slack's check of blocks, a view or a message, which posts nothing (docs/contracts/slack-2026.md
//! §7.7).

use serde_json::{Value, json};

use super::args::Args;
use super::failure::{Failure, Reply};
use crate::blocks::{self, BadBlocks, BadView};

/// The arguments, of which a call has exactly one.
const ARGUMENTS: [&str; 3] = ["blocks", "message", "view"];

/// The fields of a message that is checked.
const MESSAGE: [&str; 2] = ["blocks", "text"];

/// The words that begin a fault, with Slack's code for it and the kind of constraint that it broke.
const CODES: [(&str, &str, &str); 5] = [
    ("missing required field: ", "missing_field", "required"),
    ("unknown field: ", "unknown_field", "additional_property"),
    ("unsupported type: ", "unsupported_type", "type"),
    ("no more than ", "too_long", "max"),
    ("must have at least ", "too_short", "min"),
];

/// Checks the one argument.
pub(super) fn validate(args: &Args) -> Reply {
    let given: Vec<_> = ARGUMENTS.into_iter().filter(|name| args.has(name)).collect();
    let [name] = given.as_slice() else {
        return Err(Failure::argument(&format!("exactly one of {} is required", ARGUMENTS.join(", "))));
    };
    let text = args.required(name)?;
    if blocks::length(text) > blocks::max(&["web_api", &format!("blocks.validate.{name}")]) {
        return Err(Failure::argument(&format!("too long: {name}")));
    }
    let value: Value =
        serde_json::from_str(text).map_err(|_| Failure::argument(&format!("must be the text of JSON: {name}")))?;
    let faults = match *name {
        "view" => view_faults(&value),
        "message" => message_faults(&value),
        _ => block_faults(&value),
    };
    if faults.is_empty() {
        return Ok(json!({}));
    }
    let errors: Vec<_> = faults.iter().map(|fault| error(fault, &format!("/{name}"))).collect();
    Err(Failure::with(&format!("invalid_{name}"), json!({ "errors": errors })))
}

fn view_faults(view: &Value) -> Vec<String> {
    match blocks::view(view) {
        Ok(_) => Vec::new(),
        Err(BadView::TooLarge) => vec![too_much(&["view", "_whole_view"], "bytes", "/view")],
        Err(BadView::Invalid(faults)) => faults,
    }
}

/// Checks a message. The places of its blocks begin at the message.
fn message_faults(message: &Value) -> Vec<String> {
    let Some(fields) = message.as_object() else { return vec!["must be an object [json-pointer:/message]".to_owned()] };
    let unknown = fields.keys().filter(|name| !MESSAGE.contains(&name.as_str()));
    let unknown = unknown.map(|name| format!("unknown field: {name} [json-pointer:/message/{name}]"));
    let wrong_text = fields.get("text").filter(|text| !text.is_string());
    let wrong_text = wrong_text.map(|_| "must be a string [json-pointer:/message/text]".to_owned());
    let blocks = fields.get("blocks").map(block_faults).unwrap_or_default();
    let blocks = blocks.into_iter().map(|fault| fault.replace("[json-pointer:", "[json-pointer:/message"));
    let nothing = (!fields.contains_key("text") && !fields.contains_key("blocks"))
        .then(|| "missing required field: text or blocks [json-pointer:/message]".to_owned());
    unknown.chain(wrong_text).chain(nothing).chain(blocks).collect()
}

fn block_faults(blocks: &Value) -> Vec<String> {
    match blocks::message(blocks) {
        Ok(_) => Vec::new(),
        Err(BadBlocks::Format) => vec!["must be an array [json-pointer:/blocks]".to_owned()],
        Err(BadBlocks::TooLong) => vec![too_much(&["message", "blocks.total_text"], "characters", "/blocks")],
        Err(BadBlocks::Invalid(faults)) => faults,
    }
}

fn too_much(limit: &[&str], unit: &str, place: &str) -> String {
    format!("no more than {} {unit} allowed [json-pointer:{place}]", blocks::max(limit))
}

/// Returns a fault as Slack describes it. Its pointer begins below the argument.
fn error(fault: &str, argument: &str) -> Value {
    let (words, place) = fault.split_once(" [json-pointer:").unwrap_or((fault, ""));
    let place = place.trim_end_matches(']');
    let pointer = place.strip_prefix(argument).unwrap_or(place);
    let known = CODES.iter().find_map(|(begin, code, kind)| Some((words.strip_prefix(begin)?, *code, *kind)));
    match known {
        Some((rest, code, kind)) => {
            let number = rest.split(' ').next().and_then(|word| word.parse::<u64>().ok());
            let expected = number.map_or_else(|| json!(rest), |number| json!(number));
            let constraint = json!({ "type": kind, "expected": expected });
            json!({ "code": code, "message": words, "pointer": pointer, "constraint": constraint })
        }
        None => json!({ "code": "invalid_value", "message": words, "pointer": pointer }),
    }
}
