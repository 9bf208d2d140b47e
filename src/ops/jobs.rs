//! The job queue for the operator: pending and dead jobs, and retrying the dead ones.

use std::io::Write;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::commands::job::CommandJob;
use crate::core::card_view::CardView;
use crate::core::error::Fault;
use crate::core::external_change_job::ExternalChangeJob;
use crate::core::ids::JobId;
use crate::core::text;
use crate::jobs::handler::Registry;
use crate::jobs::job;
use crate::jobs::outbox::cards::{PostCard, RepostCard};
use crate::jobs::rate_limits::Pacing;
use crate::ops::plain_cause::plain;
use crate::platform::db::{Accepted, Delivery, NewJob, Queue, Store, Stored};

/// The number of jobs in one read.
const JOBS_PER_READ: usize = 500;

/// The time in which a card is posted.
const POSTED: SignedDuration = SignedDuration::from_secs(60);

/// The text that replaces an address with which its reader could answer as the app.
const HIDDEN: &str = "(hidden)";

/// The reason why the command failed.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// The database did not answer.
    #[error("{0}")]
    Store(#[from] Fault),
    /// The output cannot be written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// There is no such job.
    #[error("there is no {0}\nhint: `jobs list` shows failed jobs, `jobs list --waiting` pending ones")]
    NoJob(JobId),
    /// The job is still pending, and will be retried without help.
    #[error("{0} is pending, not failed: the app retries it")]
    NotDead(JobId),
    /// The job was written by another version of the program.
    #[error("{0} cannot be read by this version: {1}")]
    Unreadable(JobId, String),
}

/// Writes a line for each dead or pending job, the oldest first. To a person it reports if there are none.
pub async fn list(store: &dyn Store, dead: bool, as_json: bool, out: &mut impl Write) -> Result<(), JobsError> {
    let mut after = JobId(0);
    loop {
        let piece = store.jobs(dead, after, JOBS_PER_READ).await?;
        let Some(last) = piece.last() else {
            if after == JobId(0) && !as_json {
                writeln!(out, "no {} jobs", if dead { "failed" } else { "pending" })?;
            }
            return Ok(out.flush()?);
        };
        after = last.id;
        for job in &piece {
            if as_json { writeln!(out, "{}", row(job))? } else { writeln!(out, "{}", line(job))? }
        }
    }
}

/// Writes a job in full.
pub async fn show(store: &dyn Store, id: JobId, out: &mut impl Write) -> Result<(), JobsError> {
    let job = store.job(id).await?.ok_or(JobsError::NoJob(id))?;
    Ok(writeln!(out, "{:#}", whole(&job))?)
}

/// Returns a job in full, without secrets.
pub fn whole(job: &Stored) -> Value {
    let mut whole = row(job);
    let mut body: Value = serde_json::from_str(&job.body).unwrap_or_else(|_| Value::String(job.body.clone()));
    hide_addresses(&mut body);
    if let Some(whole) = whole.as_object_mut() {
        whole.insert("body".to_owned(), body);
    }
    whole
}

/// Retries a dead job as if it had just been requested. Repeating this is safe: if it stops halfway, nothing is lost
/// and nothing happens twice.
pub async fn retry(
    store: &dyn Store,
    registry: &Registry,
    id: JobId,
    (now, pacing): (Timestamp, Pacing),
) -> Result<(), JobsError> {
    let dead = given_up(store, id).await?;
    let jobs = again(&dead, registry, now, pacing).map_err(|cause| JobsError::Unreadable(id, cause))?;
    let delivery = Delivery { installation: dead.installation.clone(), key: format!("retry:{id}") };
    let (Accepted::New | Accepted::Duplicate) = store.accept(delivery, jobs, now).await?;
    store.discard(id).await?;
    Ok(())
}

