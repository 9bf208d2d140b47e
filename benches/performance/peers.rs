//! The app beside what people would build instead (`benches/peers`): commands carried out a second, the time and core
//! that one takes at a moderate rate, and what `kill -9` loses.

use std::collections::HashSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::databases::{Backend, Database};
use crate::endtoend::{carried_out, supply};
use crate::far::Far;
use crate::goals::{Goal, Measured};
use crate::load::Core;
use crate::servers::{Server, plain_command};
use crate::stats::{Rounds, number};
use crate::{Outcome, load, machine, say};

/// The commands of a saturating load, and its connections.
const COMMANDS: usize = 2_000;
const CONNECTIONS: usize = 32;

/// The commands before each measurement: every person is known then, and a compiler at run time has done its work.
const WARM_UP: usize = 500;

/// The moderate rate, and its duration.
const RATE: u32 = 200;
const TIME: Duration = Duration::from_secs(10);

/// The duration of the load that is interrupted by a kill at half time; and the time for the rest after the new start,
/// twice the lease after which the app takes over the jobs of a dead process.
const UNTIL_KILLED: Duration = Duration::from_secs(3);
const AFTERWARDS: Duration = Duration::from_secs(60);

/// The longest time for a saturating load.
const PATIENCE: Duration = Duration::from_secs(60);

/// The goals of the app on PostgreSQL.
const AHEAD: f64 = 1.1;
const SOON: f64 = 15.0;

/// A server that carries out commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Builder {
    Ours(Backend),
    /// Bolt and graphile-worker.
    Queued,
    /// The same, with an ordered queue for each conversation.
    Ordered,
    /// Bolt alone.
    InMemory,
    /// Bolt and graphile-worker, with plain HTTP calls in place of Bolt's client.
    WithoutClient,
}

const ALL: [Builder; 6] = [
    Builder::Ours(Backend::Sqlite),
    Builder::Ours(Backend::Postgres),
    Builder::Queued,
    Builder::Ordered,
    Builder::InMemory,
    Builder::WithoutClient,
];

impl Builder {
    fn name(self) -> &'static str {
        match self {
            Self::Ours(Backend::Sqlite) => "ours, SQLite",
            Self::Ours(Backend::Postgres) => "ours, PostgreSQL",
            Self::Queued => "(p1) Bolt, graphile-worker",
            Self::Ordered => "(p2) the same, ordered by conversation",
            Self::InMemory => "(p3) Bolt, in memory",
            Self::WithoutClient => "(p1) without Bolt's client",
        }
    }

    /// Returns the kind of its database. The one that works in memory gets a file that it doesn't use.
    fn backend(self) -> Backend {
        match self {
            Self::Ours(backend) => backend,
            Self::Queued | Self::Ordered | Self::WithoutClient => Backend::Postgres,
            Self::InMemory => Backend::Sqlite,
        }
    }

    fn start(self, folder: &Path, database: &Database, far: &Far) -> Outcome<Server> {
        let (program, arguments): (_, &[&str]) = match self {
            Self::Ours(_) => return Server::real(&database.url, &far.settings(), &[machine::SERVER]),
            Self::Queued => ("queued.mjs", &[]),
            Self::Ordered => ("queued.mjs", &["ordered"]),
            Self::InMemory => ("memory.mjs", &[]),
            Self::WithoutClient => ("queued.mjs", &["without-client"]),
        };
        let mut command = plain_command("node");
        command.arg(folder.join(program)).args(arguments).env("NODE_ENV", "production");
        Server::foreign(command, &database.url, &far.settings())
    }
}

/// The figures of one server.
#[derive(Default)]
struct Figures {
    per_second: Rounds,
    p50: Rounds,
    p99: Rounds,
    core: Rounds,
}

/// What a kill has done to the acknowledged commands.
struct Losses {
    acknowledged: usize,
    lost: usize,
    doubled: usize,
}

/// Measures all servers in turns.
pub(crate) async fn measure(rounds: usize) -> Outcome<Measured> {
    let folder = &installed()?;
    let mut all = ALL.map(|builder| (builder, Figures::default()));
    for _ in 0..rounds {
        for (builder, figures) in &mut all {
            figures.per_second.add(per_second(*builder, folder).await?);
            say(&format!("{}: {} carried out a second", builder.name(), figures.per_second))?;
        }
        for (builder, figures) in &mut all {
            at_a_moderate_rate(*builder, folder, figures).await?;
            let Figures { p50, p99, core, .. } = &*figures;
            say(&format!("{} at {RATE}/s: p50 {p50} ms, p99 {p99} ms, {core} ms of core", builder.name()))?;
        }
    }
    let mut rows = Vec::new();
    for (builder, figures) in all {
        let losses = losses(builder, folder).await?;
        let Losses { acknowledged, lost, doubled } = &losses;
        say(&format!("{}: of {acknowledged} acknowledged {lost} lost or locked, {doubled} twice", builder.name()))?;
        rows.push((builder, figures, losses));
    }
    report(&rows)
}

