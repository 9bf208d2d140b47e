//! The cost of "nothing waits unseen": an hour of working time, played second by second on a manual clock, with answer
//! targets, auto-assignment and returns on 200 shared numbers. The whole program works in this process: timers, polls,
//! decisions, writes and messages. Its core time for each second of that hour is the share of a core that it needs.

use std::time::Duration;

use dialnote_slack::app::App;
use dialnote_slack::config::Config;
use dialnote_slack::core::clock::{Clock, ManualClock};
use dialnote_slack::jobs::ctx::TenantCtx;
use dialnote_slack::platform::db::{Document, Queue};
use dialnote_slack::sync::poller;
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::commands::{SECRET, TEAM};
use crate::databases::{Backend, Database};
use crate::desk::{Desk, DeskPlace, MEMBERS, NUMBERS, UNASSIGNED, member, number, open_at_first};
use crate::goals::{Goal, Measured, side_by_side};
use crate::stats::number as figure;
use crate::{Outcome, machine, say};

/// The numbers of conversations. The same ones are open, so the rest is history.
const SIZES: [usize; 2] = [5_000, 50_000];

/// The audit entries of each conversation.
const ENTRIES: usize = 4;

/// The new conversations in a minute, and as many are marked done.
const NEW_IN_A_MINUTE: usize = 10;

/// The played time. The minutes before it read profiles for the first time and don't count.
const HOUR: usize = 3_600;
const BEFORE: usize = 180;

/// The seconds between two polls while much happens.
const POLLED_EVERY: usize = 5;

/// The groups, each with all people.
const GROUPS: usize = 20;

/// The allowed share of a core, in percent, and the allowed ratio of ten times the history.
const MOST: f64 = 5.0;
const RATIO: f64 = 1.2;

/// The cost of an hour.
struct WaitsCost {
    /// The share of a core, in percent.
    core: f64,
    /// The jobs done.
    jobs: usize,
    /// The new conversations that got an owner.
    assigned: usize,
}

/// Measures databases, each with both sizes.
pub(crate) async fn measure(backends: &[Backend]) -> Outcome<Measured> {
    // The store's threads and the far side use both cores.
    machine::pin(&[machine::SERVER, machine::GENERATOR])?;
    let mut all = Vec::new();
    for backend in backends {
        let [few, many] = SIZES;
        all.push([cost(*backend, few).await?, cost(*backend, many).await?]);
    }
    machine::pin(&[machine::GENERATOR])?;
    Ok(report(&all))
}

async fn cost(backend: Backend, conversations: usize) -> Outcome<WaitsCost> {
    let cost = hour(backend, conversations).await?;
    let (name, WaitsCost { core, jobs, assigned }) = (backend.name(), &cost);
    say(&format!("{name}, {conversations}: {core:.2} % of a core, {jobs} jobs, {assigned} assigned"))?;
    Ok(cost)
}

fn report(all: &[[WaitsCost; 2]]) -> Measured {
    let few: Vec<_> = all.iter().map(|[few, _]| few.core).collect();
    let many: Vec<_> = all.iter().map(|[_, many]| many.core).collect();
    let ratios: Vec<_> = all.iter().map(|[few, many]| many.core / few.core).collect();
    let counts = |of: fn(&WaitsCost) -> usize| side_by_side(&all.iter().map(|[_, many]| of(many)).collect::<Vec<_>>());
    let cores = |cores: &[f64]| side_by_side(&cores.iter().map(|core| figure(*core)).collect::<Vec<_>>());
    let [small, large] = SIZES.map(|size| size / 1_000);
    let text = format!(
        "With {small},000 conversations this takes {} % of a core, with {large},000 {} % for {} jobs, in which the app \
         assigned {} conversations.",
        cores(&few),
        cores(&many),
        counts(|cost| cost.jobs),
        counts(|cost| cost.assigned)
    );
    let goals = vec![
        Goal::at_most("nothing waits unseen, share of a core", &many, MOST, "%"),
        Goal::at_most("nothing waits unseen, cost of ten times the history", &ratios, RATIO, ""),
    ];
    Measured { text, goals }
}

