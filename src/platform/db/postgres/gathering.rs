//! A transaction or statement costs nearly the same for one request as for a dozen. So the requests that arrive while
//! some run are gathered and become the next.

use std::time::Duration;

use async_trait::async_trait;
use durable_queue::QueueError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use crate::core::error::Fault;

/// The most requests that are carried out together. More would hold their locks for too long.
const BATCH: usize = 64;

/// The number of requests that may wait to be gathered. Others wait in their callers.
const WAITING: usize = 1024;

/// The longest time that a request waits for its turn. The queue limits the time of its turn.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The way to carry out requests together.
#[async_trait]
pub(super) trait Together: Send + Sync + 'static {
    type Request: Send + Sync + 'static;
    type Answer: Send + 'static;

    /// Carries out requests, all or none. Returns their answers in the same order.
    async fn carry_out(&self, requests: &[&Self::Request]) -> Result<Vec<Self::Answer>, QueueError>;
}

/// A request with the channel for its answer.
struct PendingRequest<T: Together> {
    request: T::Request,
    /// The request is carried out before this time or not at all.
    deadline: Instant,
    reply: oneshot::Sender<Result<T::Answer, Fault>>,
}

/// The queue of requests to be gathered.
pub(super) struct Gatherer<T: Together>(mpsc::Sender<PendingRequest<T>>);

impl<T: Together> Gatherer<T> {
    /// Starts gathering, which ends when the gatherer is dropped and every caller was answered.
    pub(super) fn open(together: T) -> Self {
        let (sender, requests) = mpsc::channel(WAITING);
        tokio::spawn(gather(together, requests));
        Self(sender)
    }

    /// Carries out a request together with others, and returns its answer. If it fails, the request may have been
    /// carried out only where the database gave no answer to its COMMIT.
    pub(super) async fn ask(&self, request: T::Request) -> Result<T::Answer, Fault> {
        let deadline = Instant::now() + LONGEST_WAIT;
        let (reply, answer) = oneshot::channel();
        let sent = timeout_at(deadline, self.0.send(PendingRequest { request, deadline, reply })).await;
        sent.map_err(|_| late())?.map_err(|_| closed())?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }
}

fn closed() -> Fault {
    Fault::Store("the store is closed".to_owned())
}

fn late() -> Fault {
    Fault::Store("the database did not answer in time".to_owned())
}

async fn gather<T: Together>(together: T, mut requests: mpsc::Receiver<PendingRequest<T>>) {
    let mut batch = Vec::new();
    while requests.recv_many(&mut batch, BATCH).await > 0 {
        answer_all(&together, std::mem::take(&mut batch)).await;
    }
}

/// Answers a batch. If the server refuses it, each request is tried alone: one must not fail the others.
async fn answer_all<T: Together>(together: &T, batch: Vec<PendingRequest<T>>) {
    let batch = still_wanted(batch);
    let requests: Vec<_> = batch.iter().map(|pending| &pending.request).collect();
    if requests.is_empty() {
        return;
    }
    match together.carry_out(&requests).await {
        Ok(answers) => {
            for (pending, answer) in batch.into_iter().zip(answers) {
                let _ = pending.reply.send(Ok(answer));
            }
        }
        Err(QueueError::Refused(_)) if batch.len() > 1 => {
            for PendingRequest { request, reply, .. } in batch {
                let _ = reply.send(alone(together, &request).await);
            }
        }
        Err(error) => {
            for pending in batch {
                let _ = pending.reply.send(Err(error.clone().into()));
            }
        }
    }
}

/// Drops the requests whose callers have left, and answers those that waited too long.
fn still_wanted<T: Together>(batch: Vec<PendingRequest<T>>) -> Vec<PendingRequest<T>> {
    let now = Instant::now();
    let (in_time, expired): (Vec<_>, Vec<_>) =
        batch.into_iter().filter(|pending| !pending.reply.is_closed()).partition(|pending| now < pending.deadline);
    for pending in expired {
        let _ = pending.reply.send(Err(late()));
    }
    in_time
}

