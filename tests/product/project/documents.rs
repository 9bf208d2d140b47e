//! Every kind of document has one type, and code outside the store names kinds by [`DocumentKind`], never by strings.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dialnote_slack::platform::db::DocumentKind;
use regex::Regex;

use super::layers::sources_of;

/// The folder that stores rows of any kind, and the file through which the others reach it.
const STORE: [&str; 2] = ["src/platform/db", "src/jobs/documents.rs"];

/// The code of the app without unit tests, by file.
fn texts() -> BTreeMap<PathBuf, String> {
    let code = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        (path, text.split("#[cfg(test)]").next().unwrap().to_owned())
    };
    sources_of(Path::new("src")).into_iter().map(code).collect()
}

/// The kinds that types in a file have, by the names of their variants.
fn typed(text: &str) -> Vec<String> {
    let tie = Regex::new(r"impl StoredDocument for \w+ \{\s*const KIND: DocumentKind = DocumentKind::(\w+);").unwrap();
    tie.captures_iter(text).map(|found| found[1].to_owned()).collect()
}

/// The text up to the bracket that closes the one before it.
fn within(text: &str) -> &str {
    let mut depth = 1;
    let end = text.find(|letter| {
        depth += i32::from("({[".contains(letter)) - i32::from(")}]".contains(letter));
        depth == 0
    });
    &text[..end.unwrap_or(text.len())]
}

/// The places in a text where a string may be taken for a kind: a row that is written out, or a call of the store
/// without one of the kinds.
fn untyped(text: &str) -> Vec<String> {
    let row = Regex::new(r"(?:-> )?\b(?:Document|DropDocument|CacheEntry) \{").unwrap();
    let call = Regex::new(r"\.(?:document|documents|cache_get|cache_find)\(").unwrap();
    let kind = Regex::new(r"\bkind\b").unwrap();
    let of_kind = Regex::new(r"\b(?:KIND|DocumentKind::|CacheKind::|kind\.name\(\))").unwrap();
    let rows = row.find_iter(text).filter(|found| !found.as_str().starts_with("->"));
    let rows = rows.filter(|found| kind.is_match(within(&text[found.end()..])));
    let calls = call.find_iter(text).filter(|found| !of_kind.is_match(within(&text[found.end()..])));
    rows.chain(calls).map(|found| format!("{}{}", found.as_str(), within(&text[found.end()..]))).collect()
}

#[test]
fn every_kind_of_document_has_one_type() {
    let mut found: Vec<_> = texts().values().flat_map(|text| typed(text)).collect();
    found.sort();
    let mut kinds: Vec<_> = DocumentKind::ALL.iter().map(|kind| format!("{kind:?}")).collect();
    kinds.sort();
    assert_eq!(found, kinds);
    let declared = fs::read_to_string("src/platform/db/kinds.rs").unwrap();
    let declared = within(declared.split("pub enum DocumentKind {").nth(1).unwrap());
    let variants = declared.lines().filter_map(|line| line.trim().strip_suffix(','));
    let mut variants: Vec<_> = variants.filter(|line| !line.starts_with("//")).collect();
    variants.sort_unstable();
    assert_eq!(variants, kinds, "all of them are listed");
}

#[test]
fn no_kind_is_a_string() {
    let texts = texts().into_iter().filter(|(path, _)| !STORE.iter().any(|store| path.starts_with(store)));
    let found: Vec<_> =
        texts.map(|(path, text)| (path, untyped(&text))).filter(|(_, found)| !found.is_empty()).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_planted_string_is_found() {
    let planted = r#"
        fn row(at: Timestamp) -> Document {
            let kind = 1;
        }
        ctx.db.document(DocumentKind::Rules, "").await?;
        store.document(id, kind.name(), "").await?;
        CacheEntry { body, ..kept };
        store.document(id, "wishes", user(by)).await?;
        ctx.store.cache_get(ctx.installation(), PROFILE, user.as_str()).await?;
        Effect::DropDocument { kind: "wishes".to_owned(), id };
        Effect::PutDocument(Document { kind, id, at, due: None, body });
    "#;
    assert_eq!(
        untyped(planted),
        [
            r#"DropDocument { kind: "wishes".to_owned(), id "#,
            "Document { kind, id, at, due: None, body ",
            r#".document(id, "wishes", user(by)"#,
            ".cache_get(ctx.installation(), PROFILE, user.as_str()",
        ]
    );
}

#[test]
fn a_kind_with_two_types_is_found() {
    let planted = "impl StoredDocument for Rules {\n    const KIND: DocumentKind = DocumentKind::Rules;\n}\n";
    assert_eq!(typed(&planted.repeat(2)), ["Rules", "Rules"]);
}
