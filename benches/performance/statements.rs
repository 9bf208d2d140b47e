//! The statements and transactions of a command, as a PostgreSQL server itself counts them. The counts of
//! an idle program, for its timers, looks and polls, are taken before and don't count.

use std::fmt::Write;
use std::time::Duration;

use crate::databases::{Backend, Counted};
use crate::endtoend::{settle, supply};
use crate::far::Far;
use crate::goals::Measured;
use crate::servers::Server;
use crate::stats::number;
use crate::{Outcome, load, machine, say};

/// The commands a second: one after the other, and a busy team.
const RATES: [u32; 2] = [10, 200];

/// The duration of each rate, and of the idle time before it.
const TIME: Duration = Duration::from_secs(10);

/// The number of statements that are named.
const NAMED: usize = 25;

/// The most characters of a statement that are shown.
const SHOWN: usize = 100;

/// Counts at each rate, and returns tables.
pub(crate) async fn measure() -> Outcome<Measured> {
    let mut report =
        String::from("| commands/s | statements per command | transactions per command |\n|---|---|---|\n");
    let mut named = String::new();
    for rate in RATES {
        let (counted, commands) = run(rate).await?;
        let (statements, transactions) = (counted.statements() / commands, counted.transactions / commands);
        say(&format!("{rate}/s: {statements:.1} statements and {transactions:.1} transactions per command"))?;
        writeln!(report, "| {rate} | {} | {} |", number(statements), number(transactions))?;
        write!(named, "\nThe most frequent statements at {rate} a second:\n\n{}", listed(&counted, commands)?)?;
    }
    let text = report + &named;
    Ok(Measured { text, goals: Vec::new() })
}

fn listed(counted: &Counted, commands: f64) -> Outcome<String> {
    let mut listed = String::from("| per command | statement |\n|---|---|\n");
    let mut all: Vec<_> = counted.calls.iter().map(|(text, calls)| (calls / commands, text)).collect();
    all.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    for (calls, text) in all.into_iter().take(NAMED) {
        let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SHOWN).collect();
        writeln!(listed, "| {} | `{}` |", number(calls), text.replace('|', "\\|"))?;
    }
    Ok(listed)
}

/// Returns the counts of one rate without those of an idle program, and the number of commands.
async fn run(rate: u32) -> Outcome<(Counted, f64)> {
    let database = Backend::Postgres.fresh().await?;
    let count = usize::try_from(rate)? * usize::try_from(TIME.as_secs())?;
    let far = Far::start(Duration::ZERO).await?;
    let supply = supply(count, &far)?;
    far.expect(supply.first(), count);
    let server = Server::real(&database.url, &far.settings(), &[machine::SERVER])?;
    let start = database.counted().await?;
    tokio::time::sleep(TIME).await;
    let idle = database.counted().await?.since(&start);
    let before = database.counted().await?;
    load::open(server.address, rate, TIME, supply, Backend::Postgres.core()).await?;
    settle(&far, count).await;
    if far.finished() < count {
        return Err(format!("{} of {count} commands were carried out at {rate}/s", far.finished()).into());
    }
    let busy = database.counted().await?.since(&before);
    drop(server);
    database.remove().await?;
    Ok((busy.since(&idle), f64::from(u32::try_from(count)?)))
}
