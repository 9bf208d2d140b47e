//! A time in which nothing was seen of dialnote.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A time in which nothing was seen of dialnote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// The last look before.
    pub from: Timestamp,
    /// The first look after.
    pub to: Timestamp,
    /// Whether dialnote could not be reached, as far as is known; else the app was not running.
    pub unreachable: bool,
}
