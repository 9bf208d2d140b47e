//! A phone number as a person wrote it.

use serde::{Deserialize, Serialize};

/// The fewest digits with which a number can mean exactly one phone number.
pub(crate) const FEWEST_FOR_ONE: usize = 7;

/// A phone number as a person wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenNumber {
    /// All digits as written, in ASCII, without the plus.
    pub(crate) digits: String,
    /// True if a plus was written. A country code may also be marked by a double zero in `digits`.
    pub(crate) international: bool,
    /// The digits of the extension, if one was written.
    #[serde(default)]
    pub(crate) extension: Option<String>,
    /// True if the text after the number looks like an extension but was left there: `x3 missed calls`.
    #[serde(default)]
    pub(crate) left_extension: bool,
}
