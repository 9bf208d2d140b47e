//! Secrets are never printed. While any of these tests runs, all logs, on every level and by every library, are
//! searched for the sandbox's secrets; so are the output of commands and the metrics.

use std::collections::BTreeSet;
use std::io;
use std::process::Stdio;
use std::sync::{LazyLock, Mutex, Once};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use dialnote_sandbox::Secrets;
use dialnote_slack::app;
use dialnote_slack::commands::job::CommandJob;
use dialnote_slack::config::{Config, SETTINGS};
use dialnote_slack::core::ids::JobId;
use dialnote_slack::jobs::job;
use dialnote_slack::platform::slack::reading;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Command;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::support::{Bot, By, ENCRYPTION_KEY, LEO, MAYA, Setup, product, product_with, set_up};

/// A text in every secret of the tests and in nothing else: tokens that the sandbox issues contain it like its fixed
/// ones. Addresses that let their holder act are secrets too.
static SECRETS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let Secrets { signing_secret, bot_token, app_token, dialnote_key, read_only_key, client_id, client_secret } =
        Secrets::fixed();
    let basic = BASE64_STANDARD.encode(format!("{client_id}:{client_secret}"));
    let plain =
        [signing_secret, app_token, dialnote_key, read_only_key, client_secret, basic, ENCRYPTION_KEY.to_owned()];
    let parts = [
        bot_token.trim_start_matches("xoxb-"),
        "sandbox-refresh",
        "xwfp-",
        "/slack/response/",
        dialnote_slack::platform::dialnote::webhooks::PATH,
        "planted",
    ];
    let plain = plain.into_iter().chain(parts.map(str::to_owned));
    // Printed as text, as the bytes of a buffer, or as hexadecimal digits.
    plain.flat_map(|secret| [bytes(&secret), hex::encode(&secret), secret]).collect()
});

/// People's words and names: not secret, and yet not for the log.
const NOT_LOGGED: [&str; 3] = ["wants a call", "Ana Lima", "4155550101"];

fn bytes(secret: &str) -> String {
    secret.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(", ")
}

/// Returns the secret found in a text, if there is one.
fn found(text: &str) -> Option<&'static str> {
    SECRETS.iter().map(String::as_str).find(|secret| text.contains(secret))
}

/// Fails on a text with a secret in it.
pub fn assert_none(what: &str, text: &str) {
    assert_eq!(found(text), None, "{what} shows a secret:\n{text}");
}

/// Reads everything that is logged.
#[derive(Default)]
struct Reader {
    leaks: Mutex<Vec<String>>,
    heard: Mutex<BTreeSet<&'static str>>,
}

/// Libraries that certainly log something: by `tracing`, and by `log`.
const LIBRARIES: [&str; 2] = ["hyper_util::", "reqwest::"];

/// A writer of the log: each line arrives in one piece.
struct Pen(&'static Reader);

impl io::Write for Pen {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        if found(&text).is_some() || NOT_LOGGED.iter().any(|words| text.contains(words)) {
            self.0.leaks.lock().unwrap().push(text.clone().into_owned());
        }
        self.0.heard.lock().unwrap().extend(LIBRARIES.iter().filter(|library| text.contains(**library)));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns a subscriber with everything that the program can be configured to log.
fn log_of(reader: &'static Reader) -> impl tracing::Subscriber + Send + Sync {
    let log = tracing_subscriber::fmt().with_env_filter("trace").without_time().with_ansi(false);
    log.with_writer(move || Pen(reader)).finish().with(app::discretion())
}

static EVERYTHING: LazyLock<Reader> = LazyLock::new(Reader::default);

/// Reads everything that is logged in this process from now on.
pub fn read_along() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| log_of(&EVERYTHING).init());
}

/// Checks that nothing secret was logged so far, by this test or those beside it, or is in the metrics.
pub fn assert_nothing_leaked(bot: &Bot) {
    // The lock is released before this may fail, or every other test would fail with it.
    let leaks = EVERYTHING.leaks.lock().unwrap().clone();
    assert!(leaks.is_empty(), "secrets were logged:\n{}", leaks.join("\n"));
    assert_none("what was counted", &bot.tenants.common.metrics.encode(None));
}

