//! Inactive conversations return, after their owners were asked.

use dialnote_sandbox::{Hang, Service};
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{change_route, hours, minutes, route_with};
use crate::support::{ANA, Bot, FRONT_DESK, LEO, MAYA, Setup, ZOE, product_with};

/// Lets Leo own Ana Lima's conversation, on a route that returns inactive ones. All others are unassigned.
async fn begin(bot: &mut Bot, returns: Value) {
    bot.world(|world| world.dialnote.conversations.iter_mut().for_each(|one| one.assigned_to = None));
    bot.look().await;
    route_with(bot, json!({ "returns": returns })).await;
    bot.slash(MAYA, "/assign @leo conv_1001").await;
    bot.slash(LEO, "/dialnote accept conv_1001").await;
    bot.read_all().await;
}

/// Returns what Leo is asked, and reads the rest.
async fn asked(bot: &mut Bot) -> String {
    let dm = bot.dm(LEO).await;
    assert!(dm.starts_with("Still working on Ana Lima?"), "{dm}");
    bot.read_all().await;
    dm
}

#[tokio::test]
async fn an_inactive_conversation_is_unassigned_an_hour_after_the_question() {
    product_with(Setup::MORNING, async |bot| {
        begin(bot, json!({})).await;
        let changed = json!({ "return_after": { "return_after": "2" }, "return_to": { "return_to": "queue" } });
        bot.set_route(MAYA, FRONT_DESK, changed).await;
        hours(bot, 1).await;
        bot.read_all().await;
        hours(bot, 1).await;
        assert_snapshot!(bot.dm(LEO).await, @"
        Still working on Ana Lima? No activity for 2 working hours.
          :hourglass_flowing_sand: If nothing happens by Nov 23, 21:00 UTC, it's unassigned.
        [Still on it] [Unassign] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        bot.read_all().await;
        minutes(bot, 59).await;
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        minutes(bot, 1).await;
        assert_eq!(bot.dialnote(ANA), "nobody open");
        assert!(bot.dm(LEO).await.starts_with("Ana Lima · dialnote unassigned this."), "the assignment");
        assert!(bot.dm(LEO).await.starts_with("Ana Lima · dialnote unassigned this."), "the question");
        assert_snapshot!(bot.dm(LEO).await, @"dialnote unassigned Ana Lima (no activity for 3 working hours). You're no longer the owner.");
        assert_snapshot!(bot.line(ANA).await, @"dialnote unassigned this from Leo (no activity for 3 working hours).");
        assert_snapshot!(bot.card(ANA).await, @"
          :red_circle: Unassigned
        Ana Lima · +1 415 555 0101
        :telephone_receiver: Missed call · Nov 23, 17:56 UTC · Front desk
        [Take it] [Assign to… ▾] [⋯ Snooze… · Done · Add note… · History · Open in dialnote]
        ");
        bot.slash(MAYA, "/dialnote history conv_1001").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        History of Ana Lima (+1 415 555 0101), newest first
        Nov 23, 21:00 UTC · dialnote unassigned this from Leo (no activity for 3 working hours).
        Nov 23, 18:00 UTC · Leo accepted this.
        Nov 23, 18:00 UTC · Maya assigned this to Leo.
        ");
        let set = bot.owners_set().len();
        hours(bot, 24).await;
        assert_eq!(bot.owners_set().len(), set, "it has no owner to take it from");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn where_auto_assignment_is_on_the_question_says_that_it_is_passed_on() {
    product_with(Setup::MORNING, async |bot| {
        begin(bot, json!({ "after_hours": 2, "to": "next" })).await;
        change_route(bot, json!({ "auto": { "how": "in_turn", "pool": { "people": ["U0ZOE"] } } })).await;
        hours(bot, 2).await;
        assert!(asked(bot).await.contains("it goes to the next person who can take it."));
        bot.slash(LEO, "/dialnote keep conv_1001").await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn keeping_it_begins_a_new_silence() {
    product_with(Setup::MORNING, async |bot| {
        begin(bot, json!({ "after_hours": 2 })).await;
        hours(bot, 2).await;
        bot.settle().await;
        minutes(bot, 59).await;
        bot.press_private(LEO, "dm", "keep", 0).await;
        assert_snapshot!(bot.dm(LEO).await, @"
        Still working on Ana Lima? No activity for 2 working hours.
          :white_check_mark: You're still working on this.
        ");
        bot.read_all().await;
        minutes(bot, 1).await;
        hours(bot, 1).await;
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        hours(bot, 1).await;
        asked(bot).await;
        hours(bot, 1).await;
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn keeping_it_in_the_last_moment_wins_over_the_return() {
    product_with(Setup::MORNING, async |bot| {
        begin(bot, json!({ "after_hours": 2 })).await;
        hours(bot, 2).await;
        bot.clock.advance(SignedDuration::from_mins(60));
        bot.slash(LEO, "/dialnote keep conv_1001").await;
        bot.tenants.tick().await.unwrap();
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn anything_that_happens_after_the_question_stops_the_return() {
    for case in ["the contact calls", "a note in dialnote", "another owner", "done", "the setting is off"] {
        product_with(Setup::MORNING, async |bot| {
            begin(bot, json!({ "after_hours": 2 })).await;
            hours(bot, 2).await;
            asked(bot).await;
            match case {
                "the contact calls" => drop(bot.missed_call("+14155550101").await),
                "a note in dialnote" => {
                    bot.clock.advance(SignedDuration::from_secs(1));
                    bot.in_dialnote(json!({ "conversation": ANA, "note": "sent the offer" })).await;
                }
                "another owner" => bot.in_dialnote(json!({ "conversation": ANA, "assignedToId": "mem_zoe" })).await,
                "done" => drop(bot.slash(LEO, "/done conv_1001").await),
                _ => change_route(bot, json!({ "returns": { "after_hours": 0 } })).await,
            }
            bot.settle().await;
            let left = bot.dialnote(ANA);
            assert_ne!(left, "nobody open", "{case}");
            hours(bot, 1).await;
            assert_eq!(bot.dialnote(ANA), left, "{case}");
            bot.read_all().await;
        })
        .await;
    }
}

#[tokio::test]
async fn nothing_returns_at_night_or_at_the_weekend() {
    // Ten o'clock in Los Angeles, on a Friday.
    let friday = Setup { now: "2026-11-27T18:00:00Z", ..Setup::USUAL };
    product_with(friday, async |bot| {
        begin(bot, json!({ "after_hours": 6 })).await;
        hours(bot, 6).await;
        assert_snapshot!(asked(bot).await, @"
        Still working on Ana Lima? No activity for 6 working hours.
          :hourglass_flowing_sand: If nothing happens by Nov 30, 17:00 UTC, it's unassigned.
        [Still on it] [Unassign] [⋯ Done · Hand off… · Snooze… · History · Open in dialnote]
        ");
        for _ in 0..64 {
            hours(bot, 1).await;
            assert_eq!(bot.dialnote(ANA), "mem_leo open", "{}", bot.clock.now());
        }
        hours(bot, 1).await;
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn an_owner_who_is_away_is_not_asked_and_it_returns() {
    product_with(Setup::MORNING, async |bot| {
        begin(bot, json!({ "after_hours": 2 })).await;
        let later = bot.clock.now() + SignedDuration::from_hours(9);
        bot.world(|world| world.person_mut(LEO).unwrap().undisturbed_until = Some(later));
        hours(bot, 2).await;
        bot.read_all().await;
        hours(bot, 1).await;
        assert_eq!(bot.dialnote(ANA), "nobody open");
        assert_snapshot!(bot.line(ANA).await, @"dialnote unassigned this from Leo (no activity for 3 working hours).");
        assert!(bot.dm(LEO).await.starts_with("Ana Lima · dialnote unassigned this."), "the assignment");
        assert_snapshot!(bot.dm(LEO).await, @"dialnote unassigned Ana Lima (no activity for 3 working hours). You're no longer the owner.");
        assert!(!bot.everything().contains("Still working on"), "{}", bot.everything());
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn an_owner_without_a_slack_user_cannot_be_asked_and_it_returns() {
    product_with(Setup::MORNING, async |bot| {
        begin(bot, json!({ "after_hours": 2 })).await;
        bot.world(|world| {
            let zoe = world.dialnote.member("mem_zoe").unwrap().clone();
            let (id, name, email) = ("mem_eva".into(), "Eva".into(), "eva@elsewhere.example".into());
            world.dialnote.members.push(dialnote_sandbox::Member { id, name, email, ..zoe });
        });
        bot.in_dialnote(json!({ "conversation": ANA, "assignedToId": "mem_eva" })).await;
        bot.read_all().await;
        hours(bot, 2).await;
        assert_eq!(bot.dialnote(ANA), "mem_eva open");
        hours(bot, 1).await;
        assert_eq!(bot.dialnote(ANA), "nobody open");
        assert_snapshot!(bot.line(ANA).await, @"dialnote unassigned this from Eva (no activity for 3 working hours).");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn an_owner_in_quiet_hours_is_asked_after_them() {
    product_with(Setup::MORNING, async |bot| {
        begin(bot, json!({ "after_hours": 2 })).await;
        bot.open_home(LEO).await;
        bot.settle().await;
        bot.press_in(LEO, "home", "wishes", "").await;
        bot.submit(LEO, json!({ "from": { "from": "10:00" }, "until": { "until": "14:30" } })).await;
        bot.read_all().await;
        hours(bot, 4).await;
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        hours(bot, 1).await;
        asked(bot).await;
        hours(bot, 1).await;
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_restart_and_a_second_instance_change_nothing() {
    product_with(Setup::MORNING, async |bot| {
        begin(bot, json!({ "after_hours": 2 })).await;
        hours(bot, 2).await;
        asked(bot).await;
        bot.restart().await;
        let second = bot.second().await;
        bot.clock.advance(SignedDuration::from_mins(60));
        second.tick().await.unwrap();
        bot.tenants.tick().await.unwrap();
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "nobody open");
        assert_snapshot!(bot.line(ANA).await, @"dialnote unassigned this from Leo (no activity for 3 working hours).");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_crash_during_the_return_repeats_nothing() {
    for (method, after_effect) in [("GET", false), ("PATCH", false), ("PATCH", true)] {
        product_with(Setup::MORNING, async |bot| {
            begin(bot, json!({ "after_hours": 2 })).await;
            hours(bot, 2).await;
            asked(bot).await;
            bot.clock.advance(SignedDuration::from_mins(60));
            bot.tenants.tick().await.unwrap();
            let path = "/conversations/conv_1001".to_owned();
            bot.dies_during(Hang { service: Service::Dialnote, method: method.into(), path, after_effect }).await;
            bot.settle().await;
            assert_eq!(bot.dialnote(ANA), "nobody open");
            let told =
                bot.everything().matches("dialnote unassigned Ana Lima (no activity for 3 working hours)").count();
            assert_eq!(told, 1, "{}", bot.everything());
            assert!(bot.line(ANA).await.contains("unassigned this from Leo"));
            bot.read_all().await;
        })
        .await;
    }
}

#[tokio::test]
async fn after_downtime_the_owner_gets_the_time_to_answer_once_more() {
    product_with(Setup::MORNING, async |bot| {
        begin(bot, json!({ "after_hours": 2 })).await;
        hours(bot, 2).await;
        asked(bot).await;
        bot.clock.advance(SignedDuration::from_mins(80));
        bot.restart().await;
        bot.tenants.tick().await.unwrap();
        bot.look().await;
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        minutes(bot, 59).await;
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        minutes(bot, 1).await;
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn only_admins_may_reassign_and_it_returns_all_the_same() {
    product_with(Setup::MORNING, async |bot| {
        begin(bot, json!({ "after_hours": 2 })).await;
        bot.slash(MAYA, "/dialnote settings").await;
        bot.submit(MAYA, json!({ "reassign": { "reassign": "admins" }, "channel": { "channel": ["masked"] } })).await;
        bot.slash(ZOE, "/dialnote unassign conv_1001").await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        bot.read_all().await;
        hours(bot, 3).await;
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.read_all().await;
    })
    .await;
}
