//! The state of Socket Mode (docs/contracts/slack.md §20): connections over which the app fetches what would
//! otherwise be posted to it. Whatever comes back that Slack would not take is a complaint, for tests to see.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use tokio::sync::{mpsc, oneshot};

use crate::blocks::max;
use crate::ids::APP;

/// How long a ticket is good for. Slack says only that it is for now.
const TICKET: SignedDuration = SignedDuration::from_secs(30);

/// How long Slack says that a connection lasts.
pub(super) const LASTS: u64 = 18_060;

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
    open: Vec<Connection>,
    last: u64,
    turn: usize,
    waiting: BTreeMap<String, Waiting>,
    given_up: BTreeSet<String>,
}

/// An open connection.
#[derive(Debug)]
struct Connection {
    number: u64,
    frames: mpsc::UnboundedSender<Sent>,
}

/// An envelope that was not acknowledged yet.
#[derive(Debug)]
struct Waiting {
    connection: u64,
    accepts_payload: bool,
    acknowledged: oneshot::Sender<Option<Value>>,
}

/// What is sent over a connection.
#[derive(Debug)]
pub(super) enum Sent {
    Text(String),
    /// The last but what is still delivered: it closes soon.
    Farewell(String),
    /// Nothing any more: it breaks.
    Cut,
}

/// An envelope on its way.
pub(super) struct PendingEnvelope {
    pub(super) id: String,
    /// Over which connection.
    pub(super) connection: u64,
    pub(super) frame: String,
    /// What comes with the acknowledgement; an error if the connection ends before.
    pub(super) acknowledged: oneshot::Receiver<Option<Value>>,
}

impl Sockets {
    /// The connections that are open, by number.
    pub fn open(&self) -> Vec<u64> {
        self.open.iter().map(|connection| connection.number).collect()
    }

    /// Slack asks to be rid of the oldest connection: `warning`, `refresh_requested`, …
    pub fn disconnect(&mut self, reason: &str) {
        let Some(connection) = self.open.first() else { return };
        self.events.push(format!("{reason} {}", connection.number));
        let _ = connection.frames.send(Sent::Farewell(farewell(reason)));
    }

    /// An admin switches Socket Mode on or off in the app's settings.
    pub fn switch(&mut self, on: bool) {
        self.on = on;
        for connection in self.open.iter().filter(|_| !on) {
            let _ = connection.frames.send(Sent::Farewell(farewell("link_disabled")));
        }
    }

    /// All connections break.
    pub fn cut(&self) {
        for connection in &self.open {
            let _ = connection.frames.send(Sent::Cut);
        }
    }

    /// Sends what Slack would not, over all connections.
    pub fn send(&self, frame: &str) {
        for connection in &self.open {
            let _ = connection.frames.send(Sent::Text(frame.to_owned()));
        }
    }

    /// Sends an envelope over one of the connections, in turn; none if there is none.
    pub(super) fn deliver(
        &mut self,
        id: String,
        kind: &str,
        payload: &Value,
        accepts_payload: bool,
        retry: Option<&str>,
    ) -> Option<PendingEnvelope> {
        let mut frame = json!({
            "envelope_id": id, "payload": payload, "type": kind, "accepts_response_payload": accepts_payload,
        });
        if kind == "events_api" {
            frame["retry_attempt"] = json!(u8::from(retry.is_some()));
            frame["retry_reason"] = json!(retry.unwrap_or_default());
        }
        let frame = frame.to_string();
        self.turn += 1;
        let connection = self.open.get(self.turn % self.open.len().max(1))?;
        connection.frames.send(Sent::Text(frame.clone())).ok()?;
        let (acknowledges, acknowledged) = oneshot::channel();
        let connection = connection.number;
        self.waiting.insert(id.clone(), Waiting { connection, accepts_payload, acknowledged: acknowledges });
        Some(PendingEnvelope { id, connection, frame, acknowledged })
    }

    /// Nobody waits for this acknowledgement any more.
    pub(super) fn give_up(&mut self, id: &str) {
        self.waiting.remove(id);
        self.given_up.insert(id.to_owned());
    }

    /// Makes a ticket good for one connection.
    pub(super) fn issue(&mut self, ticket: String, now: Timestamp) {
        self.tickets.insert(ticket, now);
    }

    /// A ticket is good once.
    pub(super) fn redeem(&mut self, ticket: &str, now: Timestamp) -> bool {
        self.tickets.remove(ticket).is_some_and(|made| now.duration_since(made) <= TICKET)
    }

    /// Greets a new connection, or says why it is not wanted.
    pub(super) fn admit(&mut self) -> Result<(u64, mpsc::UnboundedReceiver<Sent>), String> {
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
        self.open.push(Connection { number: self.last, frames });
        self.events.push(format!("opened {}", self.last));
        Ok((self.last, sent))
    }

    /// A connection ended, and with it all hope of acknowledgements.
    pub(super) fn ended(&mut self, number: u64) {
        let before = self.open.len();
        self.open.retain(|connection| connection.number != number);
        self.waiting.retain(|_, waiting| waiting.connection != number);
        if self.open.len() < before {
            self.events.push(format!("closed {number}"));
        }
    }

    /// What the app says over a connection: acknowledgements, and nothing else.
    pub(super) fn hear(&mut self, number: u64, text: &str) {
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
        let refused = if waiting.connection != number {
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

fn farewell(reason: &str) -> String {
    json!({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sandbox"}}).to_string()
}
