//! The clock of both services. The app under test can share it: a clock is one number.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// A source of "now". Clones share the same clock.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that moves only when a test moves it: milliseconds since the epoch.
    Manual(Arc<AtomicI64>),
    /// The machine's clock, this many milliseconds ahead.
    Ahead(Arc<AtomicI64>),
}

impl Clock {
    /// Returns the current instant, cut to whole milliseconds.
    pub fn now(&self) -> Timestamp {
        let machine = Timestamp::now().as_millisecond();
        let millis = match self {
            Self::System => machine,
            Self::Manual(clock) => clock.load(Ordering::SeqCst),
            Self::Ahead(clock) => machine.saturating_add(clock.load(Ordering::SeqCst)),
        };
        Timestamp::from_millisecond(millis).unwrap_or(if millis < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }

    /// Moves the clock. Answers whether it can be moved.
    pub(crate) fn advance(&self, by: SignedDuration) -> bool {
        match self {
            Self::System => false,
            Self::Manual(clock) | Self::Ahead(clock) => {
                clock.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
                true
            }
        }
    }

    /// Returns the lead over the machine's clock, in milliseconds.
    pub(crate) fn ahead_ms(&self) -> i64 {
        match self {
            Self::Ahead(clock) => clock.load(Ordering::SeqCst),
            Self::System | Self::Manual(_) => 0,
        }
    }
}
