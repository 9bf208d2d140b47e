//! Socket Mode health, for the readiness probe.

use std::sync::{Arc, Mutex, PoisonError};

use crate::metrics::Metrics;
use crate::slack::socket::Lost;

/// How well Slack reaches us, for who asks whether we are ready.
#[derive(Clone, Debug, Default)]
pub(crate) struct SocketHealth(Arc<Mutex<SocketState>>);

impl SocketHealth {
    /// Why nothing can be received, if so.
    pub(crate) fn trouble(&self) -> Option<String> {
        let state = self.state();
        let trouble = || state.trouble.clone().unwrap_or_else(|| "none has been opened yet".to_owned());
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
        // What Slack said before it closed says more.
        state.trouble = state.trouble.take().or(why.map(ToString::to_string));
    }

    pub(crate) fn failed(&self, why: &str) {
        self.state().trouble = Some(why.to_owned());
    }

    /// Answers whether that is news.
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
    /// Why none could be opened last.
    pub(crate) trouble: Option<String>,
    /// It is of no use to try again.
    pub(crate) hopeless: bool,
}
