//! The program's command line for people and scripts: help, completions, manual pages, colors, JSON, and errors with
//! their way out.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::process::Command;

use super::{Ended, on_a_file, run};
use crate::support::database::On;
use crate::support::{Setup, product_with};

#[tokio::test]
async fn help_has_groups_examples_and_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let help = run(&[], folder.path(), "--help").await;
    let places: Vec<_> =
        ["\nRun:\n  serve ", "\nSet up:\n  manifest ", "\nOperate:\n  jobs ", "\nKeep data:\n  backup "]
            .iter()
            .map(|group| help.out.find(group))
            .collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{}", help.out);
    let of_command = run(&[], folder.path(), "limits clear --help").await.out;
    assert!(of_command.contains("Examples:\n  dialnote-slack limits clear dialnote\n"), "{of_command}");
    assert!(of_command.ends_with("Documentation: docs/operate.md#lift-rate-limits\n"), "{of_command}");
}

#[tokio::test]
async fn completions_and_manual_pages_are_made() {
    let folder = tempfile::tempdir().unwrap();
    for (shell, beginning) in [("bash", "_dialnote__slack() {"), ("zsh", "#compdef dialnote-slack")] {
        let script = run(&[], folder.path(), &format!("completions {shell}")).await.out;
        assert!(script.starts_with(beginning) && script.contains("resync"), "{script}");
    }
    let page = run(&[], folder.path(), "man").await.out;
    assert!(page.contains(".TH dialnote-slack 1") && page.contains("dialnote\\-slack\\-doctor(1)"), "{page}");
    let written = run(&[], folder.path(), "man --dir pages").await;
    let pages = fs::read_dir(folder.path().join("pages")).unwrap().count();
    assert_eq!(written.out, format!("wrote {pages} pages to pages\n"));
    let of_command = fs::read_to_string(folder.path().join("pages/dialnote-slack-jobs-drop.1")).unwrap();
    assert!(of_command.contains("Delete failed jobs") && of_command.contains("\\-\\-dry\\-run"), "{of_command}");
}

#[tokio::test]
async fn wrong_arguments_have_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    for (words, cause, hint) in [
        ("jobs lst", "unrecognized subcommand 'lst'", "a similar subcommand exists: 'list'"),
        (
            "sandbox --listen 4010",
            "invalid value '4010' for '--listen <LISTEN>': it is not an address with a port",
            "give one like 127.0.0.1:4010",
        ),
        ("jobs show x", "invalid value 'x' for '<ID>': not the id of a job", "give one like job-17"),
        (
            "backup",
            "the following required arguments were not provided:\n  <FILE>",
            "usage: dialnote-slack backup <FILE>",
        ),
        (
            "demo --listen 127.0.0.1:65535",
            "invalid value '127.0.0.1:65535' for '--listen <LISTEN>': the app takes the next port, and there is none \
             after 65535",
            "give a lower port, or 0 for any two that are free",
        ),
    ] {
        let refused = run(&[], folder.path(), words).await;
        assert_eq!((refused.status, refused.told), (2, format!("error: {cause}\nhint: {hint}\n")), "{words}");
    }
}

#[tokio::test]
async fn a_manifest_is_only_made_for_an_address_that_slack_takes() {
    let folder = tempfile::tempdir().unwrap();
    for (url, problem) in [
        ("foo", "it is not a web address"),
        ("http://app.example", "Slack sends requests only to https"),
        ("https://localhost", "its host is not one that Slack can reach"),
        ("https://app.example?a=b", "it ends with a query or a fragment"),
    ] {
        let refused = run(&[], folder.path(), &format!("manifest --url {url}")).await;
        let told = format!(
            "error: invalid value '{url}' for '--url <URL>': {problem}\nhint: give the app's public address, like \
             https://dialnote-slack.acme.com\n"
        );
        assert_eq!((refused.status, refused.out.as_str(), refused.told), (2, "", told));
    }
    let made = run(&[], folder.path(), "manifest --url https://app.example/").await;
    assert!(made.status == 0 && made.out.contains("\"https://app.example/slack/events\""), "{}", made.out);
    let piped = run(&[], folder.path(), "manifest").await;
    assert_eq!((piped.status, piped.told.as_str()), (0, ""), "a script sees no warning");
    let shown = on_a_terminal(&[], folder.path(), "manifest").await;
    assert!(shown.contains("the manifest has the placeholder https://dialnote-slack.example.com"), "{shown}");
}

