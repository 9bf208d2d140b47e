//! Cases that do not pass yet. A case that passes must go from here, so the lists only shrink.

const NAMING: &[&str] = &[];

const SEVERAL: &[&str] = &[];

const PEOPLE: &[&str] = &[];

const NUMBERS: &[&str] = &[];

#[rustfmt::skip]
const WHEN: &[&str] = &[
    "when-005",
    "when-006",
    "when-007",
    "when-008",
    "when-009",
    "when-010",
    "when-012",
    "when-013",
    "when-014",
    "when-016",
    "when-017",
    "when-019",
    "when-020",
    "when-023",
    "when-025",
    "when-027",
    "when-028",
    "when-029",
    "when-030",
    "when-033",
    "when-035",
    "when-036",
    "when-037",
    "when-038",
    "when-039",
    "when-040",
    "when-042",
    "when-043",
    "when-044",
    "when-045",
    "when-048",
    "when-049",
    "when-050",
    "when-051",
    "when-056",
    "when-057",
    "when-059",
    "when-060",
    "when-061",
    "when-063",
    "when-064",
    "when-069",
    "when-070",
    "when-071",
    "when-072",
    "when-073",
    "when-074",
    "when-079",
    "when-080",
    "when-081",
    "when-082",
    "when-083",
    "when-097",
    "when-098",
    "when-099",
    "when-102",
    "when-108",
    "when-109",
    "when-110",
    "when-111",
    "when-112",
    "when-114",
    "when-116",
    "when-117",
    "when-121",
    "when-122",
];

#[rustfmt::skip]
const TEXT: &[&str] = &[
    "text-001",
    "text-002",
    "text-003",
    "text-004",
    "text-005",
    "text-006",
    "text-007",
    "text-010",
    "text-011",
    "text-012",
    "text-013",
    "text-014",
    "text-015",
    "text-016",
    "text-018",
    "text-019",
    "text-020",
    "text-021",
    "text-023",
    "text-039",
    "text-040",
    "text-043",
    "text-044",
    "text-045",
    "text-048",
];

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
