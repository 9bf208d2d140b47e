//! The audit log: dialnote cannot know who assigned, because every call is made with the
//! organization's key. What was attempted, by whom and with what outcome is written down here.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::domain::conversation::State;
use crate::domain::event::{Event, HistoryEntry};
use crate::domain::plan::Past;
use crate::domain::refusal::Refusal;
use crate::domain::report::ConversationChange;
use crate::domain::request_context::{RequestContext, Via};
use crate::domain::undo::Logged;
use crate::domain::verb::Verb;
use crate::ids::{ChannelId, ConversationId, MemberId, SlackUserId};
use crate::store::{Effect, Entry};
use crate::work::ctx::TenantCtx;

/// What an entry says besides who, when and about which conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// The command.
    pub verb: Verb,
    /// What colleagues call the one who asked.
    pub by: String,
    /// Who that is in dialnote: names in Slack are chosen freely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<Verified>,
    /// How it was asked for.
    pub via: Via,
    /// Where.
    pub channel: Option<ChannelId>,
    /// The conversation before.
    pub before: Option<State>,
    /// The conversation afterwards.
    pub after: Option<State>,
    /// What came of it.
    pub outcome: AttemptOutcome,
    /// What happened in words, if it did.
    #[serde(default)]
    pub event: Option<Event>,
    /// When the contact had called or written last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<Timestamp>,
    /// What it was part of: whatever was asked for at once is one act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<String>,
    /// Whether a note was written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub noted: bool,
    /// What the notes end with that were written for it, or may have been.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
}

/// A member of the organization whom a person was found to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// The member.
    pub id: MemberId,
    /// The name in dialnote.
    pub name: String,
}

impl Detail {
    /// The entry that says so.
    pub fn entry(&self, at: Timestamp, actor: SlackUserId, conversation: Option<ConversationId>) -> Entry {
        let detail = serde_json::to_string(self).unwrap_or_default();
        Entry { at, actor, conversation, verb: self.verb.spec().name.to_owned(), detail }
    }
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptOutcome {
    /// It was done.
    Done,
    /// It was done but for the note.
    NoteRefused(Refusal),
    /// It was not done.
    Refused(Refusal),
    /// It was tried until we gave up.
    GivenUp,
}

/// The entry of an attempt that is no command on a conversation.
pub fn attempt(
    at: Timestamp,
    actor: SlackUserId,
    verb: &str,
    (via, channel): (Via, Option<&ChannelId>),
    detail: &Value,
) -> Entry {
    let mut all = json!({ "via": via, "channel": channel });
    if let (Some(all), Some(detail)) = (all.as_object_mut(), detail.as_object()) {
        all.extend(detail.clone());
    }
    Entry { at, actor, conversation: None, verb: verb.to_owned(), detail: all.to_string() }
}

/// Whether somebody did something after that time.
pub fn has_done(entries: &[Entry], actor: &SlackUserId, since: Timestamp) -> bool {
    let done = |entry: &Entry| {
        let detail: Option<Detail> = serde_json::from_str(&entry.detail).ok();
        detail.is_some_and(|detail| matches!(detail.outcome, AttemptOutcome::Done | AttemptOutcome::NoteRefused(_)))
    };
    entries.iter().any(|entry| entry.actor == *actor && entry.at > since && done(entry))
}

/// The entries that tell of changes, as decisions look at them.
pub fn past(entries: &[Entry]) -> Vec<Past> {
    entries.iter().filter_map(change).collect()
}

/// The change that an entry tells of, if it does.
pub fn change(entry: &Entry) -> Option<Past> {
    let detail: Detail = serde_json::from_str(&entry.detail).ok()?;
    let done = matches!(detail.outcome, AttemptOutcome::Done | AttemptOutcome::NoteRefused(_));
    let (before, after) = detail.before.zip(detail.after).filter(|(before, after)| done && before != after)?;
    Some(Past { verb: detail.verb, actor: entry.actor.clone(), by: detail.by, before, after, at: entry.at })
}

/// What was done, as undo reads it. Earlier versions did not write down what belongs together.
pub fn logged(entries: &[Entry]) -> Vec<Logged> {
    entries.iter().filter_map(line).collect()
}

fn line(entry: &Entry) -> Option<Logged> {
    let detail: Detail = serde_json::from_str(&entry.detail).ok()?;
    let done = matches!(detail.outcome, AttemptOutcome::Done | AttemptOutcome::NoteRefused(_));
    let conversation = entry.conversation.clone().filter(|_| done)?;
    let alone = || format!("{}-{conversation}", entry.at.as_millisecond());
    Some(Logged {
        act: detail.act.unwrap_or_else(alone),
        verb: detail.verb,
        actor: entry.actor.clone(),
        by: detail.by,
        elsewhere: matches!(detail.via, Via::Elsewhere | Via::Timer),
        change: detail.before.zip(detail.after).filter(|(before, after)| before != after),
        noted: detail.noted || detail.event == Some(Event::Noted),
        at: entry.at,
        conversation,
    })
}

/// The references of the notes that were written here, as far as entries tell of them.
pub fn references<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<String> {
    let details = entries.filter_map(|entry| serde_json::from_str::<Detail>(&entry.detail).ok());
    details.flat_map(|detail| detail.references).collect()
}

/// The change that an entry tells of, as a report counts it.
pub fn counted(entry: Entry) -> Option<ConversationChange> {
    let past = change(&entry)?;
    let detail: Detail = serde_json::from_str(&entry.detail).ok()?;
    let Past { before, after, .. } = past;
    Some(ConversationChange { conversation: entry.conversation?, at: entry.at, heard: detail.heard, before, after })
}

/// The entries as a history tells them.
pub fn told(entries: &[Entry]) -> Vec<HistoryEntry> {
    let told = entries.iter().filter_map(|entry| {
        let detail: Detail = serde_json::from_str(&entry.detail).ok()?;
        Some(HistoryEntry { at: entry.at, by: detail.by, what: detail.event? })
    });
    told.collect()
}

/// An attempt that is no command on a conversation: `detail` says what came of it. It is not part of the
/// history of the conversation that it may name.
pub(crate) fn record_attempt(ctx: &TenantCtx, requester: &RequestContext, verb: &str, detail: &Value) -> Effect {
    Effect::Record(attempt(
        ctx.clock.now(),
        requester.user.clone(),
        verb,
        (requester.via, requester.channel.as_ref()),
        detail,
    ))
}

/// Somebody tried what they may not.
pub(crate) fn record_refusal(ctx: &TenantCtx, requester: &RequestContext, verb: &str, why: &Refusal) -> Effect {
    record_attempt(ctx, requester, verb, &json!({ "outcome": { "refused": why } }))
}
