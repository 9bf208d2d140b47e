//! The rate and latency of acknowledgements: by a server that only answers, by one that only verifies, and by the app
//! on both databases.

use std::fmt::Write;
use std::time::Duration;

use crate::commands::{From, Supply};
use crate::databases::{Backend, Database};
use crate::goals::{Goal, Measured};
use crate::load::{Core, Load};
use crate::servers::Server;
use crate::stats::{Rounds, number};
use crate::{Outcome, load, machine, say};

/// The connections of the closed loops.
const ONE: usize = 1;
const MANY: usize = 256;

/// The requests a second of the open loop.
const OPEN: u32 = 1_000;

/// The wanted shares of what (b) and (a) acknowledge.
const SQLITE_OF_VERIFIED: f64 = 0.5;
const SQLITE_OF_BARE: f64 = 0.37;
const POSTGRES_OF_VERIFIED: f64 = 0.4;

/// The milliseconds that the p99 of (c) may take beyond three times that of (a).
const TAIL: f64 = 2.0;

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

/// The figures of all servers under one load.
type Compared = Vec<(Who, Figures)>;

/// Runs all rounds of each load.
pub(crate) async fn measure(rounds: usize) -> Outcome<Measured> {
    let one = closed(rounds, ONE).await?;
    let many = closed(rounds, MANY).await?;
    let open = in_turns(rounds, "open loop", async |who, server, supply| {
        load::open(server.address, OPEN, OPEN_TIME, supply, who.core()).await
    });
    let open = open.await?;
    let goals = ratios(&many)?.into_iter().chain([tail(&open)?]).collect();
    Ok(Measured { text: text(&one, &many, &open)?, goals })
}

async fn closed(rounds: usize, connections: usize) -> Outcome<Compared> {
    let what = format!("{connections} connections");
    let figures = in_turns(rounds, &what, async |_, server, supply| {
        load::closed(server.address, connections, WARM_UP, CLOSED_TIME, supply).await
    });
    figures.await
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
) -> Outcome<Compared> {
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

fn text(one: &Compared, many: &Compared, open: &Compared) -> Outcome<String> {
    let mut text = format!(
        "| | commands/s, 1 connection | p50 ms | commands/s, {MANY} connections | p99 ms \
         | µs of core per command | at {}/s: p50 ms | p99 ms | p99.9 ms |\n\
         |---|---|---|---|---|---|---|---|---|\n",
        number(OPEN.into())
    );
    for (((who, one), (_, many)), (_, open)) in one.iter().zip(many).zip(open) {
        let (name, Figures { per_second, p50, .. }) = (who.name(), one);
        write!(text, "| {name} | {per_second} | {p50} ")?;
        let Figures { per_second, p99, core, .. } = many;
        write!(text, "| {per_second} | {p99} | {core} ")?;
        let Figures { p50, p99, p999, .. } = open;
        writeln!(text, "| {p50} | {p99} | {p999} |")?;
    }
    Ok(text)
}

fn ratios(figures: &Compared) -> Outcome<[Goal; 3]> {
    let [bare, verified, sqlite, postgres] = figures.as_slice() else { return Err("a server was not measured".into()) };
    let ratio = |one: &(Who, Figures), other: &(Who, Figures)| one.1.per_second.median() / other.1.per_second.median();
    Ok([
        Goal::at_least(
            "SQLite, acknowledging, share of bare verification",
            &[ratio(sqlite, verified)],
            SQLITE_OF_VERIFIED,
            "",
        ),
        Goal::at_least("SQLite, acknowledging, share of bare axum", &[ratio(sqlite, bare)], SQLITE_OF_BARE, ""),
        Goal::at_least(
            "PostgreSQL, acknowledging, share of bare verification",
            &[ratio(postgres, verified)],
            POSTGRES_OF_VERIFIED,
            "",
        ),
    ])
}

fn tail(figures: &Compared) -> Outcome<Goal> {
    let [(_, bare), _, (_, sqlite), _] = figures.as_slice() else { return Err("a server was not measured".into()) };
    let limit = bare.p99.median() * 3.0 + TAIL;
    let goal = Goal::at_most("SQLite, p99 of acknowledging at 1,000/s", &[sqlite.p99.median()], limit, "ms");
    Ok(Goal { wanted: format!("≤ {} ms (3 × bare axum + {TAIL} ms)", number(limit)), ..goal })
}
