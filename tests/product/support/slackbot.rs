//! Slackbot's calls of the app's tools for a person.

use dialnote_sandbox::{Exchange, Impossible, SlackbotOutcome, ToolCall, ToolClick};
use dialnote_slack::platform::db::Queue;
use regex::Regex;
use serde_json::Value;
use tokio::sync::watch;

use super::Bot;
use super::seeing::buttons_of;

impl Bot {
    /// Lets Slackbot call a tool, which the person allows once. Works until the call is answered.
    pub async fn slackbot(&self, who: &str, tool: &str, arguments: Value) -> Exchange {
        self.answered(self.sandbox.slackbot(allowed(who, tool, arguments))).await
    }

    /// Returns the text that Slackbot reads, without ids that differ from run to run.
    pub async fn told_slackbot(&self, who: &str, tool: &str, arguments: Value) -> String {
        let exchange = self.slackbot(who, tool, arguments).await;
        assert_eq!((&exchange.error, &exchange.violations), (&None, &Vec::new()), "{exchange:?}");
        let text = Regex::new("[0-9a-f]{32}|job-[0-9]+-[0-9]+").unwrap().replace_all(&exchange.text, "ID").into_owned();
        if exchange.is_error { format!("[error]\n{text}") } else { text }
    }

    /// Presses the button of an answer that calls a tool: the `row`th of several.
    pub async fn press_in_slackbot(&self, who: &str, exchange: &Exchange, tool: &str, row: usize) -> Exchange {
        let action_id = format!("tool:{tool}");
        let button = buttons_of(&exchange.blocks).filter(|one| one["action_id"] == action_id.as_str()).nth(row);
        let button = button.unwrap_or_else(|| panic!("no {action_id} in {:?}", exchange.blocks));
        let value = button["value"].as_str().map(str::to_owned);
        let click = ToolClick { who: who.to_owned(), exchange: exchange.id, action_id, value };
        self.answered(self.sandbox.click_in_slackbot(click)).await
    }

    /// Lets Slackbot call a tool while something else happens once the call is stored. Returns the exchange.
    pub async fn slackbot_while(&self, call: ToolCall, change: impl Future<Output = ()>) -> Exchange {
        let change = Box::pin(change);
        let after = async {
            self.stored().await;
            change.await;
        };
        let (outcome, ()) = tokio::join!(self.sandbox.slackbot(call), Box::pin(after));
        outcome.unwrap().exchange.expect("a call that was made")
    }

    /// Resolves once a job is stored. The bell alone may have rung for an earlier one.
    pub async fn stored(&self) {
        let bell = self.work.store.bell(Queue::Work);
        loop {
            let rung = bell.notified();
            if self.work.store.overview().await.unwrap().inbox > 0 {
                return;
            }
            rung.await;
        }
    }

    /// Works whenever jobs are stored, until a call is answered. A step that has begun then is finished: a job that was
    /// dropped with it would wait for the end of its lease.
    pub async fn answered(&self, call: impl Future<Output = Result<SlackbotOutcome, Impossible>>) -> Exchange {
        let bell = self.work.store.bell(Queue::Work);
        let (tell, mut answered) = watch::channel(false);
        let work = async {
            while !*answered.borrow() {
                let rung = bell.notified();
                self.settle().await;
                tokio::select! {
                    () = rung => {}
                    _ = answered.changed() => {}
                }
            }
        };
        let call = async {
            let outcome = call.await;
            tell.send_replace(true);
            outcome.unwrap()
        };
        let (outcome, ()) = tokio::join!(Box::pin(call), Box::pin(work));
        outcome.exchange.expect("a call that was made")
    }
}

/// Returns a call that the person allowed.
pub fn allowed(who: &str, tool: &str, arguments: Value) -> ToolCall {
    let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
    ToolCall { who: who.to_owned(), tool: tool.to_owned(), arguments, allowed: true }
}
