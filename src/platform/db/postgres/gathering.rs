//! A transaction or statement costs nearly the same for one request as for a dozen. So the requests that arrive while
//! some run are gathered and become the next.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{Mutex, mpsc, oneshot};

use crate::core::error::Fault;

/// The most requests that are carried out together. More would hold their locks for too long.
const BATCH: usize = 64;

/// The number of requests that may wait to be gathered. Others wait in their callers.
const WAITING: usize = 1024;

/// The number of batches at a time: where one waits for a lock, the other goes on.
const LANES: usize = 2;

/// The way to carry out requests together.
#[async_trait]
pub(super) trait Together: Send + Sync + 'static {
    type Request: Send + Sync + 'static;
    type Answer: Send + 'static;

    /// Carries out requests, all or none. Returns their answers in the same order.
    async fn carry_out(&self, requests: &[&Self::Request]) -> Result<Vec<Self::Answer>, GatheredFailure>;
}

/// The failure of a batch.
pub(super) struct GatheredFailure {
    pub(super) fault: Fault,
    /// True if the requests may fare better alone.
    pub(super) is_of_one: bool,
}

/// A request with the channel for its answer.
struct PendingRequest<T: Together> {
    request: T::Request,
    reply: oneshot::Sender<Result<T::Answer, Fault>>,
}

/// The queue of requests to be gathered.
pub(super) struct Gatherer<T: Together>(mpsc::Sender<PendingRequest<T>>);

impl<T: Together> Gatherer<T> {
    /// Starts gathering, which ends when the gatherer is dropped and every caller was answered.
    pub(super) fn open(together: T) -> Self {
        let (sender, requests) = mpsc::channel(WAITING);
        let (together, requests) = (Arc::new(together), Arc::new(Mutex::new(requests)));
        for _ in 0..LANES {
            tokio::spawn(gather(together.clone(), requests.clone()));
        }
        Self(sender)
    }

    /// Carries out a request together with others, and returns its answer.
    pub(super) async fn ask(&self, request: T::Request) -> Result<T::Answer, Fault> {
        let (reply, answer) = oneshot::channel();
        self.0.send(PendingRequest { request, reply }).await.map_err(|_| closed())?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }
}

fn closed() -> Fault {
    Fault::Store("the store is closed".to_owned())
}

async fn gather<T: Together>(together: Arc<T>, requests: Arc<Mutex<mpsc::Receiver<PendingRequest<T>>>>) {
    let mut batch = Vec::new();
    while requests.lock().await.recv_many(&mut batch, BATCH).await > 0 {
        answer_all(together.as_ref(), std::mem::take(&mut batch)).await;
    }
}

/// Answers a batch. If one request may be the cause of a failure, each is tried alone: it must not fail the others.
async fn answer_all<T: Together>(together: &T, batch: Vec<PendingRequest<T>>) {
    let requests: Vec<_> = batch.iter().map(|pending| &pending.request).collect();
    let outcome = together.carry_out(&requests).await;
    match outcome {
        Ok(answers) => {
            for (pending, answer) in batch.into_iter().zip(answers) {
                let _ = pending.reply.send(Ok(answer));
            }
        }
        Err(failure) => {
            let is_final = batch.len() == 1 || !failure.is_of_one;
            for PendingRequest { request, reply } in batch {
                let outcome = if is_final { Err(failure.fault.clone()) } else { alone(together, &request).await };
                let _ = reply.send(outcome);
            }
        }
    }
}

async fn alone<T: Together>(together: &T, request: &T::Request) -> Result<T::Answer, Fault> {
    let answers = together.carry_out(&[request]).await.map_err(|failure| failure.fault)?;
    answers.into_iter().next().ok_or_else(closed)
}
