//! The outcome of one step of a job.

use tracing::error;

use crate::core::error::Fault;
use crate::core::refusal::Refusal;
use crate::platform::db::{Claim, Effect, Verdict};

/// The result of a step: the verdict on its job, and the effects to store.
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    pub(crate) effects: Vec<Effect>,
}

impl Outcome {
    pub(crate) fn done(effects: Vec<Effect>) -> Self {
        Self { verdict: Verdict::Done, effects }
    }

    pub(crate) fn dead(claim: &Claim, cause: String) -> Self {
        error!(attempt = claim.attempt, cause, "job failed; kept for `jobs retry`");
        Self { verdict: Verdict::Dead { cause }, effects: Vec::new() }
    }
}

/// The reason why a step did not succeed.
pub(crate) enum Stop {
    Refused(Refusal),
    Fault(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
