//! dialnote's conversations before and after a case, and the difference between them.

use std::collections::BTreeMap;

use dialnote_sandbox::{Conversation, World};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Checked;
use super::case::{Change, Owner};

/// The part of a conversation's state that a case can describe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    owner: Option<String>,
    status: String,
    until: Option<Timestamp>,
    notes: Vec<String>,
}

/// All conversations by id.
pub type Inbox = BTreeMap<String, State>;

/// The time at which a command was typed, and the typist's zone.
#[derive(Clone, Debug)]
pub struct Moment {
    pub now: Timestamp,
    pub zone: TimeZone,
}

pub fn inbox(world: &World) -> Inbox {
    world.dialnote.conversations.iter().map(|conversation| (conversation.id.clone(), state(conversation))).collect()
}

fn state(conversation: &Conversation) -> State {
    let owner = conversation.assigned_to.as_deref();
    State {
        owner: owner.map(|owner| owner.strip_prefix("mem_").unwrap_or(owner).to_owned()),
        status: format!("{:?}", conversation.status).to_lowercase(),
        until: conversation.snoozed_until,
        notes: conversation.notes().into_iter().map(words_of_note).collect(),
    }
}

/// Returns a note without its signature.
fn words_of_note(note: &str) -> String {
    let signed = note.rsplit_once("\n\n— ").filter(|(_, signature)| signature.contains(", via Slack · ref "));
    signed.map_or(note, |(words, _)| words).to_owned()
}

/// Checks that exactly these changes have happened.
pub fn changed(before: &Inbox, after: &Inbox, changes: &[Change], typed: &Moment) -> Checked {
    let wrong: Vec<String> = after
        .iter()
        .filter_map(|(id, now)| {
            let was = before.get(id)?;
            let change = changes.iter().find(|change| change.conversation == *id);
            let complaints = match change {
                Some(change) => complaints(was, now, change, typed),
                None if now == was => Vec::new(),
                None => vec!["should be unchanged".to_owned()],
            };
            (!complaints.is_empty()).then(|| format!("{id} {}, but is {}", complaints.join(", "), difference(was, now)))
        })
        .collect();
    let strange = after.keys().find(|id| !before.contains_key(*id));
    match (wrong.is_empty(), strange) {
        (true, None) => Ok(()),
        (_, Some(strange)) => Err(format!("{strange} is new")),
        (false, _) => Err(wrong.join("; ")),
    }
}

fn complaints(was: &State, now: &State, change: &Change, typed: &Moment) -> Vec<String> {
    let mut complaints = Vec::new();
    let owners = match &change.owner {
        Owner::Person(owner) => vec![Some(owner.clone())],
        Owner::Nobody => vec![None],
        Owner::Unchanged if change.owner_any.is_empty() => vec![was.owner.clone()],
        Owner::Unchanged => change.owner_any.iter().cloned().map(Some).collect(),
    };
    if !owners.contains(&now.owner) {
        let owners: Vec<_> = owners.iter().map(|owner| owner.as_deref().unwrap_or("nobody")).collect();
        complaints.push(format!("should belong to {}", owners.join(" or ")));
    }
    let status = change.status.as_ref().unwrap_or(&was.status);
    if now.status != *status {
        complaints.push(format!("should be {status}"));
    }
    // With its status the time changes as well.
    let until = match &change.until {
        Some(until) => Some(moment(until, typed)),
        None if change.status.is_some() => now.until,
        None => was.until,
    };
    if now.until != until {
        complaints.push(format!("should be snoozed until {}", told(until)));
    }
    complaints.extend(notes(&was.notes, &now.notes, change));
    complaints
}

fn notes(was: &[String], now: &[String], change: &Change) -> Option<String> {
    let Some(added) = now.strip_prefix(was) else { return Some("should keep its notes".to_owned()) };
    if change.any_notes {
        return None;
    }
    if !change.note_any.is_empty() {
        let right = matches!(added, [only] if change.note_any.contains(only));
        return (!right).then(|| format!("should have one note of {:?}", change.note_any));
    }
    let mut wanted: Vec<&String> = change.notes.iter().chain(&change.note).collect();
    let mut added: Vec<&String> = added.iter().collect();
    wanted.sort_unstable();
    added.sort_unstable();
    (added != wanted)
        .then(|| if wanted.is_empty() { "should have no note".to_owned() } else { format!("should have {wanted:?}") })
}

/// Returns the number of changed conversations that each person has got.
pub fn loads(after: &Inbox, changes: &[Change]) -> BTreeMap<String, usize> {
    let mut loads = BTreeMap::new();
    for owner in changes.iter().filter_map(|change| after.get(&change.conversation)?.owner.clone()) {
        *loads.entry(owner).or_insert(0) += 1;
    }
    loads
}

/// Reads `+2h`, `tomorrow 09:00`, or an instant.
pub fn moment(words: &str, typed: &Moment) -> Timestamp {
    if let Some(duration) = words.strip_prefix('+') {
        return typed.now + duration.parse::<SignedDuration>().unwrap();
    }
    let Some(time) = words.strip_prefix("tomorrow ") else { return words.parse().unwrap() };
    let time: jiff::civil::Time = time.parse().unwrap();
    let tomorrow = typed.now.to_zoned_datetime(typed.zone.clone()).date().tomorrow().unwrap();
    tomorrow.to_datetime(time).to_zoned_datetime(typed.zone.clone()).unwrap().timestamp()
}

fn told(until: Option<Timestamp>) -> String {
    until.map_or_else(|| "never".to_owned(), |until| until.to_string())
}

/// Returns the difference in words, for failures.
fn difference(was: &State, now: &State) -> String {
    let person = |owner: &Option<String>| owner.clone().unwrap_or_else(|| "nobody".to_owned());
    let mut parts = Vec::new();
    if was.owner != now.owner {
        parts.push(format!("{} → {}", person(&was.owner), person(&now.owner)));
    }
    if was.status != now.status {
        parts.push(format!("{} → {}", was.status, now.status));
    }
    if was.until != now.until {
        parts.push(format!("until {} → {}", told(was.until), told(now.until)));
    }
    if was.notes != now.notes {
        parts.push(format!("notes {:?} → {:?}", was.notes, now.notes));
    }
    if parts.is_empty() { "unchanged".to_owned() } else { parts.join(", ") }
}
