//! Two failures at once: both services are late and answer oddly, and the app is killed again and again.

use serde_json::json;

use crate::backend::Backend;
use crate::dice::Dice;
use crate::killing::{Round, kill};
use crate::people::{AT_A_TIME, People};
use crate::stage::{Setting, Stage, on_each};

const PEOPLE: usize = 16;

const ROUNDS: usize = 10;

/// Twice the time limit of a call, which is longer than a service takes; `ARCHITECTURE.md` describes what remains if it
/// is not.
pub const LEASE: u32 = 8;

/// The longest delay of a call, in milliseconds.
const LATE: u64 = 3_000;

/// The percentage of late calls.
const LATE_SHARE: u8 = 12;

/// The percentage of odd answers.
const ODD_SHARE: u8 = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rough_far_sides_and_kills_double_nothing_in_a_file() {
    rough("rough-file", |backend| backend == Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rough_far_sides_and_kills_double_nothing_on_a_server() {
    rough("rough-server", |backend| backend != Backend::Sqlite).await;
}

async fn rough(name: &'static str, applies: fn(Backend) -> bool) {
    let rounds = std::env::var("PROOF_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let setting = Setting { name, people: PEOPLE, conversations: rounds + AT_A_TIME, lease: Some(LEASE) };
    on_each(applies, setting, async |stage| {
        let mut dice = Dice::new(name);
        let mut people = People::gather(stage, PEOPLE);
        begin(stage, &mut dice);
        let round = Round { orders: [3, 9], patience: [500, 2_500] };
        kill(stage, &mut dice, &mut people, rounds, round).await;
        let app = stage.start().await;
        people.all_is_typed().await;
        stage.has_done_what_it_accepted().await;
        end(stage);
        stage.finish(app).await;
        stage.judge();
    })
    .await;
}

/// Makes both services late and odd from now on.
pub fn begin(stage: &Stage, dice: &mut Dice) {
    let side = json!({
        "slow_share": LATE_SHARE, "slow_share_ms": LATE, "odd_share": ODD_SHARE,
        "share_seed": dice.between(1, 1_000_000),
    });
    stage.sandbox.world(|world| {
        world.faults = world.faults.merged(&json!({ "slack": side, "dialnote": side })).unwrap();
    });
}

/// Ends all faults.
pub fn end(stage: &Stage) {
    stage.sandbox.world(|world| world.faults = world.faults.merged(&json!({ "reset": true })).unwrap());
}
