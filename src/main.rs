//! The command line.

mod cli;

use dialnote_slack::ops::doctor;
use dialnote_slack::sync::poller;
use std::io::Write;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use dialnote_slack::app;
use dialnote_slack::app::App;
use dialnote_slack::config::file::Source;
use dialnote_slack::config::model::Database;
use dialnote_slack::config::{Config, file};
use dialnote_slack::core::clock::Clock;
use dialnote_slack::core::error::whole;
use dialnote_slack::core::ids::{InstallationId, JobId};
use dialnote_slack::jobs::ctx::TenantCtx;
use dialnote_slack::jobs::rate_limits::Pacing;
use dialnote_slack::ops::finding::FindingState;
use dialnote_slack::ops::manifest::Reached;
use dialnote_slack::ops::{audit_report, jobs, limits, manifest, person};
use dialnote_slack::platform::db::{Store, sqlite};
use dialnote_slack::platform::{transport, vault};
use dialnote_slack::worker::handlers;
use reqwest::Response;
use sd_notify::NotifyState;
use secrecy::ExposeSecret;

use crate::cli::failure::Failure;
use crate::cli::stopping;
use crate::cli::{Care, Chosen, Cli, CliCommand, Jobs, Limits, Somebody, TenantOption, VaultCommand};
#[cfg(feature = "sandbox")]
use crate::cli::{demo, sandbox};

/// The time in which the app must answer that it is alive.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(3);

fn main() -> ExitCode {
    let Cli { config, command } = Cli::parse();
    let told = match command {
        #[cfg(feature = "sandbox")]
        CliCommand::Demo(_) => app::TOLD_IN_DETAIL,
        _ => app::TOLD,
    };
    let settings = settings(config);
    app::log_to_stderr(told, settings.log_format());
    match run(command, &settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "error: {failure}");
            ExitCode::from(failure.status())
        }
    }
}

/// The sources of settings: the environment, and the file that is named on the command line or in the environment.
type SettingsLookup = Source<fn(&str) -> Option<String>>;

fn settings(file: Option<PathBuf>) -> SettingsLookup {
    let named = || std::env::var_os("CONFIG_FILE").filter(|file| !file.is_empty()).map(PathBuf::from);
    Source::new(|name| std::env::var(name).ok(), file.or_else(named).as_deref())
}

#[tokio::main]
async fn run(command: CliCommand, settings: &SettingsLookup) -> Result<(), Failure> {
    match command {
        CliCommand::Serve => serve(settings).await,
        #[cfg(feature = "sandbox")]
        CliCommand::Demo(options) => demo::run(options).await,
        #[cfg(feature = "sandbox")]
        CliCommand::Sandbox(options) => sandbox::run(options).await,
        CliCommand::Audit { since, json, csv } => audit(settings, since, json, csv).await,
        CliCommand::Resync(whose) => resync(settings, whose).await,
        CliCommand::Doctor(whose) => examine(settings, whose).await,
        CliCommand::Vault { command: VaultCommand::Key } => {
            Ok(writeln!(std::io::stdout(), "{}", vault::new_key().expose_secret())?)
        }
        CliCommand::Vault { command: VaultCommand::Rotate } => rotate(settings).await,
        CliCommand::Health => health(settings).await,
        CliCommand::Jobs { command } => look_after_jobs(settings, command).await,
        CliCommand::Limits { command } => look_after_limits(settings, command).await,
        CliCommand::Export(somebody) => export(settings, somebody).await,
        CliCommand::Erase { somebody, even_if_waiting, care } => erase(settings, somebody, even_if_waiting, care).await,
        CliCommand::Backup { file } => backup(settings, file).await,
        CliCommand::Restore { file } => restore(settings, file),
        CliCommand::Settings => Ok(write!(std::io::stdout(), "{}", file::example())?),
        CliCommand::Manifest { url, unfurl_domain, socket_mode } => {
            let url = manifest::address(&url).ok_or(Failure::NoAddress)?;
            if !manifest::is_host(&unfurl_domain) {
                return Err(Failure::NoDomain);
            }
            let reached = if socket_mode { Reached::BySockets } else { Reached::At(url.as_str()) };
            Ok(writeln!(std::io::stdout(), "{}", manifest::json(reached, &unfurl_domain)?)?)
        }
    }
}

/// Reads all settings.
fn config(settings: &SettingsLookup) -> Result<Config, Failure> {
    settings.warn_if_open();
    let config = settings.config().map_err(Failure::Settings)?;
    config.warn_if_odd();
    Ok(config)
}