#[tokio::test]
async fn a_wrong_setting_names_its_file_and_its_values() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("wrong.toml"), "\nslack_bot_token = xoxb-planted\n").unwrap();
    let of = |name, value: &str| vec![(name, value.to_owned())];
    for (settings, words, expected) in [
        (vec![], "--config /nowhere.toml jobs list", "/nowhere.toml: cannot be read: no such file or folder"),
        (vec![], "--config wrong.toml jobs list", "wrong.toml: line 2: string values must be quoted"),
        (of("CONFIG_FILE", "wrong.toml"), "doctor", "wrong.toml: line 2: string values must be quoted"),
        (
            of("SLACK_BOT_TOKEN_FILE", "/nowhere/token"),
            "doctor",
            "SLACK_BOT_TOKEN_FILE: /nowhere/token cannot be read: no such file or folder",
        ),
        (of("ENCRYPTION_KEY", "planted"), "doctor", "ENCRYPTION_KEY: is not 64 hexadecimal digits"),
        (of("AUDIT_DAYS", "x"), "doctor", "AUDIT_DAYS: is not a number of days from 1 to 36500, or none"),
    ] {
        let refused = run(&settings, folder.path(), words).await;
        assert!(refused.status == 78 && refused.told.contains(&format!("\n  {expected}")), "{words}: {}", refused.told);
        assert!(refused.told.contains("\nhint: ") && !refused.told.contains("planted"), "{}", refused.told);
    }
    let missing = run(&[], folder.path(), "doctor").await.told;
    assert!(missing.starts_with("error: settings are missing or wrong:\n") && missing.contains("docs/settings.md"));
}

#[tokio::test]
async fn a_silent_service_is_named_without_the_layers_of_libraries() {
    let folder = tempfile::tempdir().unwrap();
    let server = [("DATABASE_URL", "postgres://app:planted@127.0.0.1:1/app".to_owned())];
    let unreached = run(&server, folder.path(), "jobs list").await;
    let told = "error: the database app on PostgreSQL at 127.0.0.1 cannot be opened: connection refused\nhint: start the \
                server there, or correct DATABASE_URL and DATABASE_PASSWORD\n";
    assert_eq!((unreached.status, unreached.told.as_str()), (69, told));
    let address = [("LISTEN", "127.0.0.1:1".to_owned())];
    let silent = run(&address, folder.path(), "health --json").await;
    let told = "error: the app does not respond at 127.0.0.1:1: connection refused\nhint: start it, or set LISTEN to its \
                address\n";
    assert_eq!((silent.status, silent.told.as_str()), (1, told));
    let row: Value = serde_json::from_str(&silent.out).unwrap();
    assert_eq!((&row["alive"], &row["cause"]), (&Value::Bool(false), &"connection refused".into()));
    fs::write(folder.path().join("other.db"), "no database").unwrap();
    let other = run(&[("DATABASE_URL", "sqlite:other.db".to_owned())], folder.path(), "audit").await;
    assert!(other.status == 66 && other.told.contains("other.db: file is not a database\nhint: something else"));
    assert!(!other.told.contains("serve"), "{}", other.told);
}

