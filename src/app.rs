//! The only place that wires: settings in, a running program out.

use std::fs;
use std::fs::File;
use std::io::{ErrorKind, IsTerminal};
use std::net::SocketAddr;
use std::sync::Arc;

use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing::{Level, info, warn};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{FilterFn, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::clock::Clock;
use crate::config::Config;
use crate::config::model::{Database, LogFormat, Workspaces};
use crate::dialnote::answer::DialnoteError;
use crate::domain::conversation::Links;
use crate::error::{Fault, Service, in_words};
use crate::http;
use crate::http::ops::Ops;
use crate::http::server::Server;
use crate::http::sockets::Sockets;
use crate::metrics::Metrics;
use crate::slack::oauth::OAuth;
use crate::slack::socket::Dialer;
use crate::store::Store;
use crate::store::postgres::Postgres;
use crate::store::sqlite;
use crate::store::sqlite::Sqlite;
use crate::traces::{NotSent, Traces};
use crate::transport;
use crate::vault::{BadKey, Vault};
use crate::work::ctx::AppState;
use crate::work::ingress::Ingress;
use crate::work::installations::{Installations, Services};
use crate::work::own_workspace::OwnWorkspace;
use crate::work::tenants::Tenants;
use crate::work::{runner, settings, subscribers};

/// Why the program did not start.
#[derive(Debug, thiserror::Error)]
pub enum NotStarted {
    /// The database could not be opened.
    #[error("the database {name} cannot be opened: {cause}")]
    Database {
        /// The file; of a server not its address, which may hold a password.
        name: String,
        /// Why.
        cause: String,
    },
    /// There is no database, and this command makes none.
    #[error(
        "there is no database {name}{}. Set DATABASE_URL or name a settings file with --config; \
         `dialnote-slack serve` makes a new one",
        .why.as_ref().map_or_else(String::new, |why| format!(": {why}"))
    )]
    NoDatabase {
        /// The file, or the server without its password.
        name: String,
        /// The reason, if something else is there.
        why: Option<String>,
    },
    /// The address is taken or not ours.
    #[error("cannot listen on {address}: {}. Set {setting} to another address, for example 127.0.0.1:8081", in_words(.cause))]
    Address {
        /// The setting that names it.
        setting: &'static str,
        /// The address.
        address: SocketAddr,
        /// Why.
        cause: std::io::Error,
    },
    /// No HTTP client could be made.
    #[error("cannot make HTTPS calls: {0}")]
    Https(#[from] reqwest::Error),
    /// No traces can be sent.
    #[error("traces cannot be sent: {0}")]
    Traces(#[from] NotSent),
    /// Nothing can be sealed.
    #[error("ENCRYPTION_KEY {0}")]
    Vault(#[from] BadKey),
    /// It seals with another key than the one with which everything was sealed.
    #[error(
        "ENCRYPTION_KEY does not open what is kept in the database. Set the key with which that was sealed; while you \
         replace a key: the new one and the old one, separated by a comma"
    )]
    AnotherKey,
}

/// The program, put together and not yet running.
pub struct App {
    /// Everybody's work; tests drive it step by step.
    pub tenants: Arc<Tenants>,
    /// Everything that answers requests.
    pub site: Server,
    /// The answers to operators' tools.
    pub ops: Ops,
    /// What comes without requests, if it does.
    pub sockets: Option<Sockets>,
    /// Where the time goes, if anybody wants to know.
    pub traces: Traces,
}

impl App {
    /// Opens the database and puts everything together.
    pub async fn build(config: &Config, clock: Clock) -> Result<Self, NotStarted> {
        let app = Self::on(open(&config.database, &clock).await?, config, clock)?;
        let opens = app.tenants.opens_what_is_sealed().await;
        if opens.map_err(not_opened(IN_THE_SETTINGS.to_owned()))? { Ok(app) } else { Err(NotStarted::AnotherKey) }
    }

    /// Puts everything together on a store that is open already.
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
                let own = services.work(&common, slack_token.clone(), Some(dialnote_key.clone()), None);
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

    /// Serves and works until `stop` turns true, then finishes what was begun. Operators' tools are answered until
    /// all else has ended.
    pub async fn run(self, Listeners { requests, ops }: Listeners, stop: watch::Receiver<bool>) {
        let answering = answer_tools(self.ops, ops);
        let stopped = {
            let mut stop = stop.clone();
            async move {
                let _ = stop.wait_for(|stop| *stop).await;
            }
        };
        let check = tokio::spawn(check_connections(self.tenants.clone()));
        let received = receive(self.sockets, stop.clone());
        let working = Box::pin(async {
            tokio::join!(http::serve::serve(requests, self.site, stopped), received, runner::run(self.tenants, stop))
        });
        tokio::select! {
            _ = working => {}
            () = answering => {}
        }
        self.traces.finish().await;
        check.abort();
    }
}

