//! TODO.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::future::Either;
use hyper::body::Incoming;
use jiff::{SignedDuration, Timestamp};
use opentelemetry::context::FutureExt;
use serde_json::json;
use tokio::time::timeout;
use tracing::{debug, error, info, warn};

use crate::http::front::Front;
use crate::work::ctx::TenantCtx;

pub(crate) struct InboundRequest<'a> {
    pub(crate) front: &'a Front,
    /// The work of the installation from which it comes.
    pub(crate) work: Arc<TenantCtx>,
    pub(crate) name: String,
    pub(crate) now: Timestamp,
}
