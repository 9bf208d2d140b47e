//! Reads what Slack sends about panes and objects (docs/contracts/slack-2026.md §3, §4).

use serde_json::Value;

use crate::core::ids::ConversationId;
use crate::core::json::Peek;
use crate::core::pane::PaneTab;
use crate::platform::slack::inbound::PaneRequest;

/// The containers of buttons in objects and panes (§4.6).
const CONTAINERS: [&str; 2] = ["entity_detail", "message_attachment"];

/// Reads the pane that a part of a payload names.
pub(super) fn request(part: &Value, trigger: &str, tab: PaneTab) -> PaneRequest {
    let urls = ["/entity_url", "/app_unfurl_url", "/link/url"].into_iter().filter_map(|path| part.words(path));
    PaneRequest {
        trigger: trigger.to_owned(),
        id: part.words("/external_ref/id").map(ConversationId::new),
        urls: urls.map(str::to_owned).collect(),
        tab,
    }
}

/// Reads the pane or object that holds a pressed button.
pub(super) fn pressed(payload: &Value) -> Option<PaneRequest> {
    let container = payload.at("/container")?;
    let is_object = container.text("/type").is_some_and(|kind| CONTAINERS.contains(&kind));
    let is_named = container.at("/external_ref").is_some() || container.at("/entity_url").is_some();
    let trigger = payload.words("/trigger_id").filter(|_| is_object && is_named)?;
    Some(request(container, trigger, PaneTab::Details))
}

/// Reads the pane of a submission, which the type of its view names: the callback id may be empty (§4.4).
pub(super) fn submitted(payload: &Value) -> Option<PaneRequest> {
    let tab = match payload.text("/view/type")? {
        "entity_detail" => PaneTab::Edited,
        "entity_comment" => PaneTab::Posted,
        _ => return None,
    };
    Some(request(payload.at("/view")?, payload.words("/trigger_id")?, tab))
}
