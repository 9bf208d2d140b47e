//! The cost of a full store compared with an empty one, and the delays caused by deletions.

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dialnote_slack::core::ids::InstallationId;
use dialnote_slack::platform::db::postgres::Postgres;
use dialnote_slack::platform::db::sqlite::Sqlite;
use dialnote_slack::platform::db::{Accepted, Delivery, NewJob, Queue, Store, Verdict};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use crate::databases::{Backend, Database};
use crate::goals::{Goal, Measured};
use crate::stats::Rounds;
use crate::{Outcome, filling, machine, say};

/// The number of claims in a pass, and of jobs in a claim.
const CLAIMS: usize = 100;
const CLAIMED: usize = 16;

/// The number of passes in a round: a single pause of the disk would dominate one short pass, and with five the ratio
/// of two runs differed by a tenth.
const PASSES: u32 = 15;

/// The number of deliveries accepted before the claims, and how many at once.
const ACCEPTED: usize = CLAIMS * CLAIMED;
const AT_ONCE: usize = 64;

const LEASE: Duration = Duration::from_secs(30);

/// The allowed ratio of a full store to an empty one.
const RATIO: f64 = 1.2;

/// The longest allowed acceptance during deletions, in milliseconds.
const LONGEST: f64 = 20.0;

/// The duration of deletions, and of the comparison without them.
const SWEEPING: Duration = Duration::from_secs(10);

/// The rows of a kind in a deletion, and the deletions a second, as in `worker::timers`.
const BITE: usize = 200;
const BITES: usize = 10;

/// The figures of one database.
struct Fullness {
    /// Microseconds of an acceptance and of a claim, in the empty and in the full store.
    accept: [Rounds; 2],
    claim: [Rounds; 2],
    delays: Delays,
}

/// The longest milliseconds.
#[derive(Default)]
struct Delays {
    /// An acceptance without deletions, and with them.
    alone: Rounds,
    deleting: Rounds,
    bite: Rounds,
    /// A sync of this disk, by itself.
    sync: Rounds,
}

/// Measures both databases.
pub(crate) async fn measure(rounds: usize) -> Outcome<Measured> {
    // The store's threads use both cores.
    machine::pin(&[machine::SERVER, machine::GENERATOR])?;
    let mut all = Vec::new();
    for backend in Backend::ALL {
        all.push((backend, of_database(backend, rounds).await?));
    }
    machine::pin(&[machine::GENERATOR])?;
    report(&all)
}

async fn of_database(backend: Backend, rounds: usize) -> Outcome<Fullness> {
    let (empty, full) = (backend.fresh().await?, backend.fresh().await?);
    drop(open(backend, &full).await?);
    let begun = Instant::now();
    filling::fill(backend, &full).await?;
    say(&format!("{}: filled in {:.0} s", backend.name(), begun.elapsed().as_secs_f64()))?;
    let (nothing, everything) = (open(backend, &empty).await?, open(backend, &full).await?);
    let [accept, claim] = compare(backend, rounds, &nothing, &everything).await?;
    let delays = sweep(backend, rounds, &everything).await?;
    drop((nothing, everything));
    empty.remove().await?;
    full.remove().await?;
    Ok(Fullness { accept, claim, delays })
}

fn report(all: &[(Backend, Fullness)]) -> Outcome<Measured> {
    let mut text = format!(
        "| | accept, µs: empty | full | claim of {CLAIMED}, µs: empty | full | longest acceptance, ms \
         | during deletions | longest deletion, ms | longest sync of the disk, ms |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    for (backend, Fullness { accept: [empty, full], claim, delays }) in all {
        let (name, [claim_empty, claim_full], Delays { alone, deleting, bite, sync }) = (backend.name(), claim, delays);
        write!(text, "| {name} | {empty} | {full} | {claim_empty} | {claim_full} ")?;
        writeln!(text, "| {alone} | {deleting} | {bite} | {sync} |")?;
    }
    let medians = |of: fn(&Fullness) -> f64| all.iter().map(|(_, fullness)| of(fullness)).collect::<Vec<_>>();
    let goals = vec![
        Goal::at_most(
            "full store, acceptance compared with an empty one",
            &medians(|one| ratio(&one.accept)),
            RATIO,
            "",
        ),
        Goal::at_most("full store, claim compared with an empty one", &medians(|one| ratio(&one.claim)), RATIO, ""),
        Goal::at_most(
            "longest acceptance during deletions",
            &medians(|one| one.delays.deleting.median()),
            LONGEST,
            "ms",
        ),
    ];
    Ok(Measured { text, goals })
}

fn ratio([empty, full]: &[Rounds; 2]) -> f64 {
    full.median() / empty.median()
}

async fn open(backend: Backend, database: &Database) -> Outcome<Arc<dyn Store>> {
    Ok(match backend {
        Backend::Sqlite => {
            let path = database.url.strip_prefix("sqlite:").ok_or("no file")?;
            Arc::new(Sqlite::open(path.as_ref(), Timestamp::UNIX_EPOCH).await?)
        }
        Backend::Postgres => Arc::new(Postgres::open(&database.url).await?),
    })
}

