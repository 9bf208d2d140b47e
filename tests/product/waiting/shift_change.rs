//! At a change of shifts, the open conversations of the people who leave are offered as one hand-off.

use dialnote_sandbox::{Hang, Message, Service};
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use super::{change_route, hours, minutes, route_with};
use crate::support::drawing::draw;
use crate::support::{ANA, Bot, FRONT_DESK, LEO, MAYA, Setup, ZOE, product_with};

/// Four o'clock in Los Angeles, on a Monday: an hour before the end of the working hours.
const AFTERNOON: Setup = Setup { now: "2026-11-24T00:00:00Z", ..Setup::USUAL };

/// Lets Leo own Ana Lima's conversation with notes; Zoe owns Grace Kim's and Nora Quinn's. All are on the front desk.
async fn begin(bot: &mut Bot) {
    bot.look().await;
    route_with(bot, json!({})).await;
    bot.set_route(MAYA, FRONT_DESK, json!({ "shift": { "shift": ["offered"] } })).await;
    bot.settle().await;
    bot.slash(MAYA, "/assign @leo conv_1001 wants a *quote* for two crowns").await;
    bot.slash(LEO, "/dialnote accept conv_1001").await;
    bot.slash(LEO, "/dialnote note conv_1001 will call her back at 10 tomorrow").await;
    bot.settle().await;
    bot.clock.advance(SignedDuration::from_mins(1));
    bot.slash(LEO, "/dialnote note conv_1001 her insurance is asked").await;
    bot.read_all().await;
}

/// Returns the offers in the channel.
fn offers(bot: &Bot) -> Vec<Message> {
    bot.world(|world| world.messages.iter().filter(|one| draw(one).starts_with("# Shift change")).cloned().collect())
}

fn offer(bot: &Bot) -> String {
    let offers = offers(bot);
    assert_eq!(offers.len(), 1, "{}", bot.everything());
    draw(&offers[0])
}

