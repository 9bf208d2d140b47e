//! Socket Mode: the same deliveries without a public address. The app asks Slack with its app-level token for an
//! address to connect to. Slack then sends over a WebSocket, as envelopes, the requests that it would otherwise post
//! (docs/contracts/slack.md §20). The protocol is here; the edge decides how many connections are kept.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::{Upgraded, Url};
use secrecy::SecretString;
use serde::Serialize;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Message, Role, WebSocketConfig};

use crate::core::error::{Fault, Service};
use crate::core::json::Peek;
use crate::platform::slack::answer::{SlackError, unusable};
use crate::platform::slack::client::Slack;
use crate::platform::slack::inbound::Inbound;
use crate::platform::slack::reading;
use crate::platform::telemetry::metrics::Metrics;
use crate::platform::transport;

/// The size of the largest message that is read, in bytes, as for a request.
const MAX_SOCKET_MESSAGE: usize = 1024 * 1024;

/// The size of the read buffer, in bytes. Most envelopes fit.
const BUFFER: usize = 16 * 1024;

/// The time without any message, not even a ping, after which a connection counts as dead (§20.7).
const QUIET: Duration = Duration::from_secs(30);

/// The timeout for opening a connection, from the request for its address to the greeting; and for sending, or closing.
const SOCKET_TIMEOUT: Duration = Duration::from_secs(10);

/// The codes that say that the app-level token has become useless, in addition to the codes for every token (§20.7).
const HOPELESS: [&str; 2] = ["user_removed_from_team", "team_disabled"];

/// An opener of connections with the app-level token.
#[derive(Clone, Debug)]
pub struct Dialer {
    slack: Slack,
}

/// An open connection whose greeting has arrived.
#[derive(Debug)]
pub struct Socket<S = Upgraded> {
    stream: WebSocketStream<S>,
    heard: Instant,
}

/// The reason why a connection is lost.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Lost(String);

/// A message of Slack's (§20.2, §20.3, §20.5).
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// The greeting: from now on Slack delivers on this connection.
    Hello,
    /// A delivery, to be acknowledged.
    Envelope(Envelope),
    /// The announcement that the connection is about to be closed.
    Disconnect(Reason),
    /// An unknown message: its own name for its kind, for the log.
    Unknown(String),
}

/// The reason that Socket Mode was switched off in the app's settings.
const LINK_DISABLED: &str = "link_disabled";

/// The reason why Slack closes a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Slack wants the app to open another connection (`warning`, `refresh_requested`).
    Renewal,
    /// Any other reason: Socket Mode is off (`link_disabled`), or there are too many connections.
    Unwanted(String),
}

/// A delivery.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    /// The id for the acknowledgement.
    pub id: String,
    /// Set if the acknowledgement may have a payload.
    pub accepts_payload: bool,
    kind: String,
    content: Value,
}

/// The acknowledgement of an envelope (§20.4).
#[derive(Serialize)]
struct Ack<'a> {
    envelope_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a Value>,
}

impl Dialer {
    /// Creates a dialer that calls `{base}/apps.connections.open` with an app-level token.
    pub fn new(http: reqwest::Client, base: Url, token: SecretString, metrics: Arc<Metrics>) -> Self {
        Self { slack: Slack::new(http, base, token, metrics) }
    }

    /// Asks Slack for an address that opens one connection, once and now (§20.1).
    pub async fn address(&self) -> Result<Url, SlackError> {
        let answer = self.slack.call_form("apps.connections.open", &[]).await?;
        let url = answer.words("/url").and_then(|url| Url::parse(url).ok()).and_then(as_http);
        let url = url.filter(|url| self.slack.is_slacks(url));
        url.ok_or_else(|| unusable("apps.connections.open returned no Slack address").into())
    }

    /// Opens a connection, and waits for the greeting.
    pub async fn open(&self) -> Result<Socket, SlackError> {
        let opened = async {
            let mut socket = Socket::new(self.dial(self.address().await?).await?).await;
            match socket.next().await.map_err(|lost| unanswered(&lost.to_string()))? {
                Frame::Hello => Ok(socket),
                Frame::Disconnect(Reason::Unwanted(why)) => Err(SlackError::Refused(why)),
                // The error leaves out the content: people may have written it.
                _ => Err(unusable("the first frame was not a hello").into()),
            }
        };
        timeout(SOCKET_TIMEOUT, opened).await.unwrap_or_else(|_| Err(unanswered("no hello in time").into()))
    }

    /// Performs a WebSocket's handshake (RFC 6455 §4.1).
    async fn dial(&self, url: Url) -> Result<Upgraded, Fault> {
        let key = generate_key();
        let request = self.slack.http().get(url).header("Connection", "Upgrade").header("Upgrade", "websocket");
        let request = request.header("Sec-WebSocket-Version", "13").header("Sec-WebSocket-Key", &key);
        let (headers, stream) = transport::upgrade(Service::Slack, request).await?;
        let proof = headers.get("Sec-WebSocket-Accept").and_then(|value| value.to_str().ok());
        if proof != Some(derive_accept_key(key.as_bytes()).as_str()) {
            return Err(unusable("the answer is not a WebSocket server's"));
        }
        Ok(stream)
    }
}

