//! Calls that go wrong by chance: the same ones whenever the seed is the same.

use super::dialnote::DialnoteFaults;
use super::odd::Odd;
use super::refusal::{Refusal, too_many, unavailable};
use super::slack::SlackFaults;

/// The answers that a share of the calls gets, and whether they have their effect.
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

/// How many calls of a hundred go wrong by chance, and by which.
pub(super) struct Shares {
    slow: u8,
    slow_ms: u64,
    odd: u8,
    seed: u64,
}

impl Shares {
    /// Those of Slack's calls.
    pub(super) fn of_slack(faults: &SlackFaults) -> Self {
        let SlackFaults { slow_share: slow, slow_share_ms: slow_ms, odd_share: odd, share_seed: seed, .. } = *faults;
        Self { slow, slow_ms, odd, seed }
    }

    /// Those of dialnote's calls.
    pub(super) fn of_dialnote(faults: &DialnoteFaults) -> Self {
        let DialnoteFaults { slow_share: slow, slow_share_ms: slow_ms, odd_share: odd, share_seed: seed, .. } = *faults;
        Self { slow, slow_ms, odd, seed }
    }

    /// How late a call is before its effect and after it.
    pub(super) fn lateness(&self, seq: u64) -> (u64, u64) {
        if self.slow_ms == 0 || !is_among(self.dice(seq, 0), self.slow) {
            return (0, 0);
        }
        let by = 1 + self.dice(seq, 1) % self.slow_ms;
        if self.dice(seq, 2).is_multiple_of(2) { (by, 0) } else { (0, by) }
    }

    /// The answer that a call gets instead of its own, if it is one of those.
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

    /// The same number for the same question, and one that seems to have nothing to do with the others (splitmix64).
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
