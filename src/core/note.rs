//! Notes in dialnote: their signature and their limits.

/// The text that closes each of the app's notes, between its writer and its reference.
pub(crate) const SIGNATURE: &str = ", via Slack · ref ";

/// Answers whether a note ends with the app's signature and this reference. A person who quotes such a note can write
/// the same ending, so each reference accounts for one note only.
pub(crate) fn ends_with_reference(note: &str, reference: &str) -> bool {
    let rest = note.trim_end().strip_suffix(reference);
    rest.is_some_and(|rest| rest.ends_with(SIGNATURE))
}

/// The longest note dialnote takes, in characters (docs/contracts/dialnote.md, Objects).
pub(crate) const LONGEST_NOTE: usize = 5000;
