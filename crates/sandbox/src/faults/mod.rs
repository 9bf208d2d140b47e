//! Misfortune, by name: a test (or somebody at the control API) writes down here what shall go
//! wrong, instead of building a special fake for it. Whatever is not written down goes well.

mod course;
mod odd;

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use crate::dialnote::variants::{Envelope, Key, Query, Variants};
use crate::service::Service;

pub(super) use course::{Course, Refusal, course};
pub use odd::Odd;

/// Everything that goes wrong at the moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// What is wrong with Slack.
    pub slack: SlackFaults,
    /// What is wrong with dialnote.
    pub dialnote: DialnoteFaults,
    /// Requests that will hang; each entry is used up by the first request it fits.
    pub hang_next: Vec<Hang>,
}

/// What is wrong with Slack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SlackFaults {
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
    /// Methods answered 429, with the seconds of their `Retry-After`. `*` stands for all of them,
    /// `response_url` for the response URLs.
    pub rate_limited: BTreeMap<String, u64>,
    /// Calls that will fail.
    pub fail_next: Vec<SlackFailure>,
    /// Every delivery to the app is made twice, the second time as a retry.
    pub deliver_twice: bool,
    /// Names of channels whose member the bot is not, whatever the channel says.
    pub bot_not_in: Vec<String>,
    /// The error code that answers every token, for example `token_revoked`.
    pub token_error: Option<String>,
    /// By how many seconds its clock is ahead.
    pub clock_ahead_s: i64,
    /// The token is taken as an argument, and `team_id` is ignored where it means nothing: what frameworks send.
    pub lenient_arguments: bool,
}

/// A Slack call that will fail: by default the next one of any method, with `internal_error`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SlackFailure {
    /// How the method's name begins; empty for every method, `response_url` for the response URLs.
    pub method: String,
    /// The only place that it concerns: a channel, or a person (handle, id, or their direct message with the app),
    /// for whom `conversations.open` fails, too.
    pub channel: Option<String>,
    /// The error code to answer.
    pub error: String,
    /// The HTTP status; Slack itself answers 200 with most errors.
    pub status: u16,
    /// How many calls will fail.
    pub times: u32,
    /// Never ends, regardless of `times`.
    pub always: bool,
    /// Whether the call takes effect all the same, as it may with Slack's `fatal_error`.
    pub after_effect: bool,
    /// How long after the answer it takes effect, in real milliseconds; at once, or not at all, if 0.
    pub effect_late_ms: u64,
    /// Any `Retry-After`, or none if empty; a second for status 429, if it is missing.
    #[serde(deserialize_with = "text_or_number")]
    pub retry_after: Option<String>,
    /// What the answer looks like.
    pub answer: Odd,
    /// Whether the answer is no answer of Slack's, but a page for people: `answer: html`.
    pub unreadable: bool,
}

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
    #[serde(deserialize_with = "text_or_number")]
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

/// A request that will not be answered until the sandbox lets it go: the place to let the app crash at. One that hangs
/// before its effect has it then, also if the client has gone away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hang {
    /// At which service.
    pub service: Service,
    /// How the Slack method's name or the HTTP method begins; empty for every method.
    #[serde(default)]
    pub method: String,
    /// Part of the path; empty for every path.
    #[serde(default)]
    pub path: String,
    /// Whether the request takes effect before it hangs.
    #[serde(default)]
    pub after_effect: bool,
}

impl Default for SlackFailure {
    fn default() -> Self {
        Self {
            method: String::new(),
            channel: None,
            error: "internal_error".to_owned(),
            status: 200,
            times: 1,
            always: false,
            after_effect: false,
            effect_late_ms: 0,
            retry_after: None,
            answer: Odd::Error,
            unreadable: false,
        }
    }
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

impl Faults {
    /// These faults with the given keys changed. Unknown keys are refused, so that a misspelt
    /// fault is not taken for good weather.
    pub fn merged(&self, patch: &Value) -> Result<Self, String> {
        let mut patch = patch.clone();
        let reset = patch.as_object_mut().and_then(|keys| keys.remove("reset")) == Some(Value::Bool(true));
        let base = if reset { Self::default() } else { self.clone() };
        let mut merged = serde_json::to_value(base).map_err(|e| e.to_string())?;
        merge(&mut merged, &nested(patch));
        serde_json::from_value(merged).map_err(|e| e.to_string())
    }
}

impl DialnoteFaults {
    /// The variants as they are played: switches of old that mean the same are among them.
    pub(super) fn played(&self) -> Variants {
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
}

/// A header's value may be written as a number, as long as it is one.
fn text_or_number<'de, D: Deserializer<'de>>(written: D) -> Result<Option<String>, D::Error> {
    match Value::deserialize(written)? {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        Value::Number(number) => Ok(Some(number.to_string())),
        other => Err(D::Error::custom(format!("a Retry-After is a text or a number, not {other}"))),
    }
}

/// `{"dialnote.down": true}` as `{"dialnote": {"down": true}}`: faults go by either name.
fn nested(patch: Value) -> Value {
    let Value::Object(keys) = patch else { return patch };
    let mut whole = Value::Object(serde_json::Map::new());
    for (key, value) in keys {
        let one = match key.split_once('.') {
            Some((service, fault)) => json!({ service: { fault: value } }),
            None => json!({ key: value }),
        };
        merge(&mut whole, &one);
    }
    whole
}

fn merge(base: &mut Value, patch: &Value) {
    match (base, patch) {
        (Value::Object(base), Value::Object(patch)) => {
            for (key, value) in patch {
                merge(base.entry(key).or_insert(Value::Null), value);
            }
        }
        (base, patch) => *base = patch.clone(),
    }
}
