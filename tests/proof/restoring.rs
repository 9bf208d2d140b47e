//! The drill in docs/operate.md, typed as written there, with a crash instead of the stop: then the last writes are
//! beside the database, and would be played over the backup.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use dialnote_sandbox::World;
use rusqlite::Connection;
use tokio::process::Command;

use crate::backend::Backend;
use crate::process::Process;
use crate::stage::{Setting, Stage, on_each};
use crate::town;

/// The number of conversations with a card before the backup, and after it.
const BEFORE: usize = 8;
const AFTER: usize = 120;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_drill_brings_back_the_backup_after_a_crash() {
    let setting = Setting { name: "restoring", people: 1, conversations: AFTER, lease: Some(5) };
    on_each(
        |backend| backend == Backend::Sqlite,
        setting,
        async |stage| {
            let folder = stage.database.folder().expect("a file");
            let (database, backup) = (folder.join("app.db"), folder.join("drill.db"));
            let mut app = Some(stage.start().await);
            have_cards(stage, 0..BEFORE).await;
            for line in drill() {
                let words: Vec<_> = line.split_whitespace().collect();
                match words.as_slice() {
                    ["systemctl", "stop", "dialnote-slack"] => {
                        have_cards(stage, BEFORE..AFTER).await;
                        assert!(!run(stage, &["restore", shown(&backup)]).await.success(), "while the app runs");
                        app.take().expect("it runs").kill().await;
                        assert!(log_beside(&database) > 0, "a crash leaves something beside the database");
                    }
                    ["systemctl", "start", "dialnote-slack"] => {
                        assert_eq!(kept(&database), kept(&backup), "it is as in the backup");
                        assert_eq!(log_beside(&database), 0, "and nothing lies beside it");
                        app = Some(stage.start().await);
                    }
                    ["dialnote-slack", command @ ..] => {
                        let backup = shown(&backup);
                        let words = command.iter().map(|word| if *word == "/backups/drill.db" { backup } else { word });
                        let ended = run(stage, &words.collect::<Vec<_>>()).await;
                        assert!(ended.success(), "{line}: {ended}; {}", stage.story());
                    }
                    other => panic!("the drill has a line that this test does not know: {other:?}"),
                }
            }
            let before = kept_aside(folder);
            assert_eq!(kept(&before)["cards"] as usize, AFTER, "the old one is whole, with what lay beside it");
            works_on(stage, app.expect("it runs")).await;
        },
    )
    .await;
}

/// Returns the lines of the drill, without their comments.
fn drill() -> Vec<String> {
    let page = fs::read_to_string("docs/operate.md").unwrap();
    let block = page.split("**A drill**").nth(1).unwrap().split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    block.lines().map(|line| line.split('#').next().unwrap().trim().to_owned()).collect()
}

/// Runs a command of the app's own with its settings.
async fn run(stage: &Stage, words: &[&str]) -> ExitStatus {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dialnote-slack"));
    command.args(words).env_clear().envs(stage.settings(&stage.database.url)).stdin(Stdio::null());
    let ended = command.output().await.unwrap();
    stage.log.add(format!("{words:?}: {}", String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat())));
    ended.status
}

/// Has a person take conversations, and waits until each has its card.
async fn have_cards(stage: &Stage, which: std::ops::Range<usize>) {
    let all = which.end;
    for n in which {
        let line = format!("/assign me {}", town::conversation(n));
        let outcome = stage.sandbox.slash(&town::person(0), "front-desk", &line).await.unwrap();
        assert_eq!((outcome.status, outcome.body.as_str()), (Some(200), ""), "{outcome:?}");
    }
    let posted = |world: &mut World| {
        let calls = world.calls.iter().filter(|call| call.method == "chat.postMessage");
        (calls.count() >= all).then_some(())
    };
    let owned = |world: &mut World| {
        let mut all =
            (0..all).map(|n| world.dialnote.conversation(&town::conversation(n)).unwrap().assigned_to.clone());
        all.all(|owner| owner.is_some()).then_some(())
    };
    stage.sandbox.until(owned).await;
    stage.sandbox.until(posted).await;
    stage.sandbox.until(|world| world.calls.iter().all(|call| call.status.is_some()).then_some(())).await;
}

/// Returns the counts of rows that are kept for the life of the database.
fn kept(database: &Path) -> BTreeMap<&'static str, u32> {
    // Only a copy is opened: opening a database changes the files beside it.
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    fs::copy(database, &copy).unwrap();
    if log_beside(database) > 0 {
        fs::copy(beside(database), beside(&copy)).unwrap();
    }
    let connection = Connection::open(copy).unwrap();
    let count = |table| connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
    ["cards", "audit_entries"].map(|table| (table, count(table))).into()
}

/// Returns the path of the database from before the restore.
fn kept_aside(folder: &Path) -> PathBuf {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut kept = files.filter(|file| shown(file).contains(".before-") && !shown(file).ends_with("-wal"));
    kept.next().expect("the old database is kept")
}

/// Checks that a new command is carried out.
async fn works_on(stage: &Stage, app: Process) {
    let line = format!("/unassign {}", town::conversation(0));
    stage.sandbox.slash(&town::person(0), "front-desk", &line).await.unwrap();
    let given_back =
        |world: &mut World| world.dialnote.conversation(&town::conversation(0)).unwrap().assigned_to.is_none();
    stage.sandbox.until(|world| given_back(world).then_some(())).await;
    app.stop().await;
}

fn log_beside(database: &Path) -> u64 {
    fs::metadata(beside(database)).map_or(0, |log| log.len())
}

fn beside(database: &Path) -> PathBuf {
    format!("{}-wal", database.display()).into()
}

fn shown(path: &Path) -> &str {
    path.to_str().unwrap()
}