async fn serve(settings: &SettingsLookup) -> Result<(), Failure> {
    let config = config(settings)?;
    warn_if_in_use(&config.database);
    let app = App::build(&config, Clock::System).await?;
    let listeners = app::listen_on(&config).await?;
    let stop = stopping::after_draining(app.ops.clone(), config.drain)?;
    if let Some(ops) = &listeners.ops {
        tracing::info!(address = %ops.local_addr()?, "readiness and metrics");
    }
    tracing::info!(address = %listeners.requests.local_addr()?, "listening");
    stopping::tell_manager(NotifyState::Ready);
    app.run(listeners, stop).await;
    Ok(())
}

/// Warns in the log if another process has the file open. It may be an operator's command; a second instance loses
/// nothing, but needs PostgreSQL.
fn warn_if_in_use(database: &Database) {
    if let Database::Sqlite(file) = database
        && sqlite::is_in_use(file)
    {
        tracing::warn!("another process has the database open; use PostgreSQL for several instances");
    }
}

async fn audit(settings: &SettingsLookup, since: Option<String>, json: bool, csv: bool) -> Result<(), Failure> {
    let since = match since {
        Some(text) => audit_report::since(&text, Clock::System.now()).ok_or(Failure::Since(text))?,
        None => jiff::Timestamp::MIN,
    };
    let form = match (json, csv) {
        (true, _) => audit_report::AuditFormat::Json,
        (_, true) => audit_report::AuditFormat::Csv,
        _ => audit_report::AuditFormat::Lines,
    };
    let store = existing(settings).await?;
    Ok(audit_report::write(store.as_ref(), since, form, &mut std::io::stdout().lock()).await?)
}

async fn resync(settings: &SettingsLookup, whose: TenantOption) -> Result<(), Failure> {
    for (_, work) in everybody(settings, whose).await?.1.into_iter().filter(|(_, work)| work.is_connected()) {
        let mut out = std::io::stderr();
        let told = poller::resync(&work, |read| drop(write!(&mut &out, "\r{read} conversations read"))).await;
        writeln!(out)?;
        let (all, changed) = told?;
        writeln!(std::io::stdout(), "read {all} conversations: {changed} new, changed or removed")?;
    }
    Ok(())
}

/// Returns the work of the chosen installations, each with its name if there may be several.
async fn everybody(
    settings: &SettingsLookup,
    TenantOption { installation }: TenantOption,
) -> Result<(App, Vec<(Option<String>, Arc<TenantCtx>)>), Failure> {
    let config = config(settings)?;
    found(&config.database).await?;
    let app = App::build(&config, Clock::System).await?;
    let only = installation.clone().map(InstallationId::new);
    let all = app.tenants.everybody(only.as_ref()).await.map_err(Failure::Installations)?;
    if all.is_empty() {
        return Err(Failure::Nobody(installation));
    }
    let name = |work: &Arc<TenantCtx>| work.record.as_ref().map(|tenant| tenant.installation.name.clone());
    let all = all.into_iter().map(|work| (name(&work), work)).collect();
    Ok((app, all))
}

async fn rotate(settings: &SettingsLookup) -> Result<(), Failure> {
    let config = config(settings)?;
    found(&config.database).await?;
    let app = App::build(&config, Clock::System).await?;
    let installations = app.tenants.installations().ok_or(Failure::NothingSealed)?;
    let sealed = installations.renew_seals(&app.tenants.common).await.map_err(Failure::Sealing)?;
    Ok(writeln!(std::io::stdout(), "sealed again: {sealed}; all secrets are sealed with the first key")?)
}

async fn health(settings: &SettingsLookup) -> Result<(), Failure> {
    let mut address = settings.listen().map_err(Failure::Settings)?;
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let client =
        transport::client(HEALTH_TIMEOUT).map_err(|error| Failure::NotAlive { address, cause: whole(&error) })?;
    let answer = client.get(format!("http://{address}/healthz")).send().await.and_then(Response::error_for_status);
    answer.map(drop).map_err(|error| Failure::NotAlive { address, cause: whole(&error.without_url()) })
}

async fn examine(settings: &SettingsLookup, whose: TenantOption) -> Result<(), Failure> {
    let mut bad = 0;
    for (name, work) in everybody(settings, whose).await?.1 {
        if let Some(name) = name {
            writeln!(std::io::stdout(), "{name}")?;
        }
        for finding in doctor::examine(&work).await {
            writeln!(std::io::stdout(), "{finding}")?;
            bad += usize::from(finding.state == FindingState::Bad);
        }
    }
    if bad == 0 { Ok(()) } else { Err(Failure::Unwell(bad)) }
}

