//! People's statuses, and the people of user groups.

use dialnote_sandbox::{SetGroup, SetStatus};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::stage::Stage;

impl Stage {
    /// Returns the types of the events that the app got, with the part that tells them apart, oldest first.
    fn heard(&self) -> Vec<(String, Value)> {
        let events = self.app.received().into_iter().map(|request| request.json()["event"].clone());
        let part = |event: &Value| event.pointer("/user/profile/status_emoji").unwrap_or(&event["subteam_id"]).clone();
        events.map(|event| (event["type"].as_str().unwrap_or_default().to_owned(), part(&event))).collect()
    }

    async fn profile(&self) -> Value {
        self.granted("users.info", json!({"user": "U0ZOE"})).await["user"]["profile"].clone()
    }
}

fn vacation(seconds: Option<u32>) -> SetStatus {
    SetStatus { who: "zoe".into(), emoji: "palm_tree".into(), text: "Vacationing".into(), seconds }
}

#[tokio::test]
async fn a_status_is_in_the_profile_and_both_events() {
    let stage = Stage::set().await;
    stage.sandbox.set_status(vacation(None)).await.unwrap();
    let profile = stage.profile().await;
    let status = ["status_emoji", "status_text", "status_expiration"].map(|field| profile[field].clone());
    assert_eq!(status, [json!(":palm_tree:"), json!("Vacationing"), json!(0)]);
    let palm = json!(":palm_tree:");
    assert_eq!(stage.heard(), [("user_change".to_owned(), palm.clone()), ("user_status_changed".to_owned(), palm)]);
}

#[tokio::test]
async fn slack_clears_a_status_when_its_time_is_up_and_tells_again() {
    let stage = Stage::set().await;
    stage.sandbox.set_status(vacation(Some(60))).await.unwrap();
    stage.clock.advance(SignedDuration::from_secs(59));
    stage.sandbox.end_statuses().await.unwrap();
    assert_eq!(stage.profile().await["status_emoji"], ":palm_tree:");
    stage.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(stage.profile().await["status_emoji"], ":palm_tree:", "Slack is late");
    stage.sandbox.end_statuses().await.unwrap();
    stage.sandbox.end_statuses().await.unwrap();
    assert_eq!(stage.profile().await["status_emoji"], "");
    assert_eq!(stage.heard().iter().filter(|(_, emoji)| emoji == "").count(), 2, "once each");
}

#[tokio::test]
async fn a_changed_group_tells_the_difference() {
    let stage = Stage::set().await;
    let set = |people: &[&str]| {
        let people = people.iter().map(|&who| who.to_owned()).collect();
        stage.sandbox.set_group(SetGroup { group: "@frontdesk".to_owned(), people })
    };
    set(&["zoe", "maya"]).await.unwrap();
    set(&["maya", "zoe"]).await.unwrap();
    let events: Vec<_> = stage.app.received().into_iter().map(|request| request.json()["event"].clone()).collect();
    assert_eq!(events.len(), 1, "the order changes nothing");
    let change = ["type", "subteam_id", "added_users", "removed_users"].map(|field| events[0][field].clone());
    assert_eq!(change, [json!("subteam_members_changed"), json!("S0FRONTDESK"), json!(["U0MAYA"]), json!(["U0LEO"])]);
    let users = stage.granted("usergroups.users.list", json!({"usergroup": "S0FRONTDESK"})).await["users"].clone();
    assert_eq!(users, json!(["U0MAYA", "U0ZOE"]));
    assert!(set(&["kim"]).await.is_err());
}

#[tokio::test]
async fn without_the_scopes_nothing_is_told() {
    let stage = Stage::set().await;
    stage.sandbox.world(|world| world.scopes.retain(|scope| scope != "users:read" && scope != "usergroups:read"));
    stage.sandbox.set_status(vacation(None)).await.unwrap();
    let people = vec!["zoe".to_owned()];
    stage.sandbox.set_group(SetGroup { group: "frontdesk".to_owned(), people }).await.unwrap();
    assert_eq!(stage.heard(), []);
}

#[tokio::test]
async fn the_control_routes_do_the_same() {
    let stage = Stage::set().await;
    stage.can("status", json!({"as": "zoe", "emoji": ":palm_tree:"})).await;
    assert_eq!(stage.profile().await["status_emoji"], ":palm_tree:");
    stage.can("status", json!({"as": "zoe"})).await;
    assert_eq!(stage.profile().await["status_emoji"], "");
    assert!(stage.cannot("status", json!({"as": "zoe", "emoji": "Palm Tree"})).await.contains("emoji"));
    stage.can("group", json!({"group": "frontdesk", "people": ["leo"]})).await;
    assert_eq!(
        stage.cannot("group", json!({"group": "nightshift", "people": []})).await,
        "there is no group nightshift"
    );
    stage.can("availability", json!({"member": "mem_zoe", "availability": "Away"})).await;
    assert_eq!(stage.sandbox.world(|world| world.dialnote.member("mem_zoe").unwrap().availability.clone()), "Away");
    assert!(stage.cannot("availability", json!({"member": "mem_zoe", "availability": "Gone"})).await.contains("Gone"));
}
