//! Migrations of a PostgreSQL database.

use tokio_postgres::{Client, Error, GenericClient, Row};

use super::fault::fault;
use crate::QueueError;
use crate::schema::{ADD, Applied, CREATE_HISTORY, HISTORY, Schema, missing};

/// Brings a database up to date: all migrations that it lacks in one transaction. Fails if another instance does the
/// same at the same moment.
pub(super) async fn migrate(client: &mut Client, schema: Schema) -> Result<(), QueueError> {
    let transaction = client.transaction().await.map_err(|error| fault(&error))?;
    transaction.batch_execute(CREATE_HISTORY).await.map_err(|error| fault(&error))?;
    let history = history(&transaction).await.map_err(|error| fault(&error))?;
    for (migration, entry) in missing(schema, &history).map_err(|error| QueueError::new(error.to_string()))? {
        let failed = |error: Error| QueueError::new(format!("migration {}: {}", migration.name, fault(&error)));
        transaction.batch_execute(migration.sql).await.map_err(failed)?;
        transaction.execute(ADD, &[&entry.version, &entry.name, &entry.checksum]).await.map_err(failed)?;
    }
    transaction.commit().await.map_err(|error| fault(&error))
}

/// Reads the migrations that a database has run; fails if it was never migrated.
pub(super) async fn history(client: &impl GenericClient) -> Result<Vec<Applied>, Error> {
    client.query(HISTORY, &[]).await?.iter().map(applied).collect()
}

fn applied(row: &Row) -> Result<Applied, Error> {
    Ok(Applied { version: row.try_get("version")?, name: row.try_get("name")?, checksum: row.try_get("checksum")? })
}
