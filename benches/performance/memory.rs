//! The memory and start time of the real program.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::commands::Supply;
use crate::databases::Backend;
use crate::endtoend::supply;
use crate::far::Far;
use crate::goals::{Goal, Measured, side_by_side};
use crate::servers::Server;
use crate::stats::Rounds;
use crate::{Outcome, load, machine, say};

/// The idle time before the memory is read.
const IDLE: Duration = Duration::from_secs(3);

/// The busy time of 256 connections before the memory is read.
const BUSY: Duration = Duration::from_secs(5);

/// The longest wanted start, in milliseconds, and the most wanted memory, in MiB.
const START_GOAL: f64 = 150.0;
const IDLE_GOAL: f64 = 18.0;
const BUSY_GOAL: f64 = 60.0;

/// The figures of one database.
#[derive(Default)]
struct Footprint {
    start: Rounds,
    idle: Rounds,
    busy: Rounds,
    most: Rounds,
}

/// Starts and loads the program on both databases.
pub(crate) async fn measure(rounds: usize) -> Outcome<Measured> {
    let mut all = Vec::new();
    for backend in Backend::ALL {
        let mut footprint = Footprint::default();
        for _ in 0..rounds {
            round(backend, &mut footprint).await?;
        }
        let Footprint { start, idle, busy, most } = &footprint;
        say(&format!("{}: start {start} ms; idle {idle}, busy {busy}, most {most} MiB", backend.name()))?;
        all.push(footprint);
    }
    Ok(report(&all))
}

async fn round(backend: Backend, Footprint { start, idle, busy, most }: &mut Footprint) -> Outcome<()> {
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
    database.remove().await
}

fn report(all: &[Footprint]) -> Measured {
    let rounds = |of: fn(&Footprint) -> &Rounds| side_by_side(&all.iter().map(of).collect::<Vec<_>>());
    let medians = |of: fn(&Footprint) -> &Rounds| all.iter().map(|one| of(one).median()).collect::<Vec<_>>();
    let text = format!(
        "Start {} ms; idle {} MiB; after 5 s with 256 busy connections {} MiB; the most it ever had {} MiB.",
        rounds(|one| &one.start),
        rounds(|one| &one.idle),
        rounds(|one| &one.busy),
        rounds(|one| &one.most)
    );
    let goals = vec![
        Goal::at_most("start to first 200", &medians(|one| &one.start), START_GOAL, "ms"),
        Goal::at_most("memory, idle", &medians(|one| &one.idle), IDLE_GOAL, "MiB"),
        Goal::at_most("memory, the most with 256 busy connections", &medians(|one| &one.most), BUSY_GOAL, "MiB"),
    ];
    Measured { text, goals }
}

/// Waits for the first 200.
async fn is_well(server: &Server) -> Outcome<()> {
    let mut stream = TcpStream::connect(server.address).await?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").await?;
    let mut answer = Vec::new();
    stream.read_buf(&mut answer).await?;
    if answer.starts_with(b"HTTP/1.1 200") { Ok(()) } else { Err("it is not well".into()) }
}
