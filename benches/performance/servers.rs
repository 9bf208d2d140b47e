//! The measured servers: two that store nothing, and the app. Each is a separate process.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use dialnote_slack::app::App;
use dialnote_slack::config::Config;
use dialnote_slack::config::model::LogFormat;
use dialnote_slack::core::clock::Clock;
use dialnote_slack::{app, server};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sha2::Sha256;
use tokio::net::TcpListener;

use crate::commands::SECRET;
use crate::{Outcome, floor, machine};

/// A running server.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: SocketAddr,
    /// The calls of the allocator, which glibc's memusage writes at the end, if it was loaded.
    allocations: Option<Receiver<f64>>,
}

impl Server {
    /// Starts this program again as a server; `database` is its database, if it has one.
    pub(crate) fn start(kind: &str, database: &str) -> Outcome<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["serve", kind]).env("DATABASE_URL", database);
        Self::of(command)
    }

    /// Starts a program that isn't ours on the measured core, with the same settings. It prints its address.
    pub(crate) fn foreign(mut command: Command, database: &str, settings: &[(&str, String)]) -> Outcome<Self> {
        command.envs(ALWAYS).env("DATABASE_URL", database);
        command.envs(settings.iter().map(|(name, value)| (*name, value.as_str())));
        machine::pin(&[machine::SERVER])?;
        let started = Self::of(command);
        machine::pin(&[machine::GENERATOR])?;
        started
    }

    fn of(mut command: Command) -> Outcome<Self> {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut address = String::new();
        BufReader::new(process.stdout.take().ok_or("no output")?).read_line(&mut address)?;
        Ok(Self { process, address: address.trim().parse()?, allocations: None })
    }

    /// Starts the shipped program on the given cores.
    pub(crate) fn real(database: &str, settings: &[(&str, String)], cores: &[usize]) -> Outcome<Self> {
        Self::real_by(plain_command(env!("CARGO_BIN_EXE_dialnote-slack")), database, settings, cores)
    }

    /// Starts the shipped program by this command, which lacks its arguments and settings.
    pub(crate) fn real_by(
        mut command: Command,
        database: &str,
        settings: &[(&str, String)],
        cores: &[usize],
    ) -> Outcome<Self> {
        command.arg("serve").envs(ALWAYS).env("DATABASE_URL", database);
        command.envs(settings.iter().map(|(name, value)| (*name, value.as_str())));
        // A process inherits the cores of the thread that starts it.
        machine::pin(cores)?;
        let started = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        machine::pin(&[machine::GENERATOR])?;
        let mut process = started?;
        let (heard, address) = channel();
        let (counted, allocations) = channel();
        let log = BufReader::new(process.stderr.take().ok_or("no log")?);
        std::thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                if let Some((_, address)) = line.split_once("listening address=") {
                    let _ = heard.send(address.trim().to_owned());
                }
                let _ = allocated(&line).map(|calls| counted.send(calls));
            }
        });
        let address = address.recv().map_err(|_| "the app did not start")?;
        Ok(Self { process, address: address.parse()?, allocations: Some(allocations) })
    }

    /// Returns the id of the process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Closes the server's input, and waits until it has ended.
    pub(crate) fn stop(mut self) -> Outcome<()> {
        drop(self.process.stdin.take());
        let status = self.process.wait()?;
        if status.success() { Ok(()) } else { Err(format!("the server ended with {status}").into()) }
    }

    /// Stops the real program by a signal.
    pub(crate) fn end(self) -> Outcome<()> {
        kill(Pid::from_raw(self.id().cast_signed()), Signal::SIGTERM)?;
        self.stop()
    }

    /// Stops the real program by a signal and returns how often it called the allocator, if that was counted.
    pub(crate) fn end_counting(mut self) -> Outcome<f64> {
        let allocations = self.allocations.take().ok_or("allocations are not counted")?;
        self.end()?;
        Ok(allocations.iter().sum())
    }
}

/// Returns a command without this machine's settings but `PATH`.
pub(crate) fn plain_command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command
}

/// Reads a line of memusage, such as ` malloc|       1234 …`: how often the allocator was called.
fn allocated(line: &str) -> Option<f64> {
    let (name, figures) = line.split_once('|')?;
    let name = name.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
    if !["malloc", "calloc", "realloc"].iter().any(|allocating| name.ends_with(allocating)) {
        return None;
    }
    figures.split_whitespace().find_map(|figure| figure.parse().ok())
}