/// Plays an hour of working time.
async fn hour(backend: Backend, conversations: usize) -> Outcome<WaitsCost> {
    let database = backend.fresh().await?;
    let clock = ManualClock::at("2026-11-24T10:00:00Z".parse()?);
    let (desk, place) = Desk::open(conversations, clock.now())?;
    let app = App::build(&config(&database.url, &place)?, Clock::Manual(clock.clone())).await?;
    let home = app.tenants.everybody(None).await?.into_iter().next().ok_or("there is no workspace")?;
    // The first poll reads everything, before anything is set.
    poller::poll(&home).await?;
    work(&app).await?;
    say(&format!("{}, {conversations}: read", backend.name()))?;
    remember(backend, &database, conversations).await?;
    set(&home, clock.now()).await?;
    let mut played = Played { app, home, desk, clock, dice: StdRng::seed_from_u64(7), jobs: 0 };
    for second in 0..BEFORE {
        played.second(second).await?;
    }
    say(&format!("{}, {conversations}: {} jobs before the hour", backend.name(), played.jobs))?;
    let rung = BEFORE * NEW_IN_A_MINUTE / 60;
    (played.jobs, played.dice) = (0, StdRng::seed_from_u64(8));
    let begun = used(&place)?;
    for second in 0..HOUR {
        played.second(second).await?;
    }
    let core = used(&place)?.saturating_sub(begun).as_secs_f64() / Duration::from_secs(3_600).as_secs_f64() * 100.0;
    let failed = played.app.tenants.common.store.overview().await?.dead;
    let assigned = played.desk.owned_from(conversations + rung);
    let jobs = played.jobs;
    drop(played);
    database.remove().await?;
    if failed > 0 { Err(format!("{failed} jobs failed").into()) } else { Ok(WaitsCost { core, jobs, assigned }) }
}

/// A program at work, and the world around it.
struct Played {
    app: App,
    home: std::sync::Arc<TenantCtx>,
    desk: Desk,
    clock: ManualClock,
    dice: StdRng,
    jobs: usize,
}

impl Played {
    /// Plays a second: contacts get in touch, people finish conversations, and the app does what is due.
    async fn second(&mut self, second: usize) -> Outcome<()> {
        self.clock.advance(SignedDuration::from_secs(1));
        if second.is_multiple_of(60 / NEW_IN_A_MINUTE) {
            self.desk.ring(self.dice.random_range(0..NUMBERS), self.clock.now());
            self.desk.finish(self.dice.random_range(UNASSIGNED..open_at_first()));
        }
        if second.is_multiple_of(POLLED_EVERY) {
            poller::poll(&self.home).await?;
        }
        self.app.tenants.tick().await?;
        self.jobs += work(&self.app).await?;
        Ok(())
    }
}

/// Works until nothing is due. Returns the number of steps.
async fn work(app: &App) -> Outcome<usize> {
    let mut steps = 0;
    while app.tenants.step(Queue::Work).await? || app.tenants.step(Queue::Outbox).await? {
        steps += 1;
    }
    Ok(steps)
}

/// Returns the core time of this process without the far side's.
fn used(place: &DeskPlace) -> Outcome<Duration> {
    Ok(machine::cpu_time(std::process::id())?.saturating_sub(machine::thread_time(place.thread)?))
}

fn config(database: &str, place: &DeskPlace) -> Outcome<Config> {
    let address = place.address;
    let lookup = |name: &str| match name {
        "SLACK_API_URL" => Some(format!("http://{address}/slack")),
        "DIALNOTE_API_URL" => Some(format!("http://{address}/dialnote")),
        "DATABASE_URL" => Some(database.to_owned()),
        "SLACK_SIGNING_SECRET" => Some(SECRET.to_owned()),
        "SLACK_BOT_TOKEN" => Some("xoxb-bench".to_owned()),
        "DIALNOTE_API_KEY" => Some("dn_live_bench".to_owned()),
        "SLACK_PACE" => Some("as-allowed".to_owned()),
        _ => None,
    };
    Config::read(lookup).map_err(|mistakes| format!("{mistakes:?}").into())
}