/// The canary: a log line here would fail every other test.
#[test]
fn a_secret_that_is_logged_is_found() {
    static CANARY: LazyLock<Reader> = LazyLock::new(Reader::default);
    let Secrets { bot_token, dialnote_key, .. } = Secrets::fixed();
    tracing::subscriber::with_default(log_of(&CANARY), || {
        tracing::trace!(target: "hyper_util::client", "authorization: Bearer {bot_token}");
        tracing::debug!(buffer = ?dialnote_key.as_bytes(), "sent");
        tracing::warn!(url = "https://hooks.slack.com/slack/response/1", "not answered");
        tracing::error!("a note: wants a call back");
        tracing::debug!(target: "tokio_postgres::query", "what is kept discreet: {bot_token}");
        tracing::info!(target: "tokio_postgres", "nothing to see");
    });
    let leaks = CANARY.leaks.lock().unwrap();
    assert_eq!(leaks.len(), 4, "{leaks:#?}");
}

#[tokio::test]
async fn libraries_are_read_along_too() {
    product(async |bot| {
        bot.slash(MAYA, "/dialnote take conv_1001").await;
        bot.read_all().await;
        assert_eq!(*EVERYTHING.heard.lock().unwrap(), BTreeSet::from(LIBRARIES));
    })
    .await;
}

#[tokio::test]
async fn debug_output_shows_no_secret() {
    set_up(async |bot| {
        let asked = bot.sandbox.slash(LEO, "front-desk", "/dialnote take conv_1001").await.unwrap();
        assert_eq!(asked.status, Some(200));
        let waiting = bot.work.store.jobs(false, JobId(0), 9).await.unwrap();
        assert!(waiting[0].body.contains("/slack/response/"), "{}", waiting[0].body);
        let job: CommandJob = job::read(&waiting[0].body).unwrap();
        assert_none("a job", &format!("{job:?}"));
        let sent = bot.world(|world| world.deliveries.iter().last().unwrap().body.clone());
        let read = reading::read(Some("application/x-www-form-urlencoded"), sent.as_bytes()).unwrap();
        assert_none("a request", &format!("{read:?}"));
        assert_none("what calls", &format!("{:?} {:?}", bot.work.slack, bot.work.webhooks));
        let settings = bot.settings();
        let config = Config::read(|name| settings.iter().find(|(n, _)| *n == name).map(|(_, value)| value.clone()));
        assert_none("what is set", &format!("{config:?}"));
        bot.read_all().await;
    })
    .await;
}

/// Commands that print a secret which their caller wants, or an invented one.
const MEANT_TO_SHOW: [&str; 4] = ["vault key", "demo", "sandbox", "help"];

#[tokio::test]
async fn no_command_prints_a_secret() {
    for by in [By::Settings, By::Installing] {
        product_with(Setup { by, ..Setup::USUAL }, async |bot| {
            // A job with a response URL waits.
            bot.world(|world| world.faults.dialnote.down = true);
            bot.slash(MAYA, "/dialnote take conv_1001").await;
            bot.settle().await;
            let job = bot.work.store.jobs(false, JobId(0), 9).await.unwrap()[0].id.to_string();
            let backup = bot.database().with_extension("copy").display().to_string();
            let mut tried = BTreeSet::from(MEANT_TO_SHOW.map(first_word));
            for command in [
                "doctor",
                "audit",
                "audit --json",
                "audit --csv",
                "jobs list",
                "jobs list --waiting --json",
                "export --person U0MAYA",
                "erase --person U0MAYA --dry-run",
                "erase --person U0MAYA --even-if-waiting --yes",
                "jobs show JOB",
                "jobs retry JOB",
                "jobs drop JOB",
                "jobs drop JOB --dry-run",
                "jobs drop JOB --yes",
                "limits list",
                "limits clear --all",
                "backup FILE",
                "upgrade-check",
                "upgrade-check --json --backup FILE",
                "restore FILE",
                "health",
                "resync",
                "manifest",
                "doctor --versions",
                "doctor --deep",
                "settings",
                "completions bash",
                "man",
                "vault rotate",
                "serve",
                "--help",
                "--no-such-flag",
            ] {
                let words = command.split(' ').map(|word| match word {
                    "JOB" => job.as_str(),
                    "FILE" => backup.as_str(),
                    word => word,
                });
                assert_none(command, &run(&own_settings(bot, command), words).await);
                tried.insert(first_word(command));
            }
            let help = run(&[], ["--help"]).await;
            let there_are = help.split("\nRun:\n").nth(1).unwrap().split("\nOptions:\n").next().unwrap();
            for line in there_are.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ")) {
                assert!(tried.contains(first_word(line.trim())), "{line} was not tried");
            }
            bot.world(|world| world.faults.dialnote.down = false);
            bot.pass(jiff::SignedDuration::from_secs(60)).await;
            bot.read_all().await;
        })
        .await;
    }
}