/// The settings of every measurement.
const ALWAYS: [(&str, &str); 7] = [
    ("SLACK_SIGNING_SECRET", SECRET),
    ("SLACK_BOT_TOKEN", "xoxb-bench"),
    ("DIALNOTE_API_KEY", "dn_live_bench"),
    ("LISTEN", "127.0.0.1:0"),
    ("OPS_LISTEN", "none"),
    ("DRAIN_SECONDS", "0"),
    ("SLACK_PACE", "as-allowed"),
];

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves until standard input ends, in a process started by [`Server::start`].
pub(crate) fn serve(kind: &str) -> Outcome<()> {
    machine::pin(&[machine::SERVER])?;
    // As `#[tokio::main]` does: one thread for each available core.
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        match kind {
            "bare" => keeping_nothing(listener, post(bare)).await,
            "verified" => keeping_nothing(listener, post(verified)).await,
            "floor" => keeping_nothing(listener, post(floor::carry_out)).await,
            "ours" => {
                app::log_to_stderr(app::TOLD, LogFormat::Text);
                let app = App::build(&config()?, Clock::System).await?;
                announce(address)?;
                server::serve::serve(listener, app.site, end_of_input()).await;
                Ok(())
            }
            other => Err(format!("there is no server called {other}").into()),
        }
    })
}

async fn keeping_nothing(listener: TcpListener, answer: axum::routing::MethodRouter) -> Outcome<()> {
    announce(listener.local_addr()?)?;
    let router = Router::new().route("/slack/commands", answer);
    tokio::select! {
        outcome = axum::serve(tokio_nodelay(listener), router) => Ok(outcome?),
        () = end_of_input() => Ok(()),
    }
}

fn tokio_nodelay(listener: TcpListener) -> impl axum::serve::Listener<Addr = SocketAddr> {
    use axum::serve::ListenerExt;
    listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    })
}

fn announce(address: SocketAddr) -> Outcome<()> {
    Ok(writeln!(std::io::stdout(), "{address}")?)
}

async fn end_of_input() {
    let wait = || std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
    let _ = tokio::task::spawn_blocking(wait).await;
}

async fn bare(body: Bytes) -> StatusCode {
    if body.is_empty() { StatusCode::BAD_REQUEST } else { StatusCode::OK }
}

/// Verifies and decodes in the usual way, and stores nothing.
async fn verified(headers: HeaderMap, body: Bytes) -> StatusCode {
    match verified_form(&headers, &body) {
        Ok(_) => StatusCode::OK,
        Err(refusal) => refusal,
    }
}

/// Returns the form of a request whose signature holds.
pub(crate) fn verified_form(headers: &HeaderMap, body: &[u8]) -> Result<HashMap<String, String>, StatusCode> {
    if is_genuine(headers, body) != Some(true) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let form: HashMap<_, _> = form_urlencoded::parse(body).into_owned().collect();
    let is_command = form.contains_key("trigger_id") && form.contains_key("command");
    if is_command { Ok(form) } else { Err(StatusCode::BAD_REQUEST) }
}

fn is_genuine(headers: &HeaderMap, body: &[u8]) -> Option<bool> {
    let timestamp = headers.get("x-slack-request-timestamp")?.to_str().ok()?;
    let age = timestamp.parse::<i64>().ok()?.abs_diff(Timestamp::now().as_second());
    let signature = headers.get("x-slack-signature")?.to_str().ok()?.strip_prefix("v0=")?;
    let signature = hex::decode(signature).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).ok()?;
    mac.update(format!("v0:{timestamp}:").as_bytes());
    mac.update(body);
    Some(age <= 300 && mac.verify_slice(&signature).is_ok())
}

/// Returns the app's settings. Their services don't exist, because the app makes no calls here.
fn config() -> Outcome<Config> {
    let lookup = |name: &str| match name {
        "SLACK_API_URL" | "DIALNOTE_API_URL" => Some("http://127.0.0.1:9".to_owned()),
        "DATABASE_URL" => std::env::var(name).ok(),
        _ => ALWAYS.iter().find(|(always, _)| *always == name).map(|(_, value)| (*value).to_owned()),
    };
    Config::read(lookup).map_err(|mistakes| format!("{mistakes:?}").into())
}
