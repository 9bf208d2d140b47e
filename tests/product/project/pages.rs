//! Pages of the documentation: each link leads somewhere, each page of `docs` names its reader, and the README is short.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// The most words of the README.
const MOST_WORDS: usize = 1500;

/// All pages below a folder. Folders of tools and of built files have none of ours.
fn pages_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_foreign = name == "target" || (name.starts_with('.') && name != ".github");
        if path.is_dir() && !is_foreign {
            found.extend(pages_below(&path));
        } else if path.extension().is_some_and(|end| end == "md") {
            found.push(path);
        }
    }
    found
}

/// The text without blocks and spans of code.
fn prose(text: &str) -> String {
    let mut is_code = false;
    let lines = text.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    });
    Regex::new("`[^`\n]*`").unwrap().replace_all(&lines.collect::<Vec<_>>().join("\n"), "").into_owned()
}

/// The addresses of the text's links, without those of other sites.
fn links(text: &str) -> Vec<String> {
    let link = Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    let found = link.captures_iter(text).map(|found| found[1].to_owned());
    found.filter(|to| !to.contains("://") && !to.starts_with("mailto:")).collect()
}

/// The anchors of a page's headings, as GitHub makes them.
pub(super) fn anchors(text: &str) -> Vec<String> {
    let mut counts = BTreeMap::<String, usize>::new();
    let mut is_code = false;
    let headings = text.lines().filter(|line| {
        is_code ^= line.trim_start().starts_with("```");
        !is_code && line.starts_with('#') && line.trim_start_matches('#').starts_with(' ')
    });
    let anchor = |line: &str| {
        let heading = line.trim_start_matches('#').trim().to_lowercase();
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        let slug = kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>();
        let count = counts.entry(slug.clone()).or_default();
        *count += 1;
        if *count == 1 { slug } else { format!("{slug}-{}", *count - 1) }
    };
    headings.map(anchor).collect()
}

/// The links of a page that lead nowhere.
fn broken(page: &Path, text: &str) -> Vec<String> {
    let leads_somewhere = |to: &str| {
        let (file, anchor) = to.split_once('#').map_or((to, None), |(file, anchor)| (file, Some(anchor)));
        let target = page.parent().unwrap().join(file);
        let there = if file.is_empty() { Some(text.to_owned()) } else { fs::read_to_string(&target).ok() };
        let exists = file.is_empty() || (!file.starts_with('/') && target.exists());
        let has = |anchor: &str| there.is_some_and(|there| anchors(&there).iter().any(|one| one == anchor));
        exists && anchor.is_none_or(has)
    };
    links(&prose(text)).into_iter().filter(|to| !leads_somewhere(to)).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let pages = pages_below(Path::new("."));
    assert!(pages.len() > 30, "{pages:?}");
    let found = pages.iter().map(|page| (page, broken(page, &fs::read_to_string(page).unwrap())));
    let found: Vec<_> = found.filter(|(_, broken)| !broken.is_empty()).collect();
    assert!(found.is_empty(), "these links lead nowhere: {found:#?}");
}

#[test]
fn a_planted_broken_link_is_found() {
    let planted = "# It's `here`\n## Twice\n## Twice\n[a](nowhere.md) [b](operate.md#nowhere) [c](/etc/hosts) [d](#there)\n\
                   [e](operate.md#stop) [f](#its-here) [g](#twice-1) [h](https://example.com/x) [i](../README.md)\n\
                   `[j](code.md)`\n```\n[k](code.md)\n# Code\n```\n[l](#code) ![m](no.png)\n";
    let found = broken(Path::new("docs/planted.md"), planted);
    assert_eq!(found, ["nowhere.md", "operate.md#nowhere", "/etc/hosts", "#there", "#code", "no.png"]);
}

#[test]
fn the_readme_is_short() {
    let words = fs::read_to_string("README.md").unwrap().split_whitespace().count();
    assert!(words <= MOST_WORDS, "README.md has {words} words: move what one reader needs to a page of docs");
}

#[test]
fn every_page_names_its_reader_first() {
    let pages = pages_below(Path::new("docs")).into_iter().filter(|page| !is_a_decision(page));
    let nameless: Vec<_> = pages.filter(|page| !names_its_reader(&fs::read_to_string(page).unwrap())).collect();
    assert!(nameless.is_empty(), "the first sentence says for whom the page is: {nameless:?}");
    assert!(!names_its_reader("# Title\n\nFour things.\n\nFor operators.\n"));
}

/// Decisions have a form of their own: context, decision, consequences.
fn is_a_decision(page: &Path) -> bool {
    page.starts_with("docs/adr") && !page.ends_with("README.md")
}

fn names_its_reader(text: &str) -> bool {
    text.lines().skip(1).find(|line| !line.is_empty()).is_some_and(|line| line.starts_with("For "))
}
