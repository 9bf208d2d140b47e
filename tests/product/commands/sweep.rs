//! Everything that a person owns, reassigned at once.

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{Bot, FRONT_DESK, LEO, MAYA, ZOE, product};

/// The conversations that Zoe owns: two open ones and a snoozed one.
const ZOES: [&str; 3] = ["conv_1006", "conv_1013", "conv_1008"];

/// Shows Zoe's conversations to a person.
async fn list(bot: &mut Bot, who: &str) -> String {
    bot.slash(who, "/inbox @zoe").await;
    bot.answer(who).await
}

fn owners(bot: &Bot) -> [String; 3] {
    ZOES.map(|id| bot.dialnote(id))
}

async fn only_admins_reassign(bot: &mut Bot) {
    bot.slash(MAYA, "/dialnote settings").await;
    bot.submit(MAYA, json!({ "reassign": { "reassign": "admins" } })).await;
    bot.read_all().await;
}

#[tokio::test]
async fn all_are_assigned_in_one_act_with_one_undo() {
    product(async |bot| {
        bot.look().await;
        assert!(
            list(bot, LEO)
                .await
                .starts_with("Conversations of Zoe · 3 [Filter ▾]\n[Assign all to…] [Unassign all]")
        );
        bot.press_private(LEO, FRONT_DESK, "assign_all", 0).await;
        assert_snapshot!(bot.window(LEO).await, @"
        [[Assign]]
        3 open or snoozed conversations of Zoe
        New owner*: [Search teammates ▾]
        Note: [___]
        ");
        bot.submit(LEO, json!({ "to": { "to": MAYA }, "note": { "note": "Zoe is ill" } })).await;
        assert_snapshot!(bot.answer(LEO).await, @"
        Assigned 3 conversations to Maya. Maya and Zoe have been notified.
        Reassigned Grace Kim (+1 415 555 0106) from Zoe to Maya. Your note was added.
        Reassigned Nora Quinn (+1 415 555 0113) from Zoe to Maya. Your note was added.
        Reassigned Priya Shah (+1 415 555 0108) from Zoe to Maya. Your note was added. Priya Shah is snoozed. [Unsnooze]
        ---
        Conversations of Zoe · none [Filter ▾]
        [Find…]
        ");
        assert_eq!(owners(bot), ["mem_maya open", "mem_maya open", "mem_maya snoozed"]);
        assert_snapshot!(bot.dm(ZOE).await, @"Leo reassigned 3 of your conversations to Maya: Grace Kim, Nora Quinn and Priya Shah. You're no longer the owner.");
        assert_snapshot!(bot.dm(MAYA).await, @"
        Leo assigned 3 conversations to you.
        > Leo: Zoe is ill
        Grace Kim · +1 415 555 0106
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ---
        Nora Quinn · +1 415 555 0113
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ---
        Priya Shah · +1 415 555 0108
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        bot.read_all().await;
        bot.press_private(LEO, FRONT_DESK, "undo", 0).await;
        bot.settle().await;
        assert_eq!(owners(bot), ["mem_zoe open", "mem_zoe open", "mem_zoe snoozed"]);
        assert_snapshot!(bot.dm(ZOE).await, @"
        Leo undid a change. You own 3 conversations again:
        Grace Kim · +1 415 555 0106
        Nora Quinn · +1 415 555 0113
        Priya Shah · +1 415 555 0108
        ");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn all_are_unassigned_after_a_question_that_says_how_many() {
    product(async |bot| {
        bot.look().await;
        list(bot, MAYA).await;
        let asked = bot.last_private(MAYA).blocks.iter().find(|block| block["block_id"] == "sweep").cloned().unwrap();
        let asked = &asked["elements"][1];
        assert_eq!(
            asked["confirm"]["text"]["text"],
            "Zoe owns 3 open or snoozed conversations. No one will own them until someone takes them."
        );
        assert_eq!(asked["confirm"]["confirm"]["text"], "Unassign 3");
        assert_eq!(asked["accessibility_label"], "Unassign all: Zoe");
        bot.press_private(MAYA, FRONT_DESK, "requeue", 0).await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Unassigned 3 conversations. Zoe has been notified.
        Unassigned Grace Kim (+1 415 555 0106).
        Unassigned Nora Quinn (+1 415 555 0113).
        Unassigned Priya Shah (+1 415 555 0108).
        ---
        Conversations of Zoe · none [Filter ▾]
        [Find…]
        ");
        assert_eq!(owners(bot), ["nobody open", "nobody open", "nobody snoozed"]);
        assert_snapshot!(bot.dm(ZOE).await, @"Maya unassigned 3 of your conversations: Grace Kim, Nora Quinn and Priya Shah. You're no longer the owner.");
        bot.slash(MAYA, "/dialnote undo").await;
        bot.read_all().await;
        assert_eq!(owners(bot), ["mem_zoe open", "mem_zoe open", "mem_zoe snoozed"]);
    })
    .await;
}

#[tokio::test]
async fn only_people_who_may_reassign_are_offered_it() {
    product(async |bot| {
        bot.look().await;
        list(bot, LEO).await;
        let before = bot.last_private(LEO);
        only_admins_reassign(bot).await;
        let shown = list(bot, LEO).await;
        assert!(!shown.contains("Assign all") && !shown.contains("Unassign all"), "{shown}");
        assert!(list(bot, MAYA).await.contains("[Assign all to…] [Unassign all]"));
        // A form from a list before the rule.
        bot.press_on(LEO, &before, "assign_all").await;
        bot.submit(LEO, json!({ "to": { "to": LEO } })).await;
        let answer = bot.answer(LEO).await;
        assert!(answer.starts_with("Only an admin can reassign an owned conversation. Ask an admin."), "{answer}");
        assert!(!answer.contains("Assign all"), "{answer}");
        assert_eq!(owners(bot), ["mem_zoe open", "mem_zoe open", "mem_zoe snoozed"]);
        assert!(!list(bot, ZOE).await.contains("Assign all"), "no one sweeps their own list");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_conversation_that_changes_hands_meanwhile_is_left_alone() {
    product(async |bot| {
        bot.look().await;
        list(bot, MAYA).await;
        // Leo's command is ahead of the sweep in the queue of its conversation.
        bot.slash(LEO, "/assign me conv_1006").await;
        bot.press_private(MAYA, FRONT_DESK, "requeue", 0).await;
        let answer = bot.answer(MAYA).await;
        assert_eq!(bot.dialnote("conv_1006"), "mem_leo open", "{answer}");
        assert_eq!(owners(bot)[1..], ["nobody open", "nobody snoozed"], "{answer}");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_second_press_finds_nothing_left() {
    product(async |bot| {
        bot.look().await;
        list(bot, MAYA).await;
        // Both presses come before the list is drawn again.
        bot.press_private(MAYA, FRONT_DESK, "requeue", 0).await;
        bot.press_private(MAYA, FRONT_DESK, "requeue", 0).await;
        bot.settle().await;
        assert_eq!(owners(bot), ["nobody open", "nobody open", "nobody snoozed"]);
        let lost = bot.world(|world| world.seen_by(ZOE, "dm").len());
        assert_eq!(lost, 1, "{}", bot.everything());
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_sweep_waits_for_dialnote_and_is_carried_out_once() {
    product(async |bot| {
        bot.look().await;
        list(bot, MAYA).await;
        bot.world(|world| world.faults.dialnote.down = true);
        bot.press_private(MAYA, FRONT_DESK, "requeue", 0).await;
        bot.pass(SignedDuration::from_secs(10)).await;
        assert!(bot.was_told_to_wait(MAYA));
        bot.restart().await;
        bot.world(|world| world.faults.dialnote.down = false);
        bot.pass(SignedDuration::from_mins(3)).await;
        bot.read_all().await;
        assert_eq!(owners(bot), ["nobody open", "nobody open", "nobody snoozed"]);
    })
    .await;
}
