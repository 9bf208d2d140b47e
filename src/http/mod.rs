//! The edge: what arrives is bounded, verified, read, stored and acknowledged, in this order.

mod ops;
pub mod serve;
mod signed;
mod slack;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use secrecy::SecretString;

use crate::work::Work;

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
        .with_state(front)
}
