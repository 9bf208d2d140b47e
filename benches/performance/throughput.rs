//! The rate and latency of acknowledgements: by a server that only answers, by one that only verifies, and by the app
//! on both databases.

use std::fmt::Write;
use std::time::Duration;

use crate::commands::{From, Supply};
use crate::databases::{Backend, Database};
use crate::load::{Core, Load};
use crate::servers::Server;
use crate::stats::{Rounds, number};
use crate::{Outcome, load, machine, say};

const CONNECTIONS: [usize; 3] = [1, 32, 256];

/// The requests a second of the open loop.
const OPEN: u32 = 1_000;

const WARM_UP: Duration = Duration::from_millis(500);
const CLOSED_TIME: Duration = Duration::from_millis(2_500);
const OPEN_TIME: Duration = Duration::from_secs(5);

/// A measured server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Bare,
    Verified,
    Ours(Backend),
}

const EVERYBODY: [Who; 4] = [Who::Bare, Who::Verified, Who::Ours(Backend::Sqlite), Who::Ours(Backend::Postgres)];

impl Who {
    fn name(self) -> String {
        match self {
            Self::Bare => "(a) bare axum".into(),
            Self::Verified => "(b) verified and decoded".into(),
            Self::Ours(Backend::Sqlite) => "(c) ours, SQLite".into(),
            Self::Ours(Backend::Postgres) => "(d) ours, PostgreSQL".into(),
        }
    }

    /// Returns the core of the load.
    fn core(self) -> Core {
        match self {
            Self::Bare | Self::Verified => Core::Own,
            Self::Ours(backend) => backend.core(),
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Verified => "verified",
            Self::Ours(_) => "ours",
        }
    }
}

/// The figures of one server under one load.
#[derive(Default)]
struct Figures {
    per_second: Rounds,
    /// The server's core time for each command, in microseconds.
    core: Rounds,
    p50: Rounds,
    p99: Rounds,
    p999: Rounds,
}

impl Figures {
    fn add(&mut self, load: &Load, core: f64) {
        self.per_second.add(load.per_second);
        self.core.add(core);
        self.p50.add(load.latencies.percentile(0.5));
        self.p99.add(load.latencies.percentile(0.99));
        self.p999.add(load.latencies.percentile(0.999));
    }
}

/// Runs all rounds and returns tables, ratios and goals.
pub(crate) async fn measure(rounds: usize) -> Outcome<String> {
    let mut report = String::new();
    for connections in CONNECTIONS {
        let what = format!("{connections} connections");
        let figures = in_turns(rounds, &what, async |_, server, supply| {
            load::closed(server.address, connections, WARM_UP, CLOSED_TIME, supply).await
        });
        let figures = figures.await?;
        writeln!(report, "### Closed loop, connections: {connections}\n")?;
        table(&mut report, &figures)?;
        if connections == 256 {
            ratios(&mut report, &figures)?;
        }
    }
    let figures = in_turns(rounds, "open loop", async |who, server, supply| {
        load::open(server.address, OPEN, OPEN_TIME, supply, who.core()).await
    });
    let figures = figures.await?;
    writeln!(report, "### Open loop, {} commands a second\n", number(OPEN.into()))?;
    table(&mut report, &figures)?;
    tail(&mut report, &figures)?;
    Ok(report)
}

/// Runs one server under a closed loop, for a profiler.
pub(crate) async fn one(who: &str, connections: usize, seconds: u64) -> Outcome<()> {
    let named = |one: &&Who| one.name().to_lowercase().contains(&who.to_lowercase());
    let who = EVERYBODY.iter().find(named).ok_or("nobody is called that")?;
    let load = async |_, server: &Server, supply| {
        load::closed(server.address, connections, WARM_UP, Duration::from_secs(seconds), supply).await
    };
    let (measured, core) = once(*who, &load).await?;
    say(&format!("{}: {:.0}/s, {core:.1} µs of core", who.name(), measured.per_second))
}

