//! Calls that take effect after our timeout: nothing is done twice, and the last command wins.

use dialnote_sandbox::{Call, Hang, Service, World};
use jiff::SignedDuration;
use serde_json::json;

use crate::support::drawing::draw;
use crate::support::{ANA, Bot, LEO, MAYA, ZOE, product};

/// Longer than any wait between two tries of these tests.
const LONG: SignedDuration = SignedDuration::from_secs(90);

/// The delay of the effect after our timeout: five seconds are left until the next try.
const LATE: SignedDuration = SignedDuration::from_secs(5);

/// Returns a hang before the effect, which happens on release, even if the client disconnected.
fn hanging(service: Service, method: &str, path: &str) -> Hang {
    Hang { service, method: method.into(), path: path.into(), after_effect: false }
}

/// Assigns the conversation to Zoe; a call on the way takes effect after our timeout. Before that, it is assigned to
/// Leo.
async fn takes_effect_late(bot: &mut Bot, service: Service, method: &str, path: &str) {
    // A call's time limit is half of it.
    bot.restart_with(&[("LEASE_SECONDS", "5")]).await;
    comes_to_one_end(bot, hanging(service, method, path)).await;
}

/// Does the same with a gateway that gives up waiting before we do.
async fn is_given_up_by_a_gateway(bot: &mut Bot, service: Service, method: &str, path: &str) {
    let mut failure = json!({ "method": method, "status": 504, "answer": "html", "effect_late_ms": 1 });
    let side = match service {
        Service::Slack => "slack.fail_next",
        Service::Dialnote => {
            failure["path"] = json!(path);
            "dialnote.fail_next"
        }
    };
    bot.world(|world| world.faults = world.faults.merged(&json!({ side: [failure] })).unwrap());
    comes_to_one_end(bot, hanging(service, method, path)).await;
}

async fn comes_to_one_end(bot: &mut Bot, hang: Hang) {
    let what = format!("{hang:?}");
    bot.world(|world| world.faults.hang_next.push(hang));
    bot.slash(MAYA, "/assign @zoe conv_1001 first").await;
    let (seq, ()) = tokio::join!(hung(bot), bot.settle());
    assert!(!has_acted(bot, seq), "{what}: the app gave up waiting");
    bot.slash(MAYA, "/assign @leo conv_1001 second").await;
    bot.pass(LATE).await;
    assert!(!has_acted(bot, seq), "{what}");
    bot.sandbox.release();
    bot.sandbox.until(|world| is_done(world, seq).then_some(())).await;
    bot.pass(LONG).await;
    assert_eq!(bot.dialnote(ANA), "mem_leo open", "{what}: the last command wins");
    assert_eq!(owners(bot), ["mem_zoe", "mem_leo"], "{what}");
    assert_eq!(bot.notes(ANA).len(), 2, "{what}: {:?}", bot.notes(ANA));
    for (note, reader) in [("first", ZOE), ("second", LEO)] {
        assert_eq!(said(bot, note), [1, 1], "{what}: {note} in the thread and to {reader}\n{}", bot.everything());
    }
    let cards = bot.world(|world| {
        let posted = world.messages.iter().filter(|message| message.channel == "C0FRONT" && message.to.is_none());
        posted.filter(|message| !message.is_reply()).count()
    });
    assert_eq!(cards, 1, "{what}\n{}", bot.everything());
    assert!(bot.card(ANA).await.contains("Owner: Leo"), "{what}");
    bot.read_all().await;
}

/// Waits for the call that hangs and returns its number.
async fn hung(bot: &Bot) -> u64 {
    bot.sandbox.hung().await;
    bot.world(|world| world.calls.total())
}

fn has_acted(bot: &Bot, seq: u64) -> bool {
    bot.world(|world| is_done(world, seq))
}

fn is_done(world: &World, seq: u64) -> bool {
    world.calls.iter().any(|call| call.seq == seq && call.acted)
}

/// Returns the members that dialnote made the owner, in order.
fn owners(bot: &Bot) -> Vec<String> {
    bot.world(|world| {
        let mut done: Vec<_> = world.calls.iter().filter(|call| call.method == "PATCH" && call.acted).collect();
        done.sort_by_key(|call| call.effect);
        done.iter().filter_map(|call| call.body["assignedToId"].as_str().map(str::to_owned)).collect()
    })
}

