//! Weekly reports, which come without a request.

use dialnote_sandbox::{Hang, Service};
use dialnote_slack::core::ids::InstallationId;
use dialnote_slack::platform::db::Queue;
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{ANA, Bot, FRONT_DESK, LEO, MAYA, Setup, ZOE, product_with};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// One minute past ten on Mondays in Maya's Los Angeles: a minute after these tests begin.
const MONDAY: (u8, &str) = (0, "10:01");

/// Has the channel's route ask for a report each week.
async fn every_week(bot: &mut Bot, line: &str, (day, at): (u8, &str)) {
    bot.slash(MAYA, &format!("/dialnote route {line}")).await;
    bot.read_all().await;
    let values = json!({ "weekly_day": { "weekly_day": day.to_string() }, "weekly_at": { "weekly_at": at } });
    bot.set_route(MAYA, FRONT_DESK, values).await;
    bot.read_all().await;
}

/// Returns the weekly reports in the channel.
fn reports(bot: &Bot) -> Vec<String> {
    bot.posts(FRONT_DESK).into_iter().filter(|post| post.starts_with("# Weekly report")).collect()
}

/// Lets the app be offline for a time, and read dialnote afterwards.
async fn offline(bot: &mut Bot, time: SignedDuration) {
    bot.clock.advance(time);
    bot.restart().await;
    bot.look().await;
    bot.pass(SignedDuration::from_secs(35)).await;
    bot.read_all().await;
}

/// Lets two minutes pass.
async fn comes(bot: &Bot) {
    bot.pass(MINUTE + MINUTE).await;
}

async fn mask(bot: &mut Bot) {
    bot.slash(MAYA, "/dialnote settings").await;
    bot.submit(MAYA, json!({ "channel": { "channel": ["masked"] } })).await;
    bot.read_all().await;
}

