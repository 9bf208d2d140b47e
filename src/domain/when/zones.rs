//! Names of time zones behind a time. A short name means several zones, so none of them is understood.

use super::words::Pieces;

/// Short names of zones.
const SHORT: [&str; 46] = [
    "utc", "gmt", "zulu", "pst", "pdt", "pt", "mst", "mdt", "mt", "cst", "cdt", "ct", "est", "edt", "et", "ast", "adt",
    "nst", "ndt", "akst", "akdt", "hst", "brt", "art", "wet", "west", "bst", "ist", "cet", "cest", "mez", "mesz",
    "eet", "eest", "msk", "trt", "gst", "pkt", "sgt", "hkt", "jst", "kst", "awst", "aest", "aedt", "nzst",
];

/// Words before "time" that aren't the name of a place.
const NO_PLACES: [&str; 9] = ["same", "this", "that", "in", "days", "weeks", "months", "hours", "any"];

/// The pieces of a zone at the front, of which `within` belong to its first word: "PST", "UTC+2", "Eastern time",
/// "Europe/Berlin".
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

/// Decides if the piece is the short name of a zone.
pub(in super::super) fn is_zone(piece: &str) -> bool {
    SHORT.contains(&piece)
}

fn is_word(piece: &str) -> bool {
    piece.chars().all(char::is_alphabetic)
}
