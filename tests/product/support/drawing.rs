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
    let text = || shown(&block["text"]);
    let row = || block["elements"].as_array().into_iter().flatten().map(draw_element).collect::<Vec<_>>().join(" ");
    match block["type"].as_str() {
        Some("header") => format!("# {}", text()),
        Some("section") if block["fields"].is_array() => {
            let fields = block["fields"].as_array().into_iter().flatten();
            let lines = fields.map(|field| shown(field).replace('\n', ": "));
            lines.collect::<Vec<_>>().join("\n")
        }
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
        Some("rich_text") => block["elements"].as_array().into_iter().flatten().map(draw_part).collect(),
        Some("alert") => format!("! {}", text()),
        Some("data_visualization") => format!("[chart: {}]", block["title"].as_str().unwrap_or_default()),
        Some("table") => {
            let cell = |cell: &Value| cell["text"].as_str().unwrap_or_default().to_owned();
            let row = |row: &Value| row.as_array().into_iter().flatten().map(cell).collect::<Vec<_>>().join(" | ");
            block["rows"].as_array().into_iter().flatten().map(row).collect::<Vec<_>>().join("\n")
        }
        other => panic!("no idea how to draw {other:?}"),
    }
}

/// Returns a paragraph or quote of rich text.
fn draw_part(part: &Value) -> String {
    let spans = part["elements"].as_array().into_iter().flatten();
    let text: String = spans.map(|span| span["text"].as_str().unwrap_or_default()).collect();
    if part["type"] == "rich_text_quote" { format!("> {text}") } else { text }
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
        Some("users_select") => {
            format!("[{} ▾]", element["initial_user"].as_str().or(label).unwrap_or_default())
        }
        Some("multi_users_select") => {
            let users = element["initial_users"].as_array().into_iter().flatten();
            let users: Vec<_> = users.filter_map(Value::as_str).collect();
            let shown = if users.is_empty() { label.unwrap_or_default().to_owned() } else { users.join(", ") };
            format!("[{shown} ▾]")
        }
        Some("static_select" | "external_select") => {
            let chosen = element["initial_option"]["text"]["text"].as_str();
            format!("[{} ▾]", chosen.or(label).unwrap_or_default())
        }
        Some("overflow") => {
            let options = element["options"].as_array().into_iter().flatten();
            let options: Vec<_> = options.filter_map(|option| option["text"]["text"].as_str()).collect();
            format!("[⋯ {}]", options.join(" · "))
        }
        Some("image") => element["alt_text"].as_str().unwrap_or_default().to_owned(),
        _ => shown(element),
    }
}

/// Returns the words of a text: of markup without links, times and stars.
fn shown(text: &Value) -> String {
    let words = text["text"].as_str().unwrap_or_default();
    if text["type"] != "mrkdwn" {
        return words.to_owned();
    }
    let unlinked = without_stars(&without_links(&without_dates(words)));
    unlinked.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Removes the stars around bold words, but not those in code.
fn without_stars(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let kept = parts.map(|(nth, part)| if nth % 2 == 0 { part.replace('*', "") } else { part.to_owned() });
    kept.collect::<Vec<_>>().join("`")
}

/// Replaces `<https://…|*name*>` by the name.
fn without_links(text: &str) -> String {
    let link = text.split_once("<http").and_then(|(before, rest)| Some((before, rest.split_once('>')?)));
    match link {
        Some((before, (link, after))) => {
            format!("{before}{}{}", link.split_once('|').map_or(link, |(_, name)| name), without_links(after))
        }
        None => text.to_owned(),
    }
}

/// Replaces `<!date^…|fallback>` by its fallback.
fn without_dates(text: &str) -> String {
    let date = text.split_once("<!date^").and_then(|(before, rest)| Some((before, rest.split_once('>')?)));
    match date {
        Some((before, (date, after))) => {
            format!("{before}{}{}", date.rsplit('|').next().unwrap_or_default(), without_dates(after))
        }
        None => text.to_owned(),
    }
}
