//! The command line: the commands, with their help.

mod care;
#[cfg(feature = "sandbox")]
pub(crate) mod demo;
pub(crate) mod failure;
#[cfg(feature = "sandbox")]
mod hosting;
#[cfg(feature = "sandbox")]
pub(crate) mod sandbox;
pub(crate) mod stopping;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use dialnote_slack::core::ids::{JobId, SlackUserId};
use dialnote_slack::ops::{jobs, manifest, person};

/// Decide in Slack who owns each dialnote conversation.
#[derive(Parser)]
#[command(version, about)]
pub(crate) struct Cli {
    /// Read settings that are not in the environment from this file; `dialnote-slack settings` prints an example. Or
    /// set `CONFIG_FILE`.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: CliCommand,
}

#[derive(Subcommand)]
pub(crate) enum CliCommand {
    /// Run the app; settings come from the environment or a file (see README).
    Serve,
    /// Run the app against a sandbox with a made-up Slack and dialnote; needs no accounts.
    #[cfg(feature = "sandbox")]
    Demo(demo::DemoOptions),
    /// Run only the sandbox, for an app that is started separately.
    #[cfg(feature = "sandbox")]
    Sandbox(sandbox::SandboxOptions),
    /// Print the audit log: every attempt, with the states before and after, oldest first.
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
    /// Re-read all conversations from dialnote, and remove those that no longer exist. The app may be running.
    Resync(TenantOption),
    /// Check the setup and explain how to fix each problem; uses the app's settings.
    Doctor(TenantOption),
    /// Manage the keys that seal the secrets of installations.
    Vault {
        #[command(subcommand)]
        command: VaultCommand,
    },
    /// Check whether the app on this machine responds: for containers without curl.
    Health,
    /// Inspect and retry jobs.
    Jobs {
        #[command(subcommand)]
        command: Jobs,
    },
    /// Inspect and lift rate limits of Slack and dialnote.
    Limits {
        #[command(subcommand)]
        command: Limits,
    },
    /// Print all stored data about a person, as JSON.
    Export(Somebody),
    /// Remove a person from the stored data, and report what was removed and what was not. The app may be running.
    Erase {
        #[command(flatten)]
        somebody: Somebody,
        /// Erase even if pending jobs name them; those jobs stay.
        #[arg(long)]
        even_if_waiting: bool,
        #[command(flatten)]
        care: Care,
    },
    /// Copy the database to a file. The app may be running.
    Backup {
        /// The file. It must not exist yet.
        file: PathBuf,
    },
    /// Replace the database with a backup, and keep the old one beside it. Stop the app first.
    Restore {
        /// A file made by `backup`.
        file: PathBuf,
    },
    /// Print a settings file to start from: every setting, with its description and its default.
    Settings,
    /// Print the app's manifest for Slack, as JSON.
    Manifest {
        /// The app's public address, for example <https://dialnote-slack.acme.com>.
        #[arg(long, default_value = manifest::PLACEHOLDER_URL)]
        url: String,
        /// The host of dialnote's web app, whose links are shown as cards.
        #[arg(long, default_value = manifest::UNFURL_DOMAIN)]
        unfurl_domain: String,
        /// Print it for Socket Mode, which needs no public address.
        #[arg(long, conflicts_with = "url")]
        socket_mode: bool,
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
    /// Print a new key for the settings.
    Key,
    /// Seal all secrets with the first key. The app may be running.
    Rotate,
}

#[derive(Subcommand)]
pub(crate) enum Jobs {
    /// Print a line for each failed job, oldest first.
    List {
        /// Print the pending jobs instead.
        #[arg(long)]
        waiting: bool,
        /// Print a line of JSON for each job.
        #[arg(long)]
        json: bool,
    },
    /// Print a job in full.
    Show {
        /// The job's id, for example job-17.
        #[arg(value_parser = jobs::id)]
        id: JobId,
    },
    /// Retry failed jobs.
    Retry(Chosen),
    /// Delete failed jobs.
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
    /// Print a line for each rate limit: workspace, service, method, and its end.
    List {
        /// Print a line of JSON for each rate limit.
        #[arg(long)]
        json: bool,
    },
    /// Lift rate limits and retry their jobs now. The app may be running.
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
