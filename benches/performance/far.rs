//! A fast fake of Slack and dialnote, which answers every call at once or after a fixed time. It checks nothing: the
//! tests use the sandbox for that, whose checks would be the limit here.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;

use crate::Outcome;
use crate::commands::{PEOPLE, TEAM};

/// The number of messages of one command: the answer, the card, a thread entry, and a direct message to the new owner.
pub(crate) const MESSAGES: usize = 4;

/// A running far side, with its counts.
#[derive(Clone)]
pub(crate) struct Far(Arc<Heard>);

struct Heard {
    address: SocketAddr,
    /// The duration of every call.
    pause: Duration,
    calls: AtomicUsize,
    begun: Instant,
    expected: OnceLock<Expected>,
    finished: AtomicUsize,
}

/// The commands to count.
struct Expected {
    /// The number of the first command.
    first: u64,
    /// For each command its received messages, and the time of the last one (µs since `begun`).
    messages: Vec<(AtomicUsize, AtomicU64)>,
}

impl Far {
    /// Starts the far side.
    pub(crate) async fn start(pause: Duration) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let far = Self(Arc::new(Heard {
            address: listener.local_addr()?,
            pause,
            calls: AtomicUsize::default(),
            begun: Instant::now(),
            expected: OnceLock::new(),
            finished: AtomicUsize::default(),
        }));
        let router = Router::new().fallback(answer).with_state(far.clone());
        tokio::spawn(axum::serve(listener, router).into_future());
        Ok(far)
    }

    /// Counts the messages of this many commands, from number `first` on. Only the first call has an effect.
    pub(crate) fn expect(&self, first: u64, commands: usize) {
        self.0
            .expected
            .get_or_init(|| Expected { first, messages: (0..commands).map(|_| Default::default()).collect() });
    }

    /// Returns the app's settings for this far side.
    pub(crate) fn settings(&self) -> [(&'static str, String); 2] {
        let address = self.0.address;
        [
            ("SLACK_API_URL", format!("http://{address}/slack")),
            ("DIALNOTE_API_URL", format!("http://{address}/dialnote")),
        ]
    }

    /// Returns the number of commands with all their messages delivered.
    pub(crate) fn finished(&self) -> usize {
        self.0.finished.load(Ordering::Relaxed)
    }

    /// Returns the number of calls.
    pub(crate) fn calls(&self) -> usize {
        self.0.calls.load(Ordering::Relaxed)
    }

    /// Returns the time of the nth command's last message, or none if messages are missing.
    pub(crate) fn done(&self, nth: usize) -> Option<Instant> {
        let (count, at) = self.0.expected.get()?.messages.get(nth)?;
        (count.load(Ordering::Relaxed) >= MESSAGES)
            .then(|| self.0.begun + Duration::from_micros(at.load(Ordering::Relaxed)))
    }

    /// Counts a message of the command that `text` names.
    fn message(&self, text: &str) {
        let Some(number) = number_in(text, "conv_").or_else(|| number_in(text, "\"thread_ts\":\"")) else { return };
        let Some(Expected { first, messages }) = self.0.expected.get() else { return };
        let nth = number.checked_sub(*first).and_then(|nth| usize::try_from(nth).ok());
        let Some((count, at)) = nth.and_then(|nth| messages.get(nth)) else { return };
        let elapsed = u64::try_from(self.0.begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        at.store(elapsed, Ordering::Relaxed);
        if count.fetch_add(1, Ordering::Relaxed) + 1 == MESSAGES {
            self.0.finished.fetch_add(1, Ordering::Relaxed);
        }
    }
}

async fn answer(State(far): State<Far>, method: Method, uri: Uri, _: HeaderMap, body: Bytes) -> Response {
    far.0.calls.fetch_add(1, Ordering::Relaxed);
    if !far.0.pause.is_zero() {
        tokio::time::sleep(far.0.pause).await;
    }
    let text = std::str::from_utf8(&body).unwrap_or_default();
    let answer = match uri.path().strip_prefix("/slack/") {
        Some(call) => slack(&far, call, text),
        None => dialnote(&method, uri.path(), text),
    };
    ([(header::CONTENT_TYPE, "application/json")], answer).into_response()
}

fn slack(far: &Far, call: &str, text: &str) -> String {
    match call {
        "auth.test" => format!(r#"{{"ok":true,"team_id":"{TEAM}"}}"#),
        "users.info" => {
            let user = text.strip_prefix("user=").unwrap_or_default();
            let email = format!("{}@acme.example", user.to_lowercase());
            format!(
                r#"{{"ok":true,"user":{{"id":"{user}","team_id":"{TEAM}","name":"{user}","profile":{{"display_name":"Person {user}","email":"{email}"}}}}}}"#
            )
        }
        "conversations.open" => {
            let user = number_in(text, "\"users\":\"U").unwrap_or_default();
            format!(r#"{{"ok":true,"channel":{{"id":"D{user}"}}}}"#)
        }
        "chat.postMessage" => {
            far.message(text);
            // The timestamp of a card identifies its thread.
            let number = number_in(text, "conv_").unwrap_or_default();
            format!(r#"{{"ok":true,"channel":"C2147483705","ts":"{number}.000100"}}"#)
        }
        _ => {
            // A response URL names the command.
            let own = call.strip_prefix("response/").and_then(|number| number.parse::<u64>().ok());
            far.message(&own.map_or_else(|| text.to_owned(), |number| format!("conv_{number}")));
            r#"{"ok":true}"#.to_owned()
        }
    }
}

fn dialnote(method: &Method, path: &str, text: &str) -> String {
    if path.ends_with("/team/members") {
        let member = |n: u64| {
            let user = crate::commands::person(n);
            format!(r#"{{"id":"mem_{user}","name":"Person {user}","email":"{}@acme.example"}}"#, user.to_lowercase())
        };
        let members: Vec<_> = (0..PEOPLE).map(member).collect();
        return format!(r#"{{"data":[{}]}}"#, members.join(","));
    }
    let conversation = path.split('/').find(|segment| segment.starts_with("conv_")).unwrap_or("conv_0");
    let owner = text.split_once("\"assignedToId\":\"").and_then(|(_, rest)| rest.split_once('"'));
    let owner = owner
        .filter(|_| *method == Method::PATCH)
        .map_or_else(|| "null".to_owned(), |(id, _)| format!(r#"{{"id":"{id}","name":"Person {id}"}}"#));
    format!(
        r#"{{"data":{{"id":"{conversation}","status":"open","assignedTo":{owner},"contact":{{"firstName":"Ana","lastName":"Lima","phoneNumber":"+14155550101"}},"phoneNumber":{{"number":"+14155550100","name":"Front desk"}},"lastActivity":{{"type":"call","direction":"inbound","preview":"Missed call","at":"2026-01-01T09:00:00Z"}}}}}}"#
    )
}

/// Returns the number after the last `mark` in a text: a direct message about several conversations is updated for
/// each, and the newest is last.
fn number_in(text: &str, mark: &str) -> Option<u64> {
    let (_, rest) = text.rsplit_once(mark)?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..digits)?.parse().ok()
}
