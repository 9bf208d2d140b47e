//! What dialnote tells: only a hint, which is stored like everything else before it is acknowledged.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use tokio::time::timeout;
use tracing::{debug, error, info};

use crate::dialnote::hooks::{DELIVERY_HEADER, name};
use crate::http::Front;
use crate::work::Work;

/// The largest body that is read.
const LARGEST: usize = 256 * 1024;

/// How long a body may take to arrive in full.
const DEADLINE: Duration = Duration::from_secs(10);

/// The longest name of an event or delivery.
const LONGEST_NAME: usize = 200;

/// A webhook. To whoever does not know the address, there is nothing here.
pub(super) async fn receive(
    State(front): State<Front>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> StatusCode {
    let theirs = |work: Arc<Work>| {
        let hooks = work.hooks.clone().filter(|hooks| hooks.is_ours(&token))?;
        Some((work, hooks))
    };
    let Some((work, hooks)) = front.office.all().into_iter().find_map(theirs) else {
        return StatusCode::NOT_FOUND;
    };
    let Ok(Ok(body)) = timeout(DEADLINE, axum::body::to_bytes(body, LARGEST)).await else {
        return StatusCode::BAD_REQUEST;
    };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if !hooks.is_signed(header, &body) {
        info!("refused a webhook: its signature does not match");
        return StatusCode::UNAUTHORIZED;
    }
    let said = serde_json::from_slice(&body).unwrap_or_default();
    let name = name(header(DELIVERY_HEADER), &said).filter(|name| name.len() <= LONGEST_NAME);
    match work.hinted(name).await {
        Ok(accepted) => {
            debug!(?accepted, "dialnote told us something");
            StatusCode::OK
        }
        Err(cause) => {
            error!(%cause, "a webhook could not be stored");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}
