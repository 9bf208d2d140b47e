//! What an operator decides, read from the environment once, at the start. Every mistake is
//! reported at once, because restarting for each of seven mistakes is nobody's idea of help.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::dialnote::hooks::Signing;
use crate::slack::oauth;
use crate::store::postgres::Postgres;
use crate::vault::Vault;
use crate::work::Settings;
use crate::work::pace::Pacing;

/// Everything that is set.
#[derive(Debug)]
pub struct Config {
    /// The app's signing secrets: several, separated by commas, while one is being replaced.
    pub signing_secrets: Vec<SecretString>,
    /// For whom the app works.
    pub workspaces: Workspaces,
    /// The app's own token, if Slack is to deliver without an address of ours.
    pub app_token: Option<SecretString>,
    /// How many connections it then delivers by.
    pub sockets: usize,
    /// Slack's Web API.
    pub slack_api: Url,
    /// dialnote's API.
    pub dialnote_api: Url,
    /// dialnote's web app, for links to conversations.
    pub dialnote_app: Url,
    /// Where the app is on the web, if dialnote can reach it.
    pub public: Option<Url>,
    /// Where dialnote's webhooks are ordered.
    pub dialnote_hooks: Url,
    /// How they are signed, if that is known.
    pub webhook_signing: Option<Signing>,
    /// Where what must not be lost is kept.
    pub database: Database,
    /// Where to listen.
    pub listen: SocketAddr,
    /// How the work is done.
    pub work: Settings,
}

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
        app: Box<oauth::App>,
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

/// A setting: its name, its default and what it is for. The README's table is this one.
#[derive(Debug)]
pub struct Setting {
    /// The environment variable.
    pub name: &'static str,
    /// What holds if it is not set; `None` if it must be.
    pub default: Option<&'static str>,
    /// What it is.
    pub about: &'static str,
}

