//! The doctor finds faults in the setup and names their fixes.

use dialnote_sandbox::SlackFailure;
use dialnote_slack::ops::doctor;
use insta::assert_snapshot;
use jiff::SignedDuration;

use crate::support::database::On;
use crate::support::{Bot, By, LEO, MAYA, Setup, product_with};

/// Runs a test with an app that Slack and dialnote reach, with a route.
async fn well(test: impl AsyncFnOnce(&mut Bot)) {
    well_by(By::Settings, test).await;
}

async fn well_by(by: By, test: impl AsyncFnOnce(&mut Bot)) {
    product_with(Setup { webhooks: true, on: On::File, by, ..Setup::USUAL }, async |bot| {
        bot.look().await;
        bot.slash(MAYA, "/dialnote route *").await;
        bot.read_all().await;
        test(bot).await;
    })
    .await;
}

/// Returns the findings that are not ok.
async fn found(bot: &Bot, changed: &[(&'static str, &str)]) -> Vec<String> {
    let findings = bot.examine(changed).await;
    findings.into_iter().filter(|finding| !finding.starts_with("ok")).collect()
}

/// Checks that the doctor finds only this.
async fn finds(bot: &Bot, changed: &[(&'static str, &str)], what: &str, mend: &str) {
    let found = found(bot, changed).await;
    assert!(found.len() == 1 && found[0].contains(what) && found[0].contains(mend), "{what}, {mend}: {found:#?}");
}

#[tokio::test]
async fn a_correct_setup_has_no_problems() {
    well(async |bot| assert_eq!(found(bot, &[]).await, Vec::<String>::new())).await;
}

#[tokio::test]
async fn problems_with_slack_are_found() {
    well(async |bot| {
        bot.world(|world| world.faults.slack.token_error = Some("token_revoked".to_owned()));
        let token = found(bot, &[]).await;
        assert!(
            token[0].starts_with("fail Slack token: Slack rejects it") && token[0].contains("to SLACK_BOT_TOKEN"),
            "{token:#?}"
        );
        bot.world(|world| world.faults.slack.token_error = None);
        bot.world(|world| world.faults.slack.clock_ahead_s = 400);
        finds(bot, &[], "fail clock: ", "; fix: set it by NTP").await;
        bot.world(|world| world.faults.slack.clock_ahead_s = 0);
        let granted = bot.world(|world| world.scopes.clone());
        bot.world(|world| world.scopes.retain(|scope| scope != "mcp:connect"));
        let added = "mcp:connect (Slackbot can find, show and change conversations for you, with your rights.";
        finds(bot, &[], "warn permissions: optional ones are missing: ", added).await;
        bot.world(|world| world.scopes = granted);
        bot.world(|world| world.scopes.retain(|scope| scope != "dnd:read"));
        finds(bot, &[], "warn permissions: optional ones are missing: ", "dnd:read").await;
        bot.world(|world| world.scopes.retain(|scope| scope != "chat:write"));
        finds(bot, &[], "fail permissions: not granted: chat:write", "reinstall the app").await;
    })
    .await;
}

#[tokio::test]
async fn the_deep_check_names_what_slack_would_refuse() {
    well(async |bot| {
        assert_eq!(drawn(bot).await, ["ok   messages: Slack accepts all 14 samples of what the app draws"]);
        let refusing = |error: &str| SlackFailure {
            method: "blocks.validate".to_owned(),
            error: error.to_owned(),
            ..SlackFailure::default()
        };
        bot.world(|world| world.faults.slack.fail_next.push(refusing("invalid_message")));
        let expected = "fail messages: Slack refuses a card (invalid_message); fix: install a newer version of this \
                        program; if there is none, report this line to its developers";
        assert_eq!(drawn(bot).await, [expected]);
        bot.world(|world| world.faults.slack.fail_next.push(refusing("unknown_method")));
        let expected = "warn messages: Slack didn't check what the app draws (Slack refused: unknown_method)";
        assert_eq!(drawn(bot).await, [expected]);
        assert!(bot.examine(&[]).await.iter().all(|found| !found.contains("messages: ")), "only the deep check asks");
    })
    .await;
}

/// Returns what the deep check adds.
async fn drawn(bot: &Bot) -> Vec<String> {
    let findings = doctor::examine_deeply(&bot.work).await;
    findings.iter().filter(|finding| finding.what == "messages").map(ToString::to_string).collect()
}

#[tokio::test]
async fn problems_of_an_installed_app_are_fixed_by_its_installer() {
    well_by(By::Installing, async |bot| {
        assert_eq!(found(bot, &[]).await, Vec::<String>::new());
        let install = format!("fix: install the app again: {}/slack/install", bot.url);
        bot.world(|world| world.faults.slack.token_error = Some("token_revoked".to_owned()));
        assert!(found(bot, &[]).await[0].contains(&install));
        bot.world(|world| world.faults.slack.token_error = None);
        bot.world(|world| world.scopes.retain(|scope| scope != "users:read.email"));
        let scopes = found(bot, &[]).await;
        assert!(
            scopes[0].contains("not granted: users:read.email") && scopes[0].contains("/slack/install"),
            "{scopes:?}"
        );
        bot.world(|world| world.scopes.push("users:read.email".to_owned()));
        bot.world(|world| world.faults.dialnote.read_only = true);
        finds(bot, &[], "fail dialnote key: it's read-only", "type /dialnote connect").await;
        bot.world(|world| world.faults.dialnote.read_only = false);
        let key = bot.world(|world| world.replace_key("dn_live_another"));
        assert!(found(bot, &[]).await[0].starts_with("fail dialnote key: dialnote rejects it"));
        bot.world(|world| world.replace_key(&key));
        bot.slash(MAYA, "/dialnote connect").await;
        bot.press_in(MAYA, "window", "disconnect", "").await;
        bot.close(MAYA).await;
        assert!(found(bot, &[]).await[0].contains("no dialnote organization is connected"));
        bot.connect().await;
    })
    .await;
}

#[tokio::test]
async fn problems_with_the_public_address_are_found() {
    well(async |bot| {
        finds(bot, &[("PUBLIC_URL", "")], "warn request URL", "PUBLIC_URL isn't set").await;
        finds(bot, &[("PUBLIC_URL", "http://127.0.0.1:9")], "fail request URL", "where the proxy sends").await;
        finds(bot, &[("SLACK_SIGNING_SECRET", "another")], "fail request URL", "Basic Information").await;
        let elsewhere = bot.sandbox.credentials().sandbox;
        finds(bot, &[("PUBLIC_URL", &elsewhere)], "fail request URL", "which isn't this app's answer").await;
    })
    .await;
}

#[tokio::test]
async fn problems_with_socket_mode_are_found() {
    well(async |bot| {
        let right = bot.sandbox.credentials().slack_app_token;
        // Slackbot calls only an address.
        bot.world(|world| world.scopes.retain(|scope| scope != "mcp:connect"));
        assert_eq!(found(bot, &[("SLACK_APP_TOKEN", &right)]).await, Vec::<String>::new());
        finds(bot, &[("SLACK_APP_TOKEN", "xapp-another")], "fail Socket Mode", "connections:write").await;
        let address = "http://127.0.0.1:9";
        let unreached = found(bot, &[("SLACK_APP_TOKEN", &right), ("SLACK_API_URL", address)]).await;
        assert!(unreached.iter().any(|one| one.contains("fail Socket Mode") && one.contains("SLACK_API_URL")));
    })
    .await;
}

#[tokio::test]
async fn problems_with_dialnote_are_found() {
    well(async |bot| {
        finds(bot, &[("DIALNOTE_API_KEY", "dn_live_revoked")], "fail dialnote key", "set DIALNOTE_API_KEY").await;
        finds(bot, &[("DIALNOTE_API_URL", "http://127.0.0.1:9")], "fail dialnote key", "reaches DIALNOTE_API_URL")
            .await;
        bot.world(|world| world.faults.dialnote.read_only = true);
        finds(bot, &[], "fail dialnote key", "it's read-only, so nothing can be assigned").await;
    })
    .await;
}

#[tokio::test]
async fn problems_with_channels_and_people_are_found() {
    well(async |bot| {
        bot.world(|world| world.faults.slack.bot_not_in.push("front-desk".to_owned()));
        finds(bot, &[], "fail channels: the app can't post in C0FRONT", "/invite @dialnote").await;
        bot.world(|world| world.faults.slack.bot_not_in.clear());
        bot.slash(MAYA, "/dialnote route off").await;
        bot.read_all().await;
        finds(bot, &[], "warn channels: no channel shows cards yet", "type /dialnote route").await;
        bot.slash(MAYA, "/dialnote route *").await;
        bot.read_all().await;
        bot.world(|world| {
            let zoe = world.dialnote.members.iter_mut().find(|member| member.id == "mem_zoe").unwrap();
            zoe.email = "zoe@elsewhere.example".to_owned();
        });
        bot.clock.advance(SignedDuration::from_hours(2));
        let people = found(bot, &[]).await;
        assert!(
            people
                .iter()
                .any(|one| one.contains("warn people: 1 member isn't linked to a Slack user") && one.contains("Zoe")),
            "{people:#?}"
        );
    })
    .await;
}

#[tokio::test]
async fn problems_with_the_queue_and_the_database_are_found() {
    well(async |bot| {
        bot.world(|world| world.faults.dialnote.down = true);
        bot.slash(MAYA, "/dialnote take conv_1001").await;
        bot.settle().await;
        bot.clock.advance(SignedDuration::from_mins(11));
        let waits = found(bot, &[]).await;
        assert!(
            waits.iter().any(|one| one.contains("fail job queue: 1 job pending, the oldest for 11 min")
                && one.contains("jobs list --waiting")),
            "{waits:#?}"
        );
        bot.pass_awake(25).await;
        bot.world(|world| world.faults.dialnote.down = false);
        bot.read_all().await;
        let given_up = found(bot, &[]).await;
        assert!(
            given_up.iter().any(|one| one.contains("warn failed jobs: 1 job failed") && one.contains("jobs retry")),
            "{given_up:#?}"
        );
        bot.expect_dead(1);
        let somebody = rusqlite::Connection::open(bot.database()).unwrap();
        let held = bot.examine(&[]).await;
        assert!(held[0].starts_with("ok   database"), "{held:#?}");
        drop(somebody);
    })
    .await;
}

#[tokio::test]
async fn an_admin_can_ask_in_slack() {
    well(async |bot| {
        bot.world(|world| world.faults.dialnote.read_only = true);
        bot.slash(MAYA, "/dialnote doctor").await;
        let said = bot.answer(MAYA).await;
        assert!(said.starts_with("1 problem found · "), "{said}");
        assert!(said.contains("\n:x: dialnote key · It's read-only, so nothing can be assigned.\n"), "{said}");
        bot.world(|world| world.faults.dialnote.down = true);
        bot.slash(MAYA, "/dialnote doctor").await;
        // The app's address may contain any number.
        let said = bot.answer(MAYA).await.replace(&bot.url, "");
        assert!(
            said.contains("\n:x: dialnote key · dialnote didn't confirm it.\n") && !said.contains("503"),
            "no fault is shown: {said}"
        );
        let passed = said.lines().find_map(|line| line.strip_prefix("  Passed: ")).expect("checks that passed");
        assert!(passed.split(" · ").any(|check| check == "channels"), "{said}");
        bot.world(|world| world.faults.dialnote.down = false);
        bot.slash(LEO, "/dialnote doctor").await;
        assert_snapshot!(bot.answer(LEO).await, @"Only an admin can check the setup. Ask an admin.");
    })
    .await;
}

/// An app that was started with a token that Slack refuses does not know our workspace.
#[tokio::test]
async fn an_admin_is_answered_although_slack_has_never_named_our_workspace() {
    well_by(By::Settings, async |bot| {
        bot.world(|world| world.faults.slack.token_error = Some("token_revoked".to_owned()));
        bot.restart().await;
        bot.slash(MAYA, "/dialnote doctor").await;
        let told = bot.answer(MAYA).await;
        assert!(told.contains(":x: Slack token · Slack rejects it."), "{told}");
        bot.world(|world| world.faults.slack.token_error = None);
    })
    .await;
}
