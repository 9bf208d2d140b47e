//! The statements in the path of a command.

use super::looking::{NEXT_DUE, OVERDUE};
use super::{accepting, claiming, partitions, settling, verdicts};

/// Statements with their names, to check how a server would run them.
pub const HOT_STATEMENTS: [(&str, &str); 21] = [
    ("remember a delivery", accepting::REMEMBER),
    ("lock lines", partitions::LOCK),
    ("who is in line", partitions::OCCUPIED),
    ("replace a body", partitions::REPLACE),
    ("join a line", partitions::JOIN),
    ("notice due times", claiming::TIME_HAS_COME),
    ("who is ready", claiming::READY),
    ("take jobs", claiming::TAKE),
    ("put jobs off", claiming::PUT_OFF),
    ("provide buckets", claiming::PROVIDE),
    ("look into buckets", claiming::LEVELS),
    ("fill buckets", claiming::FILL),
    ("move a lease", settling::POSTPONE),
    ("go on", verdicts::CONTINUE),
    ("give back", verdicts::GIVE_BACK),
    ("remove", verdicts::REMOVE),
    ("bury", verdicts::BURY),
    ("free successors", settling::FREE_SUCCESSORS),
    ("mark as told", settling::MARK_TOLD),
    ("next due time", NEXT_DUE),
    ("who waits", OVERDUE),
];
