//! A workflow reaches a step of the app's (docs/contracts/slack-2026.md §8.3).

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::event::event;
use super::outcome::Outcome;
use crate::functions::{Execution, Parameter};
use crate::impossible::Impossible;
use crate::shared::Shared;
use crate::world::World;

/// A step to run.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunStep {
    /// The step.
    pub callback_id: String,
    /// The inputs. People, groups and channels may be names.
    pub inputs: Map<String, Value>,
    /// Handle or id of the person who starts the workflow; they must exist, and the app does not learn who it is.
    #[serde(rename = "as")]
    pub who: Option<String>,
}

/// Sends the event of a step, and returns the id of its execution.
pub(crate) async fn run_step(shared: &Shared, run: RunStep) -> Result<(String, Outcome), Impossible> {
    let (id, composed) = shared.world(|world| compose(world, run))?;
    Ok((id, event(shared, composed).await?))
}

fn compose(world: &mut World, run: RunStep) -> Result<(String, Value), Impossible> {
    if let Some(who) = &run.who {
        world.actor(who)?;
    }
    let function = world.functions.function(&run.callback_id)?.clone();
    let inputs = inputs(world, &function.inputs, run.inputs)?;
    let (number, at) = (world.next_id(), world.now());
    let id = world.new_event_id().replacen("Ev", "Fx", 1);
    let token = format!("xwfp-{id}-{number}");
    let event = json!({
        "type": "function_executed", "function": function.object(at), "inputs": inputs, "function_execution_id": id,
        "workflow_execution_id": format!("Wx{number:04}"), "bot_access_token": token,
    });
    let callback_id = run.callback_id;
    world.functions.executions.push(Execution { id: id.clone(), callback_id, inputs, token, at, end: None });
    Ok((id, event))
}

/// Returns the inputs as Slack sends them: it checks the required ones, and sends ids.
fn inputs(world: &World, declared: &[Parameter], given: Map<String, Value>) -> Result<Map<String, Value>, Impossible> {
    if let Some(name) = given.keys().find(|name| declared.iter().all(|one| one.name != **name)) {
        return Err(Impossible(format!("the step has no input {name}")));
    }
    let is_empty = |value: &Value| value.is_null() || value == "";
    let given: Map<_, _> = given.into_iter().filter(|(_, value)| !is_empty(value)).collect();
    if let Some(missing) = declared.iter().find(|one| one.required && !given.contains_key(&one.name)) {
        return Err(Impossible(format!("the input {} is required", missing.name)));
    }
    let of = |name: &str| declared.iter().find(|one| one.name == name).map_or("", |one| one.kind.as_str());
    given.into_iter().map(|(name, value)| Ok((name.clone(), id_of(world, of(&name), value)?))).collect()
}

/// Replaces the name of a person, a group or a channel by the id.
fn id_of(world: &World, kind: &str, value: Value) -> Result<Value, Impossible> {
    let name = value.as_str().unwrap_or_default().to_owned();
    let found = match kind {
        "slack#/types/user_id" => world.person(&name).map(|person| person.id.clone()),
        "slack#/types/channel_id" => world.channel(&name).map(|channel| channel.id.clone()),
        "slack#/types/usergroup_id" => {
            let is_it = |handle: &str, id: &str| handle == name.trim_start_matches('@') || id == name;
            world.groups.iter().find(|group| is_it(&group.handle, &group.id)).map(|group| group.id.clone())
        }
        _ => return Ok(value),
    };
    found.map(Value::String).ok_or_else(|| Impossible(format!("there is no {name} in this workspace")))
}
