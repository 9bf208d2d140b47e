//! The far side's own record: what each expected command has caused, and, if it is to remember, all that was written,
//! so that an app that looks up whether an earlier try got through finds it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The number of messages of an assignment: the answer, the card, a thread entry, and a direct message to the new
/// owner.
pub(crate) const MESSAGES: usize = 4;

/// A kind of effect of a command.
#[derive(Clone, Copy, Debug)]
pub(super) enum Effect {
    /// A change of the owner or the status.
    Change,
    Note,
    Card,
    ThreadEntry,
    Other,
}

/// The effects of one command. Times are µs since the record began; 0 is never.
#[derive(Debug, Default)]
struct Effects {
    messages: AtomicUsize,
    last_message: AtomicU64,
    thread_entry_at: AtomicU64,
    changes: AtomicUsize,
    notes: AtomicUsize,
    cards: AtomicUsize,
    thread_entries: AtomicUsize,
}

/// The effects of the expected commands.
#[derive(Debug)]
pub(super) struct Record {
    begun: Instant,
    /// The number of the first command.
    first: u64,
    commands: Vec<Effects>,
    finished: AtomicUsize,
}

impl Record {
    pub(super) fn of(first: u64, commands: usize) -> Self {
        let begun = Instant::now();
        Self { begun, first, commands: (0..commands).map(|_| Effects::default()).collect(), finished: 0.into() }
    }

    /// Counts an effect of the command with this number.
    pub(super) fn add(&self, number: u64, effect: Effect) {
        let nth = number.checked_sub(self.first).and_then(|nth| usize::try_from(nth).ok());
        let Some(command) = nth.and_then(|nth| self.commands.get(nth)) else { return };
        let now = u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        match effect {
            Effect::Change => add_to(&command.changes),
            Effect::Note => add_to(&command.notes),
            Effect::Card => add_to(&command.cards),
            Effect::ThreadEntry => {
                add_to(&command.thread_entries);
                let _ = command.thread_entry_at.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
            }
            Effect::Other => {}
        }
        if matches!(effect, Effect::Change | Effect::Note) {
            return;
        }
        command.last_message.store(now, Ordering::Relaxed);
        if command.messages.fetch_add(1, Ordering::Relaxed) + 1 == MESSAGES {
            add_to(&self.finished);
        }
    }

    /// Returns the number of commands with all their messages delivered.
    pub(super) fn finished(&self) -> usize {
        self.finished.load(Ordering::Relaxed)
    }

    /// Returns the time of the nth command's last message, or none if messages are missing.
    pub(super) fn done(&self, nth: usize) -> Option<Instant> {
        let command = self.commands.get(nth).filter(|command| of(&command.messages) >= MESSAGES)?;
        Some(self.begun + Duration::from_micros(command.last_message.load(Ordering::Relaxed)))
    }

    /// Returns the time of the nth command's first thread entry.
    pub(super) fn thread_entry(&self, nth: usize) -> Option<Instant> {
        let at = self.commands.get(nth)?.thread_entry_at.load(Ordering::Relaxed);
        (at > 0).then(|| self.begun + Duration::from_micros(at))
    }

    /// Answers whether the nth command, an assignment with a note, was carried out: owner, note, card and thread entry.
    pub(super) fn is_carried_out(&self, nth: usize) -> bool {
        self.commands.get(nth).is_some_and(|command| command.lasting().iter().all(|times| *times > 0))
    }

    /// Answers whether anything of the nth command is there twice that people see: its note, its card or its thread
    /// entry. To set the same owner again changes nothing.
    pub(super) fn is_doubled(&self, nth: usize) -> bool {
        self.commands.get(nth).is_some_and(|command| command.lasting().iter().skip(1).any(|times| *times > 1))
    }
}

impl Effects {
    fn lasting(&self) -> [usize; 4] {
        [&self.changes, &self.notes, &self.cards, &self.thread_entries].map(of)
    }
}

fn of(count: &AtomicUsize) -> usize {
    count.load(Ordering::Relaxed)
}

fn add_to(count: &AtomicUsize) {
    count.fetch_add(1, Ordering::Relaxed);
}

/// What was written, for lookups.
#[derive(Debug, Default)]
pub(super) struct Memory {
    owners: HashMap<String, String>,
    notes: HashMap<String, Vec<String>>,
    posted: Vec<Posted>,
}

/// A message that was posted.
#[derive(Debug)]
struct Posted {
    channel: String,
    thread: Option<String>,
    shown: Value,
}

impl Memory {
    pub(super) fn set_owner(&mut self, conversation: &str, owner: &str) {
        self.owners.insert(conversation.to_owned(), owner.to_owned());
    }

    pub(super) fn owner(&self, conversation: &str) -> Option<&str> {
        self.owners.get(conversation).map(String::as_str)
    }

    pub(super) fn add_note(&mut self, conversation: &str, body: &str) {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let content = body.get("content").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.notes.entry(conversation.to_owned()).or_default().push(content);
    }

    /// Returns the timeline of a conversation, which has only its notes.
    pub(super) fn timeline(&self, conversation: &str) -> String {
        let note =
            |content: &String| json!({ "type": "note", "content": content, "createdAt": "2026-01-01T09:00:00Z" });
        let notes: Vec<_> = self.notes.get(conversation).into_iter().flatten().map(note).collect();
        json!({ "data": { "messages": notes, "hasMore": false } }).to_string()
    }

    pub(super) fn add_message(&mut self, body: &str, ts: &str) {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let shown = json!({ "type": "message", "ts": ts, "metadata": body.get("metadata") });
        self.posted.push(Posted { channel: text("channel").unwrap_or_default(), thread: text("thread_ts"), shown });
    }

    /// Returns the messages that were posted to a channel, or into one of its threads.
    pub(super) fn messages(&self, asked: &str) -> String {
        let asked: Value = serde_json::from_str(asked).unwrap_or_default();
        let field = |name: &str| asked.get(name).and_then(Value::as_str);
        let is_asked_for =
            |posted: &&Posted| field("channel") == Some(&posted.channel) && posted.thread.as_deref() == field("ts");
        let messages: Vec<_> = self.posted.iter().filter(is_asked_for).map(|posted| &posted.shown).collect();
        json!({ "ok": true, "messages": messages, "has_more": false }).to_string()
    }
}
