//! How the program is asked to stop, and tells whatever started it how it is.

use std::time::Duration;

use dialnote_slack::http::ops::Ops;
use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// What the system sends who is to end.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// The next one. Answers whether it was Ctrl-C: then a person waits.
    async fn next(&mut self) -> bool {
        tokio::select! {
            _ = self.interrupt.recv() => true,
            _ = self.terminate.recv() => false,
        }
    }
}

/// Turns true on Ctrl-C or when the system asks the process to end; from the moment of this call on.
#[cfg(feature = "sandbox")]
pub(crate) fn on_signal() -> std::io::Result<watch::Receiver<bool>> {
    let mut signals = Signals::new()?;
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        signals.next().await;
        let _ = sender.send(true);
    });
    Ok(receiver)
}

/// The same for a server: when the system asks, it first says for a while that it is not ready, so that requests are
/// sent elsewhere before nothing takes them here. A second signal, or Ctrl-C, ends that at once.
pub(crate) fn after_draining(ops: Ops, drain: Duration) -> std::io::Result<watch::Receiver<bool>> {
    let mut signals = Signals::new()?;
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        let by_hand = signals.next().await;
        ops.drain();
        tell_manager(NotifyState::Stopping);
        if !by_hand {
            tracing::info!(seconds = drain.as_secs(), "not ready any more; requests are still taken");
            let _ = tokio::time::timeout(drain, signals.next()).await;
        }
        let _ = sender.send(true);
    });
    Ok(receiver)
}

/// Tells systemd, if it started us and wants to know (`Type=notify`).
pub(crate) fn tell_manager(state: NotifyState<'_>) {
    if let Err(cause) = sd_notify::notify(&[state]) {
        tracing::warn!(%cause, "systemd was not told");
    }
}
