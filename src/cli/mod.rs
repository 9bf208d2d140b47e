//! The command line: the commands, with their help.

mod care;
mod causes;
pub(crate) mod checks;
pub(crate) mod data;
#[cfg(feature = "sandbox")]
pub(crate) mod demo;
pub(crate) mod failure;
pub(crate) mod help;
#[cfg(feature = "sandbox")]
mod hosting;
pub(crate) mod manifest;
pub(crate) mod opening;
pub(crate) mod pages;
pub(crate) mod queue;
#[cfg(feature = "sandbox")]
pub(crate) mod sandbox;
pub(crate) mod screen;
pub(crate) mod stopping;
pub(crate) mod upgrade;
pub(crate) mod usage;

use std::path::PathBuf;

use clap::{Args, ColorChoice, Parser, Subcommand};
use clap_complete::Shell;
use dialnote_slack::core::ids::{JobId, SlackUserId};
use dialnote_slack::ops::manifest::UNFURL_DOMAIN;
use dialnote_slack::ops::{jobs, person};
use url::Url;

/// Decide in Slack who owns each dialnote conversation
#[derive(Parser)]
#[command(version)]
pub(crate) struct Cli {
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help_heading = GLOBAL,
        help = "Read settings that aren't in the environment from this TOML file (or set CONFIG_FILE)"
    )]
    pub(crate) config: Option<PathBuf>,
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        help_heading = GLOBAL,
        default_value = "auto",
        hide_possible_values = true,
        help = "Use colors: auto (on a terminal, unless NO_COLOR is set), always or never"
    )]
    pub(crate) color: ColorChoice,
    #[command(subcommand)]
    pub(crate) command: CliCommand,
}

/// The heading of the options that every command has.
const GLOBAL: &str = "Options of all commands";

#[derive(Subcommand)]
pub(crate) enum CliCommand {
    /// Run the app
    ///
    /// Settings come from the environment, or from the file in --config. Missing and wrong ones are listed at once.
    Serve,
    /// Run the app against a made-up Slack and dialnote
    ///
    /// It needs no accounts and no settings. Ctrl-C stops it.
    #[cfg(feature = "sandbox")]
    Demo(demo::DemoOptions),
    /// Run only the sandbox, for an app that is started separately
    #[cfg(feature = "sandbox")]
    Sandbox(sandbox::SandboxOptions),
    /// Print the audit log, oldest entry first
    ///
    /// Each entry is an attempt, with the states before and after, and its outcome.
    Audit {
        /// The start of the period: 24h, 7d, a date, or a time like 2026-11-23T09:00:00Z. Default: everything.
        #[arg(long)]
        since: Option<String>,
        /// Print a line of JSON for each entry.
        #[arg(long, conflicts_with = "csv")]
        json: bool,
        /// Print comma-separated values.
        #[arg(long)]
        csv: bool,
    },
    /// Read all conversations from dialnote again
    ///
    /// Conversations that no longer exist are removed. The app may be running.
    Resync(TenantOption),
    /// Check the setup and explain how to fix each problem
    ///
    /// Problems come first. It uses the app's settings, and exits with 1 if a check failed.
    Doctor {
        #[command(flatten)]
        whose: TenantOption,
        /// Print a line of JSON for each check.
        #[arg(long)]
        json: bool,
        /// Also ask Slack whether it accepts samples of what the app draws. Nothing is posted.
        #[arg(long)]
        deep: bool,
        /// Print only the program's versions, as the Slack CLI reads them, and check nothing.
        #[arg(long, conflicts_with_all = ["json", "deep", "installation"])]
        versions: bool,
    },
    /// Check with a new version whether it can take over
    ///
    /// It reads the settings and the database of the version that runs, and changes nothing. It exits with 1 if a check
    /// failed. The app may be running.
    UpgradeCheck {
        /// The backup to go back to. Its age and, for SQLite, its contents are checked.
        #[arg(long, value_name = "FILE")]
        backup: Option<PathBuf>,
        /// Print a line of JSON for each check.
        #[arg(long)]
        json: bool,
    },
    /// Make and replace the keys that seal the secrets of installations
    Vault {
        #[command(subcommand)]
        command: VaultCommand,
    },
    /// Check whether the app on this machine responds
    ///
    /// For containers without curl. It exits with 1 if the app doesn't respond at LISTEN.
    Health {
        /// Print the result as a line of JSON.
        #[arg(long)]
        json: bool,
    },
    /// Inspect, retry and delete jobs
    Jobs {
        #[command(subcommand)]
        command: Jobs,
    },
    /// Inspect and lift rate limits of Slack and dialnote
    Limits {
        #[command(subcommand)]
        command: Limits,
    },
    /// Print all stored data about a person, as JSON
    Export(Somebody),
    /// Remove a person from the stored data
    ///
    /// It reports what was removed and what was not. The app may be running.
    Erase {
        #[command(flatten)]
        somebody: Somebody,
        /// Erase even if pending jobs name them; those jobs stay.
        #[arg(long)]
        even_if_waiting: bool,
        #[command(flatten)]
        care: Care,
    },
    /// Copy the database to a file
    ///
    /// The copy is of one moment. The app may be running. PostgreSQL is copied with its own tools.
    Backup {
        /// The file. It must not exist yet.
        file: PathBuf,
    },
    /// Replace the database with a backup
    ///
    /// The old database is kept beside it. Stop the app first.
    Restore {
        /// A file made by `backup`.
        file: PathBuf,
    },
    /// Print a settings file to start from
    ///
    /// It has every setting, with its description and its default.
    Settings,
    /// Print the app's manifest for Slack, as JSON
    Manifest {
        /// The app's public address, for example <https://dialnote-slack.acme.com>.
        #[arg(long, value_parser = manifest::address)]
        url: Option<Url>,
        /// The host of dialnote's web app, whose links are shown as cards.
        #[arg(long, value_name = "HOST", default_value = UNFURL_DOMAIN, value_parser = manifest::host)]
        unfurl_domain: String,
        /// Print it for Socket Mode, which needs no public address.
        #[arg(long, conflicts_with = "url")]
        socket_mode: bool,
        /// Add steps for Slack's workflows. Only for an app that one workspace or organization installs.
        #[arg(long)]
        workflow_steps: bool,
        /// Print JSON, which is also the default.
        #[arg(long)]
        json: bool,
        /// The project's folder, which the Slack CLI names. The manifest doesn't depend on it.
        #[arg(long, hide = true)]
        source: Option<PathBuf>,
    },
    /// Print completions for a shell
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page
    ///
    /// The page is in the format of man (roff).
    Man {
        /// Write the pages of all commands to this folder instead.
        #[arg(long, value_name = "FOLDER")]
        dir: Option<PathBuf>,
    },
}

