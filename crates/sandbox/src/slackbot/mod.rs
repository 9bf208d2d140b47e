//! Slackbot: Slack's assistant, which calls the app's tools for a person (docs/contracts/slack-2026.md §9, §13.8). Real
//! Slackbot chooses tool and arguments from words. Here a person chooses them.

mod blocks;
mod result;
mod tools;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::blocks::elements;

pub(super) use result::{Answered, result_of};
pub(super) use tools::{Tool, listed};

/// The number of exchanges kept.
const KEPT: usize = 200;

/// A call of a tool, as a person lets Slackbot make it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ToolCall {
    /// Handle or id of the person.
    #[serde(rename = "as")]
    pub who: String,
    /// The name of the tool.
    pub tool: String,
    /// Its arguments.
    pub arguments: Map<String, Value>,
    /// True if the person allowed it once. Slackbot asks before it calls a tool that is not marked as reading.
    pub allowed: bool,
}

/// A press on a button that Slackbot shows.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ToolClick {
    /// Handle or id of the person.
    #[serde(rename = "as")]
    pub who: String,
    /// The exchange that has the button.
    pub exchange: u64,
    /// The button.
    pub action_id: String,
    /// The value of one of several buttons with this `action_id`.
    pub value: Option<String>,
}

/// A call and its answer, as the person sees them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Exchange {
    /// A number of its own.
    pub id: u64,
    /// The id of the person.
    pub user: String,
    /// The name of the tool that was called last.
    pub tool: String,
    /// The arguments of that call.
    pub arguments: Map<String, Value>,
    /// The text of the answer.
    pub text: String,
    /// True if the app said that nothing was done.
    pub is_error: bool,
    /// The blocks of the answer; none if one of them was wrong.
    pub blocks: Vec<Value>,
    /// The reasons why the blocks were dropped.
    pub violations: Vec<String>,
    /// The reason why there is no answer.
    pub error: Option<String>,
}

/// The outcome of a call: the exchange, or the question whether Slackbot may make the call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SlackbotOutcome {
    /// True if Slackbot asks *Allow once*, and has called nothing.
    pub asks: bool,
    /// The exchange, if the call was made.
    pub exchange: Option<Exchange>,
}

/// Slackbot's memory.
#[derive(Clone, Debug, Default)]
pub struct Slackbot {
    /// True if it calls tools without `initialize`, as later versions of the protocol do.
    pub without_initialize: bool,
    /// The exchanges, oldest first.
    pub exchanges: Vec<Exchange>,
    /// The number of exchanges so far.
    count: u64,
}

impl Slackbot {
    /// Keeps an exchange: in place of the one with its id, or as a new one. Returns it with its id.
    pub(super) fn keep(&mut self, mut exchange: Exchange) -> Exchange {
        if let Some(old) = self.exchanges.iter_mut().find(|one| one.id == exchange.id) {
            *old = exchange.clone();
            return exchange;
        }
        self.count += 1;
        exchange.id = self.count;
        self.exchanges.push(exchange.clone());
        if self.exchanges.len() > KEPT {
            self.exchanges.remove(0);
        }
        exchange
    }
}

/// Returns the tool and the arguments of a button in an exchange, if it calls one.
pub(super) fn pressed(exchange: &Exchange, click: &ToolClick) -> Option<(String, Map<String, Value>)> {
    let all = exchange.blocks.iter().filter_map(Value::as_object).flat_map(elements);
    let mut fits = all.filter(|element| element["action_id"] == click.action_id.as_str());
    let button = fits.find(|element| click.value.as_ref().is_none_or(|value| element["value"] == value.as_str()))?;
    let tool = click.action_id.strip_prefix(blocks::TOOL)?;
    Some((tool.to_owned(), blocks::arguments(&button["value"])?))
}
