//! `docs/performance.md`: the words around the figures.

/// Says it as it is.
pub(crate) fn met(met: bool) -> &'static str {
    if met { "met" } else { "**missed**" }
}
