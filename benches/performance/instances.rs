//! The throughput of two processes on one PostgreSQL, when the far side and not the processor is the limit.

use std::time::{Duration, Instant};

use crate::commands::Supply;
use crate::databases::{Backend, Database};
use crate::endtoend::supply;
use crate::far::Far;
use crate::goals::{Goal, Measured};
use crate::servers::Server;
use crate::stats::Rounds;
use crate::{Outcome, load, machine, say};

/// The duration of every call at the far side.
const PAUSE: Duration = Duration::from_millis(20);

/// The number of pending commands at the start, for each process.
const COMMANDS: usize = 2_000;

/// The number of jobs of a queue that a process runs at once. With the usual number the limit would be this machine's
/// processor, which the processes share with each other and with the database server. With this few it is the far side,
/// as for a process with its own machine.
const PARALLEL: &str = "8";

/// The wanted work of two processes, compared with one.
const GOAL: f64 = 1.7;

/// Measures one process and two processes, in turns.
pub(crate) async fn measure(rounds: usize) -> Outcome<Measured> {
    let (mut one, mut two) = (Rounds::default(), Rounds::default());
    for _ in 0..rounds {
        one.add(finished_per_second(1).await?);
        two.add(finished_per_second(2).await?);
        say(&format!("one process {one}, two {two} commands/s"))?;
    }
    let text = format!("One process finishes {one} commands a second, and two finish {two}.");
    let goal =
        Goal::at_least("PostgreSQL, two instances as a multiple of one", &[two.median() / one.median()], GOAL, "");
    Ok(Measured { text, goals: vec![goal] })
}

/// Returns the finished commands a second, from the start until all are finished. A part of that time would mislead:
/// answers to people go out before messages to channels, so commands finish slowly at first and then fast, and with two
/// processes the curve differs.
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

/// Sends the commands to a server that accepts them and doesn't carry them out.
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

/// Waits until this many commands are finished, and returns the time.
async fn reached(far: &Far, finished: usize) -> Instant {
    while far.finished() < finished {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Instant::now()
}
