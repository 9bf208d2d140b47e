//! A connection can be cut at any moment, by a fail-over, a proxy or a cable. So every connection
//! gives up in bounded time, is thrown away rather than reused when anything about it is unclear,
//! and is replaced by a new one when it is next needed.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Hook, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use refinery::error::Kind;
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, Error};
use tokio_postgres_rustls::MakeRustlsConnect;
use url::Url;

use super::fault;
use crate::error::{Fault, whole};

mod embedded {
    refinery::embed_migrations!("migrations/postgres");
}

/// How many connections an instance uses for its work; one more listens.
const CONNECTIONS: usize = 8;

/// How long connecting, or waiting for a free connection, may take.
const CONNECTING: Duration = Duration::from_secs(3);

/// What every working connection begins with. The server gives up before we do, so that a
/// statement nobody waits for any more does not go on holding locks; nor does an instance that was
/// paused in the middle of a transaction: we never think between two statements.
///
/// A statement is planned a few times and then keeps its plan. In a quiet night the table of jobs is empty
/// and vacuumed, and a plan of then would read all of it for each line: in the morning, when many wait,
/// until it is analyzed. So what can be searched is. What cannot would look so dear then that it would be
/// compiled first (`jit`). Set where the server knows of it: not every relative of PostgreSQL does.
const SETTLE_IN: &str =
    "SET statement_timeout = '4s'; SET lock_timeout = '3s'; SET idle_in_transaction_session_timeout = '2s';
    SELECT set_config(name, 'off', false) FROM pg_settings WHERE name IN ('enable_seqscan', 'jit')";

/// Whether the app has brought its schema here.
const HAS_SCHEMA: &str = "SELECT to_regclass('refinery_schema_history') IS NOT NULL";

/// How often bringing the schema up to date is tried. Of two instances that start at the same
/// moment one fails, and finds the work done when it looks again.
const ATTEMPTS: u32 = 6;

/// How to connect: where, as whom, and with which TLS.
#[derive(Clone)]
pub(super) struct ConnectionTarget {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
}

impl ConnectionTarget {
    /// Reads a `postgres://` URL.
    pub(super) fn read(url: &str) -> Result<Self, Fault> {
        Ok(Self { config: settings(url)?, tls: MakeRustlsConnect::new(tls()?) })
    }

    /// A pool of working connections, each opened when it is first needed.
    pub(super) fn pool(&self) -> Result<Pool, Fault> {
        // `Fast` asks the client whether it is closed, not the server: a question per loan would
        // double the round trips. What that misses, the call that finds it makes good.
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(self.config.clone(), self.tls.clone(), recycling);
        Pool::builder(manager)
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .timeouts(deadpool_postgres::Timeouts {
                wait: Some(CONNECTING),
                create: Some(CONNECTING),
                recycle: Some(CONNECTING),
            })
            .post_create(Hook::async_fn(|client: &mut ClientWrapper, _| {
                Box::pin(
                    async move { client.batch_execute(SETTLE_IN).await.map_err(deadpool_postgres::HookError::Backend) },
                )
            }))
            .build()
            .map_err(|error| Fault::Store(error.to_string()))
    }

    /// Whether there is a schema already.
    pub(super) async fn has_schema(&self) -> Result<bool, Fault> {
        let (client, connection) = self.config.connect(self.tls.clone()).await.map_err(|error| refused(&error))?;
        let driver = tokio::spawn(connection);
        let found = client.query_one(HAS_SCHEMA, &[]).await.and_then(|row| row.try_get(0));
        drop(client);
        let _ = driver.await;
        found.map_err(|error| fault(&error))
    }

    /// Brings the schema up to date.
    pub(super) async fn migrate(&self) -> Result<(), Fault> {
        let mut outcome = self.migrate_once().await;
        for attempt in 1..ATTEMPTS {
            if outcome.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50) * 2_u32.pow(attempt)).await;
            outcome = self.migrate_once().await;
        }
        outcome
    }

    /// Grouped, so that a migration and the note that it was made are one transaction.
    async fn migrate_once(&self) -> Result<(), Fault> {
        let (mut client, connection) = self.config.connect(self.tls.clone()).await.map_err(|error| refused(&error))?;
        let driver = tokio::spawn(connection);
        let outcome = run_migrations(&mut client).await;
        drop(client);
        let _ = driver.await;
        outcome
    }
}

async fn run_migrations(client: &mut Client) -> Result<(), Fault> {
    let runner = embedded::migrations::runner().set_grouped(true);
    let known = runner.get_migrations().iter().map(refinery::Migration::version).max().unwrap_or(0);
    match runner.run_async(client).await {
        Ok(_) => Ok(()),
        Err(error) => Err(Fault::Store(match error.kind() {
            Kind::MissingVersion(found) if found.version() > known => format!(
                "the database has schema {} but this program knows only up to {known}; use the newer program",
                found.version()
            ),
            kind => format!("the database could not be brought up to date: {kind}"),
        })),
    }
}

