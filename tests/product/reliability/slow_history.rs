//! A message that may have been posted is found, and not posted twice, although Slack lets the app read one page of 15
//! messages a minute.

use dialnote_sandbox::{Hang, Service, SlackFailure};
use insta::assert_snapshot;
use jiff::SignedDuration;

use crate::support::{ANA, Bot, FRONT_DESK, LEO, MAYA, ZOE, product};

const COMMAND: &str = "/assign @zoe +1 415 555 0101 wants a call back";
const HISTORY: &str = "conversations.history";

/// Crashes the app while it posts its first message, the card: Slack has it, or never gets it.
async fn crash_while_posting(bot: &mut Bot, after_effect: bool) {
    let method = "chat.postMessage".into();
    bot.world(|world| {
        world.faults.slack.history_per_minute = Some(1);
        world.faults.hang_next.push(Hang { service: Service::Slack, method, path: String::new(), after_effect });
    });
    bot.slash(MAYA, COMMAND).await;
    tokio::select! {
        () = bot.settle() => panic!("nothing hung"),
        () = bot.sandbox.hung() => {}
    }
}

/// Lets people write 60 messages to #front-desk.
fn people_write(bot: &Bot) {
    bot.world(|world| {
        for n in 0..60 {
            world.say("maya", FRONT_DESK, &format!("No. {n}")).unwrap();
        }
    });
}

async fn minutes(bot: &Bot, minutes: i64) {
    bot.pass(SignedDuration::from_mins(minutes)).await;
}

/// Returns the number of pages that Slack has let the app read.
fn pages(bot: &Bot) -> usize {
    bot.world(|world| world.calls.iter().filter(|call| call.method == HISTORY && call.status == Some(200)).count())
}

/// Returns the number of the app's messages in #front-desk, without replies.
fn cards(bot: &Bot) -> usize {
    bot.world(|world| world.seen_by(LEO, FRONT_DESK).iter().filter(|m| m.author == "U0BOT" && !m.is_reply()).count())
}

async fn all_is_done(bot: &mut Bot) {
    assert!(bot.answer(MAYA).await.starts_with("Assigned"));
    assert!(bot.card(ANA).await.contains("Owner: Zoe"));
    assert!(bot.line(ANA).await.contains("wants a call back"));
    assert_eq!(cards(bot), 1);
    bot.read_all().await;
}

#[tokio::test]
async fn a_message_is_found_page_by_page_below_sixty_others() {
    product(async |bot| {
        crash_while_posting(bot, true).await;
        people_write(bot);
        bot.restart().await;
        minutes(bot, 1).await;
        assert_snapshot!(bot.dm(ZOE).await, @"
        Maya assigned a conversation to you.
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        > Maya: wants a call back
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        assert_eq!(cards(bot), 1);
        minutes(bot, 5).await;
        assert_eq!(pages(bot), 5, "{}", bot.everything());
        all_is_done(bot).await;
    })
    .await;
}

#[tokio::test]
async fn a_message_that_never_arrived_is_posted_after_the_last_page() {
    product(async |bot| {
        crash_while_posting(bot, false).await;
        people_write(bot);
        bot.restart().await;
        minutes(bot, 3).await;
        assert_eq!((pages(bot), cards(bot)), (3, 0), "not before all of it is read");
        minutes(bot, 2).await;
        assert_eq!(pages(bot), 4);
        all_is_done(bot).await;
    })
    .await;
}

#[tokio::test]
async fn a_search_goes_on_after_a_second_crash() {
    product(async |bot| {
        crash_while_posting(bot, true).await;
        people_write(bot);
        for _ in 0..4 {
            bot.restart().await;
            minutes(bot, 2).await;
        }
        assert!(pages(bot) <= 5, "no page is read twice: {}", pages(bot));
        all_is_done(bot).await;
    })
    .await;
}

#[tokio::test]
async fn a_search_whose_cursor_slack_forgot_begins_again() {
    product(async |bot| {
        crash_while_posting(bot, true).await;
        people_write(bot);
        bot.restart().await;
        minutes(bot, 3).await;
        let (method, error) = (HISTORY.into(), "invalid_cursor".into());
        let forgotten = SlackFailure { method, error, ..SlackFailure::default() };
        bot.world(|world| world.faults.slack.fail_next.push(forgotten));
        minutes(bot, 8).await;
        all_is_done(bot).await;
    })
    .await;
}

#[tokio::test]
async fn messages_that_came_long_after_the_crash_cost_no_page() {
    product(async |bot| {
        crash_while_posting(bot, true).await;
        bot.clock.advance(SignedDuration::from_mins(20));
        people_write(bot);
        bot.restart().await;
        minutes(bot, 1).await;
        assert_eq!(pages(bot), 1);
        all_is_done(bot).await;
    })
    .await;
}

#[tokio::test]
async fn several_messages_in_doubt_take_turns_and_hold_up_no_other() {
    product(async |bot| {
        bot.world(|world| {
            world.faults.slack.history_per_minute = Some(1);
            let (method, status) = ("chat.postMessage".into(), 504);
            let unheard = SlackFailure { method, status, times: 3, after_effect: true, ..SlackFailure::default() };
            world.faults.slack.fail_next.push(unheard);
        });
        for (n, owner) in [(1, "zoe"), (2, "leo"), (3, "maya")] {
            bot.slash(MAYA, &format!("/assign @{owner} conv_100{n}")).await;
        }
        bot.settle().await;
        people_write(bot);
        bot.slash_in("billing", LEO, "/dialnote take conv_1004").await;
        minutes(bot, 1).await;
        assert!(bot.card_in("billing", "conv_1004").await.contains("Owner: Leo"), "another message does not wait");
        minutes(bot, 18).await;
        assert_eq!(cards(bot), 3, "{}", bot.everything());
        bot.read_all().await;
    })
    .await;
}
