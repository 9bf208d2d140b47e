//! Socket Mode (docs/contracts/slack.md §20): connections over which the app fetches what would otherwise be
//! posted to it. Whatever comes back that Slack would not take is a complaint, for tests to see.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, interval, sleep_until};

use crate::blocks::max;
use crate::ids::APP;
use crate::server::Shared;
use crate::world::World;

/// How long a ticket is good for. Slack says only that it is for now.
const TICKET: SignedDuration = SignedDuration::from_secs(30);

/// How often a connection is pinged, in real time.
const PINGS: Duration = Duration::from_secs(10);

/// How long a connection stays after Slack has asked to be rid of it, in real time.
const FAREWELL: Duration = Duration::from_secs(10);

/// How long Slack says that a connection lasts.
const LASTS: u64 = 18_060;

/// Socket Mode of the app.
#[derive(Debug, Default)]
pub struct Sockets {
    /// Whether it is on: then nothing is posted to the app.
    pub on: bool,
    /// What came from the app that Slack would not take.
    pub complaints: Vec<String>,
    /// What happened to connections, in order: `opened 1`, `warning 1`, `opened 2`, `closed 1`.
    pub events: Vec<String>,
    tickets: BTreeMap<String, Timestamp>,
    open: Vec<Line>,
    last: u64,
    turn: usize,
    waiting: BTreeMap<String, Waiting>,
    given_up: BTreeSet<String>,
}

/// An open connection.
#[derive(Debug)]
struct Line {
    number: u64,
    frames: mpsc::UnboundedSender<Sent>,
}

/// An envelope that was not acknowledged yet.
#[derive(Debug)]
struct Waiting {
    line: u64,
    accepts_payload: bool,
    acknowledged: oneshot::Sender<Option<Value>>,
}

/// What is sent over a connection.
#[derive(Debug)]
enum Sent {
    Text(String),
    /// The last but what is still delivered: it closes soon.
    Farewell(String),
    /// Nothing any more: it breaks.
    Cut,
}

/// An envelope on its way.
pub(super) struct Envelope {
    pub(super) id: String,
    /// Over which connection.
    pub(super) line: u64,
    pub(super) frame: String,
    /// What comes with the acknowledgement; an error if the connection ends before.
    pub(super) acknowledged: oneshot::Receiver<Option<Value>>,
}

impl Sockets {
    /// The connections that are open, by number.
    pub fn open(&self) -> Vec<u64> {
        self.open.iter().map(|line| line.number).collect()
    }

    /// Slack asks to be rid of the oldest connection: `warning`, `refresh_requested`, …
    pub fn disconnect(&mut self, reason: &str) {
        let Some(line) = self.open.first() else { return };
        self.events.push(format!("{reason} {}", line.number));
        let _ = line.frames.send(Sent::Farewell(farewell(reason)));
    }

    /// Somebody switches Socket Mode on or off in the app's settings.
    pub fn switch(&mut self, on: bool) {
        self.on = on;
        for line in self.open.iter().filter(|_| !on) {
            let _ = line.frames.send(Sent::Farewell(farewell("link_disabled")));
        }
    }

    /// All connections break.
    pub fn cut(&self) {
        for line in &self.open {
            let _ = line.frames.send(Sent::Cut);
        }
    }

    /// Sends what Slack would not, over all connections.
    pub fn send(&self, frame: &str) {
        for line in &self.open {
            let _ = line.frames.send(Sent::Text(frame.to_owned()));
        }
    }

    /// Nobody waits for this acknowledgement any more.
    pub(super) fn give_up(&mut self, id: &str) {
        self.waiting.remove(id);
        self.given_up.insert(id.to_owned());
    }

    /// A ticket is good once.
    fn redeem(&mut self, ticket: &str, now: Timestamp) -> bool {
        self.tickets.remove(ticket).is_some_and(|made| now.duration_since(made) <= TICKET)
    }

    /// Greets a new connection, or says why it is not wanted.
    fn admit(&mut self) -> Result<(u64, mpsc::UnboundedReceiver<Sent>), String> {
        if !self.on {
            return Err(farewell("link_disabled"));
        }
        if self.open.len() as u64 >= max(&["timing", "socket_connections"]) {
            return Err(farewell("too_many_websockets"));
        }
        self.last += 1;
        let (frames, sent) = mpsc::unbounded_channel();
        let hello = json!({
            "type": "hello", "num_connections": self.open.len() + 1,
            "debug_info": {"host": "applink-sandbox", "build_number": 1, "approximate_connection_time": LASTS},
            "connection_info": {"app_id": APP},
        });
        let _ = frames.send(Sent::Text(hello.to_string()));
        self.open.push(Line { number: self.last, frames });
        self.events.push(format!("opened {}", self.last));
        Ok((self.last, sent))
    }

    /// A connection ended, and with it all hope of acknowledgements.
    fn ended(&mut self, number: u64) {
        let before = self.open.len();
        self.open.retain(|line| line.number != number);
        self.waiting.retain(|_, waiting| waiting.line != number);
        if self.open.len() < before {
            self.events.push(format!("closed {number}"));
        }
    }

    /// What the app says over a connection: acknowledgements, and nothing else.
    fn hear(&mut self, number: u64, text: &str) {
        if let Err(complaint) = self.acknowledge(number, text) {
            self.complaints.push(complaint);
        }
    }

