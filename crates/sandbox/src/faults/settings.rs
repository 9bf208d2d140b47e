//! All faults, and changes of them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::dialnote::DialnoteFaults;
use super::slack::SlackFaults;
use crate::request::Asked;
use crate::service::Service;

/// All faults of the moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Faults of Slack.
    pub slack: SlackFaults,
    /// Faults of dialnote.
    pub dialnote: DialnoteFaults,
    /// Requests that will hang; each entry is used up by the first request it fits.
    pub hang_next: Vec<Hang>,
}
/// A request that will not be answered until the sandbox releases it: a place to crash the app. One that hangs before
/// its effect takes effect on release, even if the client disconnected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hang {
    /// The service.
    pub service: Service,
    /// The beginning of the Slack method's name or of the HTTP method; empty for every method.
    #[serde(default)]
    pub method: String,
    /// Part of the path; empty for every path.
    #[serde(default)]
    pub path: String,
    /// True if the request takes effect before it hangs.
    #[serde(default)]
    pub after_effect: bool,
}

impl Faults {
    /// Returns these faults with the given keys changed. Unknown keys are an error, so that a misspelt fault is not
    /// ignored.
    pub fn merged(&self, patch: &Value) -> Result<Self, String> {
        let mut patch = patch.clone();
        let reset = patch.as_object_mut().and_then(|keys| keys.remove("reset")) == Some(Value::Bool(true));
        let base = if reset { Self::default() } else { self.clone() };
        let mut merged = serde_json::to_value(base).map_err(|e| e.to_string())?;
        merge(&mut merged, &nested(patch));
        serde_json::from_value(merged).map_err(|e| e.to_string())
    }

    /// Takes the first hang that fits a request. Answers whether the request takes effect before it hangs.
    pub(super) fn take_hang(&mut self, asked: &Asked<'_>) -> Option<bool> {
        let fits = |hang: &Hang| {
            hang.service == asked.service
                && asked.method.starts_with(&hang.method)
                && asked.path.contains(hang.path.as_str())
        };
        let place = self.hang_next.iter().position(fits)?;
        Some(self.hang_next.remove(place).after_effect)
    }
}

/// Turns `{"dialnote.down": true}` into `{"dialnote": {"down": true}}`: both forms are accepted.
fn nested(patch: Value) -> Value {
    let Value::Object(keys) = patch else { return patch };
    let mut whole = Value::Object(serde_json::Map::new());
    for (key, value) in keys {
        let one = match key.split_once('.') {
            Some((service, fault)) => json!({ service: { fault: value } }),
            None => json!({ key: value }),
        };
        merge(&mut whole, &one);
    }
    whole
}

fn merge(base: &mut Value, patch: &Value) {
    match (base, patch) {
        (Value::Object(base), Value::Object(patch)) => {
            for (key, value) in patch {
                merge(base.entry(key).or_insert(Value::Null), value);
            }
        }
        (base, patch) => *base = patch.clone(),
    }
}
