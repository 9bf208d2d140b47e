//! What is counted, for whoever looks after the program. Names and units follow Prometheus.

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// The call a count is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct CallLabels {
    /// The Slack method, or `response_url`.
    pub method: String,
}

/// The counts of this process, since it started.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    /// Calls repeated although an earlier try may have had its effect, because there is no way to
    /// find out: what they say may stand there twice.
    pub outcome_unknown: Family<CallLabels, Counter>,
}

impl Metrics {
    /// One more call repeated blindly.
    pub fn repeated_blindly(&self, method: &str) {
        self.outcome_unknown.get_or_create(&CallLabels { method: method.to_owned() }).inc();
    }

    /// The counts as text, in the format that Prometheus reads.
    pub fn encode(&self) -> String {
        let mut registry = Registry::default();
        let help = "Calls repeated although an earlier try may have had its effect";
        registry.register("outcome_unknown", help, self.outcome_unknown.clone());
        let mut encoded = String::new();
        // Writing to a string cannot fail.
        let _ = text::encode(&mut encoded, &registry);
        encoded
    }
}
