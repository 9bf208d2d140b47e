//! Emoji on cards: 👀 takes, ✅ marks done, 💤 snoozes until tomorrow, and removing one within ten minutes undoes it.

use dialnote_sandbox::{EventOrder, Message};
use dialnote_slack::platform::db::Queue;
use dialnote_slack::platform::slack::inbound::Inbound;
use dialnote_slack::platform::slack::reading;
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::{ANA, Bot, FRONT_DESK, LEO, MAYA, SAM, ZOE, product};

const EYES: &str = "eyes";
const CHECK: &str = "white_check_mark";

/// Makes a card of Ana's conversation, unassigned, in #front-desk, where emoji act.
async fn card(bot: &mut Bot) {
    card_under(bot, json!({})).await;
}

/// Does the same with other rules as well.
async fn card_under(bot: &mut Bot, rules: Value) {
    bot.slash(MAYA, "/assign me conv_1001").await;
    bot.slash(MAYA, "/unassign conv_1001").await;
    let mut values = json!({ "emoji": { "emoji": ["reacts"] } });
    values.as_object_mut().unwrap().extend(rules.as_object().unwrap().clone());
    set(bot, values).await;
}

async fn set(bot: &mut Bot, values: Value) {
    bot.slash(MAYA, "/dialnote settings").await;
    bot.submit(MAYA, values).await;
    bot.read_all().await;
}

/// Returns an event about Zoe's 👀 on Ana's card, `seconds` after now.
fn event(bot: &Bot, kind: &str, seconds: i64) -> Value {
    let card = bot.world(|world| world.messages.iter().find(|m| is_card(m)).cloned()).expect("the card");
    let at = bot.clock.now().as_second() + seconds;
    json!({ "type": kind, "user": "zoe", "reaction": EYES, "event_ts": format!("{at}.900000"),
        "item": { "type": "message", "channel": card.channel, "ts": card.ts } })
}

fn is_card(message: &Message) -> bool {
    message.to.is_none() && message.text.contains("Ana Lima")
}

#[tokio::test]
async fn emoji_take_mark_done_and_snooze() {
    product(async |bot| {
        card(bot).await;
        bot.react(ZOE, ANA, EYES).await;
        assert_snapshot!(bot.line(ANA).await, @"Zoe took this.");
        assert!(bot.card(ANA).await.contains("Owner: Zoe"));
        bot.react(ZOE, ANA, "zzz").await;
        assert_snapshot!(bot.line(ANA).await, @"Zoe snoozed this until Nov 24, 14:00 UTC.");
        assert_eq!(bot.dialnote(ANA), "mem_zoe snoozed");
        bot.react(ZOE, ANA, CHECK).await;
        assert_snapshot!(bot.line(ANA).await, @"Zoe marked this done.");
        assert_eq!(bot.dialnote(ANA), "mem_zoe done");
    })
    .await;
}