#[tokio::test]
async fn commands_with_nothing_to_do_say_so() {
    on_a_file(async |bot| {
        for (words, expected) in [
            ("limits clear --all", "no rate limits to clear\n"),
            ("limits clear --all --installation T0NONE", "no rate limits of T0NONE to clear\n"),
            ("jobs retry --all", "no failed jobs\n"),
        ] {
            let Ended { status, out, .. } = run(&bot.settings(), Path::new("."), words).await;
            assert_eq!((status, out.as_str()), (0, expected), "{words}");
        }
        let unknown = run(&bot.settings(), Path::new("."), "limits clear chat.update").await;
        assert!(unknown.status == 1 && unknown.told.contains("error: no rate limit is called chat.update\nhint: "));
        let foreign = run(&bot.settings(), Path::new("."), "resync --installation T0NONE").await;
        assert!(foreign.status == 1 && foreign.told.contains("hint: correct --installation"), "{}", foreign.told);
        let read = run(&bot.settings(), Path::new("."), "resync").await;
        assert!(read.status == 0 && read.out.starts_with("read ") && read.told.lines().count() == 1, "{}", read.told);
    })
    .await;
}

#[tokio::test]
async fn a_check_is_json_for_scripts_and_colored_for_people() {
    on_a_file(async |bot| {
        let json = run(&bot.settings(), Path::new("."), "doctor --json").await;
        let rows: Vec<Value> = json.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let database = rows.iter().find(|row| row["check"] == "database").unwrap();
        assert_eq!((&database["state"], &database["fact"]), (&"ok".into(), &"writable".into()));
        let route = rows.iter().find(|row| row["check"] == "channels").unwrap();
        assert_eq!(route["fix"], "type /dialnote route in the channel that gets them");
        let colored = run(&bot.settings(), Path::new("."), "doctor --color always").await.out;
        assert!(colored.contains("\u{1b}[32mok  \u{1b}[0m database: writable\n"), "{colored:?}");
        let piped = run(&bot.settings(), Path::new("."), "doctor").await;
        assert!(!piped.out.contains('\u{1b}') && !piped.told.contains('\r'), "{:?} {:?}", piped.out, piped.told);
        let shown = on_a_terminal(&bot.settings(), Path::new("."), "resync").await;
        assert!(shown.contains("\r\u{1b}[K") && shown.contains("conversations read\r\u{1b}[K"), "{shown:?}");
        let folder = tempfile::tempdir().unwrap();
        let copied = on_a_terminal(&bot.settings(), folder.path(), "backup copy.db").await;
        assert!(
            copied.contains("\u{1b}[Kcopying about ") && copied.contains("\u{1b}[Kcopied the database"),
            "{copied:?}"
        );
        let exported = on_a_terminal(&bot.settings(), folder.path(), "export --person U0ZOE > zoe.json").await;
        assert!(exported.contains("\r\u{1b}[Kexporting, "), "{exported:?}");
        assert!(fs::read_to_string(folder.path().join("zoe.json")).unwrap().starts_with("{\n  \"person\": "));
        let mut without = bot.settings();
        without.push(("NO_COLOR", "1".to_owned()));
        let plain = on_a_terminal(&without, Path::new("."), "doctor").await;
        assert!(plain.contains("ok   database: writable") && !plain.contains("\u{1b}[32m"), "{plain:?}");
    })
    .await;
}

#[tokio::test]
async fn rotating_keys_shows_that_it_works() {
    product_with(Setup { on: On::File, ..Setup::INSTALLED }, async |bot| {
        let shown = on_a_terminal(&bot.settings(), Path::new("."), "vault rotate").await;
        assert!(
            shown.contains("\r\u{1b}[Ksealing secrets with the first key, 0 s\r\u{1b}[Ksealed again: 0;"),
            "{shown:?}"
        );
    })
    .await;
}

/// Returns a command's output on a terminal.
async fn on_a_terminal(settings: &[(&str, String)], folder: &Path, words: &str) -> String {
    let line = format!("{} {words}", env!("CARGO_BIN_EXE_dialnote-slack"));
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).env_clear().env("RUST_LOG", "off").env("TERM", "xterm");
    command.env("PATH", "/usr/bin:/bin").envs(settings.iter().map(|(name, value)| (*name, value)));
    let ended = command.current_dir(folder).stdin(Stdio::null()).output().await.unwrap();
    String::from_utf8(ended.stdout).unwrap()
}
