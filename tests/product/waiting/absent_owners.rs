//! A contact gets in touch while the owner is away: the conversation is unassigned, and the owner hears of it once, when
//! they are back.

use dialnote_sandbox::{Hang, Incoming, Service};
use dialnote_slack::platform::db::Queue;
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{ANA, Bot, LEO, MAYA, Setup, ZOE, product_with};

/// Ana Lima's number.
const ANAS: &str = "+14155550101";

/// Robert Hale's number.
const ROBERTS: &str = "+14155550102";

const HALE: &str = "conv_1002";

const A_MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// Lets Maya make the route of the front desk, and Zoe own the conversation with Ana Lima.
async fn begin(bot: &mut Bot) {
    bot.look().await;
    bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
    bot.slash(ZOE, "/assign me conv_1001").await;
    bot.read_all().await;
}

async fn in_the_morning(test: impl AsyncFnOnce(&mut Bot)) {
    product_with(Setup::MORNING, async |bot| {
        begin(bot).await;
        test(bot).await;
    })
    .await;
}

async fn writes(bot: &Bot, from: &str) {
    let (to, text) = ("+14155550100".to_owned(), Some("Are you there?".to_owned()));
    bot.clock.advance(SignedDuration::from_secs(1));
    let incoming = Incoming { kind: "sms".to_owned(), from: from.to_owned(), to, text, who: None };
    bot.sandbox.incoming(incoming).await.unwrap();
    bot.look().await;
}