/// Answers whether trying again is useless before an operator has acted.
pub(crate) fn is_hopeless(error: &SlackError) -> bool {
    match error {
        SlackError::Refused(code) => HOPELESS.contains(&code.as_str()),
        SlackError::Fault(fault) => matches!(fault, Fault::Unauthorized { .. }),
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    async fn new(stream: S) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER)
            .write_buffer_size(0)
            .max_message_size(Some(MAX_SOCKET_MESSAGE))
            .max_frame_size(Some(MAX_SOCKET_MESSAGE));
        let stream = WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await;
        Self { stream, heard: Instant::now() }
    }

    /// Waits for the next frame. The future may be dropped and called again at any time. Pings are answered on the way.
    pub async fn next(&mut self) -> Result<Frame, Lost> {
        loop {
            let message = timeout_at(self.heard + QUIET, self.stream.next()).await;
            let quiet = |_| Lost(format!("nothing arrived for {} s, not even a ping", QUIET.as_secs()));
            let message = message.map_err(quiet)?;
            self.heard = Instant::now();
            match message {
                Some(Ok(Message::Text(text))) => return Ok(Frame::read(text.as_bytes())),
                Some(Ok(Message::Binary(bytes))) => return Ok(Frame::read(&bytes)),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(_))) | None => return Err(Lost("Slack closed it".to_owned())),
                Some(Err(error)) => return Err(Lost(error.to_string())),
            }
        }
    }

    /// Returns a frame that has already arrived.
    pub(crate) async fn arrived(&mut self) -> Option<Frame> {
        tokio::select! {
            biased;
            frame = self.next() => frame.ok(),
            () = std::future::ready(()) => None,
        }
    }

    /// Acknowledges an envelope, with a payload if there is one and the envelope accepts it (§20.4).
    pub async fn acknowledge(&mut self, id: &str, payload: Option<&Value>) -> Result<(), Lost> {
        let ack = serde_json::to_string(&Ack { envelope_id: id, payload }).map_err(|error| Lost(error.to_string()))?;
        let sent = timeout(SOCKET_TIMEOUT, self.stream.send(Message::text(ack))).await;
        let sent = sent.map_err(|_| Lost("acknowledgements cannot be sent".to_owned()))?;
        sent.map_err(|error| Lost(error.to_string()))
    }

    /// Closes the connection, and waits until Slack does.
    pub async fn close(mut self) {
        let goodbye = async {
            let _ = self.stream.close(None).await;
            while let Some(Ok(_)) = self.stream.next().await {}
        };
        let _ = timeout(SOCKET_TIMEOUT, goodbye).await;
    }
}

impl Frame {
    /// Reads a message. An unreadable message becomes an unknown frame.
    pub fn read(bytes: &[u8]) -> Self {
        let Ok(frame) = serde_json::from_slice::<Value>(bytes) else { return Self::Unknown("not JSON".to_owned()) };
        let kind = frame.words("/type").unwrap_or("untyped");
        match (kind, frame.words("/envelope_id")) {
            ("hello", _) => Self::Hello,
            ("disconnect", _) => Self::Disconnect(match frame.words("/reason").unwrap_or("no reason") {
                LINK_DISABLED => Reason::Unwanted(LINK_DISABLED.to_owned()),
                // Slack uses more reasons than it documents; after all of them it accepts another connection.
                _ => Reason::Renewal,
            }),
            (kind, Some(id)) => Self::Envelope(Envelope {
                id: id.to_owned(),
                accepts_payload: frame.flag("/accepts_response_payload"),
                kind: kind.to_owned(),
                content: frame.at("/payload").cloned().unwrap_or_default(),
            }),
            (kind, None) => Self::Unknown(shortened(kind)),
        }
    }
}

impl Envelope {
    /// Reads the delivery: the same as in a request.
    pub fn inbound(&self) -> Inbound {
        reading::enveloped(&self.kind, &self.content)
    }
}

/// Returns the HTTP address of the request that becomes a WebSocket of this address.
fn as_http(mut url: Url) -> Option<Url> {
    let scheme = match url.scheme() {
        "wss" => "https",
        "ws" => "http",
        _ => return None,
    };
    url.set_scheme(scheme).ok().map(|()| url)
}

fn shortened(words: &str) -> String {
    words.chars().take(64).collect()
}

