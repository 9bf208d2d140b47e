//! The end of a workflow step (docs/contracts/slack-2026.md §8.4, §13.7).

use serde_json::{Value, json};

use super::args::Args;
use super::failure::{Failure, Reply};
use crate::functions::Ended;
use crate::request::RecordedRequest;
use crate::world::World;

/// The methods that end a step.
pub(super) const ENDINGS: [&str; 2] = ["functions.completeSuccess", "functions.completeError"];

/// Completes a step with its outputs.
pub(super) fn success(world: &mut World, args: &Args, heard: &RecordedRequest) -> Reply {
    let outputs = args.nested("outputs", "invalid_arguments")?.unwrap_or(Value::Null);
    let Value::Object(outputs) = outputs else { return Err(Failure::argument("must be an object: outputs")) };
    end(world, args, heard, Ended::Success(outputs))
}

/// Ends a step with an error, which must say something.
pub(super) fn error(world: &mut World, args: &Args, heard: &RecordedRequest) -> Reply {
    let words = args.required("error")?.to_owned();
    end(world, args, heard, Ended::Error(words))
}

fn end(world: &mut World, args: &Args, heard: &RecordedRequest, ended: Ended) -> Reply {
    let (now, token) = (world.now(), heard.bearer().unwrap_or_default().to_owned());
    let declared = world.functions.declared.clone();
    let execution = world.functions.execution(args.required("function_execution_id")?);
    let execution = execution.ok_or("function_execution_not_found")?;
    if execution.token != token {
        return Err("not_allowed_token_type".into());
    }
    if execution.end.is_some() {
        return Err("execution_not_in_running_state".into());
    }
    if execution.token_ended(now) {
        return Err("token_expired".into());
    }
    let function = declared.iter().find(|one| one.callback_id == execution.callback_id);
    let outputs = if let Ended::Success(outputs) = &ended { Some(outputs) } else { None };
    let wrong = function.zip(outputs).and_then(|(function, outputs)| function.wrong_outputs(outputs));
    if let Some(wrong) = wrong {
        let detail = json!({"response_metadata": {"messages": [format!("[ERROR] {wrong}")]}});
        return Err(Failure::with("parameter_validation_failed", detail));
    }
    execution.end = Some(ended);
    Ok(json!({}))
}
