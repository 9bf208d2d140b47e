//! Contacts, teammates and names beside those of the fixed world.

use dialnote_sandbox::{Incoming, NewContact};
use serde_json::{Value, json};

use crate::stage::Stage;

impl Stage {
    /// Returns the control API's refusal.
    pub(crate) async fn cannot(&self, verb: &str, body: Value) -> String {
        let (status, answer) = self.control(verb, body).await;
        assert_eq!(status, 422, "{answer}");
        answer["error"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn can(&self, verb: &str, body: Value) -> Value {
        let (status, answer) = self.control(verb, body).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    async fn conversation(&self, id: &str) -> Value {
        let (status, answer) = self.dialnote("GET", &format!("/conversations/{id}"), Value::Null).await;
        assert_eq!(status, 200, "{answer}");
        answer["data"].clone()
    }
}

#[tokio::test]
async fn a_contact_has_one_open_conversation_and_exactly_this_name() {
    let stage = Stage::set().await;
    let strange = "Eve\u{202e}gnp\u{7}\n\n<!channel>";
    let contacts = json!([
        {"phone": "+1 (415) 555-0171", "first": strange, "last": "\u{200b}", "company": "Ac\u{202e}me"},
        {"phone": "+442079460018"},
    ]);
    assert_eq!(stage.can("contacts", contacts).await, json!({"conversations": ["conv_1015", "conv_1016"]}));
    let eve = stage.conversation("conv_1015").await;
    let contact = &eve["contact"];
    assert_eq!((&contact["firstName"], &contact["lastName"]), (&json!(strange), &json!("\u{200b}")));
    assert_eq!((&contact["company"], &contact["phoneNumber"]), (&json!("Ac\u{202e}me"), &json!("+14155550171")));
    assert_eq!((&eve["status"], &eve["assignedToId"]), (&json!("open"), &Value::Null));
    assert_eq!(eve["phoneNumber"]["name"], "Front desk");
    let nameless = stage.conversation("conv_1016").await["contact"].clone();
    assert_eq!((&nameless["firstName"], &nameless["company"]), (&Value::Null, &Value::Null));
    let twice = stage.cannot("contacts", json!([{"phone": "+14155550101"}])).await;
    assert_eq!(twice, "+14155550101 has the conversation conv_1001 already");
}

#[tokio::test]
async fn a_sender_needs_no_number() {
    let stage = Stage::set().await;
    for (nth, sender) in ["SUPPORT", "68849", "+14155550124;ext=22"].into_iter().enumerate() {
        let incoming = json!({"kind": "sms", "from": sender, "to": "+14155550100", "text": "Hello"});
        let conversation = stage.can("incoming", incoming).await["conversation"].clone();
        assert_eq!(conversation, format!("conv_{}", 1015 + nth));
        let found = stage.conversation(conversation.as_str().unwrap()).await;
        assert_eq!(found["contact"]["phoneNumber"], sender);
    }
    let again = NewContact { phone: "SUPPORT".to_owned(), ..NewContact::default() };
    assert!(stage.sandbox.world(|world| world.add_contact(again)).is_err());
    for nobody in ["", "+1415", "415 555 0101", "+14155550124;ext=", "a name that is too long", "SUP\u{7}ORT"] {
        let (from, to) = (nobody.to_owned(), "+14155550100".to_owned());
        let text = Some("Hello".to_owned());
        let incoming = Incoming { kind: "sms".to_owned(), from, to, text, who: None };
        assert!(stage.sandbox.incoming(incoming).await.is_err(), "{nobody:?}");
        assert!(stage.cannot("contacts", json!([{"phone": nobody}])).await.contains("is neither a number"));
    }
}

#[tokio::test]
async fn a_teammate_is_in_slack_and_in_dialnote_if_they_are_a_member() {
    let stage = Stage::set().await;
    let people = json!([
        {"handle": "zoe2", "name": "Zoe Rivers", "display": "Zoe", "email": "zoe2@acme.example", "member": true},
        {"handle": "kim", "name": "Kim Ode"},
    ]);
    assert_eq!(stage.can("people", people).await, json!({"users": ["U0ZOE2", "U0KIM"]}));
    let zoe = stage.granted("users.info", json!({"user": "U0ZOE2"})).await["user"].clone();
    let profile = &zoe["profile"];
    assert_eq!((&profile["display_name"], &profile["email"]), (&json!("Zoe"), &json!("zoe2@acme.example")));
    assert_eq!((&zoe["real_name"], &zoe["team_id"]), (&json!("Zoe Rivers"), &json!("T0ACME")));
    let members = stage.dialnote("GET", "/team/members", Value::Null).await.1["data"].clone();
    let ids: Vec<_> = members.as_array().unwrap().iter().map(|member| member["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["mem_maya", "mem_leo", "mem_zoe", "mem_zoe2"]);
    stage.sandbox.slash("zoe2", "billing", "/assign @kim conv_1001").await.unwrap();
    assert_eq!(stage.app.last().form()["text"], "<@U0KIM> conv_1001");
    assert_eq!(stage.cannot("people", json!([{"handle": "leo", "name": "Leo Two"}])).await, "there is a leo already");
    assert!(stage.cannot("people", json!([{"handle": "Leo Two", "name": "Leo Two"}])).await.contains("not a handle"));
}

#[tokio::test]
async fn a_display_name_is_what_it_is() {
    let stage = Stage::set().await;
    let strange = "Zoe\n\u{202e}Owner: Leo <!channel>";
    let changed = stage.can("profiles", json!([{"user": "zoe", "display": strange}])).await;
    assert_eq!(changed, json!({"users": ["U0ZOE"]}));
    let zoe = stage.granted("users.info", json!({"user": "U0ZOE"})).await["user"].clone();
    assert_eq!((&zoe["profile"]["display_name"], &zoe["real_name"]), (&json!(strange), &json!("Zoe Park")));
    let nobody = stage.cannot("profiles", json!([{"user": "kim", "display": "Kim"}])).await;
    assert!(nobody.starts_with("there is no kim"), "{nobody}");
}

#[tokio::test]
async fn the_list_shows_the_same_people_as_a_look_at_one() {
    let stage = Stage::set().await;
    stage.can("people", json!([{"handle": "kim", "name": "Kim Ode", "display": "K\u{200f}im"}])).await;
    for user in stage.granted("users.list", json!({})).await["members"].as_array().unwrap() {
        let alone = stage.granted("users.info", json!({"user": user["id"]})).await;
        assert_eq!(*user, alone["user"]);
    }
    stage.sandbox.world(|world| world.scopes.retain(|scope| scope != "users:read"));
    assert_eq!(stage.slack("users.list", json!({})).await["needed"], "users:read");
}

#[tokio::test]
async fn an_organization_is_asked_for_the_people_of_one_workspace() {
    let stage = Stage::set().await;
    stage.sandbox.world(|world| world.workspace.organization = Some(("E0ACME".to_owned(), "Acme".to_owned())));
    assert_eq!(stage.refused("users.list", json!({"limit": 2})).await, "missing_argument");
    let page = stage.granted("users.list", json!({"limit": 2, "team_id": "T0ACME"})).await;
    assert_eq!(page["members"][0]["enterprise_user"]["enterprise_id"], "E0ACME");
}

#[tokio::test]
async fn text_can_be_what_slack_sends() {
    let stage = Stage::set().await;
    let text = "/assign <@U0ZOE|zoe>conv_1001 a &lt;b&gt; <tel:+18005551234|call>";
    stage.can("slash", json!({"as": "maya", "channel": "front-desk", "text": text, "raw": true})).await;
    assert_eq!(stage.app.last().form()["text"], text.strip_prefix("/assign ").unwrap());
}

#[tokio::test]
async fn contacts_may_have_one_name() {
    let stage = Stage::set().await;
    let same = |phone: &str| json!({"phone": phone, "first": "Ana", "last": "Lima", "company": "Lima Dental"});
    stage.can("contacts", json!([same("+14155550171"), same("+14155550172")])).await;
    for id in ["conv_1015", "conv_1016"] {
        let contact = stage.conversation(id).await["contact"].clone();
        assert_eq!((&contact["firstName"], &contact["lastName"]), (&json!("Ana"), &json!("Lima")));
    }
}

#[tokio::test]
async fn people_can_be_all_that_people_are() {
    let stage = Stage::set().await;
    let people = json!([
        {"handle": "gus", "name": "Gus Guest", "guest": true, "channels": ["billing"]},
        {"handle": "dee", "name": "Dee Gone", "deactivated": true, "member": true},
        {"handle": "nil", "name": "Nil Nowhere", "tz": ""},
        {"handle": "kyo", "name": "Kyo Far", "tz": "Asia/Tokyo", "do_not_disturb_s": 600},
    ]);
    assert_eq!(stage.can("people", people).await["users"], json!(["U0GUS", "U0DEE", "U0NIL", "U0KYO"]));
    let look = async |id: &str| stage.granted("users.info", json!({ "user": id })).await["user"].clone();
    assert_eq!(look("U0GUS").await["is_restricted"], true);
    assert_eq!((&look("U0DEE").await["deleted"], &look("U0DEE").await["tz"]), (&json!(true), &Value::Null));
    let nil = look("U0NIL").await;
    assert_eq!((nil.get("tz"), nil.get("tz_offset"), &nil["deleted"]), (None, None, &json!(false)));
    assert_eq!(look("U0KYO").await["tz_offset"], 9 * 3600);
    let quiet = stage.granted("dnd.teamInfo", json!({"users": "U0KYO,U0NIL"})).await["users"].clone();
    let (now, until) = (1_772_470_800, &quiet["U0KYO"]["next_dnd_end_ts"]);
    assert_eq!((until, &quiet["U0NIL"]["dnd_enabled"]), (&json!(now + 600), &json!(false)));
    stage.sandbox.world(|world| {
        let is_in = |channel: &str, id: &str| world.channel(channel).unwrap().members.contains(id);
        assert!(is_in("billing", "U0GUS") && !is_in("front-desk", "U0GUS") && is_in("front-desk", "U0NIL"));
    });
    for (person, words) in [
        (json!({"handle": "x", "name": "X", "tz": "Mars/Base"}), "Mars/Base is no time zone"),
        (json!({"handle": "x", "name": "X", "channels": ["lounge"]}), "there is no channel lounge"),
    ] {
        assert_eq!(stage.cannot("people", json!([person])).await, words);
        assert!(stage.sandbox.world(|world| world.person("x").is_none()));
    }
}

#[tokio::test]
async fn people_change() {
    let stage = Stage::set().await;
    let look = async || stage.granted("users.info", json!({"user": "U0ZOE"})).await["user"].clone();
    let change = async |change: Value| stage.can("profiles", json!([change])).await;
    change(json!({"user": "zoe", "guest": true, "tz": ""})).await;
    let zoe = look().await;
    assert_eq!((&zoe["is_restricted"], zoe.get("tz")), (&json!(true), None));
    assert_eq!(zoe["profile"]["display_name"], "Zoe", "the rest is as it was");
    change(json!({"user": "@zoe", "guest": false, "deactivated": true})).await;
    assert_eq!(look().await["deleted"], true);
    change(json!({"user": "U0ZOE", "deactivated": false, "tz": "Europe/Berlin", "do_not_disturb_s": 60})).await;
    let zoe = look().await;
    assert_eq!(
        (&zoe["deleted"], &zoe["is_restricted"], &zoe["tz"]),
        (&json!(false), &json!(false), &json!("Europe/Berlin"))
    );
    change(json!({"user": "zoe", "do_not_disturb_s": 0})).await;
    let quiet = stage.granted("dnd.teamInfo", json!({"users": "U0ZOE"})).await;
    assert_eq!(quiet["users"]["U0ZOE"]["dnd_enabled"], false);
}

#[tokio::test]
async fn channels_can_be_private_shared_and_without_the_app() {
    let stage = Stage::set().await;
    let channels = json!([
        {"name": "night-shift", "private": true, "members": ["zoe"]},
        {"name": "partners", "shared": true, "app": false},
        {"name": "billing", "archived": true},
    ]);
    let ids = json!(["C0NIGHTSHIFT", "C0PARTNERS", "C0BILLING"]);
    assert_eq!(stage.can("channels", channels).await["channels"], ids);
    let look = async |id: &str| stage.granted("conversations.info", json!({ "channel": id })).await["channel"].clone();
    let night = look("C0NIGHTSHIFT").await;
    assert_eq!((&night["is_private"], &night["is_member"]), (&json!(true), &json!(true)));
    let partners = look("C0PARTNERS").await;
    assert_eq!((&partners["is_ext_shared"], &partners["is_member"]), (&json!(true), &json!(false)));
    assert_eq!(look("C0BILLING").await["is_archived"], true);
    stage.can("people", json!([{"handle": "pat", "name": "Pat Partner", "stranger": true}])).await;
    let pat = stage.granted("users.info", json!({"user": "U0PAT"})).await["user"].clone();
    assert_eq!((&pat["is_stranger"], &pat["team_id"]), (&json!(true), &json!("T0OTHER")));
    stage.sandbox.world(|world| {
        let members = |channel: &str| world.channel(channel).unwrap().members.clone();
        assert!(members("partners").contains("U0PAT") && !members("front-desk").contains("U0PAT"));
        assert!(members("night-shift").contains("U0ZOE") && !members("night-shift").contains("U0MAYA"));
    });
    stage.can("channels", json!([{"name": "night-shift", "private": false, "app": false}])).await;
    let night = look("C0NIGHTSHIFT").await;
    assert_eq!((&night["is_private"], &night["is_member"]), (&json!(false), &json!(false)));
    assert!(stage.sandbox.world(|world| world.channel("night-shift").unwrap().members.contains("U0ZOE")));
    assert!(stage.cannot("channels", json!([{"name": "Night Shift"}])).await.contains("not the name of a channel"));
    assert!(stage.cannot("channels", json!([{"name": "x", "members": ["kim"]}])).await.contains("there is no kim"));
}

#[tokio::test]
async fn a_conversation_can_be_deleted() {
    let stage = Stage::set().await;
    stage.can("contacts", json!([{"phone": "+14155550171"}])).await;
    let delete = |id: &str| json!({"conversation": id, "deleted": true});
    stage.can("dialnote", delete("conv_1015")).await;
    stage.can("dialnote", delete("conv_1001")).await;
    let gone = stage.dialnote("GET", "/conversations/conv_1001", Value::Null).await;
    assert_eq!((gone.0, &gone.1["error"]), (404, &json!("NOT_FOUND")));
    let calls = stage.dialnote("GET", "/call-logs?limit=100", Value::Null).await.1["data"].clone();
    assert!(calls.as_array().unwrap().iter().all(|call| call["conversationId"] != "conv_1001"));
    let next = stage.can("contacts", json!([{"phone": "+14155550172"}])).await;
    assert_eq!(next["conversations"], json!(["conv_1016"]), "an id is given once");
    assert!(stage.cannot("dialnote", delete("conv_1001")).await.contains("no such conversation"));
    let both = json!({"conversation": "conv_1002", "deleted": true, "note": "x"});
    assert!(stage.cannot("dialnote", both).await.contains("nothing else"));
    assert_eq!(stage.conversation("conv_1002").await["id"], "conv_1002");
}
