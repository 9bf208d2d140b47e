//! Handling of a clock that is set back. Whatever waits for a time would wait that much longer, and what was seen
//! before would seem newer than all that is seen later. So both are moved to the new time.

use std::sync::PoisonError;
use std::time::Duration;

use jiff::Timestamp;
use tracing::warn;

use crate::core::error::Fault;
use crate::core::times::TOLERATED;
use crate::worker::tenants::Tenants;

impl Tenants {
    /// Checks whether the clock was set back since the last check, and moves stored times to the new time if it was.
    pub(crate) async fn notice_set_back(&self) -> Result<(), Fault> {
        let now = self.common.clock.now();
        let last = *self.last_tick.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(by) = last.and_then(|last| set_back(last, now)) {
            warn!(seconds = by.as_secs(), "clock set back; stored times moved by as much");
            self.common.store.set_back(by, now).await?;
            self.common.epoch.begin();
        }
        *self.last_tick.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        Ok(())
    }
}

fn set_back(last: Timestamp, now: Timestamp) -> Option<Duration> {
    let by = Duration::try_from(last.duration_since(now)).ok()?;
    (by > TOLERATED).then_some(by)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::clock::from_millis;

    #[test]
    fn a_time_ahead_is_past() {
        let [now, ago, ahead] = [100_000, 90_000, 200_000].map(from_millis);
        let within = |since, seconds| crate::core::times::is_within(since, Duration::from_secs(seconds), now);
        assert!(within(ago, 11) && !within(ago, 10) && !within(ahead, 60));
        assert_eq!(set_back(now, ahead), None, "forward is how time goes");
        assert_eq!(set_back(ahead, now), Some(Duration::from_secs(100)));
    }
}
