//! State that all requests share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::http::socket_health::SocketHealth;
use crate::work::tenants::Tenants;

/// What a request is served with.
#[derive(Clone)]
pub(crate) struct Front {
    pub(crate) tenants: Arc<Tenants>,
    /// The connections of Socket Mode, if it is used.
    pub(crate) lines: Option<SocketHealth>,
    /// Whether something could not be stored since it was last tried.
    pub(crate) doubt: StoreDoubt,
}

/// A sign that the store should be looked at more closely.
#[derive(Clone, Default)]
pub(crate) struct StoreDoubt(Arc<AtomicBool>);

impl StoreDoubt {
    pub(crate) fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

/// How long the acknowledgement may wait for something that is better known before it.
pub(crate) const PREFETCH_TIMEOUT: Duration = Duration::from_millis(1500);
