//! Failures by name: a test, or a person at the control API, sets here what goes wrong, instead of building a special
//! fake. Everything else works.

mod answer;
mod course;
pub(crate) mod dialnote;
mod odd;
mod refusal;
pub(crate) mod settings;
mod shares;
mod slack;

pub(crate) use answer::answer;
pub(crate) use course::{Course, course};
pub use dialnote::{DialnoteFailure, DialnoteFaults};
pub use odd::Odd;
pub use settings::{Faults, Hang};
pub use slack::{EventOrder, NewerBlocks, ObjectOddity, SlackFailure, SlackFaults};