/// Returns the microseconds of acceptances and of claims.
async fn compare(
    backend: Backend,
    rounds: usize,
    empty: &Arc<dyn Store>,
    full: &Arc<dyn Store>,
) -> Outcome<[[Rounds; 2]; 2]> {
    let (mut accept, mut claim) = ([Rounds::default(), Rounds::default()], [Rounds::default(), Rounds::default()]);
    // The first round warms up.
    for round in 0..=rounds {
        let mut took = [[0.0; 2]; 2];
        for _ in 0..PASSES {
            for (store, [accepting, claiming]) in [empty, full].into_iter().zip(&mut took) {
                *accepting += accept_many(store).await?;
                *claiming += claim_many(store).await?;
            }
        }
        if round > 0 {
            for (nth, [accepting, claiming]) in took.into_iter().enumerate() {
                accept.get_mut(nth).ok_or("two stores")?.add(accepting / f64::from(PASSES));
                claim.get_mut(nth).ok_or("two stores")?.add(claiming / f64::from(PASSES));
            }
        }
    }
    for (name, [empty, full]) in [("accept", &accept), ("claim", &claim)] {
        say(&format!("{}, {name}: empty {empty}, full {full} µs", backend.name()))?;
    }
    Ok([accept, claim])
}

/// Returns the microseconds for each of many deliveries.
async fn accept_many(store: &Arc<dyn Store>) -> Outcome<f64> {
    let begun = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..AT_ONCE {
        let store = store.clone();
        callers.spawn(async move {
            for _ in 0..ACCEPTED / AT_ONCE {
                accept(&store).await?;
            }
            Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
        });
    }
    while let Some(outcome) = callers.join_next().await {
        outcome??;
    }
    Ok(per(begun.elapsed(), ACCEPTED))
}

/// Accepts a command of one of 10,000 workspaces, about a new conversation.
async fn accept(store: &Arc<dyn Store>) -> Outcome<()> {
    let now = Timestamp::now();
    let installation = InstallationId::new(filling::installation(rand::random::<u32>() % filling::INSTALLATIONS));
    let name = format!("{:016x}", rand::random::<u64>());
    let job = NewJob::new(&installation, Queue::Work, format!("conversation:{name}"), now, filling::BODY);
    let delivery = Delivery { installation, key: format!("{:016}.738474920.{name}", now.as_microsecond()) };
    match store.accept(delivery, vec![job], now).await? {
        Accepted::New => Ok(()),
        Accepted::Duplicate => Err("it is not new".into()),
    }
}

/// Returns the microseconds for each of many claims. The unmeasured time between them finishes the claimed jobs.
async fn claim_many(store: &Arc<dyn Store>) -> Outcome<f64> {
    let mut took = Duration::ZERO;
    for _ in 0..CLAIMS {
        let begun = Instant::now();
        let claims = store.claim(Queue::Work, CLAIMED, Timestamp::now(), LEASE).await?;
        took += begun.elapsed();
        if claims.len() != CLAIMED {
            return Err(format!("{} jobs were claimed instead of {CLAIMED}", claims.len()).into());
        }
        let now = Timestamp::now();
        let mut settling = JoinSet::new();
        for claim in claims {
            let store = store.clone();
            settling.spawn(async move { store.settle(&claim, Verdict::Done, Vec::new(), now).await });
        }
        while let Some(settled) = settling.join_next().await {
            settled??;
        }
    }
    Ok(per(took, CLAIMS))
}

fn per(time: Duration, count: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
    let count = count as f64;
    time.as_secs_f64() * 1e6 / count
}

/// Compares acceptances with and without deletions, in turns, and measures the deletions themselves: a disk pauses now
/// and then even without them.
async fn sweep(backend: Backend, rounds: usize, store: &Arc<dyn Store>) -> Outcome<Delays> {
    let mut delays = Delays::default();
    for _ in 0..rounds {
        delays.sync.add(tokio::task::spawn_blocking(|| machine::longest_sync(SWEEPING)).await??);
        delays.alone.add(longest_accept(store).await?);
        let sweeping = tokio::spawn(sweep_for(store.clone()));
        delays.deleting.add(longest_accept(store).await?);
        delays.bite.add(sweeping.await??);
    }
    let (name, Delays { alone, deleting, bite, sync }) = (backend.name(), &delays);
    say(&format!("{name}: longest accept {alone} ms, while sweeping {deleting} ms, bite {bite} ms, sync {sync} ms"))?;
    Ok(delays)
}

/// Deletes old rows. Returns the longest deletion in milliseconds.
async fn sweep_for(store: Arc<dyn Store>) -> Outcome<f64> {
    let (begun, mut longest) = (Instant::now(), Duration::ZERO);
    let young = Timestamp::now() - SignedDuration::from_hours(48);
    let mut second = tokio::time::interval(Duration::from_secs(1));
    while begun.elapsed() < SWEEPING {
        second.tick().await;
        for _ in 0..BITES {
            let bite = Instant::now();
            store.sweep(young, BITE).await?;
            longest = longest.max(bite.elapsed());
        }
    }
    Ok(longest.as_secs_f64() * 1000.0)
}

/// Returns the longest of 1,000 acceptances a second, in milliseconds.
async fn longest_accept(store: &Arc<dyn Store>) -> Outcome<f64> {
    let (begun, mut callers, mut longest) = (Instant::now(), JoinSet::new(), Duration::ZERO);
    let mut tick = tokio::time::interval(Duration::from_millis(1));
    while begun.elapsed() < SWEEPING {
        let due = tick.tick().await;
        let store = store.clone();
        callers.spawn(async move { accept(&store).await.map(|()| due.elapsed()) });
        while let Some(outcome) = callers.try_join_next() {
            longest = longest.max(outcome??);
        }
    }
    while let Some(outcome) = callers.join_next().await {
        longest = longest.max(outcome??);
    }
    Ok(longest.as_secs_f64() * 1000.0)
}
