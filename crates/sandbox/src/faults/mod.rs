//! Misfortune, by name: a test (or a person at the control API) writes down here what shall go
//! wrong, instead of building a special fake for it. Whatever is not written down goes well.

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
pub use slack::{SlackFailure, SlackFaults};
