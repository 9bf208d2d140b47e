//! The assembly of the program: from settings to a running app. No other module connects the parts.

use std::fs;
use std::fs::File;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;

use anstream::{AutoStream, ColorChoice};
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{Level, info, warn};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{FilterFn, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::Config;
use crate::config::model::{Database, LogFormat, Workspaces};
use crate::core::clock::Clock;
use crate::core::conversation::Links;
use crate::core::error::{Fault, Service, in_words};
use crate::jobs::ctx::{AppState, TenantCtx};
use crate::jobs::ingress::Ingress;
use crate::jobs::settings;
use crate::platform::db::postgres::Postgres;
use crate::platform::db::sqlite::Sqlite;
use crate::platform::db::{PresentState, Store, WhyUnreadable, sqlite};
use crate::platform::dialnote::answer::DialnoteError;
use crate::platform::slack::oauth::OAuth;
use crate::platform::slack::socket::Dialer;
use crate::platform::telemetry::log_lines::LogLines;
use crate::platform::telemetry::metrics::Metrics;
use crate::platform::telemetry::traces::{NotSent, Traces};
use crate::platform::transport;
use crate::platform::vault::{BadKey, Vault};
use crate::server;
use crate::server::ops::Ops;
use crate::server::router::Server;
use crate::server::sockets::Sockets;
use crate::tenants::installations::{Installations, Services};
use crate::tenants::own_workspace::OwnWorkspace;
use crate::worker::tenants::Tenants;
use crate::worker::{runner, subscribers};

/// The reason why the program did not start.
#[derive(Debug, thiserror::Error)]
pub enum NotStarted {
    /// The database could not be opened.
    #[error("the database {name} cannot be opened: {cause}")]
    Database {
        /// The file; for a server a name without its address, which may hold a password.
        name: String,
        /// The cause.
        cause: String,
    },
    /// There is no database, and this command creates none.
    #[error(
        "no database {name}{}\nhint: set DATABASE_URL, or pass a settings file with --config; `dialnote-slack serve` \
         creates a database",
        .why.as_ref().map_or_else(String::new, |why| format!(": {why}"))
    )]
    NoDatabase {
        /// The file, or the server without its password.
        name: String,
        /// The reason, if something else is in that place.
        why: Option<String>,
    },
    /// The address is in use or does not belong to this machine.
    #[error("cannot listen on {address}: {}\nhint: set {setting} to another address, for example 127.0.0.1:8081", in_words(.cause))]
    Address {
        /// The setting with the address.
        setting: &'static str,
        /// The address.
        address: SocketAddr,
        /// The cause.
        cause: std::io::Error,
    },
    /// The HTTP client could not be created.
    #[error("cannot make HTTPS calls: {0}")]
    Https(#[from] reqwest::Error),
    /// Traces cannot be sent.
    #[error("traces cannot be sent: {0}")]
    Traces(#[from] NotSent),
    /// Secrets cannot be sealed.
    #[error("ENCRYPTION_KEY {0}")]
    Vault(#[from] BadKey),
    /// The key does not open the secrets in the database: they were sealed with another.
    #[error(
        "ENCRYPTION_KEY does not open the secrets in the database\nhint: set the key that sealed them; while you \
         replace a key, set the new one and the old one, separated by a comma"
    )]
    AnotherKey,
}

/// The assembled program, not yet running.
pub struct App {
    /// The work of all installations; tests drive it step by step.
    pub tenants: Arc<Tenants>,
    /// The server for requests.
    pub site: Server,
    /// The service for the operator's probes.
    pub ops: Ops,
    /// The connections of Socket Mode, if it is used.
    pub sockets: Option<Sockets>,
    /// OpenTelemetry tracing, if configured.
    pub traces: Traces,
}

impl App {
    /// Opens the database and assembles the program.
    pub async fn build(config: &Config, clock: Clock) -> Result<Self, NotStarted> {
        let app = Self::on(open(&config.database, &clock).await?, config, clock)?;
        let opens = app.tenants.opens_what_is_sealed().await;
        if opens.map_err(not_opened(IN_THE_SETTINGS.to_owned()))? { Ok(app) } else { Err(NotStarted::AnotherKey) }
    }

