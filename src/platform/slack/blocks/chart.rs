//! Charts and tables. Older clients show the message's text instead, so it has to say the same.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::core::text::cut;

const TITLE: usize = 50;
const LABEL: usize = 20;
const POINTS: usize = 20;
const ROWS: usize = 100;
const CELL: usize = 200;

/// A bar chart with several series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    pub(super) title: String,
    pub(super) chart: Bars,
}

/// The bars of a chart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bars {
    #[serde(rename = "type")]
    kind: Cow<'static, str>,
    series: Vec<Series>,
    axis_config: Axis,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Series {
    name: String,
    data: Vec<Point>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Point {
    label: String,
    value: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Axis {
    categories: Vec<String>,
    y_label: String,
}

impl Chart {
    /// Returns a bar chart. Each series has a number for each category.
    pub(crate) fn bars(title: &str, categories: &[String], series: Vec<(&str, Vec<usize>)>) -> Self {
        let categories: Vec<_> = categories.iter().take(POINTS).map(|label| cut(label, LABEL)).collect();
        let series = series.into_iter().map(|(name, numbers)| {
            let points = categories.iter().zip(numbers).map(|(label, value)| Point { label: label.clone(), value });
            Series { name: cut(name, LABEL), data: points.collect() }
        });
        let axis_config = Axis { categories: categories.clone(), y_label: "Conversations".to_owned() };
        Self { title: cut(title, TITLE), chart: Bars { kind: "bar".into(), series: series.collect(), axis_config } }
    }
}

/// A table. Its first row is the heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub(super) column_settings: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// The settings of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    align: Option<Cow<'static, str>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_wrapped: bool,
}

/// A cell of words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    #[serde(rename = "type")]
    kind: Cow<'static, str>,
    text: String,
}

impl Cell {
    /// Returns a cell. Slack refuses empty ones, so an empty text becomes a dash.
    pub(crate) fn new(text: &str) -> Self {
        let text = if text.trim().is_empty() { "–" } else { text };
        Self { kind: "raw_text".into(), text: cut(text, CELL) }
    }
}

impl Table {
    /// Returns a table whose first column is text and whose other columns are numbers.
    pub(crate) fn new(rows: Vec<Vec<Cell>>) -> Self {
        let numbers = rows.first().map_or(0, |heading| heading.len().saturating_sub(1));
        let number = Column { align: Some("right".into()), is_wrapped: false };
        let first = Column { align: None, is_wrapped: true };
        let column_settings = std::iter::once(first).chain(std::iter::repeat_n(number, numbers)).collect();
        Self { column_settings, rows: rows.into_iter().take(ROWS).collect() }
    }

    pub(super) fn text_length(&self) -> usize {
        self.rows.iter().flatten().map(|cell| cell.text.chars().count()).sum()
    }
}
