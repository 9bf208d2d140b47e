//! A copy of the database that is complete in itself, made while the app runs, and put back while it does not.
//!
//! `SQLite` keeps what was written last in files beside the database. Where the app was killed they are still there,
//! and `SQLite` would play them over whatever stands in the place of the database.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use durable_queue::sqlite::{LOCK, alone as lock_alone, share_owner};
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use super::schema::is_ours;
use crate::error::{Fault, in_words};

/// How long another process that is writing is waited for.
const BUSY: Duration = Duration::from_secs(10);

/// What `SQLite` writes beside a database and needs to read it completely.
const LOGS: [&str; 2] = ["-wal", "-journal"];

/// What it writes beside a database and makes again by itself.
const INDEX: &str = "-shm";

/// Why a backup was not put in the place of the database. The database was not changed, unless it says so.
#[derive(Debug, thiserror::Error)]
pub enum NotRestored {
    /// There is nothing to put there.
    #[error("there is no file {}", .0.display())]
    NoBackup(PathBuf),
    /// It is the database that it should replace.
    #[error("{} is the database itself; name a backup of it", .0.display())]
    Itself(PathBuf),
    /// It is something else, or broken.
    #[error("{} is no usable database of this app: {why}. Nothing was changed", .file.display())]
    NotOurs {
        /// What was to be put there.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A process works on it.
    #[error("the app, or another of its commands, uses {}: stop it first. Nothing was changed", .0.display())]
    InUse(PathBuf),
    /// A file could not be written or read.
    #[error("{}: {}. Make room or set the permissions right, then restore again", .file.display(), in_words(.cause))]
    Io {
        /// Which.
        file: PathBuf,
        /// Why.
        cause: io::Error,
    },
}

/// Copies the database in `from` to `to`, a file that does not exist yet and that nobody else may read: as it
/// is at one moment, although others write to it.
pub fn backup(from: &Path, to: &Path) -> Result<(), Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(from, flags).map_err(|error| fault(&error))?;
    connection.busy_timeout(BUSY).map_err(|error| fault(&error))?;
    let failed = |error: io::Error| Fault::Store(in_words(&error));
    if to.exists() {
        return Err(failed(io::ErrorKind::AlreadyExists.into()));
    }
    // A killed process leaves a file of another name behind, so that half a copy is not taken for one.
    let unfinished = tempfile::Builder::new().suffix(".part").tempfile_in(folder_of(to)).map_err(failed)?;
    let copied = connection.execute("VACUUM INTO ?1", [unfinished.path().display().to_string()]);
    copied.map_err(|error| fault(&error))?;
    unfinished.persist_noclobber(to).map(drop).map_err(|error| failed(error.error))
}

/// Says what is wrong with a file that should be a database of this app; only looks at it.
pub fn look(path: &Path) -> Result<(), String> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let found = Connection::open_with_flags(path, flags).map_err(|error| error.to_string())?;
    found.busy_timeout(BUSY).map_err(|error| error.to_string())?;
    is_ours(&found)
}

/// Whether another process works on a database just now.
pub fn is_in_use(database: &Path) -> bool {
    database.exists() && matches!(lock_alone(database), Ok(None))
}

/// Puts a backup in the place of the database. The one that was there is kept beside it, with all that belongs to
/// it; answers under which name.
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

/// While this is kept no process begins to work on the database; none does already.
fn alone(database: &Path) -> Result<File, NotRestored> {
    let alone = lock_alone(database).map_err(of(database))?;
    alone.ok_or_else(|| NotRestored::InUse(database.to_owned()))
}

/// A copy on the disk of the database, so that it takes its place in one step; in a folder that goes with what was
/// left in it.
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

/// Whether a copy is sound and this program can work on it. What lies beside it is taken into it.
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

/// Only the owner of the old one, or of its folder, may read the new one, also when root restores it.
fn given_to_its_owner(copy: &Path, database: &Path) -> io::Result<()> {
    let like = if database.exists() { database } else { folder_of(database) };
    let file = File::open(copy)?;
    fs::set_permissions(copy, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    share_owner(&file, like)?;
    file.sync_all()
}

/// Gives the database, and what is needed to read it, a second name. Its own names stay until the copy takes them:
/// at no moment is there nothing, in the place of which the app would begin with an empty one.
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

/// Has the names in a folder survive a power cut.
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
