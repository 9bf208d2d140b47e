//! The values of settings that are more than a number or an address.

use std::path::PathBuf;

use secrecy::SecretString;

use crate::slack::oauth;

/// For whom the app works.
#[derive(Debug)]
pub enum Workspaces {
    /// For one workspace, whose keys are set.
    One {
        /// The bot token of the workspace.
        slack_token: SecretString,
        /// The API key of the organization in dialnote.
        dialnote_key: SecretString,
    },
    /// For every workspace that installs it; their keys are sealed in the database.
    Many {
        /// The app as Slack knows it.
        app: Box<oauth::AppCredentials>,
        /// What their keys are sealed with: the first of these, while all open.
        keys: Vec<SecretString>,
    },
}

/// Where what must not be lost is kept.
#[derive(Debug)]
pub enum Database {
    /// In a file, for one instance.
    Sqlite(PathBuf),
    /// In a PostgreSQL, for several. The URL may hold a password.
    Postgres(SecretString),
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// A setting that is missing or wrong, with the way out. Never contains the setting's value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct Mistake {
    /// The environment variable.
    pub name: &'static str,
    /// What is wrong, and what to do.
    pub problem: String,
}
