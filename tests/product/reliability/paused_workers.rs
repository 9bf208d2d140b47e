//! A worker that was paused and overtaken by another one does nothing a second time.

use dialnote_sandbox::{DialnoteFailure, Hang, Service, SlackFailure};
use dialnote_slack::platform::db::Queue;
use dialnote_slack::worker::tenants::Tenants;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{ANA, Bot, LEO, MAYA, ZOE, product};

/// Longer than a lease.
const A_MINUTE: SignedDuration = SignedDuration::from_secs(60);

async fn finish(tenants: &Tenants) {
    while tenants.step(Queue::Work).await.unwrap() || tenants.step(Queue::Outbox).await.unwrap() {}
}

/// Pauses the app in the middle of the call that `hang` describes, for longer than its lease, so that another instance
/// takes everything over. Then lets it go on.
async fn stands_still_at(bot: &Bot, hang: Hang) {
    bot.world(|world| world.faults.hang_next.push(hang));
    let paused = bot.settle();
    tokio::pin!(paused);
    tokio::select! {
        () = &mut paused => panic!("nothing hung"),
        () = bot.sandbox.hung() => {}
    }
    bot.clock.advance(A_MINUTE);
    let other = bot.second().await;
    finish(&other).await;
    bot.sandbox.release();
    paused.await;
}

#[tokio::test]
async fn a_worker_paused_before_a_note_leaves_it_to_the_other() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
        let fails = DialnoteFailure { method: "POST".into(), path: "/notes".into(), ..DialnoteFailure::default() };
        bot.world(|world| world.faults.dialnote.fail_next.push(fails));
        bot.settle().await;
        bot.clock.advance(SignedDuration::from_secs(2));
        // It has checked whether the note exists, and is about to write it.
        let look = Hang { service: Service::Dialnote, method: "GET".into(), path: String::new(), after_effect: true };
        stands_still_at(bot, look).await;
        assert_eq!(bot.notes(ANA).len(), 1, "{:?}", bot.notes(ANA));
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_worker_paused_before_posting_leaves_it_to_the_other() {
    product(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
        while bot.step(Queue::Work).await {}
        bot.world(|world| world.faults.slack.fail_next.push(posting_fails()));
        bot.settle().await;
        bot.clock.advance(SignedDuration::from_secs(2));
        let look = Hang {
            service: Service::Slack,
            method: "conversations.history".into(),
            path: String::new(),
            after_effect: true,
        };
        stands_still_at(bot, look).await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_paused_worker_does_not_overwrite_later_additions() {
    product(async |bot| {
        bot.look().await;
        bot.slash_in("dm", MAYA, "/assign @zoe conv_1001").await;
        let posted = Hang {
            service: Service::Slack,
            method: "chat.postMessage".into(),
            path: String::new(),
            after_effect: true,
        };
        bot.world(|world| world.faults.hang_next.push(posted));
        let meanwhile = async {
            bot.sandbox.hung().await;
            bot.clock.advance(A_MINUTE);
            let other = bot.second().await;
            finish(&other).await;
            given_in_dialnote(bot, "conv_1002").await;
            finish(&other).await;
            bot.sandbox.release();
        };
        tokio::join!(bot.settle(), meanwhile);
        given_in_dialnote(bot, "conv_1003").await;
        let told = bot.dm(ZOE).await;
        for number in ["0101", "0102", "0103"] {
            assert!(told.contains(number), "{number} is missing:\n{told}");
        }
        bot.read_all().await;
    })
    .await;
}

/// Assigns a conversation to Zoe as a member in dialnote, and lets the app see it.
async fn given_in_dialnote(bot: &Bot, conversation: &str) {
    bot.clock.advance(SignedDuration::from_secs(2));
    bot.sandbox.change_in_dialnote(&json!({ "conversation": conversation, "assignedToId": "mem_zoe" })).unwrap();
    bot.poll().await.unwrap();
}

fn posting_fails() -> SlackFailure {
    SlackFailure { method: "chat.postMessage".into(), status: 503, ..SlackFailure::default() }
}

#[tokio::test]
async fn a_card_that_waits_is_brought_up_to_date_too() {
    product(async |bot| {
        bot.slash(LEO, "/dialnote take conv_1004").await;
        bot.slash(ZOE, "/dialnote take conv_1005").await;
        bot.read_all().await;
        bot.world(|world| world.faults.slack.down = true);
        bot.slash_in("billing", LEO, "/assign @zoe conv_1001").await;
        bot.settle().await;
        bot.slash(LEO, "/assign me conv_1001").await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        bot.world(|world| world.faults.slack.down = false);
        bot.pass(A_MINUTE).await;
        for channel in ["billing", "front-desk"] {
            assert!(bot.card_in(channel, ANA).await.contains("Owner: Leo"), "in #{channel}");
        }
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_long_search_reports_its_wait_once() {
    product(async |bot| {
        bot.slash(MAYA, "/assign me conv_1002").await;
        bot.read_all().await;
        bot.slash(MAYA, "/assign @zoe +1 415 555 0101").await;
        let list = Hang {
            service: Service::Dialnote,
            method: "GET".into(),
            path: "/conversations".into(),
            after_effect: false,
        };
        bot.world(|world| world.faults.hang_next.push(list));
        let meanwhile = async {
            bot.sandbox.hung().await;
            bot.clock.advance(SignedDuration::from_secs(5));
            bot.tenants.tick().await.unwrap();
            bot.sandbox.release();
        };
        tokio::join!(bot.step(Queue::Work), meanwhile);
        bot.world(|world| world.faults.dialnote.down = true);
        bot.pass(SignedDuration::from_secs(5)).await;
        bot.world(|world| world.faults.dialnote.down = false);
        bot.pass(A_MINUTE).await;
        let told = bot.world(|world| {
            let mine = world.messages.iter().filter(|message| message.text.contains("is saved and runs"));
            mine.count()
        });
        assert_eq!(told, 1, "{}", bot.everything());
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_retry_stays_ahead_of_later_commands() {
    product(async |bot| {
        bot.world(|world| world.faults.dialnote.down = true);
        bot.slash(MAYA, "/assign @zoe +1 415 555 0101").await;
        bot.pass(SignedDuration::from_secs(5)).await;
        bot.clock.advance(SignedDuration::from_hours(25));
        bot.expect_dead(1);
        bot.settle().await;
        bot.answer(MAYA).await;
        bot.world(|world| world.faults.dialnote.down = false);
        bot.press_private(MAYA, "front-desk", "retry", 0).await;
        bot.slash(MAYA, "/assign @leo conv_1001").await;
        bot.settle().await;
        assert_eq!(bot.owners_set(), ["mem_zoe", "mem_leo"]);
        bot.read_all().await;
    })
    .await;
}
