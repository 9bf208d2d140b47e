//! Shares of met answer targets, as a report shows them.

use serde::{Deserialize, Serialize};

/// The targets of a period, by the time at which the waits began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TargetShares {
    /// The limits until an owner.
    pub owner: Share,
    /// The limits until an answer.
    pub answer: Share,
    /// The median time until an answer, in seconds; `None` if there was none.
    pub to_answer: Option<i64>,
}

/// A share of met targets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Share {
    /// The number of met targets.
    pub met: usize,
    /// The number of all targets that were met or missed.
    pub of: usize,
}

impl Share {
    /// Counts a target.
    pub(crate) fn add(&mut self, met: bool) {
        self.met += usize::from(met);
        self.of += 1;
    }

    /// Returns the share in percent, rounded down, so that one miss is never 100%.
    pub(crate) fn percent(self) -> Option<usize> {
        (self.met * 100).checked_div(self.of)
    }
}
