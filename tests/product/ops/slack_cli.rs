//! The Slack CLI in a checkout: it reads `.slack/hooks.json` and runs the hooks of its commands
//! (docs/contracts/slack-2026.md §10).

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use dialnote_slack::ops::manifest::{self, Reached, UNFURL_DOMAIN};
use regex::Regex;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::support::database::On;
use crate::support::{Bot, By, Setup, product_by_sockets};

/// The program as the hooks start it. A test must not build, so this one is built already.
const CARGO: &str = r#"#!/bin/sh
[ "$1 $2 $3 $4" = "run -q --locked --" ] || { echo "cargo $*: not what a hook runs" >&2; exit 101; }
shift 4
exec "$PROGRAM" "$@"
"#;

/// The Slack CLI, with a `cargo` that starts the program.
struct SlackCli {
    config: Value,
    path: TempDir,
}

impl SlackCli {
    fn in_the_checkout() -> Self {
        let path = tempfile::tempdir().unwrap();
        let cargo = path.path().join("cargo");
        fs::write(&cargo, CARGO).unwrap();
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
        let config = serde_json::from_str(&fs::read_to_string(".slack/hooks.json").unwrap()).unwrap();
        Self { config, path }
    }

    /// Returns a hook as the CLI runs it: its words, with the appended arguments, through the shell.
    fn hook(&self, name: &str, appended: &[&str]) -> Command {
        let script = self.config["hooks"][name].as_str().unwrap();
        let words: Vec<_> = script.split_whitespace().chain(appended.iter().copied()).collect();
        let mut command = Command::new("sh");
        command.arg("-c").arg(words.join(" ")).env_clear().stdin(Stdio::null()).kill_on_drop(true);
        let path = std::env::var("PATH").unwrap();
        command.env("PATH", format!("{}:{path}", self.path.path().display()));
        command.env("PROGRAM", env!("CARGO_BIN_EXE_dialnote-slack"));
        command
    }

    /// Runs a hook to its end and returns its answer: without a protocol, everything on standard output.
    async fn answer(&self, name: &str, appended: &[&str]) -> Value {
        let ended = self.hook(name, appended).output().await.unwrap();
        let told = String::from_utf8(ended.stderr).unwrap();
        assert!(ended.status.success() && told.is_empty(), "{name}: {told}");
        let said = String::from_utf8(ended.stdout).unwrap();
        let document = said.find('{').map(|begin| &said[begin..]).unwrap_or_default();
        serde_json::from_str(document).unwrap_or_else(|error| panic!("{name}: {error} in {said}"))
    }
}

#[test]
fn hooks_are_plain_words_for_any_shell() {
    let cli = SlackCli::in_the_checkout();
    for (name, script) in cli.config["hooks"].as_object().unwrap() {
        let script = script.as_str().unwrap();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-');
        assert!(script.chars().all(plain), "{name}: PowerShell and sh must read it alike: {script}");
    }
    assert_eq!(cli.config["config"].get("protocol-version"), None, "standard output is the answer");
}

#[tokio::test]
async fn slack_install_gets_the_manifest_as_one_json_document() {
    let cli = SlackCli::in_the_checkout();
    let own: Value = serde_json::from_str(&manifest::json(Reached::BySockets, UNFURL_DOMAIN).unwrap()).unwrap();
    for appended in [vec!["--source=/a/checkout"], vec![]] {
        assert_eq!(cli.answer("get-manifest", &appended).await, own, "{appended:?}");
    }
}

#[tokio::test]
async fn slack_doctor_names_versions() {
    let cli = SlackCli::in_the_checkout();
    let said = cli.answer("doctor", &[]).await;
    assert_eq!(said["versions"][0], json!({ "name": "dialnote-slack", "current": env!("CARGO_PKG_VERSION") }));
    for version in said["versions"].as_array().unwrap() {
        assert!(version["name"].is_string() && version["current"].is_string(), "{version}");
    }
}

#[tokio::test]
async fn slack_run_serves_by_socket_mode_with_the_tokens_of_the_cli() {
    let setup = Setup { on: On::File, by: By::Settings, ..Setup::USUAL };
    product_by_sockets(setup, async |bot| {
        for tokens in [["SLACK_APP_TOKEN", "SLACK_BOT_TOKEN"], ["SLACK_CLI_XAPP", "SLACK_CLI_XOXB"]] {
            connects(bot, tokens).await;
        }
    })
    .await;
}

/// Runs the hook `start` with tokens of these names, until its log says that it is connected. Then kills it.
async fn connects(bot: &Bot, [app, bot_token]: [&str; 2]) {
    let (cli, folder) = (SlackCli::in_the_checkout(), tempfile::tempdir().unwrap());
    let by_the_cli = ["SLACK_APP_TOKEN", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"];
    let settings = bot.settings().into_iter().filter(|(name, _)| !by_the_cli.contains(name));
    let credentials = bot.sandbox.credentials();
    let mut start = cli.hook("start", &[]);
    start.envs(settings).env(app, credentials.slack_app_token).env(bot_token, credentials.slack_bot_token);
    start.env("DATABASE_URL", format!("sqlite:{}/app.db", folder.path().display()));
    start.env("LISTEN", "127.0.0.1:0").env("OPS_LISTEN", "127.0.0.1:0");
    let mut child = start.stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let (mut expected, mut said) = (vec!["Slack accepted the bot token", "connection to Slack opened"], Vec::new());
    while !expected.is_empty() {
        let line = lines.next_line().await.unwrap().unwrap_or_else(|| panic!("{app}: it ended: {said:#?}"));
        expected.retain(|expected| !line.contains(expected));
        said.push(line);
    }
}

#[test]
fn the_cli_watches_what_is_there() {
    let watch = &SlackCli::in_the_checkout().config["config"]["watch"];
    for part in ["manifest", "app"] {
        for path in watch[part]["paths"].as_array().unwrap() {
            assert!(Path::new(path.as_str().unwrap()).exists(), "{path}");
        }
    }
    let watched = Regex::new(watch["app"]["filter-regex"].as_str().unwrap()).unwrap();
    assert!(watched.is_match("src/app.rs") && !watched.is_match("src/app.rs.swp"));
}
