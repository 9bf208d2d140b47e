//! Published facts about the methods of the Web API.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::installed::event_scopes;

/// The published facts about a method: verb, encoding, scopes, arguments.
#[derive(Debug, Deserialize)]
pub(super) struct Facts {
    pub(super) http: String,
    pub(super) json: bool,
    pub(super) scopes: Vec<String>,
    pub(super) required: Vec<String>,
    pub(super) args: Vec<String>,
}

/// The methods, by name.
#[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
pub(super) static METHODS: LazyLock<BTreeMap<String, Facts>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../methods.json")).expect("methods.json has the shape of Facts")
});

/// Returns every bot scope that a method or an event of the sandbox can ask for, and those for commands and for Slackbot.
pub fn every_scope() -> Vec<String> {
    let asked = METHODS.values().flat_map(|facts| facts.scopes.iter().cloned());
    let events = event_scopes().map(str::to_owned);
    asked
        .chain(events)
        .chain(["commands".to_owned(), "mcp:connect".to_owned()])
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}
