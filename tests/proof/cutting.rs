//! The connection to the database is cut, again and again, while people keep typing. The process lives on: it reports
//! the commands that it cannot save, and repeats the work it had begun when the connection is back.

use std::time::Duration;

use crate::backend::Backend;
use crate::dice::Dice;
use crate::moment::{Before, Moment, forget_what_hangs};
use crate::people::{AT_A_TIME, People};
use crate::proxy::Proxy;
use crate::stage::{Setting, on_each};

const PEOPLE: usize = 16;

const CUTS: usize = 40;

/// The time limit of a moment or of a person's attempt.
const PATIENCE: Duration = Duration::from_millis(600);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_connection_to_the_database_loses_nothing() {
    let setting = Setting { name: "cutting", people: PEOPLE, conversations: CUTS + AT_A_TIME, lease: Some(15) };
    on_each(Backend::is_over_tcp, setting, async |stage| {
        let mut dice = Dice::new(setting.name);
        let wire = Proxy::to(stage.database.address.expect("a database over TCP")).await;
        let app = stage.start_on(&stage.database.url_by_way_of(wire.address)).await;
        let mut people = People::gather(stage, PEOPLE);
        for cut in 0..CUTS {
            people.give_some(&mut dice, cut);
            people.give_some(&mut dice, cut);
            let before = Before::now(stage);
            before.come_or(stage, Moment::draw(&mut dice), PATIENCE).await;
            wire.cut();
            let tried = stage.ledger.tried();
            people.give_some(&mut dice, cut);
            let _ = tokio::time::timeout(PATIENCE, stage.ledger.has_tried(tried + 1)).await;
            wire.mend();
            stage.reopen();
            forget_what_hangs(stage).await;
        }
        people.all_is_typed().await;
        stage.finish(app).await;
        stage.judge();
    })
    .await;
}
