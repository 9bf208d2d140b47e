//! The endpoint of Socket Mode's connections: sending and receiving over each for as long as it lasts.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::sync::mpsc;
use tokio::time::{Instant, interval, sleep_until};

use crate::shared::Shared;
use crate::sockets::{LASTS, Sent, Sockets};

/// The interval between pings of a connection, in real time.
const PINGS: Duration = Duration::from_secs(10);

/// The life of a connection after Slack has asked to close it, in real time.
const FAREWELL: Duration = Duration::from_secs(10);

/// Accepts a connection at the address of a ticket.
pub(super) async fn connect(
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

/// Sends and receives over a connection for as long as it lasts.
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
                    shared.world(|world| receive(&mut world.sockets, number, message));
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

/// Receives a frame of the app over a connection.
fn receive(sockets: &mut Sockets, number: u64, message: Message) {
    match message {
        Message::Text(text) => sockets.hear(number, &text),
        Message::Binary(_) => sockets.complaints.push("a binary message".to_owned()),
        // Frames after a close frame are ignored.
        Message::Close(_) => sockets.ended(number),
        Message::Ping(_) | Message::Pong(_) => {}
    }
}
