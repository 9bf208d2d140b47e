//! Slack's and dialnote's limits for the operator: the times until which the app makes no calls, and lifting them.

use std::io::Write;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::core::error::{Fault, Service};
use crate::platform::db::{Limit, Store};
use crate::platform::dialnote::answer::BUCKET as DIALNOTE;

/// The largest number of limits that are read.
const MAX_LISTED: usize = 10_000;

/// The reason why the command failed.
#[derive(Debug, thiserror::Error)]
pub enum LimitsError {
    /// The database did not answer.
    #[error("{0}")]
    Store(#[from] Fault),
    /// The output cannot be written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// There is no such limit.
    #[error("no rate limit is called {0}\nhint: `limits list` shows all rate limits")]
    NoLimit(String),
}

/// A choice of limits.
#[derive(Clone, Debug, Default)]
pub struct LimitFilter {
    /// The workspace or organization; `None` for all.
    pub installation: Option<String>,
    /// The limits' methods; empty for all.
    pub methods: Vec<String>,
}

impl LimitFilter {
    fn holds(&self, limit: &Limit) -> bool {
        let of = self.installation.as_ref().is_none_or(|wanted| limit.installation.as_str() == wanted);
        of && (self.methods.is_empty() || self.methods.contains(&limit.bucket))
    }
}

/// Writes a line for each limit.
pub async fn list(store: &dyn Store, now: Timestamp, as_json: bool, out: &mut impl Write) -> Result<(), LimitsError> {
    let limits = store.limits(now, MAX_LISTED).await?;
    for limit in &limits {
        if as_json { writeln!(out, "{}", row(limit))? } else { writeln!(out, "{}", line(limit))? }
    }
    if limits.is_empty() && !as_json {
        writeln!(out, "no rate limits")?;
    }
    Ok(out.flush()?)
}

/// Lifts limits, so that the jobs that wait for them are tried now; returns the lifted ones.
pub async fn clear(store: &dyn Store, chosen: &LimitFilter, now: Timestamp) -> Result<Vec<Limit>, LimitsError> {
    let limits: Vec<_> = store.limits(now, MAX_LISTED).await?.into_iter().filter(|limit| chosen.holds(limit)).collect();
    let missing = chosen.methods.iter().find(|method| limits.iter().all(|limit| limit.bucket != **method));
    if let Some(method) = missing {
        return Err(LimitsError::NoLimit(method.clone()));
    }
    for limit in &limits {
        store.lift(limit, now).await?;
    }
    Ok(limits)
}

/// Returns a line like `T0ACME Slack chat.postMessage until 2026-11-23T09:05:00Z`.
pub fn line(limit: &Limit) -> String {
    let what = match service(limit) {
        Service::Dialnote => DIALNOTE.to_owned(),
        Service::Slack => format!("{} {}", Service::Slack, limit.bucket),
    };
    format!("{} {what} until {}", limit.installation, limit.until)
}

fn row(limit: &Limit) -> Value {
    json!({
        "workspace": limit.installation, "service": service(limit), "method": limit.bucket, "until": limit.until,
    })
}

/// Returns the service of a limit. All of dialnote is one bucket; Slack has one for each method.
fn service(limit: &Limit) -> Service {
    if limit.bucket == DIALNOTE { Service::Dialnote } else { Service::Slack }
}