    fn acknowledge(&mut self, number: u64, text: &str) -> Result<(), String> {
        let ack: Map<String, Value> = serde_json::from_str(text).map_err(|_| format!("no JSON object: {text}"))?;
        if let Some(name) = ack.keys().find(|name| !matches!(name.as_str(), "envelope_id" | "payload")) {
            return Err(format!("unknown field in an acknowledgement: {name}"));
        }
        let id = ack.get("envelope_id").and_then(Value::as_str).ok_or("an acknowledgement without envelope_id")?;
        if self.given_up.remove(id) {
            return Err(format!("{id} was acknowledged too late"));
        }
        let waiting = self.waiting.remove(id).ok_or_else(|| format!("nothing waits for {id} to be acknowledged"))?;
        let payload = ack.get("payload").filter(|payload| **payload != json!({})).cloned();
        let refused = if waiting.line != number {
            Err(format!("{id} was acknowledged over another connection"))
        } else if payload.is_some() && !waiting.accepts_payload {
            Err(format!("{id} takes no payload"))
        } else if payload.as_ref().is_some_and(|payload| !payload.is_object()) {
            Err(format!("the payload for {id} is no object"))
        } else {
            Ok(())
        };
        // Slack goes by the acknowledgement, and ignores the rest.
        let _ = waiting.acknowledged.send(payload.filter(|_| refused.is_ok()));
        refused
    }
}

/// A new address for one connection.
pub(super) fn address(world: &mut World) -> String {
    let (ticket, now) = (world.new_ticket(), world.now());
    let address = format!("{}/slack/link/?ticket={ticket}&app_id={APP}", world.base.replacen("http", "ws", 1));
    world.sockets.tickets.insert(ticket, now);
    address
}

/// Sends an envelope over one of the connections, in turn; none if there is none.
pub(super) fn envelope(
    world: &mut World,
    kind: &str,
    payload: &Value,
    accepts_payload: bool,
    retry: Option<&str>,
) -> Option<Envelope> {
    let id = world.new_envelope_id();
    let mut frame = json!({
        "envelope_id": id, "payload": payload, "type": kind, "accepts_response_payload": accepts_payload,
    });
    if kind == "events_api" {
        frame["retry_attempt"] = json!(u8::from(retry.is_some()));
        frame["retry_reason"] = json!(retry.unwrap_or_default());
    }
    let (frame, sockets) = (frame.to_string(), &mut world.sockets);
    sockets.turn += 1;
    let line = sockets.open.get(sockets.turn % sockets.open.len().max(1))?;
    line.frames.send(Sent::Text(frame.clone())).ok()?;
    let (acknowledges, acknowledged) = oneshot::channel();
    let waiting = Waiting { line: line.number, accepts_payload, acknowledged: acknowledges };
    let line = line.number;
    sockets.waiting.insert(id.clone(), waiting);
    Some(Envelope { id, line, frame, acknowledged })
}

/// The address to which a ticket belongs.
pub(super) async fn link(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    upgrade: WebSocketUpgrade,
) -> Response {
    let query = query.unwrap_or_default();
    let ticket = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "ticket");
    let ticket = ticket.map(|(_, ticket)| ticket.into_owned()).unwrap_or_default();
    let good = shared.world(|world| {
        let now = world.now();
        world.sockets.redeem(&ticket, now)
    });
    if good { upgrade.on_upgrade(|socket| serve(shared, socket)) } else { StatusCode::UNAUTHORIZED.into_response() }
}

async fn serve(shared: Arc<Shared>, mut socket: WebSocket) {
    match shared.world(|world| world.sockets.admit()) {
        Ok((number, sent)) => {
            shared.turn();
            converse(&shared, socket, number, sent).await;
            shared.world(|world| world.sockets.ended(number));
            shared.turn();
        }
        Err(unwanted) => {
            let _ = socket.send(Message::text(unwanted)).await;
            let _ = socket.send(Message::Close(None)).await;
        }
    }
}

/// Sends and hears over a connection for as long as it lasts.
async fn converse(shared: &Shared, mut socket: WebSocket, number: u64, mut sent: mpsc::UnboundedReceiver<Sent>) {
    let mut pings = interval(PINGS);
    let mut lasts = Instant::now() + Duration::from_secs(LASTS);
    loop {
        let done = tokio::select! {
            Some(sent) = sent.recv() => match sent {
                Sent::Text(frame) => socket.send(Message::text(frame)).await,
                Sent::Farewell(frame) => {
                    lasts = Instant::now() + FAREWELL;
                    socket.send(Message::text(frame)).await
                }
                Sent::Cut => return,
            },
            heard = socket.recv() => match heard {
                Some(Ok(message)) => {
                    shared.world(|world| world.sockets.told(number, message));
                    shared.turn();
                    Ok(())
                }
                Some(Err(_)) | None => return,
            },
            _ = pings.tick() => socket.send(Message::Ping(Vec::new().into())).await,
            () = sleep_until(lasts) => {
                let _ = socket.send(Message::Close(None)).await;
                return;
            }
            () = shared.until_stopped() => return,
        };
        if done.is_err() {
            return;
        }
    }
}

impl Sockets {
    fn told(&mut self, number: u64, message: Message) {
        match message {
            Message::Text(text) => self.hear(number, &text),
            Message::Binary(_) => self.complaints.push("a binary message".to_owned()),
            // What comes after a goodbye is nobody's.
            Message::Close(_) => self.ended(number),
            Message::Ping(_) | Message::Pong(_) => {}
        }
    }
}

fn farewell(reason: &str) -> String {
    json!({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sandbox"}}).to_string()
}
