//! Stopping on request of the system, and reporting the state to the service manager.

use std::time::Duration;

use dialnote_slack::server::ops::Ops;
use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// The system's signals to end.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for the next signal. Answers whether it was Ctrl-C: then a person waits.
    async fn next(&mut self) -> bool {
        tokio::select! {
            _ = self.interrupt.recv() => true,
            _ = self.terminate.recv() => false,
        }
    }
}

/// Returns a flag that turns true on Ctrl-C or when the system asks the process to end, from this call on.
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

/// Returns the same flag for a server. When the system asks it to end, the server first reports for a while that it is
/// not ready, so that requests are sent elsewhere before it stops taking them. A second signal, or Ctrl-C, ends the
/// wait at once.
pub(crate) fn after_draining(ops: Ops, drain: Duration) -> std::io::Result<watch::Receiver<bool>> {
    let mut signals = Signals::new()?;
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        let by_hand = signals.next().await;
        ops.drain();
        tell_manager(NotifyState::Stopping);
        if !by_hand {
            tracing::info!(seconds = drain.as_secs(), "draining: not ready, requests are still accepted");
            let _ = tokio::time::timeout(drain, signals.next()).await;
        }
        let _ = sender.send(true);
    });
    Ok(receiver)
}

/// Notifies systemd, if it started the program and wants to know (`Type=notify`).
pub(crate) fn tell_manager(state: NotifyState<'_>) {
    if let Err(cause) = sd_notify::notify(&[state]) {
        tracing::warn!(%cause, "systemd not notified");
    }
}
