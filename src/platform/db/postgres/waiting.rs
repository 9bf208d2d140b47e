//! The app's rows when the clock is set back.

use std::time::Duration;

use async_trait::async_trait;
use durable_queue::postgres::{Transaction, UnitOfWork};
use jiff::Timestamp;
use tokio_postgres::Error;

/// The statements that move times later than now to now.
const BY_NOW: [&str; 2] =
    ["UPDATE snapshots SET at = $1 WHERE at > $1", "UPDATE cache_entries SET at = $1 WHERE at > $1"];

/// Brings due times nearer, and moves times that have become later than now to now.
pub(super) struct SetBackAll {
    pub(super) by: Duration,
    pub(super) now: Timestamp,
}

#[async_trait]
impl UnitOfWork for SetBackAll {
    type Output = ();

    async fn run(&self, transaction: &mut Transaction<'_>) -> Result<(), Error> {
        transaction.set_back(self.by, self.now).await?;
        for sql in BY_NOW {
            transaction.changed(sql, &[&self.now.as_millisecond()]).await?;
        }
        Ok(())
    }
}
