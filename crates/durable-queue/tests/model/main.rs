//! Claims, leases and fences are where a queue loses or doubles work, through interleavings that no one thinks of. So
//! the protocol is a model here, and everything that can happen in it happens: workers crash, outlast their leases and
//! settle late, senders repeat themselves, timers race, clocks jump. Every promise is checked after every move.
//!
//! - `queue` is the protocol of this crate, after `rules` that can be switched off one at a time; `world` is everyone
//!   around it, in the small worlds of `scenarios`; `promises` is what must hold.
//! - `explorer` goes through all of it. It is our own: of the crates for this, `stateright` is alive, but its
//!   "eventually" does not see cycles (its documentation says so), which is how a queue gets stuck, and a hundred lines
//!   are less than a dozen crates with an HTTP server among them.
//! - `mutants` proves that it finds violations: without any one rule some promise is broken.
//! - `conformance` walks the model's shortest path to every kind of situation in the real stores and compares answer by
//!   answer, so that results about the model hold for them.
//! - `far_side` is the view of a called service: the effects that can still happen twice, and through which windows.
//!   `leaders` is leadership.
//!
//! Within these bounds (two or three jobs, workers and claims of each) nothing is left out; beyond them nothing is
//! proved.

#![expect(clippy::indexing_slicing, reason = "an index that is wrong is a failed test")]
#![expect(clippy::panic, reason = "a counterexample is read best as it is printed")]

mod conformance;
mod explorer;
mod far_side;
mod key;
mod leaders;
mod mutants;
mod promises;
mod queue;
mod rules;
mod scenarios;
mod situation;
mod stores;
mod walker;
mod words;
mod world;

use durable_queue::QueueError;

use crate::explorer::{Explored, Model, explore, explore_within};
use crate::far_side::{FarSide, Window};
use crate::leaders::Leaders;
use crate::rules::Rules;
use crate::stores::Database;
use crate::world::World;

/// The number of moves to which PostgreSQL is limited: it is slower to ask.
const NEAR: usize = 8;

/// Makes one test for every world: the promises hold, everything ends, and `SQLite` behaves the same.
macro_rules! worlds {
    ($($world:ident),+) => {
        $(#[tokio::test]
        async fn $world() -> Result<(), QueueError> {
            let world = scenarios::$world();
            let found = holds(&world);
            let walked = conformance::walk(&world, &found, &Database::sqlite()?).await;
            assert_eq!(same(walked), found.situations.len(), "every situation was seen");
            Ok(())
        })+
    };
}

worlds!(line, lines, behind, moving, cards, appointments, closings, classes, repeating, restarting);

#[tokio::test]
async fn postgres_does_the_same() -> Result<(), QueueError> {
    let database = Database::postgres().await?;
    for world in [scenarios::moving(), scenarios::cards(), scenarios::appointments(), scenarios::repeating()] {
        // PostgreSQL does not know whether a process is the only one: it waits for every lease.
        let world = World { restarts: false, ..world };
        let found = explore_within(&world, NEAR).unwrap_or_else(|example| panic!("{example}"));
        assert_eq!(same(conformance::walk(&world, &found, &database).await), found.situations.len());
    }
    Ok(())
}

#[tokio::test]
async fn one_leads() -> Result<(), QueueError> {
    let leaders = Leaders(Rules::ALL);
    let found = holds(&leaders);
    let walked = leaders::walk(&leaders, &found, Database::sqlite()?.open().await?.as_ref()).await?;
    assert_eq!(walked, found.transitions, "every transition was made");
    Ok(())
}

#[test]
fn no_effect_happens_twice_while_the_windows_are_closed() {
    holds(&FarSide::command(Rules::ALL, None));
    holds(&FarSide::update(Rules::ALL));
}

#[test]
fn through_every_window_an_effect_happens_twice() {
    for window in Window::ALL {
        let broken = mutants::violated(&FarSide::command(Rules::ALL, Some(window))).map(|example| example.broken);
        assert_eq!(broken, Some(far_side::ONCE), "{window:?}");
    }
}

/// Checks that the promises hold in every state and that everything ends.
fn holds<M: Model>(model: &M) -> Explored<M> {
    let found = explore(model).unwrap_or_else(|example| panic!("{example}"));
    found.ends(model).unwrap_or_else(|example| panic!("{example}"));
    found
}

/// Returns the number of situations in which the store answered like the model.
fn same(walked: Result<usize, QueueError>) -> usize {
    walked.unwrap_or_else(|fault| panic!("{fault}"))
}
