//! What is wrong with dialnote, and which of its calls fail.

use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::odd::Odd;
use super::refusal::{Refusal, retry_after, too_many, unavailable};
use crate::dialnote::variants::{Envelope, Key, Limits, Query, Variants};
use crate::request::Asked;

/// How long dialnote asks to be left alone where the variants say that it does.
const LEFT_ALONE: SignedDuration = SignedDuration::from_secs(20);

/// What is wrong with dialnote.
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
    /// Every call takes effect this long after it arrived, in real milliseconds, also if the client has gone away.
    pub effect_late_ms: u64,
    /// How many calls in a hundred are late, half of them before their effect, which comes also if the client has
    /// gone away.
    pub slow_share: u8,
    /// By how many real milliseconds at most.
    pub slow_share_ms: u64,
    /// How many calls in a hundred get an odd answer, most of them after their effect.
    pub odd_share: u8,
    /// Decides which calls these are, together with the number of the call.
    pub share_seed: u64,
    /// Every call is answered 429 with this `Retry-After`, in seconds.
    pub rate_limited: Option<u64>,
    /// The full key is treated like the read-only one: the variant `key: read_only`.
    pub read_only: bool,
    /// Filters of `GET /conversations` have no effect: the variant `query: ignores_owner`.
    pub ignores_filters: bool,
    /// Reads do not see what is changed in dialnote itself, until the app writes.
    pub stale_reads: bool,
    /// Answers come without the `{"data": …}` envelope: the variant `envelope: bare`.
    pub bare_answers: bool,
    /// Pages have no more items than this, whatever was asked for.
    pub page_size: Option<usize>,
    /// The list of conversations begins at its beginning, whatever was asked for.
    pub ignores_offset: bool,
    /// After the last conversation come others that nobody has.
    pub endless_list: bool,
    /// From the second on, every page of conversations is the one before; a page of messages names the cursor again
    /// that it was asked for with.
    pub repeats_page: bool,
    /// How many lists will come without their items.
    pub empty_list_times: u32,
    /// Every member stands in the list twice.
    pub duplicate_members: bool,
    /// Calls that will fail.
    pub fail_next: Vec<DialnoteFailure>,
    /// What it is like where nothing is published.
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
    /// Any `Retry-After`, or none if empty; a second for status 429, if it is missing.
    #[serde(deserialize_with = "super::refusal::text_or_number")]
    pub retry_after: Option<String>,
    /// How many calls will fail.
    pub times: u32,
    /// Never ends, regardless of `times`.
    pub always: bool,
    /// Whether the call takes effect all the same.
    pub after_effect: bool,
    /// How long after the answer it takes effect, in real milliseconds; at once, or not at all, if 0.
    pub effect_late_ms: u64,
    /// What the answer looks like.
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
    /// The variants as they are played: switches of old that mean the same are among them.
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

    /// The answer to a call, if it fails. What fails only so many times is counted down.
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

/// What every call is answered while there are too many.
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
