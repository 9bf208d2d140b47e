//! Statements on one connection.

use deadpool_postgres::ClientWrapper;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row, Statement};

/// The parameters of a statement.
pub type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// Returns a statement by its text, parsed by the server once per connection.
pub(super) async fn prepared(db: &ClientWrapper, sql: &str) -> Result<Statement, Error> {
    db.prepare_cached(sql).await
}

/// Returns the rows of a statement.
pub(super) async fn rows(db: &ClientWrapper, sql: &str, params: Params<'_>) -> Result<Vec<Row>, Error> {
    db.query(&prepared(db, sql).await?, params).await
}

/// Returns the number of rows that a statement changed.
pub(super) async fn changed(db: &ClientWrapper, sql: &str, params: Params<'_>) -> Result<u64, Error> {
    db.execute(&prepared(db, sql).await?, params).await
}
