//! Panes and objects in words.

use dialnote_sandbox::OpenObject;
use serde_json::Value;

use crate::support::{Bot, FRONT_DESK};

/// Returns an object as a person reads it: the title, then a line for each field, then the buttons.
pub fn draw_object(entity: &Value) -> String {
    let payload = &entity["entity_payload"];
    let custom = payload["custom_fields"].as_array().into_iter().flatten();
    let custom: Vec<_> = custom.map(|field| (field["key"].as_str().unwrap(), field)).collect();
    let order = payload["display_order"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let lines = order.map(|name| {
        let own = payload["fields"].get(name);
        let field = own.or_else(|| custom.iter().find(|(key, _)| *key == name).map(|(_, field)| *field)).unwrap();
        let edit = if field["edit"]["enabled"] == true { " ✎" } else { "" };
        format!("{name}: {}{edit}", value(field))
    });
    let buttons = ["primary_actions", "overflow_actions"].into_iter().flat_map(|group| {
        let all = payload["actions"][group].as_array().cloned().unwrap_or_default();
        all.into_iter().map(|button| format!("[{}]", button["text"].as_str().unwrap()))
    });
    let title = payload["attributes"]["title"]["text"].as_str().unwrap().to_owned();
    let buttons = buttons.collect::<Vec<_>>().join(" ");
    std::iter::once(title).chain(lines).chain([buttons]).collect::<Vec<_>>().join("\n")
}

fn value(field: &Value) -> String {
    let user = &field["user"];
    match (&field["value"], user["user_id"].as_str(), user["text"].as_str()) {
        (Value::String(text), ..) => text.replace('\n', " / "),
        (Value::Number(number), ..) => number.to_string(),
        (Value::Array(items), ..) => {
            let titles = items.iter().map(|item| item["entity_ref"]["title"].as_str().unwrap_or_default());
            titles.collect::<Vec<_>>().join(", ")
        }
        (_, Some(user), _) => user.to_owned(),
        (_, _, Some(text)) => text.to_owned(),
        _ => "–".to_owned(),
    }
}

/// Returns what a person's pane shows.
pub async fn pane(bot: &Bot, who: &str) -> String {
    bot.settle().await;
    let pane = bot.sandbox.pane(who).expect("a pane");
    if let Some(entity) = pane.get("entity").filter(|entity| !entity.is_null()) {
        return draw_object(entity);
    }
    let error = &pane["error"];
    let words = ["custom_title", "custom_message"].map(|key| error[key].as_str().unwrap_or_default().to_owned());
    let buttons = error["actions"].as_array().into_iter().flatten();
    let buttons = buttons.map(|button| format!("[{}]", button["text"].as_str().unwrap()));
    let status = error["status"].as_str().unwrap_or("nothing").to_owned();
    let lines = std::iter::once(status).chain(words).chain(buttons).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// Posts a link to a conversation in #front-desk and returns its message.
pub async fn link(bot: &Bot, who: &str, conversation: &str) -> String {
    let link = bot.work.links.to(&dialnote_slack::core::ids::ConversationId::new(conversation));
    let ts = bot.say(who, FRONT_DESK, &format!("look at {link}")).await;
    bot.settle().await;
    ts
}

/// Opens the object of a message in #front-desk.
pub async fn open(bot: &Bot, who: &str, ts: &str) {
    let open = OpenObject {
        who: who.to_owned(),
        channel: Some(FRONT_DESK.to_owned()),
        message_ts: Some(ts.to_owned()),
        url: None,
    };
    let outcome = bot.sandbox.open_object(open).await.unwrap();
    assert_eq!(outcome.error, None, "{outcome:?}");
}
