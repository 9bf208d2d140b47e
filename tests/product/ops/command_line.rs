//! The program's commands, as an operator types them: output, exit codes, and the files they do not touch.

mod terminal;

use std::fs;
use std::path::Path;
use std::process::Stdio;

use dialnote_sandbox::SlackFailure;
use dialnote_slack::ops::jobs;
use dialnote_slack::platform::db::sqlite;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::support::database::On;
use crate::support::{Bot, By, MAYA, Setup, product_with};

/// Every command that reads a database, or tidies one up.
const COMMANDS: [&str; 13] = [
    "audit",
    "audit --json",
    "doctor",
    "resync",
    "jobs list",
    "jobs list --waiting",
    "jobs show job-1",
    "jobs retry --all",
    "jobs drop --all --yes",
    "export --person U0ZOE",
    "erase --person U0ZOE --yes",
    "backup copy.db",
    "upgrade-check",
];

/// The outcome of a command.
pub(super) struct Ended {
    pub(super) status: i32,
    pub(super) out: String,
    pub(super) told: String,
}

pub(super) async fn run(settings: &[(&str, String)], folder: &Path, words: &str) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dialnote-slack"));
    command.args(words.split(' ')).env_clear().env("RUST_LOG", "off").current_dir(folder).stdin(Stdio::null());
    command.envs(settings.iter().map(|(name, value)| (*name, value)));
    let ended = command.output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { status: ended.status.code().unwrap(), out: text(ended.stdout), told: text(ended.stderr) }
}

