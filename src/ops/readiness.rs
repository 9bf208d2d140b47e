//! The write check of the readiness probe.

use std::time::Duration;

use crate::core::clock::Clock;
use crate::core::error::Fault;
use crate::core::ids::InstallationId;
use crate::platform::db::{CacheEntry, CacheKind, Store};

/// The size of a large command with all that is stored for it, in bytes.
pub(crate) const LARGE_COMMAND: usize = 32 * 1024;

/// The time within which a healthy store answers.
pub(crate) const STORE_TIMEOUT: Duration = Duration::from_secs(2);

/// Stores a cache entry without meaning to see whether the store accepts one of the size of a large command. A disk
/// that is nearly full may have room for less. Fails if the store fails or does not answer in time.
pub(crate) async fn try_store(store: &dyn Store, clock: &Clock, instance: &str) -> Result<(), Fault> {
    let cache_entry = CacheEntry::new(CacheKind::Readiness, instance, clock.now(), "?".repeat(LARGE_COMMAND));
    let nobody = InstallationId::new("readiness");
    let stored = store.cache_put(&nobody, cache_entry);
    let late = |_| Fault::Store("nothing was stored in time".into());
    tokio::time::timeout(STORE_TIMEOUT, stored).await.map_err(late)?
}
