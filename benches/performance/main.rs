//! What this program costs, measured: against a server that does nothing, on both databases, with an
//! empty and with a full store. `make bench` runs everything and writes `docs/performance.md`.
//!
//! The servers are processes of their own on one core, the load comes from another: what is
//! compared is what they do with the same core.

use std::error::Error;
use std::io::Write;

mod commands;
mod databases;
mod endtoend;
mod far;
mod filling;
mod growth;
mod instances;
mod load;
mod machine;
mod memory;
mod report;
mod servers;
mod stats;
mod surface;
mod throughput;
mod watching;

/// What a measurement ends with: a figure that could not be taken is none.
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

/// Shows how far it got: a quarter of an hour without a word is too long.
fn say(text: &str) -> Outcome<()> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
