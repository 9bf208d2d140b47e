//! The verbs of the queue inside a transaction of the writer, beside the app's own statements.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, Result};

use super::memory::Memory;
use super::{emptying, jobs, waiting};
use crate::{JobId, QueuedJob, Settled, Settlement, TenantId};

/// A part of the writer's transaction. It is committed together with the work of other callers, or undone alone.
pub struct Transaction<'a> {
    connection: &'a Connection,
    memory: &'a mut Memory,
}

impl<'a> Transaction<'a> {
    pub(super) fn new(connection: &'a Connection, memory: &'a mut Memory) -> Self {
        Self { connection, memory }
    }

    /// Returns the connection, for the app's own tables. Never begin or end a transaction on it.
    pub fn connection(&self) -> &'a Connection {
        self.connection
    }

    /// Stores a verdict with its consequences, if the claim still holds. If it does not, nothing else should be stored
    /// either.
    pub fn settle(&mut self, settlement: &Settlement) -> Result<Settled> {
        jobs::settle(self.connection, self.memory, settlement)
    }

    /// Stores a job that does not follow from another job.
    pub fn enqueue(&mut self, job: &QueuedJob) -> Result<()> {
        jobs::enqueue(self.connection, self.memory, job)
    }

    /// Removes old deliveries, as [`DurableQueue::sweep`](crate::DurableQueue::sweep) does.
    pub fn sweep(&mut self, before: Timestamp, max: usize) -> Result<usize> {
        emptying::sweep(self.connection, &mut self.memory.walk, before, max)
    }

    /// Removes a tenant's deliveries and jobs, as [`DurableQueue::clear`](crate::DurableQueue::clear) does.
    pub fn clear(&mut self, tenant: &TenantId, spared: JobId, max: usize) -> Result<usize> {
        let deliveries = emptying::drop_deliveries(self.connection, tenant, max)?;
        Ok(deliveries + emptying::drop_jobs(self.connection, self.memory, tenant, spared, max)?)
    }

    /// Removes all jobs of a tenant. Its deliveries stay known.
    pub fn drop_jobs(&mut self, tenant: &TenantId) -> Result<()> {
        emptying::drop_jobs(self.connection, self.memory, tenant, NO_JOB, usize::MAX).map(drop)
    }

    /// Accounts for a clock that was set back, as [`DurableQueue::set_back`](crate::DurableQueue::set_back) does.
    pub fn set_back(&mut self, by: Duration, now: Timestamp) -> Result<()> {
        waiting::set_back(self.connection, self.memory, by, now)
    }
}

/// An id that no job has.
const NO_JOB: JobId = JobId(0);
