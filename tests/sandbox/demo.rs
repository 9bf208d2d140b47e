//! The demo, as started in a terminal.

use std::path::Path;
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::page::Window;

struct Demo {
    program: Child,
    sandbox: String,
    http: reqwest::Client,
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dialnote-slack"));
    command.arg("demo").args(arguments).env("RUST_LOG", "off").stdout(Stdio::piped()).stderr(Stdio::piped());
    command.kill_on_drop(true);
    command
}

impl Demo {
    /// Starts a demo without work in progress.
    async fn start(keep: Option<&Path>) -> Self {
        Self::start_with(&["--empty"], keep).await
    }

    async fn start_with(more: &[&str], keep: Option<&Path>) -> Self {
        let mut arguments = vec!["--json", "--listen", "127.0.0.1:0"];
        arguments.extend(more);
        arguments.extend(keep.iter().flat_map(|folder| ["--keep", folder.to_str().unwrap()]));
        let mut program = program(&arguments).spawn().unwrap();
        let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
        let told: Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { program, sandbox: told["sandbox"].as_str().unwrap().to_owned(), http }
    }

    async fn control(&self, verb: &str, body: Value) -> Value {
        let request = self.http.post(format!("{}/_sandbox/{verb}", self.sandbox)).json(&body);
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn slash(&self, text: &str) -> Value {
        self.control("slash", json!({"as": "maya", "channel": "front-desk", "text": text})).await
    }

    /// Waits until dialnote has this owner and status for a conversation.
    async fn has(&self, conversation: &str, owner: &str, status: &str) {
        let mut window = Window::at(&self.sandbox, "maya").await;
        loop {
            let inbox = window.next_about("dialnote").await;
            let all = inbox["conversations"].as_array().unwrap();
            let one = all.iter().find(|one| one["id"] == conversation).unwrap();
            if one["assignedTo"]["name"] == owner && one["status"] == status {
                return;
            }
        }
    }

    async fn state(&self) -> Value {
        self.http.get(format!("{}/_sandbox/state", self.sandbox)).send().await.unwrap().json().await.unwrap()
    }

    async fn interrupt(mut self) {
        kill(Pid::from_raw(self.program.id().unwrap().try_into().unwrap()), Signal::SIGINT).unwrap();
        assert!(self.program.wait().await.unwrap().success());
    }
}

#[tokio::test]
async fn an_acknowledged_command_outlives_the_app() {
    let demo = Demo::start(None).await;
    demo.control("faults", json!({"dialnote": {"down": true}})).await;
    assert_eq!(demo.slash("/assign @leo conv_1002").await["status"], 200);
    assert_eq!(demo.control("app", json!({"running": false})).await, json!({"running": false}));
    assert_eq!(demo.slash("/done conv_1002").await["error"], "dispatch_failed");
    demo.control("faults", json!({"reset": true})).await;
    assert_eq!(demo.control("app", json!({"running": true})).await, json!({"running": true}));
    demo.has("conv_1002", "Leo Martins", "open").await;
    demo.interrupt().await;
}

#[tokio::test]
async fn it_continues_with_its_saved_state() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(Some(folder.path())).await;
    assert_eq!(demo.control("clock", json!({"seconds": 86_400})).await["error"], Value::Null);
    demo.slash("/assign @leo conv_1002").await;
    demo.has("conv_1002", "Leo Martins", "open").await;
    demo.interrupt().await;
    let demo = Demo::start(Some(folder.path())).await;
    demo.has("conv_1002", "Leo Martins", "open").await;
    demo.slash("/done conv_1002").await;
    demo.has("conv_1002", "Leo Martins", "done").await;
    demo.interrupt().await;
    std::fs::write(folder.path().join("sandbox.json"), "{}").unwrap();
    let refused =
        program(&["--keep", folder.path().to_str().unwrap(), "--listen", "127.0.0.1:0"]).output().await.unwrap();
    let words = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && words.contains("sandbox.json is not what a sandbox wrote"), "{words}");
}

#[tokio::test]
async fn a_busy_port_is_said_with_the_way_out() {
    let demo = Demo::start(None).await;
    let taken = demo.sandbox.trim_start_matches("http://");
    let refused = program(&["--listen", taken]).output().await.unwrap();
    let words = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && words.contains(taken) && words.contains("--listen 127.0.0.1:4020"), "{words}");
    demo.interrupt().await;
}

