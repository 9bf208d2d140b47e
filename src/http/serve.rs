//! The listener. axum's own server sets no bounds on headers or on slow senders, so this one does.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use axum::response::Response;
use futures_util::TryFutureExt;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tracing::{debug, warn};

use crate::http::Site;

/// How long a connection may bring nothing: it is closed if between two looks no whole head of a request
/// has arrived and none is being answered. A look now and then, because a timer for each request costs
/// as much as verifying a part of it.
const LOOK: Duration = Duration::from_secs(5);

/// The most headers of one request; Slack sends about a dozen.
const MOST_HEADERS: usize = 64;

/// The most bytes buffered of a request's head.
const LARGEST_HEAD: usize = 64 * 1024;

/// The most connections at once; further ones wait to be accepted, and those there are end with their next
/// answer. Together with the largest body this bounds what strangers can make us keep in memory.
const MOST_CONNECTIONS: usize = 512;

/// How long a stop waits for requests that were begun.
const GRACE: Duration = Duration::from_secs(5);

/// What a connection brings.
#[derive(Default)]
struct Traffic {
    begun: AtomicU64,
    answered: AtomicU64,
}

/// A request that is being answered, until this is dropped.
pub(super) struct Begun(Arc<Traffic>);

impl Drop for Begun {
    fn drop(&mut self) {
        self.0.answered.fetch_add(1, Ordering::Relaxed);
    }
}

impl Traffic {
    fn begin(self: &Arc<Self>) -> Begun {
        self.begun.fetch_add(1, Ordering::Relaxed);
        Begun(self.clone())
    }

    /// Ends when nothing was brought between two looks.
    async fn ceases(&self) {
        let mut looks = tokio::time::interval(LOOK);
        let mut before = u64::MAX;
        loop {
            looks.tick().await;
            let (begun, answered) = (self.begun.load(Ordering::Relaxed), self.answered.load(Ordering::Relaxed));
            if begun == answered && begun == before {
                return;
            }
            before = begun;
        }
    }
}

/// Serves `site` until `stop` completes, then finishes what was begun. Connections end with it: one that is kept
/// for what may come would keep everything behind `site`, too.
pub async fn serve(listener: TcpListener, site: Site, stop: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    // Answers are short: one write of one piece.
    http.max_headers(MOST_HEADERS).max_buf_size(LARGEST_HEAD).writev(false);
    let connections = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let (serving, _) = watch::channel(());
    tokio::pin!(stop);
    loop {
        let place = tokio::select! {
            place = places.clone().acquire_owned() => place,
            () = &mut stop => break,
        };
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of file descriptors, most likely: give others time to close theirs.
                    warn!(cause = %error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let _ = stream.set_nodelay(true);
        let (site, traffic) = (site.clone(), Arc::new(Traffic::default()));
        let (counted, places) = (traffic.clone(), places.clone());
        let service = service_fn(move |request| {
            let places = places.clone();
            super::answer(&site, request, counted.begin()).map_ok(move |answer| give_way(answer, &places))
        });
        let connection = connections.watch(http.serve_connection(TokioIo::new(stream), service));
        let mut serving = serving.subscribe();
        tokio::spawn(async move {
            tokio::select! {
                biased;
                ended = connection => if let Err(error) = ended {
                    debug!(cause = %error, "a connection ended early");
                },
                () = traffic.ceases() => debug!("a connection that brings nothing is closed"),
                _ = serving.changed() => debug!("a connection ends with its server"),
            }
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(GRACE, connections.shutdown()).await;
}

/// Where others wait for a place, nobody keeps one for what may come later.
fn give_way(mut answer: Response, places: &Semaphore) -> Response {
    if places.available_permits() == 0 {
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_kept_while_there_is_room_for_others() {
        for (free, connection) in [(1, None), (0, Some("close"))] {
            let answer = give_way(Response::default(), &Semaphore::new(free));
            assert_eq!(answer.headers().get(CONNECTION).and_then(|header| header.to_str().ok()), connection, "{free}");
        }
    }
}
