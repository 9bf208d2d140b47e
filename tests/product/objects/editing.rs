//! Owner, status and snooze are edited in the pane, under the same rules as everywhere.

use dialnote_sandbox::{EditObject, Member, Outcome};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::drawing::{link, open, pane};
use crate::support::{ANA, Bot, LEO, MAYA, ZOE, product};

async fn edit(bot: &Bot, who: &str, values: Value) -> Outcome {
    let values = values.as_object().unwrap().clone();
    bot.sandbox.edit_object(EditObject { who: who.to_owned(), values }).await.unwrap()
}

#[tokio::test]
async fn owner_and_status_are_changed_by_one_save() {
    product(async |bot| {
        let ts = link(bot, MAYA, ANA).await;
        open(bot, MAYA, &ts).await;
        pane(bot, MAYA).await;
        let until = bot.clock.now().as_second() + 86_400;
        edit(bot, MAYA, json!({ "assignee": "zoe", "status": "snoozed", "due_date": until })).await;
        let shown = pane(bot, MAYA).await;
        assert!(shown.contains("status: Snoozed") && shown.contains("assignee: U0ZOE"), "{shown}");
        assert_eq!(bot.dialnote(ANA), "mem_zoe snoozed");
        let told = bot.dm(ZOE).await;
        assert!(told.contains("Maya assigned"), "{told}");
        bot.read_all().await;
        edit(bot, MAYA, json!({ "status": "done" })).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe done");
        edit(bot, MAYA, json!({})).await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe done", "a save without a change changes nothing");
    })
    .await;
}

#[tokio::test]
async fn a_snooze_without_a_time_is_not_saved() {
    product(async |bot| {
        let ts = link(bot, MAYA, ANA).await;
        open(bot, MAYA, &ts).await;
        pane(bot, MAYA).await;
        let outcome = edit(bot, MAYA, json!({ "status": "snoozed" })).await;
        assert_eq!(
            outcome.field_errors.get("due_date").map(String::as_str),
            Some("Choose the time until which it is snoozed.")
        );
        assert_eq!(bot.dialnote(ANA), "nobody open");
    })
    .await;
}

#[tokio::test]
async fn a_refused_change_says_why_in_the_pane() {
    product(async |bot| {
        bot.slash(MAYA, "/dialnote settings").await;
        bot.submit(MAYA, json!({ "done": { "done": "admins" } })).await;
        bot.read_all().await;
        let ts = link(bot, MAYA, ANA).await;
        open(bot, LEO, &ts).await;
        pane(bot, LEO).await;
        edit(bot, LEO, json!({ "status": "done" })).await;
        bot.settle().await;
        let shown = bot.sandbox.pane(LEO).unwrap();
        assert_eq!(shown["save_error"]["custom_message"], "Only an admin can mark Ana Lima done. Ask an admin.");
        assert_snapshot!(bot.answer(LEO).await, @"Only an admin can mark Ana Lima done. Ask an admin.");
        assert_eq!(bot.dialnote(ANA), "nobody open");
    })
    .await;
}

#[tokio::test]
async fn a_save_that_is_delivered_twice_has_one_effect() {
    product(async |bot| {
        let ts = link(bot, MAYA, ANA).await;
        open(bot, MAYA, &ts).await;
        pane(bot, MAYA).await;
        bot.world(|world| world.faults.slack.deliver_twice = true);
        edit(bot, MAYA, json!({ "assignee": "leo" })).await;
        bot.read_all().await;
        assert_eq!((bot.dialnote(ANA).as_str(), bot.calls("PATCH")), ("mem_leo open", 1));
    })
    .await;
}

#[tokio::test]
async fn an_absent_owner_is_asked_about_first() {
    product(async |bot| {
        let ts = link(bot, MAYA, ANA).await;
        open(bot, MAYA, &ts).await;
        pane(bot, MAYA).await;
        bot.goes_on_vacation(ZOE, None).await;
        edit(bot, MAYA, json!({ "assignee": "zoe" })).await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Zoe is away (Vacationing). Ana Lima (+1 415 555 0101) isn't assigned to them yet.
        [Assign anyway] [Assign to…]
        ");
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.press_private(MAYA, "front-desk", "retry", 0).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
    })
    .await;
}

