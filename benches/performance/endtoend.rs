//! The time from the signed command to the last Slack message, with the real program and a far side that answers at
//! once.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::commands::{From, Kind, Supply};
use crate::databases::Backend;
use crate::far::Far;
use crate::goals::{Goal, Measured};
use crate::load::Core;
use crate::servers::Server;
use crate::stats::{Latencies, Rounds, number};
use crate::{Outcome, load, machine, say};

/// Returns the commands a second: a calm day's rate, and more than people type. A database on the core of the far side
/// gets lower rates.
fn rates(backend: Backend) -> [u32; 2] {
    match backend {
        Backend::Sqlite => [200, 1_000],
        Backend::Postgres => [100, 200],
    }
}

/// The duration of each rate.
const TIME: Duration = Duration::from_secs(15);

/// The allowed increase of unfinished commands between half time and end: running jobs, not a growing queue.
const STEADY: f64 = 200.0;

/// The wanted share of commands finished within 50 ms, in percent.
const SOON: f64 = 90.0;

/// Returns commands to the app's workspace, with response URLs at this far side.
pub(crate) fn supply(count: usize, far: &Far) -> Outcome<Supply> {
    supply_of(Kind::Assign, count, far)
}

/// Returns commands of one kind to the app's workspace, with response URLs at this far side.
pub(crate) fn supply_of(kind: Kind, count: usize, far: &Far) -> Outcome<Supply> {
    let [(_, slack), _] = far.settings();
    let response_url = format!("{}%2Fresponse%2F", slack.replace(':', "%3A").replace('/', "%2F"));
    Supply::of(count, From { kind, response_url, ..From::default() })
}

/// The result of one rate.
pub(crate) struct Run {
    /// The number of unfinished commands, at half time and at the end.
    waiting: [usize; 2],
    /// The times until the last message.
    latencies: Latencies,
    /// The times until the entry in the card's thread.
    pub(crate) entries: Latencies,
    /// The share of commands finished within 50 ms.
    soon: f64,
    /// The program's core time for each command until all were finished, in milliseconds.
    pub(crate) core: f64,
    calls: f64,
    /// The commands that were refused or never finished.
    pub(crate) unfinished: usize,
}

/// The figures of one database at one rate.
#[derive(Default)]
struct Figures {
    half: Rounds,
    end: Rounds,
    /// The increase of unfinished commands between half time and end.
    growth: Rounds,
    p50: Rounds,
    p99: Rounds,
    soon: Rounds,
    calls: Rounds,
    core: Rounds,
}

impl Figures {
    fn add(&mut self, run: &Run) {
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
        let [half, end] = run.waiting.map(|waiting| waiting as f64);
        self.half.add(half);
        self.end.add(end);
        self.growth.add(end - half);
        self.p50.add(run.latencies.percentile(0.5));
        self.p99.add(run.latencies.percentile(0.99));
        self.soon.add(run.soon * 100.0);
        self.calls.add(run.calls);
        self.core.add(run.core);
    }
}

/// Runs both rates on the databases, in turns.
pub(crate) async fn measure(rounds: usize, backends: &[Backend]) -> Outcome<Measured> {
    let kinds = backends.iter().flat_map(|backend| rates(*backend).map(|rate| (*backend, rate)));
    let mut all: Vec<_> = kinds.map(|(backend, rate)| (backend, rate, Figures::default())).collect();
    for _ in 0..rounds {
        for (backend, rate, figures) in &mut all {
            let run = run(*backend, *rate).await?;
            let [p50, p99] = [0.5, 0.99].map(|share| number(run.latencies.percentile(share)));
            say(&format!(
                "{} at {rate}/s: {:?} waiting, p50 {p50} ms, p99 {p99} ms, {:.3} soon, {:.2} ms of core",
                backend.name(),
                run.waiting,
                run.soon,
                run.core
            ))?;
            figures.add(&run);
        }
    }
    report(&all)
}

fn report(all: &[(Backend, u32, Figures)]) -> Outcome<Measured> {
    let mut text = String::from(
        "| | commands/s | waiting at half time | at the end | p50 ms | p99 ms | % within 50 ms \
         | calls per command | ms of core per command |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    let mut goals = Vec::new();
    for (backend, rate, figures) in all {
        let Figures { half, end, growth, p50, p99, soon, calls, core } = figures;
        let (name, rate_text) = (backend.name(), number((*rate).into()));
        writeln!(text, "| {name} | {rate_text} | {half} | {end} | {p50} | {p99} | {soon} | {calls} | {core} |")?;
        match (backend, rate) {
            (Backend::Sqlite, 200) => {
                let what = "SQLite, all messages within 50 ms at 200/s";
                goals.push(Goal::at_least(what, &[soon.median()], SOON, "%"));
            }
            (Backend::Sqlite, _) => {
                let what = "SQLite, more commands waiting at the end than at half time, 1,000/s";
                goals.push(Goal::at_most(what, &[growth.median()], STEADY, ""));
            }
            (Backend::Postgres, _) => {}
        }
    }
    Ok(Measured { text, goals })
}

async fn run(backend: Backend, rate: u32) -> Outcome<Run> {
    let database = backend.fresh().await?;
    let far = Far::start(Duration::ZERO).await?;
    let server = Server::real(&database.url, &far.settings(), &[machine::SERVER])?;
    let run = carried_out(&server, &far, rate, TIME, backend.core()).await?;
    drop(server);
    database.remove().await?;
    Ok(run)
}

/// Sends assignments to a server at this rate, and waits until all are finished at the far side.
pub(crate) async fn carried_out(server: &Server, far: &Far, rate: u32, time: Duration, core: Core) -> Outcome<Run> {
    let count = usize::try_from(rate)? * usize::try_from(time.as_secs())?;
    let supply = supply(count, far)?;
    far.expect(supply.first(), count);
    let (before, calls) = (machine::cpu_time(server.id())?, far.calls());
    let half = async {
        tokio::time::sleep(time / 2).await;
        (count / 2).saturating_sub(far.finished())
    };
    let (load, half) = tokio::join!(load::open_to_mortal(server.address, rate, time, supply, core), half);
    let load = load?;
    let end = count.saturating_sub(far.finished());
    settle(far, count).await;
    let cpu_time = machine::cpu_time(server.id())?.saturating_sub(before);
    let latencies = |happened: &dyn Fn(usize) -> Option<Instant>| {
        let took = |(nth, sent): (usize, &Instant)| happened(nth).map_or(f64::INFINITY, |at| milliseconds(at - *sent));
        load.moments.iter().enumerate().map(took).collect::<Vec<_>>()
    };
    let (finished, entries) = (latencies(&|nth| far.done(nth)), latencies(&|nth| far.thread_entry(nth)));
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
    let (core, soon, calls) = (
        milliseconds(cpu_time) / far.finished().max(1) as f64,
        finished.iter().filter(|latency| **latency <= 50.0).count() as f64 / count as f64,
        (far.calls() - calls) as f64 / far.finished().max(1) as f64,
    );
    let (latencies, entries) = (Latencies::of(finished), Latencies::of(entries));
    Ok(Run {
        waiting: [half, end],
        latencies,
        entries,
        soon,
        core,
        calls,
        unfinished: count.saturating_sub(far.finished()),
    })
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Waits until all commands are finished, or none was finished for 3 s.
pub(crate) async fn settle(far: &Far, count: usize) {
    let mut before = usize::MAX;
    while far.finished() < count && before != far.finished() {
        before = far.finished();
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
}
