//! The table of all settings: name, default and description. The README, the example file and the mistakes are written
//! from it.

/// A setting: its name, its default and its description. The README's table is this one.
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
        name: "DIALNOTE_API_URL",
        default: Some("https://api.dialnote.com/api/v1/public"),
        about: "Where dialnote's API is read, and notes are written.",
    },
    Setting {
        name: "DIALNOTE_ASSIGN_URL",
        default: Some("https://app.dialnote.com/api/v1"),
        about: "Where dialnote's API takes changes of owner and status. Where only `DIALNOTE_API_URL` is set: there, too.",
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
    Setting {
        name: "DATABASE_PASSWORD",
        default: Some(NONE),
        about: "The password for a `postgres://…` that has none in it, with any characters.",
    },
    Setting { name: "LISTEN", default: Some("127.0.0.1:8080"), about: "The address and port to listen on." },
    Setting {
        name: "OPS_LISTEN",
        default: Some("127.0.0.1:9464"),
        about: "The address and port on which `/readyz` and `/metrics` answer, and nothing else does; or `none`. \
                Only your own tools should reach it.",
    },
    Setting {
        name: "DRAIN_SECONDS",
        default: Some("2"),
        about: "For how long `/readyz` says that the app is being stopped before it takes no more requests; 0 to 300. \
                More than twice as long as your load balancer takes to look again.",
    },
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
        default: Some("64"),
        about: "How many commands an instance carries out at once, and as many messages; 1 to 256. While there is more to be said than that, a quarter as many commands.",
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
    Setting {
        name: "OTEL_EXPORTER_OTLP_ENDPOINT",
        default: Some(NONE),
        about: "An OpenTelemetry collector that gets traces by OTLP over HTTP, for example `http://127.0.0.1:4318`.",
    },
    Setting {
        name: "OTEL_EXPORTER_OTLP_HEADERS",
        default: Some(NONE),
        about: "What it wants to be told with them, for example `api-key=…`; several are separated by commas.",
    },
    Setting {
        name: "OTEL_TRACES_SAMPLER_ARG",
        default: Some("1"),
        about: "The share of traces that it gets, 0 to 1: of each either everything or nothing.",
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