/// What to call a database: its name and where it is.
pub(super) fn named(config: &Config) -> String {
    let hosts = config.get_hosts().iter().map(|host| match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    });
    let name = config.get_dbname().or(config.get_user()).unwrap_or("the default one");
    format!("{name} on PostgreSQL at {}", hosts.collect::<Vec<_>>().join(", "))
}

/// What a URL says. What is wrong is said without repeating the URL: it may hold a password.
pub(super) fn settings(url: &str) -> Result<Config, Fault> {
    let (url, encryption) = encryption(url)?;
    let mut config: Config = url.parse().map_err(|error| fault(&error))?;
    if let Some(encryption) = encryption.or_else(|| stays_here(&config).then_some(SslMode::Disable)) {
        config.ssl_mode(encryption);
    } else {
        config.ssl_mode(SslMode::Require);
    }
    config.connect_timeout(CONNECTING);
    config.tcp_user_timeout(Duration::from_secs(10));
    config.keepalives_idle(Duration::from_secs(30));
    if config.get_application_name().is_none() {
        config.application_name("dialnote-slack");
    }
    Ok(config)
}

/// The URL with a password of any characters; nothing if it has one already. It is put behind everything else, so that
/// users, hosts and sockets stay as they were written.
pub fn with_password(url: &str, password: &str) -> Option<String> {
    let has_none = settings(url).is_ok_and(|config| config.get_password().is_none());
    let mut url = Url::parse(url).ok().filter(|_| has_none)?;
    url.query_pairs_mut().append_pair("password", password);
    Some(url.into())
}

/// Takes what the URL says about TLS out of it, in the words of PostgreSQL's own programs. We never
/// connect without checking the certificate, so all that ask for TLS mean the same here.
fn encryption(url: &str) -> Result<(String, Option<SslMode>), Fault> {
    let mut parsed = Url::parse(url).map_err(|_| unreadable("it is not a URL"))?;
    if !matches!(parsed.scheme(), "postgres" | "postgresql") {
        return Err(unreadable("it does not begin with postgres://"));
    }
    let (asked, others): (Vec<_>, Vec<_>) = parsed.query_pairs().into_owned().partition(|(name, _)| name == "sslmode");
    let encryption = match asked.last().map(|(_, mode)| mode.as_str()) {
        None => None,
        Some("disable") => Some(SslMode::Disable),
        Some("prefer" | "allow") => Some(SslMode::Prefer),
        Some("require" | "verify-ca" | "verify-full") => Some(SslMode::Require),
        Some(_) => return Err(unreadable("sslmode is none of disable, prefer, require, verify-full")),
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(others);
    // PostgreSQL's URLs know `%20` but not `+` for a space; a `+` that was meant is `%2B` by now.
    let query = query.finish().replace('+', "%20");
    parsed.set_query(Some(query.as_str()).filter(|query| !query.is_empty()));
    Ok((parsed.into(), encryption))
}

fn unreadable(why: &str) -> Fault {
    Fault::Store(format!("the database's address cannot be read: {why}"))
}

/// Says why there is no connection, and what to do where the driver's words do not.
fn refused(error: &Error) -> Fault {
    match whole(error) {
        words if words.ends_with("server does not support TLS") => Fault::Store(NO_TLS.to_owned()),
        words if words.ends_with("password missing") => Fault::Store(NO_PASSWORD.to_owned()),
        _ => fault(error),
    }
}

const NO_TLS: &str = "the server offers no TLS. If no one else is on the network between them, add ?sslmode=disable to \
                      DATABASE_URL";

const NO_PASSWORD: &str = "the server wants a password: set DATABASE_PASSWORD";

/// Whether nothing of what is said leaves this machine.
fn stays_here(config: &Config) -> bool {
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1" | "[::1]"),
        #[cfg(unix)]
        Host::Unix(_) => true,
    })
}

/// TLS as for every other call: by the certificates this machine trusts.
fn tls() -> Result<ClientConfig, Fault> {
    let failed = |error: rustls::Error| Fault::Store(format!("TLS cannot be used: {error}"));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let verified = builder.map_err(failed)?.with_platform_verifier().map_err(failed)?;
    Ok(verified.with_no_client_auth())
}

/// A connection on loan. Unless it is given back it is closed: whoever stops half-way through
/// (a deadline, a panic) leaves a connection in a state that nobody knows.
pub(super) struct PooledConnection(Option<Object>);

impl PooledConnection {
    pub(super) async fn from(pool: &Pool) -> Result<Self, Fault> {
        pool.get().await.map(|object| Self(Some(object))).map_err(|error| match error {
            deadpool_postgres::PoolError::Backend(error) => refused(&error),
            other => Fault::Store(format!("no connection to the database: {other}")),
        })
    }

    pub(super) fn client(&self) -> Result<&ClientWrapper, Fault> {
        self.0.as_deref().ok_or_else(|| Fault::Store("the connection is gone".into()))
    }

    pub(super) fn give_back(mut self) {
        drop(self.0.take());
    }
}

impl Drop for PooledConnection {
    fn drop(&mut self) {
        drop(self.0.take().map(Object::take));
    }
}

#[cfg(test)]
mod tests;
