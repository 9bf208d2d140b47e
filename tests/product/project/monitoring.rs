//! What operators load into Prometheus and Grafana: it names metrics that exist, and each alert says what to do.

use std::collections::BTreeSet;
use std::fs;

use regex::Regex;
use serde_json::Value;

use super::generated_tables::registered_metrics;
use super::pages::anchors;

const PREFIX: &str = "dialnote_slack_";

/// The names under which Prometheus stores the program's metrics. A histogram has three.
fn stored_names() -> BTreeSet<String> {
    let names = registered_metrics().into_iter().flat_map(|(name, kind, _)| {
        let ends: &[&str] = if kind == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
        ends.iter().map(|end| format!("{PREFIX}{name}{end}")).collect::<Vec<_>>()
    });
    names.collect()
}

fn named(text: &str) -> BTreeSet<String> {
    let name = Regex::new(&format!(r"\b{PREFIX}\w+")).unwrap();
    name.find_iter(text).map(|found| found.as_str().to_owned()).collect()
}

fn unknown(text: &str) -> Vec<String> {
    let stored = stored_names();
    named(text).into_iter().filter(|name| !stored.contains(name)).collect()
}

#[test]
fn alerts_and_dashboard_use_metrics_that_exist() {
    for file in ["packaging/alerts.yaml", "packaging/alerts.test.yaml", "packaging/grafana-dashboard.json"] {
        let text = fs::read_to_string(file).unwrap();
        assert!(named(&text).len() > 8, "{file}: {:?}", named(&text));
        assert_eq!(unknown(&text), Vec::<String>::new(), "{file}");
    }
}

#[test]
fn the_dashboard_shows_every_metric() {
    let shown = named(&fs::read_to_string("packaging/grafana-dashboard.json").unwrap());
    let is_shown = |name: &str| shown.iter().any(|shown| shown.starts_with(&format!("{PREFIX}{name}")));
    let hidden: Vec<_> =
        registered_metrics().into_iter().map(|(name, ..)| name).filter(|name| !is_shown(name)).collect();
    assert!(hidden.is_empty(), "{hidden:?}");
}

#[test]
fn a_planted_name_is_found() {
    let planted = "dialnote_slack_sockets + dialnote_slack_socket + dialnote_slack_ack_seconds";
    assert_eq!(unknown(planted), ["dialnote_slack_ack_seconds", "dialnote_slack_socket"]);
}

fn yaml(file: &str) -> Value {
    serde_yaml_ng::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

fn rules() -> Vec<Value> {
    yaml("packaging/alerts.yaml").pointer("/groups/0/rules").unwrap().as_array().unwrap().clone()
}

#[test]
fn each_alert_names_a_section_that_says_what_to_do() {
    for rule in rules() {
        let runbook = rule.pointer("/annotations/runbook").and_then(Value::as_str).unwrap_or_default();
        let (file, anchor) = runbook.split_once('#').unwrap_or_else(|| panic!("no runbook: {rule}"));
        let page = fs::read_to_string(file).unwrap();
        assert!(anchors(&page).iter().any(|one| one == anchor), "{runbook} is not there");
        assert_eq!(rule["alert"].as_str().unwrap().to_lowercase(), anchor);
    }
}

/// `make alerts-check` plays the tests.
#[test]
fn each_alert_has_a_test_in_which_it_fires_and_one_in_which_it_does_not() {
    let tests = yaml("packaging/alerts.test.yaml");
    let tests = tests["tests"].as_array().unwrap().iter().flat_map(|test| test["alert_rule_test"].as_array().unwrap());
    let tests: Vec<_> = tests.collect();
    for rule in rules() {
        let own = tests.iter().filter(|test| test["alertname"] == rule["alert"]);
        let fires: BTreeSet<_> = own.map(|test| !test["exp_alerts"].as_array().unwrap().is_empty()).collect();
        assert_eq!(fires.len(), 2, "{}", rule["alert"]);
    }
}
