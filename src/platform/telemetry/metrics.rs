//! The metrics, for the operator. Names and units follow Prometheus.

use std::time::Duration;

use jiff::Timestamp;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::core::error::{Fault, Service};
use crate::platform::telemetry::traces;

/// The prefix of every name, which keeps it unique.
const PREFIX: &str = "dialnote_slack";

/// The bucket bounds of the time to answer a request, in seconds. Slack gives up after 3 s.
const TIMES: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0];

/// The bucket bounds of the time of the app's own calls, in seconds, which may take ten seconds.
const CALL_TIMES: [f64; 9] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// The labels of a call.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct MethodLabels {
    /// The Slack method, or `response_url`.
    pub method: String,
}

/// The labels of a call with its outcome.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct CallLabels {
    /// `slack` or `dialnote`.
    pub service: &'static str,
    /// The Slack method, or dialnote's method and path without its ids.
    pub method: String,
    /// `ok`, `refused`, or the kind of fault.
    pub result: &'static str,
}

/// The labels of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct AnswerLabels {
    /// The HTTP status.
    pub status: u16,
}

/// The labels of a fault.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct FaultLabels {
    /// The kind.
    pub cause: &'static str,
}

/// The labels of a reason.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct ReasonLabels {
    /// The reason.
    pub reason: &'static str,
}

/// The labels of a service.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct ServiceLabels {
    /// `slack` or `dialnote`.
    pub service: &'static str,
}

/// The labels of a queue.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LaneLabels {
    queue: &'static str,
}

/// The current size of the queues, read for each scrape.
#[derive(Clone, Copy, Debug)]
pub struct QueueDepth {
    /// The pending commands.
    pub inbox: u64,
    /// The undelivered messages.
    pub outbox: u64,
    /// The dead jobs.
    pub dead: u64,
    /// The age of the oldest pending job.
    pub oldest: Duration,
}

/// The counts of this process since its start.
#[derive(Clone, Debug)]
pub struct Metrics {
    answers: Family<AnswerLabels, Counter>,
    answer_times: Histogram,
    calls: Family<CallLabels, Histogram, fn() -> Histogram>,
    outcome_unknown: Family<MethodLabels, Counter>,
    retried: Family<FaultLabels, Counter>,
    given_up: Counter,
    not_notified: Family<ReasonLabels, Counter>,
    limited: Family<ServiceLabels, Counter<f64, std::sync::atomic::AtomicU64>>,
    looked: Gauge,
    sockets: Gauge,
    sockets_opened: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            answers: Family::default(),
            answer_times: Histogram::new(TIMES),
            calls: Family::new_with_constructor(|| Histogram::new(CALL_TIMES)),
            outcome_unknown: Family::default(),
            retried: Family::default(),
            given_up: Counter::default(),
            not_notified: Family::default(),
            limited: Family::default(),
            looked: Gauge::default(),
            sockets: Gauge::default(),
            sockets_opened: Counter::default(),
        }
    }
}

impl Metrics {
    /// Counts an answered request.
    pub fn answered(&self, status: u16, took: Duration) {
        self.answers.get_or_create(&AnswerLabels { status }).inc();
        self.answer_times.observe(took.as_secs_f64());
    }

    /// Counts an answer to an assistant's call.
    pub(crate) fn answered_call(&self, status: u16) {
        self.answers.get_or_create(&AnswerLabels { status }).inc();
    }

    /// Counts a request refused because it is not proven to be Slack's.
    pub fn refused(&self, status: u16) {
        self.answers.get_or_create(&AnswerLabels { status }).inc();
    }

    /// Counts a call, and notes it in the current trace.
    pub fn called(&self, service: Service, method: &str, result: &'static str, took: Duration) {
        let labels = CallLabels { service: named(service), method: method.to_owned(), result };
        self.calls.get_or_create(&labels).observe(took.as_secs_f64());
        traces::called(service, method, result, took);
    }

    /// Counts a call that was repeated although an earlier try may have had its effect.
    pub(crate) fn repeated_blindly(&self, method: &str) {
        self.outcome_unknown.get_or_create(&MethodLabels { method: method.to_owned() }).inc();
    }

    /// Counts a job that is retried because of a fault.
    pub(crate) fn retried(&self, fault: &Fault) {
        self.retried.get_or_create(&FaultLabels { cause: fault.kind() }).inc();
        if let Fault::RateLimited { service, wait, .. } = fault {
            self.limited.get_or_create(&ServiceLabels { service: named(*service) }).inc_by(wait.as_secs_f64());
        }
    }

