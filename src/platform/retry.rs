//! The retry policy after faults: a pure function, so that the whole policy can be read in one place and tested
//! without waiting.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::core::error::{Fault, Service};

/// The longest pause between two tries. It is short, because a person may wait for the service to come back.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The longest pause after a refusal for an unknown reason, which may last for hours.
const LONGEST_OF_THE_UNKNOWN: Duration = Duration::from_secs(10 * 60);

/// The time for which a rejected dialnote key is retried: a gateway may reject it for a moment only.
const PATIENCE_WITH_A_KEY: Duration = Duration::from_secs(2 * 60);

/// The time for which a call without an answer may still take effect.
const LATE_EFFECT: Duration = Duration::from_secs(10);

/// The longest wait that counts as none. The pause then grows with each try.
const NO_WAIT: Duration = Duration::from_secs(1);

/// The number of tries after unusable answers. More tries will not make such an answer usable.
const TRIES_OF_THE_UNUSABLE: u32 = 5;

/// A decision after a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryDecision {
    /// Try again, not before this time.
    At(Timestamp),
    /// Stop trying.
    GiveUp,
}

/// A job's history, as far as the policy needs it.
#[derive(Clone, Copy, Debug)]
pub struct Tries {
    /// The number of tries, the failed one included.
    pub attempt: u32,
    /// The time at which the job was accepted; for a rejected key, the time since which it is rejected.
    pub accepted: Timestamp,
    /// The time after that at which to stop trying.
    pub give_up_after: Duration,
    /// A seed that spreads the pauses of different jobs. The same seed gives the same pause.
    pub seed: u64,
}

/// Decides what follows `fault`, which occurred at `now`.
pub fn after(fault: &Fault, tries: Tries, now: Timestamp) -> RetryDecision {
    let pause = match fault {
        Fault::RateLimited { wait, .. } if *wait <= NO_WAIT => backoff(tries, LONGEST_PAUSE).max(*wait),
        Fault::RateLimited { wait, .. } => jittered(*wait, tries.seed, 0, 10),
        // The operator can renew Slack's token while messages wait. A person who waits for a command is notified at
        // once that the key does not work.
        Fault::Unauthorized { service: Service::Slack, .. } | Fault::Sealed(_) => {
            jittered(LONGEST_PAUSE, tries.seed, -20, 20)
        }
        Fault::Unauthorized { service: Service::Dialnote, .. } => {
            let tries = Tries { give_up_after: PATIENCE_WITH_A_KEY, ..tries };
            return at_the_end(backoff(tries, LONGEST_PAUSE), tries, now);
        }
        Fault::TimedOut { .. } => backoff(tries, LONGEST_PAUSE).max(LATE_EFFECT),
        Fault::Unusable { .. } if tries.attempt >= TRIES_OF_THE_UNUSABLE => return RetryDecision::GiveUp,
        // Only a change of the setting helps.
        Fault::NoSuchAddress { .. } => return RetryDecision::GiveUp,
        Fault::UnknownCode { .. } => backoff(tries, LONGEST_OF_THE_UNKNOWN),
        Fault::Unreachable { .. }
        | Fault::Unavailable { .. }
        | Fault::Unanswered { .. }
        | Fault::Store(_)
        | Fault::Unreadable { .. }
        | Fault::LeaseLost
        | Fault::Unusable { .. } => backoff(tries, LONGEST_PAUSE),
    };
    at_the_end(pause, tries, now)
}

/// Schedules the next try after the pause, or gives up if the job's time is over by then.
fn at_the_end(pause: Duration, tries: Tries, now: Timestamp) -> RetryDecision {
    let due = now.saturating_add(signed(pause)).unwrap_or(Timestamp::MAX);
    let end = tries.accepted.saturating_add(signed(tries.give_up_after)).unwrap_or(Timestamp::MAX);
    if due > end { RetryDecision::GiveUp } else { RetryDecision::At(due) }
}

/// Computes the pause: 1 s, 2 s, 4 s … up to `longest`, plus or minus a fifth.
fn backoff(tries: Tries, longest: Duration) -> Duration {
    let doubled = Duration::from_secs(1).saturating_mul(1 << tries.attempt.saturating_sub(1).min(10));
    jittered(doubled.min(longest), tries.seed.wrapping_add(u64::from(tries.attempt)), -20, 20)
}

