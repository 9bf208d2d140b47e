//! The operator's settings, read once, at the start. All mistakes are reported together, because restarting for each of
//! seven mistakes helps no one.

pub mod file;
pub mod model;
mod reader;
mod secret_file;
mod settings;
mod values;

use std::net::SocketAddr;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tracing::warn;
use url::Url;

use crate::config::model::{Database, LogFormat, Mistake, Workspaces};
use crate::config::reader::SettingsReader;
use crate::jobs::settings::WorkSettings;
use crate::platform::dialnote::client::Addresses;
use crate::platform::dialnote::webhooks::Signing;
use crate::platform::telemetry::traces::Collector;

pub use self::settings::{SECRETS, SETTINGS, Setting, unknown_variables};

/// All settings.
#[derive(Debug)]
pub struct Config {
    /// The app's signing secrets: several, separated by commas, while one is being replaced.
    pub signing_secrets: Vec<SecretString>,
    /// The workspaces that the app works for.
    pub workspaces: Workspaces,
    /// The app-level token, if Slack delivers by Socket Mode.
    pub app_token: Option<SecretString>,
    /// The number of Socket Mode connections.
    pub sockets: usize,
    /// Slack's Web API.
    pub slack_api: Url,
    /// dialnote's API.
    pub dialnote: Addresses,
    /// dialnote's web app, for links to conversations.
    pub dialnote_app: Url,
    /// The app's public address, if dialnote can reach it.
    pub public: Option<Url>,
    /// dialnote's address for webhook subscriptions.
    pub dialnote_hooks: Url,
    /// The signature of webhooks, if it is known.
    pub webhook_signing: Option<Signing>,
    /// The database.
    pub database: Database,
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The address for the operator's probes, if there is one.
    pub ops_listen: Option<SocketAddr>,
    /// The time for which the app reports that it is stopping before it stops.
    pub drain: Duration,
    /// The settings of the work.
    pub work: WorkSettings,
    /// The collector that gets traces, if there is one.
    pub collector: Option<Collector>,
}

impl Config {
    /// Reads only the address to listen on.
    pub(crate) fn read_listen(lookup: impl Fn(&str) -> Option<String>) -> Result<SocketAddr, Vec<Mistake>> {
        let mut reader = SettingsReader::new(lookup);
        let listen = reader.parsed("LISTEN", values::listen_address);
        listen.ok_or(reader.mistakes)
    }

    /// Reads the log format. [`Config::read`] reports a mistake in it, in the log.
    pub(crate) fn read_log_format(lookup: impl Fn(&str) -> Option<String>) -> LogFormat {
        let mut reader = SettingsReader::new(lookup);
        reader.parsed("LOG_FORMAT", values::log_format).unwrap_or_default()
    }

    /// Reads only the database.
    pub(crate) fn read_database(lookup: impl Fn(&str) -> Option<String>) -> Result<Database, Vec<Mistake>> {
        let mut reader = SettingsReader::new(lookup);
        let database = reader.database();
        database.ok_or(reader.mistakes)
    }

