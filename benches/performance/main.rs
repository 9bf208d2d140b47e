//! Measures the app's cost: against a server that does nothing, on both databases, with an empty and with a full store.
//! `make bench` runs everything and writes `docs/performance.md`.
//!
//! Each server is a process on one core, and the load comes from another: the benchmark compares what the servers do
//! with the same core.

use std::error::Error;
use std::io::Write;

mod commands;
mod databases;
mod desk;
mod endtoend;
mod far;
mod far_record;
mod filling;
mod floor;
mod goals;
mod growth;
mod instances;
mod load;
mod machine;
mod memory;
mod peers;
mod report;
mod servers;
mod statements;
mod stats;
mod surface;
mod throughput;
mod waits;
mod watching;
mod work;

/// The result of a measurement, which fails if a figure can't be taken.
type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [command, kind] = arguments.as_slice()
        && command == "serve"
    {
        return servers::serve(kind);
    }
    machine::pin(&[machine::GENERATOR])?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match arguments.as_slice() {
            [] => report::write().await,
            [part] => say(&report::part(part).await?),
            [command, who, connections, seconds] if command == "one" => {
                throughput::one(who, connections.parse()?, seconds.parse()?).await
            }
            _ => Err("give no argument, or the name of a part, or `one <server> <connections> <seconds>`".into()),
        }
    })
}

/// Prints progress, because a run takes long.
fn say(text: &str) -> Outcome<()> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
