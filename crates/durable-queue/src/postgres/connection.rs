//! A connection can be cut at any moment, by a fail-over, a proxy or a cable. So every connection
//! gives up in bounded time, is thrown away rather than reused when anything about it is unclear,
//! and is replaced by a new one when it is next needed.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{
    ClientWrapper, Hook, Manager, ManagerConfig, Object, Pool, QueueMode, RecyclingMethod, Runtime,
};
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_postgres::{Config, Error};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::{Address, CONNECTING};
use super::fault::fault;
use super::migrating::migrate;
use crate::QueueError;
use crate::error::with_sources;
use crate::schema::Schema;

/// Number of connections that an instance uses for its work; one more listens.
const CONNECTIONS: usize = 8;

/// Settings that every working connection begins with. The server gives up before we do: a statement whose caller has
/// left must not go on holding locks, and neither must an instance that was paused in the middle of a transaction. We
/// never pause between two statements.
///
/// A statement is planned once and keeps its plan. The server would plan most of ours at each execution, because their
/// arrays differ: that took more than twice as long as carrying them out. In a quiet night the table of jobs is empty
/// and vacuumed, and a plan made then would read all of it for each partition: in the morning, when many jobs wait,
/// until it is analyzed. So sequential scans are off. A scan without an alternative would then seem so expensive that
/// it would be compiled first, so `jit` is off too. Set only where the server knows it: not every relative of
/// PostgreSQL does.
const SETTLE_IN: &str =
    "SET statement_timeout = '4s'; SET lock_timeout = '3s'; SET idle_in_transaction_session_timeout = '2s';
    SELECT set_config(name, CASE name WHEN 'plan_cache_mode' THEN 'force_generic_plan' ELSE 'off' END, false)
    FROM pg_settings WHERE name IN ('enable_seqscan', 'jit', 'plan_cache_mode')";

/// Asks whether a schema was installed here.
const HAS_SCHEMA: &str = "SELECT to_regclass('schema_migrations') IS NOT NULL";

/// Number of attempts at bringing the schema up to date. Of two instances that start at the same moment one fails, and
/// finds the work done on its next attempt.
const ATTEMPTS: u32 = 6;

/// Everything needed to connect: address, user and TLS.
#[derive(Clone)]
pub(super) struct ConnectionTarget {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
}

impl ConnectionTarget {
    /// Adds TLS to an address.
    pub(super) fn at(address: Address) -> Result<Self, QueueError> {
        Ok(Self { config: address.config, tls: MakeRustlsConnect::new(tls()?) })
    }

    /// Returns a pool of working connections, each opened when it is first needed.
    pub(super) fn pool(&self) -> Result<Pool, QueueError> {
        // `Fast` asks the client whether it is closed, not the server: a question per loan would double the round
        // trips. The call that finds a missed failure handles it.
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(self.config.clone(), self.tls.clone(), recycling);
        // The connection used last is lent first. In turns, each of them would serve a quiet installation with
        // processor caches that have gone cold.
        Pool::builder(manager)
            .max_size(CONNECTIONS)
            .queue_mode(QueueMode::Lifo)
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
            .map_err(|error| QueueError::new(error.to_string()))
    }

    /// Answers whether there is a schema already.
    pub(super) async fn has_schema(&self) -> Result<bool, QueueError> {
        let (client, connection) = self.config.connect(self.tls.clone()).await.map_err(|error| refused(&error))?;
        let driver = tokio::spawn(connection);
        let found = client.query_one(HAS_SCHEMA, &[]).await.and_then(|row| row.try_get(0));
        drop(client);
        let _ = driver.await;
        found.map_err(|error| fault(&error))
    }

    /// Brings the schema up to date.
    pub(super) async fn migrate(&self, schema: Schema) -> Result<(), QueueError> {
        let mut outcome = self.migrate_once(schema).await;
        for attempt in 1..ATTEMPTS {
            if outcome.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50) * 2_u32.pow(attempt)).await;
            outcome = self.migrate_once(schema).await;
        }
        outcome
    }

    async fn migrate_once(&self, schema: Schema) -> Result<(), QueueError> {
        let (mut client, connection) = self.config.connect(self.tls.clone()).await.map_err(|error| refused(&error))?;
        let driver = tokio::spawn(connection);
        let outcome = migrate(&mut client, schema).await;
        drop(client);
        let _ = driver.await;
        outcome
    }
}

/// Returns the reason why there is no connection, by kind where the caller may know a remedy.
pub(super) fn refused(error: &Error) -> QueueError {
    match with_sources(error) {
        words if words.ends_with("server does not support TLS") => QueueError::NoTls,
        words if words.ends_with("password missing") => QueueError::NoPassword,
        _ => fault(error),
    }
}

/// Returns the TLS settings of every other call: the certificates that this machine trusts.
fn tls() -> Result<ClientConfig, QueueError> {
    let failed = |error: rustls::Error| QueueError::new(format!("TLS cannot be used: {error}"));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let verified = builder.map_err(failed)?.with_platform_verifier().map_err(failed)?;
    Ok(verified.with_no_client_auth())
}

/// A connection on loan. Unless it is given back it is closed: a caller that stops half-way (a deadline, a panic)
/// leaves a connection in an unknown state.
pub(super) struct PooledConnection(Option<Object>);

impl PooledConnection {
    pub(super) async fn from(pool: &Pool) -> Result<Self, QueueError> {
        pool.get().await.map(|object| Self(Some(object))).map_err(|error| match error {
            deadpool_postgres::PoolError::Backend(error) => refused(&error),
            other => QueueError::new(format!("no connection to the database: {other}")),
        })
    }

    pub(super) fn client(&self) -> Result<&ClientWrapper, QueueError> {
        self.0.as_deref().ok_or_else(|| QueueError::new("the connection was lost"))
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