/// Returns the jobs that replace a job after a long time. A command is decided again. A card shows an old state, so its
/// conversation is read again once the card is there.
fn again(dead: &Stored, registry: &Registry, now: Timestamp, pacing: Pacing) -> Result<Vec<NewJob>, String> {
    if let Some(CommandJob { requester, command, quoted, .. }) = job::of_kind(&dead.body) {
        let command = CommandJob { quoted, ..CommandJob::new(requester, command) };
        return Ok(vec![job::new_job(&dead.installation, &command, now, pacing)]);
    }
    let mut jobs = vec![registry.read(&dead.body)?.again(&dead.installation, now, pacing)];
    let posted = job::of_kind(&dead.body).map(|card: PostCard| card.card_view);
    let posted = posted.or_else(|| job::of_kind(&dead.body).map(|card: RepostCard| card.card_view));
    if let Some(CardView { conversation, .. }) = posted {
        let conversation = conversation.id;
        let look = ExternalChangeJob { conversation, before: None, at: now, quiet: true, away: None };
        let due = now.saturating_add(POSTED).unwrap_or(now);
        jobs.push(NewJob { due, ..job::new_job(&dead.installation, &look, now, pacing) });
    }
    Ok(jobs)
}

/// Writes a line for each job that would be deleted, and changes nothing.
pub async fn preview(store: &dyn Store, ids: &[JobId], out: &mut impl Write) -> Result<(), JobsError> {
    for id in ids {
        writeln!(out, "would be deleted: {}", line(&given_up(store, *id).await?))?;
    }
    if ids.is_empty() {
        writeln!(out, "no failed jobs")?;
    }
    Ok(out.flush()?)
}

/// Deletes a dead job.
pub async fn discard(store: &dyn Store, id: JobId) -> Result<(), JobsError> {
    given_up(store, id).await?;
    store.discard(id).await?;
    Ok(())
}

/// Returns the ids of all dead jobs.
pub async fn dead(store: &dyn Store) -> Result<Vec<JobId>, JobsError> {
    let mut ids: Vec<JobId> = Vec::new();
    loop {
        let piece = store.jobs(true, ids.last().copied().unwrap_or(JobId(0)), JOBS_PER_READ).await?;
        if piece.is_empty() {
            return Ok(ids);
        }
        ids.extend(piece.into_iter().map(|job| job.id));
    }
}

async fn given_up(store: &dyn Store, id: JobId) -> Result<Stored, JobsError> {
    let job = store.job(id).await?.ok_or(JobsError::NoJob(id))?;
    if job.dead { Ok(job) } else { Err(JobsError::NotDead(id)) }
}

/// Returns a line:
/// `job-17 T0ACME command.v1 conversation:conv_1001 since 2026-11-23T09:00:00Z, 12 attempts: dialnote did not answer`.
fn line(job: &Stored) -> String {
    let tries = match job.attempt {
        1 => "1 attempt".to_owned(),
        many => format!("{many} attempts"),
    };
    let cause = job.cause.as_deref().map_or_else(String::new, |cause| format!(": {}", plain(cause)));
    let (id, whose, what, key, since) =
        (job.id, &job.installation, job::kind_in_words(&job.body), &job.key, job.accepted);
    // Keys and causes may contain words from outside.
    text::one_line(&format!("{id} {whose} {what} {key} since {since}, {tries}{cause}"), |_| false)
}

fn row(job: &Stored) -> Value {
    let queue = match job.queue {
        Queue::Work => "work",
        Queue::Outbox => "outbox",
    };
    json!({
        "id": job.id.0, "workspace": job.installation, "queue": queue, "kind": job::kind_in_words(&job.body), "key": job.key,
        "dead": job.dead, "due": job.due, "attempt": job.attempt, "accepted": job.accepted, "cause": job.cause,
    })
}

/// Hides response URLs: with one, its holder can speak for the app for half an hour.
fn hide_addresses(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if name == "url" && field.is_string() {
                    *field = HIDDEN.into();
                }
                hide_addresses(field);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide_addresses),
        _ => {}
    }
}

/// Reads the id of a job as answers, logs and lists show it: `job-17`, or `17`.
pub fn id(text: &str) -> Result<JobId, String> {
    let number = text.trim_start_matches("job-").parse().ok().filter(|number| *number > 0);
    number.map(JobId).ok_or_else(|| "not the id of a job\nhint: give one like job-17".to_owned())
}