#[tokio::test]
async fn no_settings_mistake_is_printed_with_its_value() {
    let planted: Vec<_> = SETTINGS.iter().map(|setting| (setting.name, "planted one".to_owned())).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.toml");
    let lines = SETTINGS.iter().map(|setting| format!("{} = \"planted one\"", setting.name.to_lowercase()));
    let broken = ["xoxb-planted = 1".to_owned(), "[slack]".to_owned(), "token = planted".to_owned()];
    std::fs::write(&file, lines.chain(broken).collect::<Vec<_>>().join("\n")).unwrap();
    let in_a_file = vec![("CONFIG_FILE", file.display().to_string())];
    let nowhere = "postgres://app:planted@127.0.0.1:9/app?sslmode=disable".to_owned();
    let out_of_reach = vec![("DATABASE_URL", nowhere), ("RUST_LOG", "trace".to_owned())];
    for settings in [&planted, &in_a_file, &out_of_reach] {
        for command in ["serve", "doctor", "jobs list", "audit", "backup nowhere.db", "health", "upgrade-check"] {
            let printed = run(settings, command.split(' ')).await;
            assert!(!printed.is_empty(), "{command} was well");
            assert_none(command, &printed);
        }
    }
}

fn first_word(command: &str) -> &str {
    command.split(' ').next().unwrap()
}

/// Returns the settings of the app for another process beside it, with full logging. A server gets its own database, so
/// that it does not do the work that the test watches.
fn own_settings(bot: &Bot, command: &str) -> Vec<(&'static str, String)> {
    let mut settings = bot.settings();
    let listen = if command == "serve" { "127.0.0.1:0" } else { bot.url.trim_start_matches("http://") };
    settings.extend([("LISTEN", listen.to_owned()), ("RUST_LOG", "trace".to_owned())]);
    if command == "serve" {
        let file = bot.database().with_extension("another");
        settings.extend([("DATABASE_URL", format!("sqlite:{}", file.display()))]);
        settings.extend([("OPS_LISTEN", "127.0.0.1:0".to_owned()), ("DRAIN_SECONDS", "0".to_owned())]);
    }
    settings
}

/// Returns a command's output until it ends. A server is stopped once it listens.
async fn run(settings: &[(&'static str, String)], words: impl IntoIterator<Item = &str>) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dialnote-slack"));
    command.args(words).env_clear().kill_on_drop(true).envs(settings.iter().map(|(name, value)| (*name, value)));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut printed, mut out) = (String::new(), String::new());
    let (mut stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let log = async {
        let mut lines = BufReader::new(stderr).lines();
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.contains("listening address=") {
                let process = nix::unistd::Pid::from_raw(child.id().unwrap().cast_signed());
                nix::sys::signal::kill(process, nix::sys::signal::SIGTERM).unwrap();
            }
            printed.push_str(&line);
            printed.push('\n');
        }
    };
    tokio::join!(log, async { stdout.read_to_string(&mut out).await.unwrap() });
    child.wait().await.unwrap();
    printed + out.as_str()
}
