//! Socket Mode health, for the readiness probe.

use std::sync::{Arc, Mutex, PoisonError};

use crate::platform::slack::socket::Lost;
use crate::platform::telemetry::metrics::Metrics;

/// The state of the Socket Mode connections, for the readiness probe.
#[derive(Clone, Debug, Default)]
pub(crate) struct SocketHealth(Arc<Mutex<SocketState>>);

impl SocketHealth {
    /// Returns the reason why no connection can receive, if there is one.
    pub(crate) fn trouble(&self) -> Option<String> {
        let state = self.state();
        let trouble = || state.trouble.clone().unwrap_or_else(|| "none opened yet".to_owned());
        (state.hopeless || state.open == 0).then(trouble)
    }

    pub(crate) fn opened(&self, metrics: &Metrics) -> usize {
        metrics.socket_opened();
        let mut state = self.state();
        state.open += 1;
        state.trouble = None;
        state.open
    }

    pub(crate) fn closed(&self, metrics: &Metrics, why: Option<&Lost>) {
        metrics.socket_closed();
        let mut state = self.state();
        state.open -= 1;
        // Slack's own reason before it closed the connection says more.
        state.trouble = state.trouble.take().or(why.map(ToString::to_string));
    }

    pub(crate) fn failed(&self, why: &str) {
        self.state().trouble = Some(why.to_owned());
    }

    /// Notes that trying again is useless; answers whether that is news.
    pub(crate) fn despair(&self, why: &str) -> bool {
        let mut state = self.state();
        state.trouble = Some(why.to_owned());
        !std::mem::replace(&mut state.hopeless, true)
    }

    pub(crate) fn state(&self) -> std::sync::MutexGuard<'_, SocketState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Default)]
pub(crate) struct SocketState {
    pub(crate) open: usize,
    /// The reason why the latest connection could not be opened.
    pub(crate) trouble: Option<String>,
    /// Set if trying again is useless.
    pub(crate) hopeless: bool,
}
