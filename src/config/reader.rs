//! The reader of settings: it looks each one up and checks it, and collects all mistakes, so that they are reported
//! together.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::config::model::{Database, Mistake, Workspaces};
use crate::config::secret_file;
use crate::config::settings::{NONE, SECRETS, SETTINGS};
use crate::config::values::{WITH_A_SPACE, collector_address, database, headers, share, web_address, word};
use crate::platform::db::postgres;
use crate::platform::dialnote::client::{ASSIGN, Addresses, READS};
use crate::platform::slack::oauth;
use crate::platform::telemetry::traces::Collector;
use crate::platform::vault::Vault;

/// A reader of one setting at a time. A missing or wrong one reads as `None` and adds a mistake.
pub(super) struct SettingsReader<F> {
    lookup: F,
    pub(super) mistakes: Vec<Mistake>,
}

impl<F: Fn(&str) -> Option<String>> SettingsReader<F> {
    pub(super) fn new(lookup: F) -> Self {
        Self { lookup, mistakes: Vec::new() }
    }

    pub(super) fn workspaces(&mut self, public: Option<&Url>) -> Option<Workspaces> {
        let authorize = self.parsed("SLACK_AUTHORIZE_URL", web_address);
        let client_id = self.optional("SLACK_CLIENT_ID", word);
        let Some(client_id) = client_id else {
            self.unused_encryption_keys();
            let (slack_token, dialnote_key) =
                (self.secret("SLACK_BOT_TOKEN", Some("xoxb-")), self.secret("DIALNOTE_API_KEY", None));
            return Some(Workspaces::One { slack_token: slack_token?, dialnote_key: dialnote_key? });
        };
        for name in ["SLACK_BOT_TOKEN", "DIALNOTE_API_KEY"] {
            if self.is_set(name) {
                self.mistake::<()>(
                    name,
                    "is for a single workspace; with SLACK_CLIENT_ID each brings its own. Unset one",
                );
            }
        }
        if public.is_none() {
            self.mistake::<()>(
                "PUBLIC_URL",
                "must be set with SLACK_CLIENT_ID: Slack returns people there after an installation",
            );
        }
        let client_secret = self.optional("SLACK_CLIENT_SECRET", word);
        if !self.is_set("SLACK_CLIENT_SECRET") {
            self.mistake::<()>("SLACK_CLIENT_SECRET", "must be set with SLACK_CLIENT_ID");
        }
        let keys = self.encryption_keys();
        let (client_secret, public) = (client_secret?.into(), public?.clone());
        let app = oauth::AppCredentials { client_id, client_secret, authorize: authorize?, public };
        Some(Workspaces::Many { app: Box::new(app), keys: keys? })
    }

    /// Checks keys that a single workspace doesn't use, so that a wrong one is noticed before it is needed.
    fn unused_encryption_keys(&mut self) {
        if self.is_set("ENCRYPTION_KEY") {
            self.encryption_keys();
        }
    }

    fn encryption_keys(&mut self) -> Option<Vec<SecretString>> {
        let name = "ENCRYPTION_KEY";
        if !self.is_set(name) {
            return self.mistake(name, "must be set with SLACK_CLIENT_ID; `dialnote-slack vault key` makes one");
        }
        let keys = self.given(name)?;
        let keys: Vec<_> = keys.split([',', '\n']).map(str::trim).filter(|key| !key.is_empty()).collect();
        let keys: Vec<_> = keys.into_iter().map(SecretString::from).collect();
        match Vault::new(&keys) {
            Ok(_) => Some(keys),
            Err(bad) => self.mistake(name, &bad.to_string()),
        }
    }

    /// Reads dialnote's addresses. If only the address for reads is set, it is the one for changes as well.
    pub(super) fn dialnote(&mut self) -> Option<Addresses> {
        let reads = self.parsed(READS, web_address);
        let is_one = self.is_set(READS) && !self.is_set(ASSIGN);
        let assign = if is_one { reads.clone() } else { self.parsed(ASSIGN, web_address) };
        Some(Addresses { reads: reads?, assign: assign? })
    }

    /// Reads the database. A server's password may be a setting of its own, because many characters have another
    /// meaning in an address.
    pub(super) fn database(&mut self) -> Option<Database> {
        let name = "DATABASE_PASSWORD";
        let password = match self.set(name) {
            Ok(password) => password.filter(|password| password != NONE),
            Err(problem) => return self.mistake(name, &problem),
        };
        match (self.parsed("DATABASE_URL", database)?, password) {
            (database, None) => Some(database),
            (Database::Sqlite(_), Some(_)) => {
                self.mistake(name, "is for a postgres:// address, but DATABASE_URL names a file; unset it")
            }
            (Database::Postgres(url), Some(password)) => {
                match postgres::with_password(url.expose_secret(), &password) {
                    Some(url) => Some(Database::Postgres(url.into())),
                    None => self.mistake(name, "and a password in DATABASE_URL are both set; unset one"),
                }
            }
        }
    }

