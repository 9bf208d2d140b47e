//! The strict reading of `tools/list`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A tool of the app's, as Slack reads it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tool {
    pub(crate) name: String,
    title: String,
    description: String,
    #[serde(rename = "inputSchema")]
    input_schema: Schema,
    annotations: Annotations,
    #[serde(rename = "_meta")]
    meta: Meta,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Schema {
    #[serde(rename = "type")]
    kind: String,
    properties: Map<String, Value>,
    required: Vec<String>,
    #[serde(rename = "additionalProperties")]
    additional: bool,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Annotations {
    #[serde(rename = "readOnlyHint")]
    reads: bool,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Meta {
    slack: SlackMeta,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SlackMeta {
    #[serde(rename = "supportsBlockKit")]
    blocks: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    tools: Vec<Tool>,
}

/// Reads the result of `tools/list`. The error names what is wrong.
pub(crate) fn listed(result: Value) -> Result<Vec<Tool>, String> {
    let Listed { tools } = serde_json::from_value(result).map_err(|error| format!("tools/list: {error}"))?;
    for (at, tool) in tools.iter().enumerate() {
        tool.check().map_err(|fault| format!("tool {}: {fault}", tool.name))?;
        if tools.iter().position(|other| other.name == tool.name) != Some(at) {
            return Err(format!("tool {}: listed twice", tool.name));
        }
    }
    Ok(tools)
}

impl Tool {
    /// Answers whether Slackbot asks the person before it calls the tool.
    pub(crate) fn needs_consent(&self) -> bool {
        !self.annotations.reads
    }

    fn check(&self) -> Result<(), String> {
        let is_name = |name: &str| {
            let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
            !name.is_empty() && name.len() <= 64 && name.bytes().all(letters)
        };
        let Schema { kind, properties, required, .. } = &self.input_schema;
        if !is_name(&self.name) {
            return Err("its name is not in snake case".to_owned());
        }
        if self.title.trim().is_empty() || self.description.trim().is_empty() {
            return Err("title and description must not be empty".to_owned());
        }
        if kind != "object" {
            return Err("inputSchema.type must be object".to_owned());
        }
        if let Some(name) = required.iter().find(|name| !properties.contains_key(*name)) {
            return Err(format!("it requires {name}, which is no property"));
        }
        for (name, property) in properties {
            let known = ["type", "description", "enum", "maxLength", "minimum"];
            let unknown =
                property.as_object().and_then(|fields| fields.keys().find(|key| !known.contains(&key.as_str())));
            if let Some(unknown) = unknown {
                return Err(format!("property {name}: unknown key {unknown}"));
            }
            if !matches!(property["type"].as_str(), Some("string" | "integer")) {
                return Err(format!("property {name}: type must be string or integer"));
            }
            if property["description"].as_str().is_none_or(|text| text.trim().is_empty()) {
                return Err(format!("property {name}: no description"));
            }
        }
        Ok(())
    }
}
