//! The case files: what must happen for a given input. Every line is played through the real router.

mod case;
mod expect;
mod inbox;
mod kinds;
mod known;
mod numbers;
mod runner;
mod seen;
mod spoken;
mod stage;
mod typing;
mod words;

use case::{Dialled, Spoken};

/// Whether something is as expected; if not, what was expected and what happened.
type Checked = Result<(), String>;

#[test]
fn naming() {
    runner::run::<Spoken>("naming");
}

#[test]
fn several() {
    runner::run::<Spoken>("several");
}

#[test]
fn people() {
    runner::run::<Spoken>("people");
}

#[test]
fn numbers() {
    runner::run::<Dialled>("numbers");
}
