//! Names of acts: everything that one request asked for is one act.

use crate::commands::job::CommandJob;
use crate::platform::db::Claim;

/// Returns the act that a command is part of: everything that was asked for at once is one act.
pub fn act(claim: &Claim, job: &CommandJob) -> String {
    match &job.batch {
        Some(batch) => batch.id.clone(),
        None => one(claim),
    }
}

/// Returns a name for what follows from one job. The name contains the time of acceptance, because a replaced store
/// numbers its jobs from 1 again.
pub(crate) fn one(claim: &Claim) -> String {
    format!("{}-{}", claim.id, claim.accepted.as_millisecond())
}
