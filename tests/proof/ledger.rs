//! People's requests and the immediate answers to them: the other half of the evidence. The sandbox knows what
//! happened; the ledger knows what was promised.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use dialnote_sandbox::Outcome;
use tokio::sync::watch;

use crate::town;

/// A person's request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// `/assign` to this person.
    Assign(String),
    /// `/done`.
    Done,
    /// `/reopen`, the only one without a note.
    Reopen,
}

/// A command that a person is going to type until it is accepted.
#[derive(Clone, Debug)]
pub struct Order {
    /// The number that tells it from all others.
    pub number: usize,
    /// The person who types it.
    pub who: String,
    /// The channel.
    pub channel: &'static str,
    /// The conversation.
    pub conversation: usize,
    /// True if the conversation is named by its number, and must be looked up.
    pub by_number: bool,
    /// The request.
    pub act: Act,
}

/// An order typed once.
#[derive(Clone, Debug)]
pub struct Typing {
    /// The order.
    pub order: Order,
    /// A tag that identifies its note; nothing else in the world contains it.
    pub tag: String,
    /// The time of typing, on the ledger's own clock.
    pub sent: u64,
    /// The time of acknowledgement, if it was acknowledged.
    pub accepted: Option<u64>,
    /// The sentence of an immediate refusal, if it was refused.
    pub refused: Option<String>,
    /// The path of the expected answer.
    pub answered_at: String,
}

/// Everything that was typed.
#[derive(Default)]
pub struct Ledger {
    typings: Mutex<Vec<Typing>>,
    moments: AtomicU64,
    tried: watch::Sender<u64>,
    accepted: watch::Sender<u64>,
}

impl Order {
    /// Returns the text to type, and the tag of its note.
    pub fn typed(&self, try_number: usize) -> (String, String) {
        let tag = format!("t-{}-{try_number}.", self.number);
        let id = town::conversation(self.conversation);
        let which = if self.by_number { town::number(self.conversation) } else { id };
        let line = match &self.act {
            Act::Assign(target) => format!("/assign @{target} {which} please {tag}"),
            Act::Done => format!("/done {which} please {tag}"),
            Act::Reopen => format!("/reopen {which}"),
        };
        (line, tag)
    }
}

impl Typing {
    /// Answers whether a note shows that it was done.
    pub fn leaves_a_note(&self) -> bool {
        self.order.act != Act::Reopen
    }
}

impl Ledger {
    /// Returns a moment later than all before.
    pub fn moment(&self) -> u64 {
        self.moments.fetch_add(1, Ordering::SeqCst)
    }

    /// Records the outcome of a typing. Answers whether it was accepted.
    pub fn write(&self, order: &Order, tag: String, sent: u64, outcome: &Outcome) -> bool {
        let answered = outcome.status == Some(200) && outcome.error.is_none();
        let accepted = answered && outcome.body.is_empty();
        let url = outcome.response_url.clone().unwrap_or_default();
        let typing = Typing {
            order: order.clone(),
            tag,
            sent,
            accepted: accepted.then(|| self.moment()),
            refused: (answered && !accepted).then(|| outcome.body.clone()),
            answered_at: url.find("/slack/response/").map(|at| url.split_at(at).1.to_owned()).unwrap_or_default(),
        };
        self.typings.lock().unwrap().push(typing);
        self.tried.send_modify(|count| *count += 1);
        if accepted {
            self.accepted.send_modify(|count| *count += 1);
        }
        accepted
    }

    /// Returns everything typed so far.
    pub fn typings(&self) -> Vec<Typing> {
        self.typings.lock().unwrap().clone()
    }

    /// Returns the number of typings so far.
    pub fn tried(&self) -> u64 {
        *self.tried.borrow()
    }

    /// Resolves when `count` orders were typed.
    pub async fn has_tried(&self, count: u64) {
        self.tried.subscribe().wait_for(|tried| *tried >= count).await.unwrap();
    }

    /// Returns the number of accepted typings so far.
    pub fn accepted(&self) -> u64 {
        *self.accepted.borrow()
    }

    /// Resolves when `count` orders were accepted.
    pub async fn has_accepted(&self, count: u64) {
        self.accepted.subscribe().wait_for(|accepted| *accepted >= count).await.unwrap();
    }
}
