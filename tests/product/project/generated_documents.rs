//! Documents that must match the program: `manifest.yml`, `docs/messages.md`, promises, libraries, the image's files.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use dialnote_slack::ops::manifest;
use dialnote_slack::ops::manifest::{PLACEHOLDER_URL, Reached, UNFURL_DOMAIN};

/// The program's manifest as YAML, for people.
fn yaml(reached: Reached<'_>) -> String {
    let printed = manifest::json(reached, UNFURL_DOMAIN).unwrap();
    let manifest: serde_yaml_ng::Value = serde_yaml_ng::from_str(&printed).unwrap();
    let yaml = serde_yaml_ng::to_string(&manifest).unwrap();
    format!("# Made from what `dialnote-slack manifest` prints; do not edit by hand.\n{yaml}")
}

#[test]
fn the_manifest_is_the_programs_own() {
    let made = yaml(Reached::At(PLACEHOLDER_URL));
    if std::env::var_os("WRITE_MESSAGES").is_some() {
        fs::write("manifest.yml", &made).unwrap();
    }
    assert_eq!(fs::read_to_string("manifest.yml").unwrap(), made, "manifest.yml is old: make documents");
}

#[test]
fn for_socket_mode_the_manifest_has_no_address() {
    let made = yaml(Reached::BySockets);
    assert!(made.contains("socket_mode_enabled: true") && !made.contains("url:"), "{made}");
    assert!(!made.contains("mcp"), "Slackbot calls only an address: {made}");
    let of_an_address = ["url:", "redirect_urls:", PLACEHOLDER_URL, "mcp", "  dialnote:", "auth_type:"];
    let has_address = |line: &&str| of_an_address.iter().any(|one| line.contains(one));
    let lines = |yaml: &str| yaml.lines().filter(|line| !has_address(line)).count();
    let checked_in = fs::read_to_string("manifest.yml").unwrap();
    assert_eq!(lines(&made), lines(&checked_in), "and is the same otherwise");
}

#[test]
fn every_promise_names_a_test_that_there_is() {
    let promises = fs::read_to_string("docs/promises.md").unwrap();
    let named: Vec<_> = promises.split('`').filter(|code| code.contains("::") && !code.contains(' ')).collect();
    assert!(named.len() > 50, "the table is there: {named:?}");
    for name in named {
        let (module, test) = name.rsplit_once("::").unwrap();
        let there = ["product", "proof"].iter().any(|folder| {
            let file = format!("tests/{folder}/{}.rs", module.replace("::", "/"));
            let file = fs::read_to_string(file).unwrap_or_default();
            file.contains(&format!("async fn {test}()"))
        });
        assert!(there, "{name} is promised and not there");
    }
}

/// The page explains each library of a `Cargo.toml`, and no other.
#[test]
fn every_library_has_its_reason() {
    let page = fs::read_to_string("docs/libraries.md").unwrap();
    let cells = page.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let explained: BTreeSet<_> = cells.flat_map(|cell| cell.split('`').step_by(2)).collect();
    let files = ["Cargo.toml", "crates/durable-queue/Cargo.toml", "crates/sandbox/Cargo.toml"];
    let texts = files.map(|file| fs::read_to_string(file).unwrap());
    let used: BTreeSet<_> = texts.iter().flat_map(|text| libraries(text)).collect();
    assert_eq!(explained, used);
}

/// The libraries that a `Cargo.toml` names.
fn libraries(text: &str) -> impl Iterator<Item = &str> {
    let tables = text.split("\n[").filter(|table| table.split(']').next().unwrap().ends_with("dependencies"));
    tables.flat_map(|table| table.lines().skip(1)).filter_map(|line| Some(line.split_once(" = ")?.0))
}

