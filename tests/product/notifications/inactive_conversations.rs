//! Owners are asked about conversations in which nothing happens.

use insta::assert_snapshot;
use jiff::SignedDuration;

use crate::support::{ANA, Bot, LEO, MAYA, Setup, ZOE, product_with};

#[tokio::test]
async fn an_owner_is_asked_about_an_inactive_conversation() {
    product_with(Setup::MORNING, async |bot| {
        begin(bot).await;
        hours(bot, 7).await;
        bot.read_all().await;
        hours(bot, 17).await;
        assert_snapshot!(bot.dm(LEO).await, @"
        Still working on Ana Lima? No activity for 8 working hours.
        [Still on it] [Unassign] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        bot.press_private(LEO, "dm", "keep", 0).await;
        assert_snapshot!(bot.dm(LEO).await, @"
        Still working on Ana Lima? No activity for 8 working hours.
          :white_check_mark: You're still working on this.
        ");
        assert_snapshot!(bot.line(ANA).await, @"Leo is still working on this.");
        hours(bot, 23).await;
        bot.read_all().await;
        hours(bot, 1).await;
        assert_snapshot!(bot.dm(LEO).await, @"
        Still working on Ana Lima? No activity for 16 working hours.
        [Still on it] [Unassign] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        bot.press_private(LEO, "dm", "unassign", 0).await;
        assert_snapshot!(bot.dm(LEO).await, @"Ana Lima · You unassigned this. [Open in dialnote ↗]");
        assert!(bot.dm(LEO).await.contains("You unassigned this."), "the question of two days ago");
        assert_snapshot!(bot.dm(LEO).await, @"Ana Lima · You unassigned this. [Open in dialnote ↗]");
        assert_snapshot!(bot.line(ANA).await, @"Leo unassigned this.");
        assert_eq!(bot.dialnote(ANA), "nobody open");
    })
    .await;
}

#[tokio::test]
async fn an_unanswered_question_is_repeated_after_a_working_day_but_not_during_an_absence() {
    product_with(Setup::MORNING, async |bot| {
        begin(bot).await;
        hours(bot, 24).await;
        assert!(bot.dm(LEO).await.starts_with("Still working on Ana Lima?"));
        hours(bot, 23).await;
        bot.tenants.tick().await.unwrap();
        bot.settle().await;
        hours(bot, 1).await;
        assert!(bot.dm(LEO).await.starts_with("Still working on Ana Lima?"));
        // Thursday, Friday; a weekend.
        hours(bot, 48).await;
        bot.read_all().await;
        hours(bot, 71).await;
        let asked = bot.calls("chat.postMessage");
        hours(bot, 1).await;
        assert_eq!(bot.calls("chat.postMessage"), asked + 1);
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn an_active_conversation_is_not_asked_about() {
    product_with(Setup::MORNING, async |bot| {
        begin(bot).await;
        hours(bot, 20).await;
        bot.slash(LEO, "/dialnote note conv_1001 waits for a quote").await;
        bot.read_all().await;
        let said = bot.calls("chat.postMessage");
        hours(bot, 5).await;
        assert_eq!(bot.calls("chat.postMessage"), said);
        bot.slash(ZOE, "/dialnote keep conv_1001").await;
        assert_snapshot!(bot.answer(ZOE).await, @"
        You aren't the owner of Ana Lima. Leo is.
        [Take over…]
        ");
        bot.slash(LEO, "/dialnote keep conv_1001").await;
        assert_snapshot!(bot.answer(LEO).await, @"You're still the owner of Ana Lima.");
        assert_snapshot!(bot.line(ANA).await, @"Leo is still working on this.");
    })
    .await;
}

/// Assigns Ana Lima's conversation to Leo; all others are unassigned.
async fn begin(bot: &mut Bot) {
    bot.world(|world| world.dialnote.conversations.iter_mut().for_each(|one| one.assigned_to = None));
    bot.look().await;
    bot.slash(MAYA, "/assign @leo conv_1001").await;
    bot.slash(LEO, "/dialnote accept conv_1001").await;
    bot.read_all().await;
}

/// Lets time pass, an hour at a time.
async fn hours(bot: &Bot, hours: usize) {
    for _ in 0..hours {
        bot.clock.advance(SignedDuration::from_hours(1));
        bot.look().await;
        bot.tenants.tick().await.unwrap();
        bot.settle().await;
    }
}
