//! The layers of ARCHITECTURE.md: an import may only point down.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Which floor a part of the house is on.
fn floor(part: &str) -> Option<u8> {
    Some(match part {
        "clock" | "error" | "ids" | "json" | "metrics" | "traces" | "transport" | "vault" => 0,
        "domain" => 1,
        "view" => 2,
        "dialnote" | "slack" | "store" => 3,
        "work" => 4,
        "http" => 5,
        "app" | "audit" | "config" | "jobs" | "limits" | "manifest" | "person" => 6,
        _ => return None,
    })
}

/// The program around the house, and the list of its parts.
const PROGRAM: [&str; 8] = ["lib", "main", "cli", "demo", "sandbox", "failure", "care", "stopping"];

/// The folders with all of our code but the tests. The queue and the sandbox are crates that do not depend on the app,
/// so no import of theirs has to be looked at.
const FOLDERS: [&str; 3] = ["src", "crates/durable-queue/src", "crates/sandbox/src"];

fn sources() -> Vec<PathBuf> {
    FOLDERS.iter().flat_map(|folder| sources_of(Path::new(folder))).collect()
}

/// All files with Rust in a folder.
pub(super) fn sources_of(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources_of(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The first name below `src`: `src/store/sqlite/jobs.rs` belongs to `store`.
fn part(path: &Path) -> String {
    let name = path.components().nth(1).unwrap().as_os_str().to_str().unwrap();
    name.trim_end_matches(".rs").to_owned()
}

/// Every `crate::…` path in a file, up to its second name.
fn crate_paths(text: &str) -> BTreeSet<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut found = BTreeSet::new();
    for line in code {
        for (at, _) in line.match_indices("crate::") {
            let path: String = line[at..].chars().take_while(|c| c.is_alphanumeric() || "_:".contains(*c)).collect();
            found.insert(path);
        }
    }
    found
}

#[test]
fn imports_point_down() {
    let mut wrong = Vec::new();
    for path in sources().into_iter().filter(|path| path.starts_with("src")) {
        let part = part(&path);
        if PROGRAM.contains(&part.as_str()) {
            continue;
        }
        for import in crate_paths(&fs::read_to_string(&path).unwrap()) {
            let target = import.split("::").nth(1).unwrap_or_default().to_owned();
            let allowed = match (floor(&part), floor(&target)) {
                (Some(from), Some(to)) => {
                    let both_at_the_root = [0, 6].contains(&from) && from == to;
                    to < from || target == part || both_at_the_root
                }
                _ => false,
            };
            if !allowed {
                wrong.push(format!("{} uses {import}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_floor_plan_is_drawn_as_it_is() {
    let lib = fs::read_to_string("src/lib.rs").unwrap();
    let in_order: Vec<_> = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let floors: Vec<_> = in_order.iter().map(|part| floor(part)).collect();
    assert!(floors.iter().all(Option::is_some) && floors.is_sorted(), "{in_order:?}");
    let drawn = fs::read_to_string("ARCHITECTURE.md").unwrap();
    for part in in_order {
        assert!(drawn.contains(&format!("{part}.rs")) || drawn.contains(&format!("{part}/")), "{part} is not drawn");
    }
}

#[test]
fn the_tested_program_is_the_shipped_one() {
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<_> = text.lines().map(str::trim).collect();
        let after_cfg = lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]").map(|pair| pair[1]);
        assert!(after_cfg.into_iter().all(|next| next.starts_with("mod ")), "{}", path.display());
        assert!(!text.contains(concat!("cfg(not(", "test))")), "{}", path.display());
    }
}

#[test]
fn every_kind_of_job_is_registered_once() {
    let mut declared = Vec::new();
    for path in sources() {
        let text = fs::read_to_string(path).unwrap();
        for declaration in text.split("impl JobKind for ").skip(1) {
            let kind = declaration.split("const KIND: &'static str = \"").nth(1).unwrap();
            declared.push(kind.split('"').next().unwrap().to_owned());
        }
    }
    declared.sort();
    assert_eq!(declared, dialnote_slack::work::handlers::all(None).kinds());
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let all = ["src", "crates", "tests", "benches"].iter().flat_map(|folder| sources_of(Path::new(folder)));
    let long: Vec<_> = all.filter(|path| fs::read_to_string(path).unwrap().lines().count() > 500).collect();
    assert!(long.is_empty(), "{long:#?}");
}

/// Words that make a reader read a sentence twice.
const BANNED: [&str; 5] = ["whoever", "anew", "thereby", "meanwhile", "to mend"];

#[test]
fn comments_are_in_plain_words() {
    let mut found = Vec::new();
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        for comment in text.lines().filter_map(|line| line.trim_start().strip_prefix("//")) {
            let words = comment.to_lowercase();
            let words: Vec<_> = words.split(|letter: char| !letter.is_alphanumeric()).collect();
            if BANNED
                .iter()
                .any(|banned| words.windows(banned.split(' ').count()).any(|some| some.join(" ") == *banned))
            {
                found.push(format!("{}: {comment}", path.display()));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