fn files(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Runs a test on a file, with the keys in the settings.
async fn on_a_file(test: impl AsyncFnOnce(&mut Bot)) {
    product_with(Setup { on: On::File, by: By::Settings, ..Setup::USUAL }, test).await;
}

#[tokio::test]
async fn a_command_without_a_database_says_so_and_creates_none() {
    on_a_file(async |bot| {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().display().to_string();
        let settings = without_database(bot);
        for command in COMMANDS {
            let Ended { status, out, told } = run(&settings, folder.path(), command).await;
            let way_out = "set DATABASE_URL, or pass a settings file with --config; `dialnote-slack serve` creates a \
                           database";
            let expected = format!("error: no database at {place}/dialnote-slack.db\nhint: {way_out}\n");
            assert_eq!((status, out.as_str(), told), (66, "", expected), "{command}");
            assert!(files(folder.path()).is_empty(), "{command} made {:?}", files(folder.path()));
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_something_else_is_left_as_it_is() {
    on_a_file(async |bot| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("dialnote-slack.db");
        let other = "CREATE TABLE schema_migrations (version INT, name TEXT, checksum TEXT);
            INSERT INTO schema_migrations VALUES (1, 'another', '1')";
        for (content, why) in [
            ("", "it has none of the app's tables"),
            ("no database", "file is not a database"),
            (other, "its tables are another program's"),
        ] {
            fs::write(&file, if content == other { "" } else { content }).unwrap();
            if content == other {
                rusqlite::Connection::open(&file).unwrap().execute_batch(other).unwrap();
            }
            let before = fs::read(&file).unwrap();
            for command in COMMANDS {
                let Ended { status, told, .. } = run(&without_database(bot), folder.path(), command).await;
                assert!(status == 66 && told.contains(why), "{command}: {status} {told}");
                assert_eq!(fs::read(&file).unwrap(), before, "{command}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_command_names_its_database_and_says_that_it_is_empty() {
    on_a_file(async |bot| {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("database: {}\n", bot.database().display());
        for (command, said) in [
            ("jobs list", "no failed jobs\n"),
            ("jobs list --waiting", "no pending jobs\n"),
            ("jobs list --json", ""),
            ("audit", "no audit entries\n"),
            ("audit --since 1h", "no audit entries since then\n"),
            ("audit --json", ""),
            ("jobs drop --all --dry-run", "no failed jobs\n"),
        ] {
            let Ended { status, out, told } = run(&bot.settings(), folder.path(), command).await;
            assert_eq!((status, out.as_str(), told), (0, said, database.clone()), "{command}");
        }
    })
    .await;
}

#[tokio::test]
async fn destructive_commands_ask_first() {
    on_a_file(async |bot| {
        let refused = SlackFailure {
            method: "chat.postMessage".to_owned(),
            error: "msg_too_long".to_owned(),
            ..SlackFailure::default()
        };
        bot.world(|world| world.faults.slack.fail_next.push(refused));
        bot.slash(MAYA, "/assign @zoe conv_1001 wants a call").await;
        bot.read_all().await;
        let folder = tempfile::tempdir().unwrap();
        let given_up = async || jobs::dead(bot.work.store.as_ref()).await.unwrap().len();
        let looked = run(&bot.settings(), folder.path(), "jobs drop --all --dry-run").await;
        assert!(looked.status == 0 && looked.out.starts_with("would be deleted: job-"), "{}", looked.out);
        let unasked = run(&bot.settings(), folder.path(), "jobs drop --all").await;
        assert_eq!(unasked.status, 64);
        assert!(unasked.told.ends_with(
            "error: nothing was deleted: there is no terminal to ask for confirmation\nhint: add --yes, or check \
                 first with --dry-run\n"
        ));
        let looked = run(&bot.settings(), folder.path(), "erase --person U0ZOE --dry-run").await;
        assert_eq!(looked.status, 0, "{}", looked.told);
        assert!(looked.out.contains("Would be removed:\n") && looked.out.contains("1 failed job"));
        assert_eq!(run(&bot.settings(), folder.path(), "erase --person U0ZOE").await.status, 64);
        assert_eq!(given_up().await, 1, "nothing has happened so far");
        let done = run(&bot.settings(), folder.path(), "erase --person U0ZOE --yes").await;
        let said = |out: &str| out.split("Not removed").next().unwrap().replace("Would be removed", "Removed");
        assert_eq!(said(&done.out), said(&looked.out).replace("Would be replaced", "Replaced"), "as it was foretold");
        assert_eq!(given_up().await, 0);
    })
    .await;
}

#[tokio::test]
async fn restore_refuses_other_files_and_a_running_app() {
    on_a_file(async |bot| {
        let folder = tempfile::tempdir().unwrap();
        let (backup, other) = (folder.path().join("backup.db"), folder.path().join("other.db"));
        sqlite::backup(&bot.database(), &backup).unwrap();
        let at = |file: &Path| vec![("DATABASE_URL", format!("sqlite:{}", file.display()))];
        let in_use = run(&at(&bot.database()), folder.path(), "restore backup.db").await;
        assert_eq!(in_use.status, 75, "{}", in_use.told);
        assert!(in_use.told.contains("the app, or another of its commands, uses"), "{}", in_use.told);
        let missing = run(&at(&other), folder.path(), "restore missing.db").await;
        assert_eq!(
            (missing.status, missing.told.as_str()),
            (
                66,
                "error: the database was not restored: no file missing.db\nhint: name a file that `dialnote-slack \
                 backup` made\n"
            )
        );
        for (name, content) in [("text.db", b"not a database".to_vec()), ("cut.db", cut(&backup)), ("empty.db", vec![])]
        {
            fs::write(folder.path().join(name), content).unwrap();
            let refused = run(&at(&other), folder.path(), &format!("restore {name}")).await;
            assert!(
                refused.status == 65 && refused.told.ends_with("hint: use another backup; nothing was changed\n"),
                "{name}: {}",
                refused.told
            );
            assert!(!other.exists(), "{name}");
        }
        let itself = run(&at(&backup), folder.path(), "restore backup.db").await;
        assert_eq!(itself.status, 64, "{}", itself.told);
        assert_eq!(run(&at(&other), folder.path(), "restore backup.db").await.status, 0);
        assert_eq!(run(&at(&other), folder.path(), "jobs list").await.status, 0);
        let left: Vec<_> = files(folder.path()).into_iter().filter(|name| name.contains("restoring")).collect();
        assert!(left.is_empty(), "{left:?}");
    })
    .await;
}

/// Returns half of a file.
fn cut(file: &Path) -> Vec<u8> {
    let mut content = fs::read(file).unwrap();
    content.truncate(content.len() / 2);
    content
}

#[tokio::test]
async fn wrong_settings_have_an_exit_code_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    for (settings, command) in [
        (vec![], "serve"),
        (vec![("DATABASE_URL", "mysql://nobody".to_owned())], "jobs list"),
        (vec![("CONFIG_FILE", "missing.toml".to_owned())], "doctor"),
    ] {
        let ended = run(&settings, folder.path(), command).await;
        assert_eq!(ended.status, 78, "{command}: {}", ended.told);
    }
    assert_eq!(run(&[], folder.path(), "jobs lst").await.status, 2, "a mistyped command");
    assert_eq!(run(&[("LISTEN", "127.0.0.1:1".to_owned())], folder.path(), "health").await.status, 1);
    let nowhere = [("DATABASE_URL", "postgres://app@127.0.0.1:1/app".to_owned())];
    assert_eq!(run(&nowhere, folder.path(), "jobs list").await.status, 69);
}

#[tokio::test]
async fn operating_system_errors_are_printed_in_words() {
    on_a_file(async |bot| {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("there.db"), "").unwrap();
        let taken = run(&bot.settings(), folder.path(), "backup there.db").await;
        let why = "error: the database cannot be copied to there.db: the file already exists\nhint: ";
        assert!(taken.status == 73 && taken.told.contains(why), "{}", taken.told);
        let nowhere = run(&bot.settings(), folder.path(), "backup missing/copy.db").await;
        assert!(nowhere.told.contains("copy.db: no such file or folder\nhint: "), "{}", nowhere.told);
        let missing = [("CONFIG_FILE", "missing.toml".to_owned())];
        let missing = run(&missing, folder.path(), "doctor").await;
        assert!(
            missing.told.contains("\n  missing.toml: cannot be read: no such file or folder\n"),
            "{}",
            missing.told
        );
    })
    .await;
}

/// Only Slack knows our workspace. The doctor examines the rest while Slack does not answer, and nothing is read for an
/// unknown workspace.
#[tokio::test]
async fn the_doctor_examines_the_rest_while_slack_is_down() {
    on_a_file(async |bot| {
        let mut settings = bot.settings();
        settings.retain(|(name, _)| *name != "SLACK_API_URL");
        settings.push(("SLACK_API_URL", "http://127.0.0.1:9/".to_owned()));
        let examined = run(&settings, Path::new("."), "doctor").await;
        let first = "fail Slack token: Slack didn't confirm it (Slack was not reached: connection refused)\n     fix: check \
                     that this machine reaches SLACK_API_URL\n";
        assert!(examined.out.starts_with(first), "problems come first: {}", examined.out);
        assert!(examined.out.contains("\nok   dialnote key: "), "{}", examined.out);
        assert_eq!(examined.status, 1, "{}", examined.told);
        assert!(examined.told.contains("error: 1 check failed\nhint: "), "{}", examined.told);
        let resynced = run(&settings, Path::new("."), "resync").await;
        let told = "error: not all conversations were read: Slack was not reached: connection refused\nhint: check that \
                    this machine reaches SLACK_API_URL, then run it again\n";
        assert!(resynced.status == 69 && resynced.told.ends_with(told), "{}", resynced.told);
    })
    .await;
}

#[tokio::test]
async fn a_refused_token_is_told_apart_from_an_unreachable_slack() {
    on_a_file(async |bot| {
        for (setting, value, expected) in [
            ("SLACK_BOT_TOKEN", "xoxb-wrong", "Slack rejected SLACK_BOT_TOKEN; replace it and restart"),
            ("SLACK_API_URL", "http://127.0.0.1:1", "Slack did not confirm SLACK_BOT_TOKEN"),
            ("SLACK_SIGNING_SECRET", "x", "SLACK_SIGNING_SECRET is not 32 hexadecimal digits"),
        ] {
            let told =
                first_line_about(bot, (setting, value), setting.replace("_API_URL", "_BOT_TOKEN").as_str()).await;
            assert!(told.contains(expected), "{told}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_second_instance_on_a_file_is_said_to_be_one() {
    on_a_file(async |bot| {
        let database = format!("sqlite:{}", bot.database().display());
        let told = first_line_about(bot, ("DATABASE_URL", &database), "database").await;
        assert!(told.contains("another process has the database open"), "{told}");
    })
    .await;
}

/// Returns the first line that a server with another setting logs about something, or else the last line of its start.
/// Then kills the server.
async fn first_line_about(bot: &Bot, (setting, value): (&str, &str), what: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dialnote-slack"));
    command.arg("serve").env_clear().envs(without_database(bot)).current_dir(folder.path()).kill_on_drop(true);
    command.env("LISTEN", "127.0.0.1:0").env("OPS_LISTEN", "127.0.0.1:0").env(setting, value);
    let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    loop {
        let line = lines.next_line().await.unwrap().expect("it says so before it ends");
        if line.contains(what) || line.contains("app: dialnote ") {
            return line;
        }
    }
}

/// Returns the settings of an app without a database at its path.
fn without_database(bot: &Bot) -> Vec<(&'static str, String)> {
    bot.settings().into_iter().filter(|(name, _)| *name != "DATABASE_URL").collect()
}
