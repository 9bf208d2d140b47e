//! Moments for failures. They are counted in events (calls made, commands acknowledged), which find the weak places
//! better than milliseconds do.

use std::time::Duration;

use dialnote_sandbox::{Hang, Service};

use crate::dice::Dice;
use crate::stage::Stage;

/// The moment of a failure.
#[derive(Clone, Copy, Debug)]
pub enum Moment {
    /// The app's nth call.
    Call(u64),
    /// A moment after the nth call, in the middle of one that took effect or did not.
    During { after: u64, service: Service, method: &'static str, path: &'static str, after_effect: bool },
    /// The nth acknowledgement of a command.
    Acknowledged(u64),
}

/// Calls worth interrupting.
const CALLS: [(Service, &str, &str); 8] = [
    (Service::Dialnote, "PATCH", ""),
    (Service::Dialnote, "POST", "/notes"),
    (Service::Dialnote, "GET", "/conversations"),
    (Service::Slack, "chat.postMessage", ""),
    (Service::Slack, "chat.postMessage", ""),
    (Service::Slack, "chat.update", ""),
    (Service::Slack, "response_url", ""),
    (Service::Slack, "users.", ""),
];

impl Moment {
    /// Draws a random moment.
    pub fn draw(dice: &mut Dice) -> Self {
        let after = dice.between(3, 40) as u64;
        match dice.between(1, 10) {
            1..=3 => Self::Call(after),
            4 => Self::Acknowledged(dice.between(1, 3) as u64),
            _ => {
                let (service, method, path) = dice.one_of(&CALLS);
                Self::During { after: after / 2, service, method, path, after_effect: dice.percent(60) }
            }
        }
    }
}

/// The counts at the beginning of a round.
pub struct Before {
    /// Calls made.
    pub calls: u64,
    /// Commands accepted.
    pub accepted: u64,
}

impl Before {
    /// Returns the present counts.
    pub fn now(stage: &Stage) -> Self {
        Self { calls: stage.sandbox.world(|world| world.calls.total()), accepted: stage.ledger.accepted() }
    }

    /// Resolves when the moment has come, or when waiting for it is useless. Answers whether it came.
    pub async fn come_or(&self, stage: &Stage, moment: Moment, patience: Duration) -> bool {
        tokio::time::timeout(patience, self.come(stage, moment)).await.is_ok()
    }

    async fn come(&self, stage: &Stage, moment: Moment) {
        let calls = |n: u64| stage.sandbox.until(move |world| (world.calls.total() >= self.calls + n).then_some(()));
        match moment {
            Moment::Call(n) => calls(n).await,
            Moment::Acknowledged(n) => stage.ledger.has_accepted(self.accepted + n).await,
            Moment::During { after, service, method, path, after_effect } => {
                calls(after).await;
                let hang = Hang { service, method: method.into(), path: path.into(), after_effect };
                stage.sandbox.world(|world| world.faults.hang_next.push(hang));
                stage.sandbox.hung().await;
            }
        }
    }
}

/// Clears hangs that no request met, and reports not yet read, so that they do not reach the next round.
pub async fn forget_what_hangs(stage: &Stage) {
    stage.sandbox.world(|world| world.faults.hang_next.clear());
    while tokio::time::timeout(Duration::ZERO, stage.sandbox.hung()).await.is_ok() {}
}
