//! A crash at any step loses nothing, and doubles nothing but what Slack gives no way to find again.

use dialnote_slack::sandbox::{Hang, Service};
use dialnote_slack::store::Lane;

use crate::support::{ANA, Bot, MAYA, ZOE, product};

const COMMAND: &str = "/assign @zoe +1 415 555 0101 wants a call back";

/// Everybody knows everything, once.
async fn all_is_done(bot: &mut Bot) {
    bot.settle().await;
    assert_eq!(bot.dialnote(ANA), "mem_zoe open");
    assert_eq!(bot.notes(ANA).len(), 1, "{:?}", bot.notes(ANA));
    assert!(bot.answer(MAYA).await.starts_with("Assigned"));
    assert!(bot.line(ANA).await.contains("wants a call back"));
    assert!(bot.dm(ZOE).await.contains("wants a call back"));
    assert!(bot.card(ANA).await.contains("Owner: Zoe"));
}

#[tokio::test]
async fn between_any_two_jobs() {
    for steps in 0.. {
        let mut finished = false;
        product(async |bot| {
            bot.slash(MAYA, COMMAND).await;
            for _ in 0..steps {
                finished = !(bot.step(Lane::Inbox).await || bot.step(Lane::Outbox).await);
            }
            bot.restart().await;
            all_is_done(bot).await;
        })
        .await;
        if finished {
            assert!(steps > 5, "a command has more jobs than {steps}");
            break;
        }
    }
}

/// The app dies while a call is on its way: before or after the far side did what was asked.
async fn dies_during(service: Service, method: &str, path: &str, after_effect: bool) {
    product(async |bot| {
        bot.slash(MAYA, COMMAND).await;
        bot.dies_during(Hang { service, method: method.into(), path: path.into(), after_effect }).await;
        if bot.was_told_to_wait(MAYA) {
            bot.answer(MAYA).await;
        }
        all_is_done(bot).await;
    })
    .await;
}

#[tokio::test]
async fn while_reading_dialnote() {
    for path in ["/conversations", "/team/members", "/conversations/conv_1001"] {
        dies_during(Service::Dialnote, "GET", path, true).await;
    }
}

#[tokio::test]
async fn while_writing_dialnote() {
    for after_effect in [false, true] {
        dies_during(Service::Dialnote, "PATCH", "", after_effect).await;
        dies_during(Service::Dialnote, "POST", "/notes", after_effect).await;
    }
}

#[tokio::test]
async fn while_speaking_in_slack_before_it_was_heard() {
    for method in ["chat.postMessage", "response_url", "users.info"] {
        dies_during(Service::Slack, method, "", false).await;
    }
}

/// Delivers messages until this many were posted in channels and direct messages.
async fn post(bot: &Bot, messages: usize) {
    while bot.calls("chat.postMessage") < messages {
        assert!(bot.step(Lane::Inbox).await || bot.step(Lane::Outbox).await, "there is more to post");
    }
}

#[tokio::test]
async fn while_speaking_in_slack_after_it_was_heard() {
    // The card, the direct message, the line in the card's thread.
    for posted in 0..3 {
        product(async |bot| {
            bot.slash(MAYA, COMMAND).await;
            post(bot, posted).await;
            bot.dies_during(posting()).await;
            all_is_done(bot).await;
        })
        .await;
    }
}

#[tokio::test]
async fn without_permission_to_look_it_is_said_again_and_counted() {
    product(async |bot| {
        bot.world(|world| world.scopes.retain(|scope| !scope.ends_with(":history")));
        bot.slash(MAYA, COMMAND).await;
        post(bot, 1).await;
        bot.dies_during(posting()).await;
        bot.settle().await;
        let direct = bot.world(|world| world.messages.iter().filter(|m| m.channel.starts_with('D')).count());
        assert_eq!(direct, 2, "{}", bot.everything());
        bot.read_all().await;
        let counted = r#"outcome_unknown_total{method="chat.postMessage"} 1"#;
        assert!(bot.work.metrics.encode(None).contains(counted), "{}", bot.work.metrics.encode(None));
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
    })
    .await;
}

/// A message that Slack has heard, and whose answer does not come.
fn posting() -> Hang {
    let method = "chat.postMessage".into();
    Hang { service: Service::Slack, method, path: String::new(), after_effect: true }
}
