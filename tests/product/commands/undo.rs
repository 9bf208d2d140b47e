//! Undo takes back the last act as a whole, unless it was changed since.

use std::fmt::Write;

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{ANA, Bot, LEO, MAYA, ZOE, product};

#[tokio::test]
async fn an_assignment_is_taken_back() {
    product(async |bot| {
        bot.slash(LEO, "/assign me conv_1001").await;
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote undo").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Undone: Ana Lima is assigned to Leo again. Leo and Zoe have been notified.");
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        assert_snapshot!(bot.line(ANA).await, @"Maya undid that: this is assigned to Leo again.");
        assert_snapshot!(bot.dm(LEO).await, @"
        Maya undid a change. You own this again:
        Ana Lima · +1 415 555 0101
        ");
        assert_snapshot!(bot.dm(ZOE).await, @"Ana Lima · Maya undid this assignment. You're no longer the owner. [Open in dialnote ↗]");
        assert_snapshot!(bot.dm(ZOE).await, @"Maya reassigned Ana Lima to Leo. You're no longer the owner.");
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
        assert_snapshot!(bot.line(ANA).await, @"Maya undid that: this is open again.");
        bot.slash(MAYA, "/snooze conv_1001 2h").await;
        bot.slash(MAYA, "/snooze conv_1001 5h").await;
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote undo").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Undone: Ana Lima is snoozed again.");
        assert_snapshot!(bot.line(ANA).await, @"Maya undid that: this is snoozed again.");
        let until = bot.world(|world| world.dialnote.conversation(ANA).unwrap().snoozed_until);
        assert_eq!(until, Some(bot.clock.now() + SignedDuration::from_hours(2)));
    })
    .await;
}

#[tokio::test]
async fn a_later_change_is_not_undone() {
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
        Nothing to undo.
        Can't undo: Leo changed Ana Lima after you.
        Can't undo: Ana Lima was changed in dialnote after you.
        Can't undo: your last change to Ana Lima was over 10 minutes ago.
        ");
        assert_eq!(bot.dialnote(ANA), "mem_maya open");
    })
    .await;
}

#[tokio::test]
async fn undoing_an_ended_snooze_opens_the_conversation() {
    product(async |bot| {
        bot.slash(MAYA, "/snooze conv_1001 3m").await;
        bot.settle().await;
        bot.slash(MAYA, "/done conv_1001").await;
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_mins(4));
        bot.slash(MAYA, "/dialnote undo").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Undone: Ana Lima is open again.");
        assert_snapshot!(bot.line(ANA).await, @"Maya undid that: this is open again.");
        assert_eq!(bot.dialnote(ANA), "nobody open");
    })
    .await;
}

#[tokio::test]
async fn an_undone_act_counts_for_no_one() {
    product(async |bot| {
        bot.slash(LEO, "/done conv_1001").await;
        bot.settle().await;
        bot.slash(LEO, "/dialnote undo").await;
        bot.read_all().await;
        bot.sandbox.change_in_dialnote(&json!({ "conversation": ANA, "status": "done" })).unwrap();
        bot.slash(MAYA, "/done conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Ana Lima is already done. Nothing changed.");
    })
    .await;
}

/// Returns the owner and status of each conversation in dialnote.
fn states(bot: &Bot) -> Vec<String> {
    ["conv_1001", "conv_1004", "conv_1006"].map(|id| bot.dialnote(id)).to_vec()
}

#[tokio::test]
async fn undo_goes_back_act_by_act_and_never_forward() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.settle().await;
        bot.slash(MAYA, "/assign @leo conv_1001 conv_1004 conv_1006").await;
        bot.read_all().await;
        let mut said = Vec::new();
        for _ in 0..3 {
            bot.slash(MAYA, "/dialnote undo").await;
            said.push(bot.answer(MAYA).await);
            bot.read_all().await;
        }
        assert_snapshot!(said.join("\n---\n"), @"
        Undid changes to 3 conversations. Zoe and Leo have been notified.
        Undone: Ana Lima is assigned to Zoe again.
        Undone: Robert Nguyen is unassigned again.
        Undone: Grace Kim is assigned to Zoe again.
        ---
        Undone: Ana Lima is unassigned again. Zoe has been notified.
        ---
        Nothing to undo.
        ");
        assert_eq!(states(bot), ["nobody open", "nobody open", "mem_zoe open"]);
    })
    .await;
}

