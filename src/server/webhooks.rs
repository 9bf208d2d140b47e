//! dialnote's webhooks: hints, which are stored like everything else before they are acknowledged.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use tracing::{debug, error, info};

use crate::core::error::Fault;
use crate::jobs::ctx::TenantCtx;
use crate::platform::dialnote::webhooks::{DELIVERY_HEADER, addressed, name};
use crate::server::body;
use crate::server::front::Front;
use crate::sync::webhooks;

/// The size of the largest body that is read, in bytes.
const MAX_WEBHOOK_BODY: usize = 256 * 1024;

/// The length of the longest name of an event or delivery.
const MAX_DELIVERY_NAME: usize = 200;

/// Receives a webhook. A sender who does not know the address gets a 404.
pub(crate) async fn receive(
    State(front): State<Front>,
    Path(named): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> StatusCode {
    let work = match whose(&front, &named).await {
        Ok(Some(work)) => work,
        Ok(None) => return StatusCode::NOT_FOUND,
        Err(cause) => {
            error!(%cause, "installation of a webhook could not be read");
            return StatusCode::SERVICE_UNAVAILABLE;
        }
    };
    let Some(webhooks) = &work.webhooks else { return StatusCode::NOT_FOUND };
    let body = match body::read(body, MAX_WEBHOOK_BODY).await {
        Ok(body) => body.bytes,
        Err(why) => {
            info!(?why, "webhook body not read");
            return why.status();
        }
    };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if !webhooks.is_signed(header, &body) {
        info!("webhook refused: signature does not match");
        return StatusCode::UNAUTHORIZED;
    }
    let said = serde_json::from_slice(&body).unwrap_or_default();
    let name = name(header(DELIVERY_HEADER), &said).filter(|name| name.len() <= MAX_DELIVERY_NAME);
    match webhooks::hinted(&work, name).await {
        Ok(accepted) => {
            debug!(?accepted, "webhook stored");
            StatusCode::OK
        }
        Err(cause) => {
            error!(%cause, "webhook not stored");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

/// Returns the context of the installation whose webhook it is, if the address is right.
async fn whose(front: &Front, named: &str) -> Result<Option<Arc<TenantCtx>>, Fault> {
    let (installation, token) = addressed(named);
    let work = match (installation, front.tenants.own()) {
        (Some(installation), None) => front.tenants.of(&installation).await?,
        (None, Some(own)) => Some(own.at_home().await?),
        _ => None,
    };
    Ok(work.filter(|work| work.webhooks.as_ref().is_some_and(|webhooks| webhooks.is_ours(token))))
}
