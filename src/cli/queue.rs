//! The commands about jobs, rate limits and the audit log.

use std::io::Write;

use dialnote_slack::core::clock::Clock;
use dialnote_slack::core::ids::JobId;
use dialnote_slack::jobs::rate_limits::Pacing;
use dialnote_slack::ops::{audit_report, jobs, limits};
use dialnote_slack::platform::db::Store;
use dialnote_slack::worker::handlers;

use crate::cli::failure::Failure;
use crate::cli::opening::{self, SettingsLookup};
use crate::cli::{Care, Chosen, Jobs, Limits};

/// Prints the audit log.
pub(crate) async fn audit(
    settings: &SettingsLookup,
    since: Option<String>,
    format: audit_report::AuditFormat,
) -> Result<(), Failure> {
    let since = match since {
        Some(text) => audit_report::since(&text, Clock::System.now()).ok_or(Failure::Since(text))?,
        None => jiff::Timestamp::MIN,
    };
    let store = opening::existing(settings).await?;
    Ok(audit_report::write(store.as_ref(), since, format, &mut std::io::stdout().lock()).await?)
}

/// Shows, retries or deletes jobs.
pub(crate) async fn look_after_jobs(settings: &SettingsLookup, command: Jobs) -> Result<(), Failure> {
    let store = opening::existing(settings).await?;
    let (store, mut out) = (store.as_ref(), std::io::stdout().lock());
    match command {
        Jobs::List { waiting, json } => jobs::list(store, !waiting, json, &mut out).await?,
        Jobs::Show { id } => jobs::show(store, id, &mut out).await?,
        Jobs::Retry(chosen) => retry_jobs(store, &chosen.ids(store).await?, &mut out).await?,
        Jobs::Drop { chosen, care } => delete_jobs(store, &chosen.ids(store).await?, &care, &mut out).await?,
    }
    Ok(())
}

async fn retry_jobs(store: &dyn Store, ids: &[JobId], out: &mut impl Write) -> Result<(), Failure> {
    let now = Clock::System.now();
    for id in ids {
        jobs::retry(store, &handlers::all(None), *id, (now, Pacing::default())).await?;
    }
    if ids.is_empty() {
        return Ok(writeln!(out, "no failed jobs")?);
    }
    Ok(writeln!(out, "retrying {}", counted(ids.len()))?)
}

async fn delete_jobs(store: &dyn Store, ids: &[JobId], care: &Care, out: &mut impl Write) -> Result<(), Failure> {
    if !care.yes || ids.is_empty() {
        jobs::preview(store, ids, out).await?;
    }
    if care.dry_run || ids.is_empty() {
        return Ok(());
    }
    care.ask(&format!("Delete {}?", counted(ids.len())), "deleted")?;
    for id in ids {
        jobs::discard(store, *id).await?;
    }
    Ok(writeln!(out, "deleted {}", counted(ids.len()))?)
}

impl Chosen {
    async fn ids(self, store: &dyn Store) -> Result<Vec<JobId>, Failure> {
        if self.all { Ok(jobs::dead(store).await?) } else { Ok(self.ids) }
    }
}

fn counted(jobs: usize) -> String {
    if jobs == 1 { "1 job".to_owned() } else { format!("{jobs} jobs") }
}

/// Shows or lifts rate limits.
pub(crate) async fn look_after_limits(settings: &SettingsLookup, command: Limits) -> Result<(), Failure> {
    let store = opening::existing(settings).await?;
    let (store, mut out, now) = (store.as_ref(), std::io::stdout().lock(), Clock::System.now());
    match command {
        Limits::List { json } => limits::list(store, now, json, &mut out).await?,
        Limits::Clear { methods, all: _, whose } => {
            let chosen = limits::LimitFilter { installation: whose.installation, methods };
            let lifted = limits::clear(store, &chosen, now).await?;
            for limit in &lifted {
                writeln!(out, "lifted: {}", limits::line(limit))?;
            }
            if lifted.is_empty() {
                let of = chosen.installation.map_or_else(String::new, |installation| format!(" of {installation}"));
                writeln!(out, "no rate limits{of} to clear")?;
            }
        }
    }
    Ok(())
}
