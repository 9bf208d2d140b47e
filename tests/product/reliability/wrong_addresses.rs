//! Wrong addresses of dialnote, and answers that could be mistaken for one (docs/contracts/dialnote.md, "Variants
//! the app must survive").

use dialnote_sandbox::{Entry, Kind};
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::database::On;
use crate::support::{Bot, MAYA, Setup, product, product_with};

async fn under(variants: &Value, story: impl AsyncFnOnce(&mut Bot)) {
    product_with(Setup { webhooks: true, on: On::File, ..Setup::USUAL }, async |bot| {
        play(bot, variants);
        bot.look().await;
        story(bot).await;
        bot.read_all().await;
    })
    .await;
}

/// Gives dialnote these variants from now on.
fn play(bot: &Bot, variants: &Value) {
    let patch = json!({ "dialnote": { "variants": variants } });
    bot.world(|world| world.faults = world.faults.merged(&patch).unwrap());
}

fn owner(bot: &Bot) -> Option<String> {
    bot.world(|world| world.dialnote.conversation("conv_1001").unwrap().assigned_to.clone())
}

async fn says(bot: &mut Bot, who: &str, text: &str) -> String {
    bot.slash(who, text).await;
    bot.settle().await;
    bot.answer(who).await
}

#[tokio::test]
async fn where_nothing_can_be_changed_the_setting_is_named() {
    for body in ["json", "html", "empty"] {
        under(&json!({ "addresses": "patch_nowhere", "not_found_body": body }), async |bot| {
            bot.slash(MAYA, "/assign @zoe Ana Lima wants a call back").await;
            bot.settle().await;
            if body == "json" {
                let said = bot.answer(MAYA).await;
                assert!(said.contains("DIALNOTE_ASSIGN_URL") && said.contains("wants a call back"), "{said}");
            } else {
                // A page in dialnote's place may disappear: the call is retried.
                play(bot, &json!({ "addresses": "one" }));
                bot.clock.advance(SignedDuration::from_mins(1));
                bot.settle().await;
                assert_eq!(owner(bot).as_deref(), Some("mem_zoe"), "{body}");
                bot.slash(MAYA, "/unassign Ana Lima").await;
                bot.settle().await;
                play(bot, &json!({ "addresses": "patch_nowhere" }));
            }
            let found = bot.examine(&[]).await;
            assert!(
                found.iter().any(|one| one.starts_with("fail") && one.contains("DIALNOTE_ASSIGN_URL")),
                "{found:#?}"
            );
            assert_eq!(owner(bot), None);
        })
        .await;
    }
}

