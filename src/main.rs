//! The command line.

mod cli;

use std::process::ExitCode;

use dialnote_slack::app;
use dialnote_slack::config::model::Database;
use dialnote_slack::ops::audit_report::AuditFormat;
use dialnote_slack::platform::db::sqlite;
use sd_notify::NotifyState;

use crate::cli::failure::Failure;
use crate::cli::opening::{self, SettingsLookup};
use crate::cli::{
    Cli, CliCommand, VaultCommand, checks, data, manifest, pages, queue, screen, stopping, upgrade, usage,
};
#[cfg(feature = "sandbox")]
use crate::cli::{demo, sandbox};

fn main() -> ExitCode {
    let colors = screen::choose_colors(std::env::args().skip(1));
    let Cli { config, command, .. } = match usage::parse(colors) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let detail = match command {
        #[cfg(feature = "sandbox")]
        CliCommand::Demo(_) => app::TOLD_IN_DETAIL,
        _ => app::TOLD,
    };
    let settings = opening::settings(config);
    app::log_to_stderr(detail, settings.log_format());
    match run(command, &settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.is_unread() {
                let (cause, hint) = failure.told();
                screen::error(&cause, Some(&hint));
            }
            ExitCode::from(failure.status())
        }
    }
}

#[tokio::main]
async fn run(command: CliCommand, settings: &SettingsLookup) -> Result<(), Failure> {
    match command {
        CliCommand::Serve => serve(settings).await,
        #[cfg(feature = "sandbox")]
        CliCommand::Demo(options) => demo::run(options).await,
        #[cfg(feature = "sandbox")]
        CliCommand::Sandbox(options) => sandbox::run(options).await,
        CliCommand::Audit { since, json, csv } => {
            let format = match (json, csv) {
                (true, _) => AuditFormat::Json,
                (_, true) => AuditFormat::Csv,
                _ => AuditFormat::Lines,
            };
            queue::audit(settings, since, format).await
        }
        CliCommand::Resync(whose) => checks::resync(settings, whose).await,
        CliCommand::Doctor { versions: true, .. } => pages::versions(),
        CliCommand::Doctor { whose, json, deep, .. } => checks::examine(settings, whose, json, deep).await,
        CliCommand::UpgradeCheck { backup, json } => upgrade::check(settings, backup.as_deref(), json).await,
        CliCommand::Vault { command: VaultCommand::Key } => checks::print_key(),
        CliCommand::Vault { command: VaultCommand::Rotate } => checks::rotate(settings).await,
        CliCommand::Health { json } => checks::health(settings, json).await,
        CliCommand::Jobs { command } => queue::look_after_jobs(settings, command).await,
        CliCommand::Limits { command } => queue::look_after_limits(settings, command).await,
        CliCommand::Export(somebody) => data::export(settings, somebody).await,
        CliCommand::Erase { somebody, even_if_waiting, care } => {
            data::erase(settings, somebody, even_if_waiting, care).await
        }
        CliCommand::Backup { file } => data::backup(settings, file).await,
        CliCommand::Restore { file } => data::restore(settings, &file),
        CliCommand::Settings => pages::settings(),
        CliCommand::Manifest { url, unfurl_domain, socket_mode, workflow_steps, .. } => {
            manifest::print(url.as_ref(), &unfurl_domain, socket_mode, workflow_steps)
        }
        CliCommand::Completions { shell } => pages::completions(shell),
        CliCommand::Man { dir } => pages::man(dir.as_deref()),
    }
}

async fn serve(settings: &SettingsLookup) -> Result<(), Failure> {
    let config = opening::config(settings)?;
    warn_if_in_use(&config.database);
    let app = opening::assembled(&config).await?;
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