    /// Reads the settings from `lookup`, usually the environment. Returns all mistakes together.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<Mistake>> {
        let mut reader = SettingsReader::new(lookup);
        let app_token = reader.optional("SLACK_APP_TOKEN", values::app_token);
        let sockets = reader.parsed("SLACK_SOCKETS", values::sockets);
        let needs_no_signature = reader.is_set("SLACK_APP_TOKEN") && !reader.is_set("SLACK_SIGNING_SECRET");
        let signing_secrets =
            if needs_no_signature { Some(Vec::new()) } else { reader.secrets("SLACK_SIGNING_SECRET") };
        let slack_api = reader.parsed("SLACK_API_URL", values::web_address);
        let dialnote = reader.dialnote();
        let dialnote_app = reader.parsed("DIALNOTE_APP_URL", values::web_address);
        let public = reader.optional("PUBLIC_URL", values::web_address);
        let workspaces = reader.workspaces(public.as_ref());
        let dialnote_hooks = reader.parsed("DIALNOTE_HOOKS_URL", values::web_address);
        let signing = reader.optional("DIALNOTE_WEBHOOK_SECRET", |secret| Ok(SecretString::from(secret)));
        let header = reader.parsed("DIALNOTE_WEBHOOK_HEADER", values::header_name);
        let database = reader.database();
        let listen = reader.parsed("LISTEN", values::listen_address);
        let ops_listen = reader.optional("OPS_LISTEN", values::listen_address);
        if listen.is_some_and(|listen| listen.port() != 0 && ops_listen == Some(listen)) {
            reader.mistake::<()>("OPS_LISTEN", "is the same address as LISTEN; set another port, or none");
        }
        let drain = reader.parsed("DRAIN_SECONDS", values::drain);
        let lease = reader.parsed("LEASE_SECONDS", values::lease);
        let pacing = reader.parsed("SLACK_PACE", values::pacing);
        let parallel = reader.parsed("PARALLEL", values::parallel);
        let keep_audit = reader.optional("AUDIT_DAYS", values::days);
        reader.parsed("LOG_FORMAT", values::log_format);
        let collector = reader.collector();
        let complete = || {
            let header = header?;
            Some(Self {
                signing_secrets: signing_secrets?,
                workspaces: workspaces?,
                app_token,
                sockets: sockets?,
                slack_api: slack_api?,
                dialnote: dialnote?,
                dialnote_app: dialnote_app?,
                public,
                dialnote_hooks: dialnote_hooks?,
                webhook_signing: signing.map(|secret| Signing { header, secret }),
                database: database?,
                listen: listen?,
                ops_listen,
                drain: drain?,
                work: WorkSettings {
                    lease: lease?,
                    pacing: pacing?,
                    parallel: parallel?,
                    keep_audit,
                    ..WorkSettings::default()
                },
                collector,
            })
        };
        let without_mistake = reader.mistakes.is_empty();
        complete().filter(|_| without_mistake).ok_or(reader.mistakes)
    }
}

impl Config {
    /// Warns in the log about values that look like mistakes and need not be.
    pub fn warn_if_odd(&self) {
        if self.signing_secrets.iter().any(|secret| !is_like_slacks(secret.expose_secret())) {
            warn!(
                "SLACK_SIGNING_SECRET is not 32 hexadecimal digits as usual; if requests are refused, copy it again from \
                 Basic Information → App Credentials"
            );
        }
    }
}

