//! The text of `docs/performance.md` around the figures.

use std::time::Instant;

use crate::databases::Backend;
use crate::{
    Outcome, databases, endtoend, floor, growth, instances, machine, memory, peers, say, statements, surface,
    throughput, waits, watching, work,
};

/// The number of rounds, in turns, so that a bad minute affects all alike.
const ROUNDS: usize = 5;

/// Measures one part.
pub(crate) async fn part(name: &str) -> Outcome<String> {
    // Fewer rounds for a quick look.
    let rounds = std::env::var("ROUNDS").ok().map_or(Ok(ROUNDS), |rounds| rounds.parse())?;
    databases::move_server().await?;
    match name {
        "throughput" => throughput::measure(rounds).await,
        "memory" => memory::measure(rounds).await,
        "endtoend" => endtoend::measure(rounds.min(3), &Backend::ALL).await,
        "endtoend-sqlite" => endtoend::measure(rounds.min(3), &[Backend::Sqlite]).await,
        "endtoend-postgres" => endtoend::measure(rounds.min(3), &[Backend::Postgres]).await,
        "floor" => floor::measure(rounds.min(3)).await,
        "work" => work::measure().await,
        "peers" => Ok(peers::measure(rounds.min(3)).await),
        "growth" => growth::measure(rounds).await,
        "instances" => instances::measure(rounds.min(3)).await,
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

/// Measures everything and writes the document.
pub(crate) async fn write() -> Outcome<()> {
    let begun = Instant::now();
    let (machine, database) = (machine::description()?, databases::move_server().await?);
    let mut text = include_str!("report.md").replace("{machine}", &machine).replace("{database}", &database);
    for name in [
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
    ] {
        text = text.replace(&format!("{{{name}}}"), part(name).await?.trim_end());
    }
    let minutes = format!("{:.0}", begun.elapsed().as_secs_f64() / 60.0);
    let date = jiff::Timestamp::now().strftime("%F").to_string();
    std::fs::write("docs/performance.md", text.replace("{minutes}", &minutes).replace("{date}", &date))?;
    say("written to docs/performance.md")
}

/// Returns the verdict on a goal.
pub(crate) fn met(met: bool) -> &'static str {
    if met { "met" } else { "**missed**" }
}
