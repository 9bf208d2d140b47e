//! The check of query plans. The store stays fast with millions of rows because no statement in the handling of a
//! command scans a whole table. `SQLite` shows how it would run each; a plan depends only on the schema, because the
//! app never runs `ANALYZE`.

use rusqlite::Connection;

use super::schema::SCHEMA;
use super::{categories, facts, kept, operating};
use crate::core::error::Fault;

struct AppSchema {
    connection: Connection,
}

impl AppSchema {
    fn new() -> Result<Self, Fault> {
        let failed = |error: &dyn std::fmt::Display| Fault::Store(error.to_string());
        let connection = Connection::open_in_memory().map_err(|error| failed(&error))?;
        for migration in SCHEMA {
            connection.execute_batch(migration.sql).map_err(|error| failed(&error))?;
        }
        Ok(Self { connection })
    }

    fn plan(&self, sql: &str) -> Result<String, Fault> {
        self.lines(sql).map(|lines| lines.join("\n")).map_err(|error| Fault::Store(error.to_string()))
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
fn no_statement_of_a_command_reads_a_whole_table_or_sorts() -> Result<(), Fault> {
    let schema = AppSchema::new()?;
    let statements = [
        kept::PUT,
        kept::DROP,
        kept::FIND,
        kept::LIST,
        operating::INSTALLATIONS,
        categories::CACHE_ENTRIES,
        categories::DOCUMENTS,
        categories::DRAFTS,
        categories::CARDS,
        categories::TAKE_CACHE_ENTRY,
        categories::TAKE_DOCUMENT,
        categories::TAKE_DRAFT,
        categories::TAKE_CARD,
        categories::REWRITE,
        categories::REDACT,
        kept::DUE,
        kept::COME_DUE,
        kept::PUT_SNAPSHOT,
        kept::SIGHT,
        kept::SNAPSHOTS,
        kept::CARD_AT,
        kept::LATEST,
        facts::PUT_CARD,
        facts::DROP_CARD,
        facts::CARD,
        facts::CARDS,
        facts::PUT_DRAFT,
        facts::DROP_DRAFT,
        facts::DRAFT,
        facts::RECORD,
        facts::ENTRIES,
        facts::DEEDS,
        facts::REMEMBER,
        facts::RECALL,
        facts::RECALL_ALIAS,
        facts::SWEEP_DRAFTS,
        facts::SWEEP_MEMOS,
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
fn each_index_is_used_for_what_it_was_made_for() -> Result<(), Fault> {
    let schema = AppSchema::new()?;
    let expected = [
        (facts::ENTRIES, "USING INDEX audit_entries_of_conversation (installation=? AND conversation=?)"),
        (facts::DEEDS, "USING INDEX audit_entries_of_actor (installation=? AND actor=?)"),
        (facts::RECALL_ALIAS, "USING INDEX cache_entries_by_alias (installation=? AND kind=? AND alias=?)"),
        (facts::SWEEP_DRAFTS, "USING COVERING INDEX drafts_by_age (at<?)"),
        (facts::SWEEP_MEMOS, "USING COVERING INDEX cache_entries_by_age (at<?)"),
    ];
    for (sql, index) in expected {
        let plan = schema.plan(sql)?;
        assert!(plan.contains(index), "{sql}\nexpected {index}, found\n{plan}");
    }
    Ok(())
}
