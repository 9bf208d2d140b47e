//! Snoozing and unsnoozing, notes and histories.

use std::fmt::Write;

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{ANA, LEO, MAYA, ZOE, product};

#[tokio::test]
async fn snoozed_until_tomorrow_and_unsnoozed_by_a_teammate() {
    product(async |bot| {
        bot.slash(MAYA, "/snooze Ana Lima tomorrow 9am").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Snoozed Ana Lima (+1 415 555 0101) until Nov 24, 17:00 UTC.");
        assert_eq!(bot.dialnote(ANA), "nobody snoozed");
        assert_snapshot!(bot.line(ANA).await, @"Maya snoozed this until Nov 24, 17:00 UTC.");
        assert_snapshot!(bot.card(ANA).await, @"
          :zzz: Snoozed until Nov 24, 17:00 UTC · unassigned
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        [Unsnooze] [Done] [⋯ Assign to… · Add note… · History · Open in dialnote]
        ");

        bot.press(LEO, ANA, "wake").await;
        assert_snapshot!(bot.line(ANA).await, @"Leo unsnoozed this.");
        assert_eq!(bot.dialnote(ANA), "nobody open");
    })
    .await;
}

#[tokio::test]
async fn snoozed_by_the_form() {
    product(async |bot| {
        bot.slash(MAYA, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.press(MAYA, ANA, "snooze").await;
        let empty = bot.submit(MAYA, json!({ "soon": {}, "exactly": {} })).await;
        assert_snapshot!(empty.field_errors["soon"], @"Choose when it should reopen.");
        bot.submit(MAYA, json!({ "soon": { "soon": "3h" }, "exactly": {} })).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Snoozed Ana Lima (+1 415 555 0101) until Nov 23, 12:00 UTC.");
        bot.line(ANA).await;

        bot.press(MAYA, ANA, "wake").await;
        bot.line(ANA).await;
        bot.press(MAYA, ANA, "snooze").await;
        let at = bot.clock.now() + SignedDuration::from_hours(48);
        bot.submit(MAYA, json!({ "soon": { "soon": "3h" }, "exactly": { "exactly": at.as_second() } })).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Snoozed Ana Lima (+1 415 555 0101) until Nov 25, 9:00 UTC.");
        bot.line(ANA).await;
    })
    .await;
}

#[tokio::test]
async fn the_time_is_the_speakers_own() {
    product(async |bot| {
        bot.world(|world| world.person_mut("maya").unwrap().tz = "America/New_York".into());
        bot.world(|world| world.person_mut("zoe").unwrap().tz = "Europe/Berlin".into());
        for (who, comes_back) in [(MAYA, "2026-11-24T14:00:00Z"), (ZOE, "2026-11-24T08:00:00Z")] {
            bot.slash(who, "/snooze conv_1001 tomorrow 9am").await;
            bot.read_all().await;
            let until = bot.world(|world| world.dialnote.conversation(ANA).unwrap().snoozed_until);
            assert_eq!(until, Some(comes_back.parse().unwrap()));
        }
    })
    .await;
}

#[tokio::test]
async fn a_time_that_makes_no_sense_is_refused() {
    product(async |bot| {
        let mut talk = String::new();
        for typed in [
            "/snooze conv_1001",
            "/snooze conv_1001 today 0:30",
            "/snooze Ana Lima Nov 22",
            "/snooze conv_1001 2028-01-01",
            "/dialnote wake conv_1001",
        ] {
            bot.slash(MAYA, typed).await;
            writeln!(talk, "{typed}\n{}\n", bot.answer(MAYA).await).unwrap();
        }
        assert_snapshot!(talk, @"
        /snooze conv_1001
        When should it reopen?
          Add `2h`, `tomorrow 9am`, `monday` or a date at the end.
        [Choose a time…]

        /snooze conv_1001 today 0:30
        That time has passed. Choose a later one for Ana Lima.
          You asked for Nov 23, 8:30 UTC
        [Choose a time…]

        /snooze Ana Lima Nov 22
        That time has passed. Choose a later one for Ana Lima.
          You asked for Nov 22, 17:00 UTC
        [Choose a time…]

        /snooze conv_1001 2028-01-01
        That's more than a year away. Choose an earlier time for Ana Lima.
        [Choose a time…]

        /dialnote wake conv_1001
        Ana Lima isn't snoozed. Nothing changed.
        ");
        assert_eq!(bot.calls("PATCH"), 0);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_time_is_named_and_the_conversation_is_kept() {
    product(async |bot| {
        bot.poll().await.unwrap();
        let mut talk = String::new();
        for typed in [
            "conv_1001 0h",
            "Ana Lima mon 25:00",
            "+1 415 555 0101 friday 13pm",
            "conv_1001 2027-02-30",
            "Ana Lima Dec 32",
            "Ana Lima 2/3/2027",
            "Ana Lima 5pm PST",
            "Ana Lima monday 2h",
            "Ana Lima soon",
            "Ana Lima",
        ] {
            bot.slash(MAYA, &format!("/snooze {typed}")).await;
            let answer = bot.answer(MAYA).await;
            writeln!(talk, "{typed}: {}", answer.lines().next().unwrap()).unwrap();
            bot.press_private(MAYA, "front-desk", "choose", 0).await;
            assert!(
                bot.window(MAYA).await.contains("\nAna Lima · +1 415 555 0101\n"),
                "{typed}: the form is about her"
            );
            bot.close(MAYA).await;
        }
        assert_snapshot!(talk, @"
        conv_1001 0h: “0h” isn't in the future. When should Ana Lima reopen?
        Ana Lima mon 25:00: There's no 25:00. When should Ana Lima reopen?
        +1 415 555 0101 friday 13pm: There's no 13pm. When should Ana Lima reopen?
        conv_1001 2027-02-30: February has 28 days in 2027. When should Ana Lima reopen?
        Ana Lima Dec 32: December has 31 days. When should Ana Lima reopen?
        Ana Lima 2/3/2027: “2/3/2027” could mean 2 dates, so write the month as a word. When should Ana Lima reopen?
        Ana Lima 5pm PST: Times are in your own time zone, so leave out “PST”. When should Ana Lima reopen?
        Ana Lima monday 2h: “monday 2h” has 2 times, so leave one of them out. When should Ana Lima reopen?
        Ana Lima soon: “soon” isn't a time. When should Ana Lima reopen?
        Ana Lima: When should Ana Lima reopen?
        ");
        bot.slash(MAYA, "/snooze 25:00").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        There's no 25:00. When should it reopen?
          Add `2h`, `tomorrow 9am`, `monday` or a date at the end.
        [Choose a time…]
        ");
        bot.slash(MAYA, "/snooze Ana Lima and Robert Hale 25:00").await;
        let several = bot.answer(MAYA).await;
        assert!(several.starts_with("There's no 25:00. When should “Ana Lima and Robert Hale” reopen?"), "{several}");
        assert_eq!(bot.calls("PATCH"), 0);
    })
    .await;
}

#[tokio::test]
async fn the_time_behind_the_conversation_counts_and_the_rest_is_asked_about() {
    product(async |bot| {
        bot.slash(MAYA, "/snooze Ana Lima 2h call her at 3pm").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        `/snooze` takes no note. Choose the conversation to continue without “call her at 3pm”.
          Snooze until Nov 23, 11:00 UTC
        :red_circle: Ana Lima · +1 415 555 0101
        Unassigned · :telephone_receiver: Missed call · Nov 23, 8:56 UTC [Choose]
        [Choose another…]
        ");
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.clock.advance(SignedDuration::from_mins(30));
        bot.press_private(MAYA, "front-desk", "pick", 0).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Snoozed Ana Lima (+1 415 555 0101) until Nov 23, 11:00 UTC.");
        bot.line(ANA).await;
    })
    .await;
}

#[tokio::test]
async fn the_time_may_stand_before_the_conversation() {
    product(async |bot| {
        for (typed, comes_back) in [
            ("2h Ana Lima", "2026-11-23T11:00:00Z"),
            ("tomorrow 5pm Ana Lima", "2026-11-25T01:00:00Z"),
            ("monday 5pm conv_1001", "2026-11-24T01:00:00Z"),
            ("2026-12-24 10:00 +1 415 555 0101", "2026-12-24T18:00:00Z"),
        ] {
            bot.slash(MAYA, &format!("/snooze {typed}")).await;
            bot.read_all().await;
            let until = bot.world(|world| world.dialnote.conversation(ANA).unwrap().snoozed_until);
            assert_eq!(until, Some(comes_back.parse().unwrap()), "{typed}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_snooze_that_is_over_before_it_runs_says_so() {
    product(async |bot| {
        bot.world(|world| world.faults.dialnote.down = true);
        bot.slash(MAYA, "/snooze conv_1001 1h").await;
        bot.pass(SignedDuration::from_mins(90)).await;
        let waits = bot.answer(MAYA).await;
        assert!(waits.contains("/snooze") && waits.contains(" 1h"), "{waits}");
        bot.world(|world| world.faults.dialnote.down = false);
        bot.pass(SignedDuration::from_mins(10)).await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Ana Lima wasn't snoozed: the time passed while the command waited. Choose a later time.
          You asked for Nov 23, 10:00 UTC
        [Choose a time…]
        ");
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.press_private(MAYA, "front-desk", "choose", 0).await;
        assert!(bot.window(MAYA).await.contains("\nAna Lima"), "the form is about her");
        bot.submit(MAYA, json!({ "soon": { "soon": "1h" }, "exactly": {} })).await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "nobody snoozed");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn the_form_refuses_a_time_that_cannot_be() {
    product(async |bot| {
        bot.slash(MAYA, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.press(MAYA, ANA, "snooze").await;
        for (hours, said) in [
            (-1, "That time has passed. Choose a later one."),
            (400 * 24, "That's more than a year away. Choose an earlier time."),
        ] {
            let at = (bot.clock.now() + SignedDuration::from_hours(hours)).as_second();
            let refused = bot.submit(MAYA, json!({ "soon": {}, "exactly": { "exactly": at } })).await;
            assert_eq!(refused.field_errors["exactly"], said);
        }
        bot.close(MAYA).await;
        bot.slash(MAYA, "/snooze yesterday").await;
        bot.search(MAYA, "window", "which", "ana").await;
        let refused = bot.submit(MAYA, json!({ "which": { "which": ANA } })).await;
        assert_eq!(refused.field_errors["soon"], "That time has passed. Choose a later one.");
        bot.close(MAYA).await;
        assert_eq!(bot.calls("PATCH"), 1, "nothing but the owner was changed");
    })
    .await;
}

#[tokio::test]
async fn unsnooze_is_another_name_of_wake() {
    product(async |bot| {
        bot.slash(MAYA, "/snooze conv_1001 2h").await;
        bot.slash(MAYA, "/dialnote unsnooze conv_1001").await;
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_note_is_written_and_the_owner_is_notified() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        bot.slash(LEO, "/dialnote note Ana Lima prefers the morning").await;
        assert_snapshot!(bot.answer(LEO).await, @"Note added to Ana Lima. Zoe has been notified.");
        assert_snapshot!(bot.line(ANA).await, @"
        Leo added a note.
        > prefers the morning
        ");
        assert_snapshot!(bot.dm(ZOE).await, @"
        Leo added a note to Ana Lima, which you own.
        > prefers the morning
        ");
        assert_eq!(bot.notes(ANA).len(), 1);
        bot.slash(LEO, "/dialnote note conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"
        Add the text of the note for this.
        [Add note…]
        ");
    })
    .await;
}

#[tokio::test]
async fn a_history_lists_who_did_what() {
    product(async |bot| {
        bot.slash(LEO, "/dialnote history conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"No changes to Ana Lima (+1 415 555 0101) through this app yet.");
        bot.slash(MAYA, "/assign @zoe conv_1001 call back").await;
        bot.slash(ZOE, "/handoff @leo conv_1001 speaks Spanish").await;
        bot.slash(LEO, "/done conv_1001").await;
        bot.read_all().await;
        bot.press(LEO, ANA, "history").await;
        assert_snapshot!(bot.answer(LEO).await, @"
        History of Ana Lima (+1 415 555 0101), newest first
        Nov 23, 9:00 UTC · Leo marked this done.
        Nov 23, 9:00 UTC · Zoe handed this off to Leo.
        Nov 23, 9:00 UTC · Maya assigned this to Zoe.
        ");
    })
    .await;
}
