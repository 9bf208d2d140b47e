//! The values of settings that are more than a number or an address.

use std::path::PathBuf;

use secrecy::SecretString;

use crate::platform::slack::oauth;

/// The workspaces that the app works for.
#[derive(Debug)]
pub enum Workspaces {
    /// One workspace, whose keys are settings.
    One {
        /// The bot token of the workspace.
        slack_token: SecretString,
        /// The API key of the organization in dialnote.
        dialnote_key: SecretString,
    },
    /// Every workspace that installs the app; their keys are sealed in the database.
    Many {
        /// The app's credentials.
        app: Box<oauth::AppCredentials>,
        /// The keys of the vault: the first seals, all open.
        keys: Vec<SecretString>,
    },
}

/// The database.
#[derive(Debug)]
pub enum Database {
    /// A file, for one instance.
    Sqlite(PathBuf),
    /// A PostgreSQL server, for several instances. The URL may hold a password.
    Postgres(SecretString),
}

/// The format of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Text, for people.
    #[default]
    Text,
    /// JSON, for programs.
    Json,
}

/// A setting that is missing or wrong, with the way out. Never contains the setting's value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", .file.as_ref().map_or_else(|| (*name).to_owned(), |file| file.display().to_string()))]
pub struct Mistake {
    /// The environment variable.
    pub name: &'static str,
    /// The settings file, if the mistake is about the file itself: it then stands for the name.
    pub file: Option<PathBuf>,
    /// The problem, and the fix.
    pub problem: String,
}
