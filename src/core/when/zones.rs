//! Names of time zones after a time. A short name can mean several zones, so no zone is understood.

use super::words::Pieces;

/// The short names of zones.
const SHORT: [&str; 46] = [
    "utc", "gmt", "zulu", "pst", "pdt", "pt", "mst", "mdt", "mt", "cst", "cdt", "ct", "est", "edt", "et", "ast", "adt",
    "nst", "ndt", "akst", "akdt", "hst", "brt", "art", "wet", "west", "bst", "ist", "cet", "cest", "mez", "mesz",
    "eet", "eest", "msk", "trt", "gst", "pkt", "sgt", "hkt", "jst", "kst", "awst", "aest", "aedt", "nzst",
];

/// The words before "time" that don't name a place.
const NO_PLACES: [&str; 9] = ["same", "this", "that", "in", "days", "weeks", "months", "hours", "any"];

/// Counts the pieces of a zone at the front: "PST", "UTC+2", "Eastern time", "Europe/Berlin". `within` pieces belong
/// to its first word.
pub(super) fn at(pieces: Pieces<'_>, within: usize) -> Option<usize> {
    match pieces {
        [short, "time", ..] if is_zone(short) => Some(2),
        [short, ..] if is_zone(short) => Some(within.max(1)),
        [place, "standard" | "daylight" | "summer", "time", ..] if is_word(place) => Some(3),
        [place, "time", ..] if is_word(place) && !NO_PLACES.contains(place) => Some(2),
        [area, "/", ..] if is_word(area) => Some(within),
        _ => None,
    }
}

/// Answers whether the piece is the short name of a zone.
pub(in super::super) fn is_zone(piece: &str) -> bool {
    SHORT.contains(&piece)
}

fn is_word(piece: &str) -> bool {
    piece.chars().all(char::is_alphabetic)
}
