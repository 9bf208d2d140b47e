//! The layers of ARCHITECTURE.md: an import may only point down.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// The folders of the app from the bottom to the top. A folder may use those before it, never those after it.
const LAYERS: [&str; 23] = [
    "core",
    "platform",
    "jobs",
    "audit",
    "channels",
    "people",
    "sync",
    "cards",
    "commands",
    "linking",
    "notifications",
    "waiting",
    "settings",
    "lists",
    "objects",
    "workflows",
    "tenants",
    "ops",
    "worker",
    "server",
    "config",
    "app",
    "cli",
];

/// Where in [`LAYERS`] a folder stands.
fn layer(folder: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| *layer == folder)
}

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

/// The first name below `src`: `src/cards/view.rs` belongs to `cards`.
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

/// The imports of a file that do not point down, each as `FILE uses PATH`.
fn upward_imports(path: &Path, text: &str) -> Vec<String> {
    let part = part(path);
    let wrong = crate_paths(text).into_iter().filter(|import| {
        let target = import.split("::").nth(1).unwrap_or_default();
        let down = layer(target).zip(layer(&part)).is_some_and(|(to, from)| to < from);
        !down && target != part
    });
    wrong.map(|import| format!("{} uses {import}", path.display())).collect()
}

#[test]
fn imports_point_down() {
    let files = sources().into_iter().filter(|path| path.starts_with("src") && !is_root(path));
    let wrong: Vec<_> = files.flat_map(|path| upward_imports(&path, &fs::read_to_string(&path).unwrap())).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn is_root(path: &Path) -> bool {
    path.ends_with("src/lib.rs") || path.ends_with("src/main.rs")
}

#[test]
fn a_planted_import_upwards_is_found() {
    let planted = "use crate::core::ids::ChannelId;\nuse crate::worker::runner;\n";
    assert_eq!(
        upward_imports(Path::new("src/cards/view.rs"), planted),
        ["src/cards/view.rs uses crate::worker::runner"]
    );
}

#[test]
fn the_map_shows_the_layers_in_order() {
    let lib = fs::read_to_string("src/lib.rs").unwrap();
    let declared: Vec<_> = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let mut in_library: Vec<_> = LAYERS.into_iter().filter(|layer| *layer != "cli").collect();
    in_library.sort_unstable();
    assert_eq!(declared, in_library);
    let drawn = fs::read_to_string("ARCHITECTURE.md").unwrap();
    let places: Vec<_> = LAYERS.iter().map(|layer| drawn.find(&format!("\n  {layer}"))).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}");
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
    assert_eq!(declared, dialnote_slack::worker::handlers::all(None).kinds());
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let all = ["src", "crates", "tests", "benches"].iter().flat_map(|folder| sources_of(Path::new(folder)));
    let long: Vec<_> = all.filter(|path| fs::read_to_string(path).unwrap().lines().count() > 500).collect();
    assert!(long.is_empty(), "{long:#?}");
}

/// Words that make a reader read a sentence twice.
const BANNED: [&str; 5] = ["whoever", "anew", "thereby", "meanwhile", "to mend"];

/// Further words that the operator does not read.
const BANNED_FOR_OPERATORS: [&str; 10] =
    ["whom", "somebody", "anybody", "nobody", "mended", "by itself", "any more", "is told", "thrown away", "given up"];

/// Answers whether a text has one of these words.
fn has_one_of(banned: &[&str], text: &str) -> bool {
    let text = text.to_lowercase();
    let words: Vec<_> = text.split(|letter: char| !letter.is_alphanumeric()).collect();
    banned.iter().any(|banned| words.windows(banned.split(' ').count()).any(|some| some.join(" ") == *banned))
}

#[test]
fn comments_are_in_plain_words() {
    let mut found = Vec::new();
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        for comment in text.lines().filter_map(|line| line.trim_start().strip_prefix("//")) {
            if has_one_of(&BANNED, comment) {
                found.push(format!("{}: {comment}", path.display()));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// The parts of a file whose string literals only the operator reads: log lines and errors, in settings and the
/// command line everything.
fn for_operators(path: &Path, text: &str) -> Vec<String> {
    let code: Vec<_> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    if path.starts_with("src/config") || path.starts_with("src/cli") || path.ends_with("src/main.rs") {
        return vec![code];
    }
    let said = Regex::new(r"(?s)\b(?:debug|info|warn|error)!\(.*?\)[;,]?\n|#\[error\(.*?\)\]\n").unwrap();
    said.find_iter(&code).map(|part| part.as_str().to_owned()).collect()
}

/// The string literals with banned words that the operator reads, each as `FILE: LITERAL`.
fn banned_for_operators(path: &Path, text: &str) -> Vec<String> {
    let literal = Regex::new(r#"(?s)"(?:[^"\\]|\\.)*""#).unwrap();
    let parts = for_operators(path, text);
    let literals = parts.iter().flat_map(|part| literal.find_iter(part)).map(|found| found.as_str());
    let banned = literals.filter(|one| has_one_of(&BANNED, one) || has_one_of(&BANNED_FOR_OPERATORS, one));
    banned.map(|one| format!("{}: {one}", path.display())).collect()
}

#[test]
fn operators_read_plain_words() {
    let all = sources().into_iter();
    let found: Vec<_> = all.flat_map(|path| banned_for_operators(&path, &fs::read_to_string(&path).unwrap())).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_planted_banned_word_is_found() {
    let planted =
        "fn f() {\n    // nobody\n    g(\"nobody\");\n    warn!(\n        why,\n        \"sealed anew\"\n    );\n}\n";
    assert_eq!(banned_for_operators(Path::new("src/app.rs"), planted), ["src/app.rs: \"sealed anew\""]);
    let in_settings = banned_for_operators(Path::new("src/config/mod.rs"), planted);
    assert_eq!(in_settings, ["src/config/mod.rs: \"nobody\"", "src/config/mod.rs: \"sealed anew\""]);
}
