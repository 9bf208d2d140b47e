//! Names of acts: all that one request asked for is one act.

use crate::domain::command_job::CommandJob;
use crate::store::Claim;

/// What a command is part of: whatever was asked for at once is one act.
pub(crate) fn act(claim: &Claim, job: &CommandJob) -> String {
    match &job.batch {
        Some(batch) => batch.id.clone(),
        None => one(claim),
    }
}

/// A name for what follows from one job. Stores number their jobs from one again when they are replaced.
pub(crate) fn one(claim: &Claim) -> String {
    format!("{}-{}", claim.id, claim.accepted.as_millisecond())
}
