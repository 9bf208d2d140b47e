//! A question may be answered after its conversation changed: the change is named and the question repeated, so
//! that no one is overwritten unseen.

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{ANA, Bot, LEO, MAYA, ZOE, product, set_up};

/// Lets the app ask Maya whether she means Ana Lima, and three minutes pass.
async fn asked(bot: &mut Bot, command: &str) {
    bot.look().await;
    bot.slash(MAYA, command).await;
    let question = bot.answer(MAYA).await;
    assert!(question.contains("[Choose]"), "{question}");
    bot.clock.advance(SignedDuration::from_mins(3));
}

async fn choose(bot: &Bot) {
    bot.press_private(MAYA, "front-desk", "pick", 0).await;
}

#[tokio::test]
async fn a_conversation_assigned_since_is_asked_about_and_continues_by_button() {
    product(async |bot| {
        asked(bot, "/assign @zoe lim wants a call back").await;
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_mins(2));
        choose(bot).await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Nothing changed yet: Ana Lima (+1 415 555 0101) is assigned to Leo now. Leo changed it 2 min ago, after you were asked.
        > Your note (not saved): wants a call back
        [Assign anyway] [Change…]
        ");
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        bot.press_private(MAYA, "front-desk", "retry", 0).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Reassigned Ana Lima (+1 415 555 0101) from Leo to Zoe. Zoe and Leo have been notified and your note was added.");
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_second_change_is_asked_about_again() {
    product(async |bot| {
        asked(bot, "/assign @zoe lim").await;
        bot.in_dialnote(json!({ "conversation": ANA, "status": "done" })).await;
        choose(bot).await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Nothing changed yet: Ana Lima (+1 415 555 0101) is done now. It was changed in dialnote 1 s ago, after you were asked.
        [Assign anyway] [Change…]
        ");
        bot.clock.advance(SignedDuration::from_secs(7));
        bot.in_dialnote(json!({ "conversation": ANA, "status": "open", "assignedToId": "mem_leo" })).await;
        bot.press_private(MAYA, "front-desk", "retry", 0).await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Nothing changed yet: Ana Lima (+1 415 555 0101) is assigned to Leo and open now. It was changed in dialnote 1 s ago, after you were asked.
        [Assign anyway] [Change…]
        ");
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn an_unchanged_conversation_and_a_harmless_change_are_not_asked_about() {
    product(async |bot| {
        asked(bot, "/assign @zoe lim").await;
        choose(bot).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Ana Lima (+1 415 555 0101) to Zoe. Zoe has been notified.");
        bot.read_all().await;
        asked(bot, "/dialnote note lim: quiet today").await;
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.slash(LEO, "/assign me conv_1001").await;
        bot.read_all().await;
        choose(bot).await;
        assert!(bot.answer(MAYA).await.starts_with("Note added to Ana Lima."), "{}", bot.everything());
        bot.read_all().await;
        asked(bot, "/assign @zoe lim").await;
        bot.slash(LEO, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        choose(bot).await;
        assert_eq!(bot.answer(MAYA).await, "Ana Lima is already assigned to Zoe. Nothing changed.");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_question_about_a_person_checks_the_conversation_too() {
    product(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/assign zo conv_1001 conv_1004").await;
        let question = bot.answer(MAYA).await;
        assert!(question.contains("[Assign to Zoe Park]"), "{question}");
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.read_all().await;
        bot.press_private(MAYA, "front-desk", "pick_person", 0).await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Assigned 1 of 2 conversations to Zoe. Zoe has been notified.
        Assigned Robert Nguyen (+1 415 555 0104) to Zoe.
        :x: Nothing changed yet: Ana Lima (+1 415 555 0101) is assigned to Leo now. Leo changed it 1 s ago, after you were asked. [Assign anyway]
        ");
        assert_eq!([bot.dialnote(ANA), bot.dialnote("conv_1004")], ["mem_leo open", "mem_zoe open"]);
        bot.press_private(MAYA, "front-desk", "retry", 0).await;
        assert!(bot.answer(MAYA).await.starts_with("Reassigned Ana Lima (+1 415 555 0101) from Leo to Zoe."));
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_retry_after_a_day_asks_again() {
    set_up(async |bot| {
        bot.look().await;
        bot.slash(ZOE, "/inbox").await;
        bot.read_all().await;
        bot.world(|world| world.faults.dialnote.down = true);
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.pass(SignedDuration::from_secs(5)).await;
        bot.read_all().await;
        bot.pass_awake(25).await;
        bot.expect_dead(1);
        bot.world(|world| world.faults.dialnote.down = false);
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.read_all().await;
        bot.press_private(MAYA, "front-desk", "retry", 0).await;
        assert!(bot.answer(MAYA).await.starts_with("Nothing changed yet: Ana Lima"), "{}", bot.everything());
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        bot.read_all().await;
    })
    .await;
}