async fn alone<T: Together>(together: &T, request: &T::Request) -> Result<T::Answer, Fault> {
    together.carry_out(&[request]).await?.into_iter().next().ok_or_else(closed)
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::Arc;

    use super::*;

    /// Doubles numbers. The server refuses a batch with a 13, and gives no answer to one with a 0. It answers slowly.
    struct Doubling(Arc<std::sync::Mutex<Vec<Vec<u32>>>>);

    #[async_trait]
    impl Together for Doubling {
        type Request = u32;
        type Answer = u32;

        async fn carry_out(&self, requests: &[&u32]) -> Result<Vec<u32>, QueueError> {
            let numbers: Vec<u32> = requests.iter().map(|number| **number).collect();
            if let Ok(mut batches) = self.0.lock() {
                batches.push(numbers.clone());
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
            match numbers.as_slice() {
                refused if refused.contains(&13) => Err(QueueError::Refused("no".to_owned())),
                unanswered if unanswered.contains(&0) => Err(QueueError::new("no answer")),
                hanging if hanging.contains(&99) => pending().await,
                numbers => Ok(numbers.iter().map(|number| number * 2).collect()),
            }
        }
    }

    type Batches = Arc<std::sync::Mutex<Vec<Vec<u32>>>>;

    /// Opens a gatherer that is busy with a number of its own.
    async fn busy(own: u32) -> (Arc<Gatherer<Doubling>>, Batches) {
        let batches = Batches::default();
        let gatherer = Arc::new(Gatherer::open(Doubling(batches.clone())));
        let first = gatherer.clone();
        tokio::spawn(async move { first.ask(own).await });
        tokio::time::sleep(Duration::from_millis(1)).await;
        (gatherer, batches)
    }

    fn seen(batches: &Batches) -> Vec<Vec<u32>> {
        batches.lock().map(|batches| batches.clone()).unwrap_or_default()
    }

    #[tokio::test(start_paused = true)]
    async fn what_arrives_while_others_run_is_carried_out_together() {
        let (gatherer, batches) = busy(1).await;
        let answers = tokio::join!(gatherer.ask(3), gatherer.ask(4), gatherer.ask(5));
        assert_eq!(<[_; 3]>::from(answers).map(Result::ok), [Some(6), Some(8), Some(10)]);
        assert_eq!(seen(&batches), [vec![1], vec![3, 4, 5]]);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_the_server_refuses_fails_alone() {
        let (gatherer, batches) = busy(1).await;
        let answers = tokio::join!(gatherer.ask(3), gatherer.ask(13), gatherer.ask(5));
        assert_eq!(<[_; 3]>::from(answers).map(Result::ok), [Some(6), None, Some(10)]);
        assert_eq!(seen(&batches).split_off(1), [vec![3, 13, 5], vec![3], vec![13], vec![5]]);
    }

    #[tokio::test(start_paused = true)]
    async fn where_the_server_gives_no_answer_all_fail_at_once() {
        let (gatherer, batches) = busy(1).await;
        let answers = tokio::join!(gatherer.ask(3), gatherer.ask(0), gatherer.ask(5));
        assert!(<[_; 3]>::from(answers).iter().all(Result::is_err));
        assert_eq!(seen(&batches).len(), 2, "none is tried alone");
    }

    #[tokio::test(start_paused = true)]
    async fn what_waited_too_long_or_is_no_longer_wanted_is_not_carried_out() {
        let (gatherer, batches) = busy(1).await;
        let left = tokio::time::timeout(Duration::from_millis(10), gatherer.ask(7)).await;
        assert!(left.is_err(), "its caller left");
        assert_eq!(gatherer.ask(8).await.ok(), Some(16));
        assert_eq!(seen(&batches), [vec![1], vec![8]]);
        let (gatherer, batches) = busy(99).await;
        assert!(tokio::time::timeout(LONGEST_WAIT * 2, gatherer.ask(9)).await.is_err(), "the batch before hangs");
        assert_eq!(seen(&batches), [vec![99]]);
    }
}
