//! What the faults make of one request.

use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};

use super::{DialnoteFailure, DialnoteFaults, Faults, Hang, Odd, SlackFailure, SlackFaults};
use crate::dialnote::variants::Limits;
use crate::request::{Asked, RecordedRequest};
use crate::seed::direct_message;
use crate::service::Service;
use crate::world::World;

/// How long dialnote asks to be left alone where the variants say that it does.
const LEFT_ALONE: SignedDuration = SignedDuration::from_secs(20);

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

/// What happens to one request, decided when it arrives.
#[derive(Clone, Debug, Default)]
pub(crate) struct Course {
    pub(crate) slow_ms: u64,
    pub(crate) effect_late_ms: u64,
    pub(crate) late_ms: u64,
    pub(crate) refusal: Option<Refusal>,
    /// `Some(after_effect)` if it is never answered.
    pub(crate) hang: Option<bool>,
}

/// What is answered instead of what the service would say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) error: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) answer: Odd,
    pub(crate) after_effect: bool,
    /// How long after the answer.
    pub(crate) effect_late_ms: u64,
}

/// Decides about a request; what is to happen only so many times is counted down.
pub(crate) fn course(world: &mut World, seq: u64, asked: &Asked<'_>) -> Course {
    let target = target(world, asked.heard);
    let now = world.now();
    let faults = &mut world.faults;
    let hang = faults.take_hang(asked);
    let (refusal, slow_ms, effect_late_ms, late_ms, shares) = match asked.service {
        Service::Slack => {
            let refusal = faults.slack.refusal(asked.method, &target);
            let slack = &faults.slack;
            (refusal, slack.slow_ms, slack.effect_late_ms, slack.answer_late_ms, Shares::of_slack(slack))
        }
        Service::Dialnote => {
            let refusal = faults.dialnote.refusal(asked, now);
            let dialnote = &faults.dialnote;
            (refusal, dialnote.slow_ms, dialnote.effect_late_ms, dialnote.answer_late_ms, Shares::of_dialnote(dialnote))
        }
    };
    let (before, after) = shares.lateness(seq);
    Course {
        slow_ms,
        // What a far side has taken in it does, whether the client waits or has died.
        effect_late_ms: effect_late_ms + before,
        late_ms: late_ms + after,
        refusal: refusal.or_else(|| shares.oddity(seq)),
        hang,
    }
}

/// How many calls of a hundred go wrong by chance, and by which.
struct Shares {
    slow: u8,
    slow_ms: u64,
    odd: u8,
    seed: u64,
}

impl Shares {
    fn of_slack(faults: &SlackFaults) -> Self {
        let SlackFaults { slow_share: slow, slow_share_ms: slow_ms, odd_share: odd, share_seed: seed, .. } = *faults;
        Self { slow, slow_ms, odd, seed }
    }

    fn of_dialnote(faults: &DialnoteFaults) -> Self {
        let DialnoteFaults { slow_share: slow, slow_share_ms: slow_ms, odd_share: odd, share_seed: seed, .. } = *faults;
        Self { slow, slow_ms, odd, seed }
    }

    /// How late a call is before its effect and after it.
    fn lateness(&self, seq: u64) -> (u64, u64) {
        if self.slow_ms == 0 || !is_among(self.dice(seq, 0), self.slow) {
            return (0, 0);
        }
        let by = 1 + self.dice(seq, 1) % self.slow_ms;
        if self.dice(seq, 2).is_multiple_of(2) { (by, 0) } else { (0, by) }
    }

    fn oddity(&self, seq: u64) -> Option<Refusal> {
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

impl Faults {
    fn take_hang(&mut self, asked: &Asked<'_>) -> Option<bool> {
        let fits = |hang: &Hang| {
            hang.service == asked.service
                && asked.method.starts_with(&hang.method)
                && asked.path.contains(hang.path.as_str())
        };
        let place = self.hang_next.iter().position(fits)?;
        Some(self.hang_next.remove(place).after_effect)
    }
}

impl SlackFaults {
    fn refusal(&mut self, method: &str, target: &[String]) -> Option<Refusal> {
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

impl DialnoteFaults {
    fn refusal(&mut self, asked: &Asked<'_>, now: Timestamp) -> Option<Refusal> {
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

/// All names of a Slack call's target: the channel as the call names it, its own name, and for a direct message (sent
/// or opened) the person's id and handle.
fn target(world: &World, heard: &RecordedRequest) -> Vec<String> {
    if world.faults.slack.fail_next.iter().all(|failure| failure.channel.is_none()) {
        return Vec::new();
    }
    let body = heard.told();
    let named = body["channel"].as_str().into_iter();
    let opened = body["users"].as_str().unwrap_or_default().split(',').map(str::trim);
    let mut names = Vec::new();
    for name in named.chain(opened).filter(|name| !name.is_empty()) {
        names.push(name.to_owned());
        names.extend(world.channel(name).map(|channel| channel.name.clone()));
        let whose = world.people.iter().map(|person| (person, direct_message(&person.id).id));
        for (person, direct) in whose.filter(|(person, direct)| person.id == name || direct == name) {
            names.extend([person.id.clone(), person.handle.clone(), direct]);
        }
    }
    names
}

fn unavailable(error: &str) -> Refusal {
    Refusal { status: 503, error: error.to_owned(), ..Refusal::default() }
}

fn too_many(error: &str, seconds: u64) -> Refusal {
    Refusal { headers: retry_after(Some(&seconds.to_string()), 429), status: 429, ..unavailable(error) }
}

/// The header with what was written down for it; a 429 has one of a second, if nothing was.
fn retry_after(written: Option<&str>, status: u16) -> Vec<(&'static str, String)> {
    let value = written.or((status == 429).then_some("1")).filter(|value| !value.is_empty());
    value.map(|value| ("retry-after", value.to_owned())).into_iter().collect()
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
