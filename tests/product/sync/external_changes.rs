//! Changes made in dialnote appear on cards, threads and in direct messages, once.

use dialnote_sandbox::{Hang, Service};
use dialnote_slack::sync::poller;
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{ANA, LEO, MAYA, ZOE, product, set_up};

#[tokio::test]
async fn an_owner_set_in_dialnote_is_shown_and_notified() {
    product(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/assign @leo conv_1001").await;
        bot.read_all().await;
        bot.in_dialnote(json!({ "conversation": ANA, "assignedToId": "mem_zoe" })).await;
        assert!(bot.card(ANA).await.contains("Owner: Zoe"));
        assert_snapshot!(bot.line(ANA).await, @"Reassigned from Leo to Zoe in dialnote.");
        assert_snapshot!(bot.dm(ZOE).await, @"
        Ana Lima was assigned to you in dialnote.
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
        assert_snapshot!(bot.dm(LEO).await, @"Ana Lima · Reassigned to Zoe in dialnote. You're no longer the owner. [Open in dialnote ↗]");
        assert_snapshot!(bot.dm(LEO).await, @"Ana Lima was reassigned to Zoe in dialnote. You're no longer the owner.");
        bot.slash(MAYA, "/dialnote history conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        History of Ana Lima (+1 415 555 0101), newest first
        Nov 23, 9:00 UTC · Reassigned from Leo to Zoe in dialnote.
        Nov 23, 9:00 UTC · Maya assigned this to Leo.
        ");
    })
    .await;
}

#[tokio::test]
async fn a_status_set_in_dialnote_is_shown() {
    product(async |bot| {
        bot.look().await;
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.read_all().await;
        bot.in_dialnote(json!({ "conversation": ANA, "status": "done" })).await;
        assert!(bot.card(ANA).await.starts_with(":white_check_mark: Ana Lima · done in dialnote, "));
        assert_snapshot!(bot.line(ANA).await, @"Marked done in dialnote.");
        bot.in_dialnote(json!({ "conversation": ANA, "status": "open" })).await;
        assert_snapshot!(bot.line(ANA).await, @"Reopened in dialnote.");
        bot.slash(LEO, "/done conv_1001").await;
        bot.read_all().await;
        bot.missed_call("+14155550101").await;
        assert!(bot.card(ANA).await.starts_with("  :large_blue_circle:  Owner: Leo"));
        assert_snapshot!(bot.line(ANA).await, @"Ana Lima got in touch again and is open.");
        assert_snapshot!(bot.dm(LEO).await, @"
        Ana Lima got in touch again and is open. You own it.
        Ana Lima · +1 415 555 0101
        :telephone_receiver: 2 missed calls · last Nov 23, 9:00 UTC · Front desk
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
    })
    .await;
}

#[tokio::test]
async fn the_end_of_a_snooze_notifies_the_owner() {
    product(async |bot| {
        bot.look().await;
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.slash(LEO, "/snooze conv_1001 2h").await;
        bot.read_all().await;
        for _ in 0..24 {
            bot.clock.advance(SignedDuration::from_mins(5));
            bot.look().await;
        }
        bot.in_dialnote(json!({ "conversation": ANA, "status": "open" })).await;
        assert_snapshot!(bot.line(ANA).await, @"Ana Lima is open again: the snooze ended.");
        assert_snapshot!(bot.dm(LEO).await, @"
        Snooze ended: Ana Lima. You own it.
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
    })
    .await;
}

#[tokio::test]
async fn a_note_written_in_dialnote_is_shown_and_ours_do_not_echo() {
    product(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/assign @zoe conv_1001 call her back").await;
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_secs(10));
        bot.look().await;
        bot.clock.advance(SignedDuration::from_secs(10));
        bot.in_dialnote(json!({ "conversation": ANA, "note": "prefers *mornings*" })).await;
        assert_snapshot!(bot.line(ANA).await, @"
        Note added in dialnote.
        > prefers *mornings*
        ");
        assert_snapshot!(bot.dm(ZOE).await, @"
        A note was added to Ana Lima in dialnote. You own it.
        > prefers *mornings*
        ");
        bot.clock.advance(SignedDuration::from_secs(10));
        bot.look().await;
        bot.slash(ZOE, "/dialnote note conv_1001 done that").await;
        bot.read_all().await;
        bot.look().await;
    })
    .await;
}

#[tokio::test]
async fn everything_can_be_read_again() {
    product(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote take conv_1001").await;
        bot.read_all().await;
        bot.world(|world| {
            world.dialnote.conversations.retain(|one| one.id != "conv_1014");
            world.dialnote.conversation_mut(ANA).unwrap().assigned_to = Some("mem_zoe".to_owned());
        });
        assert_eq!(poller::resync(&*bot.current().await, |_| {}).await.unwrap(), (13, 2));
        assert!(bot.card(ANA).await.contains("Owner: Zoe"));
        assert_eq!(poller::resync(&*bot.current().await, |_| {}).await.unwrap(), (13, 0));
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn our_own_changes_do_not_echo() {
    product(async |bot| {
        bot.look().await;
        for command in ["/assign @leo conv_1001", "/done conv_1001", "/reopen conv_1001", "/unassign conv_1001"] {
            bot.slash(MAYA, command).await;
            bot.read_all().await;
            let said = bot.calls("chat.update") + bot.calls("chat.postMessage");
            bot.look().await;
            assert_eq!(bot.calls("chat.update") + bot.calls("chat.postMessage"), said, "{command}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_change_that_is_seen_while_our_command_makes_it_does_not_echo() {
    product(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/assign @leo conv_1001").await;
        let set = Hang { service: Service::Dialnote, method: "PATCH".into(), path: String::new(), after_effect: true };
        bot.world(|world| world.faults.hang_next.push(set));
        let seen_meanwhile = async {
            bot.sandbox.hung().await;
            let seen = bot.poll().await.unwrap().map(|looked| looked.changed);
            bot.sandbox.release();
            seen
        };
        let ((), seen) = tokio::join!(bot.settle(), seen_meanwhile);
        assert_eq!(
            (seen, bot.dialnote(ANA).as_str()),
            (Some(1), "mem_leo open"),
            "it is seen before the command knows"
        );
        assert_snapshot!(bot.line(ANA).await, @"Maya assigned this to Leo.");
        assert_snapshot!(bot.dm(LEO).await, @"
        Maya assigned a conversation to you.
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 8:56 UTC · Front desk
        [Accept] [Decline] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        bot.slash(MAYA, "/dialnote history conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"Assigned Ana Lima (+1 415 555 0101) to Leo. Leo has been notified.");
        assert_snapshot!(bot.answer(MAYA).await, @"
        History of Ana Lima (+1 415 555 0101), newest first
        Nov 23, 9:00 UTC · Maya assigned this to Leo.
        ");
    })
    .await;
}

#[tokio::test]
async fn after_long_downtime_cards_are_true_and_each_person_gets_one_message() {
    product(async |bot| {
        bot.look().await;
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_hours(5));
        bot.in_dialnote(json!({ "conversation": ANA, "assignedToId": "mem_zoe" })).await;
        assert!(bot.card(ANA).await.contains("Owner: Zoe"));
        bot.clock.advance(SignedDuration::from_secs(31));
        for who in [LEO, ZOE] {
            assert!(bot.dm(who).await.contains("has caught up. 1 change concerns you:"));
        }
    })
    .await;
}

#[tokio::test]
async fn an_unseen_change_is_announced_before_a_command_overrides_it() {
    product(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/assign @leo conv_1001").await;
        bot.read_all().await;
        bot.sandbox.change_in_dialnote(&json!({ "conversation": ANA, "assignedToId": "mem_zoe" })).unwrap();
        bot.slash(MAYA, "/assign @maya conv_1001").await;
        assert_snapshot!(bot.line(ANA).await, @"Reassigned from Leo to Zoe in dialnote.");
        assert_snapshot!(bot.line(ANA).await, @"Maya took this over from Zoe.");
        assert_snapshot!(bot.answer(MAYA).await, @"You took over Ana Lima (+1 415 555 0101) from Zoe. Zoe has been notified.");
        assert_snapshot!(bot.dm(LEO).await, @"
        Ana Lima · Reassigned to Zoe in dialnote. You're no longer the owner. [Open in dialnote ↗]
        ---
        Ana Lima was reassigned to Zoe in dialnote. You're no longer the owner.
        ");
        assert_snapshot!(bot.dm(ZOE).await, @"Ana Lima · Maya took this over. You're no longer the owner. [Open in dialnote ↗]");
        assert_snapshot!(bot.dm(ZOE).await, @"Maya took over Ana Lima. You're no longer the owner.");
        bot.look().await;
    })
    .await;
}

#[tokio::test]
async fn a_command_does_not_hide_an_unseen_call() {
    product(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route *").await;
        bot.read_all().await;
        let conversation = bot.call_in("+14155550999").await;
        bot.slash_in("billing", MAYA, &format!("/assign @leo {conversation}")).await;
        bot.read_all().await;
        assert!(bot.card(&conversation).await.contains("Owner: Leo"), "in the channel of its number");
        bot.call_in("+14155550999").await;
        bot.press(LEO, &conversation, "unassign").await;
        bot.look().await;
        bot.read_all().await;
        let card = bot.card(&conversation).await;
        assert!(card.contains(":red_circle: Unassigned") && card.contains("2 missed calls"), "{card}");
    })
    .await;
}

#[tokio::test]
async fn changes_within_seconds_update_the_card_once() {
    set_up(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote take conv_1001").await;
        bot.read_all().await;
        bot.clock.advance(SignedDuration::from_mins(1));
        let drawn = bot.calls("chat.update");
        bot.missed_call("+14155550101").await;
        assert_eq!(bot.calls("chat.update"), drawn + 1, "the first is shown at once");
        for second in 1..15 {
            if second % 4 == 0 {
                bot.call_in("+14155550101").await;
            } else {
                bot.clock.advance(SignedDuration::from_secs(1));
            }
            bot.poll().await.unwrap();
            bot.settle().await;
        }
        assert_eq!(bot.calls("chat.update"), drawn + 1);
        bot.press(MAYA, ANA, "snooze").await;
        bot.submit(MAYA, json!({ "soon": { "soon": "1h" } })).await;
        bot.settle().await;
        assert_eq!(bot.calls("chat.update"), drawn + 2, "what somebody does is shown at once");
        bot.look().await;
        assert!(bot.card(ANA).await.contains("5 missed calls"));
        bot.read_all().await;
    })
    .await;
}
