//! The work of one command of each kind: statements, transactions and syncs as PostgreSQL counts them, calls as the far
//! side counts them, core time, and on `SQLite` the syncs that strace sees and the allocations that glibc's memusage
//! counts. What an idle program does in the same time doesn't count.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

use crate::commands::Kind;
use crate::databases::{Backend, Database};
use crate::endtoend::supply_of;
use crate::far::Far;
use crate::goals::{Goal, Measured};
use crate::servers::{Server, plain_command};
use crate::stats::number;
use crate::{Outcome, load, machine, say};

/// The measured kinds.
const KINDS: [(Kind, &str); 6] = [
    (Kind::Assign, "`/assign` with a note"),
    (Kind::Take, "button Take"),
    (Kind::Done, "`/done`"),
    (Kind::Note, "`/dialnote note`"),
    (Kind::HandOff, "`/handoff`"),
    (Kind::Snooze, "`/snooze`"),
];

/// The commands a second, and the duration: one after the other, and a busy team.
const LOADS: Loads = [(10, Duration::from_secs(5)), (200, Duration::from_secs(5))];

/// As long without commands: what the program allocates anyway.
const NO_LOADS: Loads = [(0, Duration::from_secs(5)), (0, Duration::from_secs(5))];

type Loads = [(u32, Duration); 2];

/// The idle time that is counted.
const IDLE: Duration = Duration::from_secs(3);

/// The time without calls after which all commands count as finished.
const QUIET: Duration = Duration::from_secs(2);

/// The time after which PostgreSQL's idle processes have handed in their counts.
const HANDED_IN: Duration = Duration::from_secs(11);

/// The goals for `/assign` with a note on PostgreSQL at the higher rate.
const STATEMENTS: f64 = 25.0;
const TRANSACTIONS: f64 = 10.0;

/// The library of glibc that counts allocations.
const MEMUSAGE: [&str; 3] =
    ["/lib/x86_64-linux-gnu/libmemusage.so", "/lib/aarch64-linux-gnu/libmemusage.so", "/lib64/libmemusage.so"];

/// What is counted, in this order.
type Counts = [f64; 6];

const CALLS: usize = 0;
const CORE: usize = 1;
const STATEMENT: usize = 2;
const TRANSACTION: usize = 3;
const WAL_SYNC: usize = 4;
const FILE_SYNC: usize = 5;

/// The counts of one kind.
struct Work {
    postgres: [Counts; 2],
    sqlite: [Counts; 2],
    /// With strace.
    traced: Option<[Counts; 2]>,
    /// With memusage.
    allocations: Option<f64>,
}

