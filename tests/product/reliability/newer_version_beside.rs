//! Documents that only a later version can read are not overwritten or replaced by defaults: the work waits.

use dialnote_slack::core::ids::InstallationId;
use dialnote_slack::platform::db::Document;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{ANA, Bot, FRONT_DESK, LEO, MAYA, ZOE, product};

/// Stores a document as a later version. Returns the one before.
async fn keep(bot: &Bot, kind: &str, id: &str, body: &str) -> Option<Document> {
    let (team, at) = (InstallationId::new(bot.team()), bot.clock.now());
    let before = bot.work.store.document(&team, kind, id).await.unwrap();
    let due = before.as_ref().and_then(|before| before.due);
    let document = Document { kind: kind.into(), id: id.into(), at, due, body: body.into() };
    bot.work.store.keep(&team, document).await.unwrap();
    before
}

#[tokio::test]
async fn unreadable_rules_allow_nothing() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        keep(bot, "rules", "", r#"{"reassign":"owner_and_her_team"}"#).await;
        bot.slash(LEO, "/assign @leo conv_1001").await;
        bot.pass(SignedDuration::from_secs(30)).await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open", "the command waits");
        bot.slash(MAYA, "/dialnote settings").await;
        assert_eq!(bot.form(MAYA), None);
        bot.read_all().await;
        assert!(
            bot.everything().contains("Nothing changed: the settings can't be read right now. Try again in a minute.")
        );

        keep(bot, "rules", "", r#"{"reassign":"admins"}"#).await;
        bot.pass(SignedDuration::from_secs(60)).await;
        bot.read_all().await;
        assert!(
            bot.everything().contains("Only an admin can reassign Ana Lima. Ask an admin."),
            "decided by the rules of now"
        );
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn an_unreadable_channel_setting_or_preference_is_not_a_default() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        bot.open_home(ZOE).await;
        bot.home(ZOE).await;
        let front_desk = bot.world(|world| world.channel(FRONT_DESK).unwrap().id.clone());
        keep(bot, "channel", &front_desk, r#"{"masked":"names"}"#).await;
        keep(bot, "wishes", "U0ZOE", r#"{"off":["everything"]}"#).await;
        let before = bot.posts(FRONT_DESK);
        bot.slash(MAYA, "/dialnote settings").await;
        bot.answer(MAYA).await;
        assert_eq!(bot.form(MAYA), None);
        bot.press_in(ZOE, "home", "wishes", "").await;
        assert!(bot.dm(ZOE).await.contains("Nothing changed: the settings can't be read right now."));
        bot.slash(MAYA, "/done conv_1004").await;
        bot.pass(SignedDuration::from_secs(30)).await;
        assert_eq!(bot.posts(FRONT_DESK), before, "no card shows more than it may");

        keep(bot, "channel", &front_desk, r#"{"masked":true}"#).await;
        keep(bot, "wishes", "U0ZOE", r#"{"off":[]}"#).await;
        bot.pass(SignedDuration::from_secs(60)).await;
        bot.read_all().await;
        assert!(bot.posts(FRONT_DESK).len() > before.len());
    })
    .await;
}

#[tokio::test]
async fn an_unreadable_link_or_handoff_is_not_a_default() {
    product(async |bot| {
        bot.slash(MAYA, "/handoff @zoe conv_1001 please").await;
        bot.read_all().await;
        let handover = keep(bot, "handover", ANA, r#"{"giver":{"team":"S1"}}"#).await.unwrap().body;
        bot.slash(ZOE, "/dialnote accept conv_1001").await;
        bot.pass(SignedDuration::from_secs(10)).await;
        keep(bot, "handover", ANA, &handover).await;
        bot.pass(SignedDuration::from_secs(30)).await;
        assert!(bot.everything().contains("Zoe"), "{}", bot.everything());
        bot.read_all().await;

        keep(bot, "link", "U0SAM", &json!({ "group": "S1" }).to_string()).await;
        bot.slash(ZOE, "/done conv_1001").await;
        bot.pass(SignedDuration::from_secs(30)).await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        let link = json!({
            "user": "U0SAM", "member": "mem_zoe", "name": "Zoe Park", "by": "U0MAYA", "at": "2026-11-23T09:00:00Z",
        });
        keep(bot, "link", "U0SAM", &link.to_string()).await;
        bot.pass(SignedDuration::from_secs(60)).await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open", "Zoe is not who she was");
        bot.read_all().await;
    })
    .await;
}
