//! Kinds of durable work: how a job is stored, queued and paced. A stored job is an envelope: its kind, with a
//! version, and its body.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::domain::request_context::{RequestContext, Via};
use crate::ids::InstallationId;
use crate::json;
use crate::store::rate_limit::RateLimit;
use crate::store::{NewJob, Queue};
use crate::work::rate_limits::{self, Pacing};

/// Room for most jobs, so that a job is not copied each time it has outgrown its room.
const USUAL_LENGTH: usize = 768;

/// A kind of durable work.
pub trait JobKind: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The stored name of the kind, with the version of its body.
    const KIND: &'static str;

    /// The queue it waits in.
    const QUEUE: Queue = Queue::Work;

    /// Whether it is about dialnote and no one waits for an answer: where dialnote is not connected, nothing is left
    /// to be done.
    const NEEDS_DIALNOTE: bool = false;

    /// The partition key: jobs with the same key run one at a time, oldest first.
    fn key(&self) -> String;

    /// The key behind whose jobs it queues up, as long as one of those is unfinished.
    fn after_key(&self) -> Option<String> {
        None
    }

    /// The share of the queue that it takes part of.
    fn fairness_key(&self) -> String {
        String::new()
    }

    /// The mark of jobs of which only the last that waits matters.
    fn coalesce_key(&self) -> Option<String> {
        None
    }

    /// The rate limits that it has to pass.
    fn rate_limits(&self) -> Vec<RateLimit> {
        Vec::new()
    }

    /// The person who asked for it, if one waits for an answer.
    fn requester(&self) -> Option<&RequestContext> {
        None
    }

    /// Whether a request of Slack's asked for it.
    fn is_from_slack(&self) -> bool {
        self.requester().is_some_and(|requester| !matches!(requester.via, Via::Timer | Via::Postponed))
    }
}

#[derive(Serialize)]
struct Envelope<'a, J> {
    kind: &'static str,
    job: &'a J,
}

#[derive(Deserialize)]
struct Stored<'a> {
    kind: String,
    #[serde(borrow, default)]
    job: Option<&'a RawValue>,
}

/// The job as the store keeps it.
pub fn encode<J: JobKind>(job: &J) -> String {
    let mut encoded = Vec::with_capacity(USUAL_LENGTH);
    let outcome = serde_json::to_writer(&mut encoded, &Envelope { kind: J::KIND, job });
    outcome.ok().and_then(|()| String::from_utf8(encoded).ok()).unwrap_or_default()
}

/// The job that the store kept. If it cannot be read, the answer says where, and nothing of what stands there: people
/// may have written it.
pub fn read<J: JobKind>(body: &str) -> Result<J, String> {
    let stored = envelope(body)?;
    json::read(stored.job.map_or("null", RawValue::get))
}

/// The job, if it is of this kind and can be read.
pub fn of_kind<J: JobKind>(body: &str) -> Option<J> {
    envelope(body).ok().filter(|stored| stored.kind == J::KIND).and_then(|_| read(body).ok())
}

/// The kind of a stored job.
pub(crate) fn kind(body: &str) -> Result<String, String> {
    envelope(body).map(|stored| stored.kind)
}

/// The kind of a stored job, for operators.
pub fn kind_in_words(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    json::Peek::words(&body, "/kind").unwrap_or("unreadable").to_owned()
}

fn envelope(body: &str) -> Result<Stored<'_>, String> {
    serde_json::from_str(body).map_err(|error| format!("column {}", error.column()))
}

/// A job to be stored, due at once.
pub fn new_job<J: JobKind>(installation: &InstallationId, job: &J, now: Timestamp, pacing: Pacing) -> NewJob {
    NewJob {
        after_key: job.after_key(),
        fairness_key: job.fairness_key(),
        rate_limits: rate_limits::paced(job.rate_limits(), pacing),
        coalesce_key: job.coalesce_key(),
        ..NewJob::new(installation, J::QUEUE, job.key(), now, encode(job))
    }
}
