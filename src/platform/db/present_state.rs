//! A database as a program finds it that has not changed it yet: for the check before an upgrade.

use durable_queue::schema::{Applied, Schema, SchemaMismatch, missing};

use crate::core::ids::JobId;

/// Answers why this version cannot read a stored job, by the job's text.
pub type WhyUnreadable<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

/// The schema and the stored jobs of a database.
#[derive(Debug)]
pub struct PresentState {
    /// The number of migrations that were run.
    pub schema: usize,
    /// The names of the migrations that this version will run, in order.
    pub missing: Vec<&'static str>,
    /// The number of stored jobs, pending and failed.
    pub jobs: usize,
    /// The jobs that this version cannot read, oldest first.
    pub unreadable: Vec<UnreadableJob>,
}

/// A stored job that this version cannot read.
#[derive(Debug, PartialEq, Eq)]
pub struct UnreadableJob {
    /// The job.
    pub id: JobId,
    /// True if it failed for good and nothing waits for it.
    pub is_dead: bool,
    /// The reason.
    pub why: String,
}

impl PresentState {
    /// Compares a database's history with a program's schema. The jobs are still to be counted.
    pub(super) fn of(schema: Schema, history: &[Applied]) -> Result<Self, SchemaMismatch> {
        let missing = missing(schema, history)?.map(|(migration, _)| migration.name).collect();
        Ok(Self { schema: history.len(), missing, jobs: 0, unreadable: Vec::new() })
    }

    /// Counts a job.
    pub(super) fn count(&mut self, job: &StoredBody, unreadable: WhyUnreadable<'_>) {
        self.jobs += 1;
        if let Some(why) = unreadable(&job.body) {
            self.unreadable.push(UnreadableJob { id: job.id, is_dead: job.is_dead, why });
        }
    }
}

/// A stored job, as far as the check needs it.
pub(super) struct StoredBody {
    pub(super) id: JobId,
    pub(super) is_dead: bool,
    pub(super) body: String,
}
