//! Notes in dialnote: their signature and their limits.

/// The text that closes each of the app's notes, between its writer and its reference.
pub(crate) const SIGNATURE: &str = ", via Slack · ref ";

/// Answers whether a note ends with the app's signature and this reference. A person who quotes such a note can write
/// the same ending, so each reference accounts for one note only.
pub(crate) fn ends_with_reference(note: &str, reference: &str) -> bool {
    let rest = note.trim_end().strip_suffix(reference);
    rest.is_some_and(|rest| rest.ends_with(SIGNATURE))
}

/// A note that was written in Slack, taken apart.
pub(crate) struct SignedNote<'a> {
    /// The words of its writer.
    pub(crate) words: &'a str,
    /// The writer's name.
    pub(crate) writer: &'a str,
    /// The reference.
    pub(crate) reference: &'a str,
}

/// Takes a note apart, if it ends with the app's signature.
pub(crate) fn signed(note: &str) -> Option<SignedNote<'_>> {
    let (before, reference) = note.trim_end().rsplit_once(SIGNATURE)?;
    let (words, writer) = before.rsplit_once("— ")?;
    let is_last_line = !writer.contains('\n') && !reference.contains(char::is_whitespace);
    (is_last_line && !words.trim().is_empty()).then(|| SignedNote { words: words.trim_end(), writer, reference })
}

/// The longest note dialnote takes, in characters (docs/contracts/dialnote.md, Objects).
pub(crate) const LONGEST_NOTE: usize = 5000;
