//! The app inside the demo: started, killed, and moved along with the sandbox's clock.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use dialnote_sandbox::{Due, Host, Sandbox, Wish};
use dialnote_slack::app;
use dialnote_slack::app::{App, Listeners};
use dialnote_slack::config::Config;
use dialnote_slack::core::clock::Clock;
use dialnote_slack::platform::db::{DocumentKind, Queue};
use dialnote_slack::sync::poller;
use dialnote_slack::worker::tenants::Tenants;
use jiff::{SignedDuration, Timestamp};
use tokio::runtime::Runtime;
use tokio::sync::{Mutex, oneshot, watch};

use crate::cli::failure::Failure;

/// The time for a killed app to end. Its actions after that no longer count.
const DEATH: Duration = Duration::from_secs(5);

/// The period in which due things are looked for.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 8);

/// The number of due documents that are read.
const DUE_AT_ONCE: usize = 100;

/// The time between two looks at the queue, and the most looks for one step of the clock.
const LOOK_AGAIN: Duration = Duration::from_millis(10);
const MOST_LOOKS: usize = 100;

/// The number of looks in a row that must find nothing to do.
const QUIET_LOOKS: usize = 2;

/// Reads the app's settings, at each start.
pub(crate) type ConfigReader = Box<dyn Fn() -> Result<Config, Failure> + Send + Sync>;

/// The state in which the demo begins, and begins again.
pub(crate) enum DemoStart {
    /// The fixed world, without work in progress.
    Empty,
    /// A Monday morning with work in progress.
    Prepared,
    /// No installation, here and in another workspace.
    NotInstalled(Sandbox),
}

/// The app, running or not.
pub(crate) struct Hosting {
    sandbox: Sandbox,
    settings: ConfigReader,
    clock: Clock,
    database: PathBuf,
    beginning: DemoStart,
    /// The time to which starting over goes back.
    began: Timestamp,
    running: Mutex<Option<Running>>,
}

/// A running app.
struct Running {
    runtime: Runtime,
    tenants: Arc<Tenants>,
}

impl Hosting {
    /// Starts the app at the address in its settings.
    pub(crate) async fn start(
        sandbox: Sandbox,
        settings: ConfigReader,
        clock: Clock,
        database: PathBuf,
        (beginning, began): (DemoStart, Timestamp),
    ) -> Result<Self, Failure> {
        let running = Mutex::new(Some(start(settings()?, &clock).await?));
        Ok(Self { sandbox, settings, clock, database, beginning, began, running })
    }

    async fn set_running(&self, wanted: bool) -> Result<(), Failure> {
        let mut running = self.running.lock().await;
        match (wanted, running.take()) {
            (true, None) => *running = Some(start((self.settings)()?, &self.clock).await?),
            (false, Some(app)) => kill(app).await,
            (_, as_it_is) => *running = as_it_is,
        }
        self.sandbox.app_runs(wanted);
        Ok(())
    }

    /// Begins again with an empty database and the fixed world.
    async fn begin_again(&self) -> Result<(), Failure> {
        self.set_running(false).await?;
        for ending in ["", "-wal", "-shm"] {
            let file = format!("{}{ending}", self.database.display());
            match std::fs::remove_file(file) {
                Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => return Err(cause.into()),
                _ => {}
            }
        }
        match &self.beginning {
            DemoStart::Empty => self.sandbox.start_over(self.began),
            DemoStart::Prepared => self.sandbox.begin_the_scenario(self.began),
            DemoStart::NotInstalled(second) => {
                for workspace in [&self.sandbox, second] {
                    workspace.start_over(self.began);
                    workspace.not_installed();
                }
            }
        }
        self.set_running(true).await?;
        if matches!(self.beginning, DemoStart::Prepared) {
            let played = self.sandbox.play_the_scenario().await;
            played.map_err(|cause| Failure::Io(std::io::Error::other(cause.to_string())))?;
        }
        Ok(())
    }

    /// Runs `work` with the running app, on its own runtime: its connections belong there.
    async fn with_app<T: Send + 'static, F>(&self, work: impl FnOnce(Arc<Tenants>) -> F) -> Option<T>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let running = self.running.lock().await;
        let app = running.as_ref()?;
        app.runtime.spawn(work(app.tenants.clone())).await.ok()
    }
}

