//! Failed jobs, metrics and readiness, as an operator sees them.

use dialnote_sandbox::SlackFailure;
use dialnote_slack::core::ids::JobId;
use dialnote_slack::jobs::rate_limits::Pacing;
use dialnote_slack::ops::jobs;
use dialnote_slack::worker::handlers;
use insta::assert_snapshot;
use jiff::SignedDuration;

use crate::support::database::On;
use crate::support::{ANA, Bot, LEO, MAYA, Setup, product, product_with, set_up};

#[tokio::test]
async fn failed_jobs_can_be_listed_and_retried() {
    set_up(async |bot| {
        a_message_is_given_up(bot).await;
        assert_snapshot!(list(bot, true).await, @"job-2 T0ACME post_card.v1 card:C0FRONT:conv_1001 since 2026-11-23T09:00:00Z, 1 attempt: Slack refused: msg_too_long");
        let id = jobs::dead(bot.work.store.as_ref()).await.unwrap()[0];
        let mut shown = Vec::new();
        jobs::show(bot.work.store.as_ref(), id, &mut shown).await.unwrap();
        let shown = String::from_utf8(shown).unwrap();
        assert!(shown.contains("\"kind\": \"post_card.v1\"") && shown.contains("Ana Lima"), "{shown}");
        bot.in_dialnote(serde_json::json!({ "conversation": ANA, "assignedToId": "mem_leo" })).await;
        for _ in 0..2 {
            let again = jobs::retry(bot.work.store.as_ref(), &handlers::all(None), id, (bot.clock.now(), Pacing::default())).await;
            assert!(again.is_ok() || again.unwrap_err().to_string().starts_with("there is no job-"));
        }
        assert!(bot.card(ANA).await.contains("Owner: Zoe"), "as it was then");
        bot.pass(SignedDuration::from_secs(61)).await;
        assert!(bot.card(ANA).await.contains("Owner: Leo"), "as it is");
        assert_eq!(list(bot, true).await, "no failed jobs\n");
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn failed_jobs_can_be_dropped_and_waiting_ones_cannot() {
    set_up(async |bot| {
        a_message_is_given_up(bot).await;
        let store = bot.work.store.clone();
        let id = jobs::dead(store.as_ref()).await.unwrap()[0];
        jobs::discard(store.as_ref(), id).await.unwrap();
        let gone = jobs::discard(store.as_ref(), id).await.unwrap_err().to_string();
        assert_eq!(gone, format!("there is no {id}\nhint: `jobs list` shows failed jobs, `jobs list --waiting` pending ones"));
        bot.world(|world| world.faults.dialnote.down = true);
        bot.slash(LEO, "/dialnote take conv_1004").await;
        bot.settle().await;
        assert_snapshot!(list(bot, false).await, @"job-6 T0ACME command.v1 conversation:conv_1004 since 2026-11-23T09:00:00Z, 1 attempt: dialnote is unavailable: 503 Service Unavailable");
        let waiting = bot.work.store.jobs(false, JobId(0), 9).await.unwrap()[0].id;
        let refused = jobs::discard(store.as_ref(), waiting).await.unwrap_err().to_string();
        assert_eq!(refused, format!("{waiting} is pending, not failed: the app retries it"));
        bot.world(|world| world.faults.dialnote.down = false);
        bot.pass(SignedDuration::from_secs(60)).await;
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn metrics_count_jobs_and_calls() {
    product(async |bot| {
        bot.look().await;
        let limited =
            SlackFailure { method: "chat.postMessage".into(), error: "ratelimited".into(), ..SlackFailure::default() };
        bot.world(|world| world.faults.slack.fail_next.push(limited));
        bot.slash(MAYA, "/assign me conv_1001 wants a call").await;
        bot.pass(SignedDuration::from_secs(60)).await;
        bot.read_all().await;
        let counted = reqwest::get(format!("{}/metrics", bot.ops)).await.unwrap().text().await.unwrap();
        for line in [
            r#"dialnote_slack_jobs_retried_total{cause="rate_limited"} 1"#,
            r#"dialnote_slack_rate_limit_wait_seconds_total{service="slack"} "#,
            r#"dialnote_slack_call_seconds_count{service="dialnote",method="POST conversations/_/notes",result="ok"} 1"#,
            r#"dialnote_slack_call_seconds_count{service="slack",method="chat.postMessage",result="rate_limited"} 1"#,
            r#"dialnote_slack_queue_jobs{queue="work"} 0"#,
            "dialnote_slack_queue_dead_jobs 0",
            "dialnote_slack_queue_oldest_age_seconds 0",
            "dialnote_slack_last_look_timestamp_seconds 1795424400",
        ] {
            assert!(counted.contains(line), "{line} is not in\n{counted}");
        }
        assert!(bot.card(ANA).await.contains("Owner: Maya"));
    })
    .await;
}

/// The response time for strangers does not count in Slack's.
#[tokio::test]
async fn the_time_to_acknowledge_is_that_of_verified_requests() {
    product(async |bot| {
        bot.slash(MAYA, "/assign me conv_1001").await;
        let before = [counted(bot, "ack_seconds_count").await, counted(bot, REFUSED).await];
        for signature in [None, Some(format!("v0={}", "0".repeat(64)))] {
            let request = reqwest::Client::new().post(format!("{}/slack/commands", bot.url)).body("text=a");
            let request = request.header("x-slack-request-timestamp", bot.clock.now().as_second());
            let request = match signature {
                Some(signature) => request.header("x-slack-signature", signature),
                None => request,
            };
            assert_eq!(request.send().await.unwrap().status(), 401);
        }
        // Counts are cached for a second.
        bot.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(counted(bot, "ack_seconds_count").await, before[0]);
        assert_eq!(counted(bot, REFUSED).await, before[1] + 2);
        bot.slash(MAYA, "/unassign conv_1001").await;
        bot.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(counted(bot, "ack_seconds_count").await, before[0] + 1);
        bot.read_all().await;
    })
    .await;
}

const REFUSED: &str = r#"requests_total{status="401"}"#;

/// Returns the value of a counter, 0 if it is missing.
async fn counted(bot: &Bot, counter: &str) -> u64 {
    let all = reqwest::get(format!("{}/metrics", bot.ops)).await.unwrap().text().await.unwrap();
    let value = all.lines().find_map(|line| line.strip_prefix(&format!("dialnote_slack_{counter} ")));
    value.map_or(0, |value| value.parse().unwrap())
}

#[tokio::test]
async fn readiness_writes_nothing_and_is_closed_to_strangers() {
    product_with(Setup { on: On::File, ..Setup::USUAL }, async |bot| {
        let get = async |at: &str, what| reqwest::get(format!("{at}/{what}")).await.unwrap();
        assert_eq!(get(&bot.ops, "readyz").await.status(), 200);
        let log = bot.database().with_extension("db-wal");
        let written = || std::fs::read(&log).unwrap();
        let before = written();
        for time in 0..300 {
            assert_eq!(get(&bot.ops, "readyz").await.status(), 200);
            assert!(get(&bot.ops, "metrics").await.text().await.unwrap().contains("queue_dead_jobs 0"));
            if time % 10 == 0 {
                bot.clock.advance(SignedDuration::from_secs(1));
            }
        }
        assert!(written() == before, "the log of the database has grown or changed");
        for what in ["readyz", "metrics"] {
            assert_eq!(get(&bot.url, what).await.status(), 404, "{what}");
        }
        bot.read_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_database_that_is_deleted_beneath_the_app_takes_nothing_in_and_says_so() {
    product_with(Setup { on: On::File, ..Setup::USUAL }, async |bot| {
        let ready = async || reqwest::get(format!("{}/readyz", bot.ops)).await.unwrap();
        assert_eq!(ready().await.status(), 200);
        let (file, away) = (bot.database(), bot.database().with_extension("away"));
        std::fs::rename(&file, &away).unwrap();
        bot.clock.advance(SignedDuration::from_secs(1));
        let said = ready().await;
        assert_eq!(said.status(), 503);
        assert_eq!(said.text().await.unwrap(), "the database does not accept writes\n");
        bot.slash(MAYA, "/assign @zoe conv_1001").await;
        std::fs::rename(&away, &file).unwrap();
        assert_eq!(ready().await.status(), 200);
        assert!(bot.answer(MAYA).await.starts_with("The app couldn't save this command, so nothing changed."));
        assert_eq!(bot.dialnote(ANA), "nobody open", "and it is not done behind her back");
    })
    .await;
}

/// Fails a message for good: its card cannot be posted.
async fn a_message_is_given_up(bot: &mut Bot) {
    let method = "chat.postMessage".to_owned();
    let refused = SlackFailure { method, error: "msg_too_long".to_owned(), ..SlackFailure::default() };
    bot.world(|world| world.faults.slack.fail_next.push(refused));
    bot.slash(MAYA, "/assign @zoe conv_1001 wants a call").await;
    bot.read_all().await;
}

async fn list(bot: &Bot, dead: bool) -> String {
    let mut out = Vec::new();
    jobs::list(bot.work.store.as_ref(), dead, false, &mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}
