//! A connection is only as durable as its settings, so they are made only here. No connection leaves this file before
//! the schema is the one this program was written for.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::fault::fault;
use super::migrating::migrate;
use crate::QueueError;
use crate::schema::Schema;

/// Time that a connection waits for another process that is writing.
const BUSY: Duration = Duration::from_secs(5);

/// Pause before the next attempt when `SQLite` answers at once that another process is writing: while a database is
/// turned to write-ahead logging, and while its last user closes it.
const PAUSE: Duration = Duration::from_millis(10);

/// More than the number of our different statements, so that each is parsed once.
const STATEMENTS: usize = 96;

/// Size that the log may keep on the disk. It grows while a long query holds back its clearing.
const LOG_BYTES: i64 = 64 * 1024 * 1024;

/// Number of pages in the log at which the writer copies them itself, because the thread that should (`checkpointer`)
/// did not, or to begin a new log.
const LOG_PAGES: i64 = 4000;

/// Cache of the writer, in KiB.
const CACHE_KIB: i64 = 8 * 1024;

/// Opens the one connection that writes; creates the file and brings its schema up to date.
pub(super) fn writer(path: &Path, schema: Schema) -> Result<Connection, QueueError> {
    create_private(path)?;
    let mut connection = logged(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    migrate(&mut connection, schema)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB).map_err(|e| fault(&e))?;
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES).map_err(|e| fault(&e))?;
    Ok(connection)
}

/// End of the name of the file that marks a database as in use, after the database's name.
pub const LOCK: &str = "-lock";

/// The mark of a process that works on a database: a shared lock on a file beside it. It lasts until the process ends,
/// for any reason.
pub(super) struct ProcessLock {
    _mark: File,
}

/// A process that is about to work on a database. No one replaces the database while it works.
pub(super) struct StartingProcess {
    mark: File,
    is_alone: bool,
}

/// Locks the mark: exclusively if no other process is there.
pub(super) fn arrive(path: &Path) -> Result<StartingProcess, QueueError> {
    let in_words = |error: std::io::Error| QueueError::new(format!("{}{LOCK}: {error}", path.display()));
    let mark = mark(path).map_err(in_words)?;
    let is_alone = mark.try_lock().is_ok();
    if !is_alone {
        mark.lock_shared().map_err(in_words)?;
    }
    Ok(StartingProcess { mark, is_alone })
}

impl StartingProcess {
    /// Makes the mark. Before that, a process that is alone on the database ends the leases of dead processes: no
    /// living one can hold any.
    ///
    /// Being alone is an exclusive lock, which others wait for. Between releasing it and making the mark another
    /// process may find itself alone; until then this one has claimed nothing that the other could end.
    pub(super) fn stay(self, if_alone: impl FnOnce() -> rusqlite::Result<()>) -> Result<ProcessLock, QueueError> {
        let in_words = |error: std::io::Error| QueueError::new(format!("the database's lock file: {error}"));
        if self.is_alone {
            if_alone().map_err(|error| fault(&error))?;
            self.mark.unlock().map_err(in_words)?;
            self.mark.lock_shared().map_err(in_words)?;
        }
        Ok(ProcessLock { _mark: self.mark })
    }
}

/// Keeps every process from working on a database for as long as the file is kept; `None` if one already does.
pub fn alone(path: &Path) -> std::io::Result<Option<File>> {
    let mark = mark(path)?;
    match mark.try_lock() {
        Ok(()) => Ok(Some(mark)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Returns the file of the mark. It has the permissions of the database: an operator's command that creates it first
/// must not keep the app from using it.
fn mark(path: &Path) -> std::io::Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(LOCK);
    let made = match private().create_new(true).open(&name) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return private().open(&name),
        made => made?,
    };
    if let Ok(database) = fs::metadata(path) {
        made.set_permissions(database.permissions())?;
        share_owner(&made, path)?;
    }
    Ok(made)
}

/// Gives a file to the owner of another one. Only root needs to, and can.
pub fn share_owner(file: &File, like: &Path) -> std::io::Result<()> {
    let (own, like) = (file.metadata()?, fs::metadata(like)?);
    if own.uid() == like.uid() && own.gid() == like.gid() {
        return Ok(());
    }
    match fchown(file, Some(like.uid()), Some(like.gid())) {
        Err(error) if error.kind() != ErrorKind::PermissionDenied => Err(error),
        _ => Ok(()),
    }
}

/// Opens a connection that cannot write.
pub(super) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    settle_in(&connection)?;
    Ok(connection)
}

/// Opens a connection that copies the log into an existing database that is up to date.
pub(super) fn checkpointer(path: &Path) -> Result<Connection, QueueError> {
    logged(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
}

/// Creates a file that only its owner can access. SQLite gives its log the same permissions. An existing file is not
/// opened: closing it again would end the locks that `SQLite` holds on it in this process.
fn create_private(path: &Path) -> Result<(), QueueError> {
    match private().create_new(true).open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(QueueError::new(format!("{}: {error}", path.display())))
        }
        _ => Ok(()),
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn settle_in(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    // A statement is planned once. Otherwise SQLite would plan it again whenever a parameter is bound that a partial
    // index might depend on, which takes longer than running it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

/// Opens a connection that writes to the log.
fn logged(path: &Path, flags: OpenFlags) -> Result<Connection, QueueError> {
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let deadline = Instant::now() + BUSY;
    let (connection, mode) = loop {
        match write_ahead(path, flags) {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < deadline => {
                thread::sleep(PAUSE);
            }
            outcome => break outcome.map_err(|error| fault(&error))?,
        }
    };
    if mode != "wal" {
        return Err(QueueError::new(format!(
            "the database cannot use write-ahead logging (it stays in `{mode}` mode); put it on a local disk"
        )));
    }
    Ok(connection)
}

/// Turns on write-ahead logging: readers never wait for the writer, and a commit is one append and one fsync. `FULL`
/// makes that fsync part of every commit: an acknowledged request survives a power cut. Returns the mode of the
/// database too.
fn write_ahead(path: &Path, flags: OpenFlags) -> rusqlite::Result<(Connection, String)> {
    let connection = Connection::open_with_flags(path, flags)?;
    settle_in(&connection)?;
    let mode = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
    Ok((connection, mode))
}
