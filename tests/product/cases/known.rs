//! Cases that do not pass yet. A case that passes must go from here, so the lists only shrink.

const NAMING: &[&str] = &[];

const SEVERAL: &[&str] = &[];

const PEOPLE: &[&str] = &[];

const NUMBERS: &[&str] = &[];

const WHEN: &[&str] = &[];

const TEXT: &[&str] = &["text-048"];

#[rustfmt::skip]
const UNDO: &[&str] = &[
    "undo-015",
    "undo-016",
    "undo-017",
    "undo-018",
    "undo-019",
    "undo-020",
    "undo-021",
    "undo-022",
    "undo-023",
    "undo-024",
    "undo-027",
    "undo-028",
    "undo-030",
    "undo-031",
    "undo-041",
    "undo-047",
];

#[rustfmt::skip]
const STALE: &[&str] = &[
    "stale-003",
    "stale-004",
    "stale-005",
    "stale-007",
    "stale-011",
    "stale-015",
    "stale-017",
    "stale-018",
    "stale-019",
    "stale-022",
    "stale-028",
];

/// Those of a file.
pub fn of(file: &str) -> &'static [&'static str] {
    match file {
        "naming" => NAMING,
        "several" => SEVERAL,
        "people" => PEOPLE,
        "numbers" => NUMBERS,
        "when" => WHEN,
        "text" => TEXT,
        "undo" => UNDO,
        "stale" => STALE,
        other => panic!("{other} is no file of cases"),
    }
}
