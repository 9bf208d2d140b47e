//! Cases that do not pass yet. A case that passes must go from here, so the lists only shrink.

const NAMING: &[&str] = &[];

const SEVERAL: &[&str] = &[];

const PEOPLE: &[&str] = &[];

const NUMBERS: &[&str] = &[];

const WHEN: &[&str] = &[];

const TEXT: &[&str] = &[];

const UNDO: &[&str] = &[];

const STALE: &[&str] = &[];

/// Returns the known failures of a file.
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
