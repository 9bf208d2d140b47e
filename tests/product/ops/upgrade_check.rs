//! `upgrade-check`, the look of a new version at the settings and the database of the one that runs.

use std::fs;
use std::path::Path;

use dialnote_slack::core::ids::InstallationId;
use dialnote_slack::platform::db::{Delivery, NewJob, Queue, sqlite};
use jiff::SignedDuration;
use rusqlite::Connection;
use serde_json::Value;

use super::command_line::run;
use crate::support::{Bot, By, MAYA, Setup, product_with};

/// The settings that the program requires, for a file that no app runs on.
const COMPLETE: [(&str, &str); 3] = [
    ("SLACK_SIGNING_SECRET", "0123456789abcdef0123456789abcdef"),
    ("SLACK_BOT_TOKEN", "xoxb-planted"),
    ("DIALNOTE_API_KEY", "dn_live_planted"),
];

type Settings = Vec<(&'static str, String)>;

/// Runs the check; returns its exit code, and of each finding its name, its state and its fact.
async fn checked(settings: &Settings, words: &str) -> (i32, Vec<(String, String, String)>) {
    let folder = tempfile::tempdir().unwrap();
    let ended = run(settings, folder.path(), format!("upgrade-check --json {words}").trim_end()).await;
    let word = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
    let finding = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        (word(&line, "check"), word(&line, "state"), word(&line, "fact"))
    };
    (ended.status, ended.out.lines().map(finding).collect())
}

fn state_of<'a>(findings: &'a [(String, String, String)], check: &str) -> (&'a str, &'a str) {
    let (_, state, fact) = findings.iter().find(|(name, ..)| name == check).unwrap();
    (state, fact)
}

/// Runs a test with the keys in the settings, on either database.
async fn with_keys(test: impl AsyncFnOnce(&mut Bot)) {
    product_with(Setup { by: By::Settings, ..Setup::USUAL }, test).await;
}

fn is_server(bot: &Bot) -> bool {
    bot.settings().iter().any(|(name, value)| *name == "DATABASE_URL" && value.starts_with("postgres"))
}

#[tokio::test]
async fn the_version_that_runs_can_replace_itself() {
    with_keys(async |bot| {
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call").await;
        let (status, findings) = checked(&bot.settings(), "").await;
        assert_eq!(status, 0, "{findings:?}");
        assert_eq!(state_of(&findings, "settings"), ("ok", "all are known, and none is missing"));
        assert_eq!(state_of(&findings, "schema"), ("ok", "the database has schema 4, and this version keeps it"));
        assert_eq!(state_of(&findings, "way back").0, "ok");
        let (state, fact) = state_of(&findings, "jobs");
        assert!(state == "ok" && !fact.starts_with("all 0 "), "{fact}");
        let (state, fact) = state_of(&findings, "replacement");
        if is_server(bot) {
            assert!(state == "ok" && fact.contains("one after the other"), "{fact}");
        } else {
            assert_eq!((state, fact), ("warn", "a program uses the database at the moment"));
        }
        assert_eq!(state_of(&findings, "backup"), ("warn", "none was named"));
        bot.read_all().await;
    })
    .await;
}

/// The history of an older version, in a database whose tables are newer: a migration would fail on them.
#[tokio::test]
async fn migrations_are_announced_and_not_run() {
    with_keys(async |bot| {
        bot.begin_change("DELETE FROM schema_migrations WHERE version > 2").await.commit().await;
        for _ in 0..2 {
            let (status, findings) = checked(&bot.settings(), "").await;
            assert_eq!(status, 0, "{findings:?}");
            let words = "the database has schema 2; this version migrates it to 4 when it starts: versions, copies";
            assert_eq!(state_of(&findings, "schema"), ("warn", words));
            let words = "an older version refuses the database after the migration";
            assert_eq!(state_of(&findings, "way back"), ("warn", words));
        }
    })
    .await;
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    with_keys(async |bot| {
        let newer = "INSERT INTO schema_migrations (version, name, checksum) VALUES (5, 'later', '1')";
        bot.begin_change(newer).await.commit().await;
        let ended = run(&bot.settings(), Path::new("."), "upgrade-check").await;
        let (status, why) = if is_server(bot) { (69, "has schema 5 but") } else { (66, "has schema 5, and") };
        assert!(ended.status == status && ended.told.contains(why), "{}: {}", ended.status, ended.told);
    })
    .await;
}

