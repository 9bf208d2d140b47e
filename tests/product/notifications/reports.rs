//! Reports about the team's work, with a chart.

use dialnote_sandbox::{Hang, Service};
use dialnote_slack::platform::db::Queue;
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{ANA, Bot, FRONT_DESK, LEO, MAYA, SAM, ZOE, product};

/// Routes the cards of a shared number to the channel.
async fn route(bot: &mut Bot, line: &str) {
    bot.slash(MAYA, &format!("/dialnote route {line}")).await;
    bot.read_all().await;
}

/// The words that would show data of the whole organization.
const ALL: &str = "14 in all";

#[tokio::test]
async fn a_report_is_about_the_numbers_of_its_channel() {
    product(async |bot| {
        bot.look().await;
        route(bot, "Billing").await;
        bot.slash(LEO, "/dialnote take conv_1005").await;
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote report").await;
        bot.settle().await;
        let report = bot.posts(FRONT_DESK).pop().unwrap();
        assert!(report.starts_with("Conversations on Billing of the last 7 days, for Maya: "), "{report}");
        let billing = bot.world(|world| {
            let number = world.dialnote.numbers.iter().find(|number| number.number == "+14155550200").unwrap();
            world.dialnote.conversations.iter().filter(|one| one.number == number.id).count()
        });
        assert!(report.contains(&format!("{billing} in all")), "{report}");
        assert!(!report.contains("Zoe"), "she owns nothing on that number: {report}");
    })
    .await;
}

#[tokio::test]
async fn a_report_in_a_shared_channel_is_private() {
    product(async |bot| {
        bot.look().await;
        bot.slash(LEO, "/dialnote report").await;
        let answer = bot.answer(LEO).await;
        assert!(answer.contains(ALL) && answer.contains("because no shared number's cards come here"), "{answer}");
        assert_eq!(bot.posts(FRONT_DESK).len(), 0, "of a channel without a number nothing is known");
        route(bot, "*").await;
        bot.world(|world| world.channel_mut(FRONT_DESK).unwrap().shared = true);
        bot.slash(LEO, "/dialnote report").await;
        let answer = bot.answer(LEO).await;
        assert!(answer.contains(ALL) && answer.contains("because others read this channel"), "{answer}");
        assert_eq!(bot.posts(FRONT_DESK).len(), 0, "nobody else sees it");
    })
    .await;
}

#[tokio::test]
async fn a_waiting_report_is_not_posted_once_outsiders_joined() {
    product(async |bot| {
        bot.look().await;
        route(bot, "*").await;
        bot.slash(LEO, "/dialnote report").await;
        while bot.step(Queue::Work).await {}
        bot.world(|world| world.channel_mut(FRONT_DESK).unwrap().shared = true);
        bot.sandbox
            .event(json!({ "type": "channel_shared", "channel": FRONT_DESK, "connected_team_id": "T0OTHER" }))
            .await
            .unwrap();
        bot.settle().await;
        assert!(bot.answer(LEO).await.contains(ALL));
        assert_eq!(bot.posts(FRONT_DESK).len(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_report_is_posted_with_its_picture() {
    product(async |bot| {
        bot.look().await;
        route(bot, "*").await;
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.clock.advance(SignedDuration::from_mins(6));
        bot.slash(LEO, "/handoff @zoe conv_1001 please call").await;
        bot.slash(ZOE, "/done conv_1001 called").await;
        bot.slash(ZOE, "/dialnote take conv_1005").await;
        bot.read_all().await;
        bot.slash(MAYA, "/dialnote report").await;
        bot.settle().await;
        assert_snapshot!(bot.posts(FRONT_DESK).pop().unwrap(), @"
          :large_blue_circle:  Owner: Zoe · took it Nov 23, 9:06 UTC
        +1 415 555 0105
        :telephone_receiver: Missed call · Nov 23, 8:08 UTC · Front desk
        [Done] [Hand off…] [⋯ Unassign · Snooze… · Add note… · History · Open in dialnote]
        ");
        let (alt, size) = bot.world(|world| {
            let file = world.messages.last().unwrap().files[0].clone();
            (file["alt_txt"].as_str().unwrap().to_owned(), file["title"].clone())
        });
        assert_snapshot!(alt, @"Two bar charts. Conversations a day: Tue 17 0, Wed 18 0, Thu 19 0, Fri 20 0, Sat 21 1, Sun 22 9, Mon 23 4. Open now: Zoe 3, Leo 1. Half of what was taken had an owner within 34 min. Half of what was done was so within 10 min. One conversation changed hands.");
        assert_eq!(size, json!("Conversations of the last 7 days"));
        assert!(!bot.dialnote(ANA).is_empty());
    })
    .await;
}

#[tokio::test]
async fn without_file_permission_a_report_is_text_only() {
    product(async |bot| {
        bot.look().await;
        route(bot, "*").await;
        bot.world(|world| world.scopes.retain(|scope| scope != "files:write"));
        bot.slash(MAYA, "/dialnote report today").await;
        bot.settle().await;
        assert_snapshot!(bot.posts(FRONT_DESK).pop().unwrap(), @"
        Conversations today, for Maya: 4 in all, 0 done, 0 snoozed, 0 open with an owner, 4 without one.
        Nobody took anything. Nothing was marked done. Nothing changed hands.
        Open now: Zoe 2, Leo 1.
        ");
        bot.slash(MAYA, "/dialnote report fortnight").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Of how many days? Say today, week, month, or a number up to 90.
        Type: /dialnote report [today | week | month | days]
        For example: /dialnote report week
        ");
        bot.slash(SAM, "/dialnote report").await;
        assert!(bot.answer(SAM).await.starts_with("You are not in dialnote"));
    })
    .await;
}

#[tokio::test]
async fn a_crash_while_it_is_shared_does_not_share_it_twice() {
    product(async |bot| {
        bot.look().await;
        route(bot, "*").await;
        bot.slash(MAYA, "/dialnote report").await;
        let method = "files.completeUploadExternal".into();
        let shared = Hang { service: Service::Slack, method, path: String::new(), after_effect: true };
        bot.dies_during(shared).await;
        assert_eq!(bot.posts(FRONT_DESK).len(), 1);
        assert_eq!(bot.calls("files.completeUploadExternal"), 2, "it was tried again");
    })
    .await;
}

#[tokio::test]
async fn a_channel_without_the_app_gets_none() {
    product(async |bot| {
        bot.look().await;
        route(bot, "*").await;
        bot.world(|world| world.faults.slack.bot_not_in.push("front-desk".to_owned()));
        bot.slash(MAYA, "/dialnote report").await;
        assert_snapshot!(bot.answer(MAYA).await, @"The app can't post the report here. Type /invite @dialnote, or ask an admin who can post in this channel, then repeat the command.");
    })
    .await;
}