/// Every setting there is.
pub static SETTINGS: [Setting; 24] = [
    Setting {
        name: "SLACK_SIGNING_SECRET",
        default: None,
        about: "Proves that requests come from Slack. *Basic Information → App Credentials → Signing Secret*. \
                While you replace it: both, separated by a comma. Not needed with `SLACK_APP_TOKEN`.",
    },
    Setting {
        name: "SLACK_BOT_TOKEN",
        default: None,
        about: "Lets the app speak in your workspace. *OAuth & Permissions → Bot User OAuth Token*, `xoxb-…`. \
                Not with `SLACK_CLIENT_ID`.",
    },
    Setting {
        name: "SLACK_APP_TOKEN",
        default: Some(NONE),
        about: "For Socket Mode: the app fetches what Slack has for it, and needs no public address. \
                *Basic Information → App-Level Tokens*, with `connections:write`, `xapp-…`.",
    },
    Setting {
        name: "SLACK_SOCKETS",
        default: Some("2"),
        about: "How many connections Socket Mode uses, of the 10 that all instances may have; 1 to 10.",
    },
    Setting {
        name: "DIALNOTE_API_KEY",
        default: None,
        about: "Lets the app assign. A key of your dialnote organization that may write, `dn_live_…`. \
                Not with `SLACK_CLIENT_ID`.",
    },
    Setting {
        name: "SLACK_CLIENT_ID",
        default: Some(NONE),
        about: "Lets every workspace install the app by itself, instead of the two keys above. \
                *Basic Information → App Credentials → Client ID*. Needs the next two and `PUBLIC_URL`.",
    },
    Setting {
        name: "SLACK_CLIENT_SECRET",
        default: Some(NONE),
        about: "Proves to Slack that the app is itself. *Basic Information → App Credentials → Client Secret*.",
    },
    Setting {
        name: "ENCRYPTION_KEY",
        default: Some(NONE),
        about: "Seals what workspaces give the app: 64 hexadecimal digits, as `dialnote-slack vault key` makes them. \
                While you replace it: the new one and the old one, separated by a comma.",
    },
    Setting {
        name: "ENCRYPTION_KEY_FILE",
        default: Some(NONE),
        about: "A file in which that stands, instead of `ENCRYPTION_KEY`.",
    },
    Setting {
        name: "DIALNOTE_API_URL",
        default: Some("https://app.dialnote.com/api/v1"),
        about: "Where dialnote's API is.",
    },
    Setting {
        name: "DIALNOTE_APP_URL",
        default: Some("https://app.dialnote.com"),
        about: "Where people open dialnote; links to conversations begin with it.",
    },
    Setting {
        name: "PUBLIC_URL",
        default: Some(NONE),
        about: "Where the app is on the web, `https://…`: dialnote tells it there of calls at once; \
                else they are found by looking.",
    },
    Setting {
        name: "DIALNOTE_HOOKS_URL",
        default: Some("https://api.dialnote.com/api/hooks"),
        about: "Where dialnote is asked to tell.",
    },
    Setting {
        name: "DIALNOTE_WEBHOOK_SECRET",
        default: Some(NONE),
        about: "What dialnote signs with what it tells, if you were given such a secret; \
                its address alone is a secret already.",
    },
    Setting {
        name: "DIALNOTE_WEBHOOK_HEADER",
        default: Some("X-DialNote-Signature"),
        about: "The header in which that signature comes: HMAC-SHA256 over the body, in hexadecimal digits.",
    },
    Setting { name: "SLACK_API_URL", default: Some("https://slack.com/api"), about: "Where Slack's Web API is." },
    Setting {
        name: "SLACK_AUTHORIZE_URL",
        default: Some("https://slack.com/oauth/v2/authorize"),
        about: "Where people are asked whether they want to install the app.",
    },
    Setting {
        name: "DATABASE_URL",
        default: Some("sqlite:dialnote-slack.db"),
        about: "Where the app keeps what it must not lose: `sqlite:` and a file, or `postgres://…` for several instances.",
    },
    Setting { name: "LISTEN", default: Some("127.0.0.1:8080"), about: "The address and port to listen on." },
    Setting {
        name: "LEASE_SECONDS",
        default: Some("30"),
        about: "How long what an instance was doing when it died waits before it is taken over; 5 to 600.",
    },
    Setting {
        name: "SLACK_PACE",
        default: Some("documented"),
        about: "`documented` speaks no faster than Slack's published limits, `as-allowed` waits only when Slack says so.",
    },
    Setting {
        name: "PARALLEL",
        default: Some("32"),
        about: "How many commands an instance carries out at once, and as many messages; 1 to 256.",
    },
    Setting {
        name: "AUDIT_DAYS",
        default: Some(NONE),
        about: "For how many days it is kept who did what; 1 to 36500, or `none` for as long as the database is.",
    },
    Setting {
        name: "LOG_FORMAT",
        default: Some("text"),
        about: "How the log is written: `text` for people, `json` for programs, a line each.",
    },
];

/// What stands for a setting that need not be set.
const NONE: &str = "none";

/// A setting that is missing or wrong, with the way out. Never contains the setting's value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct Mistake {
    /// The environment variable.
    pub name: &'static str,
    /// What is wrong, and what to do.
    pub problem: String,
}

impl Config {
    /// Where to listen, for whoever only wants to know that.
    pub fn read_listen(lookup: impl Fn(&str) -> Option<String>) -> Result<SocketAddr, Vec<Mistake>> {
        let mut reader = Reader { lookup, mistakes: Vec::new() };
        let listen = reader.parsed("LISTEN", listen_address);
        listen.ok_or(reader.mistakes)
    }

    /// How the log is to be written. A mistake is told by [`Config::read`], in the log.
    pub fn read_log_format(lookup: impl Fn(&str) -> Option<String>) -> LogFormat {
        let mut reader = Reader { lookup, mistakes: Vec::new() };
        reader.parsed("LOG_FORMAT", log_format).unwrap_or_default()
    }

    /// Where what must not be lost is kept, for whoever only wants to look at that.
    pub fn read_database(lookup: impl Fn(&str) -> Option<String>) -> Result<Database, Vec<Mistake>> {
        let mut reader = Reader { lookup, mistakes: Vec::new() };
        let database = reader.parsed("DATABASE_URL", database);
        database.ok_or(reader.mistakes)
    }