/// Stores what the conversations left behind: their cards and their lines of the audit log.
async fn remember(backend: Backend, database: &Database, conversations: usize) -> Outcome<()> {
    let (cards, entries) = (conversations - 1, conversations * ENTRIES - 1);
    let numbers = |last: usize| match backend {
        Backend::Sqlite => format!(
            "(WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})
             SELECT n FROM numbers) AS numbers"
        ),
        Backend::Postgres => format!("generate_series(0, {last}) AS numbers (n)"),
    };
    let sql = format!(
        "INSERT INTO cards (installation, conversation, channel, ts, card_view)
         SELECT '{TEAM}', 'conv_' || n, 'C' || (n % {NUMBERS}), '2.' || n, '{{}}' FROM {};
         INSERT INTO audit_entries (installation, conversation, at, actor, verb, detail)
         SELECT '{TEAM}', 'conv_' || (n / {ENTRIES}), 1700000000000 + n, 'U2147483697', 'assign', '{{}}' FROM {};",
        numbers(cards),
        numbers(entries)
    );
    database.execute(&sql).await?;
    match backend {
        Backend::Sqlite => database.sync(),
        Backend::Postgres => database.execute("VACUUM ANALYZE").await,
    }
}

/// Sets the routes, and begins the waits of the open conversations.
async fn set(home: &TenantCtx, now: Timestamp) -> Outcome<()> {
    for index in 0..NUMBERS {
        keep(home, ("route", &format!("C{index}")), &route(index), None).await?;
    }
    // Those of the last ten numbers wait for someone with room, and the others for an answer.
    for n in 0..UNASSIGNED {
        let due = (n < 10).then_some(now);
        keep(home, ("awaits_pick", &format!("conv_{n}")), &json!({ "since": now }), None).await?;
        if due.is_some() {
            keep(home, ("pick_check", &format!("C{}", NUMBERS - 1 - n)), &json!({}), due).await?;
        }
    }
    for n in UNASSIGNED..open_at_first() {
        let due = now + SignedDuration::from_secs(i64::try_from(n * 7_200 / open_at_first())?);
        keep(home, ("answer_wait", &format!("conv_{n}")), &wait(n, now, due), Some(due)).await?;
    }
    Ok(())
}

async fn keep(home: &TenantCtx, (kind, id): (&str, &str), body: &Value, due: Option<Timestamp>) -> Outcome<()> {
    let (kind, id, at) = (kind.to_owned(), id.to_owned(), Timestamp::UNIX_EPOCH);
    Ok(home.db.keep(Document { kind, id, at, due, body: body.to_string() }).await?)
}

/// Returns a route. The people of the last ten numbers have as many open conversations as they may have.
fn route(index: usize) -> Value {
    let target = json!({ "owner": 30, "answer": 120 });
    let how = if index < NUMBERS / 2 { "in_turn" } else { "least_busy" };
    let most_open = u16::from(index >= NUMBERS - 10);
    let group = format!("S{}", index % GROUPS);
    json!({
        "line": number(index), "zone": "UTC", "by": "U2147000001",
        "targets": {
            "call": target, "voicemail": target, "sms": target,
            "warn_before": 15, "tell_owner": true, "step": 15, "tell_channel": true,
        },
        "auto": { "how": how, "pool": { "group": { "id": group, "name": "@desk" } }, "most_open": most_open },
        "returns": { "after_hours": 8, "to": "next" },
        "shift_change": true,
    })
}

/// Returns the wait of an owned conversation for an answer.
fn wait(n: usize, now: Timestamp, due: Timestamp) -> Value {
    let since = now - SignedDuration::from_mins(40);
    json!({
        "kind": "sms", "since": since, "heard": since,
        "terms": {
            "target": { "owner": 30, "answer": 120 }, "working": { "from": 540, "to": 1020 }, "zone": "UTC",
        },
        "owner_by": null, "answer_by": due, "owner": member(u64::try_from(n).unwrap_or(MEMBERS)), "stopped": null,
        "owner_met": null, "answer_met": null,
        "told": { "since": since, "warned": false, "missed": false, "turns": 0, "last": null },
    })
}
