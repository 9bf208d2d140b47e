//! The valid values of settings, and the descriptions of invalid ones. They never contain the value itself, which may
//! be a secret in the wrong place.

use std::net::SocketAddr;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use secrecy::SecretString;
use url::Url;

use crate::config::model::{Database, LogFormat};
use crate::jobs::rate_limits::Pacing;
use crate::platform::db::postgres::Postgres;

/// Reads a text without spaces.
pub(super) fn word(text: &str) -> Result<String, String> {
    if text.contains(char::is_whitespace) { Err(WITH_A_SPACE.into()) } else { Ok(text.to_owned()) }
}

pub(super) const WITH_A_SPACE: &str = "is empty or has a space in it; copy it again";

pub(super) fn web_address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url.ok_or("is not a web address; give one like https://app.dialnote.com")?;
    let local = url.host_str().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() == "http" && !local {
        return Err(
            "is not https, so keys would be sent unencrypted; only addresses on this machine may be http".into()
        );
    }
    Ok(url)
}

pub(super) fn app_token(text: &str) -> Result<SecretString, String> {
    if text.contains(char::is_whitespace) {
        return Err(WITH_A_SPACE.into());
    }
    let right = text.starts_with("xapp-");
    let parse_error = "does not begin with xapp-; copy the app-level token, not another one";
    right.then(|| SecretString::from(text)).ok_or_else(|| parse_error.into())
}

pub(super) fn sockets(text: &str) -> Result<usize, String> {
    let connections = text.parse().ok().filter(|connections| (1..=10).contains(connections));
    connections.ok_or_else(|| "is not a number from 1 to 10".into())
}

pub(super) fn header_name(text: &str) -> Result<String, String> {
    let token = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    token.then(|| text.to_owned()).ok_or_else(|| "is not a header name; give one like X-DialNote-Signature".into())
}

pub(super) fn database(text: &str) -> Result<Database, String> {
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        let readable = Postgres::check(text).map(|()| Database::Postgres(text.into()));
        return readable.map_err(|_| POSTGRES_MISREAD.into());
    }
    let path = text.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path));
    let path = path.filter(|path| !path.is_empty());
    path.map(|path| Database::Sqlite(path.into())).ok_or_else(|| DATABASE_MISREAD.into())
}

const DATABASE_MISREAD: &str = "is neither sqlite: and a file, for example sqlite:dialnote-slack.db, \
                                nor an address like postgres://user:password@host/database";

const POSTGRES_MISREAD: &str = "cannot be read; give an address like postgres://user:password@host:5432/database, with \
                                %40 for an @ in the password and optionally ?sslmode=disable, prefer or require";

pub(super) fn lease(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| (5..=600).contains(seconds));
    seconds.map(Duration::from_secs).ok_or_else(|| "is not a number of seconds from 5 to 600".into())
}

pub(super) fn drain(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| (0..=300).contains(seconds));
    seconds.map(Duration::from_secs).ok_or_else(|| "is not a number of seconds from 0 to 300".into())
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("must be text or json".to_owned()),
    }
}

pub(super) fn pacing(text: &str) -> Result<Pacing, String> {
    match text {
        "documented" => Ok(Pacing::Documented),
        "as-allowed" => Ok(Pacing::AsAllowed),
        _ => Err("must be documented or as-allowed".into()),
    }
}

pub(super) fn parallel(text: &str) -> Result<usize, String> {
    let jobs = text.parse().ok().filter(|jobs| (1..=256).contains(jobs));
    jobs.ok_or_else(|| "is not a number from 1 to 256".into())
}

pub(super) fn days(text: &str) -> Result<Duration, String> {
    let days = text.parse().ok().filter(|days| (1..=36_500).contains(days));
    days.map(|days: u64| Duration::from_secs(24 * 60 * 60 * days))
        .ok_or_else(|| "is not a number of days from 1 to 36500, or none".into())
}

pub(super) fn listen_address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "is not an address with a port, for example 127.0.0.1:8080".into())
}

/// Reads the address of a collector. It may be anywhere in the operator's own network, and gets no secrets.
pub(super) fn collector_address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.ok_or_else(|| "is not a web address; give one like http://127.0.0.1:4318".into())
}

pub(super) fn headers(text: &str) -> Result<Vec<(String, SecretString)>, String> {
    let header = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        HeaderName::try_from(name).ok()?;
        HeaderValue::try_from(value).ok()?;
        Some((name.to_owned(), SecretString::from(value)))
    };
    let headers: Option<_> = text.split(',').map(header).collect();
    headers.ok_or_else(|| "is not of the form name=value,name=value".into())
}

pub(super) fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "is not a number from 0 to 1".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_a_file_or_a_server_and_its_password_is_not_shown() {
        let read = |url| database(url).map(|database| format!("{database:?}"));
        assert_eq!(read("sqlite:a.db"), Ok(r#"Sqlite("a.db")"#.into()));
        let server = read("postgres://app:planted@db.example/dialnote?sslmode=require").unwrap_or_default();
        assert!(server.starts_with("Postgres(") && !server.contains("planted"), "{server}");
        assert_eq!(read("postgres://app:planted@db.example:port/x"), Err(POSTGRES_MISREAD.into()));
        assert_eq!(read("postgres://app:planted@db/x?sslmode=perhaps"), Err(POSTGRES_MISREAD.into()));
        assert_eq!(read("mysql://planted"), Err(DATABASE_MISREAD.into()));
    }
}
