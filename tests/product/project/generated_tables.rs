//! Tables in the documentation that are made from the program. Each is between two marks, `<!-- begin NAME: … -->` and
//! `<!-- end NAME -->`. `make documents` writes them.

use std::fs;

use dialnote_slack::config::{SETTINGS, Setting};
use dialnote_slack::core::verbs::{COMMANDS, Spec, Verb};
use dialnote_slack::platform::slack::scopes::{OPTIONAL_SCOPES, SCOPES, Scope};
use regex::Regex;

/// The page with these rows in its marked table. The mark, the header and the rule below it stay.
fn with_rows(page: &str, name: &str, rows: &[String]) -> String {
    let (begin, end) = (format!("<!-- begin {name}:"), format!("<!-- end {name} -->"));
    let (before, rest) = page.split_once(&begin).unwrap();
    let (table, after) = rest.split_once(&end).unwrap();
    let head: Vec<_> = table.lines().take(3).collect();
    format!("{before}{begin}{}\n{}\n{end}{after}", head.join("\n"), rows.join("\n"))
}

/// Compares a page's tables with the program. `make documents` writes them first.
fn check(file: &str, tables: &[(&str, Vec<String>)]) {
    let page = fs::read_to_string(file).unwrap();
    let made = tables.iter().fold(page, |page, (name, rows)| with_rows(&page, name, rows));
    if std::env::var_os("WRITE_MESSAGES").is_some() {
        fs::write(file, &made).unwrap();
    }
    assert!(fs::read_to_string(file).unwrap() == made, "{file} is old: make documents");
}

#[test]
fn every_command_is_written_down() {
    let row = |(_, spec): &(Verb, &Spec)| format!("| `{}` | {} |", spec.usage().replace('|', "\\|"), spec.summary);
    check("docs/commands.md", &[("commands", COMMANDS.iter().map(row).collect())]);
}

#[test]
fn every_setting_is_written_down() {
    let default = |default: Option<&str>| default.map_or_else(|| "required".to_owned(), |value| format!("`{value}`"));
    let row = |one: &Setting| format!("| `{}` | {} | {} |", one.name, default(one.default), one.about);
    check("docs/settings.md", &[("settings", SETTINGS.iter().map(row).collect())]);
}

#[test]
fn every_scope_is_written_down() {
    let row = |scope: &Scope| format!("| `{}` | {} |", scope.name, scope.reason);
    let (needed, optional) = (SCOPES.iter().map(row).collect(), OPTIONAL_SCOPES.iter().map(row).collect());
    check("docs/permissions.md", &[("scopes", needed), ("optional-scopes", optional)]);
}

#[test]
fn every_metric_is_written_down() {
    let metrics = registered_metrics();
    let rows: Vec<_> = metrics.iter().map(|(name, kind, help)| format!("| `{name}` | {kind} | {help} |")).collect();
    assert!(rows.len() > 12, "{rows:#?}");
    check("docs/metrics.md", &[("metrics", rows)]);
}

/// The metrics that the program registers: name without prefix, kind, help. Its own output lacks metrics that have no
/// value yet.
pub(super) fn registered_metrics() -> Vec<(String, &'static str, String)> {
    let source = fs::read_to_string("src/platform/telemetry/metrics.rs").unwrap();
    let registered = Regex::new(
        r#"(?:let help = "(?<above>[^"]+)";\s*)?registry\.register(?:_with_unit)?\(\s*"(?<name>\w+)",\s*(?:help|"(?<help>[^"]+)"),\s*(?<unit>Unit::Seconds,\s*)?(?:self\.)?(?<field>\w+)"#,
    );
    let metric = |found: regex::Captures<'_>| {
        let kind = kind(&source, &found["field"]);
        let unit = if found.name("unit").is_some() { "_seconds" } else { "" };
        let total = if kind == "counter" { "_total" } else { "" };
        let help = found.name("help").or(found.name("above")).unwrap().as_str();
        (format!("{}{unit}{total}", &found["name"]), kind, help.to_owned())
    };
    registered.unwrap().captures_iter(&source).map(metric).collect()
}

/// The kind of a metric, by the type of its field. Only gauges have no field.
fn kind(source: &str, field: &str) -> &'static str {
    let declared = source.lines().find_map(|line| line.strip_prefix(&format!("    {field}: "))).unwrap_or_default();
    let is = |kind: &str| declared.contains(kind);
    if is("Counter") {
        "counter"
    } else if is("Histogram") {
        "histogram"
    } else {
        "gauge"
    }
}

#[test]
fn a_table_is_replaced_and_the_rest_stays() {
    let page = "a\n<!-- begin x: made -->\n| h |\n|---|\n| old |\n<!-- end x -->\nb\n";
    let rows = ["| new |".to_owned(), "| newer |".to_owned()];
    let made = "a\n<!-- begin x: made -->\n| h |\n|---|\n| new |\n| newer |\n<!-- end x -->\nb\n";
    assert_eq!(with_rows(page, "x", &rows), made);
    assert_eq!(with_rows(made, "x", &rows), made);
}
