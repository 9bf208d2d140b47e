//! Runs a file of cases: each line in its own world, a few at a time, with all failures listed at the end.
//! `CASE=naming-04 cargo test --test product cases::` runs the cases whose ids begin like this, known or not.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde::de::DeserializeOwned;
use tokio::runtime;

use super::Checked;
use super::known;

/// The number of cases of a file that are played at the same time.
const AT_ONCE: usize = 2;

/// The time limit of a case; only one that hangs reaches it.
const PATIENCE: Duration = Duration::from_secs(3 * 60);

/// A line of a file.
pub trait Case: DeserializeOwned + Send + Sync {
    /// Returns its id and its reason.
    fn name(&self) -> (&str, &str);

    /// Plays it.
    fn play(&self) -> impl Future<Output = Checked>;
}

/// Runs a file. A case may fail only if it is known to, and a known one must.
pub fn run<C: Case>(file: &str) {
    let wanted = std::env::var("CASE").ok();
    let cases: Vec<C> = read(file).into_iter().filter(|case: &C| is_wanted(case, wanted.as_deref())).collect();
    let failed = play_all(&cases);
    if wanted.is_some() {
        assert!(failed.is_empty(), "{}", listed(&cases, &failed));
        return;
    }
    let known = known::of(file);
    let strange: Vec<_> = known.iter().filter(|id| !cases.iter().any(|case| case.name().0 == **id)).collect();
    assert!(strange.is_empty(), "{file} has no cases {strange:?}");
    let healed: Vec<_> = known.iter().filter(|id| !failed.contains_key(**id)).collect();
    let news = failed.iter().filter(|(id, _)| !known.contains(&id.as_str()));
    let news: BTreeMap<_, _> = news.map(|(id, wrong)| (id.clone(), wrong.clone())).collect();
    assert!(
        healed.is_empty() && news.is_empty(),
        "{file}: {} cases fail that should not; take these, which pass by now, off the list of known ones: {healed:?}\n{}",
        news.len(),
        listed(&cases, &news),
    );
}

fn is_wanted<C: Case>(case: &C, wanted: Option<&str>) -> bool {
    wanted.is_none_or(|wanted| case.name().0.starts_with(wanted))
}

fn read<C: Case>(file: &str) -> Vec<C> {
    let path = format!("tests/fixtures/cases/{file}.jsonl");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let line = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{path}: {error} in {line}"));
    text.lines().map(line).collect()
}

/// Returns the failures by id.
fn play_all<C: Case>(cases: &[C]) -> BTreeMap<String, String> {
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(BTreeMap::new());
    std::thread::scope(|threads| {
        for _ in 0..AT_ONCE {
            threads.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(wrong) = play(case) {
                        failed.lock().unwrap().insert(case.name().0.to_owned(), wrong);
                    }
                }
            });
        }
    });
    failed.into_inner().unwrap()
}

/// Plays a case in its own runtime, which ends everything that the case has started.
fn play<C: Case>(case: &C) -> Checked {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let played = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async { tokio::time::timeout(PATIENCE, case.play()).await })
    }));
    match played {
        Ok(Ok(checked)) => checked,
        Ok(Err(_)) => Err("should come to an end, but does not".to_owned()),
        Err(panic) => Err(format!("should go on, but stops: {}", words_of(panic.as_ref()))),
    }
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    words.unwrap_or("a panic").lines().next().unwrap_or_default().chars().take(400).collect()
}

fn listed<C: Case>(cases: &[C], failed: &BTreeMap<String, String>) -> String {
    let line = |case: &C| {
        let (id, why) = case.name();
        failed.get(id).map(|wrong| format!("{id} ({why}): {wrong}"))
    };
    cases.iter().filter_map(line).collect::<Vec<_>>().join("\n")
}
