//! The state of all request handlers: the world of a workspace, and the signals of its changes.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};

use crate::host::Host;
use crate::impossible::Impossible;
use crate::options::Credentials;
use crate::world::World;

/// The time limit for starting or killing the app.
const PATIENCE: Duration = Duration::from_secs(20);

/// The state that every request handler shares.
pub(super) struct Shared {
    pub(super) addr: SocketAddr,
    pub(super) http: reqwest::Client,
    world: Mutex<World>,
    /// Other workspaces in the same Slack, each with its own organization in dialnote.
    beside: Mutex<Vec<Arc<Self>>>,
    /// One permit for each request that hangs and was not reported yet.
    hung: Semaphore,
    /// A counter of releases of hanging requests.
    released: watch::Sender<u64>,
    /// A counter of changes that tests may wait for.
    turns: watch::Sender<u64>,
    /// The program that runs the app, if it is this one.
    host: OnceLock<Arc<dyn Host>>,
    stopped: watch::Receiver<bool>,
}

impl Shared {
    /// Returns a workspace without others beside it.
    pub(super) fn new(addr: SocketAddr, http: reqwest::Client, world: World, stopped: watch::Receiver<bool>) -> Self {
        Self {
            addr,
            http,
            world: Mutex::new(world),
            beside: Mutex::default(),
            hung: Semaphore::new(0),
            released: watch::Sender::new(0),
            turns: watch::Sender::new(0),
            host: OnceLock::new(),
            stopped,
        }
    }

    /// Reads or changes the world. No other request is served at the time.
    pub(super) fn world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        look(&mut self.world.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns all workspaces, this one first.
    pub(super) fn all(self: &Arc<Self>) -> Vec<Arc<Self>> {
        std::iter::once(self.clone()).chain(self.neighbours().iter().cloned()).collect()
    }

    /// Returns the first workspace that fits; this one, if none does.
    pub(super) fn whose(self: &Arc<Self>, fits: impl Fn(&World) -> bool) -> Arc<Self> {
        self.all().into_iter().find(|shared| shared.world(|world| fits(world))).unwrap_or_else(|| self.clone())
    }

    /// Adds another workspace in the same Slack.
    pub(super) fn add(&self, other: Arc<Self>) {
        self.neighbours().push(other);
    }

    fn neighbours(&self) -> MutexGuard<'_, Vec<Arc<Self>>> {
        self.beside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the app's credentials.
    pub(super) fn credentials(&self) -> Credentials {
        self.world(|world| Credentials {
            sandbox: world.base.clone(),
            signing_secret: world.secrets.signing_secret.clone(),
            slack_api: format!("{}/slack/api", world.services),
            slack_bot_token: world.secrets.bot_token.clone(),
            slack_app_token: world.secrets.app_token.clone(),
            slack_client_id: world.secrets.client_id.clone(),
            slack_client_secret: world.secrets.client_secret.clone(),
            dialnote_api: format!("{}/dialnote/api/v1", world.services),
            dialnote_api_key: world.secrets.dialnote_key.clone(),
        })
    }

    /// Resolves once for each request that hangs.
    pub(super) async fn hung(&self) {
        if let Ok(permit) = self.hung.acquire().await {
            permit.forget();
        }
    }

    /// Releases everything that hangs.
    pub(super) fn release(&self) {
        self.released.send_modify(|times| *times += 1);
    }

    /// Resolves as soon as `look` returns a value, now or after one of the app's calls.
    pub(super) async fn until<T>(&self, mut look: impl FnMut(&mut World) -> Option<T>) -> T {
        let mut turns = self.turns.subscribe();
        loop {
            turns.mark_unchanged();
            if let Some(found) = self.world(&mut look) {
                return found;
            }
            // Fails only without a sender, and `self` holds it.
            let _ = turns.changed().await;
        }
    }

    /// Signals a change that a test may wait for or a page may show.
    pub(super) fn turn(&self) {
        self.turns.send_modify(|turns| *turns += 1);
    }

    /// Returns a counter of changes.
    pub(super) fn turns(&self) -> watch::Receiver<u64> {
        self.turns.subscribe()
    }

    /// Resolves when the sandbox is stopped or its last handle is gone.
    pub(super) async fn until_stopped(&self) {
        until_stopped(self.stopped.clone()).await;
    }

    /// Sets the program that runs the app. The first one stays.
    pub(super) fn host(&self, host: Arc<dyn Host>) {
        let _ = self.host.set(host);
    }

    /// Returns the program that runs the app, if it is this one.
    pub(super) fn hosted(&self) -> Result<&Arc<dyn Host>, Impossible> {
        let alone = || Impossible("the sandbox did not start the app; stop and start it where it runs".to_owned());
        self.host.get().ok_or_else(alone)
    }

    /// Starts or kills the app.
    pub(super) async fn want_app(&self, running: bool) -> Result<(), Impossible> {
        self.in_time(self.hosted()?.run(running)).await
    }

    /// Puts app, services and clock back to the beginning.
    pub(super) async fn start_over(&self) -> Result<(), Impossible> {
        self.in_time(self.hosted()?.start_over()).await
    }

    async fn in_time(&self, wish: impl Future<Output = Result<(), String>>) -> Result<(), Impossible> {
        let done = tokio::time::timeout(PATIENCE, wish).await;
        done.unwrap_or_else(|_| Err("the app does not; its terminal may say why".to_owned())).map_err(Impossible)
    }

    /// Waits until it is released or the sandbox stops.
    pub(super) async fn hang(&self) {
        let mut released = self.released.subscribe();
        self.hung.add_permits(1);
        tokio::select! {
            _ = released.changed() => {}
            () = self.until_stopped() => {}
        }
    }
}

/// Resolves when the sandbox is stopped or its last handle is gone.
pub(super) async fn until_stopped(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
