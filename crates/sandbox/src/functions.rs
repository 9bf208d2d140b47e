//! The app's steps in workflows (docs/contracts/slack-2026.md §8): those that its manifest declares, and their
//! executions.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::blocks::max;
use crate::ids::APP;
use crate::impossible::Impossible;

/// The types that Slack knows (§8.2) and that the sandbox can check.
const KINDS: [&str; 7] = [
    "boolean",
    "integer",
    "number",
    "string",
    "slack#/types/channel_id",
    "slack#/types/user_id",
    "slack#/types/usergroup_id",
];

/// The steps of an app, and their executions.
#[derive(Clone, Debug, Default)]
pub struct Functions {
    /// The declared steps.
    pub declared: Vec<Function>,
    /// The executions, oldest first.
    pub executions: Vec<Execution>,
}

/// A step that the manifest declares.
#[derive(Clone, Debug, Serialize)]
pub struct Function {
    /// The name by which Slack calls it.
    pub callback_id: String,
    /// The title.
    pub title: String,
    /// The description.
    pub description: String,
    /// The inputs.
    pub inputs: Vec<Parameter>,
    /// The outputs.
    pub outputs: Vec<Parameter>,
}

/// An input or output.
#[derive(Clone, Debug, Serialize)]
pub struct Parameter {
    /// The name.
    pub name: String,
    /// The type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The title.
    pub title: String,
    /// The description.
    pub description: String,
    /// True if it must be there.
    #[serde(rename = "is_required")]
    pub required: bool,
}

/// An execution of a step.
#[derive(Clone, Debug, Serialize)]
pub struct Execution {
    /// `Fx…`.
    pub id: String,
    /// The step.
    pub callback_id: String,
    /// The inputs.
    pub inputs: Map<String, Value>,
    /// The token with which it is completed.
    #[serde(skip)]
    pub token: String,
    /// The time of the event.
    pub at: Timestamp,
    /// Its end; `None` while it runs.
    pub end: Option<Ended>,
}

/// The end of an execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The outputs.
    Success(Map<String, Value>),
    /// The error.
    Error(String),
}

/// The parts of a manifest that are about steps.
#[derive(Deserialize)]
struct Manifest {
    #[serde(rename = "_metadata")]
    metadata: Metadata,
    settings: Settings,
    functions: BTreeMap<String, Declared>,
}

#[derive(Deserialize)]
struct Metadata {
    major_version: u64,
}

#[derive(Deserialize)]
struct Settings {
    org_deploy_enabled: bool,
    function_runtime: String,
    event_subscriptions: EventSubscriptions,
}

#[derive(Deserialize)]
struct EventSubscriptions {
    bot_events: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    title: String,
    description: String,
    input_parameters: Parameters,
    output_parameters: Parameters,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    properties: BTreeMap<String, Property>,
    required: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Property {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
}

impl Functions {
    /// Declares the steps of a manifest, or says what Slack would refuse in it.
    pub fn declare(&mut self, manifest: &str) -> Result<(), Impossible> {
        let manifest: Manifest = serde_json::from_str(manifest)
            .map_err(|error| Impossible(format!("the manifest has no steps: {error}")))?;
        let needs = |is_there: bool, what: &str| {
            if is_there { Ok(()) } else { Err(Impossible(format!("a manifest with steps needs {what}"))) }
        };
        needs(manifest.metadata.major_version == 2, "_metadata.major_version 2")?;
        needs(manifest.settings.org_deploy_enabled, "settings.org_deploy_enabled")?;
        needs(manifest.settings.function_runtime == "remote", "settings.function_runtime \"remote\"")?;
        let hears = manifest.settings.event_subscriptions.bot_events.iter().any(|event| event == "function_executed");
        needs(hears, "the event function_executed")?;
        needs(fits(manifest.functions.len(), "functions"), "50 functions at most")?;
        self.declared = manifest.functions.into_iter().map(declared).collect::<Result<_, _>>()?;
        Ok(())
    }

    /// Returns the step with this name.
    pub(crate) fn function(&self, callback_id: &str) -> Result<&Function, Impossible> {
        let known = || self.declared.iter().map(|one| one.callback_id.as_str()).collect::<Vec<_>>().join(", ");
        let found = self.declared.iter().find(|one| one.callback_id == callback_id);
        found.ok_or_else(|| Impossible(format!("there is no step {callback_id}; there are {}", known())))
    }

