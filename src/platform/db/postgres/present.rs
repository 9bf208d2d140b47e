//! A database on a server as a program finds it that has not changed it yet.

use durable_queue::postgres::{Address, ReadOnlyConnection};
use durable_queue::schema::Schema;
use tokio_postgres::{Error, Row};

use crate::core::error::Fault;
use crate::core::ids::JobId;
use crate::platform::db::present_state::{PresentState, StoredBody, WhyUnreadable};

/// The number of jobs in one read.
const JOBS_PER_READ: i64 = 500;

const JOBS: &str = "SELECT id, state = 'dead', body FROM jobs WHERE id > $1 ORDER BY id LIMIT $2";

/// Reads the schema and the jobs of a database without changing it.
pub(super) async fn present_state(
    address: Address,
    schema: Schema,
    unreadable: WhyUnreadable<'_>,
) -> Result<PresentState, Fault> {
    let connection = ReadOnlyConnection::open(address).await?;
    let state = read_state(&connection, schema, unreadable).await;
    connection.close().await;
    state
}

async fn read_state(
    connection: &ReadOnlyConnection,
    schema: Schema,
    unreadable: WhyUnreadable<'_>,
) -> Result<PresentState, Fault> {
    let history = connection.history().await?;
    let mut state = PresentState::of(schema, &history).map_err(|error| Fault::Store(error.to_string()))?;
    let mut after = 0;
    loop {
        let jobs = connection.all(JOBS, &[&after, &JOBS_PER_READ], read).await?;
        let Some(last) = jobs.last() else { return Ok(state) };
        after = last.id.0;
        for job in &jobs {
            state.count(job, unreadable);
        }
    }
}

fn read(row: &Row) -> Result<StoredBody, Error> {
    Ok(StoredBody { id: JobId(row.try_get(0)?), is_dead: row.try_get(1)?, body: row.try_get(2)? })
}
