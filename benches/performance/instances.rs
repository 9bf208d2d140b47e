//! Two processes on one PostgreSQL, when the far side and not the processor is the limit.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::commands::Supply;
use crate::databases::{Backend, Database};
use crate::endtoend::supply;
use crate::far::Far;
use crate::load;
use crate::report::met;
use crate::servers::Server;
use crate::stats::Rounds;
use crate::{Outcome, machine, say};

/// How long every call of ours takes the far side.
const PAUSE: Duration = Duration::from_millis(20);

/// How many commands wait when it begins, for each process.
const COMMANDS: usize = 2_000;

/// How many jobs of a queue a process works on at once. With as many as usual the limit would be the
/// processor here, which the processes share with each other and with the database server; with so
/// few it is how long they wait for the far side, as it is wherever a process has a machine.
const PARALLEL: &str = "8";

const GOAL: f64 = 1.6;

/// One process, two processes, in turns; answers a table.
pub(crate) async fn measure(rounds: usize) -> Outcome<String> {
    let (mut one, mut two) = (Rounds::default(), Rounds::default());
    for _ in 0..rounds {
        one.add(finished_per_second(1).await?);
        two.add(finished_per_second(2).await?);
        say(&format!("one process {one}, two {two} commands/s"))?;
    }
    let ratio = two.median() / one.median();
    let mut report = String::from("| | commands finished per second |\n|---|---|\n");
    writeln!(report, "| one process | {one} |\n| two processes | {two} |\n")?;
    writeln!(report, "Two do {ratio:.2} times the work of one; the goal is {GOAL}: {}.", met(ratio >= GOAL))?;
    Ok(report)
}

/// From the start until all are finished. Not a part of that time: people's answers go out before what
/// a channel is told, so commands are finished slowly at first and then fast, and two processes have
/// another such course than one.
async fn finished_per_second(processes: usize) -> Outcome<f64> {
    let database = Backend::Postgres.fresh().await?;
    let far = Far::start(PAUSE).await?;
    let count = COMMANDS * processes;
    let waiting = supply(count, &far)?;
    far.expect(waiting.first(), count);
    accept(&database, waiting, count).await?;
    let settings: Vec<_> = far.settings().into_iter().chain([("PARALLEL", PARALLEL.to_owned())]).collect();
    let start = || Server::real(&database.url, &settings, &[machine::SERVER, machine::GENERATOR]);
    let begin = Instant::now();
    let servers = (0..processes).map(|_| start()).collect::<Outcome<Vec<_>>>()?;
    let done = reached(&far, count).await;
    drop(servers);
    database.remove().await?;
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
    Ok(count as f64 / (done - begin).as_secs_f64())
}

/// Has the commands accepted by a server that does not work on them.
async fn accept(database: &Database, mut commands: Supply, count: usize) -> Outcome<()> {
    let server = Server::start("ours", &database.url)?;
    let mut connection = load::Connection::open(server.address).await?;
    for _ in 0..count {
        connection.request.clear();
        connection.request.extend_from_slice(commands.next()?);
        connection.exchange().await?;
    }
    server.stop()
}

/// When so many are finished.
async fn reached(far: &Far, finished: usize) -> Instant {
    while far.finished() < finished {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Instant::now()
}
