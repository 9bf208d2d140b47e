//! Slackbot's calls of the app's tools: `initialize`, `notifications/initialized`, `tools/list`, `tools/call`, each a
//! signed request (docs/contracts/slack-2026.md §9).

use serde_json::{Map, Value, json};

use super::outgoing::OutgoingRequest;
use super::post;
use super::post::MCP;
use crate::impossible::Impossible;
use crate::people::Person;
use crate::shared::Shared;
use crate::slackbot::{Answered, Exchange, SlackbotOutcome, Tool, ToolCall, ToolClick, listed, pressed, result_of};
use crate::world::World;

/// The scope without which Slack calls no tool.
const SCOPE: &str = "mcp:connect";

/// The oldest version of the protocol that knows block kits.
const VERSION: &str = "2025-06-18";

/// Lists the app's tools, for a person to choose from.
pub(crate) async fn tools(shared: &Shared, who: &str) -> Result<Vec<Tool>, Impossible> {
    let (session, _) = Session::begin(shared, who)?;
    session.tools().await.map_err(Impossible)
}

/// Calls a tool for a person, if they allowed it or it only reads.
pub(crate) async fn call(shared: &Shared, asked: ToolCall) -> Result<SlackbotOutcome, Impossible> {
    let (session, person) = Session::begin(shared, &asked.who)?;
    let exchange = Exchange { user: person.id.clone(), ..Exchange::default() };
    let tools = match session.tools().await {
        Ok(tools) => tools,
        Err(error) => return Ok(kept(shared, Exchange { error: Some(error), ..exchange })),
    };
    let tool = tools.iter().find(|tool| tool.name == asked.tool);
    let tool = tool.ok_or_else(|| Impossible(format!("the app has no tool {}", asked.tool)))?;
    if tool.needs_consent() && !asked.allowed {
        return Ok(SlackbotOutcome { asks: true, exchange: None });
    }
    Ok(kept(shared, session.called(exchange, (&asked.tool, asked.arguments), &tools).await))
}

/// Presses a button that Slackbot shows. The answer replaces the earlier one.
pub(crate) async fn click_tool(shared: &Shared, click: ToolClick) -> Result<SlackbotOutcome, Impossible> {
    let (session, person) = Session::begin(shared, &click.who)?;
    let old = shared.world(|world| {
        let mut mine = world.slackbot.exchanges.iter().filter(|one| one.user == person.id);
        mine.find(|one| one.id == click.exchange).cloned()
    });
    let old = old.ok_or_else(|| Impossible(format!("Slackbot shows {} no {}", person.handle, click.exchange)))?;
    let (tool, arguments) = pressed(&old, &click)
        .ok_or_else(|| Impossible(format!("there is no button {} that calls a tool", click.action_id)))?;
    let exchange = Exchange { id: old.id, user: old.user, ..Exchange::default() };
    let exchange = match session.tools().await {
        Ok(tools) => session.called(exchange, (&tool, arguments), &tools).await,
        Err(error) => Exchange { error: Some(error), ..exchange },
    };
    Ok(kept(shared, exchange))
}

fn kept(shared: &Shared, exchange: Exchange) -> SlackbotOutcome {
    let exchange = shared.world(|world| world.slackbot.keep(exchange));
    shared.turn();
    SlackbotOutcome { asks: false, exchange: Some(exchange) }
}

/// A row of requests for one person.
struct Session<'a> {
    shared: &'a Shared,
    bot: String,
    who: String,
    meta: Value,
    without_initialize: bool,
}

impl<'a> Session<'a> {
    fn begin(shared: &'a Shared, who: &str) -> Result<(Self, Person), Impossible> {
        shared.world(|world| {
            let person = world.actor(who)?;
            if !world.scopes.iter().any(|scope| scope == SCOPE) {
                return Err(Impossible(format!("Slackbot doesn't know the app: it lacks {SCOPE}")));
            }
            let bot = world.bot.clone().ok_or_else(|| Impossible("the app has no address yet".to_owned()))?;
            let meta = meta(world, &person);
            let without_initialize = world.slackbot.without_initialize;
            Ok((Self { shared, bot, who: person.handle.clone(), meta, without_initialize }, person))
        })
    }

    /// Begins the protocol, and lists the tools.
    async fn tools(&self) -> Result<Vec<Tool>, String> {
        if !self.without_initialize {
            let capabilities = json!({
                "extensions": { "io.slack/block-kit": { "mimeTypes": ["application/vnd.slack.blocks+json"] } }
            });
            let client = json!({ "name": "slackbot", "version": "1" });
            let params = json!({ "protocolVersion": VERSION, "capabilities": capabilities, "clientInfo": client });
            let begun = self.request("initialize", params).await?;
            if begun["protocolVersion"] != VERSION || !begun["capabilities"]["tools"].is_object() {
                return Err("initialize: the app has no tools, or speaks another version".to_owned());
            }
            self.notify("notifications/initialized").await?;
        }
        listed(self.request("tools/list", json!({})).await?)
    }

    /// Calls a tool and returns the exchange with the answer.
    async fn called(&self, exchange: Exchange, call: (&str, Map<String, Value>), tools: &[Tool]) -> Exchange {
        let (tool, arguments) = call;
        let params = json!({ "name": tool, "arguments": arguments, "_meta": { "slack": self.meta } });
        let exchange = Exchange { tool: tool.to_owned(), arguments, ..exchange };
        let result = self.request("tools/call", params).await;
        match result.and_then(|result| Answered::read(result, tools)) {
            Ok(Answered { text, is_error, blocks, violations }) => {
                Exchange { text, is_error, blocks, violations, ..exchange }
            }
            Err(error) => Exchange { error: Some(error), ..exchange },
        }
    }

    async fn request(&self, method: &str, params: Value) -> Result<Value, String> {
        let id = json!(self.shared.world(World::next_id));
        let body = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let ack = self.sent(&body).await;
        match (ack.error, ack.status) {
            (Some(error), _) => Err(format!("{method}: {error}")),
            (None, Some(200)) => result_of(&ack.media_type, &ack.body, &id).map_err(|why| format!("{method}: {why}")),
            (None, status) => Err(format!("{method}: status {}", status.unwrap_or_default())),
        }
    }

    async fn notify(&self, method: &str) -> Result<(), String> {
        let ack = self.sent(&json!({ "jsonrpc": "2.0", "method": method })).await;
        match ack.status {
            Some(202) if ack.body.is_empty() => Ok(()),
            status => Err(format!("{method}: must be answered 202 without a body, not {status:?}")),
        }
    }

    async fn sent(&self, body: &Value) -> super::outcome::Ack {
        let parcel = OutgoingRequest {
            kind: MCP.to_owned(),
            who: Some(self.who.clone()),
            path: "/mcp",
            content_type: "application/json",
            body: body.to_string(),
            retry: None,
        };
        post::post(self.shared, &self.bot, &parcel).await
    }
}

/// Returns the person as Slack names them to the app.
fn meta(world: &World, person: &Person) -> Value {
    let mut meta = json!({ "user_id": person.id, "team_id": world.workspace.id });
    if let Some(organization) = world.workspace.organization() {
        meta["enterprise_id"] = json!(organization);
    }
    meta
}