impl Host for Hosting {
    fn run(&self, running: bool) -> Wish<'_, Result<(), String>> {
        Box::pin(async move { self.set_running(running).await.map_err(|failure| failure.to_string()) })
    }

    fn look(&self) -> Wish<'_, ()> {
        Box::pin(async move { self.with_app(look).await.unwrap_or_default() })
    }

    fn due(&self) -> Wish<'_, Vec<Due>> {
        Box::pin(async move { self.with_app(due).await.unwrap_or_default() })
    }

    fn start_over(&self) -> Wish<'_, Result<(), String>> {
        Box::pin(async move { self.begin_again().await.map_err(|failure| failure.to_string()) })
    }
}

/// The queues of jobs.
const QUEUES: [Queue; 2] = [Queue::Work, Queue::Outbox];

/// Lets the app poll dialnote and do what is due. Faults are the app's to log, as on its own schedule.
async fn look(tenants: Arc<Tenants>) {
    // The workers wait for due times by the machine's clock, and the sandbox's has moved.
    for queue in QUEUES {
        tenants.common.store.bell(queue).notify_one();
    }
    let _ = tenants.tick().await;
    for ctx in tenants.everybody(None).await.unwrap_or_default() {
        if ctx.is_connected() {
            let _ = poller::poll(&ctx).await;
        }
    }
    let _ = tenants.tick().await;
    be_idle(&tenants).await;
}

/// Waits until no job is due. A job that is worked on is due again at the end of its lease, so a pause between jobs is
/// not the end: only several quiet looks are.
async fn be_idle(tenants: &Tenants) {
    let mut quiet = 0;
    for _ in 0..MOST_LOOKS {
        quiet = if is_anything_due(tenants).await { 0 } else { quiet + 1 };
        if quiet == QUIET_LOOKS {
            return;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

async fn is_anything_due(tenants: &Tenants) -> bool {
    let now = tenants.common.clock.now();
    for queue in QUEUES {
        let due = tenants.common.store.next_due(queue).await.ok().flatten();
        if due.is_some_and(|due| due <= now) {
            return true;
        }
    }
    false
}

/// Returns the app's documents with a due time that a person would notice.
async fn due(tenants: Arc<Tenants>) -> Vec<Due> {
    let until = tenants.common.clock.now() + AHEAD;
    let documents = tenants.common.store.due_documents(until, DUE_AT_ONCE).await.unwrap_or_default();
    let named = documents.into_iter().filter_map(|(_, document)| {
        let what = DocumentKind::ALL.into_iter().find(|kind| kind.name() == document.kind).and_then(name)?;
        Some(Due { what, at: document.due? })
    });
    named.collect()
}

fn name(kind: DocumentKind) -> Option<&'static str> {
    match kind {
        DocumentKind::Overdue => Some("reminder"),
        DocumentKind::Route => Some("digest"),
        DocumentKind::Handover => Some("handoff"),
        _ => None,
    }
}

/// Starts the app.
async fn start(config: Config, clock: &Clock) -> Result<Running, Failure> {
    let runtime = Runtime::new()?;
    let clock = clock.clone();
    let (ready, started) = oneshot::channel();
    runtime.spawn(async move {
        let (app, listener) = match put_together(&config, clock).await {
            Ok(parts) => parts,
            Err(failure) => {
                let _ = ready.send(Err(failure));
                return;
            }
        };
        let _ = ready.send(Ok(app.tenants.clone()));
        // The app is never asked to stop: it is killed, which it must survive anyway.
        let (_never, stop) = watch::channel(false);
        app.run(Listeners { requests: listener, ops: None }, stop).await;
    });
    match started.await {
        Ok(Ok(tenants)) => Ok(Running { runtime, tenants }),
        Ok(Err(failure)) => {
            runtime.shutdown_background();
            Err(failure)
        }
        Err(_) => {
            runtime.shutdown_background();
            Err(Failure::Io(std::io::Error::other("the app ended before it had begun")))
        }
    }
}

/// Returns the failure to start in the words of the demo.
pub(crate) fn in_words(error: app::NotStarted) -> Failure {
    match error {
        app::NotStarted::Address { address, cause, .. } => Failure::Busy { what: "the app", address, cause },
        other => other.into(),
    }
}

async fn put_together(config: &Config, clock: Clock) -> Result<(App, tokio::net::TcpListener), Failure> {
    let listener = app::listen("LISTEN", config.listen).await.map_err(in_words)?;
    Ok((App::build(config, clock).await?, listener))
}

/// Kills the app at any point of its work.
async fn kill(app: Running) {
    drop(app.tenants);
    // Waiting for the threads to end blocks, and must not happen on a runtime's own thread.
    let _ = tokio::task::spawn_blocking(move || app.runtime.shutdown_timeout(DEATH)).await;
}
