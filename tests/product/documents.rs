//! What is written down is what the program does: tables in the README and `manifest.yml` are made
//! from the same source, and checked here.

use std::fs;

use dialnote_slack::config::SETTINGS;
use dialnote_slack::domain::verb::COMMANDS;
use dialnote_slack::manifest::{self, OPTIONAL_SCOPES, PLACEHOLDER_URL, SCOPES, UNFURL_DOMAIN};

fn readme_has(rows: &[String]) {
    let readme = fs::read_to_string("README.md").unwrap();
    let missing: Vec<_> = rows.iter().filter(|row| !readme.lines().any(|line| line == row.as_str())).collect();
    assert!(missing.is_empty(), "README.md lacks these lines:\n{missing:#?}");
}

#[test]
fn the_manifest_is_the_programs_own() {
    let checked_in = fs::read_to_string("manifest.yml").unwrap();
    let made = manifest::yaml(PLACEHOLDER_URL, UNFURL_DOMAIN).unwrap();
    assert_eq!(checked_in, made, "run `cargo run -- manifest > manifest.yml`");
}

#[test]
fn the_readme_lists_every_command() {
    let row = |spec: &dialnote_slack::domain::verb::Spec| {
        format!("| `{}` | {} |", spec.usage().replace('|', "\\|"), spec.summary)
    };
    readme_has(&COMMANDS.iter().map(row).collect::<Vec<_>>());
}

#[test]
fn the_readme_lists_every_setting() {
    let default = |default: Option<&str>| default.map_or_else(|| "required".to_owned(), |value| format!("`{value}`"));
    let row = |setting: &dialnote_slack::config::Setting| {
        format!("| `{}` | {} | {} |", setting.name, default(setting.default), setting.about)
    };
    readme_has(&SETTINGS.iter().map(row).collect::<Vec<_>>());
}

#[test]
fn the_readme_lists_every_scope() {
    let row = |scope: &manifest::Scope| format!("| `{}` | {} |", scope.name, scope.reason);
    readme_has(&SCOPES.iter().chain(&OPTIONAL_SCOPES).map(row).collect::<Vec<_>>());
}

#[test]
fn every_promise_names_a_test_that_there_is() {
    let readme = fs::read_to_string("README.md").unwrap();
    let promises = readme.split("## What is promised").nth(1).unwrap().split("\n## ").next().unwrap();
    let named: Vec<_> = promises.split('`').filter(|code| code.contains("::")).collect();
    assert!(named.len() > 10, "the table is there: {named:?}");
    for name in named {
        let (module, test) = name.split_once("::").unwrap();
        let there = ["product", "proof"].iter().any(|folder| {
            let file = fs::read_to_string(format!("tests/{folder}/{module}.rs")).unwrap_or_default();
            file.contains(&format!("async fn {test}()"))
        });
        assert!(there, "{name} is promised and not there");
    }
}