fn report(rows: &[(Builder, Figures, Losses)]) -> Outcome<Measured> {
    let [_, (_, ours, _), (_, peer, _), ..] = rows else { return Err("a server was not measured".into()) };
    let peer = peer.per_second.median();
    let mut text = format!(
        "| | carried out a second | of (p1) | p50 ms at {RATE}/s | p99 ms | ms of core per command \
         | acknowledged before `kill -9` | lost or locked | twice |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    for (builder, Figures { per_second, p50, p99, core }, Losses { acknowledged, lost, doubled }) in rows {
        let (name, ratio) = (builder.name(), number(per_second.median() / peer));
        writeln!(
            text,
            "| {name} | {per_second} | {ratio} | {p50} | {p99} | {core} | {acknowledged} | {lost} | {doubled} |"
        )?;
    }
    let goals = vec![
        Goal::at_least("PostgreSQL, carried out as a multiple of (p1)", &[ours.per_second.median() / peer], AHEAD, ""),
        Goal::at_most(&format!("PostgreSQL, p50 at {RATE}/s"), &[ours.p50.median()], SOON, "ms"),
        none_lost(rows)?,
    ];
    Ok(Measured { text, goals })
}

fn none_lost(rows: &[(Builder, Figures, Losses)]) -> Outcome<Goal> {
    let ours = rows.iter().filter(|(builder, ..)| matches!(builder, Builder::Ours(_)));
    let wrong = ours.map(|(.., losses)| Ok(u32::try_from(losses.lost + losses.doubled)?.into()));
    let wrong = wrong.collect::<Outcome<Vec<f64>>>()?;
    Ok(Goal::at_most("commands lost, locked or done twice after `kill -9`", &wrong, 0.0, ""))
}

/// Installs the peers' packages and returns their folder, or returns the reason why that failed.
fn installed() -> Outcome<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/setup.sh");
    // With the settings of this machine: npm may need a proxy.
    let output = Command::new("sh").arg(script).arg(&folder).output()?;
    if output.status.success() {
        return Ok(folder);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(said.lines().last().unwrap_or("the script of the peers failed").into())
}

/// Returns the commands carried out a second, from the first request until all are finished.
async fn per_second(builder: Builder, folder: &Path) -> Outcome<f64> {
    let database = builder.backend().fresh().await?;
    let far = Far::start(Duration::ZERO).await?;
    let server = builder.start(folder, &database, &far)?;
    warm_up(&server, &far).await?;
    let supply = supply(COMMANDS, &far)?;
    far.expect(supply.first(), COMMANDS);
    let begun = Instant::now();
    load::burst(server.address, CONNECTIONS, COMMANDS, supply).await?;
    while far.finished() < COMMANDS && begun.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let (finished, took) = (u32::try_from(far.finished())?, begun.elapsed().as_secs_f64());
    drop(server);
    database.remove().await?;
    Ok(f64::from(finished) / took)
}

async fn at_a_moderate_rate(builder: Builder, folder: &Path, figures: &mut Figures) -> Outcome<()> {
    let database = builder.backend().fresh().await?;
    let far = Far::start(Duration::ZERO).await?;
    let server = builder.start(folder, &database, &far)?;
    warm_up(&server, &far).await?;
    let run = carried_out(&server, &far, RATE, TIME, Core::Shared).await?;
    drop(server);
    database.remove().await?;
    figures.p50.add(run.entries.percentile(0.5));
    figures.p99.add(run.entries.percentile(0.99));
    figures.core.add(run.core);
    Ok(())
}

/// Sends commands that aren't counted, and waits until the server makes no more calls.
async fn warm_up(server: &Server, far: &Far) -> Outcome<()> {
    load::burst(server.address, CONNECTIONS, WARM_UP, supply(WARM_UP, far)?).await?;
    let mut calls = usize::MAX;
    while calls != far.calls() {
        calls = far.calls();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

/// Kills the server in the middle of a load, starts it again, and counts what became of the acknowledged commands.
async fn losses(builder: Builder, folder: &Path) -> Outcome<Losses> {
    let database = builder.backend().fresh().await?;
    let far = Far::start_remembering().await?;
    let server = builder.start(folder, &database, &far)?;
    warm_up(&server, &far).await?;
    let count = usize::try_from(RATE)? * usize::try_from(UNTIL_KILLED.as_secs())?;
    let supply = supply(count, &far)?;
    far.expect(supply.first(), count);
    let killing = async {
        tokio::time::sleep(UNTIL_KILLED / 2).await;
        kill(Pid::from_raw(server.id().cast_signed()), Signal::SIGKILL)
    };
    let sending = load::open_to_mortal(server.address, RATE, UNTIL_KILLED, supply, Core::Shared);
    let (load, killed) = tokio::join!(sending, killing);
    killed?;
    drop(server);
    let lost: HashSet<_> = load?.lost.into_iter().map(|(nth, _)| nth).collect();
    let acknowledged: Vec<_> = (0..count).filter(|nth| !lost.contains(nth)).collect();
    let left = || acknowledged.iter().filter(|nth| !far.is_carried_out(**nth)).count();
    let server = builder.start(folder, &database, &far)?;
    let begun = Instant::now();
    while left() > 0 && begun.elapsed() < AFTERWARDS {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // What is repeated is repeated soon.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let doubled = acknowledged.iter().filter(|nth| far.is_doubled(**nth)).count();
    let losses = Losses { acknowledged: acknowledged.len(), lost: left(), doubled };
    drop(server);
    database.remove().await?;
    Ok(losses)
}