    /// Assembles the program on a store that is already open.
    pub fn on(store: Arc<dyn Store>, config: &Config, clock: Clock) -> Result<Self, NotStarted> {
        let client = transport::client(config.work.call_timeout())?;
        let metrics = Arc::new(Metrics::default());
        let dialer = config
            .app_token
            .clone()
            .map(|token| Dialer::new(client.clone(), config.slack_api.clone(), token, metrics.clone()));
        let ingress = Ingress {
            public: config.public.clone(),
            secrets: config.signing_secrets.clone().into(),
            dialer,
            sockets: config.sockets,
        };
        let links = Links::new(config.dialnote_app.clone());
        let traces = config.collector.as_ref().map(Traces::to).transpose()?.unwrap_or_default();
        let common = AppState {
            metrics,
            traces: traces.clone(),
            subscribers: Arc::new(subscribers::all()),
            ..AppState::new(store, links, clock, config.work, ingress)
        };
        let services = Services {
            http: client.clone(),
            slack: config.slack_api.clone(),
            dialnote: config.dialnote.clone(),
            webhooks: config.dialnote_hooks.clone(),
            signing: config.webhook_signing.clone(),
        };
        let tenants = Arc::new(match &config.workspaces {
            Workspaces::One { slack_token, dialnote_key } => {
                let step_vault = Some(Arc::new(Vault::derived(slack_token)));
                let own = services.work(&common, slack_token.clone(), Some(dialnote_key.clone()), None);
                let own = TenantCtx { step_vault, ..own };
                Tenants::for_one(common, OwnWorkspace::new(own))
            }
            Workspaces::Many { app, keys } => {
                let oauth = OAuth::new(client, config.slack_api.clone(), app.as_ref().clone(), common.metrics.clone());
                let installations = Installations::new(oauth, services, Vault::new(keys)?);
                Tenants::for_many(common, Arc::new(installations))
            }
        });
        let site = Server::new(tenants.clone());
        let (sockets, ops) = (site.sockets(), site.ops());
        Ok(Self { tenants, site, ops, sockets, traces })
    }

    /// Serves and works until `stop` turns true, then finishes the work that was begun. The operator's probes are
    /// answered until everything else has ended.
    pub async fn run(self, Listeners { requests, ops }: Listeners, stop: watch::Receiver<bool>) {
        let answering = answer_tools(self.ops, ops);
        let stopped = {
            let mut stop = stop.clone();
            async move {
                let _ = stop.wait_for(|stop| *stop).await;
            }
        };
        let check = tokio::spawn(check_connections(self.tenants.clone()));
        // Tasks of the runtime: if its first thread ran them, it and a worker's thread would wake each other for each job.
        let mut working = JoinSet::new();
        working.spawn(server::serve::serve(requests, self.site, stopped));
        working.spawn(receive(self.sockets, stop.clone()));
        working.spawn(runner::run(self.tenants, stop));
        tokio::select! {
            _ = working.join_all() => {}
            () = answering => {}
        }
        self.traces.finish().await;
        check.abort();
    }
}

async fn answer_tools(ops: Ops, listener: Option<TcpListener>) {
    match listener {
        Some(listener) => server::serve::serve(listener, Server::for_operators(&ops), std::future::pending()).await,
        None => std::future::pending().await,
    }
}

async fn receive(sockets: Option<Sockets>, stop: watch::Receiver<bool>) {
    if let Some(sockets) = sockets {
        sockets.keep(stop).await;
    }
}

/// Checks that there is a database, for a command that must not create one; returns the database's name.
pub async fn find(database: &Database) -> Result<String, NotStarted> {
    match database {
        Database::Sqlite(file) => {
            let name = std::path::absolute(file).unwrap_or_else(|_| file.clone()).display().to_string();
            let missing = |why| NotStarted::NoDatabase { name: format!("at {name}"), why };
            let unreadable = |cause| NotStarted::Database { name: name.clone(), cause: in_words(&cause) };
            match fs::metadata(file) {
                Ok(_) => {}
                Err(cause) if cause.kind() == ErrorKind::NotFound => return Err(missing(None)),
                Err(cause) => return Err(unreadable(cause)),
            }
            let Err(why) = sqlite::look(file) else { return Ok(name) };
            // The file is opened only now: closing it again would end the locks that SQLite holds on it in this
            // process.
            match File::open(file) {
                Err(cause) if cause.kind() == ErrorKind::PermissionDenied => Err(unreadable(cause)),
                _ => Err(missing(Some(why))),
            }
        }
        Database::Postgres(url) => {
            let url = url.expose_secret();
            let unreached = not_opened(IN_THE_SETTINGS.to_owned());
            let name = Postgres::name(url).map_err(&unreached)?;
            let there = Postgres::is_there(url).await.map_err(&unreached)?;
            let why = Some("the app has no tables there".to_owned());
            if there { Ok(name) } else { Err(NotStarted::NoDatabase { name, why }) }
        }
    }
}

/// The name of a server's database whose address must not be shown.
const IN_THE_SETTINGS: &str = "that DATABASE_URL names";

