//! The end of a workflow step (docs/contracts/slack-2026.md §8.4), with the token that came with the step.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::platform::slack::answer::SlackError;
use crate::platform::slack::client::Slack;

impl Slack {
    /// Completes a step with its outputs.
    pub(crate) async fn complete_step(
        &self,
        execution: &str,
        outputs: &BTreeMap<String, Value>,
    ) -> Result<(), SlackError> {
        let arguments = json!({ "function_execution_id": execution, "outputs": outputs });
        self.call("functions.completeSuccess", &arguments).await.map(drop)
    }

    /// Ends a step with an error, a sentence that the workflow's author reads.
    pub(crate) async fn fail_step(&self, execution: &str, error: &str) -> Result<(), SlackError> {
        let arguments = json!({ "function_execution_id": execution, "error": error });
        self.call("functions.completeError", &arguments).await.map(drop)
    }
}
