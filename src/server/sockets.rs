//! The connections of Socket Mode: several, so that one can be replaced while another still receives. A connection that
//! Slack wants to close receives until the greeting of its successor, and answers the envelopes that it has received
//! (docs/contracts/slack.md §20.5–20.7).

use std::pin::pin;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tracing::{error, info, warn};

use crate::core::error::{Fault, Service};
use crate::platform::retry;
use crate::platform::retry::{RetryDecision, Tries};
use crate::platform::slack::answer::SlackError;
use crate::platform::slack::socket::{Dialer, Frame, Lost, Reason, Socket, is_hopeless};
use crate::server::envelope::{EnvelopeAnswer, acknowledgement};
use crate::server::front::Front;
use crate::server::socket_health::SocketHealth;

/// The number of envelopes of a connection that are answered at once; further ones wait to be read. Together with the
/// largest message this bounds the memory.
const MOST_AT_ONCE: usize = 64;

/// The time after which an open connection no longer counts as a failure; also the pause after Slack refused one.
const HEALTHY_AFTER: Duration = Duration::from_secs(30);

/// The time that a stop waits for envelopes that were begun.
const ENVELOPE_GRACE: Duration = Duration::from_secs(5);

/// The connections of Socket Mode.
pub struct Sockets {
    front: Front,
    lines: SocketHealth,
    dialer: Dialer,
    count: usize,
}

impl Sockets {
    pub(crate) fn new(front: Front) -> Option<Self> {
        let ingress = &front.tenants.common.ingress;
        let (dialer, count) = (ingress.dialer.clone()?, ingress.sockets);
        Some(Self { lines: front.lines.clone()?, front, dialer, count })
    }

    /// Keeps the connections open until `stop` turns true, then finishes the envelopes that were begun.
    pub async fn keep(self, stop: watch::Receiver<bool>) {
        let mut places = JoinSet::new();
        for _ in 0..self.count {
            places.spawn(self.place().keep(stop.clone()));
        }
        places.join_all().await;
    }

    fn place(&self) -> SocketLoop {
        SocketLoop { front: self.front.clone(), lines: self.lines.clone(), dialer: self.dialer.clone(), failures: 0 }
    }
}

/// One of the connections, and its successors.
struct SocketLoop {
    front: Front,
    lines: SocketHealth,
    dialer: Dialer,
    /// The number of times in a row that it was not opened, or not for long.
    failures: u32,
}

/// A connection that receives, as its loop sees it.
struct Working {
    since: Instant,
    /// Receives the reason why another connection is needed.
    needed: oneshot::Receiver<Reason>,
    /// Makes it finish, at the latest when this is dropped.
    leave: oneshot::Sender<()>,
}

impl SocketLoop {
    async fn keep(mut self, mut stop: watch::Receiver<bool>) {
        let mut connections = JoinSet::new();
        let mut stopped = pin!(async move { drop(stop.wait_for(|stop| *stop).await) });
        tokio::select! {
            () = self.replace(&mut connections) => {}
            () = &mut stopped => {}
        }
        // The replaced connections were already asked to finish.
        let finished = async { while connections.join_next().await.is_some() {} };
        let _ = timeout(ENVELOPE_GRACE, finished).await;
    }

    /// Opens one connection after the other, each before its predecessor finishes. If opening another is useless, the
    /// last one stays for as long as Slack lets it.
    async fn replace(&mut self, connections: &mut JoinSet<()>) {
        let mut last: Option<Working> = None;
        while let Some(socket) = self.open().await {
            let mut working = self.begin(socket, connections);
            if let Some(before) = last.take() {
                let _ = before.leave.send(());
            }
            let need = (&mut working.needed).await.unwrap_or(Reason::Renewal);
            self.pause_after(&need, working.since).await;
            last = Some(working);
            while connections.try_join_next().is_some() {}
        }
        std::future::pending::<()>().await;
    }

    /// Opens a connection, however long it takes; returns `None` if there will be none.
    async fn open(&mut self) -> Option<Socket> {
        loop {
            let cause = match self.dialer.open().await {
                Ok(socket) => return Some(socket),
                Err(cause) => cause,
            };
            if is_hopeless(&cause) {
                if self.lines.despair(&cause.to_string()) {
                    error!(%cause, "SLACK_APP_TOKEN rejected by Slack; replace it and restart to receive requests");
                }
                return None;
            }
            warn!(%cause, "connection to Slack not opened; will retry");
            self.lines.failed(&cause.to_string());
            self.failures += 1;
            sleep(match &cause {
                SlackError::Fault(fault) => self.pause(fault),
                SlackError::Refused(_) => HEALTHY_AFTER,
            })
            .await;
        }
    }

    fn begin(&self, socket: Socket, connections: &mut JoinSet<()>) -> Working {
        let ((needs, needed), (leave, left)) = (oneshot::channel(), oneshot::channel());
        let connection = SocketConnection {
            front: self.front.clone(),
            lines: self.lines.clone(),
            socket,
            answers: JoinSet::new(),
            needs: Some(needs),
        };
        let open = self.lines.opened(&self.front.tenants.common.metrics);
        info!(open, "connection to Slack opened");
        connections.spawn(connection.work(left));
        Working { since: Instant::now(), needed, leave }
    }

