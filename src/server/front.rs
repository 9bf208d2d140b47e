//! The state that all requests share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::server::socket_health::SocketHealth;
use crate::worker::tenants::Tenants;

/// The shared state of the requests.
#[derive(Clone)]
pub(crate) struct Front {
    pub(crate) tenants: Arc<Tenants>,
    /// The health of Socket Mode, if it is used.
    pub(crate) lines: Option<SocketHealth>,
    /// Set if something could not be stored since the store was last checked.
    pub(crate) doubt: StoreDoubt,
}

/// A sign that the store needs a closer check.
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

/// The time that an acknowledgement may wait for facts that are better known before it.
pub(crate) const PREFETCH_TIMEOUT: Duration = Duration::from_millis(1500);
