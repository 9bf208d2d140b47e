//! A fast fake of Slack and dialnote, which answers every call at once or after a fixed time. It checks nothing: the
//! tests use the sandbox for that, whose checks would be the limit here.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::Outcome;
use crate::commands::{PEOPLE, TEAM};
use crate::far_record::{Effect, Memory, Record};

/// A running far side, with its counts.
#[derive(Clone)]
pub(crate) struct Far(Arc<Heard>);

struct Heard {
    address: SocketAddr,
    /// The duration of every call.
    pause: Duration,
    calls: AtomicUsize,
    /// The calls that change a conversation or add a note.
    writes: AtomicUsize,
    record: OnceLock<Record>,
    /// What was written, if this far side remembers.
    memory: Option<Mutex<Memory>>,
}

impl Far {
    /// Starts the far side.
    pub(crate) async fn start(pause: Duration) -> Outcome<Self> {
        Self::begin(pause, None).await
    }

    /// Starts a far side that answers at once and remembers what was written, for lookups.
    pub(crate) async fn start_remembering() -> Outcome<Self> {
        Self::begin(Duration::ZERO, Some(Mutex::default())).await
    }

    async fn begin(pause: Duration, memory: Option<Mutex<Memory>>) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (calls, writes) = Default::default();
        let far = Self(Arc::new(Heard { address, pause, calls, writes, record: OnceLock::new(), memory }));
        let router = Router::new().fallback(answer).with_state(far.clone());
        tokio::spawn(axum::serve(listener, router).into_future());
        Ok(far)
    }

    /// Records this many commands, from number `first` on. Only the first call has an effect.
    pub(crate) fn expect(&self, first: u64, commands: usize) {
        self.0.record.get_or_init(|| Record::of(first, commands));
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
        self.0.record.get().map_or(0, Record::finished)
    }

    /// Returns the number of calls.
    pub(crate) fn calls(&self) -> usize {
        self.0.calls.load(Ordering::Relaxed)
    }

    /// Returns the number of calls that changed a conversation or added a note.
    pub(crate) fn writes(&self) -> usize {
        self.0.writes.load(Ordering::Relaxed)
    }

    /// Returns the time of the nth command's last message, or none if messages are missing.
    pub(crate) fn done(&self, nth: usize) -> Option<Instant> {
        self.0.record.get()?.done(nth)
    }

    /// Returns the time of the nth command's entry in the card's thread.
    pub(crate) fn thread_entry(&self, nth: usize) -> Option<Instant> {
        self.0.record.get()?.thread_entry(nth)
    }

    /// Answers whether the nth command was carried out.
    pub(crate) fn is_carried_out(&self, nth: usize) -> bool {
        self.0.record.get().is_some_and(|record| record.is_carried_out(nth))
    }

    /// Answers whether anything of the nth command is there twice.
    pub(crate) fn is_doubled(&self, nth: usize) -> bool {
        self.0.record.get().is_some_and(|record| record.is_doubled(nth))
    }

    fn note_effect(&self, number: Option<u64>, effect: Effect) {
        if let Some((record, number)) = self.0.record.get().zip(number) {
            record.add(number, effect);
        }
    }

    /// Counts a message of the command that `text` names.
    fn message(&self, text: &str, effect: Effect) {
        self.note_effect(number_in(text, "conv_").or_else(|| number_in(text, "\"thread_ts\":\"")), effect);
    }

    /// Uses the memory, if there is one.
    fn remember<T>(&self, use_it: impl FnOnce(&mut Memory) -> T) -> Option<T> {
        let memory = self.0.memory.as_ref()?;
        Some(use_it(&mut memory.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

async fn answer(State(far): State<Far>, method: Method, uri: Uri, _: HeaderMap, body: Bytes) -> Response {
    far.0.calls.fetch_add(1, Ordering::Relaxed);
    if !far.0.pause.is_zero() {
        tokio::time::sleep(far.0.pause).await;
    }
    let text = std::str::from_utf8(&body).unwrap_or_default();
    // Slack takes messages as JSON, and as a form.
    let read = text.starts_with(char::is_alphabetic).then(|| form_as_json(text));
    let text = read.as_deref().unwrap_or(text);
    let answer = match uri.path().strip_prefix("/slack/") {
        Some(call) => slack(&far, call, text),
        None => dialnote(&far, &method, uri.path(), text),
    };
    ([(header::CONTENT_TYPE, "application/json")], answer).into_response()
}

fn form_as_json(form: &str) -> String {
    let fields = form_urlencoded::parse(form.as_bytes()).into_owned();
    Value::Object(fields.map(|(name, value)| (name, value.into())).collect()).to_string()
}

fn slack(far: &Far, call: &str, text: &str) -> String {
    match call {
        "auth.test" => format!(r#"{{"ok":true,"team_id":"{TEAM}"}}"#),
        "users.info" => {
            let user = value_in(text, "user").unwrap_or_default();
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
            far.message(text, posted_kind(text));
            // The timestamp of a card identifies its thread.
            let number = number_in(text, "conv_").unwrap_or_default();
            far.remember(|memory| memory.add_message(text, &format!("{number}.000100")));
            format!(r#"{{"ok":true,"channel":"C2147483705","ts":"{number}.000100"}}"#)
        }
        "conversations.history" | "conversations.replies" => {
            far.remember(|memory| memory.messages(text)).unwrap_or_else(|| r#"{"ok":true,"messages":[]}"#.to_owned())
        }
        _ => {
            // A response URL names the command.
            let own = call.strip_prefix("response/").and_then(|number| number.parse::<u64>().ok());
            far.message(&own.map_or_else(|| text.to_owned(), |number| format!("conv_{number}")), Effect::Other);
            r#"{"ok":true}"#.to_owned()
        }
    }
}

/// Returns the kind of a posted message. Direct messages go to channels whose ids begin with D.
fn posted_kind(text: &str) -> Effect {
    if text.contains("\"thread_ts\":\"") {
        Effect::ThreadEntry
    } else if text.contains("\"channel\":\"D") {
        Effect::Other
    } else {
        Effect::Card
    }
}

fn dialnote(far: &Far, method: &Method, path: &str, text: &str) -> String {
    if path.ends_with("/team/members") {
        let member = |n: u64| {
            let user = crate::commands::person(n);
            format!(r#"{{"id":"mem_{user}","name":"Person {user}","email":"{}@acme.example"}}"#, user.to_lowercase())
        };
        let members: Vec<_> = (0..PEOPLE).map(member).collect();
        return format!(r#"{{"data":[{}]}}"#, members.join(","));
    }
    let conversation = path.split('/').find(|segment| segment.starts_with("conv_")).unwrap_or("conv_0");
    let number = number_in(conversation, "conv_");
    if path.ends_with("/messages") {
        return far.remember(|memory| memory.timeline(conversation)).unwrap_or_else(|| r#"{"data":[]}"#.to_owned());
    }
    if *method != Method::GET {
        far.0.writes.fetch_add(1, Ordering::Relaxed);
    }
    if *method == Method::POST && path.ends_with("/notes") {
        far.note_effect(number, Effect::Note);
        far.remember(|memory| memory.add_note(conversation, text));
    }
    if *method == Method::PATCH {
        far.note_effect(number, Effect::Change);
    }
    let (owner, status) = (owner_after(far, method, conversation, text), status_after(method, text));
    let owner = owner.map_or_else(|| "null".to_owned(), |id| format!(r#"{{"id":"{id}","name":"Person {id}"}}"#));
    format!(
        r#"{{"data":{{"id":"{conversation}",{status},"assignedTo":{owner},"contact":{{"firstName":"Ana","lastName":"Lima","phoneNumber":"+14155550101"}},"phoneNumber":{{"number":"+14155550100","name":"Front desk"}},"lastActivity":{{"type":"call","direction":"inbound","preview":"Missed call","at":"2026-01-01T09:00:00Z"}}}}}}"#
    )
}

/// Returns the owner that a conversation has after a call.
fn owner_after(far: &Far, method: &Method, conversation: &str, text: &str) -> Option<String> {
    let written = (*method == Method::PATCH).then(|| value_in(text, "assignedToId")).flatten();
    let Some(owner) = written else {
        return far.remember(|memory| memory.owner(conversation).map(str::to_owned)).flatten();
    };
    far.remember(|memory| memory.set_owner(conversation, owner));
    Some(owner.to_owned())
}

/// Returns the fields of the status that a conversation has after a call: the written one, else open.
fn status_after(method: &Method, text: &str) -> String {
    let written = |name| (*method == Method::PATCH).then(|| value_in(text, name)).flatten();
    let until = written("snoozedUntil").map(|until| format!(r#","snoozedUntil":"{until}""#)).unwrap_or_default();
    format!(r#""status":"{}"{until}"#, written("status").unwrap_or("open"))
}

/// Returns the text of a field.
fn value_in<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("\"{name}\":\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

/// Returns the number after the last `mark` in a text: a direct message about several conversations is updated for
/// each, and the newest is last.
fn number_in(text: &str, mark: &str) -> Option<u64> {
    let (_, rest) = text.rsplit_once(mark)?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..digits)?.parse().ok()
}
