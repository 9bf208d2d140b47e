//! The table of all settings: name, default and description. docs/settings.md, the example file and the mistakes are
//! written from it.

/// A setting: its name, its default and its description. The table in docs/settings.md is this one.
#[derive(Debug)]
pub struct Setting {
    /// The environment variable.
    pub name: &'static str,
    /// The value if it is not set; `None` if it must be set.
    pub default: Option<&'static str>,
    /// The description.
    pub about: &'static str,
}

/// All settings.
pub static SETTINGS: [Setting; 30] = [
    Setting {
        name: "SLACK_SIGNING_SECRET",
        default: None,
        about: "Proves that requests come from Slack. *Basic Information → App Credentials → Signing Secret*. While \
                you replace it: the new one and the old one, separated by a comma. Not needed with \
                `SLACK_APP_TOKEN`.",
    },
    Setting {
        name: "SLACK_BOT_TOKEN",
        default: None,
        about: "Bot token of your workspace, `xoxb-…`. *OAuth & Permissions → Bot User OAuth Token*. Not with \
                `SLACK_CLIENT_ID`.",
    },
    Setting {
        name: "SLACK_APP_TOKEN",
        default: Some(NONE),
        about: "App-level token for Socket Mode, `xapp-…`, with `connections:write`. *Basic Information → App-Level \
                Tokens*. With it the app needs no public address.",
    },
    Setting {
        name: "SLACK_SOCKETS",
        default: Some("2"),
        about: "Socket Mode connections of each instance, 1 to 10. Slack allows 10 for all instances together.",
    },
    Setting {
        name: "DIALNOTE_API_KEY",
        default: None,
        about: "Key of your dialnote organization with write access, `dn_live_…`. Not with `SLACK_CLIENT_ID`.",
    },
    Setting {
        name: "SLACK_CLIENT_ID",
        default: Some(NONE),
        about: "Lets every workspace install the app, instead of the bot token and the dialnote key. *Basic \
                Information → App Credentials → Client ID*. Needs `SLACK_CLIENT_SECRET`, `ENCRYPTION_KEY` and \
                `PUBLIC_URL`.",
    },
    Setting {
        name: "SLACK_CLIENT_SECRET",
        default: Some(NONE),
        about: "Identifies the app to Slack during installations. *Basic Information → App Credentials → Client \
                Secret*.",
    },
    Setting {
        name: "ENCRYPTION_KEY",
        default: Some(NONE),
        about: "Key that seals the tokens and keys of workspaces: 64 hexadecimal digits, made by `dialnote-slack \
                vault key`. While you replace it: the new one and the old one, separated by a comma.",
    },
    Setting {
        name: "DIALNOTE_API_URL",
        default: Some("https://api.dialnote.com/api/v1/public"),
        about: "Address of dialnote's API for reading, and for notes.",
    },
    Setting {
        name: "DIALNOTE_ASSIGN_URL",
        default: Some("https://app.dialnote.com/api/v1"),
        about: "Address of dialnote's API for changes of owner and status. If only `DIALNOTE_API_URL` is set, that \
                address.",
    },
    Setting {
        name: "DIALNOTE_APP_URL",
        default: Some("https://app.dialnote.com"),
        about: "Address of dialnote's web app, for links to conversations.",
    },
    Setting {
        name: "PUBLIC_URL",
        default: Some(NONE),
        about: "The app's public address, `https://…`. dialnote sends webhooks there; without it the app polls.",
    },
    Setting {
        name: "DIALNOTE_HOOKS_URL",
        default: Some("https://api.dialnote.com/api/hooks"),
        about: "Address at which the app subscribes to webhooks.",
    },
    Setting {
        name: "DIALNOTE_WEBHOOK_SECRET",
        default: Some(NONE),
        about: "Secret with which dialnote signs webhooks, if it gave you one. The address of the webhooks is secret \
                as well.",
    },
    Setting {
        name: "DIALNOTE_WEBHOOK_HEADER",
        default: Some("X-DialNote-Signature"),
        about: "Header with that signature: HMAC-SHA256 of the body, in hexadecimal digits.",
    },
    Setting { name: "SLACK_API_URL", default: Some("https://slack.com/api"), about: "Address of Slack's Web API." },
    Setting {
        name: "SLACK_AUTHORIZE_URL",
        default: Some("https://slack.com/oauth/v2/authorize"),
        about: "Page on which people allow the installation.",
    },
    Setting {
        name: "DATABASE_URL",
        default: Some("sqlite:dialnote-slack.db"),
        about: "Database: `sqlite:` and a file, or `postgres://…` for several instances.",
    },
    Setting {
        name: "DATABASE_PASSWORD",
        default: Some(NONE),
        about: "Password for a `postgres://…` address without one; any characters.",
    },
    Setting {
        name: "LISTEN",
        default: Some("127.0.0.1:8080"),
        about: "Address and port for requests from Slack and dialnote.",
    },
    Setting {
        name: "OPS_LISTEN",
        default: Some("127.0.0.1:9464"),
        about: "Address and port for `/readyz` and `/metrics`, or `none`. Only your own tools should reach it.",
    },
    Setting {
        name: "DRAIN_SECONDS",
        default: Some("2"),
        about: "Time between reporting at `/readyz` that the app is stopping and refusing requests, in seconds, 0 to \
                300. More than twice your load balancer's check interval.",
    },
    Setting {
        name: "LEASE_SECONDS",
        default: Some("30"),
        about: "Time after which another instance takes over the jobs of one that died, in seconds, 5 to 600.",
    },
    Setting {
        name: "SLACK_PACE",
        default: Some("documented"),
        about: "`documented` calls no faster than Slack's published limits, `as-allowed` waits only when Slack asks \
                for it.",
    },
    Setting {
        name: "PARALLEL",
        default: Some("64"),
        about: "Commands that an instance runs at once, and as many messages, 1 to 256. While more messages than \
                that are pending, a quarter as many commands.",
    },
    Setting {
        name: "AUDIT_DAYS",
        default: Some(NONE),
        about: "Audit log retention, in days, 1 to 36500, or `none` for no limit.",
    },
    Setting {
        name: "LOG_FORMAT",
        default: Some("text"),
        about: "Log format: `text` for people, or `json` for programs, one line for each event.",
    },
    Setting {
        name: "OTEL_EXPORTER_OTLP_ENDPOINT",
        default: Some(NONE),
        about: "OpenTelemetry collector for traces (OTLP over HTTP), for example `http://127.0.0.1:4318`.",
    },
    Setting {
        name: "OTEL_EXPORTER_OTLP_HEADERS",
        default: Some(NONE),
        about: "Headers for the collector, for example `api-key=…`; several are separated by commas.",
    },
    Setting {
        name: "OTEL_TRACES_SAMPLER_ARG",
        default: Some("1"),
        about: "Share of traces to send, 0 to 1. A trace is sent whole or not at all.",
    },
];

