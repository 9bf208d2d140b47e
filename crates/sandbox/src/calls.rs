//! Logs of the requests between the app and the two services, in order. Tests that assert silence or a single write
//! read them here.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::service::Service;

/// The number of calls kept; the oldest are dropped first.
pub(super) const CALLS_KEPT: usize = 20_000;

/// The number of deliveries kept: fewer, because each holds a message or view.
pub(super) const DELIVERIES_KEPT: usize = 2_000;

/// A call the app made to fake Slack or fake dialnote.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// Grows by one with every call.
    pub seq: u64,
    /// The time of arrival.
    pub at: Timestamp,
    /// The service that the app called.
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
    /// True if it took effect, which a request without an answer may have done too.
    pub acted: bool,
    /// The position of its effect among all effects, counted from 1. Late effects happen out of the order of the calls.
    pub effect: Option<u64>,
    /// The status of the answer; `None` while the request waits or hangs.
    pub status: Option<u16>,
    /// The error code of the answer.
    pub error: Option<String>,
    /// The faults for which Slack shows less than was sent, although it may have answered `ok`.
    pub unshown: Vec<String>,
    /// The time until the answer, in real milliseconds.
    pub duration_ms: u64,
}

/// A request the sandbox made to the app.
#[derive(Clone, Debug, Serialize)]
pub struct Delivery {
    /// Grows by one with every delivery.
    pub seq: u64,
    /// The time of sending.
    pub at: Timestamp,
    /// `slash_command`, the interaction's type, the event's type, `dialnote_webhook`, …
    pub kind: String,
    /// The person who caused it, if there is one.
    pub who: Option<String>,
    /// The URL it was sent to.
    pub url: String,
    /// The headers it was sent with.
    pub headers: BTreeMap<String, String>,
    /// The body it was sent with.
    pub body: String,
    /// The app's status; `None` if it did not answer in time.
    pub status: Option<u16>,
    /// The app's response time, in real milliseconds.
    pub ack_ms: u64,
    /// The body of the app's answer.
    pub response: String,
    /// Slack's name for the failure if there was no usable answer.
    pub error: Option<String>,
}

/// The latest calls or deliveries, numbered from 1.
#[derive(Clone, Debug)]
pub struct Log<T> {
    kept: VecDeque<T>,
    most: usize,
    next: u64,
}

impl<T> Log<T> {
    /// Returns a log that keeps `most` entries.
    pub(super) fn keeping(most: usize) -> Self {
        Self { kept: VecDeque::new(), most, next: 1 }
    }

    /// Returns the entries kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        self.kept.iter()
    }

    /// Returns the number of entries ever added, including those dropped.
    pub fn total(&self) -> u64 {
        self.next - 1
    }

    /// Forgets all entries; the numbers continue.
    pub fn clear(&mut self) {
        self.kept.clear();
    }

    /// Adds an entry, which is built from its number, and returns the number.
    pub(super) fn add(&mut self, entry: impl FnOnce(u64) -> T) -> u64 {
        let seq = self.next;
        self.next += 1;
        if self.kept.len() == self.most {
            self.kept.pop_front();
        }
        self.kept.push_back(entry(seq));
        seq
    }

    /// Returns the entry with this number while it is kept.
    pub(super) fn get_mut(&mut self, seq: u64) -> Option<&mut T> {
        let newest = self.next.checked_sub(1)?;
        let from_end = usize::try_from(newest.checked_sub(seq)?).ok()?;
        let place = self.kept.len().checked_sub(from_end + 1)?;
        self.kept.get_mut(place)
    }
}

/// Returns enough of a bearer header to tell keys apart, and no more.
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