#[tokio::test]
async fn undoing_a_batch_too_late_names_its_conversations() {
    product(async |bot| {
        bot.slash(MAYA, "/done conv_1001 conv_1004").await;
        bot.read_all().await;
        let pressed = bot.last_private(MAYA);
        bot.clock.advance(SignedDuration::from_mins(11));
        let too_late = "Can't undo: your last change to Ana Lima and Robert Nguyen was over 10 minutes ago.";
        bot.slash(MAYA, "/dialnote undo").await;
        assert_eq!(bot.answer(MAYA).await, too_late);
        bot.press_on(MAYA, &pressed, "undo").await;
        assert_eq!(bot.answer(MAYA).await, too_late);
        bot.slash(MAYA, "/dialnote note conv_1001 conv_1002 conv_1003 conv_1004 conv_1005 quiet today").await;
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote undo").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Can't undo your note on Ana Lima, Robert Hale, Diana Okafor and 2 more. Notes stay in dialnote.");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn one_of_a_batch_that_has_changed_is_named_and_the_rest_is_undone() {
    product(async |bot| {
        bot.slash(MAYA, "/done conv_1001 conv_1004").await;
        bot.settle().await;
        bot.slash(LEO, "/reopen conv_1004").await;
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote undo").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Undid changes to 1 of 2 conversations.
        Undone: Ana Lima is open again.
        :x: Can't undo: Leo changed Robert Nguyen after you.
        ");
        bot.read_all().await;
        // Named, the rest of a batch can be undone alone.
        bot.slash(MAYA, "/assign @zoe conv_1001 conv_1004").await;
        bot.settle().await;
        bot.slash(MAYA, "/dialnote undo conv_1004").await;
        bot.read_all().await;
        assert_eq!(states(bot), ["mem_zoe open", "nobody open", "mem_zoe open"]);
        bot.slash(MAYA, "/dialnote undo").await;
        bot.read_all().await;
        assert_eq!(states(bot), ["nobody open", "nobody open", "mem_zoe open"]);
    })
    .await;
}

#[tokio::test]
async fn a_note_stays_and_undo_offers_the_act_before_it() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001 please call").await;
        bot.settle().await;
        bot.slash(MAYA, "/dialnote note conv_1004 typo").await;
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote undo").await;
        assert_snapshot!(bot.whole_answer(MAYA).await, @"
        Can't undo your note on Robert Nguyen. Notes stay in dialnote.
        [Undo assign: Ana Lima]
        ");
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        bot.press_private(MAYA, "front-desk", "undo", 0).await;
        assert_snapshot!(bot.whole_answer(MAYA).await, @":white_check_mark: Undone: Ana Lima is unassigned again. The note stays in dialnote. Zoe has been notified.");
        assert_eq!((bot.dialnote(ANA).as_str(), bot.notes(ANA).len()), ("nobody open", 1));
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote undo").await;
        assert_snapshot!(bot.whole_answer(MAYA).await, @"Can't undo your note on Robert Nguyen. Notes stay in dialnote.");
    })
    .await;
}

/// Each command's answer, and the effect of its Undo button.
const UNDOABLE: [(&str, &str, &str); 9] = [
    ("", "/dialnote take conv_1001", "nobody open"),
    ("", "/assign @zoe conv_1001", "nobody open"),
    ("/assign @leo conv_1001", "/handoff @zoe conv_1001 please", "mem_leo open"),
    ("/assign @leo conv_1001", "/unassign conv_1001", "mem_leo open"),
    ("", "/done conv_1001", "nobody open"),
    ("/done conv_1001", "/reopen conv_1001", "nobody done"),
    ("", "/snooze conv_1001 2h", "nobody open"),
    ("/snooze conv_1001 2h", "/dialnote wake conv_1001", "nobody snoozed"),
    ("", "/assign @frontdesk conv_1001", "nobody open"),
];