/// Each setting that is or may contain a secret, and the setting that names a file with the secret instead.
pub static SECRETS: [(&str, &str); 10] = [
    ("SLACK_SIGNING_SECRET", "SLACK_SIGNING_SECRET_FILE"),
    ("SLACK_BOT_TOKEN", "SLACK_BOT_TOKEN_FILE"),
    ("SLACK_APP_TOKEN", "SLACK_APP_TOKEN_FILE"),
    ("DIALNOTE_API_KEY", "DIALNOTE_API_KEY_FILE"),
    ("SLACK_CLIENT_SECRET", "SLACK_CLIENT_SECRET_FILE"),
    ("ENCRYPTION_KEY", "ENCRYPTION_KEY_FILE"),
    ("DIALNOTE_WEBHOOK_SECRET", "DIALNOTE_WEBHOOK_SECRET_FILE"),
    ("DATABASE_URL", "DATABASE_URL_FILE"),
    ("DATABASE_PASSWORD", "DATABASE_PASSWORD_FILE"),
    ("OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS_FILE"),
];

/// Returns the names of all settings, and of those that name a file.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|setting| setting.name).chain(SECRETS.iter().map(|(_, file)| *file))
}

/// The value that means: not set.
pub(super) const NONE: &str = "none";

/// Returns a setting's name in a file.
pub(super) fn key_of(name: &str) -> String {
    name.to_lowercase()
}

/// Describes the variables of an environment that look like settings of this program and are none of this version's. A
/// variable with another beginning may belong to any program, and Kubernetes makes some that begin as a service is named.
pub fn unknown_variables(names: impl Iterator<Item = String>) -> Vec<String> {
    let looks_like_ours = |name: &String| {
        let is_foreign = ["DIALNOTE_SLACK_", "SLACK_CLI_"].iter().any(|begin| name.starts_with(begin));
        !is_foreign && ["DIALNOTE_", "SLACK_"].iter().any(|begin| name.starts_with(begin))
    };
    let is_setting = |name: &String| self::names().any(|known| known == name);
    let mut unknown: Vec<_> = names.filter(|name| looks_like_ours(name) && !is_setting(name)).collect();
    unknown.sort_unstable();
    unknown.iter().map(|name| self::unknown(name)).collect()
}

/// Describes a key that is no setting. A key that looks like a misplaced secret is not repeated.
pub(super) fn unknown(key: &str) -> String {
    let shown = key.len() <= LONGEST_SHOWN && key.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let shown = if shown { key } else { "this key" };
    let meant = key.to_lowercase().replace('-', "_");
    let scored = names().map(|name| (strsim::jaro_winkler(&key_of(name), &meant), name));
    let nearest =
        scored.max_by(|(one, _), (other, _)| one.total_cmp(other)).filter(|(likeness, _)| *likeness >= MIN_LIKENESS);
    let way_out = nearest.map_or_else(
        || "`dialnote-slack settings` prints them all".to_owned(),
        |(_, name)| format!("did you mean {}?", key_of(name)),
    );
    format!("{shown} is not a setting; {way_out}")
}

/// The likeness from which on an unknown name counts as a misspelling.
const MIN_LIKENESS: f64 = 0.85;

/// The length of the longest unknown name that is repeated.
const LONGEST_SHOWN: usize = 40;
