//! What people asked for and what they were told at once: the other half of the evidence. The
//! sandbox knows what happened; the ledger knows what had been promised.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use dialnote_sandbox::Outcome;
use tokio::sync::watch;

use crate::town;

/// What a person wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// `/assign` to this person.
    Assign(String),
    /// `/done`.
    Done,
    /// `/reopen`, the only one that carries no note.
    Reopen,
}

/// A command that a person is going to type until it is accepted.
#[derive(Clone, Debug)]
pub struct Order {
    /// Tells it from all others.
    pub number: usize,
    /// Who types it.
    pub who: String,
    /// Where.
    pub channel: &'static str,
    /// About which conversation.
    pub conversation: usize,
    /// Whether the conversation is named by its number, and has to be looked for.
    pub by_number: bool,
    /// What is to be done.
    pub act: Act,
}

/// An order typed once.
#[derive(Clone, Debug)]
pub struct Typing {
    /// What was ordered.
    pub order: Order,
    /// What its note can be told by; nothing else in the world contains it.
    pub tag: String,
    /// When it was typed, on the ledger's own clock.
    pub sent: u64,
    /// When it was acknowledged, if it was.
    pub accepted: Option<u64>,
    /// The sentence with which it was refused at once, if it was.
    pub refused: Option<String>,
    /// The path at which its answer is expected.
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
    /// What is typed, and what tells its note.
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
    /// Whether a note tells that it was done.
    pub fn leaves_a_note(&self) -> bool {
        self.order.act != Act::Reopen
    }
}

impl Ledger {
    /// A moment later than all before.
    pub fn moment(&self) -> u64 {
        self.moments.fetch_add(1, Ordering::SeqCst)
    }

    /// Writes down what came of a typing. Answers whether it was accepted.
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

    /// Everything so far.
    pub fn typings(&self) -> Vec<Typing> {
        self.typings.lock().unwrap().clone()
    }

    /// How many were typed so far.
    pub fn tried(&self) -> u64 {
        *self.tried.borrow()
    }

    /// Resolves when so many were typed.
    pub async fn has_tried(&self, count: u64) {
        self.tried.subscribe().wait_for(|tried| *tried >= count).await.unwrap();
    }

    /// How many were accepted so far.
    pub fn accepted(&self) -> u64 {
        *self.accepted.borrow()
    }

    /// Resolves when so many were accepted.
    pub async fn has_accepted(&self, count: u64) {
        self.accepted.subscribe().wait_for(|accepted| *accepted >= count).await.unwrap();
    }
}
