//! The sources of settings: the environment, and a file for those that are not there. A container needs only the first;
//! a file can be kept, compared and commented. Names are the same in both, and [`Config`] reads both the same way.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::File;
use std::io::Read;
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use toml::de::{DeTable, DeValue};
use tracing::warn;

use crate::config::model::{Database, LogFormat, Mistake};
use crate::config::settings::{key_of, names, unknown};
use crate::config::{Config, SECRETS, SETTINGS};
use crate::core::error::in_words;

/// The sources of settings.
#[derive(Debug)]
pub struct Source<E> {
    environment: E,
    file: Written,
}

impl<E: Fn(&str) -> Option<String>> Source<E> {
    /// Combines the environment with a file, if there is one; reading settings reports mistakes in the file.
    pub fn new(environment: E, file: Option<&Path>) -> Self {
        Self { environment, file: file.map(Written::read).unwrap_or_default() }
    }

    /// Reads all settings.
    pub fn config(&self) -> Result<Config, Vec<Mistake>> {
        self.unless_misread(Config::read(|name| self.lookup(name)))
    }

    /// Reads only the address to listen on.
    pub fn listen(&self) -> Result<SocketAddr, Vec<Mistake>> {
        self.unless_misread(Config::read_listen(|name| self.lookup(name)))
    }

    /// Reads only the database.
    pub fn database(&self) -> Result<Database, Vec<Mistake>> {
        self.unless_misread(Config::read_database(|name| self.lookup(name)))
    }

    /// Reads the log format.
    pub fn log_format(&self) -> LogFormat {
        Config::read_log_format(|name| self.lookup(name))
    }

    /// Warns in the log if other users may read the secrets in the file.
    pub fn warn_if_open(&self) {
        let secrets: Vec<_> = self.file.secrets().map(str::to_lowercase).collect();
        if self.file.open_to_others && !secrets.is_empty() {
            warn!(secrets = secrets.join(" "), "settings file with secrets is readable by others; run chmod 600");
        }
    }

    fn lookup(&self, name: &str) -> Option<String> {
        let set = (self.environment)(name).filter(|value| !value.trim().is_empty());
        set.or_else(|| self.file.values.get(name).map(|value| value.expose_secret().to_owned()))
    }

    /// Returns the result, or the mistakes of the file together with further ones.
    fn unless_misread<T>(&self, read: Result<T, Vec<Mistake>>) -> Result<T, Vec<Mistake>> {
        let mut mistakes = self.file.mistakes.clone();
        if mistakes.is_empty() {
            return read;
        }
        if !self.file.cut_short {
            let told: Vec<_> = mistakes.iter().map(|mistake| mistake.name).collect();
            let further = read.err().unwrap_or_default();
            mistakes.extend(further.into_iter().filter(|mistake| !told.contains(&mistake.name)));
        }
        Err(mistakes)
    }
}

/// The contents of a file.
#[derive(Debug, Default)]
struct Written {
    values: BTreeMap<&'static str, SecretString>,
    mistakes: Vec<Mistake>,
    /// Set if a part of the file could not be read, so that missing settings are unknown.
    cut_short: bool,
    /// Set if users other than its owner may read it.
    open_to_others: bool,
}

impl Written {
    fn read(path: &Path) -> Self {
        let mut written = match contents(path) {
            Ok((text, open)) => Self { open_to_others: open && !is_credential(path), ..Self::parse(&text) },
            Err(error) => {
                let mistakes = vec![of_the_file(format!("cannot be read: {}", in_words(&error)))];
                Self { mistakes, cut_short: true, ..Self::default() }
            }
        };
        for mistake in written.mistakes.iter_mut().filter(|mistake| mistake.name == THE_FILE) {
            mistake.file = Some(path.to_owned());
        }
        written
    }

    fn parse(text: &str) -> Self {
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut written = Self { cut_short: !errors.is_empty(), ..Self::default() };
        for error in errors {
            // The error's own text contains the line, which may be a secret.
            let place = error.span().map_or_else(String::new, |span| format!("line {}: ", line(text, span.start)));
            written.mistakes.push(of_the_file(format!("{place}{}", error.message())));
        }
        let mut keys: Vec<_> = table.get_ref().iter().collect();
        keys.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in keys {
            let line = line(text, key.span().start);
            match names().find(|name| key_of(name) == key.get_ref().as_ref()) {
                Some(name) => written.take(name, value.get_ref(), line),
                None => written.mistakes.push(of_the_file(format!("line {line}: {}", unknown(key.get_ref())))),
            }
        }
        written
    }

