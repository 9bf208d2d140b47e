//! The operator's probes: liveness, readiness and metrics. They have a listener of their own, which strangers cannot
//! reach. Frequent probes cost little: a result is reused for a second, and the check of the store writes at most once
//! a minute.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;
use tracing::warn;

use crate::core::error::Fault;
use crate::jobs::ctx::AppState;
use crate::ops::readiness;
use crate::platform::db::Overview;
use crate::platform::telemetry::metrics::QueueDepth;
use crate::server::front::Front;
use crate::server::socket_health::SocketHealth;

/// The time for which an answer is reused.
const ANSWER_LIFETIME: SignedDuration = SignedDuration::from_secs(1);

/// The time for which the disk counts as having room, unless a request could not be stored.
const WRITE_CHECK_INTERVAL: SignedDuration = SignedDuration::from_secs(60);

/// The time in which a healthy store answers.
const STORE_TIMEOUT: Duration = Duration::from_secs(2);

/// The service that answers the operator's probes.
#[derive(Clone)]
pub struct Ops(Arc<Desk>);

struct Desk {
    front: Front,
    stopping: AtomicBool,
    looked: Mutex<Option<StoreCheck>>,
    overview: Mutex<Option<(Timestamp, Overview)>>,
}

/// The result of the last check of the store.
#[derive(Clone, Copy)]
struct StoreCheck {
    is_well: bool,
    at: Timestamp,
    ended: Instant,
    /// The time of the last write that checked for room.
    wrote: Option<Timestamp>,
}

impl Ops {
    pub(crate) fn new(front: Front) -> Self {
        let (looked, overview) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Desk { front, stopping: AtomicBool::new(false), looked, overview }))
    }

    /// Makes the app not ready although it still takes requests: a load balancer should send them elsewhere before it
    /// stops.
    pub fn drain(&self) {
        self.0.stopping.store(true, Ordering::Relaxed);
    }

    /// Returns the router of the probes' addresses.
    pub fn router(&self) -> Router {
        let router = Router::new().route("/healthz", get(alive)).route("/readyz", get(ready));
        router.route("/metrics", get(metrics)).with_state(self.clone())
    }

    pub(crate) fn front(&self) -> &Front {
        &self.0.front
    }
}

impl Desk {
    /// Returns the reason why a request could not be received and stored at the moment, if there is one.
    async fn trouble(&self) -> Option<String> {
        if self.stopping.load(Ordering::Relaxed) {
            return Some("the app is stopping".to_owned());
        }
        if let Some(why) = self.front.lines.as_ref().and_then(SocketHealth::trouble) {
            return Some(format!("no Socket Mode connection: {why}"));
        }
        (!self.takes_in().await).then(|| "the database does not accept writes".to_owned())
    }

    /// Answers whether the store can be written to. At most one request checks at a time; those that wait for it share
    /// the result. A good result holds for a second; a bad one is checked again, so that its end shows at once.
    async fn takes_in(&self) -> bool {
        let asked = Instant::now();
        let mut looked = self.looked.lock().await;
        let now = self.front.tenants.common.clock.now();
        if let Some(look) = *looked
            && (look.ended >= asked || look.is_well && is_within(look.at, now, ANSWER_LIFETIME))
        {
            return look.is_well;
        }
        let wrote = looked.filter(|look| look.is_well).and_then(|look| look.wrote);
        let has_room =
            wrote.is_some_and(|wrote| is_within(wrote, now, WRITE_CHECK_INTERVAL)) && !self.front.doubt.take();
        let outcome = self.try_store(!has_room).await;
        if let Err(cause) = &outcome {
            warn!(%cause, "readiness check failed");
        }
        let wrote = if has_room { wrote } else { Some(now) };
        *looked = Some(StoreCheck { is_well: outcome.is_ok(), at: now, ended: Instant::now(), wrote });
        outcome.is_ok()
    }

    async fn try_store(&self, write: bool) -> Result<(), Fault> {
        let AppState { store, clock, instance, .. } = &self.front.tenants.common;
        let late = |_| Fault::Store("no answer in time".into());
        tokio::time::timeout(STORE_TIMEOUT, store.rehearse()).await.map_err(late)??;
        if write { readiness::try_store(store.as_ref(), clock, instance).await } else { Ok(()) }
    }

    /// Returns the size of the queue, at most a second old.
    async fn overview(&self) -> Option<Overview> {
        let AppState { store, clock, .. } = &self.front.tenants.common;
        let mut kept = self.overview.lock().await;
        let now = clock.now();
        if let Some((at, overview)) = &*kept
            && is_within(*at, now, ANSWER_LIFETIME)
        {
            return Some(overview.clone());
        }
        let counted =
            store.overview().await.inspect_err(|cause| warn!(%cause, "pending jobs could not be counted")).ok()?;
        *kept = Some((now, counted.clone()));
        Some(counted)
    }
}

/// Answers whether two instants are closer than that; clocks may be set back.
fn is_within(one: Timestamp, other: Timestamp, span: SignedDuration) -> bool {
    one.duration_since(other).abs() < span
}

/// Answers whether the process answers at all. If it does not, restart it.
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// Answers whether a request could be received and stored right now. If not, send requests elsewhere, or wait.
async fn ready(State(Ops(desk)): State<Ops>) -> Response {
    match desk.trouble().await {
        None => "ok\n".into_response(),
        Some(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response(),
    }
}

/// Returns the metrics in the format that Prometheus reads.
async fn metrics(State(Ops(desk)): State<Ops>) -> String {
    let AppState { metrics, clock, .. } = &desk.front.tenants.common;
    metrics.encode(desk.overview().await.map(|overview| QueueDepth {
        inbox: overview.inbox,
        outbox: overview.outbox,
        dead: overview.dead,
        oldest: overview.oldest.map_or(Duration::ZERO, |oldest| clock.now().duration_since(oldest).unsigned_abs()),
    }))
}
