//! Reports about the team's work, with a chart.

use dialnote_sandbox::{Hang, NewerBlocks, Service};
use dialnote_slack::platform::db::Queue;
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::drawing::draw;
use crate::support::{ANA, Bot, FRONT_DESK, LEO, MAYA, SAM, ZOE, product};

/// Routes the cards of a shared number to the channel.
async fn route(bot: &mut Bot, line: &str) {
    bot.slash(MAYA, &format!("/dialnote route {line}")).await;
    bot.read_all().await;
}

/// The words that would show data of the whole organization.
const ALL: &str = "Active conversations: 14";

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
        assert!(
            report.starts_with("# Report · last 7 days · Billing") && report.ends_with("Requested by Maya"),
            "{report}"
        );
        let billing = bot.world(|world| {
            let number = world.dialnote.numbers.iter().find(|number| number.number == "+14155550200").unwrap();
            world.dialnote.conversations.iter().filter(|one| one.number == number.id).count()
        });
        assert!(report.contains(&format!("Active conversations: {billing}\n")), "{report}");
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
        assert!(answer.contains(ALL) && answer.contains("because this channel shows none"), "{answer}");
        assert_eq!(bot.posts(FRONT_DESK).len(), 0, "of a channel without a number nothing is known");
        route(bot, "*").await;
        bot.world(|world| world.channel_mut(FRONT_DESK).unwrap().shared = true);
        bot.slash(LEO, "/dialnote report").await;
        let answer = bot.answer(LEO).await;
        assert!(
            answer.contains(ALL) && answer.contains("because this channel hides numbers and messages or is shared"),
            "{answer}"
        );
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
async fn a_report_has_numbers_a_chart_and_a_table() {
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
        let report = bot.world(|world| world.messages.last().unwrap().clone());
        assert_snapshot!(report.text, @"Report · last 7 days: 14 active conversations, 3 done, 2 snoozed, 4 owned, 5 unassigned. Median time to an owner 34 min. Median time to done 10 min. By person: Zoe · 3 open, 2 assigned, 1 done, median 10 min. Leo · 1 open, 1 assigned, 0 done. By day: Sat 21 · 1: 1 done. Sun 22 · 9: 1 done, 2 snoozed, 3 owned, 3 unassigned. Mon 23 · 4: 1 done, 1 owned, 2 unassigned.");
        assert_snapshot!(draw(&report), @"
        # Report · last 7 days
        Active conversations: 14
        Unassigned of these: 5
        Median time to an owner: 34 min
        Median time to done: 10 min
        Done of these: 3
        Changed owner: 1
        [chart: Conversations by day of last activity]
        Person | Open now | Assigned | Done | Median to done
        Zoe | 3 | 2 | 1 | 10 min
        Leo | 1 | 1 | 0 | –
          Requested by Maya
        ");
        assert!(!bot.dialnote(ANA).is_empty());
    })
    .await;
}

#[tokio::test]
async fn where_slack_refuses_the_chart_a_report_is_text_only() {
    product(async |bot| {
        bot.look().await;
        route(bot, "*").await;
        bot.world(|world| world.faults.slack.newer_blocks = NewerBlocks::Refused);
        bot.slash(MAYA, "/dialnote report").await;
        bot.settle().await;
        assert_snapshot!(bot.posts(FRONT_DESK).pop().unwrap(), @"
        # Report · last 7 days
        Active conversations: 14
        Unassigned of these: 7
        Median time to an owner: –
        Median time to done: –
        Done of these: 2
        Changed owner: 0
        By day
        Sat 21 · 1: 1 done
        Sun 22 · 9: 1 done, 2 snoozed, 3 owned, 3 unassigned
        Mon 23 · 4: 4 unassigned
        By person
        Zoe · 2 open, 0 assigned, 0 done
        Leo · 1 open, 0 assigned, 0 done
          Requested by Maya
        ");
        bot.slash(MAYA, "/dialnote report fortnight").await;
        assert_snapshot!(bot.answer(MAYA).await, @"
        Choose a period: `today`, `week`, `month` or a number of days up to 90.
          Type `/dialnote report [today | week | month | days]` · Example: `/dialnote report week`
        ");
        bot.slash(SAM, "/dialnote report").await;
        assert!(bot.answer(SAM).await.starts_with("Not done: your Slack email doesn't match"));
    })
    .await;
}

/// Posts a report and returns how often Slack was asked to.
async fn posts_of_a_report(bot: &mut Bot) -> usize {
    let before = bot.calls("chat.postMessage");
    bot.slash(MAYA, "/dialnote report").await;
    bot.settle().await;
    bot.calls("chat.postMessage") - before
}

fn ends_with_the_people(bot: &Bot) -> bool {
    bot.posts(FRONT_DESK).pop().is_some_and(|report| report.contains("By person\nZoe · 2 open"))
}

#[tokio::test]
async fn a_refused_chart_is_tried_again_after_30_days() {
    product(async |bot| {
        bot.look().await;
        route(bot, "*").await;
        bot.world(|world| world.faults.slack.newer_blocks = NewerBlocks::Refused);
        assert_eq!(posts_of_a_report(bot).await, 2, "refused, then in words");
        assert_eq!(posts_of_a_report(bot).await, 1, "in words at once");
        bot.restart().await;
        assert_eq!(posts_of_a_report(bot).await, 1, "also after a restart");
        assert!(ends_with_the_people(bot));
        assert_eq!(bot.posts(FRONT_DESK).len(), 3);
        bot.clock.advance(SignedDuration::from_hours(30 * 24));
        bot.world(|world| world.faults.slack.newer_blocks = NewerBlocks::Known);
        assert_eq!(posts_of_a_report(bot).await, 1);
        let report = bot.posts(FRONT_DESK).pop().unwrap();
        assert!(report.contains("[chart: ") && report.contains("Person | Open now"), "{report}");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_crash_while_it_is_posted_does_not_post_it_twice() {
    product(async |bot| {
        bot.look().await;
        route(bot, "*").await;
        bot.slash(MAYA, "/dialnote report").await;
        let method = "chat.postMessage".into();
        let posted = Hang { service: Service::Slack, method, path: String::new(), after_effect: true };
        bot.dies_during(posted).await;
        assert_eq!(bot.posts(FRONT_DESK).len(), 1);
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
