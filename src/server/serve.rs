//! The listener. axum's own server does not limit headers or slow senders, so this one does.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use axum::http::header::{CONNECTION, X_CONTENT_TYPE_OPTIONS};
use axum::response::Response;
use futures_util::TryFutureExt;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing::{debug, warn};

use crate::server::connection_slots::ConnectionSlots;
use crate::server::router;
use crate::server::router::Server;

/// The largest number of headers of one request; Slack sends about a dozen.
const MOST_HEADERS: usize = 64;

/// The size in bytes of the buffer for a request's head.
const LARGEST_HEAD: usize = 64 * 1024;

/// The time that a stop waits for requests that were begun.
const REQUEST_GRACE: Duration = Duration::from_secs(5);

/// Serves `site` until `stop` completes, then finishes the requests that were begun. Then it closes all connections: an
/// idle one would keep alive everything behind `site`, too.
pub async fn serve(listener: TcpListener, site: Server, stop: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    // Answers are short: one write of one piece.
    http.max_headers(MOST_HEADERS).max_buf_size(LARGEST_HEAD).writev(false);
    let connections = GracefulShutdown::new();
    let places = Arc::new(ConnectionSlots::new());
    let (serving, _) = watch::channel(());
    tokio::pin!(stop);
    loop {
        let (stream, address) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // The process is most likely out of file descriptors: other connections get time to close theirs.
                    warn!(cause = %error, "connection not accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let place = tokio::select! {
            place = places.take(address.ip()) => place,
            () = &mut stop => break,
        };
        let _ = stream.set_nodelay(true);
        let (site, places, counted) = (site.clone(), places.clone(), place.connection.clone());
        let service = service_fn(move |request| {
            let places = places.clone();
            router::answer(&site, request, counted.begin()).map_ok(move |answer| finished(answer, places.has_room()))
        });
        let connection = connections.watch(http.serve_connection(TokioIo::new(stream), service));
        let mut serving = serving.subscribe();
        tokio::spawn(async move {
            tokio::select! {
                biased;
                ended = connection => if let Err(error) = ended {
                    debug!(cause = %error, "connection ended early");
                },
                why = place.connection.must_end() => debug!(why, "connection closed"),
                _ = serving.changed() => debug!("connection ended with its server"),
            }
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(REQUEST_GRACE, connections.shutdown()).await;
}

/// Adds the headers of every answer. If there is no room for other connections, this one is closed after its answer.
fn finished(mut answer: Response, has_room: bool) -> Response {
    answer.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !has_room {
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_kept_while_there_is_room_for_others() {
        for (has_room, connection) in [(true, None), (false, Some("close"))] {
            let answer = finished(Response::default(), has_room);
            let header = |name| answer.headers().get(name).and_then(|header| header.to_str().ok());
            assert_eq!(header(CONNECTION), connection, "{has_room}");
            assert_eq!(header(X_CONTENT_TYPE_OPTIONS), Some("nosniff"));
        }
    }
}