    fn take(&mut self, name: &'static str, value: &DeValue<'_>, line: usize) {
        let taken = match value.as_array().filter(|_| takes_several(name)) {
            Some(several) => several.iter().map(|one| scalar(one.get_ref())).collect::<Option<Vec<_>>>(),
            None => scalar(value).map(|one| vec![one]),
        };
        if let Some(taken) = taken {
            self.values.insert(name, taken.join(",").into());
        } else {
            let or_several = if takes_several(name) { ", or several of those in brackets" } else { "" };
            let problem = format!("(line {line} of the file) must be text in quotation marks or a number{or_several}");
            self.mistakes.push(Mistake { name, file: None, problem });
        }
    }

    fn secrets(&self) -> impl Iterator<Item = &'static str> {
        self.values.iter().filter(|(name, value)| is_secret(name, value.expose_secret())).map(|(name, _)| *name)
    }
}

/// Answers whether systemd has put the file where only the service sees it (`LoadCredential=`). systemd admits the
/// service by an access list, which looks as if a group may read the file.
fn is_credential(path: &Path) -> bool {
    std::env::var_os("CREDENTIALS_DIRECTORY").is_some_and(|folder| !folder.is_empty() && path.starts_with(folder))
}

/// Returns the text of a file, and whether users other than its owner may read it.
fn contents(path: &Path) -> std::io::Result<(String, bool)> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok((text, is_open_to_others(metadata.mode(), metadata.uid())))
}

/// Answers whether more users than intended may read a file. The group of root's file may: the Debian package lets the
/// service's group read `/etc/dialnote-slack.toml`.
fn is_open_to_others(mode: u32, owner: u32) -> bool {
    let intended = if owner == 0 { 0o740 } else { 0o700 };
    mode & 0o777 & !intended != 0
}

/// Returns a text, or a number as it would be in the environment.
fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(i64::from_str_radix(number.as_str(), number.radix()).ok()?.to_string()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        _ => None,
    }
}

/// The name of mistakes in the file that belong to no setting.
const THE_FILE: &str = "CONFIG_FILE";

fn of_the_file(problem: String) -> Mistake {
    Mistake { name: THE_FILE, file: None, problem }
}

fn line(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

/// Answers whether a setting takes several values, separated by commas.
fn takes_several(name: &str) -> bool {
    matches!(name, "SLACK_SIGNING_SECRET" | "ENCRYPTION_KEY" | "OTEL_EXPORTER_OTLP_HEADERS")
}

/// Answers whether a setting is a secret, or contains one, as the address of a database may.
fn is_secret(name: &str, value: &str) -> bool {
    SECRETS.iter().any(|(secret, _)| *secret == name) && !(name == "DATABASE_URL" && value.starts_with("sqlite:"))
}

/// Returns a file with every setting, its description and its default, as a start for an operator.
pub fn example() -> String {
    let mut page = String::from(EXAMPLE_BEGINS);
    for setting in &SETTINGS {
        let must = if setting.default.is_none() { " Must be set." } else { "" };
        let about = format!("{}{must}", setting.about.replace(['*', '`'], ""));
        let _ = write!(page, "\n{}#{} = {}\n", commented(&about), key_of(setting.name), written(setting.default));
    }
    page
}

const EXAMPLE_BEGINS: &str = "\
# Settings of dialnote-slack, for `dialnote-slack --config FILE …` or CONFIG_FILE=FILE. Remove the # before a setting
# to set it. A variable of the same name in capitals wins. Everyone who can read this file can read its secrets:
# chmod 600. A secret can be in a file of its own: set the same name with _file at its end to the path.
";

/// The length of the longest line of a description in the example.
const WIDTH: usize = 110;

fn commented(text: &str) -> String {
    let mut lines = vec!["#".to_owned()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("# {word}")),
        }
    }
    lines.join("\n") + "\n"
}

