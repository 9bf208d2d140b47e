//! Instances come and go while people keep typing: a rolling restart that never ends, in which every other instance is
//! killed instead of stopped.

use std::collections::VecDeque;
use std::time::Duration;

use crate::backend::Backend;
use crate::dice::Dice;
use crate::moment::{Before, Moment};
use crate::people::{AT_A_TIME, People};
use crate::rough;
use crate::stage::{Setting, on_each};

const PEOPLE: usize = 16;

const RESTARTS: usize = 24;

/// The restarts between rough services, where each command takes longer.
const ROUGH_RESTARTS: usize = 16;

/// The number of instances between two restarts.
const INSTANCES: usize = 3;

/// The time limit of a moment.
const PATIENCE: Duration = Duration::from_millis(500);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_come_and_go_and_nothing_is_lost() {
    let setting = Setting { name: "several", people: PEOPLE, conversations: RESTARTS + AT_A_TIME, lease: Some(6) };
    come_and_go(|_| true, setting, RESTARTS, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_come_and_go_between_rough_far_sides() {
    let conversations = ROUGH_RESTARTS + AT_A_TIME;
    let setting = Setting { name: "several-rough", people: PEOPLE, conversations, lease: Some(rough::LEASE) };
    come_and_go(Backend::is_over_tcp, setting, ROUGH_RESTARTS, true).await;
}

async fn come_and_go(applies: fn(Backend) -> bool, setting: Setting, restarts: usize, is_rough: bool) {
    on_each(applies, setting, async |stage| {
        let mut dice = Dice::new(setting.name);
        let mut people = People::gather(stage, PEOPLE);
        let mut instances = VecDeque::new();
        if is_rough {
            rough::begin(stage, &mut dice);
        }
        for restart in 0..restarts {
            // Slack calls the newest one from now on.
            instances.push_back(stage.start().await);
            let before = Before::now(stage);
            for _ in 0..dice.between(2, 6) {
                people.give_some(&mut dice, restart);
            }
            before.come_or(stage, Moment::Call(dice.between(5, 30) as u64), PATIENCE).await;
            if instances.len() > INSTANCES {
                let oldest = instances.pop_front().expect("an instance");
                if dice.percent(50) { oldest.kill().await } else { oldest.stop().await }
            }
        }
        people.all_is_typed().await;
        stage.has_done_what_it_accepted().await;
        rough::end(stage);
        let newest = instances.pop_back().expect("an instance");
        for instance in instances {
            instance.stop().await;
        }
        stage.finish(newest).await;
        stage.judge();
    })
    .await;
}
