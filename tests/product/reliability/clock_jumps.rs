//! A clock that jumps delays nothing by more than seconds, and breaks no promise.

use jiff::SignedDuration;
use serde_json::json;

use crate::support::{ANA, LEO, MAYA, Setup, ZOE, product, product_with};

/// The time by which the clock is set back: less than makes Slack's requests look old.
const BACK: SignedDuration = SignedDuration::from_mins(-4);

/// The longest delay that a jump may cause.
const SECONDS: SignedDuration = SignedDuration::from_secs(15);

#[tokio::test]
async fn messages_do_not_wait_until_a_clock_that_was_set_back_has_caught_up() {
    product_with(Setup { pacing: "documented", ..Setup::USUAL }, async |bot| {
        for n in 2..=13 {
            bot.slash(MAYA, &format!("/assign @zoe conv_10{n:02}")).await;
        }
        bot.pass(SignedDuration::from_secs(2)).await;
        bot.read_all().await;
        bot.clock.advance(BACK);
        bot.slash(LEO, "/assign @zoe conv_1001 wants a call").await;
        bot.pass(SECONDS).await;
        let direct = bot.world(|world| world.seen_by(ZOE, "dm").iter().any(|dm| dm.text.contains("Ana Lima")));
        assert!(direct, "{}", bot.everything());
        assert!(bot.card(ANA).await.contains("Owner: Zoe"));
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_clock_jump_does_not_prolong_a_wait_for_dialnote() {
    product(async |bot| {
        bot.look().await;
        for down in [true, false] {
            bot.tenants.tick().await.unwrap();
            bot.world(|world| {
                world.faults.dialnote.down = down;
                world.faults.dialnote.rate_limited = (!down).then_some(30);
            });
            bot.slash(MAYA, if down { "/assign @zoe conv_1001" } else { "/unassign conv_1001" }).await;
            bot.settle().await;
            bot.clock.advance(BACK);
            bot.pass(SignedDuration::from_secs(1)).await;
            bot.world(|world| {
                world.faults.dialnote.down = false;
                world.faults.dialnote.rate_limited = None;
            });
            bot.pass(SignedDuration::from_secs(if down { 5 } else { 35 })).await;
            assert_eq!(bot.dialnote(ANA), if down { "mem_zoe open" } else { "nobody open" });
            bot.read_all().await;
        }
    })
    .await;
}

#[tokio::test]
async fn changes_in_dialnote_are_noticed_after_a_clock_was_set_back() {
    product(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.read_all().await;
        bot.tenants.tick().await.unwrap();
        bot.clock.advance(BACK);
        bot.tenants.tick().await.unwrap();
        bot.sandbox.change_in_dialnote(&json!({ "conversation": ANA, "assignedToId": "mem_leo" })).unwrap();
        for _ in 0..3 {
            bot.clock.advance(SignedDuration::from_secs(10));
            bot.look().await;
        }
        assert!(bot.card(ANA).await.contains("Owner: Leo"));
        bot.slash(LEO, "/inbox").await;
        let mine = bot.answer(LEO).await;
        assert!(mine.contains("Ana Lima"), "{mine}");
        let told = bot.world(|world| world.seen_by(LEO, "dm").iter().filter(|dm| dm.text.contains("Ana Lima")).count());
        assert_eq!(told, 1, "once: {}", bot.everything());
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_jumps_ahead_and_back_gives_nothing_up() {
    product(async |bot| {
        bot.look().await;
        bot.tenants.tick().await.unwrap();
        bot.world(|world| world.faults.dialnote.down = true);
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call").await;
        bot.settle().await;
        bot.clock.advance(SignedDuration::from_hours(25));
        bot.pass(SignedDuration::from_secs(3)).await;
        bot.clock.advance(SignedDuration::from_hours(-25));
        bot.pass(SignedDuration::from_secs(3)).await;
        bot.world(|world| world.faults.dialnote.down = false);
        bot.pass(SignedDuration::from_secs(40)).await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn jobs_survive_a_sleeping_machine() {
    product(async |bot| {
        bot.look().await;
        bot.world(|world| world.faults.dialnote.down = true);
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call").await;
        bot.pass(SignedDuration::from_secs(5)).await;
        bot.clock.advance(SignedDuration::from_hours(25));
        // It is tried on waking, before the network is there.
        bot.settle().await;
        bot.world(|world| world.faults.dialnote.down = false);
        bot.pass(SignedDuration::from_mins(2)).await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        bot.read_all().await;
    })
    .await;
}