/// Returns a default as it is written in a file: a number as a number, everything else as text.
fn written(default: Option<&str>) -> String {
    let default = default.unwrap_or_default();
    if default.parse::<i64>().is_ok() { default.to_owned() } else { format!("\"{default}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Workspaces;

    const KEY: &str = "0a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d0a0b0c0d";

    /// Every setting with a value that is not its default, without those that are only for many workspaces.
    const ONE: [(&str, &str); 26] = [
        ("SLACK_SIGNING_SECRET", "planted-a,planted-b"),
        ("SLACK_BOT_TOKEN", "xoxb-planted"),
        ("DIALNOTE_API_KEY", "dn_live_planted"),
        ("DIALNOTE_API_URL", "https://a.example/v1"),
        ("DIALNOTE_ASSIGN_URL", "https://a.example/v2"),
        ("DIALNOTE_APP_URL", "https://b.example"),
        ("PUBLIC_URL", "https://c.example"),
        ("DIALNOTE_HOOKS_URL", "https://d.example"),
        ("DIALNOTE_WEBHOOK_SECRET", "planted-c"),
        ("DIALNOTE_WEBHOOK_HEADER", "X-Other"),
        ("SLACK_API_URL", "https://e.example"),
        ("DATABASE_URL", "postgres://app@db.example/dialnote"),
        ("DATABASE_PASSWORD", " planted/e%41# "),
        ("LISTEN", "127.0.0.1:9999"),
        ("OPS_LISTEN", "127.0.0.1:9998"),
        ("DRAIN_SECONDS", "7"),
        ("LEASE_SECONDS", "77"),
        ("SLACK_PACE", "as-allowed"),
        ("PARALLEL", "16"),
        ("AUDIT_DAYS", "90"),
        ("LOG_FORMAT", "json"),
        ("SLACK_APP_TOKEN", "xapp-planted"),
        ("SLACK_SOCKETS", "3"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=planted-d"),
        ("OTEL_TRACES_SAMPLER_ARG", "0.25"),
    ];

    const MANY: [(&str, &str); 6] = [
        ("SLACK_SIGNING_SECRET", "planted-a"),
        ("SLACK_CLIENT_ID", "1.2"),
        ("SLACK_CLIENT_SECRET", "planted-b"),
        ("SLACK_AUTHORIZE_URL", "https://f.example"),
        ("ENCRYPTION_KEY", KEY),
        ("PUBLIC_URL", "https://c.example"),
    ];

    type Lookup = Box<dyn Fn(&str) -> Option<String>>;

    fn source(environment: &[(&'static str, &'static str)], file: &str) -> Source<Lookup> {
        let environment = environment.to_vec();
        let lookup = move |name: &str| environment.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).into());
        Source { environment: Box::new(lookup), file: Written::parse(file) }
    }

    /// Returns settings as a file has them: numbers as numbers, several values as several.
    fn file(settings: &[(&str, &str)]) -> String {
        let value = |name: &str, value: &str| match value.parse::<i64>() {
            Ok(number) => number.to_string(),
            Err(_) if value.parse::<f64>().is_ok() => value.to_owned(),
            Err(_) if name == "SLACK_SIGNING_SECRET" => format!("{:?}", value.split(',').collect::<Vec<_>>()),
            Err(_) => format!("{value:?}"),
        };
        let lines = settings.iter().map(|(name, given)| format!("{} = {}", name.to_lowercase(), value(name, given)));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Returns all settings, with the secrets.
    fn shown(source: &Source<Lookup>) -> Result<String, Vec<Mistake>> {
        let config = source.config()?;
        let all =
            |secrets: &[SecretString]| secrets.iter().map(|one| one.expose_secret().to_owned()).collect::<Vec<_>>();
        let mut secrets = all(&config.signing_secrets);
        match &config.workspaces {
            Workspaces::One { slack_token, dialnote_key } => {
                secrets.extend([slack_token, dialnote_key].map(|secret| secret.expose_secret().to_owned()));
            }
            Workspaces::Many { app, keys } => {
                secrets.push(app.client_secret.expose_secret().to_owned());
                secrets.extend(all(keys));
            }
        }
        if let Database::Postgres(url) = &config.database {
            secrets.push(url.expose_secret().to_owned());
        }
        let told = config.collector.iter().flat_map(|collector| &collector.headers);
        secrets.extend(told.map(|(_, value)| value.expose_secret().to_owned()));
        secrets.extend(config.webhook_signing.iter().map(|signing| signing.secret.expose_secret().to_owned()));
        Ok(format!("{secrets:?} {config:?} {:?}", source.log_format()))
    }

    #[test]
    fn a_file_says_the_same_as_the_environment() {
        for settings in [&ONE[..], &MANY[..]] {
            let from_file = shown(&source(&[], &file(settings)));
            assert!(from_file.is_ok(), "{from_file:?}");
            assert_eq!(from_file, shown(&source(settings, "")));
            for (without, _) in settings {
                let rest: Vec<_> = settings.iter().copied().filter(|(name, _)| name != without).collect();
                assert_ne!(from_file, shown(&source(&[], &file(&rest))), "{without} does nothing");
            }
        }
        let tried: std::collections::BTreeSet<_> = ONE.iter().chain(&MANY).map(|(name, _)| *name).collect();
        assert_eq!(tried, SETTINGS.iter().map(|setting| setting.name).collect());
    }

    #[test]
    fn each_secret_may_stand_in_a_file_that_the_file_names() {
        let Ok(folder) = tempfile::tempdir() else { unreachable!("a folder") };
        let mut tried = std::collections::BTreeSet::new();
        for settings in [&ONE[..], &MANY[..]] {
            for (secret, by_file) in SECRETS {
                let Some((_, value)) = settings.iter().find(|(name, _)| *name == secret) else { continue };
                let path = folder.path().join(secret);
                assert!(std::fs::write(&path, format!("{value}\n")).is_ok());
                let path = path.display().to_string();
                let named = |(name, value)| if name == secret { (by_file, &*path) } else { (name, value) };
                let by_file: Vec<_> = settings.iter().copied().map(named).collect();
                assert_eq!(shown(&source(&[], &file(&by_file))), shown(&source(settings, "")), "{secret}");
                tried.insert(secret);
            }
        }
        assert_eq!(tried.len(), SECRETS.len());
    }

    #[test]
    fn the_environment_wins_and_what_is_empty_there_is_not_set() {
        let source = source(&[("PARALLEL", "7"), ("LEASE_SECONDS", " ")], "parallel = 16\nlease_seconds = 0x10");
        assert_eq!(source.lookup("PARALLEL").as_deref(), Some("7"));
        assert_eq!(source.lookup("LEASE_SECONDS").as_deref(), Some("16"));
        assert_eq!(source.lookup("AUDIT_DAYS"), None);
    }

    fn mistakes(file: &str) -> Vec<String> {
        source(&[], file).config().err().unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn all_mistakes_come_together() {
        let file = "slack_signing_secret = \"planted\"\nslack_bot_tokn = \"xoxb-planted\"\n\
                    SLACK_BOT_TOKEN = \"xoxb-planted\"\ndialnote_api_key = true\nparallel = \"planted\"\n\
                    listen = [\"planted\"]\nencryption_key = [[\"planted\"]]\nxoxb-1234-planted = 1\n[production]\na = 1\n";
        assert_eq!(
            mistakes(file),
            [
                "CONFIG_FILE: line 2: slack_bot_tokn is not a setting; did you mean slack_bot_token?",
                "CONFIG_FILE: line 3: SLACK_BOT_TOKEN is not a setting; did you mean slack_bot_token?",
                "DIALNOTE_API_KEY: (line 4 of the file) must be text in quotation marks or a number",
                "LISTEN: (line 6 of the file) must be text in quotation marks or a number",
                "ENCRYPTION_KEY: (line 7 of the file) must be text in quotation marks or a number, \
                 or several of those in brackets",
                "CONFIG_FILE: line 8: this key is not a setting; `dialnote-slack settings` prints them all",
                "CONFIG_FILE: line 9: production is not a setting; `dialnote-slack settings` prints them all",
                "SLACK_BOT_TOKEN: is not set. Bot token of your workspace, xoxb-…. \
                 OAuth & Permissions → Bot User OAuth Token. Not with SLACK_CLIENT_ID.",
                "PARALLEL: is not a number from 1 to 256",
            ]
        );
    }

    #[test]
    fn a_file_that_is_not_there_or_no_toml_says_only_that() {
        assert_eq!(
            mistakes("\nslack_bot_token = xoxb-planted\n"),
            ["CONFIG_FILE: line 2: string values must be quoted, expected literal string"]
        );
        let nowhere = Source::new(|_: &str| None, Some(Path::new("/nowhere/settings.toml")));
        let told: Vec<_> = nowhere.config().err().unwrap_or_default().iter().map(ToString::to_string).collect();
        assert_eq!(told, ["/nowhere/settings.toml: cannot be read: no such file or folder"]);
        assert!(nowhere.listen().is_err() && nowhere.database().is_err());
    }

    /// Damages a file in every way: truncated, or with any character replaced by any other.
    #[test]
    fn no_mistake_shows_a_value() {
        let whole =
            file(&[("SLACK_BOT_TOKEN", "planted"), ("SLACK_SIGNING_SECRET", "planted,planted"), ("PARALLEL", "7")]);
        for at in 0..whole.len() {
            for instead in ["", "\"", "'", "[", "]", "{", "}", "=", "#", "\n", "\\", ".", ",", " ", "\u{0}", "x", "1"] {
                let (before, after) = whole.split_at(at);
                let damaged = format!("{before}{instead}{}", after.get(1..).unwrap_or_default());
                for file in [damaged.as_str(), before] {
                    let told = format!("{:?}{:?}", mistakes(file), Written::parse(file));
                    assert!(!told.contains("lanted"), "{file}\n{told}");
                }
            }
        }
    }

    #[test]
    fn the_example_has_every_setting_and_no_mistake() {
        let example = example();
        assert!(Written::parse(&example).values.is_empty(), "all is commented out");
        let used: String = example
            .lines()
            .map(|line| line.strip_prefix('#').unwrap_or(line))
            .fold(String::new(), |used, line| if line.starts_with(' ') { used } else { used + line + "\n" });
        let Written { values, mistakes, .. } = Written::parse(&used);
        assert_eq!(mistakes, []);
        for setting in &SETTINGS {
            let value = values.get(setting.name).map(ExposeSecret::expose_secret);
            assert_eq!(value, Some(setting.default.unwrap_or_default()), "{}", setting.name);
        }
        assert_eq!(values.len(), SETTINGS.len());
        let about = example.replace("\n#", "");
        for setting in &SETTINGS {
            assert!(about.contains(&setting.about.replace(['*', '`'], "")), "{} is not described", setting.name);
        }
        let required: Vec<_> =
            ONE.iter().take(3).map(|(name, value)| format!("{} = {value:?}", name.to_lowercase())).collect();
        let defaults: Vec<_> = used.lines().filter(|line| !line.ends_with("\"\"")).collect();
        let complete = source(&[], &format!("{}\n{}", required.join("\n"), defaults.join("\n")));
        assert_eq!(shown(&complete), shown(&source(&ONE[..3], "")));
    }

    #[test]
    fn secrets_and_what_takes_several_are_known() {
        let named_so = |name: &&str| {
            ["_SECRET", "_TOKEN", "_KEY", "_HEADERS", "_PASSWORD"].iter().any(|end| name.ends_with(end))
                || *name == "DATABASE_URL"
        };
        let secrets: Vec<_> = SETTINGS.iter().map(|setting| setting.name).filter(named_so).collect();
        assert_eq!(SECRETS.map(|(secret, _)| secret).as_slice(), secrets);
        for (secret, by_file) in SECRETS {
            assert_eq!(by_file, format!("{secret}_FILE"));
            assert!(is_secret(secret, "") && !is_secret(by_file, ""));
        }
        for setting in &SETTINGS {
            assert_eq!(takes_several(setting.name), setting.about.contains("separated by"), "{}", setting.name);
        }
    }

    #[test]
    fn secrets_that_others_may_read_are_noticed() {
        use std::fs::{Permissions, set_permissions, write};
        use std::os::unix::fs::PermissionsExt;
        let Ok(folder) = tempfile::tempdir() else { unreachable!("a folder") };
        let path = folder.path().join("settings.toml");
        let read = |text: &str, mode| {
            let prepared = write(&path, text).and_then(|()| set_permissions(&path, Permissions::from_mode(mode)));
            assert!(prepared.is_ok());
            let file = Written::read(&path);
            (file.open_to_others, file.secrets().collect::<Vec<_>>())
        };
        let text = "slack_bot_token = \"xoxb-planted\"\ndatabase_url = \"sqlite:a.db\"\nparallel = 3";
        assert_eq!(read(text, 0o644), (true, vec!["SLACK_BOT_TOKEN"]));
        assert_eq!(read(text, 0o600), (false, vec!["SLACK_BOT_TOKEN"]));
        assert_eq!(read("database_url = \"postgres://app:planted@db/x\"", 0o604), (true, vec!["DATABASE_URL"]));
        assert_eq!(read("parallel = 3", 0o644), (true, vec![]));
        let open = |owner| [0o600, 0o640, 0o660, 0o644].map(|mode| is_open_to_others(mode, owner));
        assert_eq!(open(0), [false, false, true, true], "the group of root's file may read it");
        assert_eq!(open(1000), [false, true, true, true]);
    }
}