/// Changes `pause` by between `low` and `high` percent, depending on `seed`.
fn jittered(pause: Duration, seed: u64, low: i64, high: i64) -> Duration {
    let spread = u64::try_from(high - low).unwrap_or_default() + 1;
    // A multiplicative hash: neighbouring seeds get far-apart shares.
    let share = (seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) % spread;
    let percent = 100 + low + i64::try_from(share).unwrap_or_default();
    pause.saturating_mul(u32::try_from(percent).unwrap_or(100)) / 100
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tries(attempt: u32) -> Tries {
        Tries { attempt, accepted: Timestamp::UNIX_EPOCH, give_up_after: Duration::from_secs(60 * 60), seed: 7 }
    }

    fn pause(fault: &Fault, attempt: u32) -> Option<f64> {
        match after(fault, tries(attempt), Timestamp::UNIX_EPOCH) {
            RetryDecision::At(due) => Some(due.duration_since(Timestamp::UNIX_EPOCH).as_secs_f64()),
            RetryDecision::GiveUp => None,
        }
    }

    fn down() -> Fault {
        Fault::Unavailable { service: Service::Dialnote, cause: "503".into() }
    }

    #[test]
    fn pauses_grow_to_half_a_minute() {
        for (attempt, around) in [(1, 1.0), (2, 2.0), (3, 4.0), (5, 16.0), (6, 30.0), (400, 30.0)] {
            let pause = pause(&down(), attempt).unwrap_or_default();
            assert!((around * 0.8..=around * 1.2).contains(&pause), "attempt {attempt}: {pause} s");
        }
    }

    #[test]
    fn an_unknown_reason_is_asked_about_for_hours_and_seldom() {
        let unknown = Fault::UnknownCode { service: Service::Slack, code: "brand_new_error".into() };
        for (attempt, around) in [(1, 1.0), (6, 32.0), (40, 600.0)] {
            let pause = pause(&unknown, attempt).unwrap_or_default();
            assert!((around * 0.8..=around * 1.2).contains(&pause), "attempt {attempt}: {pause} s");
        }
    }

    #[test]
    fn waits_as_long_as_the_service_asks() {
        let limited =
            Fault::RateLimited { service: Service::Slack, bucket: "chat.update".into(), wait: Duration::from_secs(30) };
        let pause_of = |fault: &Fault, attempt| pause(fault, attempt).unwrap_or_default();
        let paused = pause_of(&limited, 1);
        assert!((30.0..=33.0).contains(&paused), "{paused} s");
        let at_once =
            Fault::RateLimited { service: Service::Dialnote, bucket: "dialnote".into(), wait: Duration::from_secs(1) };
        assert!((1.0..=1.2).contains(&pause_of(&at_once, 1)) && pause_of(&at_once, 6) > 20.0);
    }

    #[test]
    fn a_late_effect_is_waited_for() {
        let late = Fault::TimedOut { service: Service::Dialnote, cause: "10 s".into() };
        assert!(pause(&late, 1).is_some_and(|paused| paused >= 10.0));
    }

    #[test]
    fn gives_up_in_the_end() {
        let accepted = Timestamp::UNIX_EPOCH;
        let late = Timestamp::from_second(3600).unwrap_or(accepted);
        assert_eq!(after(&down(), tries(50), late), RetryDecision::GiveUp);
        let unusable = Fault::Unusable { service: Service::Slack, cause: "invalid_blocks".into() };
        assert!(pause(&unusable, 4).is_some());
        assert_eq!(pause(&unusable, 5), None);
        let revoked = |service| Fault::Unauthorized { service, cause: "revoked".into() };
        assert!(pause(&revoked(Service::Dialnote), 1).is_some());
        let minutes = |minutes: i64| Timestamp::from_second(minutes * 60).unwrap_or(accepted);
        assert!(matches!(after(&revoked(Service::Dialnote), tries(3), minutes(1)), RetryDecision::At(_)));
        assert_eq!(after(&revoked(Service::Dialnote), tries(3), minutes(2)), RetryDecision::GiveUp);
        assert!(pause(&revoked(Service::Slack), 1).is_some());
    }
}
