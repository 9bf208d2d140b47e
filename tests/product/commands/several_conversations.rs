//! Commands on several conversations, reported together.

use dialnote_sandbox::DialnoteFailure;
use insta::assert_snapshot;
use jiff::SignedDuration;

use crate::support::drawing::draw;
use crate::support::{ANA, Bot, LEO, MAYA, ZOE, product};

#[tokio::test]
async fn several_conversations_are_assigned_at_once() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001 conv_1004 both are urgent").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Assigned 2 conversations to Zoe. Zoe has been notified.
        Assigned Ana Lima (+1 415 555 0101) to Zoe. Your note was added.
        Assigned Robert Nguyen (+1 415 555 0104) to Zoe. Your note was added.
        ");
        assert_snapshot!(bot.dm(ZOE).await, @"
        Maya assigned 2 conversations to you.
        > Maya: both are urgent
        Ana Lima · +1 415 555 0101
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ---
        Robert Nguyen · +1 415 555 0104
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        bot.line(ANA).await;
        bot.line("conv_1004").await;
        bot.press_private(ZOE, "dm", "accept", 1).await;
        assert_snapshot!(bot.dm(ZOE).await, @"
        Maya assigned 2 conversations to you.
        > Maya: both are urgent
        Ana Lima · +1 415 555 0101
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ---
        Robert Nguyen · +1 415 555 0104
          :white_check_mark: You accepted this at 9:00 UTC
        ");
        bot.line("conv_1004").await;
        bot.dm(MAYA).await;
    })
    .await;
}

#[tokio::test]
async fn several_conversations_are_handed_off_at_once() {
    product(async |bot| {
        bot.slash(MAYA, "/assign me conv_1001 conv_1004").await;
        bot.read_all().await;
        bot.slash(MAYA, "/handoff all @leo I am off, all quiet").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Handed 2 conversations off to Leo. Leo has been notified and has until Nov 23, 17:30 UTC to accept.
        Handed Ana Lima (+1 415 555 0101) off to Leo. Your note was added.
        Handed Robert Nguyen (+1 415 555 0104) off to Leo. Your note was added.
        ");
        assert_snapshot!(bot.dm(LEO).await, @"
        Maya handed 2 conversations off to you.
        > Maya: I am off, all quiet
        Ana Lima · +1 415 555 0101
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ---
        Robert Nguyen · +1 415 555 0104
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        bot.read_all().await;
        bot.slash(MAYA, "/handoff all @leo I am off").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        You own no open conversations.
        > Your note (not saved): I am off
        ");
    })
    .await;
}

/// Returns the number of reminders in each of Zoe's messages that has any.
fn reminders(bot: &Bot) -> Vec<usize> {
    bot.world(|world| {
        let told = world.seen_by(ZOE, "dm").into_iter().map(|m| draw(m).matches("Reminder: Maya handed").count());
        told.filter(|reminders| *reminders > 0).collect()
    })
}

#[tokio::test]
async fn close_notifications_without_a_waiting_sender_are_joined() {
    product(async |bot| {
        bot.world(|world| world.person_mut(ZOE).unwrap().tz = "Europe/London".into());
        for (seconds, conversation) in [(0, "conv_1001"), (2, "conv_1004"), (9, "conv_1005")] {
            bot.clock.advance(SignedDuration::from_secs(seconds));
            bot.slash(MAYA, &format!("/handoff @zoe {conversation} call back")).await;
            bot.read_all().await;
        }
        bot.clock.advance(SignedDuration::from_mins(15) - SignedDuration::from_secs(11));
        bot.pass(SignedDuration::from_secs(15)).await;
        assert_eq!(reminders(bot), [2, 1], "one message, and a later one");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn long_notes_stand_in_messages_of_their_own() {
    product(async |bot| {
        let note = "word ".repeat(380);
        let all = ["conv_1001", "conv_1004", "conv_1005", "conv_1002", "conv_1003"];
        for conversation in all {
            bot.slash(MAYA, &format!("/assign @zoe {conversation} {note}")).await;
            bot.settle().await;
        }
        let told = bot.world(|world| {
            world.seen_by(ZOE, "dm").iter().map(|m| draw(m).matches("assigned").count()).collect::<Vec<_>>()
        });
        assert_eq!(told, [1; 5], "each command alerts");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_note_refused_for_one_of_several_is_reported_and_repeated() {
    product(async |bot| {
        bot.world(|world| {
            let (path, error) = ("conv_1001/notes".into(), "Notes are switched off.".into());
            let failure = DialnoteFailure { path, status: 422, error, times: 1, ..DialnoteFailure::default() };
            world.faults.dialnote.fail_next.push(failure);
        });
        bot.slash(MAYA, "/assign @zoe conv_1001 conv_1004 both are urgent").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Assigned 2 conversations to Zoe. Zoe has been notified.
        Assigned Ana Lima (+1 415 555 0101) to Zoe.
        Assigned Robert Nguyen (+1 415 555 0104) to Zoe. Your note was added.
        :x: No note on Ana Lima: dialnote refused this: “Notes are switched off”
        > Your note (not saved): both are urgent
        ");
        bot.read_all().await;
        assert_eq!(bot.notes(ANA).len(), 0);
    })
    .await;
}
