//! The real binary as a child process, with the signals that an operating system, an operator and bad luck send it. Its
//! log is kept, because it is half of the story when a proof fails.

use std::fmt::Write;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The number of lines shown from the end of a story; all of it is in the file.
const LINES_SHOWN: usize = 80;

/// The log of all processes of a test, in one story.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// Adds a line.
    pub fn add(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    /// Returns the number of lines that contain `words`.
    pub fn count(&self, words: &str) -> usize {
        self.0.lock().unwrap().iter().filter(|line| line.contains(words)).count()
    }

    /// Writes everything to a file, and returns its end and its path.
    pub fn told(&self, name: &str) -> String {
        let lines = self.0.lock().unwrap();
        let file = format!("{}/{name}.log", env!("CARGO_TARGET_TMPDIR"));
        std::fs::write(&file, lines.join("\n")).unwrap();
        let mut told = format!("the whole story is in {file}; its end:\n");
        for line in lines.iter().skip(lines.len().saturating_sub(LINES_SHOWN)) {
            writeln!(told, "{line}").unwrap();
        }
        told
    }
}

/// A running app.
pub struct Process {
    /// The address it listens on.
    pub url: String,
    /// The address for operators' tools.
    pub ops: String,
    child: Child,
    reader: JoinHandle<()>,
}

impl Process {
    /// Starts the app and waits until it reports that it listens. `by` is a command that starts it, if it is not to be
    /// started directly.
    pub async fn start(number: u64, by: &[String], settings: &[(&str, String)], log: &Log) -> Self {
        let mut words = by.iter().map(String::as_str).chain([env!("CARGO_BIN_EXE_dialnote-slack"), "serve"]);
        let mut command = Command::new(words.next().unwrap());
        command.args(words).env_clear().kill_on_drop(true);
        command.envs(settings.iter().map(|(name, value)| (*name, value.as_str())));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let (heard, mut url) = watch::channel(None::<Addresses>);
        let stderr = child.stderr.take().unwrap();
        let reader = tokio::spawn(listen(number, stderr, log.clone(), heard));
        // The sender goes when the process ends.
        let addresses = url.wait_for(Option::is_some).await.map(|url| url.clone().unwrap());
        let (url, ops) = addresses.unwrap_or_else(|_| panic!("the app did not start; {}", log.told("start")));
        Self { url, ops, child, reader }
    }

    /// Sends `kill -9`: no part of it goes on afterwards.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
        self.reader.await.unwrap();
    }

    /// Sends `SIGTERM`, as an operator stops it: begun work is finished.
    pub async fn stop(mut self) {
        self.signal(Signal::SIGTERM);
        let status = self.child.wait().await.unwrap();
        self.reader.await.unwrap();
        assert!(status.success(), "the app ended with {status}");
    }

    /// Sends `SIGTERM` and goes on: the process reports that it is being stopped, and still works.
    pub fn terminate(&self) {
        self.signal(Signal::SIGTERM);
    }

    /// Sends `SIGSTOP`: the process stands still.
    pub fn pause(&self) {
        self.signal(Signal::SIGSTOP);
        // Only now does it stand still: the signal has to reach each of its threads.
        let stopped = waitpid(self.pid(), Some(WaitPidFlag::WUNTRACED)).unwrap();
        assert!(matches!(stopped, WaitStatus::Stopped(..)), "{stopped:?}");
    }

    /// Sends `SIGCONT`: the process goes on without knowing of the pause.
    pub fn resume(&self) {
        self.signal(Signal::SIGCONT);
    }

    fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).unwrap();
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().expect("a running process").cast_signed())
    }
}

/// A text that is in every secret of the sandbox and in nothing else.
const SECRETS: [&str; 5] =
    ["sandbox-token", "sandbox-signing-secret", "sandbox_key", "sandbox-client-secret", "/slack/response/"];

/// The address it listens on, and the one for operators' tools.
type Addresses = (String, String);

/// Keeps the process's log, checks that it has no secret, and reports the address on which it listens.
async fn listen(number: u64, stderr: ChildStderr, log: Log, heard: watch::Sender<Option<Addresses>>) {
    let mut lines = BufReader::new(stderr).lines();
    let mut ops = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some((_, address)) = line.split_once("readiness and metrics address=") {
            ops = format!("http://{}", address.trim());
        }
        if let Some((_, address)) = line.split_once("listening address=") {
            heard.send_replace(Some((format!("http://{}", address.trim()), ops.clone())));
        }
        assert!(!SECRETS.iter().any(|secret| line.contains(secret)), "a secret was logged: {line}");
        log.add(format!("[{number}] {line}"));
    }
}