#[tokio::test]
async fn a_new_owner_and_the_one_before_are_notified_as_ever() {
    product(async |bot| {
        card(bot).await;
        bot.slash(MAYA, "/assign @leo conv_1001").await;
        bot.read_all().await;
        bot.react(ZOE, ANA, CHECK).await;
        assert_snapshot!(bot.line(ANA).await, @"Zoe marked this done.");
        assert_snapshot!(bot.dm(LEO).await, @"Ana Lima · Zoe marked this done, 9:00 UTC. [Open in dialnote ↗]");
        assert_eq!(bot.dialnote(ANA), "mem_leo done");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn removing_one_undoes_exactly_that() {
    product(async |bot| {
        card(bot).await;
        bot.react(ZOE, ANA, EYES).await;
        bot.react(ZOE, ANA, CHECK).await;
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_mins(9));
        bot.unreact(ZOE, ANA, CHECK).await;
        assert_snapshot!(bot.line(ANA).await, @"Zoe undid that: this is open again.");
        assert_eq!(bot.dialnote(ANA), "mem_zoe open", "it is still theirs");
        bot.unreact(ZOE, ANA, EYES).await;
        assert_snapshot!(bot.line(ANA).await, @"Zoe undid that: this is unassigned again.");
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.react(ZOE, ANA, EYES).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open", "added again, it acts again");
    })
    .await;
}

#[tokio::test]
async fn an_older_act_is_not_undone_after_a_newer_one() {
    product(async |bot| {
        card(bot).await;
        bot.react(ZOE, ANA, EYES).await;
        bot.react(ZOE, ANA, CHECK).await;
        bot.read_all().await;
        bot.unreact(ZOE, ANA, EYES).await;
        assert_snapshot!(bot.answer(ZOE).await, @"Can't undo: you changed Ana Lima again after that.");
        assert_eq!(bot.dialnote(ANA), "mem_zoe done");
    })
    .await;
}

#[tokio::test]
async fn after_ten_minutes_removing_one_changes_nothing() {
    product(async |bot| {
        card(bot).await;
        bot.react(ZOE, ANA, EYES).await;
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_mins(11));
        bot.unreact(ZOE, ANA, EYES).await;
        assert_snapshot!(bot.answer(ZOE).await, @"Can't undo: your last change to Ana Lima was over 10 minutes ago.");
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
    })
    .await;
}

#[tokio::test]
async fn a_change_by_someone_else_is_not_undone() {
    product(async |bot| {
        card(bot).await;
        bot.react(ZOE, ANA, EYES).await;
        bot.read_all().await;
        bot.slash(LEO, "/snooze conv_1001 2h").await;
        bot.read_all().await;
        bot.unreact(ZOE, ANA, EYES).await;
        assert_snapshot!(bot.answer(ZOE).await, @"Can't undo: Leo changed Ana Lima after you.");
        assert_eq!(bot.dialnote(ANA), "mem_zoe snoozed");
    })
    .await;
}

#[tokio::test]
async fn what_was_undone_already_is_not_undone_again() {
    product(async |bot| {
        card(bot).await;
        bot.react(ZOE, ANA, EYES).await;
        bot.slash(ZOE, "/dialnote undo conv_1001").await;
        bot.read_all().await;
        bot.unreact(ZOE, ANA, EYES).await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "nobody open");
    })
    .await;
}

#[tokio::test]
async fn of_two_people_one_wins() {
    product(async |bot| {
        card(bot).await;
        bot.react(ZOE, ANA, EYES).await;
        bot.react(LEO, ANA, EYES).await;
        assert_snapshot!(bot.answer(LEO).await, @"
        Zoe took Ana Lima 1 s ago.
        [Take over…]
        ");
        assert_eq!(bot.last_private(LEO).thread_ts, None, "in the channel, where he reacted");
        bot.line(ANA).await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        bot.unreact(LEO, ANA, EYES).await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open", "his emoji had no effect that could be undone");
    })
    .await;
}

#[tokio::test]
async fn events_come_twice_and_in_any_order() {
    product(async |bot| {
        card(bot).await;
        bot.world(|world| world.faults.slack.deliver_twice = true);
        bot.react(ZOE, ANA, EYES).await;
        bot.line(ANA).await;
        bot.unreact(ZOE, ANA, EYES).await;
        bot.line(ANA).await;
        assert_eq!(bot.dialnote(ANA), "nobody open");

        bot.world(|world| world.faults.slack.reactions = EventOrder::Swapped);
        bot.react(ZOE, ANA, EYES).await;
        bot.unreact(ZOE, ANA, EYES).await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "nobody open", "the removal came first, and cancelled it");
    })
    .await;
}