/// Answers whether a signing secret looks like those that Slack has issued so far. Slack does not promise this form.
fn is_like_slacks(secret: &str) -> bool {
    secret.len() == 32 && secret.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(set: &[(&str, &str)]) -> Result<Config, Vec<Mistake>> {
        Config::read(|name| set.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()))
    }

    const COMPLETE: [(&str, &str); 3] = [
        ("SLACK_SIGNING_SECRET", "planted-a, planted-b"),
        ("SLACK_BOT_TOKEN", "xoxb-planted"),
        ("DIALNOTE_API_KEY", "dn_live_planted"),
    ];

    #[test]
    fn three_settings_are_enough() {
        let Ok(config) = read(&COMPLETE) else { unreachable!("complete") };
        assert_eq!(config.signing_secrets.len(), 2);
        assert_eq!(config.listen.port(), 8080);
        assert!(matches!(config.database, Database::Sqlite(file) if file.ends_with("dialnote-slack.db")));
    }

    #[test]
    fn an_app_token_stands_for_a_signing_secret() {
        let [_, rest @ ..] = COMPLETE;
        let by_sockets = |token| read(&[rest.as_slice(), &[("SLACK_APP_TOKEN", token)]].concat());
        let Ok(config) = by_sockets("xapp-planted") else { unreachable!("complete") };
        assert!(config.app_token.is_some() && config.signing_secrets.is_empty() && config.sockets == 2);
        let names = |mistakes: Vec<Mistake>| mistakes.iter().map(|mistake| mistake.name).collect::<Vec<_>>();
        assert_eq!(by_sockets("xoxb-planted").err().map(names), Some(vec!["SLACK_APP_TOKEN"]));
        assert_eq!(by_sockets("none").err().map(names), Some(vec!["SLACK_SIGNING_SECRET"]));
    }

    #[test]
    fn requests_and_tools_have_addresses_of_their_own() {
        let with = |one, other| read(&[COMPLETE.as_slice(), &[("LISTEN", one), ("OPS_LISTEN", other)]].concat());
        let names =
            with("127.0.0.1:8080", "127.0.0.1:8080").err().map(|found| found.iter().map(|one| one.name).collect());
        assert_eq!(names, Some(vec!["OPS_LISTEN"]));
        assert!(with("127.0.0.1:8080", "127.0.0.1:8081").is_ok());
        assert!(with("127.0.0.1:0", "127.0.0.1:0").is_ok(), "any two that are free");
    }

    #[test]
    fn all_mistakes_come_at_once_and_without_secrets() {
        let wrong = [
            ("SLACK_APP_TOKEN", "xoxb-planted"),
            ("SLACK_SOCKETS", "11"),
            ("SLACK_SIGNING_SECRET", "planted by hand"),
            ("SLACK_BOT_TOKEN", "xoxp-planted"),
            ("DIALNOTE_API_KEY", "dn_live planted"),
            ("DIALNOTE_API_URL", "http://dialnote.example/planted"),
            ("DIALNOTE_ASSIGN_URL", "planted"),
            ("DIALNOTE_APP_URL", "planted"),
            ("SLACK_API_URL", "ftp://planted"),
            ("PUBLIC_URL", "planted"),
            ("DIALNOTE_HOOKS_URL", "planted"),
            ("DIALNOTE_WEBHOOK_HEADER", "X planted"),
            ("DATABASE_URL", "mysql://planted"),
            ("LISTEN", "planted"),
            ("OPS_LISTEN", "planted"),
            ("DRAIN_SECONDS", "301"),
            ("LEASE_SECONDS", "planted"),
            ("SLACK_PACE", "planted"),
            ("PARALLEL", "0"),
            ("LOG_FORMAT", "planted"),
            ("AUDIT_DAYS", "planted"),
            ("SLACK_AUTHORIZE_URL", "planted"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "planted"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "planted"),
            ("OTEL_TRACES_SAMPLER_ARG", "1.1"),
        ];
        let mistakes = read(&wrong).err().unwrap_or_default();
        let names: Vec<_> = mistakes.iter().map(|mistake| mistake.name).collect();
        // Any secret is accepted, and settings for many workspaces are not read.
        assert_eq!(names.len(), SETTINGS.len() - 5, "{names:?}");
        assert!(mistakes.iter().all(|mistake| !mistake.to_string().contains("planted")), "{mistakes:?}");
    }

    const KEY: &str = "0a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d";

    const TWO: &str = concat!(
        "0a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d, ",
        "1a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d",
    );

    const MANY: [(&str, &str); 5] = [
        ("SLACK_SIGNING_SECRET", "planted-a"),
        ("SLACK_CLIENT_ID", "1.2"),
        ("SLACK_CLIENT_SECRET", "planted-b"),
        ("ENCRYPTION_KEY", KEY),
        ("PUBLIC_URL", "https://app.example"),
    ];

    #[test]
    fn an_app_that_anybody_installs_needs_five() {
        let Ok(config) = read(&MANY) else { unreachable!("complete") };
        assert!(!format!("{config:?}").contains("planted") && !format!("{config:?}").contains(KEY), "{config:?}");
        let Workspaces::Many { app, .. } = config.workspaces else { unreachable!("many") };
        assert_eq!(app.redirect(), "https://app.example/slack/oauth_redirect");
        for (without, _) in MANY.iter().filter(|(name, _)| *name != "SLACK_CLIENT_ID") {
            let rest: Vec<_> = MANY.into_iter().filter(|(name, _)| name != without).collect();
            let names = read(&rest).err().unwrap_or_default().into_iter().map(|mistake| mistake.name);
            assert_eq!(names.collect::<Vec<_>>(), [*without]);
        }
    }

    #[test]
    fn one_workspace_or_many_but_not_both() {
        let both: Vec<_> = MANY.into_iter().chain(COMPLETE).collect();
        let names = read(&both).err().unwrap_or_default().into_iter().map(|mistake| mistake.name);
        assert_eq!(names.collect::<Vec<_>>(), ["SLACK_BOT_TOKEN", "DIALNOTE_API_KEY"]);
    }

    #[test]
    fn a_key_to_seal_with_is_checked() {
        let with = |key| {
            let changed: Vec<_> =
                MANY.into_iter().map(|(n, v)| (n, if n == "ENCRYPTION_KEY" { key } else { v })).collect();
            read(&changed).err().unwrap_or_default().into_iter().map(|mistake| mistake.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(with(TWO), [""; 0]);
        assert_eq!(
            with("planted"),
            ["ENCRYPTION_KEY: is not 64 hexadecimal digits; `dialnote-slack vault key` makes one"]
        );
        let one_workspace = [&COMPLETE[..], &[("ENCRYPTION_KEY", "planted")]].concat();
        let names = read(&one_workspace).err().unwrap_or_default().into_iter().map(|mistake| mistake.name);
        assert_eq!(names.collect::<Vec<_>>(), ["ENCRYPTION_KEY"], "also where it isn't used yet");
    }

    #[test]
    fn what_is_wrong_with_a_secret_by_file_is_told_of_the_setting_that_names_the_file() {
        let Ok(folder) = tempfile::tempdir() else { unreachable!("a folder") };
        let path = folder.path().join("token");
        assert!(std::fs::write(&path, "xoxp-planted\n").is_ok());
        let path = path.display().to_string();
        let told = |further: &[(&str, &str)]| {
            let all: Vec<_> =
                COMPLETE.iter().filter(|(name, _)| *name != "SLACK_BOT_TOKEN").chain(further).copied().collect();
            read(&all).err().unwrap_or_default().iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let by_file = ("SLACK_BOT_TOKEN_FILE", &*path);
        assert_eq!(
            told(&[by_file]),
            ["SLACK_BOT_TOKEN_FILE: does not begin with xoxb-; copy the bot token, not another one"]
        );
        assert_eq!(
            told(&[by_file, ("SLACK_BOT_TOKEN", "xoxb-planted")]),
            ["SLACK_BOT_TOKEN_FILE: and SLACK_BOT_TOKEN are both set; unset one"]
        );
        assert_eq!(
            told(&[("SLACK_BOT_TOKEN_FILE", "/nowhere/planted")]),
            ["SLACK_BOT_TOKEN_FILE: /nowhere/planted cannot be read: no such file or folder"]
        );
        assert_eq!(told(&[("SLACK_BOT_TOKEN_FILE", "none"), ("SLACK_BOT_TOKEN", "xoxb-planted")]), [""; 0]);
    }

    #[test]
    fn a_password_belongs_to_a_server_and_is_given_once() {
        let read = |url: &str, password: &str| {
            let set = [("DATABASE_URL", url), ("DATABASE_PASSWORD", password)];
            Config::read_database(|name| set.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()))
                .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect::<Vec<_>>())
                .map(|database| match database {
                    Database::Postgres(url) => url.expose_secret().to_owned(),
                    Database::Sqlite(file) => file.display().to_string(),
                })
        };
        let told = |problem: &str| Err(vec![format!("DATABASE_PASSWORD: {problem}")]);
        assert_eq!(read("postgres://a@b/c", " p@/# "), Ok("postgres://a@b/c?password=+p%40%2F%23+".to_owned()));
        assert_eq!(read("postgres://a:b@c/d", "none"), Ok("postgres://a:b@c/d".to_owned()));
        assert_eq!(read("sqlite:a.db", "none"), Ok("a.db".to_owned()));
        assert_eq!(
            read("sqlite:a.db", "planted"),
            told("is for a postgres:// address, but DATABASE_URL names a file; unset it")
        );
        for url in ["postgres://a:planted@b/c", "postgres://a@b/c?password=planted"] {
            assert_eq!(read(url, "planted"), told("and a password in DATABASE_URL are both set; unset one"));
        }
    }

    #[test]
    fn a_collector_in_the_open_is_told_no_secrets() {
        let with = |endpoint, headers| {
            let further = [("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint), ("OTEL_EXPORTER_OTLP_HEADERS", headers)];
            let names = |mistakes: Vec<Mistake>| mistakes.iter().map(|mistake| mistake.name).collect::<Vec<_>>();
            read(&[&COMPLETE[..], &further].concat()).map(|config| config.collector.is_some()).map_err(names)
        };
        let refused = Err(vec!["OTEL_EXPORTER_OTLP_HEADERS"]);
        assert_eq!(with("http://collector:4318", "none"), Ok(true));
        assert_eq!(with("http://collector:4318", "api-key=planted"), refused);
        assert_eq!(with("https://collector.example", "api-key=planted"), Ok(true));
        assert_eq!(with("http://127.0.0.1:4318", "api-key=planted"), Ok(true));
        assert_eq!(with("https://collector.example", "api key=planted"), refused);
        assert_eq!(with("none", "api-key=planted"), Ok(false));
    }

    #[test]
    fn a_signing_secret_of_slacks_is_known() {
        assert!(is_like_slacks("0123456789abcdef0123456789abcdef"));
        for other in ["x", "xoxb-1", "0123456789abcdef0123456789abcdeg", "0123456789abcdef0123456789abcde", ""] {
            assert!(!is_like_slacks(other), "{other}");
        }
    }

    #[test]
    fn never_shows_a_secret() {
        assert!(!format!("{:?}", read(&COMPLETE)).contains("planted"));
    }
}
