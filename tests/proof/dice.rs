//! Chance that can be repeated: every run prints its seed, and `PROOF_SEED` brings it back. What the
//! machine's scheduler does cannot be repeated; the seed repeats the plan, not the race.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// A run's chance.
pub struct Dice(StdRng);

impl Dice {
    /// New dice, or those of `PROOF_SEED`.
    pub fn new(what: &str) -> Self {
        let seed = std::env::var("PROOF_SEED").ok().map_or_else(rand::random, |seed| seed.parse().unwrap());
        println!("{what}: PROOF_SEED={seed}");
        Self(StdRng::seed_from_u64(seed))
    }

    /// A number from `least` to `most`.
    pub fn between(&mut self, least: usize, most: usize) -> usize {
        self.0.random_range(least..=most)
    }

    /// Whether something happens that happens in so many of a hundred cases.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.between(1, 100) <= percent
    }

    /// One of several.
    pub fn one_of<T: Clone>(&mut self, several: &[T]) -> T {
        several[self.between(0, several.len() - 1)].clone()
    }
}