#[tokio::test]
async fn an_older_event_never_overrides_a_newer_one() {
    product(async |bot| {
        card(bot).await;
        for (kind, seconds, owner) in [
            ("reaction_added", 1, "mem_zoe"),
            ("reaction_added", 1, "mem_zoe"),
            ("reaction_removed", 0, "mem_zoe"),
            ("reaction_removed", 2, "nobody"),
            ("reaction_added", 1, "nobody"),
            ("reaction_added", 4, "mem_zoe"),
            ("reaction_removed", 3, "mem_zoe"),
        ] {
            bot.event(event(bot, kind, seconds)).await;
            bot.read_all().await;
            assert_eq!(bot.dialnote(ANA), format!("{owner} open"), "{kind} {seconds}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_removal_waits_for_its_emoji_while_dialnote_is_down() {
    product(async |bot| {
        card(bot).await;
        bot.world(|world| world.faults.dialnote.down = true);
        bot.react(ZOE, ANA, EYES).await;
        bot.settle().await;
        bot.unreact(ZOE, ANA, EYES).await;
        bot.settle().await;
        bot.world(|world| world.faults.dialnote.down = false);
        bot.pass(SignedDuration::from_secs(60)).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "nobody open");
    })
    .await;
}

#[tokio::test]
async fn a_crash_between_any_two_jobs_loses_and_doubles_nothing() {
    for steps in 0.. {
        let mut finished = false;
        product(async |bot| {
            card(bot).await;
            bot.react(ZOE, ANA, EYES).await;
            for _ in 0..steps {
                finished = !(bot.step(Queue::Work).await || bot.step(Queue::Outbox).await);
            }
            bot.restart().await;
            bot.unreact(ZOE, ANA, EYES).await;
            for _ in 0..steps {
                let _ = bot.step(Queue::Work).await || bot.step(Queue::Outbox).await;
            }
            bot.restart().await;
            assert_eq!(bot.line(ANA).await, "Zoe took this.");
            assert_eq!(bot.line(ANA).await, "Zoe undid that: this is unassigned again.");
            assert_eq!(bot.dialnote(ANA), "nobody open");
        })
        .await;
        if finished {
            assert!(steps > 3, "an emoji has more jobs than {steps}");
            break;
        }
    }
}

#[tokio::test]
async fn they_are_off_until_a_channel_allows_them() {
    product(async |bot| {
        bot.slash(MAYA, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.react(ZOE, ANA, CHECK).await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_maya open");
        bot.slash(MAYA, "/dialnote settings").await;
        let window = bot.window(MAYA).await;
        assert!(window.contains("Emoji: [ ] Let emoji on cards act"), "{window}");
        bot.submit(MAYA, json!({ "emoji": { "emoji": ["reacts"] } })).await;
        assert_snapshot!(bot.answer(MAYA).await, @"Saved. The new settings apply in this channel now.");
        bot.unreact(ZOE, ANA, CHECK).await;
        bot.settle().await;
        bot.react(ZOE, ANA, CHECK).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_maya done");
        set(bot, json!({ "emoji": { "emoji": [] } })).await;
        bot.unreact(ZOE, ANA, CHECK).await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_maya done");
    })
    .await;
}

#[tokio::test]
async fn other_emoji_and_other_messages_mean_nothing() {
    product(async |bot| {
        card(bot).await;
        for name in ["thumbsup", "+1::skin-tone-4", "heart_eyes"] {
            bot.react(ZOE, ANA, name).await;
        }
        let said = bot.say(LEO, FRONT_DESK, "lunch?").await;
        bot.react_to(ZOE, FRONT_DESK, &said, EYES, false).await;
        let entry = bot.world(|world| world.messages.iter().rfind(|m| m.is_reply()).map(|m| m.ts.clone()));
        bot.react_to(ZOE, FRONT_DESK, &entry.expect("a thread entry"), EYES, false).await;
        bot.slash(MAYA, "/assign @leo conv_1001").await;
        bot.read_all().await;
        let told = bot.world(|world| world.seen_by(LEO, "dm").last().map(|m| m.ts.clone()));
        bot.react_to(LEO, "dm", &told.expect("a direct message"), CHECK, false).await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        let mut own = event(bot, "reaction_added", 1);
        own["user"] = json!("U0BOT");
        bot.event(own).await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_leo open", "the app's own emoji");
    })
    .await;
}

#[tokio::test]
async fn rules_links_and_masks_apply_as_for_buttons() {
    product(async |bot| {
        card_under(bot, json!({ "done": { "done": "admins" }, "channel": { "channel": ["masked"] } })).await;
        bot.react(ZOE, ANA, CHECK).await;
        assert_snapshot!(bot.answer(ZOE).await, @"Only an admin can mark Ana Lima done. Ask an admin.");
        bot.react(SAM, ANA, EYES).await;
        assert_snapshot!(bot.answer(SAM).await, @"
        Not done: your Slack email doesn't match a dialnote member. An admin can link you with `/dialnote link`.
        [Ask an admin]
        ");
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.react(ZOE, ANA, EYES).await;
        assert_snapshot!(bot.line(ANA).await, @"Zoe took this.");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn where_a_note_is_required_the_answer_opens_the_form() {
    product(async |bot| {
        card_under(bot, json!({ "notes": { "notes": ["done"] } })).await;
        bot.react(ZOE, ANA, CHECK).await;
        assert_snapshot!(bot.answer(ZOE).await, @"
        Add a note to mark Ana Lima done. Your workspace requires one. [Add note…]
          Or type `/done Ana Lima called back, all fine`
        ");
        bot.press_private(ZOE, FRONT_DESK, "done_with_note", 0).await;
        bot.submit(ZOE, json!({ "note": { "note": "called back" } })).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "nobody done");
        bot.unreact(ZOE, ANA, CHECK).await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "nobody done", "the form did it, not the emoji");
    })
    .await;
}

#[tokio::test]
async fn an_emoji_that_arrives_an_hour_late_changes_nothing() {
    product(async |bot| {
        card(bot).await;
        let (added, removed) = (event(bot, "reaction_added", 0), event(bot, "reaction_removed", 1));
        bot.clock.advance(SignedDuration::from_hours(1));
        bot.event(added).await;
        assert_snapshot!(bot.answer(ZOE).await, @"Nothing changed: your emoji from Nov 23, 9:00 UTC arrived only now. Use the buttons on the card if it still applies.");
        bot.event(removed).await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "nobody open");
    })
    .await;
}

#[tokio::test]
async fn a_card_that_was_posted_again_leaves_an_ordinary_message() {
    product(async |bot| {
        card(bot).await;
        let old = bot.card_ts(FRONT_DESK, ANA);
        bot.look().await;
        bot.slash(LEO, "/done conv_1001").await;
        bot.slash(MAYA, "/dialnote take conv_1002").await;
        bot.read_all().await;
        bot.missed_call("+14155550101").await;
        bot.read_all().await;
        assert_ne!(bot.card_ts(FRONT_DESK, ANA), old);
        bot.react_to(ZOE, FRONT_DESK, &old, EYES, false).await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "nobody open");
    })
    .await;
}

#[tokio::test]
async fn without_the_scope_slack_sends_nothing() {
    product(async |bot| {
        card(bot).await;
        bot.world(|world| world.scopes.retain(|scope| scope != "reactions:read"));
        bot.react(ZOE, ANA, EYES).await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.press(ZOE, ANA, "take").await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
    })
    .await;
}

#[test]
fn recorded_payloads_are_read() {
    let read = |name: &str| {
        let recorded = std::fs::read(format!("tests/fixtures/slack/inbound/events/{name}.json")).unwrap();
        reading::read(Some("application/json"), &recorded).unwrap()
    };
    for name in ["reaction_added", "reaction_added_card_skin_tone"] {
        assert!(matches!(read(name), Inbound::Ignored { .. }), "{name}");
    }
    let Inbound::Reacted { from, reaction } = read("reaction_removed_no_item_user") else { panic!("it is not read") };
    assert_eq!(
        (from.user.as_str(), from.channel.map(|channel| channel.to_string())),
        ("U0ZOE", Some("C0FRONT".into()))
    );
    assert_eq!((reaction.name.as_str(), reaction.card.as_str(), reaction.added), ("eyes", "1795800000.000100", false));
    assert_eq!(reaction.at.as_microsecond(), 1_795_800_031_000_100);
}