/// The installation, for an app that serves several.
#[derive(Args)]
pub(crate) struct TenantOption {
    /// Only this workspace or organization, for example T0ACME.
    #[arg(long)]
    pub(crate) installation: Option<String>,
}

/// A person, and their installation.
#[derive(Args)]
pub(crate) struct Somebody {
    /// Their Slack user id, for example U0ZOE.
    #[arg(long, value_parser = person::user)]
    pub(crate) person: SlackUserId,
    /// A name they have or had, in addition to the stored ones. May be repeated.
    #[arg(long)]
    pub(crate) name: Vec<String>,
    /// An email address they have or had, in addition to the stored one. May be repeated.
    #[arg(long)]
    pub(crate) address: Vec<String>,
    #[command(flatten)]
    pub(crate) whose: TenantOption,
}

#[derive(Subcommand)]
pub(crate) enum VaultCommand {
    /// Print a new key for the settings
    Key,
    /// Seal all secrets with the first key
    ///
    /// The app may be running.
    Rotate,
}

#[derive(Subcommand)]
pub(crate) enum Jobs {
    /// Print a line for each failed job, oldest first
    List {
        /// Print the pending jobs instead.
        #[arg(long)]
        waiting: bool,
        /// Print a line of JSON for each job.
        #[arg(long)]
        json: bool,
    },
    /// Print a job in full, as JSON
    Show {
        /// The job's id, for example job-17.
        #[arg(value_parser = jobs::id)]
        id: JobId,
    },
    /// Retry failed jobs
    Retry(Chosen),
    /// Delete failed jobs
    #[command(alias = "discard")]
    Drop {
        #[command(flatten)]
        chosen: Chosen,
        #[command(flatten)]
        care: Care,
    },
}

/// The confirmation of a command that cannot be undone.
#[derive(Args)]
pub(crate) struct Care {
    /// Don't ask for confirmation.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Only print what would be removed.
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
}

#[derive(Args)]
pub(crate) struct Chosen {
    /// The jobs' ids, for example job-17.
    #[arg(value_parser = jobs::id, required_unless_present = "all")]
    pub(crate) ids: Vec<JobId>,
    /// All failed jobs.
    #[arg(long, conflicts_with = "ids")]
    pub(crate) all: bool,
}

#[derive(Subcommand)]
pub(crate) enum Limits {
    /// Print a line for each rate limit
    ///
    /// It has the workspace, the service, the method, and the end of the limit.
    List {
        /// Print a line of JSON for each rate limit.
        #[arg(long)]
        json: bool,
    },
    /// Lift rate limits and retry their jobs now
    ///
    /// The app may be running.
    Clear {
        /// The methods: `dialnote` for all of dialnote's, or a Slack method such as chat.postMessage.
        #[arg(required_unless_present = "all")]
        methods: Vec<String>,
        /// All rate limits.
        #[arg(long, conflicts_with = "methods")]
        all: bool,
        #[command(flatten)]
        whose: TenantOption,
    },
}
