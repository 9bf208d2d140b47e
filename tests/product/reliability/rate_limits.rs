//! Messages and calls keep the services' rate limits, are fair to all, and are joined where they can be.

use dialnote_sandbox::Call;
use insta::assert_snapshot;
use jiff::SignedDuration;

use crate::support::{ANA, Bot, LEO, MAYA, Setup, ZOE, product, product_with};

fn documented() -> Setup {
    Setup { pacing: "documented", ..Setup::USUAL }
}

/// Returns the number of lines in the threads of a channel.
fn lines(bot: &Bot, channel: &str) -> usize {
    bot.world(|world| world.seen_by(MAYA, channel).iter().filter(|m| m.is_reply()).count())
}

#[tokio::test]
async fn a_flooded_channel_gets_a_message_a_second_and_delays_no_other() {
    product_with(documented(), async |bot| {
        for n in 1..=14 {
            bot.slash(MAYA, &format!("/done conv_10{n:02} flood")).await;
        }
        bot.slash_in("billing", LEO, "/dialnote take conv_1001").await;
        bot.settle().await;
        let at_once = lines(bot, "front-desk");
        assert!((5..=10).contains(&at_once), "a burst of {at_once}");
        assert_eq!(lines(bot, "billing"), 1, "the other channel does not wait");
        bot.pass(SignedDuration::from_secs(1)).await;
        assert_eq!(lines(bot, "front-desk"), at_once + 1, "one more after a second");
        bot.pass(SignedDuration::from_secs(30)).await;
        assert!(lines(bot, "front-desk") >= 12, "and all of them in the end");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_limit_of_slacks_holds_for_every_message_until_its_time_is_over() {
    product(async |bot| {
        bot.world(|world| world.faults.slack.rate_limited.insert("chat.postMessage".into(), 30));
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.slash(MAYA, "/assign @leo conv_1002").await;
        bot.settle().await;
        let tried = bot.calls("chat.postMessage");
        bot.pass(SignedDuration::from_secs(29)).await;
        assert_eq!(bot.calls("chat.postMessage"), tried, "nobody tries before");
        assert!(tried <= 2, "two cards came to an open bucket, the direct messages did not: {tried}");
        assert_eq!(
            bot.answer(MAYA).await,
            "Assigned Ana Lima (+1 415 555 0101) to Zoe. Slack hasn't confirmed the message to Zoe yet.",
            "nobody is notified yet"
        );
        assert_eq!(
            bot.answer(MAYA).await,
            "Assigned Robert Hale (+1 415 555 0102) to Leo. Slack hasn't confirmed the message to Leo yet."
        );
        bot.world(|world| world.faults.slack.rate_limited.clear());
        bot.pass(SignedDuration::from_secs(10)).await;
        bot.dm(ZOE).await;
        bot.dm(LEO).await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_limit_of_dialnotes_holds_for_every_command() {
    product(async |bot| {
        bot.slash(MAYA, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.world(|world| world.faults.dialnote.rate_limited = Some(20));
        for n in 2..=6 {
            bot.slash(MAYA, &format!("/dialnote take conv_100{n}")).await;
        }
        let before = bot.calls("GET");
        bot.pass(SignedDuration::from_secs(19)).await;
        assert_eq!(bot.calls("GET"), before + 1, "one was told, and that was for all");
        bot.world(|world| world.faults.dialnote.rate_limited = None);
        bot.pass(SignedDuration::from_secs(10)).await;
        assert_eq!(bot.dialnote("conv_1004"), "mem_maya open");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn several_updates_of_a_card_are_sent_as_one() {
    product(async |bot| {
        bot.slash(MAYA, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.world(|world| world.faults.slack.rate_limited.insert("chat.update".into(), 5));
        for command in ["/assign @leo conv_1001", "/done conv_1001", "/reopen conv_1001", "/assign @zoe conv_1001"] {
            bot.slash(MAYA, command).await;
        }
        bot.settle().await;
        bot.world(|world| world.faults.slack.rate_limited.clear());
        let updates = |bot: &Bot| {
            let of_card = |call: &&Call| call.method == "chat.update" && call.body["channel"] == "C0FRONT";
            bot.world(|world| world.calls.iter().filter(of_card).count())
        };
        let before = updates(bot);
        bot.pass(SignedDuration::from_secs(10)).await;
        let updates = updates(bot) - before;
        assert!(updates <= 2, "{updates} updates instead of four");
        assert_snapshot!(bot.card(ANA).await, @"
          :large_blue_circle:  Owner: Zoe · assigned by Maya Nov 23, 9:00 UTC
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
        bot.read_all().await;
    })
    .await;
}
