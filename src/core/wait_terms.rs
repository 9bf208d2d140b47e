//! The working time in which a contact's wait counts.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::core::targets::Target;
use crate::core::working_hours;
use crate::core::working_hours::Hours;

/// The terms on which a wait counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WaitTerms {
    /// The target.
    pub(crate) target: Target,
    /// The working hours.
    pub(crate) working: Hours,
    /// The time zone, if it is known.
    pub(crate) zone: Option<String>,
}

impl WaitTerms {
    /// Returns the instant so many minutes of working time later.
    pub(crate) fn after(&self, from: Timestamp, minutes: u16) -> Timestamp {
        self.later(from, SignedDuration::from_mins(i64::from(minutes)))
    }

    /// Returns the instant so much working time later.
    pub(crate) fn later(&self, from: Timestamp, time: SignedDuration) -> Timestamp {
        self.working.after(from, time, &working_hours::zone(self.zone.as_deref()))
    }

    /// Returns the working time between two instants.
    pub(crate) fn between(&self, from: Timestamp, to: Timestamp) -> SignedDuration {
        self.working.between(from, to, &working_hours::zone(self.zone.as_deref()))
    }

    /// Returns the end of a limit that begins at `from`; `None` for no limit.
    pub(crate) fn limit(&self, from: Timestamp, minutes: u16) -> Option<Timestamp> {
        (minutes > 0).then(|| self.after(from, minutes))
    }

    /// Returns the instant so much working time before `due`.
    pub(crate) fn before(&self, due: Timestamp, minutes: u16) -> Timestamp {
        self.working.before(
            due,
            SignedDuration::from_mins(i64::from(minutes)),
            &working_hours::zone(self.zone.as_deref()),
        )
    }
}
