//! What an operator's tools ask: is it alive, can it take requests, what did it count.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tracing::warn;

use crate::http::Front;
use crate::http::sockets::Lines;
use crate::metrics::Waiting;
use crate::work::office::{self, Common};

/// Whether the process answers at all. If it does not, restart it.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// Whether a request could be received and stored right now. If not, send requests elsewhere, or wait.
pub(super) async fn ready(State(front): State<Front>) -> Response {
    if let Some(why) = front.lines.as_ref().and_then(Lines::trouble) {
        return (StatusCode::SERVICE_UNAVAILABLE, format!("Slack reaches us by no connection: {why}\n"))
            .into_response();
    }
    let common = &front.office.common;
    match office::try_store(common.store.as_ref(), &common.clock, &common.instance).await {
        Ok(()) => "ok\n".into_response(),
        Err(cause) => {
            warn!(%cause, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not take anything in\n").into_response()
        }
    }
}

/// What was counted, in the format that Prometheus reads.
pub(super) async fn metrics(State(front): State<Front>) -> String {
    let Common { metrics, store, clock, .. } = &front.office.common;
    let waiting = store.overview().await.inspect_err(|cause| warn!(%cause, "cannot say what waits")).ok();
    metrics.encode(waiting.map(|overview| Waiting {
        inbox: overview.inbox,
        outbox: overview.outbox,
        dead: overview.dead,
        oldest: overview.oldest.map_or(Duration::ZERO, |oldest| clock.now().duration_since(oldest).unsigned_abs()),
    }))
}
