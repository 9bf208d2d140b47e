//! Manifests, chart and examples: they set settings that the program knows, run the version of this repository, and keep
//! a pod as locked up as the service.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use dialnote_slack::config::{SECRETS, SETTINGS};
use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

/// Settings of a pod that only the chart sets.
const OF_THE_CHART: [&str; 3] = ["DRAIN_SECONDS", "LISTEN", "OPS_LISTEN"];

/// Variables of other programs, and the one that names the settings file.
const OF_OTHERS: [&str; 4] = ["CONFIG_FILE", "POSTGRES_DB", "POSTGRES_PASSWORD_FILE", "POSTGRES_USER"];

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// The files with which operators start the program.
fn files() -> Vec<PathBuf> {
    let examples = ["compose.yaml", "packaging/fly.toml", "packaging/cloud-init.yaml"].map(PathBuf::from);
    let folders = ["packaging/kubernetes", "packaging/helm"].map(|folder| files_below(Path::new(folder)));
    let found: Vec<_> = examples.into_iter().chain(folders.into_iter().flatten()).collect();
    assert!(found.len() > 15, "{found:?}");
    found
}

fn is_known(name: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.name == name)
        || SECRETS.iter().any(|(_, by_file)| *by_file == name)
        || OF_OTHERS.contains(&name)
}

/// The names in a text that look like variables, or like keys of a settings file, and are no settings.
fn unknown(text: &str) -> Vec<String> {
    let variable = Regex::new(r"\b[A-Z]+(?:_[A-Z]+)+\b").unwrap();
    let key = Regex::new(r#"(?m)^ +([a-z_]+) = ""#).unwrap();
    let variables = variable.find_iter(text).map(|found| found.as_str().to_owned());
    let keys = key.captures_iter(text).map(|found| found[1].to_uppercase());
    variables.chain(keys).filter(|name| !is_known(name)).collect()
}

#[test]
fn every_variable_is_a_setting() {
    for file in files() {
        assert_eq!(unknown(&fs::read_to_string(&file).unwrap()), Vec::<String>::new(), "{}", file.display());
    }
}

#[test]
fn a_planted_variable_is_found() {
    let planted = "SLACK_BOT_TOKN: x\nSLACK_BOT_TOKEN_FILE: /a\nLOG_FORMAT_FILE: /b\n      slack_api_kee = \"x\"\n";
    assert_eq!(unknown(planted), ["SLACK_BOT_TOKN", "LOG_FORMAT_FILE", "SLACK_API_KEE"]);
}

#[test]
fn every_file_runs_the_version_of_this_repository() {
    let version = env!("CARGO_PKG_VERSION");
    let named = Regex::new(r"(?:dialnote-slack[:_]|/v|appVersion: |\bversion: )(\d+\.\d+\.\d+)").unwrap();
    let versions_of = |file: PathBuf| {
        let text = fs::read_to_string(&file).unwrap();
        named.captures_iter(&text).map(|found| (file.clone(), found[1].to_owned())).collect::<Vec<_>>()
    };
    let versions: Vec<_> = files().into_iter().flat_map(versions_of).collect();
    assert!(versions.len() > 6, "{versions:?}");
    let others: Vec<_> = versions.iter().filter(|(_, found)| found != version).collect();
    assert!(others.is_empty(), "these are not {version}: {others:#?}");
    let chart = fs::read_to_string("packaging/helm/dialnote-slack/Chart.yaml").unwrap();
    assert!(
        chart.contains(&format!("\nversion: {version}\n")) && chart.contains(&format!("\nappVersion: {version}\n"))
    );
}

#[test]
fn every_version_has_a_section_about_its_upgrade() {
    let page = fs::read_to_string("docs/upgrading.md").unwrap();
    assert!(page.contains(&format!("\n### {}\n", env!("CARGO_PKG_VERSION"))));
}

/// The chart takes every setting: the secret ones from files alone, except the address of a database, which may hold a
/// password.
#[test]
fn the_chart_takes_every_setting() {
    let schema = fs::read_to_string("packaging/helm/dialnote-slack/values.schema.json").unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let names = |path: &str| {
        let names = schema.pointer(&format!("{path}/propertyNames/enum")).unwrap().as_array().unwrap();
        names.iter().map(|name| name.as_str().unwrap()).collect::<BTreeSet<_>>()
    };
    let secrets: BTreeSet<_> = SECRETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names("/properties/secret/properties/files"), secrets);
    let is_open = |name: &&str| !OF_THE_CHART.contains(name) && (*name == "DATABASE_URL" || !secrets.contains(name));
    assert_eq!(names("/properties/settings"), SETTINGS.iter().map(|setting| setting.name).filter(is_open).collect());
}

