//! No file needs another that needs it, by whatever way round: what a file uses can be read, tested and moved without
//! it. An inherent `impl` counts as a use of the file that declares the type.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::layers::sources_of;

/// The files of a crate by their modules: `src/lists/drawing.rs` is `lists::drawing`.
struct House {
    files: BTreeMap<String, String>,
}

impl House {
    fn of(source: &Path) -> Self {
        let module = |path: &Path| {
            let path = path.strip_prefix(source).unwrap().with_extension("");
            let names: Vec<_> = path.iter().map(|name| name.to_str().unwrap()).filter(|name| *name != "mod").collect();
            names.join("::")
        };
        let files = sources_of(source).into_iter().map(|path| (module(&path), code(&path)));
        Self { files: files.filter(|(module, _)| !["lib", "main"].contains(&module.as_str())).collect() }
    }

    /// The files that a file uses.
    fn uses(&self, module: &str) -> BTreeSet<String> {
        let text = self.files.get(module).unwrap();
        let (mut used, mut imported) = (BTreeSet::new(), BTreeMap::new());
        for import in imports(text) {
            let Some((file, rest)) = self.file(module, &import) else { continue };
            if rest.is_empty() {
                imported.insert(import.rsplit("::").next().unwrap().to_owned(), file);
            } else {
                used.insert(file);
            }
        }
        for path in paths(text) {
            let first = path.split("::").next().unwrap();
            let through_import = imported.get(first).filter(|_| path.contains("::")).cloned();
            used.extend(through_import.or_else(|| self.file(module, &path).map(|(file, _)| file)));
        }
        used.remove(module);
        used
    }

    /// The file that a path leads to, and what of the path is left in it.
    fn file(&self, module: &str, path: &str) -> Option<(String, String)> {
        let mut here: Vec<_> = module.split("::").collect();
        let names: Vec<_> = path.split("::").collect();
        let full: Vec<&str> = match names.first()? {
            &"crate" => names[1..].to_vec(),
            &"self" => here.into_iter().chain(names[1..].iter().copied()).collect(),
            &"super" => {
                let up = names.iter().take_while(|name| **name == "super").count();
                here.truncate(here.len().saturating_sub(up));
                here.into_iter().chain(names[up..].iter().copied()).collect()
            }
            first if names.len() > 1 && self.files.contains_key(&format!("{module}::{first}")) => {
                here.into_iter().chain(names.iter().copied()).collect()
            }
            _ => return None,
        };
        let full: Vec<_> = full.into_iter().filter(|name| *name != "self").collect();
        let longest = (1..=full.len()).rev().find(|to| self.files.contains_key(&full[..*to].join("::")))?;
        Some((full[..longest].join("::"), full[longest..].join("::")))
    }

    /// The files that are on a way that leads back to them.
    fn in_cycles(&self) -> Vec<String> {
        let uses: BTreeMap<_, _> = self.files.keys().map(|module| (module.clone(), self.uses(module))).collect();
        let reaches_itself = |from: &String| {
            let (mut seen, mut left) = (BTreeSet::new(), vec![from]);
            while let Some(next) = left.pop() {
                for used in &uses[next] {
                    if used == from {
                        return true;
                    }
                    if seen.insert(used) {
                        left.push(used);
                    }
                }
            }
            false
        };
        self.files.keys().filter(|module| reaches_itself(module)).cloned().collect()
    }
}

/// The code of a file without comments and unit tests.
fn code(path: &PathBuf) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    text.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

/// What a file imports, each by its full path.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(first) = import(line) else { continue };
        let mut tree = first.to_owned();
        while !tree.contains(';') {
            tree.push_str(lines.next().unwrap());
        }
        flatten("", tree.split(';').next().unwrap(), &mut found);
    }
    found
}

/// What stands behind `use` in a line that begins an import.
fn import(line: &str) -> Option<&str> {
    let line = line.trim_start();
    ["use ", "pub use ", "pub(crate) use ", "pub(super) use "].iter().find_map(|start| line.strip_prefix(start))
}

fn flatten(before: &str, tree: &str, found: &mut Vec<String>) {
    let tree = tree.trim();
    let Some((head, inner)) = tree.split_once('{') else {
        let name = tree.split(" as ").next().unwrap().trim();
        if !name.is_empty() {
            found.push(format!("{before}{name}").trim_end_matches("::self").to_owned());
        }
        return;
    };
    let (mut depth, mut from) = (0_u32, 0);
    let inner = inner.rsplit_once('}').map_or(inner, |(inner, _)| inner);
    let before = format!("{before}{head}");
    for (at, letter) in inner.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                flatten(&before, &inner[from..at], found);
                from = at + 1;
            }
            _ => {}
        }
    }
    flatten(&before, &inner[from..], found);
}

/// Every path of several names in a file that does not stand in an import.
fn paths(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for statement in text.split(';').filter(|statement| import(statement).is_none()) {
        for word in statement.split(|letter: char| !letter.is_alphanumeric() && !"_:".contains(letter)) {
            if let Some(path) = Some(word.trim_matches(':')).filter(|word| word.contains("::")) {
                found.insert(path.to_owned());
            }
        }
    }
    found
}

#[test]
fn no_files_need_each_other() {
    for source in ["src", "crates/durable-queue/src", "crates/sandbox/src"] {
        let cycles = House::of(Path::new(source)).in_cycles();
        assert!(cycles.is_empty(), "in {source}: {cycles:#?}");
    }
}

#[test]
fn a_cycle_is_found() {
    let house = |files: &[(&str, &str)]| House {
        files: files.iter().map(|(module, text)| ((*module).to_owned(), (*text).to_owned())).collect(),
    };
    let round = house(&[
        ("a::one", "use crate::a::two::{self, Two};\nfn one() { two::two() }"),
        ("a::two", "pub struct Two;\nfn two() { super::three::three() }"),
        ("a::three", "use crate::a::{one};\nfn three() { one::one() }"),
        ("a::four", "use crate::a::one::One;"),
    ]);
    assert_eq!(round.in_cycles(), ["a::one", "a::three", "a::two"]);
    let by_impl = house(&[
        ("a", "pub struct A; fn a(b: crate::b::B) {}"),
        ("b", "use crate::a::A;\npub struct B;\nimpl A { fn b(&self) {} }"),
    ]);
    assert_eq!(by_impl.in_cycles(), ["a", "b"]);
}