    /// Returns the execution with this id.
    pub(crate) fn execution(&mut self, id: &str) -> Option<&mut Execution> {
        self.executions.iter_mut().find(|one| one.id == id)
    }

    /// Answers whether a token was given out for an execution.
    pub(crate) fn knows(&self, token: &str) -> bool {
        self.executions.iter().any(|one| one.token == token)
    }

    /// Returns the steps and the latest executions, for the page and for scripts.
    pub(crate) fn state(&self, count: usize) -> Value {
        let skipped = self.executions.len().saturating_sub(count);
        let latest: Vec<_> = self.executions.iter().skip(skipped).collect();
        json!({ "declared": self.declared, "executions": latest })
    }
}

fn fits(count: usize, limit: &str) -> bool {
    count as u64 <= max(&["manifest", limit])
}

fn declared((callback_id, one): (String, Declared)) -> Result<Function, Impossible> {
    let wrong = |what: &str| Impossible(format!("the step {callback_id}: {what}"));
    if !fits(callback_id.chars().count(), "functions.<callback_id>") {
        return Err(wrong("its name is too long"));
    }
    if one.title.is_empty() || !fits(one.title.chars().count(), "functions.<callback_id>.title") {
        return Err(wrong("its title is empty or too long"));
    }
    let inputs = parameters(one.input_parameters).map_err(|what| wrong(&what))?;
    let outputs = parameters(one.output_parameters).map_err(|what| wrong(&what))?;
    Ok(Function { callback_id, title: one.title, description: one.description, inputs, outputs })
}

fn parameters(all: Parameters) -> Result<Vec<Parameter>, String> {
    if !fits(all.properties.len(), "functions.<callback_id>.input_parameters.properties") {
        return Err("too many parameters".to_owned());
    }
    if let Some(unknown) = all.required.iter().find(|name| !all.properties.contains_key(*name)) {
        return Err(format!("required names {unknown}, which is no parameter"));
    }
    let parameter = |(name, Property { kind, title, description }): (String, Property)| {
        if !KINDS.contains(&kind.as_str()) {
            return Err(format!("{name} has the type {kind}, which is not played"));
        }
        let required = all.required.contains(&name);
        Ok(Parameter { name, kind, title, description, required })
    };
    all.properties.into_iter().map(parameter).collect()
}

impl Function {
    /// Returns the step as the event describes it.
    pub(crate) fn object(&self, at: Timestamp) -> Value {
        let object = |parameters: &[Parameter]| json!(parameters);
        json!({
            "id": format!("Fn{}", self.callback_id.to_uppercase()), "callback_id": self.callback_id, "title": self.title,
            "description": self.description, "type": "app", "input_parameters": object(&self.inputs),
            "output_parameters": object(&self.outputs), "app_id": APP, "date_created": at.as_second(),
            "date_updated": at.as_second(), "date_deleted": 0,
        })
    }

    /// Says what is wrong with the outputs of an execution, if anything is.
    pub(crate) fn wrong_outputs(&self, outputs: &Map<String, Value>) -> Option<String> {
        let missing = self.outputs.iter().find(|one| one.required && outputs.get(&one.name).is_none_or(Value::is_null));
        if let Some(missing) = missing {
            return Some(format!("missing output: {}", missing.name));
        }
        outputs.iter().find_map(|(name, value)| {
            let Some(one) = self.outputs.iter().find(|one| one.name == *name) else {
                return Some(format!("unknown output: {name}"));
            };
            (!is_of(value, &one.kind)).then(|| format!("wrong type of output: {name}"))
        })
    }
}

/// Answers whether a value has a type.
fn is_of(value: &Value, kind: &str) -> bool {
    match kind {
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "slack#/types/channel_id" => starts(value, &["C", "G", "D"]),
        "slack#/types/user_id" => starts(value, &["U", "W"]),
        "slack#/types/usergroup_id" => starts(value, &["S"]),
        _ => value.is_string(),
    }
}

fn starts(value: &Value, with: &[&str]) -> bool {
    value.as_str().is_some_and(|id| with.iter().any(|letter| id.starts_with(letter)))
}

impl Execution {
    /// Answers whether its token has ended: with the execution, or after its time.
    pub(crate) fn token_ended(&self, now: Timestamp) -> bool {
        let seconds = i64::try_from(max(&["timing", "function_bot_token_seconds"])).unwrap_or(i64::MAX);
        now.duration_since(self.at) > SignedDuration::from_secs(seconds)
    }
}