/// The objects of the plain manifests.
fn objects() -> Vec<(PathBuf, Value)> {
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).unwrap();
        let documents = serde_yaml_ng::Deserializer::from_str(&text);
        documents.map(|one| (file.clone(), Value::deserialize(one).unwrap())).collect::<Vec<_>>()
    };
    files_below(Path::new("packaging/kubernetes")).into_iter().flat_map(read).collect()
}

#[test]
fn every_pod_is_locked_up() {
    let pods: Vec<_> =
        objects().into_iter().filter(|(_, object)| object.pointer("/spec/template/spec").is_some()).collect();
    assert_eq!(pods.len(), 3, "{pods:#?}");
    for (file, object) in pods {
        let pod = object.pointer("/spec/template/spec").unwrap();
        for (path, value) in [
            ("/automountServiceAccountToken", Value::Bool(false)),
            ("/enableServiceLinks", Value::Bool(false)),
            ("/securityContext/runAsNonRoot", Value::Bool(true)),
            ("/securityContext/runAsUser", Value::from(10001)),
            ("/containers/0/securityContext/readOnlyRootFilesystem", Value::Bool(true)),
            ("/containers/0/securityContext/allowPrivilegeEscalation", Value::Bool(false)),
            ("/containers/0/securityContext/capabilities/drop/0", Value::from("ALL")),
        ] {
            assert_eq!(pod.pointer(path), Some(&value), "{}: {path}", file.display());
        }
        assert!(pod.pointer("/containers/0/resources/limits/memory").is_some(), "{}", file.display());
    }
}

/// Running jobs have 10 s to finish after `DRAIN_SECONDS`.
#[test]
fn a_pod_has_time_to_stop() {
    let objects = objects();
    for file in ["sqlite.yaml", "postgres.yaml"] {
        let number = |path: &str| {
            let mut found =
                objects.iter().filter(|(of, _)| of.ends_with(file)).filter_map(|(_, one)| one.pointer(path));
            let found = found.next().unwrap_or_else(|| panic!("{file} has no {path}"));
            found.as_u64().or_else(|| found.as_str()?.parse().ok()).unwrap()
        };
        let grace = number("/spec/template/spec/terminationGracePeriodSeconds");
        assert!(grace > number("/data/DRAIN_SECONDS") + 10, "{file}: {grace}");
    }
}

#[test]
fn only_prometheus_reaches_the_operators_port() {
    let policies = objects().into_iter().filter(|(_, object)| object["kind"] == "NetworkPolicy");
    let policies: Vec<_> = policies.map(|(_, policy)| policy.pointer("/spec/ingress").unwrap().clone()).collect();
    assert_eq!(policies.len(), 3);
    for rule in policies.iter().flat_map(|rules| rules.as_array().unwrap()) {
        let is_for_all = rule.get("from").is_none();
        let ports = rule["ports"].as_array().unwrap().iter().map(|port| port["port"].as_u64().unwrap());
        assert_eq!(ports.collect::<Vec<_>>(), [if is_for_all { 8080 } else { 9464 }]);
    }
}
