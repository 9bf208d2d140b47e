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
    async fn start(keep: Option<&Path>) -> Self {
        let mut arguments = vec!["--json", "--listen", "127.0.0.1:0"];
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

    /// Waits until Maya sees this text.
    async fn shows(&self, text: &str) {
        let mut window = Window::at(&self.sandbox, "maya").await;
        loop {
            let messages = window.next_about("messages").await;
            if messages.as_array().unwrap().iter().any(|message| message["text"] == text) {
                return;
            }
        }
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
    demo.shows("Robert Hale — Owner: Leo").await;
    demo.interrupt().await;
}

#[tokio::test]
async fn it_continues_with_its_saved_state() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(Some(folder.path())).await;
    assert_eq!(demo.control("clock", json!({"seconds": 86_400})).await["error"], Value::Null);
    demo.slash("/assign @leo conv_1002").await;
    demo.shows("Robert Hale — Owner: Leo").await;
    demo.interrupt().await;
    let demo = Demo::start(Some(folder.path())).await;
    demo.shows("Robert Hale — Owner: Leo").await;
    demo.slash("/done conv_1002").await;
    demo.shows("Robert Hale — Done. Owner: Leo").await;
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