#[tokio::test]
async fn a_pending_job_of_an_unknown_kind_fails_the_check() {
    with_keys(async |bot| {
        let (acme, now) = (InstallationId::new("T0ACME"), bot.clock.now());
        for (key, body) in [("later", r#"{"kind":"command.v2","job":{}}"#), ("other", r#"{"kind":"list.v1","job":7}"#)]
        {
            let job = NewJob::new(&acme, Queue::Work, key, now, body);
            let delivery = Delivery { installation: acme.clone(), key: key.into() };
            bot.work.store.accept(delivery, vec![job], now).await.unwrap();
        }
        let (status, findings) = checked(&bot.settings(), "").await;
        let (state, fact) = state_of(&findings, "jobs");
        assert_eq!((status, state), (1, "fail"), "{fact}");
        assert!(fact.starts_with("2 of 2 can't be read by this version: job-"), "{fact}");
        assert!(
            fact.contains("(command.v2: its kind is unknown to this version)") && fact.contains("list.v1"),
            "{fact}"
        );

        bot.clock.advance(SignedDuration::from_hours(25));
        bot.settle().await;
        let (status, findings) = checked(&bot.settings(), "").await;
        let (state, fact) = state_of(&findings, "jobs");
        assert_eq!((status, state), (0, "warn"), "no one waits for a failed job: {fact}");
        assert!(fact.starts_with("2 failed ones of 2 can't be read"), "{fact}");
        bot.expect_dead(2);
    })
    .await;
}

#[tokio::test]
async fn settings_that_the_new_version_does_not_take_fail_the_check() {
    with_keys(async |bot| {
        let mut settings = bot.settings();
        settings.retain(|(name, _)| *name != "DIALNOTE_API_KEY");
        settings.extend([("DIALNOTE_API_KEI", "planted".to_owned()), ("DIALNOTE_SLACK_PORT", "tcp://a".to_owned())]);
        let (status, findings) = checked(&settings, "").await;
        assert_eq!(status, 1, "{findings:?}");
        let found: Vec<_> = findings.iter().filter(|(name, ..)| name == "settings").collect();
        let [(_, missing, what), (_, unknown, name)] = found.as_slice() else { panic!("{found:?}") };
        assert!(missing == "fail" && what.starts_with("DIALNOTE_API_KEY: "), "{what}");
        assert_eq!(
            (unknown.as_str(), name.as_str()),
            ("warn", "DIALNOTE_API_KEI is not a setting; did you mean dialnote_api_key?")
        );
    })
    .await;
}

/// A file of the first version, with work in it: the check reads all of it and leaves every byte.
#[tokio::test]
async fn the_file_of_the_first_version_is_read_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("app.db");
    let written = fs::read_to_string("tests/fixtures/store/v1.sql").unwrap();
    Connection::open(&file).unwrap().execute_batch(&written).unwrap();
    let before = fs::read(&file).unwrap();
    let mut settings: Settings = COMPLETE.map(|(name, value)| (name, value.to_owned())).to_vec();
    settings.push(("DATABASE_URL", format!("sqlite:{}", file.display())));
    let backup = folder.path().join("backup.db");
    sqlite::backup(&file, &backup).unwrap();

    let (status, findings) = checked(&settings, &format!("--backup {}", backup.display())).await;
    assert_eq!(status, 0, "{findings:?}");
    let words = "the database has schema 2; this version migrates it to 4 when it starts: versions, copies";
    assert_eq!(state_of(&findings, "schema"), ("warn", words));
    let (state, fact) = state_of(&findings, "jobs");
    assert!(state == "ok" && !fact.starts_with("all 0 "), "{fact}");
    assert_eq!(state_of(&findings, "replacement"), ("ok", "no program uses the database"));
    assert_eq!(state_of(&findings, "backup").0, "ok");
    assert_eq!(fs::read(&file).unwrap(), before);
    let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["app.db", "backup.db"], "and it makes no file");

    fs::write(&backup, "no database").unwrap();
    let (status, findings) = checked(&settings, &format!("--backup {}", backup.display())).await;
    assert_eq!((status, state_of(&findings, "backup").0), (1, "fail"), "{findings:?}");
    let (status, findings) = checked(&settings, "--backup missing.db").await;
    assert_eq!((status, state_of(&findings, "backup").1), (1, "it can't be used: no such file or folder"));
}

#[tokio::test]
async fn an_old_backup_is_named_as_old() {
    with_keys(async |bot| {
        let folder = tempfile::tempdir().unwrap();
        let backup = folder.path().join("backup.db");
        if is_server(bot) {
            fs::write(&backup, "a dump").unwrap();
        } else {
            sqlite::backup(&bot.database(), &backup).unwrap();
        }
        let made = std::time::SystemTime::now() - std::time::Duration::from_hours(49);
        fs::File::options().write(true).open(&backup).unwrap().set_modified(made).unwrap();
        let (status, findings) = checked(&bot.settings(), &format!("--backup {}", backup.display())).await;
        let (state, fact) = state_of(&findings, "backup");
        assert!((status, state) == (0, "warn") && fact.starts_with("older than a day: made on "), "{fact}");
        assert_eq!(fact.ends_with("; its contents were not checked"), is_server(bot), "{fact}");
    })
    .await;
}
