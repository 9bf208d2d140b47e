//! Blocks that came late: `table` and `data_visualization`. Their content is no Block Kit objects, so that the tables of
//! [`super::schemas`] cannot describe it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::check::Check;
use super::limits::{Limit, limit};

type Object = Map<String, Value>;

/// The cells of a table.
const CELLS: &[&str] = &["raw_text", "raw_number", "rich_text"];

/// The alignments of a column.
const ALIGNMENTS: &[&str] = &["left", "center", "right"];

impl Check {
    /// Checks the rows and columns of a `table`.
    pub(super) fn table(&mut self, table: &Object, at: &str) {
        let rows = items(table.get("rows"));
        self.count(rows.len(), Limit { min: Some(1), ..of("table", "rows") }, "items", &format!("{at}/rows"));
        let width = rows.first().map_or(0, |row| items(Some(row)).len());
        let mut characters = 0;
        for (place, row) in rows.iter().enumerate() {
            let at = format!("{at}/rows/{place}");
            let Some(cells) = row.as_array() else { return self.fault(&at, "must be an array") };
            self.count(cells.len(), Limit { min: Some(1), ..of("table", "rows[]") }, "items", &at);
            if cells.len() != width {
                self.fault(&at, "every row must have the same number of cells");
            }
            for (column, cell) in cells.iter().enumerate() {
                characters += self.cell(cell, &format!("{at}/{column}"));
            }
        }
        self.bounds(characters, of("table", "_characters"), "characters", &format!("{at}/rows"));
        self.column_settings(table, width, at);
    }

    /// Checks a cell and returns the length of its text.
    fn cell(&mut self, cell: &Value, at: &str) -> u64 {
        let kind = cell["type"].as_str().unwrap_or_default();
        if !CELLS.contains(&kind) {
            self.fault(&format!("{at}/type"), format!("unsupported type: {kind}"));
            return 0;
        }
        match kind {
            "raw_text" => {
                self.words(&cell["text"], Limit { min: Some(1), max: None }, &format!("{at}/text"));
                cell["text"].as_str().map_or(0, super::length)
            }
            "raw_number" if !cell["value"].is_number() => {
                self.fault(&format!("{at}/value"), "must be a number");
                0
            }
            "rich_text" if !cell["elements"].is_array() => {
                self.fault(&format!("{at}/elements"), "must be an array");
                0
            }
            _ => 0,
        }
    }

    fn column_settings(&mut self, table: &Object, width: usize, at: &str) {
        let settings = items(table.get("column_settings"));
        let at = format!("{at}/column_settings");
        self.count(settings.len(), of("table", "column_settings"), "items", &at);
        if settings.len() > width {
            self.fault(&at, "more settings than columns");
        }
        for (place, setting) in settings.iter().enumerate() {
            let at = format!("{at}/{place}");
            for (name, value) in setting.as_object().into_iter().flatten() {
                let place = format!("{at}/{name}");
                match name.as_str() {
                    "align" if value.as_str().is_some_and(|align| ALIGNMENTS.contains(&align)) => {}
                    "is_wrapped" if value.is_boolean() => {}
                    "align" | "is_wrapped" => self.fault(&place, format!("invalid field: {name}")),
                    _ => self.fault(&place, format!("unknown field: {name}")),
                }
            }
        }
    }

    /// Checks the chart of a `data_visualization`.
    pub(super) fn chart(&mut self, block: &Object, at: &str) {
        let at = format!("{at}/chart");
        let Some(chart) = block.get("chart").and_then(Value::as_object) else { return };
        match chart.get("type").and_then(Value::as_str) {
            Some("pie") => self.segments(chart, &at),
            Some("bar" | "area" | "line") => self.series(chart, &at),
            other => {
                self.fault(&format!("{at}/type"), format!("unsupported type: {}", other.unwrap_or_default()));
            }
        }
    }

    fn segments(&mut self, chart: &Object, at: &str) {
        self.known(chart, &["type", "segments"], at);
        let at = format!("{at}/segments");
        let segments = items(chart.get("segments"));
        self.count(segments.len(), of_chart("segments"), "items", &at);
        for (place, segment) in segments.iter().enumerate() {
            self.words(&segment["label"], of_chart("segments[].label"), &format!("{at}/{place}/label"));
            if segment["value"].as_f64().is_none_or(|value| value <= 0.0) {
                self.fault(&format!("{at}/{place}/value"), "must be greater than 0");
            }
        }
    }

    fn series(&mut self, chart: &Object, at: &str) {
        self.known(chart, &["type", "series", "axis_config"], at);
        let categories = self.axes(chart, &format!("{at}/axis_config"));
        let at = format!("{at}/series");
        let series = items(chart.get("series"));
        self.count(series.len(), of_chart("series"), "items", &at);
        let mut names = BTreeSet::new();
        for (place, one) in series.iter().enumerate() {
            let at = format!("{at}/{place}");
            self.words(&one["name"], of_chart("series[].name"), &format!("{at}/name"));
            if !names.insert(one["name"].as_str().unwrap_or_default()) {
                self.fault(&format!("{at}/name"), "names must be unique");
            }
            self.points(items(one.get("data")), &categories, &format!("{at}/data"));
        }
    }

    /// Checks that a series has exactly one number for each category.
    fn points(&mut self, points: &[Value], categories: &BTreeSet<&str>, at: &str) {
        self.count(points.len(), of_chart("series[].data"), "items", at);
        let labels: BTreeSet<&str> = points.iter().filter_map(|point| point["label"].as_str()).collect();
        if labels != *categories || labels.len() != points.len() {
            self.fault(at, "must have exactly one point for each category");
        }
        for (place, point) in points.iter().enumerate() {
            if !point["value"].is_number() {
                self.fault(&format!("{at}/{place}/value"), "must be a number");
            }
        }
    }

    fn axes<'a>(&mut self, chart: &'a Object, at: &str) -> BTreeSet<&'a str> {
        let Some(axes) = chart.get("axis_config").and_then(Value::as_object) else {
            self.fault(at, "missing required field: categories");
            return BTreeSet::new();
        };
        self.known(axes, &["categories", "x_label", "y_label"], at);
        for name in ["x_label", "y_label"] {
            if let Some(label) = axes.get(name) {
                self.words(label, of_chart(&format!("axis_config.{name}")), &format!("{at}/{name}"));
            }
        }
        let categories = items(axes.get("categories"));
        let at = format!("{at}/categories");
        self.count(categories.len(), of_chart("axis_config.categories"), "items", &at);
        for (place, category) in categories.iter().enumerate() {
            self.words(category, of_chart("axis_config.categories[]"), &format!("{at}/{place}"));
        }
        let unique: BTreeSet<&str> = categories.iter().filter_map(Value::as_str).collect();
        if unique.len() != categories.len() {
            self.fault(&at, "categories must be unique");
        }
        unique
    }

    fn known(&mut self, object: &Object, fields: &[&str], at: &str) {
        for name in object.keys().filter(|name| !fields.contains(&name.as_str())) {
            self.fault(&format!("{at}/{name}"), format!("unknown field: {name}"));
        }
    }
}

fn items(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn of(block: &str, field: &str) -> Limit {
    limit(&["block", block, field])
}

fn of_chart(field: &str) -> Limit {
    limit(&["block", "data_visualization", &format!("chart.{field}")])
}
