//! The two services that the sandbox plays.

use serde::{Deserialize, Serialize};

/// One of the two services the sandbox plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// Slack's Web API and its response URLs.
    Slack,
    /// The dialnote API.
    Dialnote,
}
