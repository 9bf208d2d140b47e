//! What the faults make of one request.

use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};

use super::{DialnoteFailure, DialnoteFaults, Faults, Hang, Service, SlackFailure, SlackFaults};
use crate::sandbox::dialnote::variants::Limits;
use crate::sandbox::seed::direct_message;
use crate::sandbox::server::Heard;
use crate::sandbox::world::World;

/// How long dialnote asks to be left alone where the variants say that it does.
const LEFT_ALONE: SignedDuration = SignedDuration::from_secs(20);

const RETRY_AFTER: &str = "retry-after";

/// A failure to answer with instead of what the service would say.
#[derive(Clone, Debug)]
pub(in crate::sandbox) struct Refusal {
    pub(in crate::sandbox) status: u16,
    pub(in crate::sandbox) error: String,
    pub(in crate::sandbox) headers: Vec<(&'static str, String)>,
    pub(in crate::sandbox) after_effect: bool,
    pub(in crate::sandbox) unreadable: bool,
}

/// What happens to one request, decided when it arrives.
#[derive(Clone, Debug, Default)]
pub(in crate::sandbox) struct Course {
    pub(in crate::sandbox) slow_ms: u64,
    pub(in crate::sandbox) late_ms: u64,
    pub(in crate::sandbox) refusal: Option<Refusal>,
    /// `Some(after_effect)` if it is never answered.
    pub(in crate::sandbox) hang: Option<bool>,
}

impl Faults {
    /// Decides about a request; what is to happen only so many times is counted down. For Slack,
    /// `method` is the API method's name, for dialnote the HTTP method.
    /// `target` holds all names of a Slack call's target; see [`target`].
    pub(in crate::sandbox) fn course(
        &mut self,
        service: Service,
        method: &str,
        path: &str,
        target: &[String],
        now: Timestamp,
    ) -> Course {
        let hang = self.take_hang(service, method, path);
        match service {
            Service::Slack => Course {
                slow_ms: self.slack.slow_ms,
                late_ms: self.slack.answer_late_ms,
                refusal: self.slack.refusal(method, target),
                hang,
            },
            Service::Dialnote => Course {
                slow_ms: self.dialnote.slow_ms,
                late_ms: self.dialnote.answer_late_ms,
                refusal: self.dialnote.refusal(method, path, now),
                hang,
            },
        }
    }

    fn take_hang(&mut self, service: Service, method: &str, path: &str) -> Option<bool> {
        let fits = |hang: &Hang| {
            hang.service == service && method.starts_with(&hang.method) && path.contains(hang.path.as_str())
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
        if !failure.always {
            failure.times -= 1;
        }
        let refusal = Refusal {
            status: failure.status,
            error: failure.error.clone(),
            headers: Vec::new(),
            after_effect: failure.after_effect,
            unreadable: failure.unreadable,
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

impl DialnoteFailure {
    fn fits(&self, method: &str, path: &str) -> bool {
        let method = self.method.split('|').any(|one| method.starts_with(one));
        self.times > 0 && method && path.contains(self.path.as_str())
    }

    /// The `Retry-After`, which a 429 always has.
    fn retry_after(&self) -> Option<u64> {
        self.retry_after.or_else(|| (self.status == 429).then_some(1))
    }
}

impl DialnoteFaults {
    fn refusal(&mut self, method: &str, path: &str, now: Timestamp) -> Option<Refusal> {
        if self.down {
            return Some(unavailable("SERVICE_UNAVAILABLE"));
        }
        if let Some(seconds) = self.rate_limited {
            return Some(too_many("RATE_LIMITED", seconds));
        }
        if let Some(refusal) = limited(self.variants.limits, now) {
            return Some(refusal);
        }
        let failure = self.fail_next.iter_mut().find(|failure| failure.fits(method, path))?;
        failure.times -= 1;
        let refusal = Refusal {
            status: failure.status,
            error: failure.error.clone(),
            headers: failure.retry_after().map(|seconds| (RETRY_AFTER, seconds.to_string())).into_iter().collect(),
            after_effect: failure.after_effect,
            unreadable: false,
        };
        self.fail_next.retain(|f| f.times > 0);
        Some(refusal)
    }
}

/// All names of a Slack call's target: the channel as the call names it, its own name, and for a direct message (sent
/// or opened) the person's id and handle.
pub(in crate::sandbox) fn target(world: &World, heard: &Heard) -> Vec<String> {
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
    Refusal { status: 503, error: error.to_owned(), headers: Vec::new(), after_effect: false, unreadable: false }
}

fn too_many(error: &str, seconds: u64) -> Refusal {
    Refusal { status: 429, headers: vec![(RETRY_AFTER, seconds.to_string())], ..unavailable(error) }
}

/// What every call is answered while there are too many.
fn limited(limits: Limits, now: Timestamp) -> Option<Refusal> {
    let date = |at| DateTimePrinter::new().timestamp_to_rfc9110_string(&at).unwrap_or_default();
    let refusal = Refusal { status: 429, ..unavailable("RATE_LIMITED") };
    match limits {
        Limits::None => None,
        Limits::Seconds => Some(too_many("RATE_LIMITED", LEFT_ALONE.as_secs().unsigned_abs())),
        Limits::Date => {
            let headers = vec![(RETRY_AFTER, date(now + LEFT_ALONE)), ("date", date(now))];
            Some(Refusal { headers, ..refusal })
        }
        Limits::NoHeader => Some(refusal),
        Limits::Unavailable => Some(unavailable("SERVICE_UNAVAILABLE")),
    }
}
