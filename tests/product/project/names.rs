//! A name means one thing: no two types of the app and the queue are called the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::layers::sources_of;

/// Types that each database has for itself, with the same meaning.
const ONE_FOR_EACH_DATABASE: [&str; 3] = ["Candidate", "Held", "Transaction"];

/// The names of the types that a file declares. Associated types belong to their trait.
fn declared(text: &str) -> impl Iterator<Item = String> + '_ {
    text.lines().filter(|line| !line.starts_with(' ')).filter_map(|line| {
        let visible =
            line.trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ").trim_start_matches("pub ");
        let kinds = ["struct ", "enum ", "trait ", "type "];
        let name = kinds.iter().find_map(|kind| visible.strip_prefix(kind))?;
        Some(name.chars().take_while(char::is_ascii_alphanumeric).collect())
    })
}

/// The names that more than one file declares.
fn repeated(texts: &[String]) -> Vec<String> {
    let mut counts = BTreeMap::<String, usize>::new();
    for name in texts.iter().flat_map(|text| declared(text)) {
        *counts.entry(name).or_default() += 1;
    }
    let several = counts.into_iter().filter(|(name, count)| *count > 1 && !ONE_FOR_EACH_DATABASE.contains(&&**name));
    several.map(|(name, _)| name).collect()
}

#[test]
fn no_type_has_the_name_of_another() {
    let files = ["src", "crates/durable-queue/src"].iter().flat_map(|folder| sources_of(Path::new(folder)));
    let texts: Vec<_> = files.map(|file| fs::read_to_string(file).unwrap()).collect();
    assert!(texts.iter().map(|text| declared(text).count()).sum::<usize>() > 400);
    assert_eq!(repeated(&texts), Vec::<String>::new());
}

#[test]
fn a_planted_repetition_is_found() {
    let texts = ["pub struct Card;\n".to_owned(), "    type Job = Card;\npub(crate) enum Card {}\n".to_owned()];
    assert_eq!(repeated(&texts), ["Card"]);
}