async fn look_after_jobs(settings: &SettingsLookup, command: Jobs) -> Result<(), Failure> {
    let store = existing(settings).await?;
    let (store, mut out, now) = (store.as_ref(), std::io::stdout().lock(), Clock::System.now());
    match command {
        Jobs::List { waiting, json } => jobs::list(store, !waiting, json, &mut out).await?,
        Jobs::Show { id } => jobs::show(store, id, &mut out).await?,
        Jobs::Retry(chosen) => {
            let ids = chosen.ids(store).await?;
            for id in &ids {
                jobs::retry(store, &handlers::all(None), *id, (now, Pacing::default())).await?;
            }
            writeln!(out, "retrying {}", counted(ids.len()))?;
        }
        Jobs::Drop { chosen, care } => delete_jobs(store, &chosen.ids(store).await?, &care, &mut out).await?,
    }
    Ok(())
}

async fn look_after_limits(settings: &SettingsLookup, command: Limits) -> Result<(), Failure> {
    let store = existing(settings).await?;
    let (store, mut out, now) = (store.as_ref(), std::io::stdout().lock(), Clock::System.now());
    match command {
        Limits::List { json } => limits::list(store, now, json, &mut out).await?,
        Limits::Clear { methods, all: _, whose } => {
            let chosen = limits::LimitFilter { installation: whose.installation, methods };
            for limit in limits::clear(store, &chosen, now).await? {
                writeln!(out, "lifted: {}", limits::line(&limit))?;
            }
        }
    }
    Ok(())
}

async fn delete_jobs(store: &dyn Store, ids: &[JobId], care: &Care, out: &mut impl Write) -> Result<(), Failure> {
    if !care.yes || ids.is_empty() {
        jobs::preview(store, ids, out).await?;
    }
    if care.dry_run || ids.is_empty() {
        return Ok(());
    }
    care.ask(&format!("Delete {}?", counted(ids.len())), "deleted")?;
    for id in ids {
        jobs::discard(store, *id).await?;
    }
    Ok(writeln!(out, "deleted {}", counted(ids.len()))?)
}

impl Chosen {
    async fn ids(self, store: &dyn Store) -> Result<Vec<JobId>, Failure> {
        if self.all { Ok(jobs::dead(store).await?) } else { Ok(self.ids) }
    }
}

fn counted(jobs: usize) -> String {
    if jobs == 1 { "1 job".to_owned() } else { format!("{jobs} jobs") }
}

async fn export(settings: &SettingsLookup, somebody: Somebody) -> Result<(), Failure> {
    let store = existing(settings).await?;
    let (installation, person) = somebody.find(store.as_ref()).await?;
    Ok(person::export(store.as_ref(), &installation, &person, &mut std::io::stdout().lock()).await?)
}

async fn erase(
    settings: &SettingsLookup,
    somebody: Somebody,
    even_if_waiting: bool,
    care: Care,
) -> Result<(), Failure> {
    let store = existing(settings).await?;
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

async fn backup(settings: &SettingsLookup, file: PathBuf) -> Result<(), Failure> {
    let database = database(settings)?;
    let Database::Sqlite(from) = &database else { return Err(Failure::BackupElsewhere(file)) };
    found(&database).await?;
    sqlite::backup(from, &file).map_err(|cause| Failure::Backup { file: file.clone(), cause })?;
    Ok(writeln!(std::io::stdout(), "copied the database to {}", file.display())?)
}

fn restore(settings: &SettingsLookup, file: PathBuf) -> Result<(), Failure> {
    let Database::Sqlite(database) = database(settings)? else { return Err(Failure::RestoreElsewhere(file)) };
    let kept = sqlite::restore(&file, &database, Clock::System.now())?;
    let mut out = std::io::stdout();
    writeln!(out, "restored {} from {}", database.display(), file.display())?;
    if let Some(kept) = kept {
        writeln!(out, "kept the previous database in {}", kept.display())?;
    }
    Ok(writeln!(out, "hint: start the app, then run `dialnote-slack doctor` and `dialnote-slack resync`")?)
}

fn database(settings: &SettingsLookup) -> Result<Database, Failure> {
    settings.database().map_err(Failure::Settings)
}

/// Prints the database's name, for commands that must not create one.
async fn found(database: &Database) -> Result<(), Failure> {
    let name = app::find(database).await?;
    Ok(writeln!(std::io::stderr(), "database: {name}")?)
}

/// Opens the existing database.
async fn existing(settings: &SettingsLookup) -> Result<Arc<dyn Store>, Failure> {
    let database = database(settings)?;
    found(&database).await?;
    Ok(app::open(&database, &Clock::System).await?)
}
