//! What an operator's tools ask: is it alive, can it take requests, what did it count. They ask on a listener of their
//! own, which strangers do not reach, and asking often costs little: what was found holds for a second, and finding
//! out writes nothing but once a minute.

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

use crate::error::Fault;
use crate::http::front::Front;
use crate::http::socket_health::SocketHealth;
use crate::metrics::QueueDepth;
use crate::store::Overview;
use crate::work::ctx::AppState;
use crate::work::readiness;

/// How long an answer may be given again.
const ANSWER_LIFETIME: SignedDuration = SignedDuration::from_secs(1);

/// How long it is believed that there is room on the disk, unless a request could not be stored.
const WRITE_CHECK_INTERVAL: SignedDuration = SignedDuration::from_secs(60);

/// How long a store that is well may take to say so.
const STORE_TIMEOUT: Duration = Duration::from_secs(2);

/// What answers operators' tools.
#[derive(Clone)]
pub struct Ops(Arc<Desk>);

struct Desk {
    front: Front,
    stopping: AtomicBool,
    looked: Mutex<Option<StoreCheck>>,
    overview: Mutex<Option<(Timestamp, Overview)>>,
}

/// What was found when the store was tried last.
#[derive(Clone, Copy)]
struct StoreCheck {
    is_well: bool,
    at: Timestamp,
    ended: Instant,
    /// When something was last written to see whether there is room.
    wrote: Option<Timestamp>,
}

impl Ops {
    pub(crate) fn new(front: Front) -> Self {
        let (looked, overview) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Desk { front, stopping: AtomicBool::new(false), looked, overview }))
    }

    /// From now on it is not ready, although it still takes requests: they are to be sent elsewhere before it stops.
    pub fn drain(&self) {
        self.0.stopping.store(true, Ordering::Relaxed);
    }

    /// The addresses that operators' tools ask.
    pub(crate) fn router(&self) -> Router {
        let router = Router::new().route("/healthz", get(alive)).route("/readyz", get(ready));
        router.route("/metrics", get(metrics)).with_state(self.clone())
    }

    pub(crate) fn front(&self) -> &Front {
        &self.0.front
    }
}

impl Desk {
    /// Why a request could not be received and stored just now, if so.
    async fn trouble(&self) -> Option<String> {
        if self.stopping.load(Ordering::Relaxed) {
            return Some("the app is being stopped".to_owned());
        }
        if let Some(why) = self.front.lines.as_ref().and_then(SocketHealth::trouble) {
            return Some(format!("Slack reaches us by no connection: {why}"));
        }
        (!self.takes_in().await).then(|| "the store does not take anything in".to_owned())
    }

    /// Whether the store takes something in. At most one request finds out at a time: those that wait for it share
    /// what it found. That all is well holds for a second; trouble is looked at again, so that its end shows at once.
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
            warn!(%cause, "not ready");
        }
        let wrote = if has_room { wrote } else { Some(now) };
        *looked = Some(StoreCheck { is_well: outcome.is_ok(), at: now, ended: Instant::now(), wrote });
        outcome.is_ok()
    }

    async fn try_store(&self, write: bool) -> Result<(), Fault> {
        let AppState { store, clock, instance, .. } = &self.front.tenants.common;
        let late = |_| Fault::Store("it was not to be had in time".into());
        tokio::time::timeout(STORE_TIMEOUT, store.rehearse()).await.map_err(late)??;
        if write { readiness::try_store(store.as_ref(), clock, instance).await } else { Ok(()) }
    }

    /// How much waits, as it was at most a second ago.
    async fn overview(&self) -> Option<Overview> {
        let AppState { store, clock, .. } = &self.front.tenants.common;
        let mut kept = self.overview.lock().await;
        let now = clock.now();
        if let Some((at, overview)) = &*kept
            && is_within(*at, now, ANSWER_LIFETIME)
        {
            return Some(overview.clone());
        }
        let counted = store.overview().await.inspect_err(|cause| warn!(%cause, "cannot say what waits")).ok()?;
        *kept = Some((now, counted.clone()));
        Some(counted)
    }
}

/// Whether two moments are closer than that; clocks may be set back.
fn is_within(one: Timestamp, other: Timestamp, span: SignedDuration) -> bool {
    one.duration_since(other).abs() < span
}

/// Whether the process answers at all. If it does not, restart it.
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// Whether a request could be received and stored right now. If not, send requests elsewhere, or wait.
async fn ready(State(Ops(desk)): State<Ops>) -> Response {
    match desk.trouble().await {
        None => "ok\n".into_response(),
        Some(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response(),
    }
}

/// What was counted, in the format that Prometheus reads.
async fn metrics(State(Ops(desk)): State<Ops>) -> String {
    let AppState { metrics, clock, .. } = &desk.front.tenants.common;
    metrics.encode(desk.overview().await.map(|overview| QueueDepth {
        inbox: overview.inbox,
        outbox: overview.outbox,
        dead: overview.dead,
        oldest: overview.oldest.map_or(Duration::ZERO, |oldest| clock.now().duration_since(oldest).unsigned_abs()),
    }))
}
