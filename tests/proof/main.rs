//! "What was acknowledged happens" is the one promise that a test of parts cannot prove. So here the real binary is
//! killed, paused, cut off and left without room at random moments under load, and the sandbox's own record is the
//! judge: every acknowledged command executed, in order, with one effect.
//!
//! Nothing here sleeps: events choose the moments, and every wait is for something visible in the sandbox or in the log
//! of the app. `PROOF_SEED` repeats a run's dice, `PROOF_ROUNDS` sets the number of kills.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on should stop")]
#![expect(
    clippy::indexing_slicing,
    reason = "JSON that lacks something gives null, and lists are as long as they were made"
)]
#![expect(clippy::print_stdout, reason = "how a proof went is worth reading even if it holds")]
#![expect(unreachable_pub, reason = "the tests are one crate")]

mod answers;
mod backend;
mod cards;
mod changes;
mod cutting;
mod dice;
mod disk;
mod draining;
mod encrypted;
mod full;
mod hanging;
mod killing;
mod landing;
mod late;
mod ledger;
mod moment;
mod pausing;
mod people;
mod process;
mod proxy;
mod restoring;
mod rough;
mod several;
mod stage;
mod stories;
mod town;
mod verdict;
