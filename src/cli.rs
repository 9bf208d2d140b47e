//! What can be typed: the commands, with what their help says.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use dialnote_slack::ids::{JobId, SlackUserId};
use dialnote_slack::{jobs, manifest, person};

#[cfg(feature = "sandbox")]
use crate::{demo, sandbox};

/// Decide in Slack who owns each dialnote conversation.
#[derive(Parser)]
#[command(version, about)]
pub(crate) struct Cli {
    /// A file with settings, for those that the environment does not have; `dialnote-slack settings` prints an
    /// example. Or `CONFIG_FILE`.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: CliCommand,
}

#[derive(Subcommand)]
pub(crate) enum CliCommand {
    /// Run the app for a workspace; settings come from the environment or a file (see README).
    Serve,
    /// Run the app against a sandbox with a made-up Slack and dialnote; needs no accounts.
    #[cfg(feature = "sandbox")]
    Demo(demo::DemoOptions),
    /// Run only the sandbox, for an app that is started separately.
    #[cfg(feature = "sandbox")]
    Sandbox(sandbox::SandboxOptions),
    /// Print who did what: every attempt, with what was before and after, oldest first.
    Audit {
        /// Since when: 24h, 7d, a date, or a time like 2026-11-23T09:00:00Z. Everything, unless given.
        #[arg(long)]
        since: Option<String>,
        /// A line of JSON for each.
        #[arg(long, conflicts_with = "csv")]
        json: bool,
        /// Comma-separated values.
        #[arg(long)]
        csv: bool,
    },
    /// Read all conversations from dialnote anew, and forget those that are not there any more. The app
    /// may run meanwhile.
    Resync(TenantOption),
    /// Look whether everything is as it has to be, and say how to mend what is not; with the app's settings.
    Doctor(TenantOption),
    /// What seals the tokens and keys of those who have installed the app.
    Vault {
        #[command(subcommand)]
        command: VaultCommand,
    },
    /// Ask the app that runs on this machine whether it is alive: for containers, which have no curl.
    Health,
    /// What waits and what was given up.
    Jobs {
        #[command(subcommand)]
        command: Jobs,
    },
    /// Inspect and lift limits: the times until which Slack or dialnote wants no calls.
    Limits {
        #[command(subcommand)]
        command: Limits,
    },
    /// Print everything that is kept about a person, as JSON.
    Export(Somebody),
    /// Take a person away from what is kept, and say what was removed and what remains. The app may run
    /// meanwhile.
    Erase {
        #[command(flatten)]
        somebody: Somebody,
        /// Although something waits to be done that names them: that stays.
        #[arg(long)]
        even_if_waiting: bool,
        #[command(flatten)]
        care: Care,
    },
    /// Copy the database into a file that is complete in itself. The app may run meanwhile.
    Backup {
        /// The file. It must not exist yet.
        file: PathBuf,
    },
    /// Put a backup in the place of the database, and keep the old one beside it. Stop the app first.
    Restore {
        /// The file that `backup` made.
        file: PathBuf,
    },
    /// Print a settings file to begin with: every setting, with its description and its default.
    Settings,
    /// Print the app's manifest for Slack.
    Manifest {
        /// Where Slack reaches the app, for example <https://dialnote-slack.acme.com>.
        #[arg(long, default_value = manifest::PLACEHOLDER_URL)]
        url: String,
        /// Where dialnote is on the web: links to it are shown as cards.
        #[arg(long, default_value = manifest::UNFURL_DOMAIN)]
        unfurl_domain: String,
        /// For Socket Mode, in which Slack needs no address.
        #[arg(long, conflicts_with = "url")]
        socket_mode: bool,
    },
}

/// Of an app that anybody can install, whose.
#[derive(Args)]
pub(crate) struct TenantOption {
    /// Only of this workspace or organization, for example T0ACME.
    #[arg(long)]
    pub(crate) installation: Option<String>,
}

/// A person, and whose.
#[derive(Args)]
pub(crate) struct Somebody {
    /// Their id in Slack, for example U0ZOE.
    #[arg(long, value_parser = person::user)]
    pub(crate) person: SlackUserId,
    /// A name they have or had; those that are kept are known. May be said several times.
    #[arg(long)]
    pub(crate) name: Vec<String>,
    /// An e-mail address they have or had; the one that is kept is known. May be said several times.
    #[arg(long)]
    pub(crate) address: Vec<String>,
    #[command(flatten)]
    pub(crate) whose: TenantOption,
}

#[derive(Subcommand)]
pub(crate) enum VaultCommand {
    /// Print a new key to seal with, for the settings.
    Key,
    /// Seal with the first key what is sealed with another. The app may run meanwhile.
    Rotate,
}

#[derive(Subcommand)]
pub(crate) enum Jobs {
    /// Print a line for each job that was given up, the oldest first.
    List {
        /// Those that wait instead.
        #[arg(long)]
        waiting: bool,
        /// A line of JSON for each.
        #[arg(long)]
        json: bool,
    },
    /// Print all about a job.
    Show {
        /// Its name, for example job-17.
        #[arg(value_parser = jobs::id)]
        id: JobId,
    },
    /// Have what was given up tried again.
    Retry(Chosen),
    /// Throw away what was given up.
    #[command(alias = "discard")]
    Drop {
        #[command(flatten)]
        chosen: Chosen,
        #[command(flatten)]
        care: Care,
    },
}

/// How to go about what cannot be undone.
#[derive(Args)]
pub(crate) struct Care {
    /// Do it without asking.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Only print what would be removed.
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
}

#[derive(Args)]
pub(crate) struct Chosen {
    /// Which, for example job-17.
    #[arg(value_parser = jobs::id, required_unless_present = "all")]
    pub(crate) ids: Vec<JobId>,
    /// Everything that was given up.
    #[arg(long, conflicts_with = "ids")]
    pub(crate) all: bool,
}

#[derive(Subcommand)]
pub(crate) enum Limits {
    /// Print a line for each limit: the workspace, the service, the method and until when.
    List {
        /// A line of JSON for each.
        #[arg(long)]
        json: bool,
    },
    /// Lift limits, so that what waits for them is tried now. The app may run.
    Clear {
        /// Which, by their methods: `dialnote` for all of dialnote's, or for example chat.postMessage.
        #[arg(required_unless_present = "all")]
        methods: Vec<String>,
        /// All of them.
        #[arg(long, conflicts_with = "methods")]
        all: bool,
        #[command(flatten)]
        whose: TenantOption,
    },
}
