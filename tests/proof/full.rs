//! The disk is full, in the middle of work. Accepted commands stay accepted, those that cannot be saved are refused in
//! words, and when there is room again everything goes on without a restart.

use std::time::Duration;

use crate::backend::Backend;
use crate::dice::Dice;
use crate::disk::Disk;
use crate::moment::{Before, Moment};
use crate::people::{AT_A_TIME, People};
use crate::process::Process;
use crate::stage::{Setting, Stage, on_each};

const PEOPLE: usize = 12;

const TIMES: usize = 8;

/// The time limit of a moment.
const PATIENCE: Duration = Duration::from_millis(500);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_in_words_and_loses_nothing() {
    let setting = Setting { name: "full", people: PEOPLE, conversations: TIMES + AT_A_TIME, lease: Some(6) };
    on_each(
        |backend| backend == Backend::Sqlite,
        setting,
        async |stage| {
            let mut dice = Dice::new(setting.name);
            let disk = Disk::over(stage.database.folder().expect("a file")).await;
            let app = stage.start_by(&disk.starter(), &stage.database.url).await;
            let mut people = People::gather(stage, PEOPLE);
            for time in 0..TIMES {
                let before = Before::now(stage);
                for _ in 0..dice.between(1, 6) {
                    people.give_some(&mut dice, time);
                }
                before.come_or(stage, Moment::Call(dice.between(3, 20) as u64), PATIENCE).await;
                disk.fill();
                until_there_is_no_room(stage, &app, &mut people, &mut dice, time).await;
                disk.make_room();
                assert_eq!(ready(&app).await, 200, "it takes commands again");
                stage.reopen();
            }
            people.all_is_typed().await;
            stage.has_done_what_it_accepted().await;
            app.stop().await;
            disk.copy_out();
            stage.finish(stage.start().await).await;
            stage.judge();
        },
    )
    .await;
}

/// Waits until a person is refused and the app reports that it accepts nothing. There may be a little room left in the
/// space that the database has already.
async fn until_there_is_no_room(stage: &Stage, app: &Process, people: &mut People, dice: &mut Dice, time: usize) {
    let refused = || stage.ledger.typings().iter().filter(|typing| typing.refused.is_some()).count();
    let before = refused();
    while refused() == before || ready(app).await != 503 {
        let tried = stage.ledger.tried();
        people.give_some(dice, time);
        // A refused person waits for room, so perhaps no one tries.
        let _ = tokio::time::timeout(PATIENCE, stage.ledger.has_tried(tried + 1)).await;
    }
}

async fn ready(app: &Process) -> u16 {
    reqwest::get(format!("{}/readyz", app.ops)).await.unwrap().status().as_u16()
}
