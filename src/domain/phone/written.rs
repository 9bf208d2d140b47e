//! A phone number as a person wrote it.

use serde::{Deserialize, Serialize};

/// A number with fewer digits is never taken for one line.
pub(crate) const FEWEST_FOR_ONE: usize = 7;

/// A phone number as a person wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenNumber {
    /// All digits as written, in ASCII; the plus is left out.
    pub(crate) digits: String,
    /// True if a plus was written. The other sign of a country code is a double zero in `digits`.
    pub(crate) international: bool,
    /// The digits of the extension, if one was written.
    #[serde(default)]
    pub(crate) extension: Option<String>,
    /// True if what stands behind it was left there although it looks like an extension: `x3 missed calls`.
    #[serde(default)]
    pub(crate) left_extension: bool,
}
