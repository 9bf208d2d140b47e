//! Counterexamples in words, for people: the moves and the answers.

use std::fmt::{self, Display, Formatter};

use crate::queue::{Claim, JOBS};
use crate::world::{Answer, Move};

impl Display for Move {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send { delivery, torn: false } => write!(f, "delivery {delivery} arrives"),
            Self::Send { delivery, torn: true } => write!(f, "delivery {delivery} arrives and its receiver crashes"),
            Self::Claim { worker, lane: 0 } => write!(f, "worker {worker} claims a command"),
            Self::Claim { worker, .. } => write!(f, "worker {worker} claims a message"),
            Self::Renew { worker } => write!(f, "worker {worker} renews its lease"),
            Self::Settle { worker, verdict } => write!(f, "worker {worker} settles {verdict:?}"),
            Self::Crash { worker } => write!(f, "worker {worker} crashes, or gives up what it held"),
            Self::Restart => write!(f, "all die and the store is opened again"),
            Self::Look { timer } => write!(f, "timer {timer} asks who waits"),
            Self::Tell { timer, job } => write!(f, "timer {timer} tells the person of job {job}"),
            Self::Tick => write!(f, "time passes"),
        }
    }
}

impl Display for Answer {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted(true) => write!(f, ": new"),
            Self::Accepted(false) => write!(f, ": a duplicate"),
            Self::Claimed(None) => write!(f, ": there is none"),
            Self::Claimed(Some(claim)) => {
                let Claim { job, fence, attempt, outcome_unknown, told, step, body, .. } = claim;
                write!(f, ": job {job}, fence {fence}, attempt {attempt}, unsure {outcome_unknown}, told {told}, ")?;
                write!(f, "step {step}, version {body}")
            }
            Self::Held(true) => write!(f, ": stored"),
            Self::Held(false) => write!(f, ": the lease is lost"),
            Self::Overdue(jobs) => {
                let jobs = (0..JOBS).filter(|n| jobs >> n & 1 == 1).map(|n| n.to_string()).collect::<Vec<_>>();
                write!(f, ": jobs {}", jobs.join(" and "))
            }
            Self::Told(told) => write!(f, ": {}", if *told { "told" } else { "no need" }),
            Self::Nothing => Ok(()),
        }
    }
}