    /// Reads the collector that gets traces, if there is one.
    pub(super) fn collector(&mut self) -> Option<Collector> {
        let endpoint = self.optional("OTEL_EXPORTER_OTLP_ENDPOINT", collector_address);
        let headers = self.optional("OTEL_EXPORTER_OTLP_HEADERS", headers).unwrap_or_default();
        let share = self.parsed("OTEL_TRACES_SAMPLER_ARG", share)?;
        let in_the_open = endpoint.as_ref().is_some_and(|endpoint| web_address(endpoint.as_str()).is_err());
        if in_the_open && !headers.is_empty() {
            let problem = "would be sent unencrypted to that collector; give its address with https";
            return self.mistake("OTEL_EXPORTER_OTLP_HEADERS", problem);
        }
        Some(Collector { endpoint: endpoint?, headers, share })
    }

    pub(super) fn secrets(&mut self, name: &'static str) -> Option<Vec<SecretString>> {
        let given = self.given(name)?;
        let secrets: Vec<_> = given.split(',').map(str::trim).filter(|secret| !secret.is_empty()).collect();
        if secrets.is_empty() || secrets.iter().any(|secret| secret.contains(char::is_whitespace)) {
            return self.mistake(name, WITH_A_SPACE);
        }
        Some(secrets.into_iter().map(SecretString::from).collect())
    }

    pub(super) fn secret(&mut self, name: &'static str, prefix: Option<&str>) -> Option<SecretString> {
        let given = self.given(name)?;
        if given.contains(char::is_whitespace) {
            return self.mistake(name, WITH_A_SPACE);
        }
        if let Some(prefix) = prefix
            && !given.starts_with(prefix)
            && !given.starts_with(&format!("xoxe.{prefix}"))
        {
            return self.mistake(name, &format!("does not begin with {prefix}; copy the bot token, not another one"));
        }
        Some(SecretString::from(given))
    }

    pub(super) fn parsed<T>(&mut self, name: &'static str, parse: fn(&str) -> Result<T, String>) -> Option<T> {
        let given = self.given(name)?;
        parse(&given).map_or_else(|problem| self.mistake(name, &problem), Some)
    }

    /// Reads a setting that may be left out.
    pub(super) fn optional<T>(&mut self, name: &'static str, parse: fn(&str) -> Result<T, String>) -> Option<T> {
        let given = self.given(name).filter(|given| given != NONE)?;
        parse(&given).map_or_else(|problem| self.mistake(name, &problem), Some)
    }

    pub(super) fn is_set(&self, name: &str) -> bool {
        self.says_more_than_none(name) || self.file(name).is_some()
    }

    fn says_more_than_none(&self, name: &str) -> bool {
        self.said(name).is_some_and(|value| value.trim() != NONE)
    }

    /// Returns the setting's value, else its default.
    fn given(&mut self, name: &'static str) -> Option<String> {
        match self.set(name) {
            Ok(Some(value)) => Some(value.trim().to_owned()),
            Ok(None) => self.default(name),
            Err(problem) => self.mistake(name, &problem),
        }
    }

    /// Returns the setting's value, from the setting itself or from the file that is named instead.
    fn set(&self, name: &str) -> Result<Option<String>, String> {
        match self.file(name) {
            None => Ok(self.said(name)),
            Some(_) if self.says_more_than_none(name) => Err(format!("and {name} are both set; unset one")),
            Some((_, file)) => secret_file::read(Path::new(&file)).map(Some),
        }
    }

    /// Returns the file of a secret, and the setting that names it.
    fn file(&self, name: &str) -> Option<(&'static str, String)> {
        let (_, setting) = *SECRETS.iter().find(|(secret, _)| *secret == name)?;
        Some((setting, self.said(setting)?)).filter(|(_, file)| file.trim() != NONE)
    }

    fn said(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.trim().is_empty())
    }

    fn default(&mut self, name: &'static str) -> Option<String> {
        let setting = SETTINGS.iter().find(|setting| setting.name == name);
        if let Some(default) = setting.and_then(|setting| setting.default) {
            return Some(default.to_owned());
        }
        let about = setting.map_or("", |setting| setting.about).replace(['*', '`'], "");
        self.mistake(name, &format!("is not set. {about}"))
    }

    /// Keeps a mistake, under the name of the setting that the operator must change.
    pub(super) fn mistake<T>(&mut self, name: &'static str, problem: &str) -> Option<T> {
        let name = self.file(name).map_or(name, |(setting, _)| setting);
        self.mistakes.push(Mistake { name, file: None, problem: problem.to_owned() });
        None
    }
}
