//! The faults of Slack and the choice of calls that fail.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use jiff::{SignedDuration, Timestamp};

use super::odd::Odd;
use super::refusal::{Refusal, retry_after, too_many, unavailable};
use crate::calls::{Call, Log};

/// The methods that read messages back.
const HISTORY: [&str; 2] = ["conversations.history", "conversations.replies"];

/// The most messages that such a method returns to an app that is sold outside the Marketplace.
const MESSAGES_AT_ONCE: usize = 15;

/// The time for which Slack counts calls.
const A_MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// The faults of Slack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SlackFaults {
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
    /// Methods answered 429, with the seconds of their `Retry-After`. `*` means all of them, `response_url` the
    /// response URLs.
    pub rate_limited: BTreeMap<String, u64>,
    /// The number of calls of `conversations.history` and of `conversations.replies` that Slack allows a minute, with at
    /// most 15 messages each: as for apps that are sold outside the Marketplace. `None` for other apps.
    pub history_per_minute: Option<u64>,
    /// The workspace's knowledge of the blocks of 2025 and later.
    pub newer_blocks: NewerBlocks,
    /// Calls that will fail.
    pub fail_next: Vec<SlackFailure>,
    /// Every delivery to the app is made twice, the second time as a retry.
    pub deliver_twice: bool,
    /// The order of events about emoji.
    pub reactions: EventOrder,
    /// Names of channels that the bot is not in, regardless of the channel's members.
    pub bot_not_in: Vec<String>,
    /// The error code that answers every token, for example `token_revoked`.
    pub token_error: Option<String>,
    /// The lead of Slack's clock, in seconds.
    pub clock_ahead_s: i64,
    /// The token is accepted as an argument, and `team_id` is ignored where it has no meaning: frameworks send both.
    pub lenient_arguments: bool,
    /// Ways of Work Objects that Slack does not publish, or publishes differently in different places.
    pub objects: BTreeSet<ObjectOddity>,
}

/// The order in which events are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventOrder {
    /// The order in which things happened.
    #[default]
    Kept,
    /// Of each two events, the first is sent after the second.
    Swapped,
}

/// A workspace's knowledge of the blocks of 2025 and later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewerBlocks {
    /// It knows them.
    #[default]
    Known,
    /// It refuses messages and windows with one of them.
    Refused,
}

/// A way of Work Objects that an app must be prepared for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectOddity {
    /// Clients show no objects, and the text alone of a message with blocks of 2025 or later: messages look as they did
    /// before there were any.
    OldClient,
    /// A trigger is taken once only.
    TriggerOnce,
    /// Edited fields come with an empty `callback_id`.
    EmptyCallbackId,
    /// Requests for options have the type `block_suggestions`.
    PluralSuggestions,
    /// Details presented to one person leave the object below the message as it is.
    UnfurlApart,
}

/// A Slack call that will fail: by default the next one of any method, with `internal_error`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SlackFailure {
    /// The beginning of the method's name; empty for every method, `response_url` for the response URLs.
    pub method: String,
    /// The only target concerned: a channel, or a person (handle, id, or their direct message with the app), for whom
    /// `conversations.open` fails too.
    pub channel: Option<String>,
    /// The error code to answer.
    pub error: String,
    /// The HTTP status; Slack itself answers 200 with most errors.
    pub status: u16,
    /// The number of calls that will fail.
    pub times: u32,
    /// Never ends, regardless of `times`.
    pub always: bool,
    /// True if the call takes effect anyway, as it may with Slack's `fatal_error`.
    pub after_effect: bool,
    /// The delay of the effect after the answer, in real milliseconds; if 0, it happens at once or not at all.
    pub effect_late_ms: u64,
    /// The `Retry-After`, or none if empty; if missing, one second for status 429.
    #[serde(deserialize_with = "super::refusal::text_or_number")]
    pub retry_after: Option<String>,
    /// The form of the answer.
    pub answer: Odd,
    /// True if the answer is a page for people instead of Slack's JSON: `answer: html`.
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
    /// Answers whether the workspace refuses the blocks of 2025 and later.
    pub(crate) fn refuses_newer_blocks(&self) -> bool {
        self.newer_blocks == NewerBlocks::Refused
    }

    /// Answers whether people's clients are too old to show Work Objects and newer blocks.
    pub(crate) fn has_old_clients(&self) -> bool {
        self.objects.contains(&ObjectOddity::OldClient)
    }

    /// Returns the answer to a call that reads messages back too soon after others.
    pub(super) fn too_soon(&self, method: &str, calls: &Log<Call>, now: Timestamp) -> Option<Refusal> {
        let allowed = self.history_per_minute.filter(|_| HISTORY.contains(&method))?;
        let ends = |call: &Call| call.at.saturating_add(A_MINUTE).unwrap_or(call.at);
        let counts = |call: &&Call| call.method == method && call.status == Some(200) && ends(call) > now;
        let recent: Vec<Timestamp> = calls.iter().filter(counts).map(ends).collect();
        let full = u64::try_from(recent.len()).unwrap_or(u64::MAX) >= allowed;
        let wait = recent.iter().min().map_or(A_MINUTE, |opens| opens.duration_since(now));
        // Slack asks for whole seconds, and never for fewer than are left.
        full.then(|| too_many("ratelimited", u64::try_from(wait.as_millis()).unwrap_or_default().div_ceil(1000)))
    }

    /// Returns the most messages that one call reads back, if it is fewer than usual.
    pub(crate) fn messages_at_once(&self) -> Option<usize> {
        self.history_per_minute.map(|_| MESSAGES_AT_ONCE)
    }

    /// Returns the answer to a call of this method and target that fails, and counts down failures with a limit.
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
