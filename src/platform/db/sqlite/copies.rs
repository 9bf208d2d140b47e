//! Backup and restore. A backup is complete in itself and is made while the app runs; it is restored while the app does
//! not.
//!
//! `SQLite` keeps the latest writes in files beside the database. After a crash they are still there, and `SQLite`
//! would apply them to any file in the place of the database.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use durable_queue::sqlite::{LOCK, alone as lock_alone, share_owner};
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use super::schema::is_ours;
use crate::core::error::{Fault, in_words};

/// The time to wait for another process that is writing.
const BUSY: Duration = Duration::from_secs(10);

/// The suffixes of the files that `SQLite` writes beside a database and needs to read it completely.
const LOGS: [&str; 2] = ["-wal", "-journal"];

/// The suffix of the file that `SQLite` writes beside a database and can recreate.
const INDEX: &str = "-shm";

/// The reason why a backup was not restored. The database was not changed, unless the error says so.
#[derive(Debug, thiserror::Error)]
pub enum NotRestored {
    /// There is no backup.
    #[error("no file {}", .0.display())]
    NoBackup(PathBuf),
    /// The backup is the database that it should replace.
    #[error("{} is the database itself\nhint: name a backup of it", .0.display())]
    Itself(PathBuf),
    /// The file is no database of this app, or broken.
    #[error("{} is not a usable database of this app: {why}. Nothing was changed", .file.display())]
    NotOurs {
        /// The backup.
        file: PathBuf,
        /// The problem with it.
        why: String,
    },
    /// A process uses the database.
    #[error("the app, or another of its commands, uses {}: stop it first. Nothing was changed", .0.display())]
    InUse(PathBuf),
    /// A file could not be written or read.
    #[error("{}: {}\nhint: free space or correct the permissions, then restore again", .file.display(), in_words(.cause))]
    Io {
        /// The file.
        file: PathBuf,
        /// The cause.
        cause: io::Error,
    },
}

/// Copies the database in `from` to `to`, a file that does not exist yet and that no other user may read. The copy is
/// of one moment, although other processes write to the database.
pub fn backup(from: &Path, to: &Path) -> Result<(), Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(from, flags).map_err(|error| fault(&error))?;
    connection.busy_timeout(BUSY).map_err(|error| fault(&error))?;
    let failed = |error: io::Error| Fault::Store(in_words(&error));
    if to.exists() {
        return Err(failed(io::ErrorKind::AlreadyExists.into()));
    }
    // A killed process leaves a file of another name behind, so that half a copy does not pass for a backup.
    let unfinished = tempfile::Builder::new().suffix(".part").tempfile_in(folder_of(to)).map_err(failed)?;
    let copied = connection.execute("VACUUM INTO ?1", [unfinished.path().display().to_string()]);
    copied.map_err(|error| fault(&error))?;
    unfinished.persist_noclobber(to).map(drop).map_err(|error| failed(error.error))
}

/// Checks whether a file is a database of this app, without changing it; returns the problem.
pub fn look(path: &Path) -> Result<(), String> {
    is_ours(&opened_to_read(path).map_err(|error| error.to_string())?)
}

/// Opens a database without the right to change it.
pub(super) fn opened_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let found = Connection::open_with_flags(path, flags)?;
    found.busy_timeout(BUSY)?;
    Ok(found)
}

/// Answers whether another process uses a database at the moment.
pub fn is_in_use(database: &Path) -> bool {
    beside(database, LOCK).exists() && matches!(lock_alone(database), Ok(None))
}

/// Replaces the database by a backup. The old database is kept beside it, with all its files; returns its new name.
pub fn restore(backup: &Path, database: &Path, now: Timestamp) -> Result<Option<PathBuf>, NotRestored> {
    is_another_file(backup, database)?;
    let _alone = alone(database)?;
    let _unused = if beside(backup, LOCK).exists() { Some(alone(backup)?) } else { None };
    let (_folder, copy) = copied(backup, database)?;
    is_whole(&copy).map_err(|why| NotRestored::NotOurs { file: backup.to_owned(), why })?;
    given_to_its_owner(&copy, database).map_err(of(&copy))?;
    let kept = kept_aside(database, now)?;
    for end in LOGS.iter().chain([&INDEX]) {
        removed(&beside(database, end))?;
    }
    fs::rename(&copy, database).map_err(of(database))?;
    written(folder_of(database))?;
    Ok(kept)
}

