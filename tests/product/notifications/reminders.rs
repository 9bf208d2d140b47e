//! Channels are reminded of unassigned conversations, and the person who set up cards hears when they cannot be
//! posted.

use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{Bot, LEO, MAYA, Setup, product, product_with};

#[tokio::test]
async fn a_channel_is_reminded_of_unassigned_conversations_once_an_hour_at_most() {
    product_with(Setup::MORNING, async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route Billing").await;
        bot.read_all().await;
        minutes(bot, 29).await;
        assert_eq!(bot.posts("front-desk").len(), 0);
        minutes(bot, 1).await;
        assert_snapshot!(bot.posts("front-desk").pop().unwrap(), @"
        :rotating_light: 2 conversations have been unassigned for over 30 minutes
        :red_circle: Lucía Fernández · +1 415 555 0112 · Clínica del Sol
        :studio_microphone: Voicemail · Nov 23, 14:00 UTC · Billing · “Hola, soy Lucía. We still wait for the invoice of the joint patient, number 447…” [Take it]
        :red_circle: Robert Nguyen · +1 415 555 0104
        :telephone_receiver: Missed call · Nov 23, 17:22 UTC · Billing [Take it]
        ");
        minutes(bot, 59).await;
        assert_eq!(bot.posts("front-desk").len(), 1, "not again at once");
        bot.slash(LEO, "/dialnote take conv_1004").await;
        bot.read_all().await;
        minutes(bot, 1).await;
        let reminder = bot.posts("front-desk").pop().unwrap();
        assert!(reminder.starts_with(":rotating_light: 1 conversation has been unassigned"), "{reminder}");
        bot.slash(LEO, "/dialnote take conv_1012").await;
        bot.read_all().await;
        let posts = bot.posts("front-desk").len();
        minutes(bot, 120).await;
        assert_eq!(bot.posts("front-desk").len(), posts, "there is nothing to be reminded of");
    })
    .await;
}

#[tokio::test]
async fn the_time_without_an_owner_begins_when_the_owner_is_lost() {
    product_with(Setup::MORNING, async |bot| {
        bot.look().await;
        bot.slash(LEO, "/dialnote take conv_1004").await;
        bot.slash(LEO, "/dialnote take conv_1012").await;
        bot.slash(MAYA, "/dialnote route Billing").await;
        bot.read_all().await;
        minutes(bot, 120).await;
        bot.slash(LEO, "/dialnote unassign conv_1004").await;
        bot.read_all().await;
        let posts = bot.posts("front-desk").len();
        minutes(bot, 29).await;
        assert_eq!(bot.posts("front-desk").len(), posts, "the call came hours ago, but it had an owner until now");
        minutes(bot, 1).await;
        let reminder = bot.posts("front-desk").pop().unwrap();
        assert!(reminder.starts_with(":rotating_light: 1 conversation has been unassigned for over 30"), "{reminder}");
    })
    .await;
}

#[tokio::test]
async fn reminders_wait_for_the_working_hours_and_for_what_comes_later() {
    // A quarter to five.
    let evening = Setup { now: "2026-11-24T00:45:00Z", ..Setup::MORNING };
    product_with(evening, async |bot| {
        bot.look().await;
        for id in ["conv_1001", "conv_1002", "conv_1005", "conv_1009", "conv_1010"] {
            bot.slash(LEO, &format!("/dialnote take {id}")).await;
        }
        bot.look().await;
        bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
        bot.read_all().await;
        let posts = bot.posts("front-desk").len();
        bot.missed_call("+14155550999").await;
        assert_eq!(bot.posts("front-desk").len(), posts + 1, "its card");
        minutes(bot, 60).await;
        assert_eq!(bot.posts("front-desk").len(), posts + 1, "nobody works any more");
        bot.clock.advance(SignedDuration::from_hours(15));
        minutes(bot, 30).await;
        let told = bot.posts("front-desk");
        assert!(told.iter().any(|post| post.starts_with("# Good morning")), "{told:?}");
        assert!(
            told.iter().any(|post| post.starts_with(":rotating_light: 1 conversation has been unassigned")),
            "{told:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_workspace_may_do_without_reminders() {
    product_with(Setup::MORNING, async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote settings").await;
        bot.submit(
            MAYA,
            json!({
                "reassign": { "reassign": "anyone" }, "done": { "done": "anyone" }, "notes": { "notes": ["handoff"] },
                "answer": { "answer": "15" }, "remind": { "remind": "0" }, "from": { "from": "09:00" },
                "until": { "until": "17:00" }, "configure": { "configure": ["admins"] }, "channel": { "channel": [] },
            }),
        )
        .await;
        bot.slash(MAYA, "/dialnote route *").await;
        bot.read_all().await;
        minutes(bot, 240).await;
        assert_eq!(bot.posts("front-desk").len(), 0);
    })
    .await;
}

#[tokio::test]
async fn the_person_who_set_up_cards_is_notified_when_they_cannot_be_posted() {
    product(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
        bot.read_all().await;
        archive(bot, true);
        bot.missed_call("+14155550999").await;
        assert_snapshot!(bot.dm(MAYA).await, @"<#C0FRONT> is archived and gets no more cards. Type `/dialnote route` in the channel that gets them instead.");
        let posts = bot.calls("chat.postMessage");
        bot.missed_call("+14155550998").await;
        assert_eq!(bot.calls("chat.postMessage"), posts, "it is not tried again and again");
        bot.slash(MAYA, "/dialnote route list").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Channels for shared numbers
        <#C0FRONT> shows nothing, because the app can't post there [Settings…]
        ");
        archive(bot, false);
        bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
        bot.read_all().await;
        let conversation = bot.missed_call("+14155550997").await;
        assert!(bot.card(&conversation).await.contains("Missed call"));
    })
    .await;
}

#[tokio::test]
async fn a_channel_without_the_app_notifies_the_person_who_set_it_up() {
    product(async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route \"Front desk\"").await;
        bot.read_all().await;
        bot.world(|world| world.faults.slack.bot_not_in.push("front-desk".to_owned()));
        bot.missed_call("+14155550999").await;
        assert_snapshot!(bot.dm(MAYA).await, @"The app can't post in <#C0FRONT> because it isn't a member. Type `/invite @dialnote` there, then `/dialnote route`.");
        bot.world(|world| world.faults.slack.bot_not_in.clear());
        bot.slash(MAYA, "/dialnote route").await;
        bot.read_all().await;
        let conversation = bot.missed_call("+14155550998").await;
        assert!(bot.card(&conversation).await.contains("Missed call"), "as the message said");
    })
    .await;
}

fn archive(bot: &Bot, archived: bool) {
    bot.world(|world| {
        let channel = world.channels.iter_mut().find(|channel| channel.name == "front-desk").expect("a channel");
        channel.archived = archived;
    });
}

/// Lets minutes pass.
async fn minutes(bot: &Bot, count: i64) {
    for _ in 0..count {
        bot.clock.advance(SignedDuration::from_mins(1));
        bot.tenants.tick().await.unwrap();
        bot.look().await;
    }
}
