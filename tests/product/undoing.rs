//! Taking back what one did last, unless somebody did something since.

use std::fmt::Write;

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{ANA, LEO, MAYA, ZOE, product};

#[tokio::test]
async fn an_assignment_is_taken_back() {
    product(async |bot| {
        bot.slash(LEO, "/assign me conv_1001").await;
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote undo").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Undone: Ana Lima is assigned to Leo again. Both have been notified.");
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        assert_snapshot!(bot.line(ANA).await, @"Maya took that back: Leo owns this again.");
        assert_snapshot!(bot.dm(LEO).await, @"
        Maya gave +1 415 555 0101 (Ana Lima) to Zoe; it is not yours any more.
        ---
        Maya assigned +1 415 555 0101 (Ana Lima) to you.
          :telephone_receiver: Missed call · 2026-11-23 08:56 UTC
        [Accept] [Give back] [Done] [Open in dialnote ↗]
        ");
        assert_snapshot!(bot.dm(ZOE).await, @"
        Maya assigned +1 415 555 0101 (Ana Lima) to you.
          :telephone_receiver: Missed call · 2026-11-23 08:56 UTC
          Reassigned to Leo by Maya, 2026-11-23 09:00 UTC
        [Open in dialnote ↗]
        ---
        Maya gave +1 415 555 0101 (Ana Lima) to Leo; it is not yours any more.
        ");
    })
    .await;
}

#[tokio::test]
async fn done_and_snoozed_are_taken_back() {
    product(async |bot| {
        bot.slash(MAYA, "/done conv_1001").await;
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote undo Ana Lima").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Undone: Ana Lima is open again.");
        assert_snapshot!(bot.line(ANA).await, @"Maya took that back: this is open again.");
        bot.slash(MAYA, "/snooze conv_1001 2h").await;
        bot.slash(MAYA, "/snooze conv_1001 5h").await;
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote undo").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Undone: Ana Lima is snoozed again.");
        assert_snapshot!(bot.line(ANA).await, @"Maya took that back: this is snoozed again.");
        let until = bot.world(|world| world.dialnote.conversation(ANA).unwrap().snoozed_until);
        assert_eq!(until, Some(bot.clock.now() + SignedDuration::from_hours(2)));
    })
    .await;
}

#[tokio::test]
async fn what_has_changed_since_stays() {
    product(async |bot| {
        let mut talk = String::new();
        bot.slash(MAYA, "/dialnote undo").await;
        writeln!(talk, "{}", bot.answer(MAYA).await).unwrap();

        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.slash(LEO, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote undo").await;
        writeln!(talk, "{}", bot.answer(MAYA).await).unwrap();

        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        bot.world(|world| world.dialnote.conversation_mut(ANA).unwrap().assigned_to = None);
        bot.slash(MAYA, "/dialnote undo").await;
        writeln!(talk, "{}", bot.answer(MAYA).await).unwrap();

        bot.slash(MAYA, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.pass(SignedDuration::from_mins(11)).await;
        bot.slash(MAYA, "/dialnote undo").await;
        writeln!(talk, "{}", bot.answer(MAYA).await).unwrap();
        assert_snapshot!(talk, @"
        There is nothing of yours to take back.
        Leo did something to +1 415 555 0101 (Ana Lima) after you, so nothing was taken back.
        +1 415 555 0101 (Ana Lima) has changed in dialnote since, so nothing was taken back.
        What you did to +1 415 555 0101 (Ana Lima) was more than ten minutes ago, so nothing was taken back.
        ");
        assert_eq!(bot.dialnote(ANA), "mem_maya open");
    })
    .await;
}

#[tokio::test]
async fn what_would_be_back_by_now_is_open_again() {
    product(async |bot| {
        bot.slash(MAYA, "/snooze conv_1001 3m").await;
        bot.settle().await;
        bot.slash(MAYA, "/done conv_1001").await;
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_mins(4));
        bot.slash(MAYA, "/dialnote undo").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Undone: Ana Lima is open again.");
        assert_snapshot!(bot.line(ANA).await, @"Maya took that back: this is open again.");
        assert_eq!(bot.dialnote(ANA), "nobody open");
    })
    .await;
}

#[tokio::test]
async fn what_was_taken_back_was_not_done_by_anybody() {
    product(async |bot| {
        bot.slash(LEO, "/done conv_1001").await;
        bot.settle().await;
        bot.slash(LEO, "/dialnote undo").await;
        bot.read_all().await;
        bot.sandbox.change_in_dialnote(&json!({ "conversation": ANA, "status": "done" })).unwrap();
        bot.slash(MAYA, "/done conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"+1 415 555 0101 (Ana Lima) is already done.");
    })
    .await;
}
