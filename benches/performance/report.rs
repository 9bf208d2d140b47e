//! Measures the parts, saves each of them, and writes `docs/performance.md`.

use std::fs;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::databases::Backend;
use crate::goals::{self, Goal, Measured};
use crate::{
    Outcome, databases, endtoend, floor, growth, instances, machine, memory, peers, say, statements, surface,
    throughput, waits, watching, work,
};

/// The parts of the page.
const PARTS: [&str; 11] = [
    "throughput",
    "memory",
    "endtoend",
    "floor",
    "work",
    "peers",
    "growth",
    "instances",
    "surface",
    "watching",
    "waits",
];

/// The number of rounds, in turns, so that a bad minute affects all alike.
const ROUNDS: usize = 5;

/// The number of rounds of parts with long rounds.
const LONG_ROUNDS: usize = 3;

/// The most lines of the page, so that people read all of it.
const LINES: usize = 120;

/// The folder of the measured parts.
const FOLDER: &str = "target/bench";

/// A part as it is saved, so that a run that is cut off is not lost.
#[derive(Deserialize, Serialize)]
struct SavedPart {
    /// The start of its run.
    begun: Timestamp,
    at: Timestamp,
    rounds: usize,
    measured: Measured,
}

/// Measures one part, saves it, and returns its text and its goals.
pub(crate) async fn part(name: &str) -> Outcome<String> {
    Ok(measure_and_save(name, rounds()?, Timestamp::now()).await?.measured.with_goals())
}

/// Measures everything and writes the page. A part that fails is named there, and the others are measured.
pub(crate) async fn write() -> Outcome<()> {
    let (begun, rounds) = (Timestamp::now(), rounds()?);
    let (machine, database) = (machine::description()?, databases::move_server().await?);
    let mut parts = Vec::new();
    for name in PARTS {
        let part = saved_or_measured(name, rounds, begun).await;
        if let Err(error) = &part {
            say(&format!("{name}: not measured: {error}"))?;
        }
        parts.push((name, part));
    }
    let page = page(&parts)
        .replace("{run}", &run(&parts))
        .replace("{machine}", &machine)
        .replace("{database}", &database)
        .replace("{rounds}", &rounds.to_string())
        .replace("{long_rounds}", &rounds.min(LONG_ROUNDS).to_string());
    let lines = page.lines().count();
    if lines > LINES {
        return Err(format!("the page has {lines} lines, and at most {LINES} are allowed").into());
    }
    fs::write("docs/performance.md", page)?;
    say("written to docs/performance.md")
}

/// Returns the number of rounds; fewer are for a quick look.
fn rounds() -> Outcome<usize> {
    Ok(std::env::var("ROUNDS").ok().map_or(Ok(ROUNDS), |rounds| rounds.parse())?)
}

/// Returns a part, or the error in one line, which fits into a table.
async fn saved_or_measured(name: &str, rounds: usize, begun: Timestamp) -> Result<SavedPart, String> {
    if let Some(saved) = saved(name, rounds) {
        return Ok(saved);
    }
    let measured = measure_and_save(name, rounds, begun).await;
    measured.map_err(|error| error.to_string().replace('|', "/").split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Returns the part of an earlier run with as many rounds, if `REUSE` asks for it.
fn saved(name: &str, rounds: usize) -> Option<SavedPart> {
    std::env::var_os("REUSE")?;
    let saved = fs::read_to_string(format!("{FOLDER}/{name}.json")).ok()?;
    serde_json::from_str(&saved).ok().filter(|saved: &SavedPart| saved.rounds == rounds)
}

async fn measure_and_save(name: &str, rounds: usize, begun: Timestamp) -> Outcome<SavedPart> {
    let measured = measure(name, rounds).await?;
    let part = SavedPart { begun, at: Timestamp::now(), rounds, measured };
    fs::create_dir_all(FOLDER)?;
    fs::write(format!("{FOLDER}/{name}.md"), part.measured.with_goals())?;
    fs::write(format!("{FOLDER}/{name}.json"), serde_json::to_string_pretty(&part)?)?;
    Ok(part)
}

async fn measure(name: &str, rounds: usize) -> Outcome<Measured> {
    let long_rounds = rounds.min(LONG_ROUNDS);
    // The part before may have failed while it used both cores.
    machine::pin(&[machine::GENERATOR])?;
    databases::move_server().await?;
    match name {
        "throughput" => throughput::measure(rounds).await,
        "memory" => memory::measure(rounds).await,
        "endtoend" => endtoend::measure(long_rounds, &Backend::ALL).await,
        "endtoend-sqlite" => endtoend::measure(long_rounds, &[Backend::Sqlite]).await,
        "endtoend-postgres" => endtoend::measure(long_rounds, &[Backend::Postgres]).await,
        "floor" => floor::measure(long_rounds).await,
        "work" => work::measure().await,
        "peers" => peers::measure(long_rounds).await,
        "growth" => growth::measure(rounds).await,
        "instances" => instances::measure(long_rounds).await,
        "surface" => surface::measure().await,
        "statements" => statements::measure().await,
        "watching" => watching::measure().await,
        "waits" => waits::measure(&Backend::ALL).await,
        "waits-sqlite" => waits::measure(&[Backend::Sqlite]).await,
        "waits-postgres" => waits::measure(&[Backend::Postgres]).await,
        _ => Err("the parts are throughput, memory, endtoend, floor, work, peers, growth, instances, statements, \
                   surface, watching and waits"
            .into()),
    }
}

/// Returns the page with the goals and the parts' texts.
fn page(parts: &[(&str, Result<SavedPart, String>)]) -> String {
    let (mut page, mut all) = (include_str!("report.md").to_owned(), Vec::new());
    for (name, part) in parts {
        let (text, goals) = match part {
            Ok(SavedPart { measured, .. }) => (measured.text.trim_end().to_owned(), measured.goals.clone()),
            Err(error) => (format!("Not measured: {error}."), vec![Goal::not_measured(name, error)]),
        };
        page = page.replace(&format!("{{{name}}}"), &text);
        all.extend(goals);
    }
    page.replace("{missed}", &goals::missed(&all)).replace("{goals}", &goals::table(&all))
}

/// Names the run, or the times between which the parts of several runs were measured.
fn run(parts: &[(&str, Result<SavedPart, String>)]) -> String {
    let measured = || parts.iter().filter_map(|(_, part)| part.as_ref().ok());
    let begun = || measured().map(|part| part.begun);
    let (Some(first), Some(last), Some(end)) = (begun().min(), begun().max(), measured().map(|part| part.at).max())
    else {
        return "This run measured nothing".to_owned();
    };
    let minute = |time: Timestamp| time.strftime("%F %H:%M").to_string();
    if first < last {
        return format!("The parts are of several runs, measured between {} and {} UTC", minute(first), minute(end));
    }
    let minutes = end.duration_since(first).as_secs_f64() / 60.0;
    format!("This run began on {} UTC and took {minutes:.0} minutes", minute(first))
}
