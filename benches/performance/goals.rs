//! The goals of the measurements, and how the report tells which are met.

use serde::{Deserialize, Serialize};

use crate::stats::number;

/// What a part of the benchmark has measured: its text for the page, and its goals.
#[derive(Deserialize, Serialize)]
pub(crate) struct Measured {
    pub(crate) text: String,
    pub(crate) goals: Vec<Goal>,
}

impl Measured {
    /// Returns the text, and below it a table of the goals.
    pub(crate) fn with_goals(&self) -> String {
        format!("{}\n\n{}", self.text.trim_end(), table(&self.goals))
    }
}

/// A wanted figure, and the measured one.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Goal {
    pub(crate) what: String,
    pub(crate) measured: String,
    pub(crate) wanted: String,
    pub(crate) is_met: bool,
}

impl Goal {
    /// Returns a goal that is met if no figure is above the limit. There is a figure for each database that it covers.
    pub(crate) fn at_most(what: &str, figures: &[f64], limit: f64, unit: &str) -> Self {
        let is_met = figures.iter().all(|figure| *figure <= limit);
        Self { wanted: with_unit(&format!("≤ {limit}"), unit), is_met, ..Self::of(what, figures, unit) }
    }

    /// Returns a goal that is met if no figure is below the limit. There is a figure for each database that it covers.
    pub(crate) fn at_least(what: &str, figures: &[f64], limit: f64, unit: &str) -> Self {
        let is_met = figures.iter().all(|figure| *figure >= limit);
        Self { wanted: with_unit(&format!("≥ {limit}"), unit), is_met, ..Self::of(what, figures, unit) }
    }

    /// Returns what stands for the goals of a part that failed.
    pub(crate) fn not_measured(part: &str, error: &str) -> Self {
        let (what, measured) = (format!("part `{part}`"), format!("not measured: {error}"));
        Self { what, measured, wanted: "all its goals".to_owned(), is_met: false }
    }

    fn of(what: &str, figures: &[f64], unit: &str) -> Self {
        let measured: Vec<_> = figures.iter().map(|figure| with_unit(&shown(*figure), unit)).collect();
        Self { what: what.to_owned(), measured: side_by_side(&measured), wanted: String::new(), is_met: false }
    }
}

/// Formats a figure; a count has no decimals.
fn shown(figure: f64) -> String {
    if figure.fract() == 0.0 { figure.to_string() } else { number(figure) }
}

fn with_unit(figure: &str, unit: &str) -> String {
    format!("{figure} {unit}").trim_end().to_owned()
}

/// Returns the figures of the databases for one cell.
pub(crate) fn side_by_side<T: ToString>(figures: &[T]) -> String {
    figures.iter().map(ToString::to_string).collect::<Vec<_>>().join(" · ")
}

/// Returns a paragraph that names the missed goals.
pub(crate) fn missed(goals: &[Goal]) -> String {
    let missed = goals.iter().filter(|goal| !goal.is_met);
    let named: Vec<_> = missed.map(|goal| format!("{}: {} ({})", goal.what, goal.measured, goal.wanted)).collect();
    if named.is_empty() { "Every goal was met.".to_owned() } else { format!("**Missed:** {}.", named.join("; ")) }
}

/// Returns a table of the goals, the missed ones first.
pub(crate) fn table(goals: &[Goal]) -> String {
    let (met, missed): (Vec<_>, Vec<_>) = goals.iter().partition(|goal| goal.is_met);
    let rows = missed.into_iter().chain(met).map(|Goal { what, measured, wanted, is_met }| {
        let verdict = if *is_met { "met" } else { "**missed**" };
        format!("| {what} | {measured} | {wanted} | {verdict} |")
    });
    let header = ["| | measured | goal | |".to_owned(), "|---|---|---|---|".to_owned()];
    header.into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}
