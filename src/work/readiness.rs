//! The write check of the readiness probe.

use std::time::Duration;

use crate::clock::Clock;
use crate::error::Fault;
use crate::ids::InstallationId;
use crate::store::CacheEntry;
use crate::store::Store;

/// How much a large command and all that is kept of it take up, in bytes.
pub(crate) const LARGE_COMMAND: usize = 32 * 1024;

/// How long a store that is well may take.
pub(crate) const STORE_TIMEOUT: Duration = Duration::from_secs(2);

/// Stores something of no consequence and of a large command's size, to see whether the store
/// takes one in: on a disk that is nearly full there may be room for less.
pub async fn try_store(store: &dyn Store, clock: &Clock, instance: &str) -> Result<(), Fault> {
    let cache_entry = CacheEntry {
        kind: "readiness".to_owned(),
        id: instance.to_owned(),
        alias: None,
        at: clock.now(),
        body: "?".repeat(LARGE_COMMAND),
    };
    let nobody = InstallationId::new("readiness");
    let stored = store.cache_put(&nobody, cache_entry);
    let late = |_| Fault::Store("it took nothing in in time".into());
    tokio::time::timeout(STORE_TIMEOUT, stored).await.map_err(late)?
}
