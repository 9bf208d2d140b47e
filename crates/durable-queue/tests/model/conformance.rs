//! The model is useful only if the stores behave the same. So this test walks its shortest path to every situation in a
//! real store, move by move, and compares the answers.

use std::collections::HashSet;

use durable_queue::QueueError;

use crate::explorer::{Explored, Model};
use crate::stores::Database;
use crate::walker::Walker;
use crate::world::{Move, World};

/// Walks to every situation that was found and returns their number.
pub(crate) async fn walk(world: &World, found: &Explored<World>, database: &Database) -> Result<usize, QueueError> {
    let mut walker = Walker::new(world, database).await?;
    let mut seen = HashSet::new();
    for (situation, path) in ways(found) {
        if seen.contains(&situation) {
            continue;
        }
        walker.begin();
        for step in path {
            let before = walker.state;
            walker.make(step).await?;
            seen.insert(world.situation(&before, step, &walker.state));
        }
        walker.end().await?;
    }
    Ok(seen.len())
}

/// Returns the paths to the situations, the longest first: a long path passes most of the others.
fn ways(found: &Explored<World>) -> Vec<(u64, Vec<Move>)> {
    let way = |(situation, (state, step)): (&u64, &(usize, Move))| {
        let mut path = found.path(*state);
        path.push(*step);
        (*situation, path)
    };
    let mut ways: Vec<_> = found.situations.iter().map(way).collect();
    ways.sort_by_key(|(situation, path)| (usize::MAX - path.len(), *situation));
    ways
}
