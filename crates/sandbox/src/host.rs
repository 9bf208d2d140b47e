//! The program that runs the app beside the sandbox. The sandbox knows it only by what the page can ask of it.

use std::pin::Pin;

use jiff::Timestamp;
use serde::Serialize;

/// The outcome of a request of the page, on its way.
pub type Wish<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A program that runs the app in the same process.
pub trait Host: Send + Sync + 'static {
    /// Starts the app or kills it.
    fn run(&self, running: bool) -> Wish<'_, Result<(), String>>;

    /// Lets the app poll dialnote and do what is due, and waits until it has nothing more to do.
    fn look(&self) -> Wish<'_, ()>;

    /// Returns what the app will do at a later time, in any order.
    fn due(&self) -> Wish<'_, Vec<Due>>;

    /// Puts app, services and clock back to the beginning.
    fn start_over(&self) -> Wish<'_, Result<(), String>>;
}

/// Something that happens at a later time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Due {
    /// `reminder`, `digest`, `handoff` or `snooze`.
    pub what: &'static str,
    /// The time.
    pub at: Timestamp,
}
