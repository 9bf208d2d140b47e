//! `upgrade-check`: a new version looks at the settings and the database of the version that runs.

use std::path::Path;

use dialnote_slack::app;
use dialnote_slack::config::model::Database;
use dialnote_slack::config::unknown_variables;
use dialnote_slack::core::clock::Clock;
use dialnote_slack::core::error::in_words;
use dialnote_slack::ops::upgrade::{self, BackupState, DatabaseUse, UpgradeFacts};
use dialnote_slack::platform::db::sqlite;
use dialnote_slack::worker::handlers;

use crate::cli::checks;
use crate::cli::failure::Failure;
use crate::cli::opening::{self, SettingsLookup};

/// Prints what the upgrade would do, and whether it can begin.
pub(crate) async fn check(settings: &SettingsLookup, backup: Option<&Path>, as_json: bool) -> Result<(), Failure> {
    let database = opening::database(settings)?;
    opening::found(&database).await?;
    let registry = handlers::all(None);
    let facts = UpgradeFacts {
        mistakes: mistakes(settings),
        unknown: unknown_variables(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok())),
        present: app::look_at(&database, &|body| registry.unreadable(body)).await?,
        database: use_of(&database),
        backup: state_of(backup, &database),
        now: Clock::System.now(),
    };
    let bad = checks::report(upgrade::findings(&facts), None, as_json, &mut anstream::stdout().lock())?;
    if bad == 0 { Ok(()) } else { Err(Failure::Unwell(bad)) }
}

/// Returns the settings that are missing or wrong for this version.
fn mistakes(settings: &SettingsLookup) -> Vec<String> {
    settings.config().err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

fn use_of(database: &Database) -> DatabaseUse {
    match database {
        Database::Sqlite(file) if sqlite::is_in_use(file) => DatabaseUse::FileInUse,
        Database::Sqlite(_) => DatabaseUse::File,
        Database::Postgres(_) => DatabaseUse::Server,
    }
}

fn state_of(backup: Option<&Path>, database: &Database) -> BackupState {
    let Some(file) = backup else { return BackupState::NotNamed };
    let made = match std::fs::metadata(file).and_then(|found| found.modified()) {
        Ok(made) => made,
        Err(error) => return BackupState::Unusable(in_words(&error)),
    };
    if let (Database::Sqlite(_), Err(why)) = (database, sqlite::look(file)) {
        return BackupState::Unusable(why);
    }
    match made.try_into() {
        Ok(made) => BackupState::MadeAt(made),
        Err(_) => BackupState::Unusable("its time cannot be read".to_owned()),
    }
}
