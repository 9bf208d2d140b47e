//! A link to a conversation is a native object, and its pane shows each teammate everything.

use dialnote_sandbox::{ObjectPlace, OpenObject, PressObject};
use insta::assert_snapshot;
use serde_json::json;

use super::drawing::{draw_object, link, open, pane};
use crate::support::{ANA, Bot, FRONT_DESK, LEO, MAYA, SAM, ZOE, product};

fn below(bot: &Bot, ts: &str) -> String {
    bot.world(|world| {
        let channel = world.channel(FRONT_DESK).unwrap().id.clone();
        world.message(&channel, ts).unwrap().entities.iter().map(draw_object).collect::<Vec<_>>().join("\n")
    })
}

fn assert_all_shown(bot: &Bot) {
    let faults = bot.world(|world| world.objects.faults.clone());
    assert!(faults.is_empty(), "{faults:#?}");
}

#[tokio::test]
async fn a_link_is_an_object_that_follows_the_conversation() {
    product(async |bot| {
        let ts = link(bot, MAYA, ANA).await;
        assert_snapshot!(below(bot, &ts), @"
        Ana Lima
        status: Unassigned
        last_activity: Missed call
        shared_number: Front desk
        [Take it] [Done] [Snooze…] [Add note…] [History]
        ");
        bot.slash(ZOE, "/assign me conv_1001").await;
        bot.read_all().await;
        assert_snapshot!(below(bot, &ts), @"
        Ana Lima
        status: Open
        assignee: U0ZOE
        last_activity: Missed call
        shared_number: Front desk
        [Done] [Hand off…] [Unassign] [Snooze…] [Add note…] [History]
        ");
        bot.slash(ZOE, "/done conv_1001 called back").await;
        bot.read_all().await;
        assert!(below(bot, &ts).contains("status: Done"));
        assert_all_shown(bot);
    })
    .await;
}

#[tokio::test]
async fn a_teammate_s_pane_shows_everything() {
    product(async |bot| {
        let ts = link(bot, MAYA, ANA).await;
        open(bot, ZOE, &ts).await;
        assert_snapshot!(pane(bot, ZOE).await, @"
        Ana Lima
        status: Unassigned ✎
        assignee: – ✎
        due_date: – ✎
        number: +1 415 555 0101
        shared_number: Front desk
        timeline: Nov 23, 3:56 · Missed call
        [Take it] [Done] [Snooze…] [Add note…] [History]
        ");
        assert_all_shown(bot);
    })
    .await;
}

#[tokio::test]
async fn the_pane_of_a_masked_channel_shows_everything_to_one_person_alone() {
    product(async |bot| {
        bot.slash(MAYA, "/dialnote settings").await;
        bot.submit(MAYA, json!({ "channel": { "channel": ["masked"] } })).await;
        bot.read_all().await;
        let ts = link(bot, MAYA, ANA).await;
        assert!(below(bot, &ts).contains("Ana Lima") && !below(bot, &ts).contains("0101"));
        open(bot, ZOE, &ts).await;
        assert!(pane(bot, ZOE).await.contains("number: +1 415 555 0101"));
        assert!(!below(bot, &ts).contains("0101"), "the channel still sees the same");
        bot.slash(ZOE, "/assign me conv_1001").await;
        bot.read_all().await;
        let refreshed = bot.sandbox.refresh_object(ZOE).await.unwrap();
        assert_eq!(refreshed.error, None);
        assert!(pane(bot, ZOE).await.contains("number: +1 415 555 0101"));
        assert!(!below(bot, &ts).contains("0101"), "after a change, too");
        assert_all_shown(bot);
    })
    .await;
}

#[tokio::test]
async fn a_person_who_is_not_linked_reads_how_to_get_linked() {
    product(async |bot| {
        let ts = link(bot, MAYA, ANA).await;
        open(bot, SAM, &ts).await;
        assert_snapshot!(pane(bot, SAM).await, @"
        custom_partial_view
        You see what this channel shows
        Numbers, messages and notes are for people who are linked to dialnote. An admin can link you.
        [Ask an admin]
        ");
        let press = PressObject { who: SAM.to_owned(), action_id: "ask_admin".to_owned(), ..PressObject::default() };
        bot.sandbox.press_object(press).await.unwrap();
        bot.read_all().await;
        assert!(bot.everything().contains("Sam"), "the admins were asked");
    })
    .await;
}

#[tokio::test]
async fn from_a_search_the_address_alone_names_the_conversation() {
    product(async |bot| {
        let url = bot.work.links.to(&dialnote_slack::core::ids::ConversationId::new(ANA));
        let open = OpenObject { who: LEO.to_owned(), url: Some(url), ..OpenObject::default() };
        bot.sandbox.open_object(open).await.unwrap();
        assert!(pane(bot, LEO).await.starts_with("Ana Lima"));
        let gone = bot.work.links.to(&dialnote_slack::core::ids::ConversationId::new("conv_9999"));
        let open = OpenObject { who: LEO.to_owned(), url: Some(gone), ..OpenObject::default() };
        bot.sandbox.open_object(open).await.unwrap();
        assert_snapshot!(pane(bot, LEO).await, @"not_found");
    })
    .await;
}

#[tokio::test]
async fn while_dialnote_is_down_the_pane_says_so() {
    product(async |bot| {
        let ts = link(bot, MAYA, ANA).await;
        bot.world(|world| world.faults.dialnote.down = true);
        open(bot, ZOE, &ts).await;
        assert_snapshot!(pane(bot, ZOE).await, @"
        custom
        dialnote isn't responding
        Press refresh in a minute. Nothing was changed.
        ");
        bot.world(|world| world.faults.dialnote.down = false);
        bot.sandbox.refresh_object(ZOE).await.unwrap();
        assert!(pane(bot, ZOE).await.starts_with("Ana Lima"));
    })
    .await;
}

#[tokio::test]
async fn a_button_in_the_pane_does_what_the_card_s_does() {
    product(async |bot| {
        let ts = link(bot, MAYA, ANA).await;
        open(bot, ZOE, &ts).await;
        pane(bot, ZOE).await;
        let press = |action_id: &str| PressObject {
            who: ZOE.to_owned(),
            place: ObjectPlace::Pane,
            action_id: action_id.to_owned(),
            ..PressObject::default()
        };
        bot.sandbox.press_object(press("take")).await.unwrap();
        assert!(pane(bot, ZOE).await.contains("assignee: U0ZOE"));
        assert_eq!(bot.dialnote(ANA), "mem_zoe open");
        bot.read_all().await;
        bot.sandbox.press_object(press("done")).await.unwrap();
        assert!(pane(bot, ZOE).await.contains("status: Done"));
        bot.read_all().await;
        assert_all_shown(bot);
    })
    .await;
}

#[tokio::test]
async fn other_conversations_of_the_same_contact_are_named() {
    product(async |bot| {
        bot.world(|world| {
            let mut other = world.dialnote.conversation(ANA).unwrap().clone();
            "conv_1099".clone_into(&mut other.id);
            world.dialnote.conversations.push(other);
        });
        bot.look().await;
        bot.read_all().await;
        let ts = link(bot, MAYA, ANA).await;
        open(bot, ZOE, &ts).await;
        let shown = pane(bot, ZOE).await;
        assert!(shown.contains("related: Ana Lima · Front desk"), "{shown}");
        assert_all_shown(bot);
    })
    .await;
}
