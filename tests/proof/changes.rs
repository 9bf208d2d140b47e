//! The changes in dialnote, call by call, compared with those that the finished commands ask for.

use std::collections::HashMap;

use dialnote_sandbox::World;
use serde_json::Value;

use crate::ledger::{Act, Typing};
use crate::town;

/// The changes of one conversation in the order in which they were made.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Owners, by member id.
    pub owners: Vec<String>,
    /// Statuses.
    pub statuses: Vec<String>,
    /// Calls that took effect, but changed nothing.
    pub repeated: usize,
    /// Names of writes that came with different contents.
    pub ambiguous: Vec<String>,
}

impl Changes {
    /// Returns the changes in the sandbox's record of calls. Every conversation begins open and unassigned.
    pub fn made(world: &World, conversation: &str) -> Self {
        let path = format!("/conversations/{conversation}");
        let mut changes = Self::default();
        let mut named: HashMap<&str, &Value> = HashMap::new();
        let mut calls: Vec<_> = world.calls.iter().filter(|call| call.method == "PATCH" && call.path == path).collect();
        // A late effect counts at the time when it happened.
        calls.sort_by_key(|call| call.effect);
        for call in calls {
            let key = call.idempotency_key.as_deref().unwrap_or_default();
            if *named.entry(key).or_insert(&call.body) != &call.body {
                changes.ambiguous.push(key.to_owned());
            }
            if call.acted {
                changes.apply(&call.body);
            }
        }
        changes
    }

    /// Returns the changes that the commands with a note ask for, in the order of the notes. Only one person marks a
    /// conversation done and opens it again, so that their order is known without a note.
    pub fn asked_for(world: &World, conversation: usize, typings: &[Typing]) -> Self {
        let timeline = &world.dialnote.conversation(&town::conversation(conversation)).unwrap().timeline;
        let here = typings.iter().filter(|typing| typing.order.conversation == conversation);
        let (assigned, marked): (Vec<_>, Vec<_>) = here.partition(|typing| matches!(typing.order.act, Act::Assign(_)));
        let place = |typing: &Typing| timeline.iter().position(|entry| entry.text.contains(&typing.tag));
        let mut assigned: Vec<_> = assigned.into_iter().filter_map(|typing| Some((place(typing)?, typing))).collect();
        assigned.sort_by_key(|(place, _)| *place);
        let mut changes = Self::default();
        for (_, typing) in assigned {
            if let Act::Assign(target) = &typing.order.act {
                changes.own(&town::member(target));
            }
        }
        for typing in marked.into_iter().filter(|typing| typing.accepted.is_some()) {
            changes.mark(if typing.order.act == Act::Done { "done" } else { "open" });
        }
        Self { repeated: 0, ..changes }
    }

    fn apply(&mut self, body: &Value) {
        if let Some(owner) = body["assignedToId"].as_str() {
            self.own(owner);
        }
        if let Some(status) = body["status"].as_str() {
            self.mark(status);
        }
    }

    fn own(&mut self, owner: &str) {
        if self.owners.last().is_some_and(|last| last == owner) {
            self.repeated += 1;
        } else {
            self.owners.push(owner.to_owned());
        }
    }

    fn mark(&mut self, status: &str) {
        if self.statuses.last().map_or("open", String::as_str) == status {
            self.repeated += 1;
        } else {
            self.statuses.push(status.to_owned());
        }
    }
}
