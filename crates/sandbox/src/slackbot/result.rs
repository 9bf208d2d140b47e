//! The strict reading of the app's answers: one JSON body, or one server-sent event.

use serde::Deserialize;
use serde_json::Value;

use super::blocks;
use super::tools::Tool;

/// The content of an answer to `tools/call`.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) text: String,
    pub(crate) is_error: bool,
    pub(crate) blocks: Vec<Value>,
    pub(crate) violations: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    jsonrpc: String,
    id: Value,
    result: Option<Value>,
    error: Option<RpcError>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RpcError {
    code: i64,
    message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToolResult {
    content: Vec<Part>,
    #[serde(rename = "isError", default)]
    is_error: bool,
    #[serde(rename = "_meta")]
    meta: Option<Meta>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    #[serde(rename = "type")]
    kind: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Meta {
    slack: SlackMeta,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SlackMeta {
    blocks: Vec<Value>,
}

/// Returns the result in an answer. The error says why there is none.
pub(crate) fn result_of(media_type: &str, body: &str, id: &Value) -> Result<Value, String> {
    let json = match media_type {
        "application/json" => body.to_owned(),
        "text/event-stream" => data(body).ok_or("the stream has no data")?,
        other => return Err(format!("invalid content type: {other}")),
    };
    let envelope: Envelope = serde_json::from_str(&json).map_err(|error| format!("invalid answer: {error}"))?;
    if envelope.jsonrpc != "2.0" || envelope.id != *id {
        return Err("the answer is to another request".to_owned());
    }
    match (envelope.result, envelope.error) {
        (Some(result), None) => Ok(result),
        (None, Some(RpcError { code, message })) => Err(format!("{message} ({code})")),
        _ => Err("an answer has either result or error".to_owned()),
    }
}

fn data(body: &str) -> Option<String> {
    let lines: Vec<_> = body.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

impl Answered {
    /// Reads the result of a call. Wrong blocks are dropped, all of them, and the text stays.
    pub(crate) fn read(result: Value, tools: &[Tool]) -> Result<Self, String> {
        let result: ToolResult = serde_json::from_value(result).map_err(|error| format!("invalid result: {error}"))?;
        if result.content.is_empty() || result.content.iter().any(|part| part.kind != "text" || part.text.is_empty()) {
            return Err("a result has text".to_owned());
        }
        let text = result.content.into_iter().map(|part| part.text).collect::<Vec<_>>().join("\n");
        let sent = result.meta.map(|meta| meta.slack.blocks).unwrap_or_default();
        let (blocks, violations) = match blocks::shown(&sent, tools) {
            Ok(blocks) => (blocks, Vec::new()),
            Err(violations) => (Vec::new(), violations),
        };
        Ok(Self { text, is_error: result.is_error, blocks, violations })
    }
}
