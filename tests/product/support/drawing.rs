//! Messages as plain text: a line for each block, controls in brackets.

use dialnote_sandbox::Message;
use serde_json::Value;

/// Returns a message as a person sees it, in plain text.
pub fn draw(message: &Message) -> String {
    if message.blocks.is_empty() {
        return message.text.clone();
    }
    draw_blocks(&message.blocks)
}

/// Returns blocks as a person sees them, one line each.
pub fn draw_blocks(blocks: &[Value]) -> String {
    blocks.iter().map(draw_block).collect::<Vec<_>>().join("\n")
}

fn draw_block(block: &Value) -> String {
    let text = || dated(block["text"]["text"].as_str().unwrap_or_default());
    let row = || block["elements"].as_array().into_iter().flatten().map(draw_element).collect::<Vec<_>>().join(" ");
    match block["type"].as_str() {
        Some("header") => format!("# {}", text()),
        Some("section") if block.get("accessory").is_some() => {
            format!("{} {}", text(), draw_element(&block["accessory"]))
        }
        Some("section") => text(),
        Some("context") => format!("  {}", row()),
        Some("actions") => row(),
        Some("input") => {
            let label = block["label"]["text"].as_str().unwrap_or_default();
            let optional = if block["optional"] == true { "" } else { "*" };
            format!("{label}{optional}: {}", draw_element(&block["element"]))
        }
        Some("divider") => "---".to_owned(),
        Some("rich_text") => block["elements"][0]["elements"].as_array().into_iter().flatten().map(draw_span).collect(),
        other => panic!("no idea how to draw {other:?}"),
    }
}

fn draw_span(span: &Value) -> String {
    let text = span["text"].as_str().or(span["fallback"].as_str()).unwrap_or_default();
    match (span["type"].as_str(), span["style"]["strike"].as_bool()) {
        (Some("link"), _) => format!("[{text} ↗]"),
        (_, Some(true)) => format!("~{text}~"),
        _ => text.to_owned(),
    }
}

fn draw_element(element: &Value) -> String {
    let label = element["text"]["text"].as_str().or(element["placeholder"]["text"].as_str());
    match element["type"].as_str() {
        Some("button") if element.get("url").is_some() => format!("[{} ↗]", label.unwrap_or_default()),
        Some("button") => format!("[{}]", label.unwrap_or_default()),
        Some("checkboxes") => {
            let ticked = element["initial_options"].as_array().map_or(&[][..], Vec::as_slice);
            let boxes = element["options"].as_array().into_iter().flatten().map(|option| {
                let mark = if ticked.contains(option) { 'x' } else { ' ' };
                format!("[{mark}] {}", option["text"]["text"].as_str().unwrap_or_default())
            });
            boxes.collect::<Vec<_>>().join(" ")
        }
        Some("timepicker") => format!("[{}]", element["initial_time"].as_str().unwrap_or("--:--")),
        Some("datetimepicker") => "[date and time]".to_owned(),
        Some("plain_text_input") => format!("[{}___]", element["initial_value"].as_str().unwrap_or_default()),
        Some("static_select") => {
            let chosen = element["initial_option"]["text"]["text"].as_str();
            format!("[{} ▾]", chosen.or(label).unwrap_or_default())
        }
        Some("users_select" | "external_select") => format!("[{} ▾]", label.unwrap_or_default()),
        _ => dated(element["text"].as_str().unwrap_or_default()),
    }
}

/// Replaces `<!date^…|fallback>` by its fallback.
fn dated(text: &str) -> String {
    let date = text.split_once("<!date^").and_then(|(before, rest)| Some((before, rest.split_once('>')?)));
    match date {
        Some((before, (date, after))) => {
            format!("{before}{}{}", date.rsplit('|').next().unwrap_or_default(), dated(after))
        }
        None => text.to_owned(),
    }
}
