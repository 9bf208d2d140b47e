//! When misfortune strikes. Moments are counted in what happens — calls made, commands acknowledged —
//! because that finds the places where it hurts better than milliseconds do.

use std::time::Duration;

use dialnote_sandbox::{Hang, Service};

use crate::dice::Dice;
use crate::stage::Stage;

/// When it strikes.
#[derive(Clone, Copy, Debug)]
pub enum Moment {
    /// When it makes its nth call.
    Call(u64),
    /// Later than the nth call, in the middle of one that had its effect or had not.
    During { after: u64, service: Service, method: &'static str, path: &'static str, after_effect: bool },
    /// As soon as it acknowledged so many commands.
    Acknowledged(u64),
}

/// Calls in the middle of which it is worth striking.
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
    /// Some moment.
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

/// How things stood when a round began.
pub struct Before {
    /// Calls made.
    pub calls: u64,
    /// Commands accepted.
    pub accepted: u64,
}

impl Before {
    /// Now.
    pub fn now(stage: &Stage) -> Self {
        Self { calls: stage.sandbox.world(|world| world.calls.total()), accepted: stage.ledger.accepted() }
    }

    /// Resolves when the moment has come, or when it is no use waiting for it. Answers whether it came.
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

/// A hang that no one ran into is none of the next round's, nor is one that was not reported.
pub async fn forget_what_hangs(stage: &Stage) {
    stage.sandbox.world(|world| world.faults.hang_next.clear());
    while tokio::time::timeout(Duration::ZERO, stage.sandbox.hung()).await.is_ok() {}
}
