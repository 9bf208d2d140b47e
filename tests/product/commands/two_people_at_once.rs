//! Of two simultaneous commands one wins, and the other's answer names the winner.

use insta::assert_snapshot;
use jiff::SignedDuration;

use crate::support::{ANA, LEO, MAYA, ZOE, product};

#[tokio::test]
async fn two_press_take_it_and_one_wins() {
    product(async |bot| {
        bot.slash(MAYA, "/assign me conv_1001").await;
        bot.slash(MAYA, "/unassign conv_1001").await;
        bot.read_all().await;

        bot.press(ZOE, ANA, "take").await;
        bot.press(LEO, ANA, "take").await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        assert_snapshot!(bot.line(ANA).await, @"Zoe took this.");
        assert_snapshot!(bot.answer(LEO).await, @"
        Zoe took Ana Lima 1 s ago.
        [Take over…]
        ");
    })
    .await;
}

#[tokio::test]
async fn the_one_who_lost_may_take_over_if_nothing_changed_since() {
    product(async |bot| {
        bot.slash(ZOE, "/dialnote take conv_1001").await;
        bot.read_all().await;
        bot.pass(SignedDuration::from_secs(3)).await;

        bot.slash(LEO, "/dialnote take conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"
        Zoe took Ana Lima 3 s ago.
        [Take over…]
        ");
        bot.press_private(LEO, "front-desk", "take_over", 0).await;
        assert_snapshot!(bot.answer(LEO).await, @"You took over Ana Lima (+1 415 555 0101) from Zoe. Zoe has been notified.");
        assert_snapshot!(bot.line(ANA).await, @"Leo took this over from Zoe.");
        assert_snapshot!(bot.dm(ZOE).await, @"Leo took over Ana Lima. You're no longer the owner.");

        bot.slash(ZOE, "/dialnote take conv_1001").await;
        bot.answer(ZOE).await;
        bot.slash(MAYA, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.press_private(ZOE, "front-desk", "take_over", 0).await;
        assert_snapshot!(bot.answer(ZOE).await, @"
        Maya took Ana Lima 1 s ago.
        [Take over…]
        ");
        assert_eq!(bot.dialnote(ANA), "mem_maya open");
    })
    .await;
}

#[tokio::test]
async fn a_delivery_made_twice_has_one_effect() {
    product(async |bot| {
        bot.world(|world| world.faults.slack.deliver_twice = true);
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
        bot.answer(MAYA).await;
        bot.line(ANA).await;
        bot.dm(ZOE).await;
        assert_eq!((bot.calls("PATCH"), bot.notes(ANA).len()), (1, 1));
        bot.press(ZOE, ANA, "done").await;
        bot.line(ANA).await;
        assert!(bot.dm(ZOE).await.contains("You marked this done"));
        assert_eq!(bot.calls("PATCH"), 2);
    })
    .await;
}

#[tokio::test]
async fn ones_own_commands_keep_their_order_however_they_name_the_conversation() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe +1 415 555 0101").await;
        bot.slash(MAYA, "/assign @leo conv_1001").await;
        bot.slash(MAYA, "/dialnote done ana").await;
        bot.slash(MAYA, "/assign me conv_1001").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_maya done");
        assert_eq!(bot.owners_set(), ["mem_zoe", "mem_leo", "mem_maya"]);
    })
    .await;
}

#[tokio::test]
async fn an_assigned_person_is_not_said_to_have_taken_it() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        bot.slash(LEO, "/dialnote take conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"
        Zoe already owns Ana Lima.
        [Take over…]
        ");
    })
    .await;
}