fn is_another_file(backup: &Path, database: &Path) -> Result<(), NotRestored> {
    if !backup.is_file() {
        return Err(NotRestored::NoBackup(backup.to_owned()));
    }
    let (one, other) = (fs::canonicalize(backup), fs::canonicalize(database));
    let same = one.is_ok_and(|one| other.is_ok_and(|other| one == other));
    if same { Err(NotRestored::Itself(backup.to_owned())) } else { Ok(()) }
}

/// Locks the database: while this is held no process begins to use it. Fails if one does already.
fn alone(database: &Path) -> Result<File, NotRestored> {
    let alone = lock_alone(database).map_err(of(database))?;
    alone.ok_or_else(|| NotRestored::InUse(database.to_owned()))
}

/// Copies the backup onto the disk of the database, so that it can replace the database in one step. The copy's folder
/// is removed with any remains in it.
fn copied(backup: &Path, database: &Path) -> Result<(TempDir, PathBuf), NotRestored> {
    let place = folder_of(database);
    let folder = tempfile::Builder::new().prefix(".restoring-").tempdir_in(place).map_err(of(place))?;
    let copy = folder.path().join("copy");
    fs::copy(backup, &copy).map_err(of(&copy))?;
    for end in LOGS {
        let (log, copy) = (beside(backup, end), beside(&copy, end));
        if log.exists() {
            fs::copy(&log, &copy).map_err(of(&copy))?;
        }
    }
    Ok((folder, copy))
}

/// Checks whether a copy is sound and this program can use it. The files beside it are merged into it.
fn is_whole(copy: &Path) -> Result<(), String> {
    let said = |error: rusqlite::Error| error.to_string();
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let found = Connection::open_with_flags(copy, flags).map_err(said)?;
    is_ours(&found)?;
    let check: String = found.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(said)?;
    if check != "ok" {
        return Err(check);
    }
    found.pragma_update(None, "journal_mode", "delete").map_err(said)?;
    found.close().map_err(|(_, error)| said(error))
}

/// Gives the copy the owner of the old database, or of its folder, also when root restores it: only they may read it.
fn given_to_its_owner(copy: &Path, database: &Path) -> io::Result<()> {
    let like = if database.exists() { database } else { folder_of(database) };
    let file = File::open(copy)?;
    fs::set_permissions(copy, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    share_owner(&file, like)?;
    file.sync_all()
}

/// Gives the database, and the files needed to read it, a second name. The old names stay until the copy takes them:
/// there is no moment without a database, in which the app would start with an empty one.
fn kept_aside(database: &Path, now: Timestamp) -> Result<Option<PathBuf>, NotRestored> {
    if !database.exists() {
        return Ok(None);
    }
    let kept = beside(database, &format!(".before-{}", now.strftime("%Y%m%dT%H%M%S%.3fZ")));
    for end in [""].iter().chain(&LOGS) {
        let (from, to) = (beside(database, end), beside(&kept, end));
        if from.exists() {
            fs::hard_link(&from, &to).map_err(of(&to))?;
        }
    }
    written(folder_of(database))?;
    Ok(Some(kept))
}

fn removed(file: &Path) -> Result<(), NotRestored> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(of(file)(error)),
        _ => Ok(()),
    }
}

/// Syncs a folder, so that the names in it survive a power cut.
fn written(folder: &Path) -> Result<(), NotRestored> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(of(folder))
}

fn fault(error: &rusqlite::Error) -> Fault {
    Fault::Store(error.to_string())
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn of(file: &Path) -> impl FnOnce(io::Error) -> NotRestored {
    let file = file.to_owned();
    move |cause| NotRestored::Io { file, cause }
}