/// The image is built from what the Dockerfile copies, and from nothing else of this folder.
#[test]
fn the_image_has_every_file_that_is_built_in() {
    let dockerfile = fs::read_to_string("Dockerfile").unwrap();
    let lines =
        dockerfile.lines().filter_map(|line| line.strip_prefix("COPY ")).filter(|line| !line.contains("--from"));
    let copied: Vec<_> = lines.flat_map(|line| line.rsplit_once(' ').unwrap().0.split(' ')).collect();
    let is_copied = |file: &Path| copied.iter().any(|copied| file.starts_with(copied));
    let needed = ["Cargo.toml", "Cargo.lock", "build.rs", ".cargo", "migrations", "src", "benches"].map(PathBuf::from);
    let missing: Vec<_> =
        needed.into_iter().chain(built_in(Path::new("src"))).filter(|file| !is_copied(file)).collect();
    assert!(missing.is_empty(), "the Dockerfile copies {copied:?}, and not {missing:?}");
}

/// The files whose text is part of the program; tests are not.
fn built_in(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.file_stem().is_some_and(|name| name == "tests") {
            continue;
        }
        if entry.is_dir() {
            files.extend(built_in(&entry));
        } else if entry.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&entry).unwrap();
            let named = text.split("include_str!(\"").skip(1).map(|rest| rest.split('"').next().unwrap());
            let root = fs::canonicalize(".").unwrap();
            let found = named.map(|name| fs::canonicalize(folder.join(name)).unwrap());
            files.extend(found.map(|file| file.strip_prefix(&root).unwrap().to_owned()));
        }
    }
    files
}

/// Every sentence that the tests have seen, with who did what: for readers of the app as text.
#[test]
fn every_message_is_written_down() {
    let mut page = String::from(
        "# What people read\n\nFor reviewers of the app's words. The messages that the tests in `tests/product` have seen: \
         `[a button]`, `[a menu ▾]`, small print indented. Slack shows times in each reader's time zone and words; here \
         they are as programs read them. Made by `make documents`; do not edit by hand.\n",
    );
    for file in tests_below(Path::new("tests/product")) {
        let text = fs::read_to_string(&file).unwrap();
        let told = snapshots(&text);
        if told.is_empty() {
            continue;
        }
        let about = text.lines().map_while(|line| line.strip_prefix("//! "));
        writeln!(page, "\n## {}", about.collect::<Vec<_>>().join(" ")).unwrap();
        let mut told_of = String::new();
        for (test, words) in told {
            if test != told_of {
                writeln!(page, "\n### {}", sentence(&test)).unwrap();
                told_of = test;
            }
            writeln!(page, "\n```text\n{words}\n```").unwrap();
        }
    }
    if std::env::var_os("WRITE_MESSAGES").is_some() {
        fs::write("docs/messages.md", &page).unwrap();
    }
    let checked_in = fs::read_to_string("docs/messages.md").unwrap_or_default();
    assert!(checked_in == page, "docs/messages.md is old: make documents");
}

/// The files of a folder and of the folders in it, in the order of their names.
fn tests_below(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let files = |entry: PathBuf| if entry.is_dir() { tests_below(&entry) } else { vec![entry] };
    entries.into_iter().flat_map(files).collect()
}

/// The name of a test as the sentence that it is.
fn sentence(test: &str) -> String {
    let words = test.replace('_', " ");
    let (first, rest) = words.split_at(1);
    format!("{}{rest}", first.to_uppercase())
}

/// The inline snapshots of a file, each with the name of its test.
fn snapshots(text: &str) -> Vec<(String, String)> {
    let (mut found, mut test) = (Vec::new(), String::new());
    let mut open: Option<Vec<&str>> = None;
    for line in text.lines() {
        if let Some(words) = &mut open {
            if matches!(line.trim(), "\");" | "\"#);") {
                found.push((test.clone(), dedented(words)));
                open = None;
            } else {
                words.push(line);
            }
        } else if let Some(name) = line.strip_prefix("async fn ") {
            name.split('(').next().unwrap().clone_into(&mut test);
        } else if let Some((_, snapshot)) = line.split_once(", @\"").or_else(|| line.split_once(", @r#\"")) {
            match snapshot.strip_suffix("\");").or_else(|| snapshot.strip_suffix("\"#);")) {
                Some(words) => found.push((test.clone(), words.to_owned())),
                None => open = Some(Vec::new()),
            }
        }
    }
    found
}

fn dedented(lines: &[&str]) -> String {
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let least = lines.iter().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    lines.iter().map(|line| line.get(least..).unwrap_or_default()).collect::<Vec<_>>().join("\n")
}