/// Counts each kind.
pub(crate) async fn measure() -> Outcome<Measured> {
    let mut text = String::from(
        "| | calls | statements | transactions | WAL syncs | ms of core, PostgreSQL \
         | ms of core, SQLite | syncs, SQLite | allocations, SQLite |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    let mut goals = Vec::new();
    let anyway = counts_on(Backend::Sqlite, Kind::Assign, NO_LOADS, &Tools::at_hand()?).await?.allocations;
    for (kind, name) in KINDS {
        let Work { postgres, sqlite, traced, allocations } = work_of(kind, anyway).await?;
        let both = |counts: &[Counts; 2], nth: usize| {
            let [slow, fast] = counts.map(|counts| counts.get(nth).copied().map_or_else(String::new, number));
            format!("{slow} · {fast}")
        };
        let cells = [
            both(&sqlite, CALLS),
            both(&postgres, STATEMENT),
            both(&postgres, TRANSACTION),
            both(&postgres, WAL_SYNC),
            both(&postgres, CORE),
            both(&sqlite, CORE),
            traced.map_or_else(|| "no strace".to_owned(), |counts| both(&counts, FILE_SYNC)),
            allocations.map_or_else(|| "no memusage".to_owned(), number),
        ];
        let row = format!("| {name} | {} |", cells.join(" | "));
        say(&row)?;
        writeln!(text, "{row}")?;
        if kind == Kind::Assign {
            let [_, [_, _, statements, transactions, ..]] = postgres;
            let what = "PostgreSQL, statements for `/assign` with a note at 200/s";
            goals.push(Goal::at_most(what, &[statements], STATEMENTS, ""));
            let what = "PostgreSQL, transactions for `/assign` with a note at 200/s";
            goals.push(Goal::at_most(what, &[transactions], TRANSACTIONS, ""));
        }
    }
    Ok(Measured { text, goals })
}

/// Returns the work of a kind; `anyway` are the allocations without commands.
async fn work_of(kind: Kind, anyway: Option<f64>) -> Outcome<Work> {
    let postgres = counts_on(Backend::Postgres, kind, LOADS, &Tools::default()).await?.per_command;
    let sqlite = counts_on(Backend::Sqlite, kind, LOADS, &Tools::default()).await?.per_command;
    let tools = Tools::at_hand()?;
    let traced = counts_on(Backend::Sqlite, kind, LOADS, &tools).await?;
    let syncs = tools.syncs.is_some().then_some(traced.per_command);
    let allocations = traced.allocations.zip(anyway).map(|(all, anyway)| (all - anyway) / traced.commands);
    Ok(Work { postgres, sqlite, traced: syncs, allocations })
}

/// Programs that count from outside, as far as this machine has them.
#[derive(Default)]
struct Tools {
    /// The calls that strace saw.
    syncs: Option<NamedTempFile>,
    memusage: Option<&'static str>,
}

impl Tools {
    fn at_hand() -> Outcome<Self> {
        let has_strace = Command::new("strace").arg("--version").output().is_ok();
        let syncs = if has_strace { Some(NamedTempFile::new()?) } else { None };
        Ok(Self { syncs, memusage: MEMUSAGE.into_iter().find(|library| Path::new(library).exists()) })
    }

    /// Returns the command that starts a program with these tools.
    fn command(&self, program: &str) -> Command {
        let Some(file) = &self.syncs else {
            let mut command = plain_command(program);
            command.envs(self.memusage.map(|library| ("LD_PRELOAD", library)));
            return command;
        };
        let mut command = plain_command("strace");
        // As a grandchild, so that the program is our child; and asleep except for these calls.
        command.args(["-D", "-f", "-qq", "--seccomp-bpf", "-e", "trace=fsync,fdatasync", "-e", "signal=none", "-o"]);
        command.arg(file.path());
        command.args(self.memusage.map(|library| format!("--env=LD_PRELOAD={library}")));
        command.arg(program);
        command
    }

    /// Returns the number of syncs so far.
    fn syncs(&self) -> Outcome<f64> {
        let Some(file) = &self.syncs else { return Ok(0.0) };
        let seen = std::fs::read_to_string(file.path())?;
        number_of(seen.lines().filter(|line| line.contains("sync(")).count())
    }
}

/// The counts of one program.
struct Tally {
    per_command: [Counts; 2],
    commands: f64,
    /// From the start to the end.
    allocations: Option<f64>,
}

/// Counts both loads on one program.
async fn counts_on(backend: Backend, kind: Kind, loads: Loads, tools: &Tools) -> Outcome<Tally> {
    let database = backend.fresh().await?;
    let far = Far::start(Duration::ZERO).await?;
    let command = tools.command(env!("CARGO_BIN_EXE_dialnote-slack"));
    let server = Server::real_by(command, &database.url, &far.settings(), &[machine::SERVER])?;
    let meter = Meter { server: &server, far: &far, database: &database, backend, tools };
    // Everyone is known, as after a morning's work.
    meter.load(Kind::Assign, 100, Duration::from_secs(2)).await?;
    let (idle_from, idle) = (Instant::now(), meter.read().await?);
    tokio::time::sleep(IDLE).await;
    let idle = each(meter.read().await?, idle, |now, before| (now - before) / idle_from.elapsed().as_secs_f64());
    let mut per_command = [Counts::default(); 2];
    let mut commands = 0.0;
    for ((rate, time), counts) in loads.into_iter().zip(&mut per_command) {
        let (from, before) = (Instant::now(), meter.read().await?);
        let count = meter.load(kind, rate, time).await?;
        let seconds = from.elapsed().as_secs_f64();
        let busy = each(meter.read().await?, before, |now, before| now - before);
        *counts = each(busy, idle, |busy, idle| (busy - idle * seconds).max(0.0) / count);
        commands += count;
    }
    let allocations = match tools.memusage {
        Some(_) => Some(server.end_counting()?),
        None => None,
    };
    database.remove().await?;
    Ok(Tally { per_command, commands, allocations })
}

fn each(one: Counts, other: Counts, with: impl Fn(f64, f64) -> f64) -> Counts {
    std::array::from_fn(|nth| {
        let [one, other] = [one, other].map(|counts| counts.get(nth).copied().unwrap_or_default());
        with(one, other)
    })
}

/// A running program, and all that counts its work.
struct Meter<'a> {
    server: &'a Server,
    far: &'a Far,
    database: &'a Database,
    backend: Backend,
    tools: &'a Tools,
}

impl Meter<'_> {
    async fn read(&self) -> Outcome<Counts> {
        let calls = number_of(self.far.calls())?;
        let core = machine::cpu_time(self.server.id())?.as_secs_f64() * 1000.0;
        let [statements, transactions, wal] = match self.backend {
            Backend::Sqlite => [0.0; 3],
            Backend::Postgres => {
                let counted = self.database.counted().await?;
                [counted.statements(), counted.transactions, counted.syncs]
            }
        };
        Ok([calls, core, statements, transactions, wal, self.tools.syncs()?])
    }

    /// Sends commands, waits until all are finished, and returns their number.
    async fn load(&self, kind: Kind, rate: u32, time: Duration) -> Outcome<f64> {
        let count = usize::try_from(rate)? * usize::try_from(time.as_secs())?;
        if count == 0 {
            tokio::time::sleep(time + QUIET).await;
            return Ok(0.0);
        }
        let (supply, before) = (supply_of(kind, count, self.far)?, self.far.writes());
        load::open(self.server.address, rate, time, supply, self.backend.core()).await?;
        let mut calls = usize::MAX;
        while calls != self.far.calls() {
            calls = self.far.calls();
            tokio::time::sleep(QUIET).await;
        }
        if self.backend == Backend::Postgres {
            tokio::time::sleep(HANDED_IN).await;
        }
        let written = self.far.writes() - before;
        if written < count {
            return Err(format!("of {count} commands ({kind:?}) only {written} were carried out").into());
        }
        number_of(count)
    }
}

fn number_of(count: usize) -> Outcome<f64> {
    Ok(u32::try_from(count)?.into())
}
