//! Malformed answers of Slack and dialnote: nothing is written twice, nothing is lost, and no message is untrue.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::database::On;
use crate::support::{Bot, MAYA, Setup, ZOE, product, product_with};

/// Answers that no one can read.
const UNREADABLE: [&str; 5] = ["html", "empty", "cut", "not_utf8", "no_list"];

fn faults(bot: &Bot, patch: &Value) {
    bot.world(|world| world.faults = world.faults.merged(patch).unwrap());
}

fn owner(bot: &Bot) -> Option<String> {
    bot.world(|world| world.dialnote.conversation("conv_1001").unwrap().assigned_to.clone())
}

fn notes(bot: &Bot) -> usize {
    bot.world(|world| world.dialnote.conversation("conv_1001").unwrap().notes().len())
}

async fn patiently(bot: &mut Bot, minutes: i64) {
    for _ in 0..minutes {
        bot.settle().await;
        bot.clock.advance(SignedDuration::from_mins(1));
    }
    bot.settle().await;
}

#[tokio::test]
async fn a_note_that_was_taken_is_written_once() {
    for (status, answer) in [(204, "empty"), (201, "empty"), (201, "html"), (200, "cut")] {
        product(async |bot| {
            let odd = json!({ "method": "POST", "path": "/notes", "status": status, "answer": answer, "after_effect": true, "always": true });
            faults(bot, &json!({ "dialnote.fail_next": [odd] }));
            bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
            bot.settle().await;
            let said = bot.answer(MAYA).await;
            assert!(said.contains("note was added"), "{status} {answer}: {said}");
            assert_eq!(notes(bot), 1, "{status} {answer}");
            bot.read_all().await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_change_that_was_taken_is_made_once() {
    for (status, answer) in [(200, "html"), (200, "empty"), (200, "cut"), (204, "empty"), (200, "other_conversation")] {
        product(async |bot| {
            let odd =
                json!({ "method": "PATCH", "status": status, "answer": answer, "after_effect": true, "always": true });
            faults(bot, &json!({ "dialnote.fail_next": [odd] }));
            bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
            bot.settle().await;
            let said = bot.answer(MAYA).await;
            assert!(said.starts_with("Assigned Ana Lima") && said.contains("note was added"), "{answer}: {said}");
            assert_eq!((owner(bot).as_deref(), notes(bot)), (Some("mem_zoe"), 1), "{answer}");
            assert_eq!(bot.calls("PATCH"), 1, "{answer}");
            bot.read_all().await;
        })
        .await;
    }
}

#[tokio::test]
async fn an_unreadable_answer_is_retried_like_an_outage() {
    let pages = [(301, "redirect"), (401, "unauthorized_page"), (403, "html"), (404, "html"), (404, "empty")];
    let pages = UNREADABLE.into_iter().map(|answer| (200, answer)).chain(pages);
    for (status, answer) in pages {
        product(async |bot| {
            let odd = json!({ "status": status, "answer": answer, "always": true });
            faults(bot, &json!({ "dialnote.fail_next": [odd] }));
            bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
            patiently(bot, 10).await;
            assert_eq!((owner(bot), notes(bot)), (None, 0), "{status} {answer}");
            faults(bot, &json!({ "reset": true }));
            patiently(bot, 2).await;
            assert_eq!((owner(bot).as_deref(), notes(bot)), (Some("mem_zoe"), 1), "{status} {answer}");
            bot.read_all().await;
        })
        .await;
    }
}

#[tokio::test]
async fn an_unreadable_slack_answer_is_retried_and_named() {
    for (status, answer) in [(200, "html"), (200, "cut"), (200, "empty"), (302, "redirect"), (404, "html")] {
        product(async |bot| {
            let odd = |method| json!({ "method": method, "status": status, "answer": answer, "always": true });
            let odd = ["users.", "chat.", "conversations."].map(odd);
            faults(bot, &json!({ "slack.fail_next": odd }));
            bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
            bot.pass(SignedDuration::from_secs(10)).await;
            patiently(bot, 10).await;
            assert_eq!((owner(bot), notes(bot)), (None, 0), "{status} {answer}");
            let said = bot.answer(MAYA).await;
            assert!(said.starts_with("Slack isn't responding."), "{status} {answer}: {said}");
            faults(bot, &json!({ "reset": true }));
            patiently(bot, 3).await;
            assert_eq!((owner(bot).as_deref(), notes(bot)), (Some("mem_zoe"), 1), "{status} {answer}");
            bot.read_all().await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_gateways_page_does_not_say_that_a_conversation_is_gone() {
    for (method, answer) in [("GET", "html"), ("GET", "empty"), ("PATCH", "html"), ("POST", "html")] {
        product(async |bot| {
            let page = json!({
                "method": method, "path": "/conversations/conv_1001", "status": 404, "answer": answer, "times": 3,
            });
            faults(bot, &json!({ "dialnote.fail_next": [page] }));
            bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
            patiently(bot, 5).await;
            assert_eq!((owner(bot).as_deref(), notes(bot)), (Some("mem_zoe"), 1), "{method} {answer}");
            let everything = bot.everything();
            assert!(
                !everything.contains("is no longer in dialnote") && !everything.contains("deleted"),
                "{everything}"
            );
            bot.read_all().await;
        })
        .await;
    }
}

/// The gateway answers for the conversation and for one that never existed, and dialnote is back before its list is
/// read.
#[tokio::test]
async fn a_gateways_page_in_passing_does_not_say_that_a_conversation_is_gone() {
    product(async |bot| {
        let page = |path: &str| json!({ "method": "GET", "path": path, "status": 404, "answer": "html", "times": 1 });
        let pages = [page("/conversations/conv_1001"), page("/conversations/dialnote-slack-doctor")];
        faults(bot, &json!({ "dialnote.fail_next": pages }));
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
        patiently(bot, 5).await;
        assert_eq!((owner(bot).as_deref(), notes(bot)), (Some("mem_zoe"), 1));
        let everything = bot.everything();
        assert!(!everything.contains("is no longer in dialnote"), "{everything}");
        bot.read_all().await;
    })
    .await;
}

/// A gateway answers a write that took effect, and the app's check afterwards is limited.
#[tokio::test]
async fn a_gateways_page_does_not_say_that_nothing_was_written() {
    for (method, path) in [("POST", "/notes"), ("PATCH", "")] {
        product(async |bot| {
            let page = json!({ "method": method, "path": path, "status": 404, "answer": "html", "after_effect": true });
            let hang = json!({ "service": "dialnote", "method": method, "path": path, "after_effect": true });
            faults(bot, &json!({ "dialnote.fail_next": [page], "hang_next": [hang] }));
            bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
            let written = async {
                bot.sandbox.hung().await;
                let look = json!({ "method": "GET", "path": "/conversations/conv_1001", "status": 429 });
                faults(bot, &json!({ "dialnote.fail_next": [look] }));
                bot.sandbox.release();
            };
            tokio::join!(bot.settle(), written);
            patiently(bot, 3).await;
            assert_eq!((owner(bot).as_deref(), notes(bot)), (Some("mem_zoe"), 1), "{method}");
            assert_eq!((bot.calls("PATCH"), bot.calls("POST")), (1, 1), "{method}");
            bot.read_all().await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_message_whose_name_is_not_heard_is_posted_once() {
    for answer in ["html", "empty", "cut"] {
        product(async |bot| {
            let odd = json!({ "method": "chat.postMessage", "answer": answer, "status": 200, "after_effect": true, "times": 4 });
            faults(bot, &json!({ "slack.fail_next": [odd] }));
            bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
            patiently(bot, 3).await;
            bot.read_all().await;
            let (cards, messages) = bot.world(|world| {
                let posted = |place: &str| {
                    let there = world.messages.iter().filter(|message| message.channel == place);
                    there.filter(|message| message.thread_ts.is_none()).count()
                };
                (posted("C0FRONT"), posted("D0ZOE"))
            });
            assert_eq!((cards, messages), (1, 1), "{answer}");
        })
        .await;
    }
}

/// The card, the direct message and the line are posted without an answer, and the answer to the check holds no
/// messages.
#[tokio::test]
async fn an_answer_without_messages_does_not_say_that_none_was_posted() {
    product(async |bot| {
        let unheard =
            json!({ "method": "chat.postMessage", "answer": "html", "status": 200, "after_effect": true, "times": 3 });
        let looks = ["conversations.history", "conversations.replies"]
            .map(|method| json!({ "method": method, "answer": "no_list", "status": 200, "times": 2 }));
        faults(bot, &json!({ "slack.fail_next": [unheard, looks[0], looks[1]] }));
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call back").await;
        patiently(bot, 5).await;
        let posted = |place: &str| {
            bot.world(|world| {
                let there = world.messages.iter().filter(|message| message.channel == place && message.to.is_none());
                there.count()
            })
        };
        assert_eq!((posted("C0FRONT"), posted("D0ZOE")), (2, 1), "{}", bot.everything());
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_wait_of_nothing_is_a_wait_all_the_same() {
    for wait in ["0", "-5", "0.2"] {
        product(async |bot| {
            faults(bot, &json!({ "dialnote.fail_next": [{ "status": 429, "retry_after": wait, "always": true }] }));
            bot.slash(MAYA, "/assign @zoe conv_1001").await;
            for _ in 0..60 {
                bot.settle().await;
                bot.clock.advance(SignedDuration::from_secs(1));
            }
            let made = bot.calls("GET") + bot.calls("PATCH");
            assert!(made < 20, "{wait}: {made} calls in a minute");
            faults(bot, &json!({ "reset": true }));
            patiently(bot, 1).await;
            assert_eq!(owner(bot).as_deref(), Some("mem_zoe"), "{wait}");
            bot.read_all().await;
        })
        .await;
    }
}

#[tokio::test]
async fn an_endless_wait_is_asked_about_after_minutes() {
    product(async |bot| {
        faults(bot, &json!({ "dialnote.fail_next": [{ "status": 429, "retry_after": "1000000000", "times": 1 }] }));
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        patiently(bot, 6).await;
        assert_eq!(owner(bot).as_deref(), Some("mem_zoe"));
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_without_a_list_is_not_an_empty_list() {
    for fault in [
        json!({ "dialnote.fail_next": [{ "path": "/conversations", "answer": "no_list", "status": 200, "times": 1 }] }),
        json!({ "dialnote": { "empty_list_times": 1 } }),
    ] {
        product_with(Setup { webhooks: true, on: On::File, ..Setup::USUAL }, async |bot| {
            bot.slash(MAYA, "/dialnote route *").await;
            bot.read_all().await;
            let posted =
                |bot: &Bot| bot.world(|world| world.messages.iter().filter(|m| m.channel == "C0FRONT").count());
            let before = posted(bot);
            faults(bot, &fault);
            let _ = bot.poll().await;
            faults(bot, &json!({ "reset": true }));
            bot.look().await;
            // Of the 14 there is one in which something has just happened.
            assert!(posted(bot) <= before + 1, "{fault}: {} cards", posted(bot) - before);
            bot.read_all().await;
        })
        .await;
    }
}

#[tokio::test]
async fn lists_of_any_shape_are_read_to_their_end() {
    for fault in [json!({ "page_size": 5 }), json!({ "repeats_page": true, "page_size": 100 })] {
        product_with(Setup { webhooks: true, on: On::File, ..Setup::USUAL }, async |bot| {
            faults(bot, &json!({ "dialnote": fault }));
            bot.look().await;
            bot.slash(MAYA, "/inbox all").await;
            bot.settle().await;
            let said = bot.answer(MAYA).await;
            assert!(said.contains("All conversations · 1–6 of 14"), "{fault}: {said}");
        })
        .await;
    }
}

#[tokio::test]
async fn lists_without_an_end_are_left() {
    for fault in [json!({ "ignores_offset": true }), json!({ "endless_list": true, "page_size": 1 })] {
        product_with(Setup { webhooks: true, on: On::File, ..Setup::USUAL }, async |bot| {
            faults(bot, &json!({ "dialnote": fault }));
            bot.look().await;
            let read = bot.calls("GET");
            assert!(read <= 2_010, "{fault}: {read} pages");
            bot.slash(ZOE, "/assign me conv_1001").await;
            bot.settle().await;
            assert_eq!(owner(bot).as_deref(), Some("mem_zoe"), "{fault}");
            bot.read_all().await;
        })
        .await;
    }
}

#[tokio::test]
async fn one_member_twice_is_one_member() {
    product(async |bot| {
        faults(bot, &json!({ "dialnote": { "duplicate_members": true } }));
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        bot.settle().await;
        assert_eq!(owner(bot).as_deref(), Some("mem_zoe"));
        bot.read_all().await;
    })
    .await;
}