/// Returns the number of times that a note is in the card's thread, and was posted to a person. A direct message about a
/// conversation that its reader has lost shows the note no longer.
fn said(bot: &Bot, note: &str) -> [usize; 2] {
    bot.world(|world| {
        let (quote, quoted) = (format!("> {note}"), format!("“{note}”"));
        let replies = world.messages.iter().filter(|message| message.channel == "C0FRONT" && message.is_reply());
        let in_thread = replies.map(|message| draw(message).lines().filter(|line| *line == quote).count()).sum();
        let posted = world.calls.iter().filter(|call| call.acted && call.method == "chat.postMessage");
        let field = |call: &Call, name: &str| call.body[name].as_str().unwrap_or_default().to_owned();
        let directly = posted.filter(|call| field(call, "channel").starts_with('D'));
        [in_thread, directly.filter(|call| field(call, "text").contains(&quoted)).count()]
    })
}

#[tokio::test]
async fn a_change_that_comes_late_is_not_made_again_and_overwrites_nothing() {
    product(async |bot| takes_effect_late(bot, Service::Dialnote, "PATCH", "").await).await;
    product(async |bot| is_given_up_by_a_gateway(bot, Service::Dialnote, "PATCH", "").await).await;
}

#[tokio::test]
async fn a_note_that_comes_late_is_written_once() {
    product(async |bot| takes_effect_late(bot, Service::Dialnote, "POST", "/notes").await).await;
    product(async |bot| is_given_up_by_a_gateway(bot, Service::Dialnote, "POST", "/notes").await).await;
}

#[tokio::test]
async fn a_message_that_comes_late_is_posted_once() {
    product(async |bot| takes_effect_late(bot, Service::Slack, "chat.postMessage", "").await).await;
    product(async |bot| is_given_up_by_a_gateway(bot, Service::Slack, "chat.postMessage", "").await).await;
}

#[tokio::test]
async fn a_card_that_is_changed_late_shows_the_last_owner() {
    product(async |bot| {
        bot.slash(MAYA, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.restart_with(&[("LEASE_SECONDS", "5")]).await;
        bot.world(|world| world.faults.hang_next.push(hanging(Service::Slack, "chat.update", "")));
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        let (seq, ()) = tokio::join!(hung(bot), bot.settle());
        bot.slash(MAYA, "/assign @leo conv_1001").await;
        bot.pass(LATE).await;
        bot.sandbox.release();
        bot.sandbox.until(|world| is_done(world, seq).then_some(())).await;
        bot.pass(LONG).await;
        assert!(bot.card(ANA).await.contains("Owner: Leo"));
        bot.read_all().await;
    })
    .await;
}

/// Killed in the middle of a call, the app restarts before the call takes effect.
#[tokio::test]
async fn a_call_of_the_dead_that_comes_late_is_not_made_again() {
    for (method, path) in [("PATCH", ""), ("POST", "/notes"), ("chat.postMessage", "")] {
        product(async |bot| {
            let service = if method.contains('.') { Service::Slack } else { Service::Dialnote };
            bot.world(|world| world.faults.hang_next.push(hanging(service, method, path)));
            bot.slash(MAYA, "/assign @zoe conv_1001 first").await;
            let seq = tokio::select! {
                () = bot.settle() => panic!("nothing hung: {method}"),
                seq = hung(bot) => seq,
            };
            bot.restart().await;
            bot.slash(MAYA, "/assign @leo conv_1001 second").await;
            bot.pass(LATE).await;
            assert!(!has_acted(bot, seq), "{method}");
            bot.sandbox.release();
            bot.sandbox.until(|world| is_done(world, seq).then_some(())).await;
            bot.pass(LONG).await;
            assert_eq!(bot.dialnote(ANA), "mem_leo open", "{method}");
            assert_eq!(owners(bot), ["mem_zoe", "mem_leo"], "{method}");
            assert_eq!(bot.notes(ANA).len(), 2, "{method}: {:?}", bot.notes(ANA));
            assert_eq!([said(bot, "first"), said(bot, "second")], [[1, 1], [1, 1]], "{}", bot.everything());
            bot.read_all().await;
        })
        .await;
    }
}
