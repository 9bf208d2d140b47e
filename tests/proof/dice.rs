//! Repeatable chance: every run prints its seed, and `PROOF_SEED` repeats it. The machine's scheduler cannot be
//! repeated; the seed repeats the plan, not the race.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// The random numbers of a run.
pub struct Dice(StdRng);

impl Dice {
    /// Creates new dice, or those of `PROOF_SEED`.
    pub fn new(what: &str) -> Self {
        let seed = std::env::var("PROOF_SEED").ok().map_or_else(rand::random, |seed| seed.parse().unwrap());
        println!("{what}: PROOF_SEED={seed}");
        Self(StdRng::seed_from_u64(seed))
    }

    /// Returns a number from `least` to `most`.
    pub fn between(&mut self, least: usize, most: usize) -> usize {
        self.0.random_range(least..=most)
    }

    /// Answers whether an event with this percentage happens.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.between(1, 100) <= percent
    }

    /// Returns one of several.
    pub fn one_of<T: Clone>(&mut self, several: &[T]) -> T {
        several[self.between(0, several.len() - 1)].clone()
    }
}