async fn answer_tools(ops: Ops, listener: Option<TcpListener>) {
    match listener {
        Some(listener) => http::serve::serve(listener, Server::for_operators(&ops), std::future::pending()).await,
        None => std::future::pending().await,
    }
}

async fn receive(sockets: Option<Sockets>, stop: watch::Receiver<bool>) {
    if let Some(sockets) = sockets {
        sockets.keep(stop).await;
    }
}

/// Makes sure that there is a database, for a command that must not begin a new one; answers what to call it.
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
            // Only now: to close a file again would end the locks that SQLite holds on it in this process.
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

/// How the database of a server is called where its address may not be shown.
const IN_THE_SETTINGS: &str = "that DATABASE_URL names";

fn not_opened(name: String) -> impl Fn(Fault) -> NotStarted {
    move |fault| NotStarted::Database { name: name.clone(), cause: fault.in_short() }
}

/// Opens a database and brings it up to date.
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

/// What is told unless `RUST_LOG` says otherwise.
pub const TOLD: &str = "info,refinery_core=warn,tokio_postgres=warn";

/// The same with every request and how long it took: for who looks at one at a time.
pub const TOLD_IN_DETAIL: &str = "info,refinery_core=warn,tokio_postgres=warn,dialnote_slack::http=debug";

/// Lets the program tell what happens: as much as `RUST_LOG` says, or else `told`.
pub fn log_to_stderr(told: &str, format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(told));
    let to_terminal = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.with_ansi(to_terminal).finish().with(discretion()).init(),
        LogFormat::Json => log.json().flatten_event(true).finish().with(discretion()).init(),
    }
}

/// Libraries that tell in detail all that goes through them: statements together with what they store, and what
/// comes in by Socket Mode. There are response URLs in it, and what people wrote.
const INDISCREET: [&str; 3] = ["tokio_postgres", "tungstenite", "tokio_tungstenite"];

/// What of them is told, whatever `RUST_LOG` says.
pub fn discretion() -> FilterFn {
    filter_fn(|told| *told.level() <= Level::INFO || !INDISCREET.iter().any(|one| told.target().starts_with(one)))
}

/// Where the app is reached.
#[derive(Debug)]
pub struct Listeners {
    /// By Slack, dialnote and people.
    pub requests: TcpListener,
    /// By operators' tools, if they can.
    pub ops: Option<TcpListener>,
}

/// Takes the addresses that are set, or says why not.
pub async fn listen_on(config: &Config) -> Result<Listeners, NotStarted> {
    let requests = listen("LISTEN", config.listen).await?;
    let ops = match config.ops_listen {
        Some(address) => Some(listen("OPS_LISTEN", address).await?),
        None => None,
    };
    Ok(Listeners { requests, ops })
}

/// Takes an address, or says why not.
pub async fn listen(setting: &'static str, address: SocketAddr) -> Result<TcpListener, NotStarted> {
    TcpListener::bind(address).await.map_err(|cause| NotStarted::Address { setting, address, cause })
}

/// Says at the start whether both services know us. Only says so: requests are accepted and kept
/// whether they do or not.
async fn check_connections(tenants: Arc<Tenants>) {
    let Some(work) = tenants.own().map(OwnWorkspace::services) else { return };
    match work.home().await {
        Ok(installation) => info!(%installation, "Slack knows us"),
        Err(cause) => not_known(Service::Slack, "SLACK_BOT_TOKEN", &cause),
    }
    match work.check_dialnote().await {
        Ok(members) => info!(members, "dialnote knows us"),
        Err(DialnoteError::Fault(cause)) => not_known(Service::Dialnote, "DIALNOTE_API_KEY", &cause),
        Err(cause) => warn!(%cause, "dialnote does not show its members"),
    }
}

/// Says why a service does not know us: a key that it refuses has to be replaced, everything else may pass.
fn not_known(service: Service, setting: &str, cause: &Fault) {
    if matches!(cause, Fault::Unauthorized { .. }) {
        warn!(%cause, "{service} does not accept {setting}: replace it and restart");
    } else {
        warn!(%cause, "{service} could not be asked whether it accepts {setting}");
    }
}
