//! A fake of dialnote and Slack for the measurement of waits: 200 shared numbers, 500 people who are in Slack and in
//! dialnote, and groups of all of them. It answers at once, on a thread whose core time can be told apart from the app's.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, Uri, header};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use nix::unistd::gettid;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::Outcome;
use crate::commands::TEAM;

/// The shared numbers, each with a channel of its own.
pub(crate) const NUMBERS: usize = 200;

/// The people, all of whom are in each group.
pub(crate) const MEMBERS: u64 = 500;

/// The open conversations that each person owns at first.
pub(crate) const OWNED_BY_EACH: usize = 3;

/// The open conversations without an owner at first.
pub(crate) const UNASSIGNED: usize = 500;

/// dialnote's largest page (docs/contracts/dialnote.md, Calls).
const PAGE: usize = 100;

/// A running desk.
#[derive(Clone)]
pub(crate) struct Desk(Arc<Mutex<Conversations>>);

/// The conversations, most recently active first.
struct Conversations {
    all: Vec<DeskConversation>,
    order: VecDeque<usize>,
}

struct DeskConversation {
    number: usize,
    owner: Option<String>,
    is_done: bool,
    at: Timestamp,
}

/// The address of a desk, and the thread that answers.
pub(crate) struct DeskPlace {
    pub(crate) address: SocketAddr,
    pub(crate) thread: i32,
}

/// Returns the number of open conversations at first.
pub(crate) fn open_at_first() -> usize {
    usize::try_from(MEMBERS).unwrap_or_default() * OWNED_BY_EACH + UNASSIGNED
}

/// Returns the id of a person in Slack.
fn person(n: u64) -> String {
    format!("U2148{n:06}")
}

/// Returns the id of a person in dialnote.
pub(crate) fn member(n: u64) -> String {
    format!("mem_{}", person(n % MEMBERS))
}

/// Returns the shared number with this index.
pub(crate) fn number(index: usize) -> Value {
    json!({ "number": format!("+1415555{index:04}"), "name": format!("Line {index}") })
}