#[tokio::test]
async fn every_answer_about_a_change_has_a_button_that_undoes_it() {
    for (before, command, state) in UNDOABLE {
        product(async |bot| {
            if !before.is_empty() {
                bot.slash(MAYA, before).await;
                bot.read_all().await;
            }
            bot.slash(MAYA, command).await;
            let answer = bot.whole_answer(MAYA).await;
            assert!(answer.lines().take(2).any(|line| line.ends_with("[Undo]")), "{command}: {answer}");
            bot.press_private(MAYA, "front-desk", "undo", 0).await;
            let answer = bot.whole_answer(MAYA).await;
            assert!(answer.starts_with(":white_check_mark: Undone: ") && !answer.contains('['), "{command}: {answer}");
            assert_eq!(bot.dialnote(ANA), state, "{command}");
            bot.read_all().await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_button_undoes_its_own_act_once_and_in_time() {
    product(async |bot| {
        let mut said = Vec::new();
        bot.slash(MAYA, "/assign @zoe conv_1001 conv_1004").await;
        said.push(bot.whole_answer(MAYA).await);
        bot.read_all().await;
        let pressed = bot.last_private(MAYA);
        // A later act of one's own is another one.
        bot.slash(MAYA, "/assign @leo conv_1001").await;
        bot.read_all().await;
        bot.press_on(MAYA, &pressed, "undo").await;
        said.push(bot.whole_answer(MAYA).await);
        bot.read_all().await;
        assert_eq!(states(bot), ["mem_leo open", "nobody open", "mem_zoe open"]);

        // Pressed twice, it is undone once.
        bot.slash(MAYA, "/dialnote take conv_1004").await;
        bot.read_all().await;
        let pressed = bot.last_private(MAYA);
        bot.press_on(MAYA, &pressed, "undo").await;
        bot.press_on(MAYA, &pressed, "undo").await;
        said.push(bot.whole_answer(MAYA).await);
        bot.read_all().await;

        bot.slash(MAYA, "/dialnote take conv_1004").await;
        bot.read_all().await;
        let pressed = bot.last_private(MAYA);
        bot.clock.advance(SignedDuration::from_mins(11));
        bot.press_on(MAYA, &pressed, "undo").await;
        said.push(bot.whole_answer(MAYA).await);
        assert_eq!(states(bot), ["mem_leo open", "mem_maya open", "mem_zoe open"]);
        assert_snapshot!(said.join("\n---\n"), @"
        Assigned 2 conversations to Zoe. Zoe has been notified. [Undo 2]
        :white_check_mark: Assigned Ana Lima (+1 415 555 0101) to Zoe.
        :white_check_mark: Assigned Robert Nguyen (+1 415 555 0104) to Zoe.
        ---
        Undid changes to 1 of 2 conversations. Zoe has been notified.
        :white_check_mark: Undone: Robert Nguyen is unassigned again.
        :x: Can't undo: you changed Ana Lima again after that.
        ---
        Already undone. Nothing changed.
        ---
        Can't undo: your last change to Robert Nguyen was over 10 minutes ago.
        ");
    })
    .await;
}

#[tokio::test]
async fn an_act_in_a_list_is_undone_in_that_list() {
    product(async |bot| {
        bot.open_home(MAYA).await;
        bot.settle().await;
        bot.choose_in(MAYA, "home", "filter", r#"{"q":{"f":"unassigned"}}"#).await;
        bot.settle().await;
        bot.press_in(MAYA, "home", "take", "conv_1002").await;
        let home = bot.home(MAYA).await;
        assert!(home.contains("You took Robert Hale (+1 415 555 0102)."), "{home}");
        bot.press_in(MAYA, "home", "undo", "conv_1002").await;
        let home = bot.home(MAYA).await;
        assert!(home.contains("Undone: Robert Hale is unassigned again."), "{home}");
        assert_eq!(bot.dialnote("conv_1002"), "nobody open");
    })
    .await;
}

#[tokio::test]
async fn an_act_undone_after_another_persons_act_no_longer_counts() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.settle().await;
        bot.slash(LEO, "/assign me conv_1001").await;
        bot.settle().await;
        bot.slash(LEO, "/dialnote undo").await;
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote undo").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Undone: Ana Lima is unassigned again. Zoe has been notified.");
        bot.read_all().await;
        for who in [MAYA, LEO] {
            bot.slash(who, "/dialnote undo conv_1001").await;
            assert_eq!(bot.answer(who).await, "Nothing to undo.");
        }
    })
    .await;
}
