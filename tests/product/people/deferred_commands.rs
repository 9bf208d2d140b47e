//! Commands blocked by a missing link run once the link exists.

use dialnote_sandbox::{DialnoteFailure, Hang, Service};
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::people::linking_by_hand::{address, invite, sam_is_in_dialnote};
use crate::support::{ANA, LEO, MAYA, SAM, product};

#[tokio::test]
async fn a_command_for_an_unlinked_person_runs_once_they_are_linked() {
    product(async |bot| {
        sam_is_in_dialnote(bot);
        bot.slash(LEO, "/handoff @sam conv_1001 wants a call back").await;
        assert_snapshot!(bot.answer(LEO).await, @"
        Sam isn't linked to dialnote: no dialnote member has their Slack email. Choose someone else, or ask an admin to link them with `/dialnote link`.
          `/handoff @Sam conv_1001` is kept for 24 hours and runs once Sam is linked.
        > Your note: wants a call back
        ");
        bot.slash(MAYA, "/dialnote link @sam samuel@home.example").await;
        bot.answer(MAYA).await;
        assert_snapshot!(bot.dm(LEO).await, @"
          This command was kept until the link to dialnote was made:
        :white_check_mark: Handed Ana Lima (+1 415 555 0101) off to Sam. Sam has been notified and has until Nov 23, 17:30 UTC to accept. Your note was added.
        ");
        assert_snapshot!(bot.dm(SAM).await, @"Maya linked you to Samuel Ortiz in dialnote. You can use `/dialnote` now.");
        assert_snapshot!(bot.dm(SAM).await, @"
        Leo handed a conversation off to you.
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        > Leo: wants a call back
          :hourglass_flowing_sand: Accept by 17:15 UTC, or you get a reminder. At 17:30 UTC it returns to Leo.
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_sam open");
        assert!(bot.notes(ANA).concat().contains("wants a call back"));
    })
    .await;
}

#[tokio::test]
async fn a_deferred_command_reports_even_a_result_without_change() {
    product(async |bot| {
        sam_is_in_dialnote(bot);
        bot.slash(SAM, "/dialnote take conv_1001").await;
        bot.answer(SAM).await;
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote link @sam mem_sam").await;
        bot.answer(MAYA).await;
        bot.dm(SAM).await;
        assert_snapshot!(bot.dm(SAM).await, @"
          This command was kept until the link to dialnote was made:
        Leo took Ana Lima 1 s ago.
        [Take over…]
        ");
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
    })
    .await;
}

#[tokio::test]
async fn a_deferred_command_does_not_repeat_a_manual_change() {
    product(async |bot| {
        sam_is_in_dialnote(bot);
        for text in ["/assign @sam conv_1001", "/dialnote note conv_1002 rings in the evening"] {
            bot.slash(if text.contains("note") { SAM } else { MAYA }, text).await;
        }
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_mins(1));
        bot.slash(MAYA, "/assign @leo conv_1001").await;
        bot.read_all().await;
        // Sam is found by the address; Slack's event arrives later.
        address(bot, SAM, "samuel@home.example");
        bot.slash(SAM, "/dialnote note conv_1002 rings in the evening").await;
        bot.read_all().await;
        assert_eq!(bot.notes("conv_1002").len(), 1);
        bot.sandbox.event(json!({ "type": "user_change", "user": SAM })).await.unwrap();
        bot.settle().await;
        assert_eq!((bot.dialnote(ANA), bot.notes("conv_1002").len()), ("mem_leo open".to_owned(), 1));
    })
    .await;
}

#[tokio::test]
async fn of_several_requests_about_a_conversation_the_last_one_counts_for_a_day() {
    product(async |bot| {
        sam_is_in_dialnote(bot);
        bot.slash(SAM, "/dialnote take conv_1001").await;
        bot.slash(SAM, "/done conv_1001 sent the invoice").await;
        bot.slash(SAM, "/dialnote take conv_1002").await;
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_hours(13));
        bot.slash(SAM, "/dialnote take conv_1004").await;
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_hours(12));
        bot.slash(MAYA, "/dialnote link @sam mem_sam").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "nobody open", "that was too long ago");
        assert_eq!(bot.dialnote("conv_1002"), "nobody open", "that too");
        assert_eq!(bot.dialnote("conv_1004"), "mem_sam open");
        bot.slash(MAYA, "/dialnote link @sam off").await;
        bot.slash(SAM, "/dialnote take conv_1001").await;
        bot.slash(SAM, "/done conv_1001 sent the invoice").await;
        bot.slash(MAYA, "/dialnote link @sam mem_sam").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "nobody done", "done, and not taken before");
        assert_eq!(bot.notes(ANA).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_click_is_deferred_like_a_command() {
    product(async |bot| {
        sam_is_in_dialnote(bot);
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.slash(LEO, "/unassign conv_1001").await;
        bot.read_all().await;
        bot.choose(LEO, ANA, SAM).await;
        assert!(bot.answer(LEO).await.contains(" is kept for 24 hours and runs once Sam is linked."));
        bot.press(SAM, ANA, "done").await;
        assert!(bot.answer(SAM).await.contains(" is kept for 24 hours and runs once you're linked."));
        bot.slash(MAYA, "/dialnote link @sam mem_sam").await;
        bot.answer(MAYA).await;
        assert_snapshot!(bot.dm(LEO).await, @"
          This command was kept until the link to dialnote was made:
        :white_check_mark: Assigned Ana Lima (+1 415 555 0101) to Sam. Sam has been notified.
        ");
        bot.read_all().await;
        // Sam pressed it on a card that showed nobody.
        let asked = bot.everything();
        assert!(asked.contains("Nothing changed yet: Ana Lima (+1 415 555 0101) is assigned to Sam now."), "{asked}");
        assert_eq!(bot.dialnote(ANA), "mem_sam open");
        bot.press_private(SAM, "dm", "retry", 0).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_sam done");
    })
    .await;
}

#[tokio::test]
async fn a_deferred_command_runs_once_despite_a_crash() {
    product(async |bot| {
        sam_is_in_dialnote(bot);
        bot.slash(SAM, "/dialnote note conv_1001 rings in the evening").await;
        bot.answer(SAM).await;
        bot.slash(MAYA, "/dialnote link @sam mem_sam").await;
        bot.dies_during(Hang {
            service: Service::Dialnote,
            method: "POST".into(),
            path: String::new(),
            after_effect: true,
        })
        .await;
        bot.slash(MAYA, "/dialnote link @sam mem_sam").await;
        bot.read_all().await;
        assert_eq!(bot.notes(ANA).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn several_at_once_wait_together() {
    product(async |bot| {
        sam_is_in_dialnote(bot);
        bot.slash(LEO, "/assign @sam conv_1001 conv_1002").await;
        assert_snapshot!(bot.answer(LEO).await, @"
        None of 2 conversations changed:
        :x: Ana Lima: Sam isn't linked to dialnote: no dialnote member has their Slack email. Choose someone else, or ask an admin to link them with /dialnote link.
        :x: Robert Hale: Sam isn't linked to dialnote: no dialnote member has their Slack email. Choose someone else, or ask an admin to link them with /dialnote link.
        Commands that need a link are kept for 24 hours (10 at most) and run once the person is linked.
        ");
        bot.slash(MAYA, "/dialnote link @sam mem_sam").await;
        bot.read_all().await;
        assert_eq!(bot.owners_set(), ["mem_sam", "mem_sam"]);
    })
    .await;
}

#[tokio::test]
async fn a_member_invited_with_the_right_address_runs_deferred_commands() {
    product(async |bot| {
        bot.slash(SAM, "/dialnote take conv_1001").await;
        bot.answer(SAM).await;
        bot.look().await;
        invite(bot, "mem_sam", "Sam Ortiz", "sam@acme.example");
        bot.clock.advance(SignedDuration::from_mins(11));
        bot.look().await;
        assert_snapshot!(bot.dm(SAM).await, @"
          This command was kept until the link to dialnote was made:
        :white_check_mark: You took Ana Lima (+1 415 555 0101).
        ");
        assert_eq!(bot.dialnote(ANA), "mem_sam open");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_deferred_command_that_waits_says_that_it_is_an_earlier_one() {
    product(async |bot| {
        sam_is_in_dialnote(bot);
        bot.slash(LEO, "/assign @sam conv_1001").await;
        bot.answer(LEO).await;
        let (method, path) = ("PATCH".to_owned(), "conversations/conv_1001".to_owned());
        let down = DialnoteFailure { method, path, status: 503, always: true, ..DialnoteFailure::default() };
        bot.world(|world| world.faults.dialnote.fail_next.push(down));
        bot.slash(MAYA, "/dialnote link @sam mem_sam").await;
        bot.answer(MAYA).await;
        bot.pass(SignedDuration::from_secs(10)).await;
        assert_snapshot!(bot.dm(LEO).await, @"
          This command was kept until the link to dialnote was made:
        :hourglass_flowing_sand: dialnote isn't responding. `/assign @Sam conv_1001` is saved and runs when dialnote is back.
          The result follows here. You don't need to repeat the command.
        ");
        bot.world(|world| world.faults.dialnote.fail_next.clear());
        bot.pass(SignedDuration::from_mins(5)).await;
        assert_eq!(bot.dialnote(ANA), "mem_sam open");
        bot.read_all().await;
    })
    .await;
}