impl Desk {
    /// Opens a desk with so many conversations at a time: the first ones are open, the others are done for long.
    pub(crate) fn open(conversations: usize, now: Timestamp) -> Outcome<(Self, DeskPlace)> {
        let open = open_at_first();
        let all = (0..conversations).map(|n| {
            let is_done = n >= open;
            // The open ones got in touch within the last hour, the others one a minute before that.
            let ago = if is_done { 60 + n - open } else { 1 + n * 50 / open };
            let ago = SignedDuration::from_mins(i64::try_from(ago).unwrap_or(i64::MAX));
            let owned = is_done || n >= UNASSIGNED;
            let owner = owned.then(|| member(u64::try_from(n).unwrap_or_default()));
            DeskConversation { number: number_of(n), owner, is_done, at: now - ago }
        });
        let conversations = Conversations { all: all.collect(), order: (0..conversations).collect() };
        let desk = Self(Arc::new(Mutex::new(conversations)));
        let (heard, place) = channel();
        let own = desk.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(own.answer_all(&heard))
        });
        let place = place.recv().map_err(|_| "the desk did not open")?;
        Ok((desk, place))
    }

    async fn answer_all(self, heard: &Sender<DeskPlace>) -> Outcome<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        heard.send(DeskPlace { address: listener.local_addr()?, thread: gettid().as_raw() })?;
        Ok(axum::serve(listener, Router::new().fallback(answer).with_state(self)).await?)
    }

    /// Lets a new contact write to a shared number.
    pub(crate) fn ring(&self, number: usize, now: Timestamp) {
        self.with(|desk| {
            let n = desk.all.len();
            desk.all.push(DeskConversation { number, owner: None, is_done: false, at: now });
            desk.order.push_front(n);
        });
    }

    /// Marks the first conversation from `from` on done that is open and owned.
    pub(crate) fn finish(&self, from: usize) {
        self.with(|desk| {
            let is_theirs = |one: &&mut DeskConversation| !one.is_done && one.owner.is_some();
            if let Some(one) = desk.all.iter_mut().skip(from).find(is_theirs) {
                one.is_done = true;
            }
        });
    }

    /// Returns the number of conversations from `from` on that have an owner.
    pub(crate) fn owned_from(&self, from: usize) -> usize {
        self.with(|desk| desk.all.iter().skip(from).filter(|one| one.owner.is_some()).count())
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut Conversations) -> T) -> T {
        use_it(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn dialnote(&self, method: &Method, path: &str, query: &str, body: &[u8]) -> Value {
        let asked = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let path: Vec<_> = path.trim_start_matches("/dialnote/").split('/').collect();
        match path.as_slice() {
            ["team", "members"] => json!({ "data": (0..MEMBERS).map(|n| described(&person(n))).collect::<Vec<_>>() }),
            ["conversations"] => {
                let offset = asked("offset").and_then(|offset| offset.parse().ok()).unwrap_or_default();
                json!({ "data": self.with(|desk| desk.page(asked("assignedToId"), offset)) })
            }
            ["conversations", id] => {
                let n = id.strip_prefix("conv_").and_then(|n| n.parse().ok()).unwrap_or_default();
                json!({ "data": self.with(|desk| {
                    if *method == Method::PATCH {
                        desk.change(n, body);
                    }
                    desk.drawn(n)
                }) })
            }
            _ => json!({ "data": [] }),
        }
    }
}

impl Conversations {
    fn page(&self, owner: Option<&str>, offset: usize) -> Vec<Value> {
        let is_asked_for = |n: &&usize| {
            owner.is_none_or(|owner| self.all.get(**n).is_some_and(|one| one.owner.as_deref() == Some(owner)))
        };
        self.order.iter().filter(is_asked_for).skip(offset).take(PAGE).map(|n| self.drawn(*n)).collect()
    }

    fn change(&mut self, n: usize, body: &[u8]) {
        let asked: Value = serde_json::from_slice(body).unwrap_or_default();
        if let Some((one, owner)) = self.all.get_mut(n).zip(asked.get("assignedToId")) {
            one.owner = owner.as_str().map(str::to_owned);
        }
    }

    fn drawn(&self, n: usize) -> Value {
        let Some(one) = self.all.get(n) else { return Value::Null };
        json!({
            "id": format!("conv_{n}"), "status": if one.is_done { "done" } else { "open" }, "isRead": false,
            "assignedTo": one.owner.as_ref().map(|id| json!({ "id": id, "name": id })),
            "contact": { "firstName": "Ana", "lastName": format!("Lima{n}"), "phoneNumber": format!("+1628{n:07}") },
            "phoneNumber": number(one.number),
            "lastActivity": {
                "type": "sms", "direction": "inbound", "preview": "Could you call me back, please?", "at": one.at,
            },
        })
    }
}

/// Returns the shared number of a conversation that is there at first. The unassigned ones are on the last ten, whose
/// people have no room.
fn number_of(n: usize) -> usize {
    if n < UNASSIGNED { NUMBERS - 1 - n % 10 } else { n % NUMBERS }
}

fn described(user: &str) -> Value {
    json!({ "id": format!("mem_{user}"), "name": format!("Person {user}"), "email": address(user) })
}

fn address(user: &str) -> String {
    format!("{}@acme.example", user.to_lowercase())
}

async fn answer(State(desk): State<Desk>, method: Method, uri: Uri, body: Bytes) -> Response {
    let answer = match uri.path().strip_prefix("/slack/") {
        Some(call) => slack(call, std::str::from_utf8(&body).unwrap_or_default()),
        None => desk.dialnote(&method, uri.path(), uri.query().unwrap_or_default(), &body),
    };
    ([(header::CONTENT_TYPE, "application/json")], answer.to_string()).into_response()
}

fn slack(call: &str, body: &str) -> Value {
    match call {
        "auth.test" => json!({ "ok": true, "team_id": TEAM }),
        "users.info" => profile(body.strip_prefix("user=").unwrap_or_default()),
        "users.lookupByEmail" => {
            let user = body.strip_prefix("email=").and_then(|address| address.split(['@', '%']).next());
            profile(&user.unwrap_or_default().to_uppercase())
        }
        "usergroups.users.list" => json!({ "ok": true, "users": (0..MEMBERS).map(person).collect::<Vec<_>>() }),
        "dnd.teamInfo" => json!({ "ok": true, "users": {} }),
        "conversations.info" => json!({ "ok": true, "channel": { "is_member": true } }),
        "conversations.open" => json!({ "ok": true, "channel": { "id": "D2147483705" } }),
        _ => {
            json!({ "ok": true, "channel": "C2147483705", "ts": format!("1.{:06}", rand::random_range(0..1_000_000)) })
        }
    }
}

fn profile(user: &str) -> Value {
    json!({ "ok": true, "user": {
        "id": user, "team_id": TEAM, "name": user, "tz": "UTC",
        "profile": { "display_name": user, "email": address(user) },
    } })
}
