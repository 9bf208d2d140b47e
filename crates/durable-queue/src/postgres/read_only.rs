//! A look at a database as it is: nothing is written, and the schema stays.

use tokio::task::JoinHandle;
use tokio_postgres::{Client, Error, Row};

use super::address::Address;
use super::connection::{ConnectionTarget, refused};
use super::fault::fault;
use super::migrating;
use super::statements::Params;
use crate::QueueError;
use crate::schema::Applied;

/// Makes the server refuse every write, and end a statement that takes too long.
const LOOK_ONLY: &str = "SET default_transaction_read_only = on; SET statement_timeout = '30s'";

/// A connection that only reads. It may be to a database of any version.
pub struct ReadOnlyConnection {
    client: Client,
    driver: JoinHandle<Result<(), Error>>,
}

impl ReadOnlyConnection {
    /// Connects to a database.
    pub async fn open(address: Address) -> Result<Self, QueueError> {
        let route = ConnectionTarget::at(address)?;
        let (client, connection) = route.config.connect(route.tls.clone()).await.map_err(|error| refused(&error))?;
        let driver = tokio::spawn(connection);
        client.batch_execute(LOOK_ONLY).await.map_err(|error| fault(&error))?;
        Ok(Self { client, driver })
    }

    /// Returns the migrations that were run, oldest first.
    pub async fn history(&self) -> Result<Vec<Applied>, QueueError> {
        migrating::history(&self.client).await.map_err(|error| fault(&error))
    }

    /// Returns the rows of a query.
    pub async fn all<T>(
        &self,
        sql: &str,
        params: Params<'_>,
        read: fn(&Row) -> Result<T, Error>,
    ) -> Result<Vec<T>, QueueError> {
        let rows = self.client.query(sql, params).await.map_err(|error| fault(&error))?;
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|error| fault(&error))
    }

    /// Ends the connection.
    pub async fn close(self) {
        drop(self.client);
        let _ = self.driver.await;
    }
}
