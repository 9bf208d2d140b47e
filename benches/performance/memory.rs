//! The memory and start time of the real program.

use std::fmt::Write;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::commands::Supply;
use crate::databases::Backend;
use crate::endtoend::supply;
use crate::far::Far;
use crate::report::met;
use crate::servers::Server;
use crate::stats::{Rounds, number};
use crate::{Outcome, load, machine, say};

/// The idle time before the memory is read.
const IDLE: Duration = Duration::from_secs(3);

/// The busy time of 256 connections before the memory is read.
const BUSY: Duration = Duration::from_secs(5);

/// Starts and loads the program, and returns a table.
pub(crate) async fn measure(rounds: usize) -> Outcome<String> {
    let mut report = String::from("| | measured | goal | |\n|---|---|---|---|\n");
    for backend in Backend::ALL {
        let (mut start, mut idle, mut busy, mut most) = <(Rounds, Rounds, Rounds, Rounds)>::default();
        for _ in 0..rounds {
            let database = backend.fresh().await?;
            // Creates the tables, which happens once in a database's life.
            Server::real(&database.url, &[], &[machine::SERVER])?.end()?;
            let far = Far::start(Duration::ZERO).await?;
            let begun = Instant::now();
            let server = Server::real(&database.url, &far.settings(), &[machine::SERVER])?;
            is_well(&server).await?;
            start.add(begun.elapsed().as_secs_f64() * 1000.0);
            tokio::time::sleep(IDLE).await;
            idle.add(machine::memory(server.id(), "VmRSS")?);
            let supply: Supply = supply(50_000, &far)?;
            load::closed(server.address, 256, Duration::ZERO, BUSY, supply).await?;
            busy.add(machine::memory(server.id(), "VmRSS")?);
            most.add(machine::memory(server.id(), "VmHWM")?);
            drop(server);
            database.remove().await?;
        }
        let name = backend.name();
        for (what, figures, unit, goal) in [
            ("start to first 200", &start, "ms", 150.0),
            ("idle", &idle, "MiB", 20.0),
            ("after 5 s with 256 busy connections", &busy, "MiB", 60.0),
            ("most it ever had", &most, "MiB", 60.0),
        ] {
            let met = met(figures.median() <= goal);
            writeln!(report, "| {name}, {what} | {figures} {unit} | ≤ {} {unit} | {met} |", number(goal))?;
        }
        say(&format!("{name}: start {start} ms; idle {idle}, busy {busy}, most {most} MiB"))?;
    }
    Ok(report)
}

/// Waits for the first 200.
async fn is_well(server: &Server) -> Outcome<()> {
    let mut stream = TcpStream::connect(server.address).await?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").await?;
    let mut answer = Vec::new();
    stream.read_buf(&mut answer).await?;
    if answer.starts_with(b"HTTP/1.1 200") { Ok(()) } else { Err("it is not well".into()) }
}
