//! `kill -9`, again and again, while people keep typing. The app dies at its nth call, in the middle of a call that did
//! or did not take effect, right after it acknowledged something, or after a few hundred milliseconds if none of that
//! happens.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::backend::Backend;
use crate::dice::Dice;
use crate::moment::{Before, Moment, forget_what_hangs};
use crate::people::{AT_A_TIME, People};
use crate::process::Process;
use crate::stage::{Setting, Stage, on_each};

const PEOPLE: usize = 24;

const ROUNDS: usize = 200;

/// The rounds with Slack delivering by Socket Mode: the only difference is the way of commands into the app.
const ROUNDS_BY_SOCKETS: usize = 20;

/// A process that was killed holds its jobs until the lease ends; a short one lets a job be killed
/// many times.
const LEASE: u32 = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_command_is_carried_out_despite_kills() {
    killed_again_and_again(|backend| backend == Backend::Sqlite, "killing", rounds(), false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_command_is_carried_out_despite_kills_on_a_server() {
    killed_again_and_again(|backend| backend != Backend::Sqlite, "killing-on-a-server", rounds(), false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_acknowledged_over_sockets_is_carried_out() {
    killed_again_and_again(|_| true, "killing-by-sockets", ROUNDS_BY_SOCKETS, true).await;
}

fn rounds() -> usize {
    std::env::var("PROOF_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap())
}

async fn killed_again_and_again(on: fn(Backend) -> bool, name: &'static str, rounds: usize, by_sockets: bool) {
    let setting = Setting { name, people: PEOPLE, conversations: rounds + AT_A_TIME, lease: Some(LEASE) };
    on_each(on, setting, async |stage| {
        if by_sockets {
            stage.deliver_by_sockets();
        }
        let mut dice = Dice::new(setting.name);
        let mut people = People::gather(stage, PEOPLE);
        let round = Round { orders: [1, 4], patience: [150, 600] };
        kill(stage, &mut dice, &mut people, rounds, round).await;
        let app = stage.start().await;
        people.all_is_typed().await;
        stage.finish(app).await;
        stage.judge();
    })
    .await;
}

/// The limits of one round between two kills, at least and at most.
#[derive(Clone, Copy)]
pub struct Round {
    /// The number of orders.
    pub orders: [usize; 2],
    /// The time limit of a moment to die at, in milliseconds.
    pub patience: [usize; 2],
}

/// Starts and kills the app this many times.
pub async fn kill(stage: &Stage, dice: &mut Dice, people: &mut People, rounds: usize, between: Round) {
    let Round { orders: [fewest, most], patience: [shortest, longest] } = between;
    let mut deaths = BTreeMap::new();
    for round in 0..rounds {
        let app = stage.start().await;
        let moment = Moment::draw(dice);
        let patience = Duration::from_millis(dice.between(shortest, longest) as u64);
        stage.sandbox.world(|world| world.faults.slack.deliver_twice = dice.percent(25));
        let before = Before::now(stage);
        for _ in 0..dice.between(fewest, most) {
            people.give_some(dice, round);
        }
        let came = before.come_or(stage, moment, patience).await;
        die(stage, app, &before, came.then_some(moment), &mut deaths).await;
    }
    stage.sandbox.world(|world| world.faults.slack.deliver_twice = false);
    println!("deaths: {deaths:#?}");
}

/// Kills the app and logs the moment.
async fn die(
    stage: &Stage,
    app: Process,
    before: &Before,
    moment: Option<Moment>,
    deaths: &mut BTreeMap<String, usize>,
) {
    app.kill().await;
    forget_what_hangs(stage).await;
    let unanswered: Vec<String> = stage.sandbox.world(|world| {
        let calls = world.calls.iter().rev().take_while(|call| call.seq > before.calls);
        let cut = calls.filter(|call| call.status.is_none());
        cut.map(|call| format!("during {}{}", call.method, if call.acted { ", done" } else { "" })).collect()
    });
    let moment = match moment {
        Some(Moment::Call(_)) => "at the nth call",
        Some(Moment::During { .. }) => "in the middle of a call",
        Some(Moment::Acknowledged(_)) => "after an acknowledgement",
        None => "at some time",
    };
    for what in unanswered.into_iter().chain([moment.to_owned()]) {
        *deaths.entry(what).or_default() += 1;
    }
}
