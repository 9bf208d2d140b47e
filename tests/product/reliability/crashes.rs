//! A crash or a failing database at any step loses nothing, and repeats only effects that Slack gives no way to find
//! again.

use dialnote_sandbox::{Hang, Service};
use dialnote_slack::core::error::Fault;
use dialnote_slack::platform::db::Queue;
use jiff::SignedDuration;

use crate::support::database::On;
use crate::support::{ANA, Bot, MAYA, Setup, ZOE, product, product_with};

const COMMAND: &str = "/assign @zoe +1 415 555 0101 wants a call back";

/// Loads all people and channels once.
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
async fn a_crash_between_any_two_jobs_loses_nothing() {
    for steps in 0.. {
        let mut finished = false;
        product(async |bot| {
            bot.slash(MAYA, COMMAND).await;
            for _ in 0..steps {
                finished = !(bot.step(Queue::Work).await || bot.step(Queue::Outbox).await);
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

/// Kills the app during a call: before or after the service acted on it.
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
async fn a_crash_while_reading_dialnote_loses_nothing() {
    for path in ["/conversations", "/team/members", "/conversations/conv_1001"] {
        dies_during(Service::Dialnote, "GET", path, true).await;
    }
}

#[tokio::test]
async fn a_crash_while_writing_to_dialnote_repeats_nothing() {
    for after_effect in [false, true] {
        dies_during(Service::Dialnote, "PATCH", "", after_effect).await;
        dies_during(Service::Dialnote, "POST", "/notes", after_effect).await;
    }
}

#[tokio::test]
async fn a_crash_before_slack_received_a_message_loses_nothing() {
    for method in ["chat.postMessage", "response_url", "users.info"] {
        dies_during(Service::Slack, method, "", false).await;
    }
}

/// Delivers messages until this many were posted in channels and direct messages.
async fn post(bot: &Bot, messages: usize) {
    while bot.calls("chat.postMessage") < messages {
        assert!(bot.step(Queue::Work).await || bot.step(Queue::Outbox).await, "there is more to post");
    }
}

#[tokio::test]
async fn a_crash_after_slack_received_a_message_repeats_nothing() {
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

/// Checks a call whose answer cannot be stored: the worker that has the job after the lease looks for its effect.
async fn is_forgotten(service: Service, method: &str, path: &str, posted_before: usize) {
    product_with(Setup { on: On::File, ..Setup::USUAL }, async |bot| {
        let database = rusqlite::Connection::open(bot.database()).unwrap();
        bot.slash(MAYA, COMMAND).await;
        post(bot, posted_before).await;
        let call = Hang { service, method: method.into(), path: path.into(), after_effect: true };
        bot.world(|world| world.faults.hang_next.push(call));
        let sabotaged = async {
            bot.sandbox.hung().await;
            database.execute_batch(SABOTAGE).unwrap();
            bot.sandbox.release();
        };
        let (failed, ()) = tokio::join!(until_it_fails(bot), sabotaged);
        assert!(matches!(&failed, Fault::Store(cause) if cause.contains("sabotaged")), "{failed:?}");
        database.execute_batch("DROP TRIGGER no_change; DROP TRIGGER no_end").unwrap();
        bot.pass(SignedDuration::from_secs(31)).await;
        if bot.was_told_to_wait(MAYA) {
            bot.answer(MAYA).await;
        }
        all_is_done(bot).await;
        assert_eq!(bot.owners_set(), ["mem_zoe"]);
    })
    .await;
}

const SABOTAGE: &str = "
    CREATE TRIGGER no_change BEFORE UPDATE ON jobs BEGIN SELECT RAISE(ABORT, 'sabotaged'); END;
    CREATE TRIGGER no_end BEFORE DELETE ON jobs BEGIN SELECT RAISE(ABORT, 'sabotaged'); END;";

async fn until_it_fails(bot: &Bot) -> Fault {
    loop {
        match (bot.tenants.step(Queue::Work).await, bot.tenants.step(Queue::Outbox).await) {
            (Err(fault), _) | (_, Err(fault)) => return fault,
            (inbox, outbox) => assert!(inbox.unwrap() || outbox.unwrap(), "all is done, and nothing failed"),
        }
    }
}

#[tokio::test]
async fn a_change_whose_result_was_not_stored_is_found_again() {
    is_forgotten(Service::Dialnote, "PATCH", "", 0).await;
    is_forgotten(Service::Dialnote, "POST", "/notes", 0).await;
    for posted_before in 0..3 {
        is_forgotten(Service::Slack, "chat.postMessage", "", posted_before).await;
    }
}

#[tokio::test]
async fn without_history_permission_a_repeated_message_is_counted() {
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

/// Returns a hang of a message that Slack has accepted and does not answer.
fn posting() -> Hang {
    let method = "chat.postMessage".into();
    Hang { service: Service::Slack, method, path: String::new(), after_effect: true }
}