fn not_opened(name: String) -> impl Fn(Fault) -> NotStarted {
    move |fault| NotStarted::Database { name: name.clone(), cause: fault.in_short() }
}

/// Reads the schema and the jobs of a database without bringing it up to date.
pub async fn look_at(database: &Database, unreadable: WhyUnreadable<'_>) -> Result<PresentState, NotStarted> {
    match database {
        Database::Sqlite(file) => {
            sqlite::present_state(file, unreadable).map_err(not_opened(file.display().to_string()))
        }
        Database::Postgres(url) => {
            let state = Postgres::present_state(url.expose_secret(), unreadable).await;
            state.map_err(not_opened(IN_THE_SETTINGS.to_owned()))
        }
    }
}

/// Opens a database and brings its schema up to date.
pub async fn open(database: &Database, clock: &Clock) -> Result<Arc<dyn Store>, NotStarted> {
    Ok(match database {
        Database::Sqlite(file) => Arc::new(
            Sqlite::open(file, settings::calls_end(clock.now()))
                .await
                .map_err(not_opened(file.display().to_string()))?,
        ),
        Database::Postgres(url) => {
            let url = url.expose_secret();
            Arc::new(Postgres::open(url).await.map_err(not_opened(IN_THE_SETTINGS.to_owned()))?)
        }
    })
}

/// The log filter unless `RUST_LOG` sets another.
pub const TOLD: &str = "info,tokio_postgres=warn";

/// The log filter that also logs every request with its duration: for a person who tests by hand.
pub const TOLD_IN_DETAIL: &str = "info,tokio_postgres=warn,dialnote_slack::server=debug";

/// Initializes logging from `RUST_LOG`, falling back to `told`.
pub fn log_to_stderr(told: &str, format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(told));
    let in_color = AutoStream::choice(&std::io::stderr()) != ColorChoice::Never;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(LogLines { in_color });
    match format {
        LogFormat::Text => log.with_ansi(in_color).finish().with(discretion()).init(),
        LogFormat::Json => {
            log.with_writer(std::io::stderr).json().flatten_event(true).finish().with(discretion()).init();
        }
    }
}

/// Libraries that log everything that passes through them: statements together with their values, and the messages of
/// Socket Mode. These contain response URLs and the words of people.
const INDISCREET: [&str; 3] = ["tokio_postgres", "tungstenite", "tokio_tungstenite"];

/// Returns the filter that drops their detailed logs, whatever `RUST_LOG` sets.
pub fn discretion() -> FilterFn {
    filter_fn(|told| *told.level() <= Level::INFO || !INDISCREET.iter().any(|one| told.target().starts_with(one)))
}

/// The addresses that the app listens on.
#[derive(Debug)]
pub struct Listeners {
    /// The listener for Slack, dialnote and people.
    pub requests: TcpListener,
    /// The listener for the operator's probes, if configured.
    pub ops: Option<TcpListener>,
}

/// Binds the configured addresses.
pub async fn listen_on(config: &Config) -> Result<Listeners, NotStarted> {
    let requests = listen("LISTEN", config.listen).await?;
    let ops = match config.ops_listen {
        Some(address) => Some(listen("OPS_LISTEN", address).await?),
        None => None,
    };
    Ok(Listeners { requests, ops })
}

/// Binds an address.
pub async fn listen(setting: &'static str, address: SocketAddr) -> Result<TcpListener, NotStarted> {
    TcpListener::bind(address).await.map_err(|cause| NotStarted::Address { setting, address, cause })
}

/// Checks at the start whether both services accept the app's keys. It only logs the result: requests are accepted and
/// stored in either case.
async fn check_connections(tenants: Arc<Tenants>) {
    let Some(work) = tenants.own().map(OwnWorkspace::services) else { return };
    match work.home().await {
        Ok(installation) => info!(%installation, "Slack accepted the bot token"),
        Err(cause) => not_known(Service::Slack, "SLACK_BOT_TOKEN", &cause),
    }
    match work.check_dialnote().await {
        Ok(members) => info!(members, "dialnote accepted the API key"),
        Err(DialnoteError::Fault(cause)) => not_known(Service::Dialnote, "DIALNOTE_API_KEY", &cause),
        Err(cause) => warn!(%cause, "dialnote did not return its members"),
    }
}

/// Logs why a service does not accept the app: the operator must replace a refused key, every other fault may pass.
fn not_known(service: Service, setting: &str, cause: &Fault) {
    if matches!(cause, Fault::Unauthorized { .. }) {
        warn!(%cause, "{service} rejected {setting}; replace it and restart");
    } else {
        warn!(%cause, "{service} did not confirm {setting}");
    }
}