#[tokio::test]
async fn what_others_changed_since_is_not_overwritten() {
    product(async |bot| {
        let ts = link(bot, MAYA, ANA).await;
        open(bot, MAYA, &ts).await;
        pane(bot, MAYA).await;
        bot.slash(ZOE, "/assign me conv_1001").await;
        bot.read_all().await;
        edit(bot, MAYA, json!({ "status": "done" })).await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Nothing changed yet: Ana Lima (+1 415 555 0101) is assigned to Zoe now. Zoe changed it 1 s ago.
        [Mark done anyway] [Change…]
        ");
        assert_eq!(bot.dialnote(ANA), "mem_zoe open", "neither unassigned nor done");
        bot.sandbox.refresh_object(MAYA).await.unwrap();
        pane(bot, MAYA).await;
        edit(bot, MAYA, json!({ "status": "done" })).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe done", "only the field that was changed");
    })
    .await;
}

#[tokio::test]
async fn an_owner_without_a_slack_user_stays_when_another_field_is_changed() {
    product(async |bot| {
        bot.world(|world| {
            let zoe = world.dialnote.member("mem_zoe").unwrap().clone();
            let (id, name, email) = ("mem_nia".to_owned(), "Nia Webb".to_owned(), "nia@home.example".to_owned());
            world.dialnote.members.push(Member { id, name, email, ..zoe });
        });
        bot.in_dialnote(json!({ "conversation": ANA, "assignedToId": "mem_nia" })).await;
        bot.read_all().await;
        let ts = link(bot, MAYA, ANA).await;
        open(bot, MAYA, &ts).await;
        assert!(pane(bot, MAYA).await.contains("assignee: Nia"));
        edit(bot, MAYA, json!({ "status": "done" })).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_nia done");
    })
    .await;
}

#[tokio::test]
async fn a_time_that_changes_nothing_is_not_swallowed() {
    product(async |bot| {
        let ts = link(bot, MAYA, ANA).await;
        open(bot, MAYA, &ts).await;
        pane(bot, MAYA).await;
        let (past, future) = (bot.clock.now().as_second() - 86_400, bot.clock.now().as_second() + 86_400);
        let outcome = edit(bot, MAYA, json!({ "assignee": "zoe", "due_date": past })).await;
        let due = outcome.field_errors.get("due_date").map(String::as_str);
        assert_eq!(due, Some("That time has passed. Choose a later one."));
        let outcome = edit(bot, MAYA, json!({ "status": "done", "due_date": future })).await;
        let due = outcome.field_errors.get("due_date").map(String::as_str);
        assert_eq!(due, Some("To snooze it until then, set the status to Snoozed as well."));
        assert_eq!(bot.dialnote(ANA), "nobody open");
    })
    .await;
}

#[tokio::test]
async fn a_save_of_which_a_part_is_refused_is_no_success() {
    product(async |bot| {
        let ts = link(bot, MAYA, ANA).await;
        open(bot, MAYA, &ts).await;
        pane(bot, MAYA).await;
        edit(bot, MAYA, json!({ "assignee": "sam", "status": "done" })).await;
        bot.settle().await;
        let shown = bot.sandbox.pane(MAYA).unwrap();
        let why = shown["save_error"]["custom_message"].as_str().unwrap();
        assert_snapshot!(why, @"Sam isn't linked to dialnote: no dialnote member has their Slack email. Choose someone else, or ask an admin to link them with /dialnote link. /assign @Sam conv_1001 is kept for 24 hours and runs once Sam is linked.");
        assert_eq!(bot.dialnote(ANA), "nobody done");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_save_that_reopens_and_assigns_does_not_contradict_itself() {
    product(async |bot| {
        bot.slash(MAYA, "/done conv_1001").await;
        bot.read_all().await;
        let ts = link(bot, MAYA, ANA).await;
        open(bot, MAYA, &ts).await;
        pane(bot, MAYA).await;
        edit(bot, MAYA, json!({ "assignee": "zoe", "status": "open" })).await;
        bot.settle().await;
        assert_snapshot!(bot.answer(MAYA).await, @"Reopened Ana Lima (+1 415 555 0101).");
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Ana Lima (+1 415 555 0101) to Zoe. Zoe has been notified.");
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        bot.read_all().await;
    })
    .await;
}