    /// Waits before the next connection. If Slack asked for a renewal, there is no pause the first time in a row.
    async fn pause_after(&mut self, need: &Reason, since: Instant) {
        if since.elapsed() >= HEALTHY_AFTER {
            self.failures = 0;
        }
        let unwanted = matches!(need, Reason::Unwanted(_));
        if unwanted || self.failures > 0 {
            sleep(if unwanted { HEALTHY_AFTER } else { self.pause(&briefly()) }).await;
        }
        self.failures += 1;
    }

    /// Returns the pause before another try.
    fn pause(&self, fault: &Fault) -> Duration {
        let now = self.front.tenants.common.clock.now();
        let tries = Tries { attempt: self.failures, accepted: now, give_up_after: Duration::MAX, seed: rand::random() };
        match retry::after(fault, tries, now) {
            RetryDecision::At(due) => Duration::try_from(due.duration_since(now)).unwrap_or_default(),
            RetryDecision::GiveUp => HEALTHY_AFTER,
        }
    }
}

/// A connection that receives.
struct SocketConnection {
    front: Front,
    lines: SocketHealth,
    socket: Socket,
    answers: JoinSet<Option<EnvelopeAnswer>>,
    needs: Option<oneshot::Sender<Reason>>,
}

impl SocketConnection {
    /// Answers envelopes until the connection is lost or has to leave.
    async fn work(mut self, mut left: oneshot::Receiver<()>) {
        let lost = loop {
            tokio::select! {
                frame = self.socket.next(), if self.answers.len() < MOST_AT_ONCE => match frame {
                    Ok(frame) => self.take(frame),
                    Err(lost) => break Some(lost),
                },
                Some(answer) = self.answers.join_next(), if !self.answers.is_empty() => {
                    if let Err(lost) = self.acknowledge(answer.ok().flatten()).await {
                        break Some(lost);
                    }
                }
                _ = &mut left => break None,
            }
        };
        self.lines.closed(&self.front.tenants.common.metrics, lost.as_ref());
        match lost {
            Some(cause) => {
                warn!(%cause, "connection to Slack lost");
                self.need(Reason::Renewal);
                // The envelopes that were begun are finished, even if Slack no longer gets the answers.
                self.answers.join_all().await;
            }
            None => self.finish().await,
        }
    }

    fn take(&mut self, frame: Frame) {
        match frame {
            Frame::Envelope(envelope) => drop(self.answers.spawn(acknowledgement(self.front.clone(), envelope))),
            Frame::Disconnect(Reason::Unwanted(why)) => {
                warn!(why, "Slack refused Socket Mode; `link_disabled` means that it is off in the app's settings");
                self.lines.failed(&why);
                self.need(Reason::Unwanted(why));
            }
            Frame::Disconnect(Reason::Renewal) => self.need(Reason::Renewal),
            Frame::Unknown(kind) => info!(kind, "frame ignored"),
            Frame::Hello => {}
        }
    }

    /// Notifies the loop, once.
    fn need(&mut self, why: Reason) {
        if let Some(needs) = self.needs.take() {
            let _ = needs.send(why);
        }
    }

    async fn acknowledge(&mut self, ack: Option<EnvelopeAnswer>) -> Result<(), Lost> {
        match ack {
            Some(EnvelopeAnswer { id, payload }) => self.socket.acknowledge(&id, payload.as_ref()).await,
            None => Ok(()),
        }
    }

    /// Answers the envelopes that have arrived, and closes the connection.
    async fn finish(mut self) {
        while self.answers.len() < MOST_AT_ONCE
            && let Some(frame) = self.socket.arrived().await
        {
            self.take(frame);
        }
        while let Some(answer) = self.answers.join_next().await {
            if self.acknowledge(answer.ok().flatten()).await.is_err() {
                break;
            }
        }
        self.answers.join_all().await;
        self.socket.close().await;
    }
}

fn briefly() -> Fault {
    Fault::Unanswered { service: Service::Slack, cause: "the connection closed at once".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::telemetry::metrics::Metrics;

    #[test]
    fn whoever_asks_whether_all_is_well_is_told_why_not() {
        let (lines, metrics) = (SocketHealth::default(), Metrics::default());
        assert_eq!(lines.trouble().as_deref(), Some("none opened yet"));
        lines.failed("link_disabled");
        assert_eq!(lines.trouble().as_deref(), Some("link_disabled"));
        assert_eq!((lines.opened(&metrics), lines.opened(&metrics)), (1, 2));
        lines.closed(&metrics, None);
        assert_eq!(lines.trouble(), None, "one is enough");
        assert!(lines.despair("invalid_auth") && !lines.despair("invalid_auth"), "it is news once");
        assert_eq!(lines.trouble().as_deref(), Some("invalid_auth"), "even while one is open");
    }
}
