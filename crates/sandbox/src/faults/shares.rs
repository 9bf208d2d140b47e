//! Random failures, which are the same for the same seed.

use super::dialnote::DialnoteFaults;
use super::odd::Odd;
use super::refusal::{Refusal, too_many, unavailable};
use super::slack::SlackFaults;

/// The answers of the failing calls, and whether each takes effect.
const ODDITIES: [(u16, Odd, bool); 12] = [
    (200, Odd::Html, true),
    (200, Odd::Empty, true),
    (200, Odd::Cut, true),
    (200, Odd::Torn, true),
    (200, Odd::NotUtf8, true),
    (200, Odd::NoList, true),
    (302, Odd::Redirect, true),
    (404, Odd::Html, true),
    (502, Odd::Html, true),
    (503, Odd::Error, true),
    (503, Odd::Error, false),
    (429, Odd::Error, false),
];

/// The percentages of calls that fail at random, with their seed.
pub(super) struct Shares {
    slow: u8,
    slow_ms: u64,
    odd: u8,
    seed: u64,
}

impl Shares {
    /// Returns those of Slack's calls.
    pub(super) fn of_slack(faults: &SlackFaults) -> Self {
        let SlackFaults { slow_share: slow, slow_share_ms: slow_ms, odd_share: odd, share_seed: seed, .. } = *faults;
        Self { slow, slow_ms, odd, seed }
    }

    /// Returns those of dialnote's calls.
    pub(super) fn of_dialnote(faults: &DialnoteFaults) -> Self {
        let DialnoteFaults { slow_share: slow, slow_share_ms: slow_ms, odd_share: odd, share_seed: seed, .. } = *faults;
        Self { slow, slow_ms, odd, seed }
    }

    /// Returns a call's delays before its effect and after it, in milliseconds.
    pub(super) fn lateness(&self, seq: u64) -> (u64, u64) {
        if self.slow_ms == 0 || !is_among(self.dice(seq, 0), self.slow) {
            return (0, 0);
        }
        let by = 1 + self.dice(seq, 1) % self.slow_ms;
        if self.dice(seq, 2).is_multiple_of(2) { (by, 0) } else { (0, by) }
    }

    /// Returns the odd answer to a call, if it gets one.
    pub(super) fn oddity(&self, seq: u64) -> Option<Refusal> {
        if !is_among(self.dice(seq, 3), self.odd) {
            return None;
        }
        let which = usize::try_from(self.dice(seq, 4) % ODDITIES.len() as u64).ok()?;
        let (status, answer, after_effect) = *ODDITIES.get(which)?;
        if status == 429 {
            return Some(too_many("ratelimited", 1));
        }
        Some(Refusal { status, answer, after_effect, ..unavailable("service_unavailable") })
    }

    /// Returns a number that depends only on the seed, the call and the question, and looks random (splitmix64).
    fn dice(&self, seq: u64, question: u64) -> u64 {
        let mut number = self.seed.wrapping_add((seq * 8 + question + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    }
}

fn is_among(dice: u64, share: u8) -> bool {
    dice % 100 < u64::from(share)
}
