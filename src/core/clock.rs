//! The clock. Every part that depends on the time gets a clock passed in, so that a test can let a day pass in no time
//! and two parts of the program never disagree about "now".

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// A source of the current time. Cloning shares the same clock.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that stands still until it is moved.
    Manual(ManualClock),
    /// The machine's clock, moved forward.
    Ahead(AheadClock),
}

impl Clock {
    /// Returns the current instant, cut to whole milliseconds (the resolution of everything the app stores).
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => from_millis(Timestamp::now().as_millisecond()),
            Self::Manual(clock) => clock.now(),
            Self::Ahead(clock) => clock.now(),
        }
    }
}

/// Shares the app's clock with the sandbox.
#[cfg(feature = "sandbox")]
impl From<&Clock> for dialnote_sandbox::Clock {
    fn from(clock: &Clock) -> Self {
        match clock {
            Clock::System => Self::System,
            Clock::Manual(ManualClock(millis)) => Self::Manual(millis.clone()),
            Clock::Ahead(AheadClock(millis)) => Self::Ahead(millis.clone()),
        }
    }
}

/// A clock for tests and for the sandbox: it moves only when the test moves it.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// Creates a clock that shows `start`.
    pub fn at(start: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(start.as_millisecond())))
    }

    /// Returns the time on the clock.
    pub fn now(&self) -> Timestamp {
        from_millis(self.0.load(Ordering::SeqCst))
    }

    /// Moves the clock forward (or back, with a negative duration).
    pub fn advance(&self, by: SignedDuration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

/// The machine's clock, some time ahead of it: for a demo in which a day can pass.
#[derive(Clone, Debug, Default)]
pub struct AheadClock(Arc<AtomicI64>);

impl AheadClock {
    /// Returns the time on the clock.
    pub fn now(&self) -> Timestamp {
        from_millis(Timestamp::now().as_millisecond().saturating_add(self.0.load(Ordering::SeqCst)))
    }

    /// Returns the difference to the machine's clock.
    pub fn ahead(&self) -> SignedDuration {
        SignedDuration::from_millis(self.0.load(Ordering::SeqCst))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: SignedDuration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

/// Returns the instant `millis` after the epoch; instants out of range become the nearest that can be represented.
pub fn from_millis(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(if millis < 0 { Timestamp::MIN } else { Timestamp::MAX })
}
