//! Kinds of durable work: how a job is stored, queued and paced. A stored job is an envelope: its kind, with a
//! version, and its body.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::core::ids::InstallationId;
use crate::core::json;
use crate::core::request_context::{RequestContext, Via};
use crate::jobs::rate_limits;
use crate::jobs::rate_limits::Pacing;
use crate::platform::db::rate_limit::RateLimit;
use crate::platform::db::{NewJob, Queue};

/// The initial length of the buffer for an encoded job, in bytes. Most jobs fit, so that they are not copied to a
/// larger buffer.
const USUAL_LENGTH: usize = 768;

/// A kind of durable work.
pub trait JobKind: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The stored name of the kind, with the version of its body.
    const KIND: &'static str;

    /// The queue it waits in.
    const QUEUE: Queue = Queue::Work;

    /// True if the job is about dialnote and no one waits for an answer. Where dialnote is not connected, such a job is
    /// done without being run.
    const NEEDS_DIALNOTE: bool = false;

    /// Set if it runs even while Slack does not name the workspace that the token belongs to.
    const RUNS_WITHOUT_SLACK: bool = false;

    /// Returns the partition key. Jobs with the same key run one at a time, oldest first.
    fn key(&self) -> String;

    /// Returns the partition key whose unfinished jobs this job waits for, if there is one.
    fn after_key(&self) -> Option<String> {
        None
    }

    /// Returns the fairness key: the share of the queue that the job counts against.
    fn fairness_key(&self) -> String {
        String::new()
    }

    /// Returns the coalesce key, if there is one. Of the waiting jobs with the same key only the last matters.
    fn coalesce_key(&self) -> Option<String> {
        None
    }

    /// Returns the rate limits that the job must pass.
    fn rate_limits(&self) -> Vec<RateLimit> {
        Vec::new()
    }

    /// Returns the requester, if one waits for an answer.
    fn requester(&self) -> Option<&RequestContext> {
        None
    }

    /// Answers whether a request from Slack caused the job.
    fn is_from_slack(&self) -> bool {
        self.requester().is_some_and(|requester| !matches!(requester.via, Via::Timer | Via::Postponed))
    }
}

#[derive(Serialize)]
struct JobToEncode<'a, J> {
    kind: &'static str,
    job: &'a J,
}

/// A stored job whose body is not read yet.
#[derive(Deserialize)]
pub(crate) struct JobEnvelope<'a> {
    #[serde(borrow)]
    pub(crate) kind: Cow<'a, str>,
    #[serde(borrow, default)]
    job: Option<&'a RawValue>,
}

impl<'a> JobEnvelope<'a> {
    /// Reads the envelope of a stored job.
    pub(crate) fn of(stored: &'a str) -> Result<Self, String> {
        serde_json::from_str(stored).map_err(|error| format!("column {}", error.column()))
    }

    /// Reads the body. The error says where decoding failed and quotes nothing, because people may have written the
    /// text.
    pub(crate) fn read<J: JobKind>(&self) -> Result<J, String> {
        json::read(self.job.map_or("null", RawValue::get))
    }
}

/// Encodes a job for the store.
pub fn encode<J: JobKind>(job: &J) -> String {
    let mut encoded = Vec::with_capacity(USUAL_LENGTH);
    let outcome = serde_json::to_writer(&mut encoded, &JobToEncode { kind: J::KIND, job });
    outcome.ok().and_then(|()| String::from_utf8(encoded).ok()).unwrap_or_default()
}

/// Decodes a stored job of this kind.
pub fn read<J: JobKind>(stored: &str) -> Result<J, String> {
    JobEnvelope::of(stored)?.read()
}

/// Decodes a stored job, if it is of this kind and can be read.
pub(crate) fn of_kind<J: JobKind>(stored: &str) -> Option<J> {
    JobEnvelope::of(stored).ok().filter(|envelope| envelope.kind == J::KIND)?.read().ok()
}

/// Returns the kind of a stored job for operators, or `unreadable`.
pub(crate) fn kind_in_words(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    json::Peek::words(&body, "/kind").unwrap_or("unreadable").to_owned()
}

/// Returns a job to store, due at once.
pub(crate) fn new_job<J: JobKind>(installation: &InstallationId, job: &J, now: Timestamp, pacing: Pacing) -> NewJob {
    NewJob {
        after_key: job.after_key(),
        fairness_key: job.fairness_key(),
        rate_limits: rate_limits::paced(job.rate_limits(), pacing),
        coalesce_key: job.coalesce_key(),
        ..NewJob::new(installation, J::QUEUE, job.key(), now, encode(job))
    }
}
