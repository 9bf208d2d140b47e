//! One setting after another: looked up, checked, and every mistake kept, so that all are told together.

use secrecy::SecretString;
use url::Url;

use super::settings::{NONE, SETTINGS};
use super::values::{WITH_A_SPACE, collector_address, headers, share, web_address, word};
use super::{Mistake, Workspaces};
use crate::dialnote::client::{ASSIGN, Addresses, READS};
use crate::slack::oauth;
use crate::traces::Collector;
use crate::vault::Vault;

/// Reads setting by setting. What is missing or wrong is `None`, and one more mistake.
pub(super) struct Reader<F> {
    lookup: F,
    pub(super) mistakes: Vec<Mistake>,
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    pub(super) fn new(lookup: F) -> Self {
        Self { lookup, mistakes: Vec::new() }
    }

    pub(super) fn workspaces(&mut self, public: Option<&Url>) -> Option<Workspaces> {
        let authorize = self.parsed("SLACK_AUTHORIZE_URL", web_address);
        let client_id = self.optional("SLACK_CLIENT_ID", word);
        let Some(client_id) = client_id else {
            let (slack_token, dialnote_key) =
                (self.secret("SLACK_BOT_TOKEN", Some("xoxb-")), self.secret("DIALNOTE_API_KEY", None));
            return Some(Workspaces::One { slack_token: slack_token?, dialnote_key: dialnote_key? });
        };
        for name in ["SLACK_BOT_TOKEN", "DIALNOTE_API_KEY"] {
            if self.is_set(name) {
                self.mistake::<()>(name, "is for one workspace; with SLACK_CLIENT_ID each brings its own. Unset one");
            }
        }
        if public.is_none() {
            self.mistake::<()>("PUBLIC_URL", "must be set with SLACK_CLIENT_ID: people come back there from Slack");
        }
        let client_secret = self.optional("SLACK_CLIENT_SECRET", word);
        if client_secret.is_none() {
            self.mistake::<()>("SLACK_CLIENT_SECRET", "must be set with SLACK_CLIENT_ID");
        }
        let keys = self.encryption_keys();
        let (client_secret, public) = (client_secret?.into(), public?.clone());
        let app = oauth::App { client_id, client_secret, authorize: authorize?, public };
        Some(Workspaces::Many { app: Box::new(app), keys: keys? })
    }

    fn encryption_keys(&mut self) -> Option<Vec<SecretString>> {
        let (mut name, mut keys) = ("ENCRYPTION_KEY", self.optional("ENCRYPTION_KEY", |keys| Ok(keys.to_owned())));
        if let Some(file) = self.optional("ENCRYPTION_KEY_FILE", |file| Ok(file.to_owned())) {
            if keys.is_some() {
                return self.mistake(name, "and ENCRYPTION_KEY_FILE are both set; unset one");
            }
            name = "ENCRYPTION_KEY_FILE";
            match std::fs::read_to_string(file) {
                Ok(text) => keys = Some(text),
                Err(error) => return self.mistake(name, &format!("cannot be read: {}", error.kind())),
            }
        }
        let Some(keys) = keys else {
            return self.mistake(name, "must be set with SLACK_CLIENT_ID; `dialnote-slack vault key` makes one");
        };
        let keys: Vec<_> = keys.split([',', '\n']).map(str::trim).filter(|key| !key.is_empty()).collect();
        let keys: Vec<_> = keys.into_iter().map(SecretString::from).collect();
        match Vault::new(&keys) {
            Ok(_) => Some(keys),
            Err(bad) => self.mistake(name, &bad.to_string()),
        }
    }

    /// Where dialnote's API is. Where only the address for reads is set, it is the one for changes as well.
    pub(super) fn dialnote(&mut self) -> Option<Addresses> {
        let reads = self.parsed(READS, web_address);
        let is_one = self.is_set(READS) && !self.is_set(ASSIGN);
        let assign = if is_one { reads.clone() } else { self.parsed(ASSIGN, web_address) };
        Some(Addresses { reads: reads?, assign: assign? })
    }

    /// The collector that gets traces, if there is one.
    pub(super) fn collector(&mut self) -> Option<Collector> {
        let endpoint = self.optional("OTEL_EXPORTER_OTLP_ENDPOINT", collector_address);
        let headers = self.optional("OTEL_EXPORTER_OTLP_HEADERS", headers).unwrap_or_default();
        let share = self.parsed("OTEL_TRACES_SAMPLER_ARG", share)?;
        let in_the_open = endpoint.as_ref().is_some_and(|endpoint| web_address(endpoint.as_str()).is_err());
        if in_the_open && !headers.is_empty() {
            let problem = "would travel in the open to that collector; give its address with https";
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

    /// The same for what may be left out.
    pub(super) fn optional<T>(&mut self, name: &'static str, parse: fn(&str) -> Result<T, String>) -> Option<T> {
        let given = self.given(name).filter(|given| given != NONE)?;
        parse(&given).map_or_else(|problem| self.mistake(name, &problem), Some)
    }

    pub(super) fn is_set(&self, name: &str) -> bool {
        (self.lookup)(name).is_some_and(|value| !value.trim().is_empty() && value.trim() != NONE)
    }

    /// What is set, else the default.
    fn given(&mut self, name: &'static str) -> Option<String> {
        let set = (self.lookup)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let setting = SETTINGS.iter().find(|setting| setting.name == name);
        match (set, setting.and_then(|setting| setting.default)) {
            (Some(value), _) => Some(value),
            (None, Some(default)) => Some(default.to_owned()),
            (None, None) => {
                let about = setting.map_or("", |setting| setting.about).replace(['*', '`'], "");
                self.mistake(name, &format!("is not set. {about}"))
            }
        }
    }

    fn mistake<T>(&mut self, name: &'static str, problem: &str) -> Option<T> {
        self.mistakes.push(Mistake { name, problem: problem.to_owned() });
        None
    }
}
