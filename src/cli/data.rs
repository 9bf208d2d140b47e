//! The commands that copy, replace, print or remove stored data.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dialnote_slack::config::model::Database;
use dialnote_slack::core::clock::Clock;
use dialnote_slack::core::error::Fault;
use dialnote_slack::core::ids::InstallationId;
use dialnote_slack::ops::person;
use dialnote_slack::platform::db::{Store, sqlite};

use crate::cli::failure::Failure;
use crate::cli::opening::{self, SettingsLookup};
use crate::cli::screen::{ProgressLine, size};
use crate::cli::{Care, Somebody};

/// Prints all data about a person.
pub(crate) async fn export(settings: &SettingsLookup, somebody: Somebody) -> Result<(), Failure> {
    let store = opening::existing(settings).await?;
    let (installation, person) = somebody.find(store.as_ref()).await?;
    let written = Arc::new(AtomicU64::new(0));
    let mut out = CountedOutput { out: std::io::stdout().lock(), written: written.clone() };
    let progress = ProgressLine::beside_output();
    let text = || format!("exporting, {}", size(written.load(Ordering::Relaxed)));
    Ok(progress.during(person::export(store.as_ref(), &installation, &person, &mut out), text).await?)
}

/// An output that counts what is written to it.
struct CountedOutput<W> {
    out: W,
    written: Arc<AtomicU64>,
}

impl<W: Write> Write for CountedOutput<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.written.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

/// Removes a person from the data.
pub(crate) async fn erase(
    settings: &SettingsLookup,
    somebody: Somebody,
    even_if_waiting: bool,
    care: Care,
) -> Result<(), Failure> {
    let store = opening::existing(settings).await?;
    let (installation, person) = somebody.find(store.as_ref()).await?;
    let (store, whom, now) = (store.as_ref(), (&installation, &person), Clock::System.now());
    if !care.yes {
        person::preview(store, whom, now, &mut std::io::stdout().lock()).await?;
    }
    if care.dry_run {
        return Ok(());
    }
    care.ask(&format!("Remove {} now?", person.user), "removed")?;
    Ok(person::erase(store, whom, even_if_waiting, now, &mut std::io::stdout().lock()).await?)
}

impl Somebody {
    async fn find(self, store: &dyn Store) -> Result<(InstallationId, person::Person), Failure> {
        let installation = person::whose(store, self.whose.installation.map(InstallationId::new)).await?;
        let asked = person::PersonQuery { user: self.person, names: self.name, addresses: self.address };
        let person = person::known(store, &installation, &asked).await?;
        Ok((installation, person))
    }
}

/// Copies the database to a file.
pub(crate) async fn backup(settings: &SettingsLookup, file: PathBuf) -> Result<(), Failure> {
    let database = opening::database(settings)?;
    let Database::Sqlite(from) = &database else { return Err(Failure::BackupElsewhere(file)) };
    opening::found(&database).await?;
    let progress = ProgressLine::new();
    let about = size(bytes_of(from));
    let copied = progress.during(copied(from.clone(), file.clone()), || format!("copying about {about}")).await;
    drop(progress);
    copied.map_err(|cause| Failure::Backup { file: file.clone(), cause })?;
    Ok(writeln!(std::io::stdout(), "copied the database to {}", file.display())?)
}

/// Returns the size of a database, with the latest writes, which are in a file beside it.
fn bytes_of(database: &Path) -> u64 {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    let bytes = |file: &Path| std::fs::metadata(file).map_or(0, |file| file.len());
    bytes(database) + bytes(Path::new(&log))
}

/// Copies on a thread of its own: it blocks.
async fn copied(from: PathBuf, to: PathBuf) -> Result<(), Fault> {
    let copied = tokio::task::spawn_blocking(move || sqlite::backup(&from, &to)).await;
    copied.unwrap_or_else(|stopped| Err(Fault::Store(stopped.to_string())))
}

/// Replaces the database by a backup.
pub(crate) fn restore(settings: &SettingsLookup, file: &Path) -> Result<(), Failure> {
    let Database::Sqlite(database) = opening::database(settings)? else {
        return Err(Failure::RestoreElsewhere(file.to_owned()));
    };
    let kept = sqlite::restore(file, &database, Clock::System.now())?;
    let mut out = std::io::stdout();
    writeln!(out, "restored {} from {}", database.display(), file.display())?;
    if let Some(kept) = kept {
        writeln!(out, "kept the previous database in {}", kept.display())?;
    }
    Ok(writeln!(out, "hint: start the app, then run `dialnote-slack doctor` and `dialnote-slack resync`")?)
}
