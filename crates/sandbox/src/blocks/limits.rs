//! Slack's published limits, read from the file that lists them with their sources, so that no number is typed twice.

use std::sync::LazyLock;

use serde_json::Value;

#[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
static LIMITS: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../limits.json")).expect("limits.json is JSON"));

/// The bounds of one thing; a bound that the file does not list is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) min: Option<u64>,
    pub(crate) max: Option<u64>,
}

/// Returns the limit at a place in the file, for example `["timing", "trigger_id_seconds"]`.
///
/// Where users saw Slack refuse less than the published maximum, the file's safe budget counts: the sandbox must refuse
/// anything that Slack might refuse.
pub(crate) fn limit(place: &[&str]) -> Limit {
    let entry = place.iter().try_fold(&*LIMITS, |at, key| at.get(key));
    let number = |key: &str| entry.and_then(|entry| entry[key].as_u64());
    Limit { min: number("min"), max: number("safe_budget").or_else(|| number("max")) }
}

/// Returns the limit of a field of a view, or of a block, element or composition object of some kind.
pub(super) fn of_field(family: &str, kind: &str, field: &str) -> Limit {
    if family == "view" {
        return limit(&[family, field]);
    }
    let own = limit(&[family, kind, field]);
    if own == Limit::default() { limit(&[family, "*", field]) } else { own }
}

/// Returns a maximum that the file is known to contain.
pub(crate) fn max(place: &[&str]) -> u64 {
    limit(place).max.unwrap_or(u64::MAX)
}

/// Returns the default of an element's field where the file states one.
pub(crate) fn default_of(place: &[&str]) -> Option<u64> {
    place.iter().try_fold(&*LIMITS, |at, key| at.get(key))?["default"].as_u64()
}

/// Returns the words that the file lists for a field.
pub(crate) fn words_for(place: &[&str]) -> Vec<&'static str> {
    let entry = place.iter().try_fold(&*LIMITS, |at, key| at.get(key));
    let listed = entry.and_then(|entry| entry["values"].as_array());
    listed.into_iter().flatten().filter_map(Value::as_str).collect()
}
