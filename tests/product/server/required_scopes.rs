//! The app works with the scopes that it requires, and uses none of the optional ones.

use dialnote_slack::platform::slack::scopes::OPTIONAL_SCOPES;
use insta::assert_snapshot;
use jiff::SignedDuration;

use crate::support::{ANA, Bot, By, FRONT_DESK, LEO, MAYA, Scopes, Setup, ZOE, handoff_to, product_with};

/// Runs a test in a workspace that grants no optional scope.
async fn modest(test: impl AsyncFnOnce(&mut Bot)) {
    // An installation by its page grants what the page asks for, so the keys are in the settings here.
    product_with(Setup { by: By::Settings, scopes: Scopes::Required, ..Setup::USUAL }, test).await;
}

#[tokio::test]
async fn commands_cards_and_direct_messages_need_no_optional_scope() {
    modest(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/assign @zoe +1 415 555 0101 wants a call back").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Ana Lima (+1 415 555 0101) to Zoe. Zoe has been notified and your note was added.");
        assert!(bot.card(ANA).await.contains("Owner: Zoe"));
        assert!(bot.line(ANA).await.starts_with("Maya assigned this to Zoe"));
        assert!(bot.dm(ZOE).await.contains("Maya assigned a conversation to you."));
        bot.slash(MAYA, "/dialnote undo").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "nobody open");
    })
    .await;
}

#[tokio::test]
async fn buttons_forms_lists_and_home_need_no_optional_scope() {
    modest(async |bot| {
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.read_all().await;
        bot.press(LEO, ANA, "hand_off").await;
        bot.submit(LEO, handoff_to(ZOE, "please call")).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        bot.slash(ZOE, "/inbox").await;
        assert!(bot.answer(ZOE).await.contains("Ana Lima"));
        bot.open_home(ZOE).await;
        assert!(bot.home(ZOE).await.contains("Ana Lima"));
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn routes_outside_changes_and_reports_need_no_optional_scope() {
    modest(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route *").await;
        bot.read_all().await;
        let called = bot.missed_call("+14155550199").await;
        bot.pass(SignedDuration::from_secs(61)).await;
        assert!(bot.card_in(FRONT_DESK, &called).await.contains("Unassigned"), "{}", bot.everything());
        bot.slash(MAYA, "/dialnote report").await;
        bot.settle().await;
        let report = bot.answer(MAYA).await;
        let why = "Only visible to you, because this channel hides numbers and messages or is shared with others.";
        assert!(report.starts_with("# Report · last 7 days") && report.ends_with(why), "{report}");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn the_doctor_says_what_each_optional_scope_would_add() {
    product_with(Setup { by: By::Settings, ..Setup::USUAL }, async |bot| {
        for scope in &OPTIONAL_SCOPES {
            let granted = bot.world(|world| world.scopes.clone());
            bot.world(|world| world.scopes.retain(|one| one != scope.name));
            let findings = bot.examine(&[]).await;
            let reason = scope.reason.trim_end_matches('.').replace('`', "");
            let expected = format!("warn permissions: optional ones are missing: {} ({reason})", scope.name);
            assert!(findings.contains(&expected), "{expected}: {findings:#?}");
            bot.world(|world| world.scopes = granted);
        }
        assert!(bot.examine(&[]).await.contains(&"ok   permissions: all granted".to_owned()));
    })
    .await;
}