/// Returns the number of cards in a channel and of direct messages with Zoe, and the clock's time.
fn counted(state: &Value) -> (Vec<usize>, usize, String) {
    let messages = |place: &Value| place["messages"].as_array().unwrap().len();
    let channels = state["channels"].as_array().unwrap().iter().map(messages).collect();
    let zoe = state["dms"].as_array().unwrap().iter().find(|place| place["with"] == "zoe");
    (channels, zoe.map_or(0, messages), state["now"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn it_starts_with_work_in_progress_on_a_monday_and_starts_over_with_it() {
    let demo = Demo::start_with(&[], None).await;
    let (channels, direct, now) = counted(&demo.state().await);
    assert_eq!((channels, direct), (vec![5, 2], 2));
    let at: jiff::Timestamp = now.parse().unwrap();
    let here = at.to_zoned_datetime(jiff::tz::TimeZone::get("America/Los_Angeles").unwrap());
    assert_eq!((here.weekday(), here.hour(), here.minute()), (jiff::civil::Weekday::Monday, 9, 4));
    let mut window = Window::at(&demo.sandbox, "maya").await;
    let unread = window.next_about("people").await;
    let of = |who: &str| unread.as_array().unwrap().iter().find(|one| one["handle"] == who).unwrap()["unread"].clone();
    assert_eq!(["maya", "leo", "zoe", "sam"].map(of), [json!(0), json!(0), json!(1), json!(0)]);
    demo.has("conv_1006", "Zoe Park", "open").await;
    demo.has("conv_1010", "Leo Martins", "done").await;

    demo.slash("/assign @leo Ana Lima").await;
    demo.has("conv_1001", "Leo Martins", "open").await;
    assert_eq!(demo.control("clock", json!({"seconds": 3600})).await["error"], Value::Null);
    assert_eq!(demo.control("start_over", json!({})).await, json!({}));
    let (channels, direct, again) = counted(&demo.state().await);
    assert_eq!((channels, direct), (vec![5, 2], 2));
    assert_eq!(again.get(..16), now.get(..16), "the same Monday");
    demo.interrupt().await;
}

#[tokio::test]
async fn it_knows_what_comes_next_and_gets_there_without_an_absence() {
    let demo = Demo::start_with(&[], None).await;
    let due: Value =
        demo.http.get(format!("{}/_sandbox/due", demo.sandbox)).send().await.unwrap().json().await.unwrap();
    let names: Vec<_> = due["due"].as_array().unwrap().iter().map(|due| due["what"].as_str().unwrap()).collect();
    assert_eq!(names, ["reminder", "reminder", "digest", "digest", "snooze", "snooze"]);
    let before: jiff::Timestamp = demo.state().await["now"].as_str().unwrap().parse().unwrap();
    let digest: jiff::Timestamp = due["due"][2]["at"].as_str().unwrap().parse().unwrap();
    let seconds = digest.duration_since(before).as_secs() + 2;
    demo.control("clock", json!({ "seconds": seconds })).await;
    let mut window = Window::at(&demo.sandbox, "maya").await;
    let done = loop {
        let tour = window.next_about("tour").await;
        if tour["done"].as_array().unwrap().contains(&json!("time")) {
            break tour;
        }
    };
    assert!(done["done"].as_array().unwrap().contains(&json!("time.digest")), "{done}");
    let told = demo.state().await.to_string();
    assert!(!told.contains("away") && !told.contains("offline"), "an absence was told");
    demo.interrupt().await;
}

#[tokio::test]
async fn a_kept_folder_is_prepared_once() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start_with(&[], Some(folder.path())).await;
    assert_eq!(counted(&demo.state().await).0, [5, 2]);
    demo.slash("/assign @leo Ana Lima").await;
    demo.has("conv_1001", "Leo Martins", "open").await;
    demo.interrupt().await;
    let demo = Demo::start_with(&[], Some(folder.path())).await;
    assert_eq!(counted(&demo.state().await).0, [5, 2]);
    demo.has("conv_1001", "Leo Martins", "open").await;
    demo.interrupt().await;
}
