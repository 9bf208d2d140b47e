//! What is wrong with Slack, and which of its calls fail.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::odd::Odd;
use super::refusal::{Refusal, retry_after, too_many, unavailable};

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
    #[serde(deserialize_with = "super::refusal::text_or_number")]
    pub retry_after: Option<String>,
    /// What the answer looks like.
    pub answer: Odd,
    /// Whether the answer is no answer of Slack's, but a page for people: `answer: html`.
    pub unreadable: bool,
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

impl SlackFaults {
    /// The answer to a call of this method and target, if it fails. What fails only so many times is counted down.
    pub(super) fn refusal(&mut self, method: &str, target: &[String]) -> Option<Refusal> {
        if self.down {
            return Some(unavailable("service_unavailable"));
        }
        if let Some(seconds) = self.rate_limited.get(method).or_else(|| self.rate_limited.get("*")) {
            return Some(too_many("ratelimited", *seconds));
        }
        let failure = self.fail_next.iter_mut().find(|failure| failure.fits(method, target))?;
        failure.times = failure.times.saturating_sub(1);
        let refusal = Refusal {
            status: failure.status,
            error: failure.error.clone(),
            headers: retry_after(failure.retry_after.as_deref(), failure.status),
            answer: if failure.unreadable { Odd::Html } else { failure.answer },
            after_effect: failure.after_effect || failure.effect_late_ms > 0,
            effect_late_ms: failure.effect_late_ms,
        };
        self.fail_next.retain(|failure| failure.always || failure.times > 0);
        Some(refusal)
    }
}

impl SlackFailure {
    fn fits(&self, method: &str, target: &[String]) -> bool {
        let there = self.channel.as_ref().is_none_or(|channel| {
            target.contains(channel)
                || channel.strip_prefix(['@', '#']).is_some_and(|name| target.iter().any(|t| t == name))
        });
        (self.always || self.times > 0) && method.starts_with(&self.method) && there
    }
}