#[tokio::test]
async fn a_wrong_address_is_named() {
    under(&json!({ "addresses": "split" }), async |bot| {
        let assign = bot.sandbox.credentials().dialnote_api;
        let reads = format!("{assign}/public");
        for (changed, named) in [
            ([("DIALNOTE_API_URL", assign.as_str()), ("DIALNOTE_ASSIGN_URL", assign.as_str())], "DIALNOTE_API_URL"),
            ([("DIALNOTE_API_URL", reads.as_str()), ("DIALNOTE_ASSIGN_URL", reads.as_str())], "DIALNOTE_ASSIGN_URL"),
        ] {
            let found = bot.examine(&changed).await;
            assert!(found.iter().any(|one| one.starts_with("fail") && one.contains(named)), "{named}: {found:#?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_wrong_read_address_is_named_in_the_reply() {
    product(async |bot| {
        let nowhere = json!({ "path": "/team/members", "status": 404, "error": "NOT_FOUND", "always": true });
        let patch = json!({ "dialnote.fail_next": [nowhere] });
        bot.world(|world| world.faults = world.faults.merged(&patch).unwrap());
        bot.expect_dead(1);
        let said = says(bot, MAYA, "/assign @zoe conv_1001 wants a call back").await;
        assert!(said.contains("DIALNOTE_API_URL") && said.contains("wants a call back"), "{said}");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_missing_conversation_is_told_apart_from_a_wrong_address() {
    for body in ["json", "html", "empty"] {
        under(&json!({ "addresses": "split", "not_found_body": body }), async |bot| {
            let said = says(bot, MAYA, "/assign @zoe conv_9999 wants a call back").await;
            assert!(said.contains("conv_9999") && said.contains("wants a call back"), "{body}: {said}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_status_that_dialnote_refuses_is_reported_with_a_way_out() {
    under(&json!({ "patch_status": "refused" }), async |bot| {
        let said = says(bot, MAYA, "/done Ana Lima").await;
        assert_snapshot!(said, @"dialnote refused the new status of Ana Lima: “Unrecognized key(s) in object: 'status'”. Change it in dialnote instead.");
        let api = found(bot, "dialnote API").await;
        assert_snapshot!(api, @"warn dialnote API: it accepts no change of status, so mark done, reopen and snooze in dialnote (statuses are written like “open”, members are assigned by “id”) (Unrecognized key(s) in object: 'status')");
    })
    .await;
    under(&json!({ "patch_status": "ignored" }), async |bot| {
        let said = says(bot, MAYA, "/done Ana Lima").await;
        assert_snapshot!(said, @"dialnote accepted the new status of Ana Lima but didn't change it. Change it in dialnote instead.");
        assert_snapshot!(found(bot, "dialnote API").await, @"warn dialnote API: it accepts a change of status but doesn't make it, so mark done, reopen and snooze in dialnote (statuses are written like “open”, members are assigned by “id”)");
        play(bot, &json!({ "patch_status": "works" }));
        says(bot, MAYA, "/done Ana Lima").await;
        assert_snapshot!(found(bot, "dialnote API").await, @"ok   dialnote API: statuses are written like “open”, and a change is accepted, members are assigned by “id”");
    })
    .await;
}

#[tokio::test]
async fn a_waiting_notice_names_the_wrong_address() {
    under(&json!({ "addresses": "patch_nowhere", "not_found_body": "html" }), async |bot| {
        bot.slash(MAYA, "/assign @zoe Ana Lima").await;
        bot.pass(SignedDuration::from_secs(5)).await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        There is no dialnote at the address in `DIALNOTE_ASSIGN_URL`. `/assign @Zoe Ana Lima` is saved and runs when dialnote is back.
          Ask the operator of this app to check the setting. You don't need to repeat the command.
        ");
        play(bot, &json!({ "addresses": "split" }));
        bot.pass(SignedDuration::from_mins(1)).await;
        assert_eq!(owner(bot).as_deref(), Some("mem_zoe"), "the setting was right after all");
    })
    .await;
}

#[tokio::test]
async fn the_doctor_names_changes_without_webhooks() {
    under(&json!({ "hook_event": "no_note" }), async |bot| {
        assert_snapshot!(found(bot, "webhooks").await, @"ok   webhooks: dialnote reports calls at once, and notes are found by polling");
        let nowhere = format!("{}/dialnote/api/nothing", bot.sandbox.credentials().sandbox);
        let webhooks = bot.examine(&[("DIALNOTE_HOOKS_URL", &nowhere)]).await;
        let webhooks = webhooks.into_iter().find(|finding| finding.contains("webhooks")).unwrap();
        assert_snapshot!(webhooks, @"warn webhooks: dialnote accepts no subscriptions at DIALNOTE_HOOKS_URL, so calls are found by polling; fix: check the address (documented: https://api.dialnote.com/api/hooks)");
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_revoked_between_commands_loses_nothing() {
    under(&json!({}), async |bot| {
        says(bot, MAYA, "/assign @zoe Ana Lima wants a call back").await;
        play(bot, &json!({ "key": "revoked" }));
        bot.slash(MAYA, "/unassign Ana Lima").await;
        bot.slash(MAYA, "/assign @leo Robert Hale").await;
        bot.pass(SignedDuration::from_secs(20)).await;
        play(bot, &json!({ "key": "full" }));
        bot.pass(SignedDuration::from_mins(1)).await;
        assert_eq!(owner(bot), None, "revoked for a moment: it is done when the key is good again");
        play(bot, &json!({ "key": "revoked" }));
        bot.slash(MAYA, "/assign @leo Ana Lima has a question").await;
        bot.pass(SignedDuration::from_mins(3)).await;
        bot.expect_dead(1);
        let said = bot.everything();
        assert!(
            said.contains("dialnote rejected this app's key.")
                && said.contains("> Your note (not saved): @… Ana Lima has a question"),
            "{said}"
        );
        assert_eq!(owner(bot), None);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_address_is_named_where_people_type() {
    under(&json!({ "addresses": "split" }), async |bot| {
        let assign = bot.sandbox.credentials().dialnote_api;
        let reads = format!("{assign}/public");
        for (changed, named) in [
            ([("DIALNOTE_ASSIGN_URL", reads.as_str())], "DIALNOTE_ASSIGN_URL"),
            ([("DIALNOTE_API_URL", assign.as_str())], "DIALNOTE_API_URL"),
        ] {
            bot.restart_with(&changed).await;
            let said = says(bot, MAYA, "/assign @zoe conv_1001 wants a call back").await;
            assert!(said.contains(named) && said.contains("wants a call back"), "{said}");
            assert!(!said.contains("deleted") && !said.contains("no longer"), "{said}");
            let doctor = says(bot, MAYA, "/dialnote doctor").await;
            assert!(
                doctor.contains(named) && !doctor.contains("dialnote key") && !doctor.contains("dialnote API"),
                "{doctor}"
            );
            assert_eq!(owner(bot), None);
        }
    })
    .await;
}

/// Writes a note whose answer is lost. More arrives than fits a page before the app checks for it. Returns the number
/// of such notes.
async fn notes_of_one_that_was_lost(bot: &mut Bot) -> usize {
    let lost = json!({ "method": "POST", "path": "/notes", "status": 503, "after_effect": true });
    bot.world(|world| world.faults = world.faults.merged(&json!({ "dialnote.fail_next": [lost] })).unwrap());
    bot.slash(MAYA, "/dialnote note conv_1001 asked for x-rays").await;
    bot.settle().await;
    bot.world(|world| {
        let at = world.now();
        let timeline = &mut world.dialnote.conversation_mut("conv_1001").unwrap().timeline;
        let (kind, direction) = (Kind::Sms, "inbound".to_owned());
        timeline.extend((0..120).map(|n| Entry {
            id: format!("later_{n}"),
            kind,
            direction: direction.clone(),
            text: n.to_string(),
            at,
        }));
    });
    bot.pass(SignedDuration::from_mins(1)).await;
    bot.world(|world| world.dialnote.conversation("conv_1001").unwrap().notes().len())
}

#[tokio::test]
async fn a_note_is_found_on_an_older_page() {
    for page in ["two_cursors", "meta_cursor"] {
        under(&json!({ "messages_page": page }), async |bot| {
            assert_eq!(notes_of_one_that_was_lost(bot).await, 1, "{page}");
        })
        .await;
    }
}

#[tokio::test]
async fn where_there_is_no_older_page_the_search_ends() {
    for (page, repeats) in [("none", false), ("two_cursors", true), ("meta_cursor", true)] {
        under(&json!({ "messages_page": page }), async |bot| {
            bot.world(|world| world.faults.dialnote.repeats_page = repeats);
            let notes = notes_of_one_that_was_lost(bot).await;
            assert!((1..=2).contains(&notes), "{page}: {notes}");
            bot.world(|world| world.faults.dialnote.repeats_page = false);
        })
        .await;
    }
}

/// Returns the doctor's finding about something.
async fn found(bot: &Bot, what: &str) -> String {
    bot.examine(&[]).await.into_iter().find(|finding| finding.contains(what)).unwrap_or_default()
}
