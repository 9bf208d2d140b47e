//! The address of a PostgreSQL database: a URL.

use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use url::Url;

use super::fault::fault;
use crate::QueueError;

/// Time that connecting, or waiting for a free connection, may take.
pub(super) const CONNECTING: Duration = Duration::from_secs(3);

/// The address of a database, and the program that speaks to it.
#[derive(Clone, Debug)]
pub struct Address {
    pub(super) config: Config,
    /// The channel on which instances notify each other of new work.
    pub(super) channel: String,
}

impl Address {
    /// Reads a `postgres://` URL, without connecting. Errors do not repeat the URL: it may hold a password. Instances
    /// of one `program` notify each other of new work; the server shows its name.
    pub fn read(url: &str, program: &str) -> Result<Self, QueueError> {
        let mut config = settings(url)?;
        if config.get_application_name().is_none() {
            config.application_name(program);
        }
        Ok(Self { config, channel: program.replace(|c: char| !c.is_ascii_alphanumeric(), "_") })
    }

    /// Returns the database's name and host for display, without the password.
    pub fn name(&self) -> String {
        named(&self.config)
    }

    /// Answers whether the connection uses TLS.
    pub fn is_encrypted(&self) -> bool {
        self.config.get_ssl_mode() != SslMode::Disable
    }
}

/// Returns the URL with a password of any characters; `None` if it has one already. The password is put behind
/// everything else, so that users, hosts and sockets stay as they were written.
pub fn with_password(url: &str, password: &str) -> Option<String> {
    let has_none = settings(url).is_ok_and(|config| config.get_password().is_none());
    let mut url = Url::parse(url).ok().filter(|_| has_none)?;
    url.query_pairs_mut().append_pair("password", password);
    Some(url.into())
}

fn settings(url: &str) -> Result<Config, QueueError> {
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
    Ok(config)
}

fn named(config: &Config) -> String {
    let hosts = config.get_hosts().iter().map(|host| match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    });
    let name = config.get_dbname().or(config.get_user()).unwrap_or("the default one");
    format!("{name} on PostgreSQL at {}", hosts.collect::<Vec<_>>().join(", "))
}

/// Removes the TLS parameters from the URL, in the words of PostgreSQL's own programs. We never connect without
/// checking the certificate, so all modes that ask for TLS mean the same here.
fn encryption(url: &str) -> Result<(String, Option<SslMode>), QueueError> {
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
        Some(_) => return Err(unreadable("sslmode must be disable, prefer, require or verify-full")),
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(others);
    // PostgreSQL's URLs know `%20` but not `+` for a space; a literal `+` is `%2B` by now.
    let query = query.finish().replace('+', "%20");
    parsed.set_query(Some(query.as_str()).filter(|query| !query.is_empty()));
    Ok((parsed.into(), encryption))
}

fn unreadable(why: &str) -> QueueError {
    QueueError::new(format!("the database's address cannot be read: {why}"))
}

/// Answers whether the connection never leaves this machine.
fn stays_here(config: &Config) -> bool {
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1" | "[::1]"),
        #[cfg(unix)]
        Host::Unix(_) => true,
    })
}

#[cfg(test)]
mod tests;
