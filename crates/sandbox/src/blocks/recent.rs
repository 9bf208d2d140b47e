//! The blocks that came late, which some workspaces do not know.

use serde_json::Value;

/// The blocks of 2025 and 2026 (docs/contracts/slack-2026.md §7).
const NEWER: &[&str] = &[
    "alert",
    "card",
    "carousel",
    "container",
    "context_actions",
    "data_table",
    "data_visualization",
    "markdown",
    "plan",
    "table",
    "task_card",
];

/// Returns a fault for each of these blocks that came in 2025 or later, in the words for an unknown one.
pub(crate) fn newer_blocks(blocks: &[Value], at: &str) -> Vec<String> {
    let places = blocks.iter().enumerate();
    let kinds = places.filter_map(|(place, block)| Some((place, block["type"].as_str()?)));
    let newer = kinds.filter(|(_, kind)| NEWER.contains(kind));
    newer.map(|(place, kind)| format!("unsupported type: {kind} [json-pointer:{at}/{place}/type]")).collect()
}
