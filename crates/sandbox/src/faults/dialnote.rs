//! The faults of dialnote and the choice of calls that fail.

use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::odd::Odd;
use super::refusal::{Refusal, retry_after, too_many, unavailable};
use crate::dialnote::variants::{Envelope, Key, Limits, Query, Variants};
use crate::request::Asked;

/// The wait that dialnote asks for when the variants limit calls.
const LEFT_ALONE: SignedDuration = SignedDuration::from_secs(20);

/// The faults of dialnote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each fault is a switch of its own")]
pub struct DialnoteFaults {
    /// Every call is answered 503 at once.
    pub down: bool,
    /// Every call waits this long, in real milliseconds, before anything happens.
    pub slow_ms: u64,
    /// Every call takes effect at once, but its answer waits this long, in real milliseconds.
    pub answer_late_ms: u64,
    /// Every call takes effect this long after its arrival, in real milliseconds, even if the client disconnects.
    pub effect_late_ms: u64,
    /// The percentage of calls that are late. Half of them are late before their effect, which happens even if the
    /// client disconnects.
    pub slow_share: u8,
    /// The longest such delay, in real milliseconds.
    pub slow_share_ms: u64,
    /// The percentage of calls that get an odd answer, most of them after their effect.
    pub odd_share: u8,
    /// The seed that selects these calls, together with the call's number.
    pub share_seed: u64,
    /// Every call is answered 429 with this `Retry-After`, in seconds.
    pub rate_limited: Option<u64>,
    /// The full key is treated like the read-only one: the variant `key: read_only`.
    pub read_only: bool,
    /// Filters of `GET /conversations` have no effect: the variant `query: ignores_owner`.
    pub ignores_filters: bool,
    /// Reads do not see changes made in dialnote itself until the app writes.
    pub stale_reads: bool,
    /// Answers come without the `{"data": …}` envelope: the variant `envelope: bare`.
    pub bare_answers: bool,
    /// The largest number of items on a page, regardless of the request.
    pub page_size: Option<usize>,
    /// The list of conversations starts at its beginning, regardless of the request.
    pub ignores_offset: bool,
    /// After the last conversation the list continues with invented ones.
    pub endless_list: bool,
    /// From the second on, every page of conversations repeats the one before. A page of messages returns the cursor of
    /// its request.
    pub repeats_page: bool,
    /// The number of lists that will come without their items.
    pub empty_list_times: u32,
    /// Every member is in the list twice.
    pub duplicate_members: bool,
    /// Calls that will fail.
    pub fail_next: Vec<DialnoteFailure>,
    /// Choices for unpublished behaviour.
    pub variants: Variants,
}

/// A dialnote call that will fail: by default the next one of any kind, with status 500.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DialnoteFailure {
    /// The HTTP method, or several (`PATCH|POST`); empty for every method.
    pub method: String,
    /// Part of the path, for example `/notes`; empty for every path.
    pub path: String,
    /// The HTTP status to answer.
    pub status: u16,
    /// The answer's `error`.
    pub error: String,
    /// The `Retry-After`, or none if empty; if missing, one second for status 429.
    #[serde(deserialize_with = "super::refusal::text_or_number")]
    pub retry_after: Option<String>,
    /// The number of calls that will fail.
    pub times: u32,
    /// Never ends, regardless of `times`.
    pub always: bool,
    /// True if the call takes effect anyway.
    pub after_effect: bool,
    /// The delay of the effect after the answer, in real milliseconds; if 0, it happens at once or not at all.
    pub effect_late_ms: u64,
    /// The form of the answer.
    pub answer: Odd,
}

impl Default for DialnoteFailure {
    fn default() -> Self {
        Self {
            method: String::new(),
            path: String::new(),
            status: 500,
            error: "INTERNAL_ERROR".to_owned(),
            retry_after: None,
            times: 1,
            always: false,
            after_effect: false,
            effect_late_ms: 0,
            answer: Odd::Error,
        }
    }
}

impl DialnoteFaults {
    /// Returns the variants to play, including those that older switches set.
    pub(crate) fn played(&self) -> Variants {
        let mut played = self.variants;
        if self.read_only {
            played.key = Key::ReadOnly;
        }
        if self.ignores_filters {
            played.query = Query::IgnoresOwner;
        }
        if self.bare_answers {
            played.envelope = Envelope::Bare;
        }
        played
    }

    /// Returns the answer to a call that fails, and counts down failures with a limit.
    pub(super) fn refusal(&mut self, asked: &Asked<'_>, now: Timestamp) -> Option<Refusal> {
        if self.down {
            return Some(unavailable("SERVICE_UNAVAILABLE"));
        }
        if let Some(seconds) = self.rate_limited {
            return Some(too_many("RATE_LIMITED", seconds));
        }
        if let Some(refusal) = limited(self.variants.limits, now) {
            return Some(refusal);
        }
        let failure = self.fail_next.iter_mut().find(|failure| failure.fits(asked.method, asked.path))?;
        failure.times = failure.times.saturating_sub(1);
        let refusal = Refusal {
            status: failure.status,
            error: failure.error.clone(),
            headers: retry_after(failure.retry_after.as_deref(), failure.status),
            answer: failure.answer,
            after_effect: failure.after_effect || failure.effect_late_ms > 0,
            effect_late_ms: failure.effect_late_ms,
        };
        self.fail_next.retain(|failure| failure.always || failure.times > 0);
        Some(refusal)
    }
}

impl DialnoteFailure {
    fn fits(&self, method: &str, path: &str) -> bool {
        let method = self.method.split('|').any(|one| method.starts_with(one));
        (self.always || self.times > 0) && method && path.contains(self.path.as_str())
    }
}

/// Returns the refusal of every call while there are too many.
fn limited(limits: Limits, now: Timestamp) -> Option<Refusal> {
    let date = |at| DateTimePrinter::new().timestamp_to_rfc9110_string(&at).unwrap_or_default();
    let too_many_calls = |headers| Some(Refusal { status: 429, headers, ..unavailable("RATE_LIMITED") });
    match limits {
        Limits::None => None,
        Limits::Seconds => Some(too_many("RATE_LIMITED", LEFT_ALONE.as_secs().unsigned_abs())),
        Limits::Date => {
            let mut headers = retry_after(Some(&date(now + LEFT_ALONE)), 429);
            headers.push(("date", date(now)));
            too_many_calls(headers)
        }
        Limits::NoHeader => too_many_calls(Vec::new()),
        Limits::Unavailable => Some(unavailable("SERVICE_UNAVAILABLE")),
    }
}