fn unanswered(cause: &str) -> Fault {
    Fault::Unanswered { service: Service::Slack, cause: cause.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::DuplexStream;

    fn recorded(name: &str) -> Frame {
        let file = format!("{}/tests/fixtures/slack/socket_mode/{name}.json", env!("CARGO_MANIFEST_DIR"));
        Frame::read(&std::fs::read(file).unwrap_or_default())
    }

    fn envelope(name: &str) -> Envelope {
        let Frame::Envelope(envelope) = recorded(name) else { unreachable!("{name} is an envelope") };
        envelope
    }

    async fn ends() -> (Socket<DuplexStream>, WebSocketStream<DuplexStream>) {
        let (ours, theirs) = tokio::io::duplex(4 * MAX_SOCKET_MESSAGE);
        (Socket::new(ours).await, WebSocketStream::from_raw_socket(theirs, Role::Server, None).await)
    }

    #[test]
    fn recorded_frames_are_read() {
        assert_eq!(recorded("hello"), Frame::Hello);
        assert_eq!(recorded("disconnect_warning"), Frame::Disconnect(Reason::Renewal));
        assert_eq!(recorded("disconnect_refresh_requested"), Frame::Disconnect(Reason::Renewal));
        let off = Reason::Unwanted("link_disabled".to_owned());
        assert_eq!(recorded("disconnect_link_disabled"), Frame::Disconnect(off));
        for other in [r#"{"type":"disconnect","reason":"brand_new"}"#, r#"{"type":"disconnect"}"#] {
            assert_eq!(Frame::read(other.as_bytes()), Frame::Disconnect(Reason::Renewal), "{other}");
        }
    }

    #[test]
    fn recorded_envelopes_hold_what_requests_do() {
        let slash = envelope("slash_commands");
        assert!(slash.accepts_payload && slash.id == "xxx-11-222-yyy-zzz");
        let Inbound::Slash { from, command, text } = slash.inbound() else { unreachable!("a command") };
        assert_eq!(
            (from.trigger_id.as_deref(), command.as_str(), text.as_str()),
            (Some("111.222.xxx"), "/hi-socket-mode", "")
        );
        assert!(!envelope("interactive_block_actions").accepts_payload);
        assert!(matches!(envelope("interactive_block_actions").inbound(), Inbound::Click { .. }));
        assert!(matches!(envelope("interactive_global_shortcut").inbound(), Inbound::Shortcut { .. }));
        let Inbound::Ignored { kind } = envelope("events_api_message").inbound() else {
            unreachable!("nothing for us")
        };
        assert_eq!(kind, "message");
    }

    #[tokio::test]
    async fn acknowledgements_are_slacks() {
        let (mut ours, mut theirs) = ends().await;
        let id = "dbdd0ef3-1543-4f94-bfb4-133d0e6c1545";
        assert_eq!(ours.acknowledge(id, None).await, Ok(()));
        let Some(Ok(Message::Text(said))) = theirs.next().await else { unreachable!("a text") };
        assert_eq!(said.as_str(), format!(r#"{{"envelope_id":"{id}"}}"#));
        assert_eq!(ours.acknowledge(id, Some(&serde_json::json!({ "text": "Hi" }))).await, Ok(()));
        let Some(Ok(Message::Text(said))) = theirs.next().await else { unreachable!("a text") };
        assert_eq!(said.as_str(), format!(r#"{{"envelope_id":"{id}","payload":{{"text":"Hi"}}}}"#));
    }

    #[tokio::test(start_paused = true)]
    async fn a_ping_is_a_sign_of_life_and_silence_is_none() {
        let (mut ours, mut theirs) = ends().await;
        let begun = Instant::now();
        let lives = async {
            tokio::time::sleep(QUIET / 2).await;
            let _ = theirs.send(Message::Ping("1".into())).await;
            let answered = theirs.next().await;
            assert!(matches!(answered, Some(Ok(Message::Pong(_)))), "{answered:?}");
            std::future::pending::<()>().await;
        };
        let lost = tokio::select! {
            lost = ours.next() => lost,
            () = lives => unreachable!("it goes on"),
        };
        assert!(lost.is_err_and(|lost| lost.to_string().contains("not even a ping")));
        assert_eq!(begun.elapsed(), QUIET + QUIET / 2);
    }

    #[tokio::test]
    async fn what_is_too_large_is_not_read() {
        let (mut ours, mut theirs) = ends().await;
        let _ = theirs.send(Message::text("x".repeat(MAX_SOCKET_MESSAGE + 1))).await;
        assert!(ours.next().await.is_err_and(|lost| lost.to_string().contains("too long")));
    }

    #[test]
    fn addresses_are_those_of_web_sockets() {
        let read = |url| Url::parse(url).ok().and_then(as_http).map(String::from);
        assert_eq!(
            read("wss://wss-primary.slack.com/link/?ticket=1").as_deref(),
            Some("https://wss-primary.slack.com/link/?ticket=1")
        );
        assert_eq!(read("https://wss-primary.slack.com/link/"), None);
    }

    #[test]
    fn some_errors_are_not_worth_another_try() {
        let refused = |code: &str| is_hopeless(&SlackError::Refused(code.to_owned()));
        assert!(refused("team_disabled") && !refused("link_disabled"));
        let fault = |cause: &str| Fault::Unauthorized { service: Service::Slack, cause: cause.to_owned() };
        assert!(is_hopeless(&fault("invalid_auth").into()) && !is_hopeless(&unanswered("nothing").into()));
    }
}
