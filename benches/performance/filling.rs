//! A store after long use: 10 million finished deliveries and as many audit entries, 10,000 workspaces, 100,000 pending
//! jobs. SQL statements generate the rows, and the indexes follow afterwards, or it would take an hour.

use crate::Outcome;
use crate::databases::{Backend, Database};

/// The number of workspaces.
pub(crate) const INSTALLATIONS: u32 = 10_000;

/// A job of the usual length.
pub(crate) const BODY: &str = r#"{"kind":"command.v1","job":{"asker":{"user":"U2147483697","channel":"C2147483705","reply":{"url":"https://hooks.slack.com/commands/T10000000/1700000000000000/qlGcZ5sVWkPBjeR7zLvRwJtU","until":"2026-01-01T09:29:00Z","replace":false},"via":"typed"},"command":{"act":{"assign":{"user":"U2147483698"}},"which":{"id":"conv_1001"},"note":"wants a call back about the crown, before noon if you can; she is at work afterwards"},"stage":{"found":"conv_1001"}}}"#;

/// Returns the id of the nth workspace.
pub(crate) fn installation(nth: u32) -> String {
    format!("T{nth:08}")
}

/// Fills a database with empty tables.
pub(crate) async fn fill(backend: Backend, database: &Database) -> Outcome<()> {
    let sql = match backend {
        Backend::Sqlite => SQLITE,
        Backend::Postgres => POSTGRES,
    };
    database.execute(&sql.replace("{body}", BODY)).await?;
    // Maintenance that would have happened by then, and must not happen during a measurement.
    match backend {
        Backend::Sqlite => database.sync(),
        Backend::Postgres => {
            database.execute("VACUUM ANALYZE").await?;
            database.execute("CHECKPOINT").await
        }
    }
}

/// The statements for SQLite. The deliveries are those of the last three days, and their keys grow with the time as
/// Slack's do. Half of the jobs are ready heads of their partitions, and each has another one behind it.
const SQLITE: &str = "
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA cache_size = -1000000;
    DROP INDEX audit_entries_of_conversation;
    WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 9999999)
    INSERT INTO deliveries (installation, key, at) SELECT
        printf('T%08d', n * 7919 % 10000), printf('%016d.738474920.8088930838d88f008e0c4f8a5bd1c2d5', at * 1000 + n % 25),
        at
    FROM (SELECT n, unixepoch() * 1000 - (9999999 - n) * 259200000 / 10000000 AS at FROM numbers);
    WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 9999999)
    INSERT INTO audit_entries (installation, conversation, at, actor, verb, detail) SELECT
        printf('T%08d', n % 10000), 'conv_' || (n / 10), unixepoch() * 1000 - 10000000 + n, 'U2147483697', 'assign', '{}'
    FROM numbers;
    CREATE INDEX audit_entries_of_conversation ON audit_entries (installation, conversation, id);
    WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 99999)
    INSERT INTO jobs (installation, queue, key, head, due, accepted, delay_notified, body, class, virtual_time, ready, rate_limits) SELECT
        printf('T%08d', n % 10000), 'work', 'conversation:conv_' || n % 10000 || '-' || n / 20000, (n / 10000) % 2 = 0,
        unixepoch() * 1000, unixepoch() * 1000, 1, '{body}', 0, unixepoch() * 1000 + n, (n / 10000) % 2 = 0, '[]'
    FROM numbers;
    PRAGMA journal_mode = WAL;
";

const POSTGRES: &str = "
    DROP INDEX deliveries_by_age;
    DROP INDEX audit_entries_of_conversation;
    INSERT INTO deliveries (installation, key, at) SELECT
        'T' || lpad((n * 7919 % 10000)::text, 8, '0'),
        lpad((at * 1000 + n % 25)::text, 16, '0') || '.738474920.8088930838d88f008e0c4f8a5bd1c2d5', at
    FROM (
        SELECT n, (extract(epoch FROM now()) * 1000)::bigint - (9999999 - n) * 259200000 / 10000000 AS at
        FROM generate_series(0::bigint, 9999999) AS numbers (n)
    ) AS aged;
    CREATE INDEX deliveries_by_age ON deliveries (at);
    INSERT INTO audit_entries (installation, conversation, at, actor, verb, detail) SELECT
        'T' || lpad((n % 10000)::text, 8, '0'), 'conv_' || (n / 10), (extract(epoch FROM now()) * 1000)::bigint, 'U2147483697',
        'assign', '{}'
    FROM generate_series(0::bigint, 9999999) AS numbers (n);
    CREATE INDEX audit_entries_of_conversation ON audit_entries (installation, conversation, id);
    INSERT INTO jobs (installation, queue, key, head, due, accepted, delay_notified, body, class, virtual_time, ready, rate_limits) SELECT
        'T' || lpad((n % 10000)::text, 8, '0'), 'work', 'conversation:conv_' || n % 10000 || '-' || n / 20000,
        (n / 10000) % 2 = 0, now_ms, now_ms, TRUE, '{body}', 0, now_ms + n, (n / 10000) % 2 = 0, '[]'
    FROM generate_series(0::bigint, 99999) AS numbers (n),
        (SELECT (extract(epoch FROM now()) * 1000)::bigint AS now_ms) AS clock;
";
