//! The case files: inputs and their outcomes. Every line is played through the real router.

mod case;
mod expect;
mod inbox;
mod kinds;
mod known;
mod numbers;
mod runner;
mod seen;
mod shown;
mod spoken;
mod stage;
mod stale;
mod typing;
mod undo;
mod when;
mod words;

use case::{Dialled, Spoken, Stale, Timed, Undone};

/// The outcome of a check; an error says what was expected and what happened instead.
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

#[test]
fn when() {
    runner::run::<Timed>("when");
}

#[test]
fn text() {
    runner::run::<Spoken>("text");
}

#[test]
fn undo() {
    runner::run::<Undone>("undo");
}

#[test]
fn stale() {
    runner::run::<Stale>("stale");
}
