//! The slots for connections. Strangers may take some and cannot keep them: when a slot is needed, the connection that
//! has waited longest for its client loses its own. Slack's requests arrive within milliseconds.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// The largest number of connections at once. With the limits of heads and bodies it bounds the memory that strangers
/// can fill.
const MAX_CONNECTIONS: usize = 512;

/// The largest number of connections of one address. A proxy in front of the app is one address, so this leaves it
/// plenty.
const MAX_PER_ADDRESS: usize = 384;

/// The time after which a connection without traffic ends. It is checked at intervals, because a timer for each request
/// costs as much as verifying a part of it.
const IDLE_CHECK_INTERVAL: Duration = Duration::from_secs(5);

/// The value of `waits_since` while the app works on a request that has arrived.
const AT_WORK: u64 = u64::MAX;

/// All slots.
pub(crate) struct ConnectionSlots {
    free: Arc<Semaphore>,
    taken: Arc<Mutex<Vec<Arc<ConnectionState>>>>,
    opened: Instant,
}

/// The state of a connection.
pub(crate) struct ConnectionState {
    address: IpAddr,
    /// The time since which it waits for its client, in nanoseconds since the slots were opened, or [`AT_WORK`].
    waits_since: AtomicU64,
    opened: Instant,
    evicted: Notify,
}

/// A slot, until it is dropped.
pub(crate) struct ConnectionSlot {
    pub(crate) connection: Arc<ConnectionState>,
    taken: Arc<Mutex<Vec<Arc<ConnectionState>>>>,
    /// Never `None`: nothing closes the semaphore.
    _permit: Option<OwnedSemaphorePermit>,
}

/// A request whose head has arrived, until this is dropped.
pub(crate) struct Begun(Arc<ConnectionState>);

impl ConnectionSlots {
    pub(super) fn new() -> Self {
        Self { free: Arc::new(Semaphore::new(MAX_CONNECTIONS)), taken: Arc::default(), opened: Instant::now() }
    }

    /// Answers whether there is room for another connection without an eviction.
    pub(crate) fn has_room(&self) -> bool {
        self.free.available_permits() > 0
    }

    /// Takes a slot for a connection of `address`. If none is free, the connection that has waited longest loses its
    /// own. Waits only while all are being answered.
    pub(crate) async fn take(&self, address: IpAddr) -> ConnectionSlot {
        if let Some(slowest) = self.must_go(address) {
            slowest.evicted.notify_one();
        }
        let permit = self.free.clone().acquire_owned().await.ok();
        let waits_since = AtomicU64::new(nanos_since(self.opened));
        let connection =
            Arc::new(ConnectionState { address, waits_since, opened: self.opened, evicted: Notify::new() });
        lock(&self.taken).push(connection.clone());
        ConnectionSlot { connection, taken: self.taken.clone(), _permit: permit }
    }

    /// Removes from the list, and returns, the connection that must end before one of `address` may come.
    fn must_go(&self, address: IpAddr) -> Option<Arc<ConnectionState>> {
        let mut taken = lock(&self.taken);
        let all: Vec<_> = taken.iter().map(|one| (one.address, one.waits_since.load(Ordering::Relaxed))).collect();
        victim(&all, address, !self.has_room()).map(|index| taken.swap_remove(index))
    }
}

/// Returns the index of the connection that must end. If this address holds as many as it may, that is its connection
/// that has waited longest; else, if none is free, the one of all. A connection that is being answered never has to
/// end.
fn victim(all: &[(IpAddr, u64)], address: IpAddr, is_full: bool) -> Option<usize> {
    let has_most = all.iter().filter(|(other, _)| *other == address).count() >= MAX_PER_ADDRESS;
    let may_go = |(other, since): (IpAddr, u64)| since != AT_WORK && (!has_most || other == address);
    let waiting = all.iter().enumerate().filter(|(_, one)| may_go(**one));
    let slowest = waiting.min_by_key(|(_, (_, since))| *since).map(|(index, _)| index);
    slowest.filter(|_| has_most || is_full)
}

impl ConnectionState {
    /// Notes that the head of a request has arrived.
    pub(super) fn begin(self: &Arc<Self>) -> Begun {
        self.wait();
        Begun(self.clone())
    }

    fn wait(&self) {
        self.waits_since.store(nanos_since(self.opened), Ordering::Relaxed);
    }

    /// Waits until this connection must end: its slot is needed, or it had no traffic between two checks.
    pub(crate) async fn must_end(&self) -> &'static str {
        tokio::select! {
            () = self.evicted.notified() => "slot needed by others",
            () = self.brings_nothing() => "no data",
        }
    }

    async fn brings_nothing(&self) {
        let mut looks = tokio::time::interval(IDLE_CHECK_INTERVAL);
        let mut before = AT_WORK;
        loop {
            looks.tick().await;
            let since = self.waits_since.load(Ordering::Relaxed);
            if since != AT_WORK && since == before {
                return;
            }
            before = since;
        }
    }
}

impl Begun {
    /// Notes that the whole request has arrived: from now on the app works on it.
    pub(crate) fn is_whole(&self) {
        self.0.waits_since.store(AT_WORK, Ordering::Relaxed);
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        self.0.wait();
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        if let Some(index) = taken.iter().position(|one| Arc::ptr_eq(one, &self.connection)) {
            taken.swap_remove(index);
        }
    }
}

fn nanos_since(opened: Instant) -> u64 {
    u64::try_from(opened.elapsed().as_nanos()).unwrap_or(AT_WORK - 1)
}

fn lock(taken: &Mutex<Vec<Arc<ConnectionState>>>) -> MutexGuard<'_, Vec<Arc<ConnectionState>>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const OTHER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    #[test]
    fn the_slowest_goes_where_a_place_is_needed() {
        let all = [(ONE, 7), (OTHER, 3), (ONE, AT_WORK), (ONE, 5)];
        for (is_full, goes) in [(false, None), (true, Some(1))] {
            assert_eq!(victim(&all, ONE, is_full), goes, "{is_full}");
        }
        assert_eq!(victim(&[(ONE, AT_WORK); 3], ONE, true), None, "what is being answered stays");
        assert_eq!(victim(&[], ONE, true), None);
    }

    #[test]
    fn an_address_that_holds_the_most_gives_up_its_own() {
        let mut all = vec![(ONE, 9); MAX_PER_ADDRESS - 1];
        all.insert(17, (ONE, 4));
        all.push((OTHER, 1));
        for (address, is_full, goes) in
            [(ONE, false, Some(17)), (ONE, true, Some(17)), (OTHER, false, None), (OTHER, true, Some(MAX_PER_ADDRESS))]
        {
            assert_eq!(victim(&all, address, is_full), goes, "{address} {is_full}");
        }
    }

    #[tokio::test]
    async fn who_waits_longest_is_sent_away_and_who_is_answered_is_not() {
        let places = ConnectionSlots::new();
        let mut taken = Vec::new();
        for nth in 0..MAX_CONNECTIONS {
            let address = if nth % 2 == 0 { ONE } else { OTHER };
            taken.push(places.take(address).await);
        }
        assert!(!places.has_room());
        let longest = taken.remove(0);
        let answered = longest.connection.begin();
        answered.is_whole();
        let next = taken.remove(0);
        let ((), come) = tokio::join!(
            async {
                next.connection.must_end().await;
                drop(next);
            },
            places.take(ONE)
        );
        assert_eq!(lock(&places.taken).len(), MAX_CONNECTIONS);
        drop((answered, longest, come, taken));
        assert!(places.has_room() && lock(&places.taken).is_empty());
    }
}
