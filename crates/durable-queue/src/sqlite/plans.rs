//! The queue is fast with millions of rows because no statement in the path of a command reads a table from end to end.
//! `SQLite` shows the plan of each; a plan depends only on the schema, because we never run `ANALYZE`.

use rusqlite::Connection;
use tempfile::TempDir;

use super::fault::fault;
use super::partitions;
use super::{accepting, buckets, connection, emptying, jobs, operating};
use crate::QueueError;

struct QueueTables {
    connection: Connection,
    _directory: TempDir,
}

impl QueueTables {
    fn new() -> Result<Self, QueueError> {
        let directory = tempfile::tempdir().map_err(|error| QueueError::new(error.to_string()))?;
        let connection = connection::writer(&directory.path().join("plans.db"), super::SCHEMA)?;
        Ok(Self { connection, _directory: directory })
    }

    fn plan(&self, sql: &str) -> Result<String, QueueError> {
        self.lines(sql).map(|lines| lines.join("\n")).map_err(|error| fault(&error))
    }

    fn lines(&self, sql: &str) -> rusqlite::Result<Vec<String>> {
        let mut statement = self.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        // Parameters stay unbound: the plan does not depend on them.
        let mut rows = statement.raw_query();
        let mut lines = Vec::new();
        while let Some(row) = rows.next()? {
            lines.push(row.get("detail")?);
        }
        Ok(lines)
    }
}

#[test]
fn no_statement_of_a_command_reads_a_whole_table_or_sorts() -> Result<(), QueueError> {
    let schema = QueueTables::new()?;
    let statements = [
        accepting::REMEMBER_ONE,
        jobs::IN_LINE,
        jobs::JOIN_LINE,
        jobs::REPLACE,
        partitions::JOINED_SINCE,
        jobs::TIME_HAS_COME,
        jobs::READY,
        jobs::TAKE,
        jobs::PUT_OFF,
        jobs::HELD,
        jobs::POSTPONE,
        jobs::CONTINUE,
        jobs::GIVE_BACK,
        jobs::REMOVE,
        jobs::BURY,
        jobs::FREE_SUCCESSOR,
        jobs::READY_SINCE,
        jobs::NEXT_TIMED,
        jobs::OVERDUE,
        jobs::MARK_TOLD,
        buckets::LEVEL,
        buckets::FILL,
        buckets::CLOSE,
        buckets::NAMES,
        buckets::FORGET,
        operating::LEAD,
        emptying::WALK_DELIVERIES,
        emptying::FORGET_DELIVERY,
    ];
    for sql in statements {
        let plan = schema.plan(sql)?;
        let slow = plan.lines().find(|line| line.starts_with("SCAN") && *line != "SCAN CONSTANT ROW");
        assert_eq!(slow, None, "{sql}\n{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{sql}\n{plan}");
    }
    Ok(())
}

#[test]
fn each_index_is_used_for_what_it_was_made_for() -> Result<(), QueueError> {
    let schema = QueueTables::new()?;
    let expected = [
        (jobs::IN_LINE, "SEARCH jobs USING INTEGER PRIMARY KEY (rowid=?)"),
        (jobs::REPLACE, "SEARCH jobs USING INTEGER PRIMARY KEY (rowid=?)"),
        (jobs::TIME_HAS_COME, "USING INDEX jobs_timed (queue=? AND due<?)"),
        (jobs::READY, "USING INDEX jobs_ready (queue=?)"),
        (jobs::READY_SINCE, "USING INDEX jobs_ready (queue=?)"),
        (jobs::NEXT_TIMED, "USING INDEX jobs_timed (queue=?)"),
        (jobs::FREE_SUCCESSOR, "SEARCH jobs USING INTEGER PRIMARY KEY (rowid=?)"),
        (jobs::OVERDUE, "USING INDEX jobs_waiting (queue=? AND delay_notified=? AND accepted<?)"),
        (jobs::OVERVIEW, "USING COVERING INDEX jobs_waiting"),
        (jobs::OVERVIEW, "USING COVERING INDEX jobs_dead"),
        (emptying::WALK_DELIVERIES, "USING PRIMARY KEY ((key,installation)>(?,?))"),
        (emptying::FORGET_DELIVERY, "USING PRIMARY KEY (key=? AND installation=?)"),
    ];
    for (sql, index) in expected {
        let plan = schema.plan(sql)?;
        assert!(plan.contains(index), "{sql}\nexpected {index}, found\n{plan}");
    }
    Ok(())
}

/// Checks the search behind an insertion's uniqueness as a query of its own, because `EXPLAIN QUERY PLAN` does not show
/// it.
#[test]
fn deduplication_is_the_primary_key_itself() -> Result<(), QueueError> {
    let schema = QueueTables::new()?;
    let found = schema.plan("SELECT 1 FROM deliveries WHERE installation = ?1 AND key = ?2")?;
    assert!(found.contains("USING PRIMARY KEY (key=? AND installation=?)"), "{found}");
    Ok(())
}