    /// Reads the settings from `lookup`, usually the environment. Answers all mistakes together.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<Mistake>> {
        let mut reader = Reader { lookup, mistakes: Vec::new() };
        let app_token = reader.optional("SLACK_APP_TOKEN", app_token);
        let sockets = reader.parsed("SLACK_SOCKETS", sockets);
        let needs_no_signature = reader.is_set("SLACK_APP_TOKEN") && !reader.is_set("SLACK_SIGNING_SECRET");
        let signing_secrets =
            if needs_no_signature { Some(Vec::new()) } else { reader.secrets("SLACK_SIGNING_SECRET") };
        let slack_api = reader.parsed("SLACK_API_URL", web_address);
        let dialnote_api = reader.parsed("DIALNOTE_API_URL", web_address);
        let dialnote_app = reader.parsed("DIALNOTE_APP_URL", web_address);
        let public = reader.optional("PUBLIC_URL", web_address);
        let workspaces = reader.workspaces(public.as_ref());
        let dialnote_hooks = reader.parsed("DIALNOTE_HOOKS_URL", web_address);
        let signing = reader.optional("DIALNOTE_WEBHOOK_SECRET", |secret| Ok(SecretString::from(secret)));
        let header = reader.parsed("DIALNOTE_WEBHOOK_HEADER", header_name);
        let database = reader.parsed("DATABASE_URL", database);
        let listen = reader.parsed("LISTEN", listen_address);
        let lease = reader.parsed("LEASE_SECONDS", lease);
        let pacing = reader.parsed("SLACK_PACE", pacing);
        let parallel = reader.parsed("PARALLEL", parallel);
        let keep_audit = reader.optional("AUDIT_DAYS", days);
        reader.parsed("LOG_FORMAT", log_format);
        let complete = || {
            let header = header?;
            Some(Self {
                signing_secrets: signing_secrets?,
                workspaces: workspaces?,
                app_token,
                sockets: sockets?,
                slack_api: slack_api?,
                dialnote_api: dialnote_api?,
                dialnote_app: dialnote_app?,
                public,
                dialnote_hooks: dialnote_hooks?,
                webhook_signing: signing.map(|secret| Signing { header, secret }),
                database: database?,
                listen: listen?,
                work: Settings {
                    lease: lease?,
                    pacing: pacing?,
                    parallel: parallel?,
                    keep_audit,
                    ..Settings::default()
                },
            })
        };
        let without_mistake = reader.mistakes.is_empty();
        complete().filter(|_| without_mistake).ok_or(reader.mistakes)
    }
}

/// Reads setting by setting. What is missing or wrong is `None`, and one more mistake.
struct Reader<F> {
    lookup: F,
    mistakes: Vec<Mistake>,
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    fn workspaces(&mut self, public: Option<&Url>) -> Option<Workspaces> {
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

    fn secrets(&mut self, name: &'static str) -> Option<Vec<SecretString>> {
        let given = self.given(name)?;
        let secrets: Vec<_> = given.split(',').map(str::trim).filter(|secret| !secret.is_empty()).collect();
        if secrets.is_empty() || secrets.iter().any(|secret| secret.contains(char::is_whitespace)) {
            return self.mistake(name, WITH_A_SPACE);
        }
        Some(secrets.into_iter().map(SecretString::from).collect())
    }

    fn secret(&mut self, name: &'static str, prefix: Option<&str>) -> Option<SecretString> {
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

    fn parsed<T>(&mut self, name: &'static str, parse: fn(&str) -> Result<T, String>) -> Option<T> {
        let given = self.given(name)?;
        parse(&given).map_or_else(|problem| self.mistake(name, &problem), Some)
    }

    /// The same for what may be left out.
    fn optional<T>(&mut self, name: &'static str, parse: fn(&str) -> Result<T, String>) -> Option<T> {
        let given = self.given(name).filter(|given| given != NONE)?;
        parse(&given).map_or_else(|problem| self.mistake(name, &problem), Some)
    }

    fn is_set(&self, name: &str) -> bool {
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

/// Something without a space in it.
fn word(text: &str) -> Result<String, String> {
    if text.contains(char::is_whitespace) { Err(WITH_A_SPACE.into()) } else { Ok(text.to_owned()) }
}

const WITH_A_SPACE: &str = "is empty or has a space in it; copy it again";

fn web_address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url.ok_or("is not a web address; give one like https://app.dialnote.com")?;
    let local = url.host_str().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() == "http" && !local {
        return Err("is not https, so keys would travel in the open; only addresses on this machine may be http".into());
    }
    Ok(url)
}

fn app_token(text: &str) -> Result<SecretString, String> {
    if text.contains(char::is_whitespace) {
        return Err(WITH_A_SPACE.into());
    }
    let right = text.starts_with("xapp-");
    let misread = "does not begin with xapp-; copy the app-level token, not another one";
    right.then(|| SecretString::from(text)).ok_or_else(|| misread.into())
}

fn sockets(text: &str) -> Result<usize, String> {
    let connections = text.parse().ok().filter(|connections| (1..=10).contains(connections));
    connections.ok_or_else(|| "is not a number from 1 to 10".into())
}

fn header_name(text: &str) -> Result<String, String> {
    let token = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    token.then(|| text.to_owned()).ok_or_else(|| "is no header's name; give one like X-DialNote-Signature".into())
}

fn database(text: &str) -> Result<Database, String> {
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        let readable = Postgres::check(text).map(|()| Database::Postgres(text.into()));
        return readable.map_err(|_| POSTGRES_MISREAD.into());
    }
    let path = text.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path));
    let path = path.filter(|path| !path.is_empty());
    path.map(|path| Database::Sqlite(path.into())).ok_or_else(|| DATABASE_MISREAD.into())
}

