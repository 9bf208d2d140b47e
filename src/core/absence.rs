//! A period in which the poller did not read dialnote.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A period in which the poller did not read dialnote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// The time of the last poll before it.
    pub from: Timestamp,
    /// The time of the first poll after it.
    pub to: Timestamp,
    /// True if dialnote was unreachable, as far as is known; otherwise the app was offline.
    pub unreachable: bool,
}
