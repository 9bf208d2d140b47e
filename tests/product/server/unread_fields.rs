//! Fields of Slack's payloads that the app does not read may be missing, `null` or anything.

use std::fs;

use dialnote_slack::platform::slack::inbound::Inbound;
use dialnote_slack::platform::slack::reading;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::requests::{JSON, fixtures};

/// Answers whether the app reads the field of a payload. All others may be missing, `null` or anything.
fn is_read(path: &str) -> bool {
    const EXACT: [&str; 70] = [
        "/event/tokens/bot",
        "/event_time",
        "/enterprise_id",
        "/type",
        "/challenge",
        "/user/id",
        "/user/team_id",
        "/team/id",
        "/team_id",
        "/enterprise/id",
        "/is_enterprise_install",
        "/container/channel_id",
        "/container/is_ephemeral",
        "/channel/id",
        "/response_url",
        "/trigger_id",
        "/actions/0/action_id",
        "/actions/0/value",
        "/actions/0/block_id",
        "/actions/0/selected_user",
        "/actions/0/selected_option/value",
        "/action_id",
        "/block_id",
        "/value",
        "/callback_id",
        "/message/ts",
        "/message_ts",
        "/message/thread_ts",
        "/message/text",
        "/message/user",
        "/container/message_ts",
        "/view/id",
        "/view/type",
        "/event/tab",
        "/event/user",
        "/event/channel",
        "/event/message_ts",
        "/view/app_installed_team_id",
        "/view/team_id",
        "/view/callback_id",
        "/view/private_metadata",
        "/event/type",
        "/event/function/callback_id",
        "/event/function_execution_id",
        "/event/bot_access_token",
        "/event/user/id",
        "/event_id",
        "/authorizations/0/is_enterprise_install",
        "/authorizations/0/enterprise_id",
        "/authorizations/0/team_id",
        "/authorizations/0/is_bot",
        "/authorizations/0/user_id",
        "/event/text",
        "/event/ts",
        "/event/thread_ts",
        "/event/channel_type",
        "/event/bot_id",
        "/event/app_id",
        "/event/subtype",
        "/event/edited",
        "/event/team",
        "/event/reaction",
        "/event/item/type",
        "/event/item/channel",
        "/event/item/ts",
        "/event/event_ts",
        "/event/subteam_id",
        "/event/team_id",
        "/event/added_users",
        "/event/removed_users",
    ];
    // Of panes and objects, three places have the same fields.
    const PANES: [&str; 8] = [
        "/external_ref/id",
        "/entity_url",
        "/app_unfurl_url",
        "/link/url",
        "/trigger_id",
        "/type",
        "/channel",
        "/thread_root_id",
    ];
    let in_pane = |place| path.strip_prefix(place).is_some_and(|field| PANES.contains(&field));
    EXACT.contains(&path)
        || ["/event", "/view", "/container"].into_iter().any(in_pane)
        || path.starts_with("/event/user/")
        || path.starts_with("/view/state/values/")
        || path.starts_with("/event/links")
        || path.starts_with("/event/inputs")
        || path.starts_with("/event/added_users/")
        || path.starts_with("/event/removed_users/")
}

/// Collects every place in a value, as a pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(key, child)| (key.clone(), child)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(i, child)| (i.to_string(), child)).collect(),
        _ => return,
    };
    for (key, child) in children {
        let place = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        found.push(place.clone());
        places(child, &place, found);
    }
}

fn payloads() -> Vec<Value> {
    let json = fixtures().into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    json.map(|path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()).collect()
}

fn read(payload: &Value) -> Inbound {
    reading::read(Some(JSON), payload.to_string().as_bytes()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn unread_fields_may_be_anything(which: prop::sample::Index, changes: Vec<(prop::sample::Index, u8)>) {
        let payloads = payloads();
        let mut payload = payloads[which.index(payloads.len())].clone();
        let before = read(&payload);
        for (place, change) in changes {
            let mut all = Vec::new();
            places(&payload, "", &mut all);
            let at = all[place.index(all.len())].clone();
            let holds_read = all.iter().any(|other| is_read(other) && (*other == at || other.starts_with(&format!("{at}/"))));
            let target = payload.pointer_mut(&at).unwrap();
            match (change % 3, &mut *target) {
                (0, Value::Object(fields)) if !at.starts_with("/view/state/values") => {
                    fields.insert(format!("unknown_{change}"), json!({ "new": [1, null] }));
                }
                (1, _) if !holds_read && !at.starts_with("/view/state/values") => *target = Value::Null,
                (2, _) if !holds_read && !at.starts_with("/view/state/values") => *target = json!(["another", 7]),
                _ => {}
            }
        }
        prop_assert_eq!(read(&payload), before);
    }
}