    /// Counts a job that is given up.
    pub fn given_up(&self) {
        self.given_up.inc();
    }

    /// Counts a direct message that was refused for good.
    pub(crate) fn not_notified(&self, reason: &'static str) {
        self.not_notified.get_or_create(&ReasonLabels { reason }).inc();
    }

    /// Notes the time at which this instance polled dialnote.
    pub fn looked(&self, at: Timestamp) {
        self.looked.set(at.as_second());
    }

    /// Counts an opened connection of Socket Mode.
    pub(crate) fn socket_opened(&self) {
        self.sockets_opened.inc();
        self.sockets.inc();
    }

    /// Counts a closed connection of Socket Mode.
    pub(crate) fn socket_closed(&self) {
        self.sockets.dec();
    }

    /// Returns the counts as text, in the format that Prometheus reads; with the queues' sizes, if they are known.
    pub fn encode(&self, waiting: Option<QueueDepth>) -> String {
        let mut registry = Registry::with_prefix(PREFIX);
        let help = "Calls repeated although an earlier attempt may have had its effect";
        registry.register("outcome_unknown", help, self.outcome_unknown.clone());
        registry.register("requests", "Requests from Slack, by status of the answer", self.answers.clone());
        let help = "Time from the arrival of a request from Slack to its answer";
        registry.register_with_unit("ack", help, Unit::Seconds, self.answer_times.clone());
        let help = "Calls to Slack and dialnote, by result";
        registry.register_with_unit("call", help, Unit::Seconds, self.calls.clone());
        registry.register("jobs_retried", "Retries of jobs, by cause", self.retried.clone());
        registry.register("jobs_given_up", "Jobs that failed after retries", self.given_up.clone());
        let help = "Direct messages that Slack refused for good, by reason";
        registry.register("direct_messages_refused", help, self.not_notified.clone());
        let help = "Time that Slack or dialnote asked the app to wait";
        registry.register_with_unit("rate_limit_wait", help, Unit::Seconds, self.limited.clone());
        let help = "Time of this instance's last poll of dialnote, in seconds since 1970";
        registry.register_with_unit("last_look_timestamp", help, Unit::Seconds, self.looked.clone());
        registry.register("sockets", "Open Socket Mode connections", self.sockets.clone());
        let help = "Opened Socket Mode connections";
        registry.register("sockets_opened", help, self.sockets_opened.clone());
        if let Some(waiting) = waiting {
            waiting.register(&mut registry);
        }
        let mut encoded = String::new();
        // Writing to a string cannot fail.
        let _ = text::encode(&mut encoded, &registry);
        encoded
    }
}

impl QueueDepth {
    fn register(self, registry: &mut Registry) {
        let (jobs, dead, oldest) =
            (Family::<LaneLabels, Gauge>::default(), Gauge::<i64>::default(), Gauge::<i64>::default());
        for (queue, count) in [("work", self.inbox), ("outbox", self.outbox)] {
            jobs.get_or_create(&LaneLabels { queue }).set(count.cast_signed());
        }
        dead.set(self.dead.cast_signed());
        oldest.set(self.oldest.as_secs().cast_signed());
        registry.register("queue_jobs", "Pending jobs of all instances", jobs);
        registry.register("queue_dead_jobs", "Failed jobs of all instances", dead);
        let help = "Age of the oldest pending job";
        registry.register_with_unit("queue_oldest_age", help, Unit::Seconds, oldest);
    }
}

fn named(service: Service) -> &'static str {
    match service {
        Service::Slack => "slack",
        Service::Dialnote => "dialnote",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_the_prefix() {
        let metrics = Metrics::default();
        metrics.answered(200, Duration::ZERO);
        metrics.called(Service::Slack, "chat.postMessage", "ok", Duration::ZERO);
        metrics.repeated_blindly("chat.postMessage");
        metrics.not_notified("no_messages_tab");
        let depth = QueueDepth { inbox: 1, outbox: 1, dead: 1, oldest: Duration::ZERO };
        let encoded = metrics.encode(Some(depth));
        let name = |line: &str| line.trim_start_matches("# HELP ").trim_start_matches("# TYPE ").to_owned();
        let names = encoded.lines().map(name).filter(|line| !line.starts_with("# UNIT") && line != "# EOF");
        let other: Vec<_> = names.filter(|name| !name.starts_with("dialnote_slack_")).collect();
        assert!(encoded.len() > 1000 && other.is_empty(), "{other:?}");
    }
}
