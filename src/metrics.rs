//! What is counted, for whoever looks after the program. Names and units follow Prometheus.

use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Where the answers to requests are told apart by how long they took, in seconds. Slack gives up
/// after 3 s.
const TIMES: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0];

/// The call a count is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct CallLabels {
    /// The Slack method, or `response_url`.
    pub method: String,
}

/// The answer a count is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct AnswerLabels {
    /// The HTTP status.
    pub status: u16,
}

/// The counts of this process, since it started.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// Requests of Slack's that were answered, or of those who would like to be Slack.
    pub answers: Family<AnswerLabels, Counter>,
    /// How long they waited for that.
    pub answer_times: Histogram,
    /// Calls repeated although an earlier try may have had its effect, because there is no way to
    /// find out: what they say may stand there twice.
    pub outcome_unknown: Family<CallLabels, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self { answers: Family::default(), answer_times: Histogram::new(TIMES), outcome_unknown: Family::default() }
    }
}

impl Metrics {
    /// One more request answered.
    pub fn answered(&self, status: u16, took: Duration) {
        self.answers.get_or_create(&AnswerLabels { status }).inc();
        self.answer_times.observe(took.as_secs_f64());
    }

    /// One more call repeated blindly.
    pub fn repeated_blindly(&self, method: &str) {
        self.outcome_unknown.get_or_create(&CallLabels { method: method.to_owned() }).inc();
    }

    /// The counts as text, in the format that Prometheus reads.
    pub fn encode(&self) -> String {
        let mut registry = Registry::default();
        let help = "Calls repeated although an earlier try may have had its effect";
        registry.register("outcome_unknown", help, self.outcome_unknown.clone());
        registry.register("requests", "Slack's requests that were answered", self.answers.clone());
        let help = "From the arrival of a request of Slack's to its answer";
        registry.register_with_unit("ack", help, Unit::Seconds, self.answer_times.clone());
        let mut encoded = String::new();
        // Writing to a string cannot fail.
        let _ = text::encode(&mut encoded, &registry);
        encoded
    }
}