const DATABASE_MISREAD: &str = "is neither sqlite: and a file, for example sqlite:dialnote-slack.db, \
                                nor an address like postgres://user:password@host/database";

const POSTGRES_MISREAD: &str = "cannot be read; give an address like postgres://user:password@host:5432/database, with \
                                %40 for an @ in the password and, if you like, ?sslmode=disable, prefer or require";

fn lease(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| (5..=600).contains(seconds));
    seconds.map(Duration::from_secs).ok_or_else(|| "is not a number of seconds from 5 to 600".into())
}

fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("must be text or json".to_owned()),
    }
}

fn pacing(text: &str) -> Result<Pacing, String> {
    match text {
        "documented" => Ok(Pacing::Documented),
        "as-allowed" => Ok(Pacing::AsAllowed),
        _ => Err("is neither documented nor as-allowed".into()),
    }
}

fn parallel(text: &str) -> Result<usize, String> {
    let jobs = text.parse().ok().filter(|jobs| (1..=256).contains(jobs));
    jobs.ok_or_else(|| "is not a number from 1 to 256".into())
}

fn days(text: &str) -> Result<Duration, String> {
    let days = text.parse().ok().filter(|days| (1..=36_500).contains(days));
    days.map(|days: u64| Duration::from_hours(24 * days)).ok_or_else(|| "is not a number from 1 to 36500".into())
}

fn listen_address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "is not an address with a port, for example 127.0.0.1:8080".into())
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
    fn a_database_is_a_file_or_a_server_and_its_password_is_not_shown() {
        let read = |url| database(url).map(|database| format!("{database:?}"));
        assert_eq!(read("sqlite:a.db"), Ok(r#"Sqlite("a.db")"#.into()));
        let server = read("postgres://app:planted@db.example/dialnote?sslmode=require").unwrap_or_default();
        assert!(server.starts_with("Postgres(") && !server.contains("planted"), "{server}");
        assert_eq!(read("postgres://app:planted@db.example:port/x"), Err(POSTGRES_MISREAD.into()));
        assert_eq!(read("postgres://app:planted@db/x?sslmode=perhaps"), Err(POSTGRES_MISREAD.into()));
        assert_eq!(read("mysql://planted"), Err(DATABASE_MISREAD.into()));
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
            ("DIALNOTE_APP_URL", "planted"),
            ("SLACK_API_URL", "ftp://planted"),
            ("PUBLIC_URL", "planted"),
            ("DIALNOTE_HOOKS_URL", "planted"),
            ("DIALNOTE_WEBHOOK_HEADER", "X planted"),
            ("DATABASE_URL", "mysql://planted"),
            ("LISTEN", "planted"),
            ("LEASE_SECONDS", "planted"),
            ("SLACK_PACE", "planted"),
            ("PARALLEL", "0"),
            ("LOG_FORMAT", "planted"),
            ("AUDIT_DAYS", "planted"),
            ("SLACK_AUTHORIZE_URL", "planted"),
        ];
        let mistakes = read(&wrong).err().unwrap_or_default();
        let names: Vec<_> = mistakes.iter().map(|mistake| mistake.name).collect();
        // Any secret will do, and what is for many workspaces is not asked for.
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
    }

    #[test]
    fn never_shows_a_secret() {
        assert!(!format!("{:?}", read(&COMPLETE)).contains("planted"));
    }
}
