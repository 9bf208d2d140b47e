//! The parts of blocks.

use serde_json::{Map, Value};

/// Returns the interactive parts of a block: an accessory, an input's element, or the elements of a row.
pub(crate) fn elements(block: &Map<String, Value>) -> Vec<&Value> {
    let one = ["accessory", "element"].into_iter().filter_map(|key| block.get(key));
    let row = block.get("type").filter(|kind| *kind == "actions").and_then(|_| block.get("elements"));
    one.chain(row.and_then(Value::as_array).into_iter().flatten()).collect()
}

/// Returns the options of an element or of an answer to typing, those in groups included.
pub(crate) fn offered(element: &Map<String, Value>) -> Vec<&Value> {
    let grouped = list(element.get("option_groups")).flat_map(|group| list(group.get("options")));
    list(element.get("options")).chain(grouped).collect()
}

fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}
