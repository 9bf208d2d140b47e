//! The queue for whoever looks after it: what waits and what was given up, and a second chance for that.

use std::io::Write;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::domain::command_job::CommandJob;
use crate::domain::job::ExternalChangeJob;
use crate::domain::message::Message;
use crate::error::Fault;
use crate::ids::JobId;
use crate::store::Store;
use crate::store::{Accepted, Delivery, NewJob, Queue, Stored};
use crate::work::rate_limits::Pacing;
use crate::work::{handlers, job};

/// How many are read at a time.
const JOBS_PER_READ: usize = 500;

/// How long it takes to post a card.
const POSTED: SignedDuration = SignedDuration::from_secs(60);

/// What is written in the place of an address that lets its reader answer for the app.
const HIDDEN: &str = "(hidden)";

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// The database did not answer.
    #[error("{0}")]
    Store(#[from] Fault),
    /// Nobody takes what is written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// There is no such job.
    #[error("there is no {0}; `jobs list` shows those there are")]
    NoJob(JobId),
    /// It still waits, and will be tried by itself.
    #[error("{0} was not given up: it will be tried by itself")]
    NotDead(JobId),
    /// A job of another version of the program.
    #[error("{0} cannot be read by this version: {1}")]
    Unreadable(JobId, String),
}

/// Writes a line for each job that was given up, or that waits, the oldest first. To a person it says so if there is
/// none.
pub async fn list(store: &dyn Store, dead: bool, as_json: bool, out: &mut impl Write) -> Result<(), JobsError> {
    let mut after = JobId(0);
    loop {
        let piece = store.jobs(dead, after, JOBS_PER_READ).await?;
        let Some(last) = piece.last() else {
            if after == JobId(0) && !as_json {
                writeln!(out, "none: no job {}", if dead { "was given up" } else { "waits" })?;
            }
            return Ok(out.flush()?);
        };
        after = last.id;
        for job in &piece {
            if as_json { writeln!(out, "{}", row(job))? } else { writeln!(out, "{}", line(job))? }
        }
    }
}

/// Writes all about one job.
pub async fn show(store: &dyn Store, id: JobId, out: &mut impl Write) -> Result<(), JobsError> {
    let job = store.job(id).await?.ok_or(JobsError::NoJob(id))?;
    Ok(writeln!(out, "{:#}", whole(&job))?)
}

/// All about a job, but for what is secret.
pub fn whole(job: &Stored) -> Value {
    let mut whole = row(job);
    let mut body: Value = serde_json::from_str(&job.body).unwrap_or_else(|_| Value::String(job.body.clone()));
    hide_addresses(&mut body);
    if let Some(whole) = whole.as_object_mut() {
        whole.insert("body".to_owned(), body);
    }
    whole
}

/// Has a job that was given up tried again, as if it had just been asked for. Doing so twice is doing it
/// once: if this stops in between, nothing is lost and nothing happens twice.
pub async fn retry(store: &dyn Store, id: JobId, now: Timestamp, pacing: Pacing) -> Result<(), JobsError> {
    let dead = given_up(store, id).await?;
    let jobs = again(&dead, now, pacing).map_err(|cause| JobsError::Unreadable(id, cause))?;
    let delivery = Delivery { installation: dead.installation.clone(), key: format!("retry:{id}") };
    let (Accepted::New | Accepted::Duplicate) = store.accept(delivery, jobs, now).await?;
    store.discard(id).await?;
    Ok(())
}

/// The job as it has to be after a long time: what was decided then is decided once more; a card shows what was so
/// then, and its conversation is looked at once the card is there.
fn again(dead: &Stored, now: Timestamp, pacing: Pacing) -> Result<Vec<NewJob>, String> {
    if let Some(CommandJob { requester, command, quoted, .. }) = job::of_kind(&dead.body) {
        let command = CommandJob { quoted, ..CommandJob::new(requester, command) };
        return Ok(vec![job::new_job(&dead.installation, &command, now, pacing)]);
    }
    let mut jobs = vec![handlers::all(None).of(&dead.body)?.again(&dead.installation, &dead.body, now, pacing)?];
    if let Some(Message::Card { card_view, .. } | Message::Anew { card_view, .. }) = job::of_kind(&dead.body) {
        let conversation = card_view.conversation.id;
        let look = ExternalChangeJob { conversation, before: None, at: now, quiet: true, away: None };
        let due = now.saturating_add(POSTED).unwrap_or(now);
        jobs.push(NewJob { due, ..job::new_job(&dead.installation, &look, now, pacing) });
    }
    Ok(jobs)
}

/// Writes a line for each job that would be thrown away, and changes nothing.
pub async fn preview(store: &dyn Store, ids: &[JobId], out: &mut impl Write) -> Result<(), JobsError> {
    for id in ids {
        writeln!(out, "would be thrown away: {}", line(&given_up(store, *id).await?))?;
    }
    if ids.is_empty() {
        writeln!(out, "none: no job was given up")?;
    }
    Ok(out.flush()?)
}

/// Throws away a job that was given up.
pub async fn discard(store: &dyn Store, id: JobId) -> Result<(), JobsError> {
    given_up(store, id).await?;
    store.discard(id).await?;
    Ok(())
}

/// The ids of all jobs that were given up.
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

/// `job-17 T0ACME command.v1 conversation:conv_1001 since 2026-11-23T09:00:00Z, 12 tries: dialnote did not answer`.
fn line(job: &Stored) -> String {
    let tries = match job.attempt {
        1 => "one try".to_owned(),
        many => format!("{many} tries"),
    };
    let cause = job.cause.as_deref().map_or_else(String::new, |cause| format!(": {cause}"));
    let (id, whose, what, key, since) =
        (job.id, &job.installation, job::kind_in_words(&job.body), &job.key, job.accepted);
    format!("{id} {whose} {what} {key} since {since}, {tries}{cause}")
}

fn row(job: &Stored) -> Value {
    let queue = match job.queue {
        Queue::Work => "inbox",
        Queue::Outbox => "outbox",
    };
    json!({
        "id": job.id.0, "workspace": job.installation, "lane": queue, "kind": job::kind_in_words(&job.body), "key": job.key,
        "dead": job.dead, "due": job.due, "attempt": job.attempt, "accepted": job.accepted, "cause": job.cause,
    })
}

/// A response URL lets whoever has it speak for the app for half an hour.
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

/// Reads the name of a job, as it is written in answers, logs and lists: `job-17`, or `17`.
pub fn id(text: &str) -> Result<JobId, String> {
    let number = text.trim_start_matches("job-").parse().ok().filter(|number| *number > 0);
    number.map(JobId).ok_or_else(|| "give the name of a job, like job-17".to_owned())
}
