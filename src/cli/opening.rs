//! The settings and the database of a command.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use dialnote_slack::app::{self, App, NotStarted};
use dialnote_slack::config::Config;
use dialnote_slack::config::file::Source;
use dialnote_slack::config::model::Database;
use dialnote_slack::core::clock::Clock;
use dialnote_slack::core::ids::InstallationId;
use dialnote_slack::jobs::ctx::TenantCtx;
use dialnote_slack::platform::db::Store;
use dialnote_slack::platform::db::postgres::Postgres;
use secrecy::ExposeSecret;

use crate::cli::TenantOption;
use crate::cli::failure::Failure;

/// The sources of settings: the environment, and the file that is named on the command line or in the environment.
pub(crate) type SettingsLookup = Source<fn(&str) -> Option<String>>;

/// The tokens that the Slack CLI passes to `slack run`, by names of its own (docs/contracts/slack-2026.md §10.4).
const BY_THE_SLACK_CLI: [(&str, &str); 2] =
    [("SLACK_APP_TOKEN", "SLACK_CLI_XAPP"), ("SLACK_BOT_TOKEN", "SLACK_CLI_XOXB")];

/// Returns the sources of settings.
pub(crate) fn settings(file: Option<PathBuf>) -> SettingsLookup {
    let named = || std::env::var_os("CONFIG_FILE").filter(|file| !file.is_empty()).map(PathBuf::from);
    Source::new(environment, file.or_else(named).as_deref())
}

/// Returns a setting of the environment; of a token, that of the Slack CLI where there is no other.
fn environment(name: &str) -> Option<String> {
    let set = |name| std::env::var(name).ok().filter(|value: &String| !value.trim().is_empty());
    set(name).or_else(|| BY_THE_SLACK_CLI.iter().find(|(own, _)| *own == name).and_then(|(_, theirs)| set(theirs)))
}

/// Reads all settings.
pub(crate) fn config(settings: &SettingsLookup) -> Result<Config, Failure> {
    settings.warn_if_open();
    let config = settings.config().map_err(Failure::Settings)?;
    config.warn_if_odd();
    Ok(config)
}

/// Reads only the database.
pub(crate) fn database(settings: &SettingsLookup) -> Result<Database, Failure> {
    settings.database().map_err(Failure::Settings)
}

/// Prints the database's name, for commands that must not create one.
pub(crate) async fn found(database: &Database) -> Result<(), Failure> {
    let name = app::find(database).await.map_err(named(database))?;
    Ok(writeln!(std::io::stderr(), "database: {name}")?)
}

/// Opens the existing database.
pub(crate) async fn existing(settings: &SettingsLookup) -> Result<Arc<dyn Store>, Failure> {
    let database = database(settings)?;
    found(&database).await?;
    app::open(&database, &Clock::System).await.map_err(named(&database))
}

/// Assembles the program on its database, which may be new.
pub(crate) async fn assembled(config: &Config) -> Result<App, Failure> {
    App::build(config, Clock::System).await.map_err(named(&config.database))
}

/// Assembles the program on its existing database.
pub(crate) async fn existing_app(settings: &SettingsLookup) -> Result<App, Failure> {
    let config = config(settings)?;
    found(&config.database).await?;
    assembled(&config).await
}

/// Returns the work of the chosen installations, each with its name if there may be several.
pub(crate) async fn tenants(
    settings: &SettingsLookup,
    TenantOption { installation }: TenantOption,
) -> Result<(App, Vec<(Option<String>, Arc<TenantCtx>)>), Failure> {
    let app = existing_app(settings).await?;
    let only = installation.clone().map(InstallationId::new);
    let all = app.tenants.everybody(only.as_ref()).await.map_err(Failure::Installations)?;
    if all.is_empty() {
        return Err(Failure::NoInstallation(installation));
    }
    let name = |work: &Arc<TenantCtx>| work.record.as_ref().map(|tenant| tenant.installation.name.clone());
    let all = all.into_iter().map(|work| (name(&work), work)).collect();
    Ok((app, all))
}

/// Names the server of a database that was not opened, without its password.
fn named(database: &Database) -> impl Fn(NotStarted) -> Failure {
    let server = match database {
        Database::Postgres(url) => Postgres::name(url.expose_secret()).ok(),
        Database::Sqlite(_) => None,
    };
    move |error| match (error, server.clone()) {
        (NotStarted::Database { cause, .. }, Some(name)) => NotStarted::Database { name, cause }.into(),
        (error, _) => error.into(),
    }
}