#[tokio::test]
async fn it_comes_at_its_time_and_compares_with_the_week_before() {
    product_with(Setup::MORNING, async |bot| {
        bot.look().await;
        every_week(bot, "\"Front desk\"", MONDAY).await;
        bot.slash(LEO, "/dialnote take conv_1001").await;
        bot.read_all().await;
        assert_eq!(reports(bot).len(), 0);
        comes(bot).await;
        assert_snapshot!(reports(bot).pop().unwrap(), @"
        # Weekly report · Front desk
        Active conversations: 8
        Unassigned of these: 4
        Median time to an owner: 4 min
        Median time to done: –
        Done of these: 0
        Changed owner: 0
        [chart: Conversations by day of last activity]
        Person | Open now | Assigned | Done | Median to done
        Zoe | 2 | 0 | 0 | –
        Leo | 1 | 1 | 0 | –
          Every Monday at 10:01
        ");
        comes(bot).await;
        assert_eq!(reports(bot).len(), 1, "once");
        bot.read_all().await;

        offline(bot, SignedDuration::from_hours(6 * 24)).await;
        bot.missed_call("+14155550101").await;
        bot.missed_call("+14155550102").await;
        bot.slash(ZOE, "/dialnote take conv_1002").await;
        bot.slash(LEO, "/handoff @zoe conv_1001 please call").await;
        bot.slash(ZOE, "/done conv_1002").await;
        bot.read_all().await;
        offline(bot, SignedDuration::from_hours(24)).await;
        assert_eq!(reports(bot).len(), 2);
        let report = bot.world(|world| world.messages.iter().rfind(|m| m.text.starts_with("Weekly")).unwrap().clone());
        assert_snapshot!(reports(bot).pop().unwrap(), @"
        # Weekly report · Front desk
        Active conversations: 2 (6 fewer)
        Unassigned of these: 0 (4 fewer)
        Median time to an owner: 1 s (4 min shorter)
        Median time to done: 1 s
        Done of these: 1 (1 more)
        Changed owner: 1 (1 more)
        Owner in time: 100% of 1
        Answered in time: 100% of 1
        Median time to an answer: 1 s
        [chart: Conversations by day of last activity]
        Person | Open now | Assigned | Done | Median to done | In time
        Zoe | 4 | 2 | 1 | 1 s | 100% of 1
          Every Monday at 10:01 · Compared with the week before
        ");
        assert_snapshot!(report.text, @"Weekly report · Front desk. Active conversations: 2 (6 fewer), Unassigned of these: 0 (4 fewer), Median time to an owner: 1 s (4 min shorter), Median time to done: 1 s, Done of these: 1 (1 more), Changed owner: 1 (1 more), Owner in time: 100% of 1, Answered in time: 100% of 1, Median time to an answer: 1 s. By person: Zoe · 4 open, 2 assigned, 1 done, median 1 s, 100% of 1 answered in time. By day: Sun 29 · 2: 1 done, 1 owned.");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn after_downtime_it_comes_late_once() {
    product_with(Setup::MORNING, async |bot| {
        bot.look().await;
        every_week(bot, "*", MONDAY).await;
        offline(bot, SignedDuration::from_hours(3)).await;
        assert_eq!(reports(bot).len(), 1);
        bot.restart().await;
        bot.pass(MINUTE).await;
        assert_eq!(reports(bot).len(), 1);
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_late_one_waits_for_the_morning() {
    product_with(Setup::MORNING, async |bot| {
        bot.look().await;
        every_week(bot, "*", MONDAY).await;
        // Eight in the evening.
        offline(bot, SignedDuration::from_hours(10)).await;
        assert_eq!(reports(bot).len(), 0);
        bot.pass_awake(13).await;
        bot.tenants.tick().await.unwrap();
        bot.settle().await;
        assert_eq!(reports(bot).len(), 1, "at nine");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn one_that_is_over_a_day_late_is_left_out() {
    product_with(Setup::MORNING, async |bot| {
        bot.look().await;
        every_week(bot, "*", MONDAY).await;
        offline(bot, SignedDuration::from_hours(26)).await;
        assert_eq!(reports(bot).len(), 0);
        offline(bot, SignedDuration::from_hours(7 * 24 - 25)).await;
        assert_eq!(reports(bot).len(), 1, "a week later");
        assert!(reports(bot)[0].contains("Active conversations: 0\n"), "compared with nothing: {:?}", reports(bot));
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn where_the_channel_hides_details_the_person_who_set_it_up_gets_it() {
    product_with(Setup::MORNING, async |bot| {
        bot.look().await;
        every_week(bot, "\"Front desk\"", MONDAY).await;
        mask(bot).await;
        comes(bot).await;
        assert_snapshot!(bot.dm(MAYA).await, @"
        # Weekly report · Front desk
        Active conversations: 8
        Unassigned of these: 5
        Median time to an owner: –
        Median time to done: –
        Done of these: 0
        Changed owner: 0
        By day
        Mon 23 · 8: 1 snoozed, 2 owned, 5 unassigned
        By person
        Zoe · 2 open, 0 assigned, 0 done
          Every Monday at 10:01
          Only visible to you, because <#C0FRONT> hides numbers and messages or is shared with others.
        ");
        assert_eq!(reports(bot).len(), 0);
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_report_about_to_be_posted_is_not_once_outsiders_joined() {
    product_with(Setup::MORNING, async |bot| {
        bot.look().await;
        every_week(bot, "*", MONDAY).await;
        bot.clock.advance(MINUTE);
        bot.tenants.tick().await.unwrap();
        while bot.step(Queue::Work).await {}
        bot.world(|world| world.channel_mut(FRONT_DESK).unwrap().shared = true);
        bot.event(json!({ "type": "channel_shared", "channel": FRONT_DESK, "connected_team_id": "T0OTHER" })).await;
        bot.settle().await;
        assert_eq!(reports(bot).len(), 0);
        assert!(bot.dm(MAYA).await.contains("# Weekly report"));
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_private_one_waits_for_the_end_of_quiet_hours() {
    product_with(Setup::MORNING, async |bot| {
        bot.look().await;
        every_week(bot, "*", MONDAY).await;
        mask(bot).await;
        bot.open_home(MAYA).await;
        bot.settle().await;
        bot.press_in(MAYA, "home", "wishes", "").await;
        bot.submit(MAYA, json!({ "from": { "from": "09:00" }, "until": { "until": "10:05" } })).await;
        bot.read_all().await;
        comes(bot).await;
        assert!(!bot.everything().contains("# Weekly report"));
        bot.pass(SignedDuration::from_mins(4)).await;
        assert!(bot.dm(MAYA).await.contains("# Weekly report"));
    })
    .await;
}

#[tokio::test]
async fn someone_who_is_no_teammate_any_more_gets_none() {
    product_with(Setup::MORNING, async |bot| {
        bot.look().await;
        every_week(bot, "*", MONDAY).await;
        mask(bot).await;
        bot.world(|world| world.dialnote.members.retain(|member| member.id != "mem_maya"));
        bot.clock.advance(SignedDuration::from_mins(62));
        bot.look().await;
        bot.pass(SignedDuration::from_secs(62)).await;
        assert!(!bot.everything().contains("# Weekly report"), "{}", bot.everything());
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_changed_time_replaces_the_old_one_and_no_route_means_no_report() {
    product_with(Setup::MORNING, async |bot| {
        bot.look().await;
        every_week(bot, "*", MONDAY).await;
        every_week(bot, "*", (0, "10:04")).await;
        comes(bot).await;
        assert_eq!(reports(bot).len(), 0);
        comes(bot).await;
        comes(bot).await;
        assert_eq!(reports(bot).len(), 1);
        every_week(bot, "*", (0, "10:10")).await;
        bot.slash(MAYA, "/dialnote route off").await;
        bot.read_all().await;
        bot.pass(SignedDuration::from_mins(5)).await;
        assert_eq!(reports(bot).len(), 1);
        let team = InstallationId::new(bot.team());
        assert_eq!(bot.work.store.documents(&team, "weekly", 10).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_crash_while_it_is_posted_does_not_post_it_twice() {
    product_with(Setup::MORNING, async |bot| {
        bot.look().await;
        every_week(bot, "*", MONDAY).await;
        bot.clock.advance(MINUTE);
        bot.tenants.tick().await.unwrap();
        let method = "chat.postMessage".into();
        let posted = Hang { service: Service::Slack, method, path: String::new(), after_effect: true };
        bot.dies_during(posted).await;
        assert_eq!(reports(bot).len(), 1);
        comes(bot).await;
        assert_eq!(reports(bot).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn two_instances_post_one_report() {
    product_with(Setup::MORNING, async |bot| {
        bot.look().await;
        every_week(bot, "*", MONDAY).await;
        let second = bot.second().await;
        bot.clock.advance(MINUTE);
        let (one, other) = tokio::join!(bot.tenants.tick(), second.tick());
        one.and(other).unwrap();
        while second.step(Queue::Work).await.unwrap() || bot.step(Queue::Work).await {}
        bot.settle().await;
        assert_eq!(reports(bot).len(), 1);
        assert!(!bot.dialnote(ANA).is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_channel_that_takes_no_messages_is_reported_once() {
    product_with(Setup::MORNING, async |bot| {
        bot.look().await;
        every_week(bot, "*", MONDAY).await;
        bot.world(|world| world.faults.slack.bot_not_in.push("front-desk".to_owned()));
        comes(bot).await;
        assert!(bot.dm(MAYA).await.contains("because it isn't a member"));
        offline(bot, SignedDuration::from_hours(7 * 24)).await;
        comes(bot).await;
        assert_eq!(reports(bot).len(), 0);
        bot.read_all().await;
    })
    .await;
}
