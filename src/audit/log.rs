//! The audit log. dialnote cannot know who assigned, because every call is made with the organization's key. The log
//! records what was attempted, by which person and with which outcome.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::core::conversation::State;
use crate::core::event::{Event, HistoryEntry};
use crate::core::ids::{ChannelId, ConversationId, MemberId, SlackUserId};
use crate::core::last_change::ConversationChange;
use crate::core::past::Past;
use crate::core::refusal::Refusal;
use crate::core::request_context::{RequestContext, Via};
use crate::core::target_outcome::TargetOutcome;
use crate::core::undo_log::Logged;
use crate::core::verbs;
use crate::core::verbs::Verb;
use crate::jobs::ctx::TenantCtx;
use crate::platform::db::{Effect, Entry};

/// The details of an entry, besides its actor, time and conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Detail {
    /// The command.
    pub verb: Verb,
    /// The name that colleagues know the requester by.
    pub by: String,
    /// The requester's member in dialnote, because names in Slack are chosen freely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<Verified>,
    /// The way in which the requester asked for the command.
    pub via: Via,
    /// The channel in which the requester asked for it.
    pub channel: Option<ChannelId>,
    /// The state of the conversation before.
    pub before: Option<State>,
    /// The state of the conversation afterwards.
    pub after: Option<State>,
    /// The outcome.
    pub outcome: AttemptOutcome,
    /// The event in words, if one happened.
    #[serde(default)]
    pub event: Option<Event>,
    /// The time at which the contact had last called or written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<Timestamp>,
    /// The act that the command was part of: everything that was asked for at once is one act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<String>,
    /// True if a note was written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub noted: bool,
    /// The references at the end of the notes that were written for the command, or may have been.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
}

/// A member of the organization that a person was verified to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// The member's id.
    pub id: MemberId,
    /// The member's name in dialnote.
    pub name: String,
}

impl Detail {
    /// Returns the audit entry with these details.
    pub(crate) fn entry(&self, at: Timestamp, actor: SlackUserId, conversation: Option<ConversationId>) -> Entry {
        let detail = serde_json::to_string(self).unwrap_or_default();
        Entry { at, actor, conversation, verb: verbs::stored_name(self.verb).to_owned(), detail }
    }
}

/// The outcome of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AttemptOutcome {
    /// The command was carried out.
    Done,
    /// The command was carried out except for its note.
    NoteRefused(Refusal),
    /// The command was refused.
    Refused(Refusal),
    /// The worker stopped retrying the command.
    GivenUp,
}

/// Returns the entry of an attempt that is no command on a conversation.
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

/// Answers whether a person carried out a command after that time.
pub fn has_done(entries: &[Entry], actor: &SlackUserId, since: Timestamp) -> bool {
    let done = |entry: &Entry| {
        let detail: Option<Detail> = serde_json::from_str(&entry.detail).ok();
        detail.is_some_and(|detail| matches!(detail.outcome, AttemptOutcome::Done | AttemptOutcome::NoteRefused(_)))
    };
    entries.iter().any(|entry| entry.actor == *actor && entry.at > since && done(entry))
}

/// Returns the changes that the entries record, as decisions read them.
pub fn past(entries: &[Entry]) -> Vec<Past> {
    entries.iter().filter_map(change).collect()
}

/// Returns the change that an entry records, if it records one.
pub fn change(entry: &Entry) -> Option<Past> {
    let detail: Detail = serde_json::from_str(&entry.detail).ok()?;
    let done = matches!(detail.outcome, AttemptOutcome::Done | AttemptOutcome::NoteRefused(_));
    let (before, after) = detail.before.zip(detail.after).filter(|(before, after)| done && before != after)?;
    Some(Past { verb: detail.verb, actor: entry.actor.clone(), by: detail.by, before, after, at: entry.at })
}

/// Returns the commands that were carried out, as undo reads them. Entries of earlier versions name no act, so each of
/// those is an act of its own.
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
        noted: detail.noted || detail.event == Some(Event::Did(Verb::Note)),
        at: entry.at,
        conversation,
    })
}

/// Returns the references of the notes that were written here, as far as the entries record them.
pub(crate) fn references<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<String> {
    let details = entries.filter_map(|entry| serde_json::from_str::<Detail>(&entry.detail).ok());
    details.flat_map(|detail| detail.references).collect()
}

/// Returns the same references, each with the person who wrote its note.
pub(crate) fn writers(entries: &[Entry]) -> Vec<(String, SlackUserId)> {
    let written = entries.iter().filter_map(|entry| {
        let detail = serde_json::from_str::<Detail>(&entry.detail).ok()?;
        Some(detail.references.into_iter().map(|reference| (reference, entry.actor.clone())))
    });
    written.flatten().collect()
}

/// Returns the change that an entry records, as a report counts it.
pub fn counted(entry: Entry) -> Option<ConversationChange> {
    let past = change(&entry)?;
    let detail: Detail = serde_json::from_str(&entry.detail).ok()?;
    let Past { before, after, .. } = past;
    Some(ConversationChange { conversation: entry.conversation?, at: entry.at, heard: detail.heard, before, after })
}

/// Returns the entries as a history tells them. Entries without an event are left out.
pub fn told(entries: &[Entry]) -> Vec<HistoryEntry> {
    let told = entries.iter().filter_map(|entry| {
        let detail: Detail = serde_json::from_str(&entry.detail).ok()?;
        Some(HistoryEntry { at: entry.at, by: detail.by, what: detail.event? })
    });
    told.collect()
}

/// Records an attempt that is no command on a conversation. `detail` says what the outcome was. The entry is not part
/// of the history of the conversation that it may name.
pub(crate) fn record_attempt(ctx: &TenantCtx, requester: &RequestContext, verb: &str, detail: &Value) -> Effect {
    Effect::Record(attempt(
        ctx.clock.now(),
        requester.user.clone(),
        verb,
        (requester.via, requester.channel.as_ref()),
        detail,
    ))
}

/// The name of the entries that keep the outcomes of answer targets.
const TARGET: &str = "target";

/// Records the outcome of an answer target. The entry names no conversation of its own, because no one did anything to
/// it.
pub(crate) fn record_outcome(ctx: &TenantCtx, conversation: &ConversationId, outcome: &TargetOutcome) -> Effect {
    let words = if outcome.met { "done" } else { "missed" };
    let detail = json!({ "outcome": words, "about": conversation, TARGET: outcome });
    record_attempt(ctx, &RequestContext::automatic(), TARGET, &detail)
}

/// Returns the outcome of an answer target that an entry keeps, if it keeps one, with its conversation.
pub(crate) fn target_outcome(entry: &Entry) -> Option<(ConversationId, TargetOutcome)> {
    let detail: Value = serde_json::from_str(&entry.detail).ok().filter(|_| entry.verb == TARGET)?;
    let outcome = serde_json::from_value(detail.get(TARGET)?.clone()).ok()?;
    Some((ConversationId::new(detail.get("about")?.as_str()?), outcome))
}

/// Records that the requester tried something that they may not do.
pub(crate) fn record_refusal(ctx: &TenantCtx, requester: &RequestContext, verb: &str, why: &Refusal) -> Effect {
    record_attempt(ctx, requester, verb, &json!({ "outcome": { "refused": why } }))
}