#[tokio::test]
async fn it_is_unassigned_and_the_owner_hears_of_it_when_back() {
    in_the_morning(async |bot| {
        bot.slash(ZOE, "/assign me conv_1002").await;
        bot.read_all().await;
        bot.goes_on_vacation(ZOE, None).await;
        bot.missed_call(ANAS).await;
        assert_snapshot!(bot.line(ANA).await, @"dialnote unassigned this from Zoe (away: Vacationing).");
        assert_eq!(bot.dialnote(ANA), "nobody open");
        writes(bot, ROBERTS).await;
        assert_eq!(bot.dialnote(HALE), "nobody open");
        bot.slash(LEO, "/assign me conv_1002").await;
        bot.read_all().await;
        bot.pass(A_MINUTE * 20).await;
        bot.comes_back(ZOE).await;
        assert_snapshot!(bot.dm(ZOE).await, @"
        While you were away, 2 contacts got in touch and their conversations were unassigned:
        :red_circle: Ana Lima · +1 415 555 0101 · Unassigned [Take it]
        :large_blue_circle: Robert Hale · +1 415 555 0102 · Assigned to Leo
        ");
        bot.press_private(ZOE, "dm", "take", 0).await;
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        bot.read_all().await;
        bot.pass(A_MINUTE * 20).await;
    })
    .await;
}

#[tokio::test]
async fn an_owner_who_is_there_keeps_it() {
    in_the_morning(async |bot| {
        bot.missed_call(ANAS).await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn an_owner_who_is_back_before_the_act_keeps_it() {
    in_the_morning(async |bot| {
        bot.goes_on_vacation(ZOE, None).await;
        bot.call_in(ANAS).await;
        bot.clock.advance(A_MINUTE);
        bot.poll().await.unwrap();
        // The change is found, and its check still waits.
        assert!(bot.step(Queue::Work).await);
        bot.comes_back(ZOE).await;
        while bot.step(Queue::Work).await {}
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
    })
    .await;
}

#[tokio::test]
async fn do_not_disturb_at_night_takes_nothing_away() {
    product_with(Setup { now: "2026-11-24T07:00:00Z", ..Setup::USUAL }, async |bot| {
        begin(bot).await;
        // Eleven in the evening, until seven in the morning.
        bot.rests(ZOE, SignedDuration::from_hours(8));
        bot.missed_call(ANAS).await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        bot.pass_awake(11).await;
        bot.tenants.tick().await.unwrap();
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open", "she is there in the morning");
    })
    .await;
}

#[tokio::test]
async fn a_call_at_night_is_looked_at_in_the_morning() {
    product_with(Setup { now: "2026-11-24T07:00:00Z", ..Setup::USUAL }, async |bot| {
        begin(bot).await;
        bot.goes_on_vacation(ZOE, None).await;
        bot.missed_call(ANAS).await;
        bot.pass_awake(9).await;
        bot.tenants.tick().await.unwrap();
        bot.settle().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        bot.pass_awake(1).await;
        bot.tenants.tick().await.unwrap();
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "nobody open", "nine in the morning");
        bot.comes_back(ZOE).await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn an_answered_call_an_answer_and_a_number_without_a_route_change_nothing() {
    product_with(Setup::MORNING, async |bot| {
        bot.look().await;
        bot.slash(ZOE, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.goes_on_vacation(ZOE, None).await;
        bot.missed_call(ANAS).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_zoe open", "no route");
        bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
        bot.read_all().await;
        let call = |from: &str, to: &str, who: Option<&str>| Incoming {
            kind: "call".to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            text: Some("Call, 3 min".to_owned()),
            who: who.map(str::to_owned),
        };
        for call in [call(ANAS, "+14155550100", None), call("+14155550100", ANAS, Some(LEO))] {
            bot.clock.advance(SignedDuration::from_secs(5));
            bot.sandbox.incoming(call).await.unwrap();
            bot.look().await;
            bot.read_all().await;
        }
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        // Where webhooks come, the app reads dialnote once more after half a minute.
        bot.pass(SignedDuration::from_secs(31)).await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn it_happens_once_and_stays_with_the_next_owner() {
    in_the_morning(async |bot| {
        bot.goes_on_vacation(ZOE, None).await;
        bot.world(|world| world.faults.slack.deliver_twice = true);
        bot.missed_call(ANAS).await;
        bot.missed_call(ANAS).await;
        bot.read_all().await;
        assert_eq!((bot.dialnote(ANA), bot.calls("PATCH")), ("nobody open".into(), 2));
        bot.slash(LEO, "/assign me conv_1001").await;
        bot.read_all().await;
        bot.missed_call(ANAS).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        bot.world(|world| world.faults.slack.deliver_twice = false);
        bot.comes_back(ZOE).await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn an_assignment_made_in_spite_of_the_absence_stays_until_the_contact_is_in_touch_again() {
    in_the_morning(async |bot| {
        bot.goes_on_vacation(LEO, None).await;
        bot.missed_call(ANAS).await;
        bot.slash(MAYA, "/assign @leo conv_1001").await;
        bot.answer(MAYA).await;
        bot.press_private(MAYA, "front-desk", "retry", 0).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "mem_leo open");
        bot.clock.advance(A_MINUTE);
        bot.missed_call(ANAS).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.comes_back(LEO).await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_rule_about_reassigning_does_not_keep_it_with_an_absent_owner() {
    in_the_morning(async |bot| {
        bot.slash(MAYA, "/dialnote settings").await;
        bot.submit(MAYA, json!({ "reassign": { "reassign": "admins" } })).await;
        bot.read_all().await;
        bot.goes_on_vacation(ZOE, None).await;
        bot.missed_call(ANAS).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.comes_back(ZOE).await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_deactivated_owner_is_away() {
    in_the_morning(async |bot| {
        bot.world(|world| world.person_mut(ZOE).unwrap().deleted = true);
        bot.event(json!({ "type": "user_change", "user": ZOE })).await;
        bot.read_all().await;
        bot.missed_call(ANAS).await;
        assert_snapshot!(bot.line(ANA).await, @"dialnote unassigned this from Zoe Park (deactivated in Slack).");
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn the_end_of_do_not_disturb_is_noticed_without_an_event() {
    in_the_morning(async |bot| {
        bot.rests(ZOE, A_MINUTE * 5);
        bot.missed_call(ANAS).await;
        bot.read_all().await;
        assert_eq!(bot.dialnote(ANA), "nobody open");
        bot.pass(A_MINUTE * 16).await;
        let told = bot.dm(ZOE).await;
        assert!(told.starts_with("While you were away, 1 contact got in touch"), "{told}");
    })
    .await;
}

#[tokio::test]
async fn an_owner_who_is_back_at_night_reads_it_in_the_morning() {
    in_the_morning(async |bot| {
        bot.goes_on_vacation(ZOE, None).await;
        bot.missed_call(ANAS).await;
        bot.read_all().await;
        // Nine in the evening in Zoe's New York.
        bot.pass_awake(8).await;
        bot.tenants.tick().await.unwrap();
        let said = bot.calls("chat.postMessage");
        bot.comes_back(ZOE).await;
        bot.settle().await;
        assert_eq!(bot.calls("chat.postMessage"), said);
        bot.pass_awake(12).await;
        bot.tenants.tick().await.unwrap();
        bot.settle().await;
        let told = bot.everything();
        assert!(told.contains("While you were away"), "{told}");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_masked_channel_shows_no_number() {
    in_the_morning(async |bot| {
        bot.slash(MAYA, "/dialnote settings").await;
        bot.submit(MAYA, json!({ "channel": { "channel": ["masked"] } })).await;
        bot.read_all().await;
        bot.goes_on_vacation(ZOE, None).await;
        bot.missed_call(ANAS).await;
        let line = bot.line(ANA).await;
        assert!(line.contains("unassigned this from Zoe") && !line.contains("0101"), "{line}");
        bot.comes_back(ZOE).await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_kill_during_the_write_loses_and_doubles_nothing() {
    for after_effect in [false, true] {
        in_the_morning(async |bot| {
            bot.goes_on_vacation(ZOE, None).await;
            bot.call_in(ANAS).await;
            bot.clock.advance(A_MINUTE);
            bot.poll().await.unwrap();
            let hang = Hang { service: Service::Dialnote, method: "PATCH".into(), path: String::new(), after_effect };
            bot.dies_during(hang).await;
            bot.settle().await;
            assert_eq!(bot.dialnote(ANA), "nobody open");
            bot.comes_back(ZOE).await;
            let told = bot.dm(ZOE).await;
            assert!(told.starts_with("While you were away, 1 contact got in touch"), "{told}");
            bot.read_all().await;
        })
        .await;
    }
}
