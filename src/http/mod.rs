//! The edge: what arrives is bounded, verified, read, stored and acknowledged, in this order.

mod forms;
mod ops;
pub mod serve;
mod signed;
mod slack;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use secrecy::SecretString;
use tokio::time::Instant;
use tracing::{Instrument, info, info_span};

use crate::work::Work;

/// How long a request may take to arrive in full and be answered. Slack gives up after 3 s.
const DEADLINE: Duration = Duration::from_secs(10);

/// What a request is served with.
#[derive(Clone)]
pub struct Front {
    work: Arc<Work>,
    secrets: Arc<[SecretString]>,
}

/// Every address we answer. `secrets` are the signing secrets of which one must have signed a
/// request of Slack's. The four Slack addresses understand every kind of request, so a wrong
/// address in the app's settings does no harm (contracts/slack.md §1.1).
pub fn router(work: Arc<Work>, secrets: Vec<SecretString>) -> Router {
    let front = Front { work, secrets: secrets.into() };
    Router::new()
        .route("/slack/commands", post(slack::receive))
        .route("/slack/interactions", post(slack::receive))
        .route("/slack/options", post(slack::receive))
        .route("/slack/events", post(slack::receive))
        .route("/healthz", get(ops::alive))
        .route("/readyz", get(ops::ready))
        .route("/metrics", get(ops::metrics))
        .layer(middleware::from_fn(observed))
        .with_state(front)
}

/// Gives every request a deadline, an id for the log, and a line that says how long its answer took.
async fn observed(request: Request, next: Next) -> Response {
    let id = format!("{:08x}", rand::random::<u32>());
    let path = request.uri().path().to_owned();
    let span = info_span!("request", id, path);
    let answered = async {
        let begun = Instant::now();
        let response = tokio::time::timeout(DEADLINE, next.run(request)).await;
        let response = response.unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response());
        let ack_ms = begun.elapsed().as_secs_f64() * 1000.0;
        info!(status = response.status().as_u16(), ack_ms = format!("{ack_ms:.1}"), "answered");
        response
    };
    answered.instrument(span).await
}