#[tokio::test]
async fn at_the_end_of_the_hours_open_conversations_are_offered_once_with_briefs() {
    product_with(AFTERNOON, async |bot| {
        begin(bot).await;
        minutes(bot, 58).await;
        assert!(offers(bot).is_empty());
        minutes(bot, 2).await;
        assert_snapshot!(offer(bot), @"
        # Shift change · 3 open conversations
        Working hours ended for Front desk. Still open: Leo 1 · Zoe 2.
        :large_blue_circle: Nora Quinn · +1 415 555 0113
        Owner: Zoe · waiting for an answer since Nov 23, 22:45 UTC
        Came in: missed call, Nov 23, 22:45 UTC [Take it]
        :large_blue_circle: Grace Kim · +1 415 555 0106 · Kim Orthodontics
        Owner: Zoe · waiting for an answer since Nov 23, 22:56 UTC
        Came in: text message, Nov 23, 22:56 UTC: “Can you send Tuesday's scans to our office?” [Take it]
        :large_blue_circle: Ana Lima · +1 415 555 0101
        Owner: Leo · waiting for an answer since Nov 23, 23:56 UTC
        Came in: missed call, Nov 23, 23:56 UTC
        Note from Leo Martins, Nov 24, 0:01 UTC: “her insurance is asked”
        Possible promise from Leo Martins, Nov 24, 0:00 UTC: “will call her back at 10 tomorrow” [Take it]
        [Take all 3]
          Nothing changes until someone takes them.
        ");
        assert_snapshot!(offers(bot)[0].text, @"Shift change. Working hours ended for Front desk. Still open: Leo 1 · Zoe 2. Nora Quinn, Grace Kim and Ana Lima");
        hours(bot, 20).await;
        assert_eq!(offers(bot).len(), 1, "nothing changed, and the next shift has not ended");
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        hours(bot, 5).await;
        assert_eq!(offers(bot).len(), 2, "the end of the next day");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn one_conversation_is_taken_and_the_offer_shows_it() {
    product_with(AFTERNOON, async |bot| {
        begin(bot).await;
        minutes(bot, 60).await;
        bot.press_in_digest(MAYA, "take_over", ANA).await;
        assert_snapshot!(bot.answer(MAYA).await, @"You took over Ana Lima (+1 415 555 0101) from Leo. Leo has been notified.");
        assert_eq!(bot.dialnote(ANA), "mem_maya open");
        assert_snapshot!(bot.line(ANA).await, @"Maya took this over from Leo.");
        assert!(bot.dm(LEO).await.contains("Maya took this over"), "the assignment");
        assert_snapshot!(bot.dm(LEO).await, @"Maya took over Ana Lima. You're no longer the owner.");
        let shown = offer(bot);
        assert!(shown.contains("Ana Lima · Maya took this over from Leo."), "{shown}");
        assert!(shown.contains("[Take all 2]"), "{shown}");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn all_are_taken_but_what_changed_hands_since() {
    product_with(AFTERNOON, async |bot| {
        begin(bot).await;
        minutes(bot, 60).await;
        let message = offers(bot).remove(0);
        bot.slash(ZOE, "/assign @leo conv_1013").await;
        bot.press_on(MAYA, &message, "take_all").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        You took 2 of 3 conversations. Zoe and Leo have been notified.
        You took over Grace Kim (+1 415 555 0106) from Zoe.
        You took over Ana Lima (+1 415 555 0101) from Leo.
        :x: Nothing changed yet: Nora Quinn (+1 415 555 0113) is assigned to Leo now. Zoe changed it 1 s ago. [Assign anyway]
        ");
        assert_eq!((bot.dialnote(ANA), bot.dialnote("conv_1006")), ("mem_maya open".into(), "mem_maya open".into()));
        assert_eq!(bot.dialnote("conv_1013"), "mem_leo open", "it is no longer the one that was offered");
        assert_snapshot!(offer(bot), @"
        # Shift change · 3 open conversations
        Working hours ended for Front desk. Still open: Leo 1 · Zoe 2.
        :white_check_mark: Nora Quinn · Zoe reassigned this from Zoe to Leo.
        :white_check_mark: Grace Kim · Maya took this over from Zoe.
        :white_check_mark: Ana Lima · Maya took this over from Leo.
        ");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn two_people_who_take_all_get_each_conversation_once() {
    product_with(AFTERNOON, async |bot| {
        begin(bot).await;
        minutes(bot, 60).await;
        let message = offers(bot).remove(0);
        tokio::join!(bot.press_on(MAYA, &message, "take_all"), bot.press_on(LEO, &message, "take_all"));
        bot.settle().await;
        let owners = [bot.dialnote(ANA), bot.dialnote("conv_1006"), bot.dialnote("conv_1013")];
        assert!(owners.iter().all(|owner| owner != "mem_zoe open"), "{owners:?}");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn where_only_owners_and_admins_reassign_others_are_refused() {
    product_with(AFTERNOON, async |bot| {
        begin(bot).await;
        bot.slash(MAYA, "/dialnote settings").await;
        bot.submit(MAYA, json!({ "reassign": { "reassign": "owner_and_admins" } })).await;
        bot.read_all().await;
        minutes(bot, 60).await;
        bot.press_in_digest(ZOE, "take_over", ANA).await;
        assert_snapshot!(bot.answer(ZOE).await, @"Only the owner or an admin can reassign Ana Lima. Ask Leo (the owner) or an admin.");
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_masked_channel_hides_words_and_numbers() {
    product_with(AFTERNOON, async |bot| {
        begin(bot).await;
        bot.slash(MAYA, "/dialnote settings").await;
        bot.submit(MAYA, json!({ "reassign": { "reassign": "anyone" }, "channel": { "channel": ["masked"] } })).await;
        bot.read_all().await;
        minutes(bot, 60).await;
        assert_snapshot!(offer(bot), @"
        # Shift change · 3 open conversations
        Working hours ended for Front desk. Still open: Leo 1 · Zoe 2.
        :large_blue_circle: Nora Quinn · +1 ••• ••• 0113
        Owner: Zoe · waiting for an answer since Nov 23, 22:45 UTC
        Came in: missed call, Nov 23, 22:45 UTC [Take it]
        :large_blue_circle: Grace Kim · +1 ••• ••• 0106
        Owner: Zoe · waiting for an answer since Nov 23, 22:56 UTC
        Came in: text message, Nov 23, 22:56 UTC [Take it]
        :large_blue_circle: Ana Lima · +1 ••• ••• 0101
        Owner: Leo · waiting for an answer since Nov 23, 23:56 UTC
        Came in: missed call, Nov 23, 23:56 UTC [Take it]
        [Take all 3]
          Nothing changes until someone takes them.
        ");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn where_there_is_nothing_to_offer_nothing_is_posted() {
    for case in ["no owners", "switched off", "another number"] {
        product_with(AFTERNOON, async |bot| {
            begin(bot).await;
            match case {
                "no owners" => {
                    for id in [ANA, "conv_1006", "conv_1013"] {
                        bot.in_dialnote(json!({ "conversation": id, "assignedToId": null })).await;
                        bot.clock.advance(SignedDuration::from_secs(1));
                    }
                }
                "switched off" => change_route(bot, json!({ "shift_change": false })).await,
                _ => change_route(bot, json!({ "line": { "number": "+14155550399", "name": "Elsewhere" } })).await,
            }
            bot.read_all().await;
            hours(bot, 2).await;
            assert!(offers(bot).is_empty(), "{case}");
            bot.read_all().await;
        })
        .await;
    }
}

#[tokio::test]
async fn people_who_leave_the_group_leave_their_conversations_to_an_offer() {
    product_with(Setup::MORNING, async |bot| {
        begin(bot).await;
        let pool = json!({ "group": { "id": "S0FRONTDESK", "name": "@frontdesk" } });
        change_route(bot, json!({ "auto": { "how": "off", "pool": pool } })).await;
        hours(bot, 2).await;
        assert!(offers(bot).is_empty());
        bot.world(|world| world.groups[0].users.retain(|user| user != "U0ZOE"));
        hours(bot, 1).await;
        assert_snapshot!(offer(bot), @"
        # Shift change · 2 open conversations
        Zoe left @frontdesk. Still open: Zoe 2.
        :large_blue_circle: Nora Quinn · +1 415 555 0113
        Owner: Zoe · waiting for an answer since Nov 23, 16:45 UTC
        Came in: missed call, Nov 23, 16:45 UTC [Take it]
        :large_blue_circle: Grace Kim · +1 415 555 0106 · Kim Orthodontics
        Owner: Zoe · waiting for an answer since Nov 23, 16:56 UTC
        Came in: text message, Nov 23, 16:56 UTC: “Can you send Tuesday's scans to our office?” [Take it]
        [Take all 2]
          Nothing changes until someone takes them.
        ");
        hours(bot, 2).await;
        assert_eq!(offers(bot).len(), 1);
        bot.world(|world| world.groups[0].users = vec!["U0ZOE".into()]);
        hours(bot, 1).await;
        assert_eq!(offers(bot).len(), 2, "Leo has left, too");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_group_that_changes_at_night_is_compared_in_the_morning() {
    product_with(AFTERNOON, async |bot| {
        begin(bot).await;
        let pool = json!({ "group": { "id": "S0FRONTDESK", "name": "@frontdesk" } });
        change_route(bot, json!({ "auto": { "how": "off", "pool": pool } })).await;
        hours(bot, 2).await;
        assert_eq!(offers(bot).len(), 1, "the end of the hours");
        bot.world(|world| world.groups[0].users.retain(|user| user != "U0ZOE"));
        hours(bot, 14).await;
        assert_eq!(offers(bot).len(), 1, "it is night");
        hours(bot, 2).await;
        assert_eq!(offers(bot).len(), 2);
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn an_app_that_was_down_at_the_end_of_the_hours_offers_nothing_at_night() {
    product_with(AFTERNOON, async |bot| {
        begin(bot).await;
        bot.clock.advance(SignedDuration::from_hours(5));
        bot.restart().await;
        hours(bot, 1).await;
        assert!(offers(bot).is_empty());
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_crash_and_a_second_instance_offer_it_once() {
    for after_effect in [false, true] {
        product_with(AFTERNOON, async |bot| {
            begin(bot).await;
            let second = bot.second().await;
            bot.clock.advance(SignedDuration::from_mins(60));
            bot.look().await;
            second.tick().await.unwrap();
            bot.tenants.tick().await.unwrap();
            let (method, path) = ("chat.postMessage".to_owned(), String::new());
            bot.dies_during(Hang { service: Service::Slack, method, path, after_effect }).await;
            bot.settle().await;
            assert_eq!(offers(bot).len(), 1);
            bot.read_all().await;
        })
        .await;
    }
}

#[tokio::test]
async fn of_many_conversations_the_longest_inactive_are_shown() {
    product_with(AFTERNOON, async |bot| {
        begin(bot).await;
        for n in 0..9 {
            let id = bot.missed_call(&format!("+1415555080{n}")).await;
            bot.slash(LEO, &format!("/dialnote take {id}")).await;
            bot.settle().await;
        }
        bot.read_all().await;
        minutes(bot, 60).await;
        let shown = offer(bot);
        assert!(shown.starts_with("# Shift change · 12 open conversations"), "{shown}");
        assert!(shown.contains("Leo 10 · Zoe 2.") && shown.contains("And 4 more."), "{shown}");
        assert!(shown.contains("[Take all 8]"), "{shown}");
        bot.read_all().await;
    })
    .await;
}