async fn in_turns(
    rounds: usize,
    what: &str,
    load: impl AsyncFn(Who, &Server, Supply) -> Outcome<Load>,
) -> Outcome<Vec<(Who, Figures)>> {
    let mut all: Vec<_> = EVERYBODY.into_iter().map(|who| (who, Figures::default())).collect();
    for round in 1..=rounds {
        for (who, figures) in &mut all {
            let (measured, core) = once(*who, &load).await?;
            let Load { per_second, latencies, .. } = &measured;
            let (p50, p99) = (latencies.percentile(0.5), latencies.percentile(0.99));
            say(&format!(
                "{what}, round {round}, {}: {per_second:.0}/s, p50 {p50:.2} ms, p99 {p99:.2} ms, {core:.1} µs of core",
                who.name()
            ))?;
            figures.add(&measured, core);
        }
    }
    Ok(all)
}

async fn once(who: Who, load: &impl AsyncFn(Who, &Server, Supply) -> Outcome<Load>) -> Outcome<(Load, f64)> {
    let supply = Supply::of(100_000, From::default())?;
    let database = match who {
        Who::Ours(backend) => Some(backend.fresh().await?),
        _ => None,
    };
    let url = database.as_ref().map_or("", |database: &Database| &database.url);
    let server = Server::start(who.kind(), url)?;
    let before = machine::cpu_time(server.id())?;
    let measured = load(who, &server, supply).await?;
    let core = machine::cpu_time(server.id())?.saturating_sub(before).as_secs_f64() * 1e6;
    server.stop()?;
    if let Some(database) = database {
        database.holds(measured.acknowledged).await?;
        database.remove().await?;
    }
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
    let acknowledged = measured.acknowledged as f64;
    Ok((measured, core / acknowledged))
}

fn table(report: &mut String, figures: &[(Who, Figures)]) -> Outcome<()> {
    writeln!(
        report,
        "| | commands/s | p50 ms | p99 ms | p99.9 ms | µs of core per command |\n|---|---|---|---|---|---|"
    )?;
    for (who, Figures { per_second, core, p50, p99, p999 }) in figures {
        writeln!(report, "| {} | {per_second} | {p50} | {p99} | {p999} | {core} |", who.name())?;
    }
    Ok(writeln!(report)?)
}

fn ratios(report: &mut String, figures: &[(Who, Figures)]) -> Outcome<()> {
    let [bare, verified, sqlite, postgres] = figures else { return Err("somebody was not measured".into()) };
    let ratio = |one: &(Who, Figures), other: &(Who, Figures)| one.1.per_second.median() / other.1.per_second.median();
    writeln!(report, "| ratio of medians | measured | goal | |\n|---|---|---|---|")?;
    for (name, ratio, goal, aim) in [
        ("(c) / (b)", ratio(sqlite, verified), 0.60, " (aim 0.70)"),
        ("(c) / (a)", ratio(sqlite, bare), 0.37, " (aim 0.45)"),
        ("(d) / (b)", ratio(postgres, verified), 0.40, ""),
    ] {
        writeln!(report, "| {name} | {} | ≥ {goal:.2}{aim} | {} |", number(ratio), crate::report::met(ratio >= goal))?;
    }
    Ok(writeln!(report)?)
}

fn tail(report: &mut String, figures: &[(Who, Figures)]) -> Outcome<()> {
    let [(_, bare), _, (_, sqlite), _] = figures else { return Err("somebody was not measured".into()) };
    let (measured, goal) = (sqlite.p99.median(), bare.p99.median() * 3.0 + 2.0);
    Ok(writeln!(
        report,
        "p99 of (c) is to be at most three times that of (a) and 2 ms: {} ms of {} ms, {}.\n",
        number(measured),
        number(goal),
        crate::report::met(measured <= goal)
    )?)
}
