//! The state of Socket Mode (docs/contracts/slack.md §20): connections over which the app receives requests instead of
//! by HTTP. Anything it sends that Slack would not accept becomes a complaint, for tests to see.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use tokio::sync::{mpsc, oneshot};

use crate::blocks::max;
use crate::ids::APP;

/// The life of a ticket. Slack says only that it is temporary.
const TICKET: SignedDuration = SignedDuration::from_secs(30);

/// The life of a connection that Slack announces, in seconds.
pub(super) const LASTS: u64 = 18_060;

/// Socket Mode of the app.
#[derive(Debug, Default)]
pub struct Sockets {
    /// True if it is on: then nothing is posted to the app.
    pub on: bool,
    /// Frames of the app that Slack would not accept.
    pub complaints: Vec<String>,
    /// The events of connections, in order: `opened 1`, `warning 1`, `opened 2`, `closed 1`.
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

/// A frame to send over a connection.
#[derive(Debug)]
pub(super) enum Sent {
    Text(String),
    /// The last frame, except for envelopes still being delivered: the connection closes soon.
    Farewell(String),
    /// No frame: the connection breaks.
    Cut,
}

/// An envelope on its way.
pub(super) struct PendingEnvelope {
    pub(super) id: String,
    /// The number of its connection.
    pub(super) connection: u64,
    pub(super) frame: String,
    /// The payload of the acknowledgement; an error if the connection ends before.
    pub(super) acknowledged: oneshot::Receiver<Option<Value>>,
}

impl Sockets {
    /// Returns the open connections, by number.
    pub fn open(&self) -> Vec<u64> {
        self.open.iter().map(|connection| connection.number).collect()
    }

    /// Asks the app to leave the oldest connection: `warning`, `refresh_requested`, …
    pub fn disconnect(&mut self, reason: &str) {
        let Some(connection) = self.open.first() else { return };
        self.events.push(format!("{reason} {}", connection.number));
        let _ = connection.frames.send(Sent::Farewell(farewell(reason)));
    }

    /// Switches Socket Mode on or off, as an admin does in the app's settings.
    pub fn switch(&mut self, on: bool) {
        self.on = on;
        for connection in self.open.iter().filter(|_| !on) {
            let _ = connection.frames.send(Sent::Farewell(farewell("link_disabled")));
        }
    }

    /// Breaks all connections.
    pub fn cut(&self) {
        for connection in &self.open {
            let _ = connection.frames.send(Sent::Cut);
        }
    }

    /// Sends a frame that Slack would not send, over all connections.
    pub fn send(&self, frame: &str) {
        for connection in &self.open {
            let _ = connection.frames.send(Sent::Text(frame.to_owned()));
        }
    }

    /// Sends an envelope over one of the connections, in turn; `None` if none is open.
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

    /// Stops waiting for this acknowledgement.
    pub(super) fn give_up(&mut self, id: &str) {
        self.waiting.remove(id);
        self.given_up.insert(id.to_owned());
    }

    /// Makes a ticket good for one connection.
    pub(super) fn issue(&mut self, ticket: String, now: Timestamp) {
        self.tickets.insert(ticket, now);
    }

    /// Uses up a ticket. Answers whether it was valid.
    pub(super) fn redeem(&mut self, ticket: &str, now: Timestamp) -> bool {
        self.tickets.remove(ticket).is_some_and(|made| now.duration_since(made) <= TICKET)
    }

    /// Greets a new connection, or returns the reason to refuse it.
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

    /// Ends a connection and everything waiting for its acknowledgements.
    pub(super) fn ended(&mut self, number: u64) {
        let before = self.open.len();
        self.open.retain(|connection| connection.number != number);
        self.waiting.retain(|_, waiting| waiting.connection != number);
        if self.open.len() < before {
            self.events.push(format!("closed {number}"));
        }
    }

    /// Receives a frame from the app: only acknowledgements are valid.
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
        // Slack acts on the acknowledgement and ignores the rest.
        let _ = waiting.acknowledged.send(payload.filter(|_| refused.is_ok()));
        refused
    }
}

fn farewell(reason: &str) -> String {
    json!({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sandbox"}}).to_string()
}
