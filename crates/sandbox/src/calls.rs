//! What was said between the app and the two services, in order: a test that asserts silence, or
//! that a thing was written once, reads it here.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::service::Service;

/// How many calls are kept; the oldest go first.
pub(super) const CALLS_KEPT: usize = 20_000;

/// How many deliveries are kept; they are bigger, with a message or view in each.
pub(super) const DELIVERIES_KEPT: usize = 2_000;

/// A call the app made to fake Slack or fake dialnote.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// Grows by one with every call.
    pub seq: u64,
    /// When it arrived.
    pub at: Timestamp,
    /// Whom it was made to.
    pub service: Service,
    /// Slack: the API method, or `response_url`. Dialnote: the HTTP method.
    pub method: String,
    /// The path; for dialnote below the base URL, as it was sent.
    pub path: String,
    /// The query as it was sent.
    pub query: String,
    /// JSON as it was sent, a form as an object of strings, anything else as a string.
    pub body: Value,
    /// The `Authorization` header, shortened to what tells keys apart.
    pub authorization: String,
    /// The `Idempotency-Key` header. Recorded, and ignored like the real service ignores it.
    pub idempotency_key: Option<String>,
    /// Whether it had its effect: it may have, although it was never answered.
    pub acted: bool,
    /// Which effect that was, counted from 1: what is late is not in the order of the calls.
    pub effect: Option<u64>,
    /// The status it was answered with; none while it waits or hangs.
    pub status: Option<u16>,
    /// The error code it was answered with.
    pub error: Option<String>,
    /// How long the answer took, in real milliseconds.
    pub duration_ms: u64,
}

/// A request the sandbox made to the app.
#[derive(Clone, Debug, Serialize)]
pub struct Delivery {
    /// Grows by one with every delivery.
    pub seq: u64,
    /// When it was sent.
    pub at: Timestamp,
    /// `slash_command`, the interaction's type, the event's type, `dialnote_webhook`, …
    pub kind: String,
    /// On whose behalf, where a person did something.
    pub who: Option<String>,
    /// Where it was sent.
    pub url: String,
    /// The headers it was sent with.
    pub headers: BTreeMap<String, String>,
    /// The body it was sent with.
    pub body: String,
    /// The status the app answered; none if it did not answer in time.
    pub status: Option<u16>,
    /// How long the app took, in real milliseconds.
    pub ack_ms: u64,
    /// The body the app answered.
    pub response: String,
    /// Why there was no usable answer, in Slack's words for it.
    pub error: Option<String>,
}

/// The calls or deliveries of late, numbered from 1.
#[derive(Clone, Debug)]
pub struct Log<T> {
    kept: VecDeque<T>,
    most: usize,
    next: u64,
}

impl<T> Log<T> {
    /// A log that keeps so many entries.
    pub(super) fn keeping(most: usize) -> Self {
        Self { kept: VecDeque::new(), most, next: 1 }
    }

    /// Oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        self.kept.iter()
    }

    /// How many were ever added, those no longer kept included.
    pub fn total(&self) -> u64 {
        self.next - 1
    }

    /// Forgets all that is kept; numbers go on.
    pub fn clear(&mut self) {
        self.kept.clear();
    }

    /// Adds an entry, which is made with its number; answers the number.
    pub(super) fn add(&mut self, entry: impl FnOnce(u64) -> T) -> u64 {
        let seq = self.next;
        self.next += 1;
        if self.kept.len() == self.most {
            self.kept.pop_front();
        }
        self.kept.push_back(entry(seq));
        seq
    }

    /// An entry by its number, while it is kept.
    pub(super) fn get_mut(&mut self, seq: u64) -> Option<&mut T> {
        let newest = self.next.checked_sub(1)?;
        let from_end = usize::try_from(newest.checked_sub(seq)?).ok()?;
        let place = self.kept.len().checked_sub(from_end + 1)?;
        self.kept.get_mut(place)
    }
}

/// As much of a bearer header as tells keys apart, and no more.
pub(super) fn shorten(authorization: &str) -> String {
    let key = authorization.strip_prefix("Bearer ").unwrap_or(authorization);
    let head: String = key.chars().take(8).collect();
    if key.is_empty() { String::new() } else { format!("{head}…") }
}

#[cfg(test)]
mod tests {
    use super::Log;

    #[test]
    fn a_log_keeps_the_latest_and_finds_them_by_number() {
        let mut log = Log::keeping(2);
        for _ in 0..3 {
            log.add(|seq| seq * 10);
        }
        assert_eq!(log.iter().copied().collect::<Vec<_>>(), [20, 30]);
        assert_eq!([1, 2, 3, 4].map(|seq| log.get_mut(seq).copied()), [None, Some(20), Some(30), None]);
        assert_eq!(log.total(), 3);
    }
}
