//! The reasons why the program ends early, in words for the operator: a cause, and a way out after `hint:`.

use std::borrow::Cow;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::PathBuf;

use dialnote_slack::app::NotStarted;
use dialnote_slack::config::model::Mistake;
use dialnote_slack::core::error::{Fault, in_words};
use dialnote_slack::ops::plain_cause::plain;
use dialnote_slack::ops::{audit_report, jobs, limits, person};
use dialnote_slack::platform::db::sqlite::NotRestored;

use crate::cli::causes;

/// The reason why the program ends early. Shown to the operator.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{}", listed(.0))]
    Settings(Vec<Mistake>),
    #[error("{}", causes::not_started(.0))]
    NotStarted(#[from] NotStarted),
    #[cfg_attr(not(feature = "sandbox"), expect(dead_code, reason = "only the sandbox and the demo fail so"))]
    #[error("{}", busy(what, *address, cause))]
    Busy { what: &'static str, address: SocketAddr, cause: std::io::Error },
    #[cfg_attr(not(feature = "sandbox"), expect(dead_code, reason = "only the sandbox and the demo fail so"))]
    #[error("the demo cannot be kept in {folder}: {}\nhint: choose a folder that you may write to", in_words(.cause))]
    Folder { folder: String, cause: std::io::Error },
    #[error("{0} is not a time\nhint: give 24h, 7d, a date like 2026-11-23, or a time like 2026-11-23T09:00:00Z")]
    Since(String),
    #[error("not all conversations were read: {0}")]
    Resync(#[from] Fault),
    #[error("installations cannot be read: {0}")]
    Installations(Fault),
    #[error("the app is not installed in {}", .0.as_deref().unwrap_or("any workspace"))]
    NoInstallation(Option<String>),
    #[error("not all secrets were sealed with the first key: {0}\nhint: run it again; it continues")]
    Sealing(Fault),
    #[error(
        "no sealed secrets: the tokens of a single workspace are settings\nhint: only an app with SLACK_CLIENT_ID seals \
         secrets (docs/settings.md)"
    )]
    NothingSealed,
    #[error("the audit log cannot be printed: {0}")]
    Audit(#[from] audit_report::NotWritten),
    #[error("the app does not respond at {address}: {cause}\nhint: start it, or set LISTEN to its address")]
    NotAlive { address: SocketAddr, cause: String },
    #[error(
        "{} failed\nhint: each line that begins with fail has its fix; then run it again",
        if *.0 == 1 { "1 check".to_owned() } else { format!("{} checks", .0) }
    )]
    Unwell(usize),
    #[error(transparent)]
    Jobs(#[from] jobs::JobsError),
    #[error(transparent)]
    Limits(#[from] limits::LimitsError),
    #[error(transparent)]
    Person(#[from] person::model::PersonError),
    #[error("the database cannot be copied to {}: {}", .file.display(), cause.in_short())]
    Backup { file: PathBuf, cause: Fault },
    #[error("PostgreSQL is backed up with its own tools\nhint: pg_dump --format=custom --file={} \"$DATABASE_URL\"", .0.display())]
    BackupElsewhere(PathBuf),
    #[error("the database was not restored: {}", causes::not_restored(.0))]
    Restore(#[from] NotRestored),
    #[error(
        "PostgreSQL is restored with its own tools\nhint: pg_restore --clean --if-exists --dbname=\"$DATABASE_URL\" {}", .0.display()
    )]
    RestoreElsewhere(PathBuf),
    #[error(
        "nothing was {done}: there is no terminal to ask for confirmation\nhint: add --yes, or check first with --dry-run"
    )]
    Unasked { done: &'static str },
    #[error("nothing was {done}\nhint: answer y to confirm, or add --yes")]
    Refused { done: &'static str },
    #[error("reading or printing failed: {}", in_words(.0))]
    Io(#[from] std::io::Error),
    #[error("the manual pages cannot be written to {}: {}", .folder.display(), in_words(.cause))]
    Pages { folder: PathBuf, cause: std::io::Error },
    #[error("cannot print: {0}")]
    Json(#[from] serde_json::Error),
}

impl Failure {
    /// Returns the cause and the way out.
    pub(crate) fn told(&self) -> (String, Cow<'static, str>) {
        let text = self.to_string();
        match text.split_once("\nhint: ") {
            Some((cause, hint)) => (plain(cause), hint.to_owned().into()),
            None => (plain(&text), self.way_out()),
        }
    }

    /// Answers whether the reader of the output has closed it, as `head` does: then there is no one to tell.
    pub(crate) fn is_unread(&self) -> bool {
        let (Self::Io(cause)
        | Self::Audit(audit_report::NotWritten::Io(cause))
        | Self::Jobs(jobs::JobsError::Io(cause))
        | Self::Limits(limits::LimitsError::Io(cause))
        | Self::Person(person::model::PersonError::Io(cause))) = self
        else {
            return false;
        };
        cause.kind() == ErrorKind::BrokenPipe
    }

    /// Returns the way out of a failure whose words have none.
    fn way_out(&self) -> Cow<'static, str> {
        match self {
            Self::Resync(fault)
            | Self::Installations(fault)
            | Self::Audit(audit_report::NotWritten::Store(fault))
            | Self::Jobs(jobs::JobsError::Store(fault))
            | Self::Limits(limits::LimitsError::Store(fault)) => causes::way_out(fault).into(),
            Self::NoInstallation(Some(_)) => "correct --installation; without it the command covers all".into(),
            Self::NoInstallation(None) => "install it first (docs/connect.md)".into(),
            Self::Backup { .. } | Self::Pages { .. } => "choose another place, or free space there".into(),
            Self::Jobs(jobs::JobsError::NotDead(_)) => "`dialnote-slack jobs list --waiting` shows its next try".into(),
            Self::Jobs(jobs::JobsError::Unreadable(..)) => "use the version of the program that wrote it".into(),
            Self::Person(person::model::PersonError::Nobody) => "correct DATABASE_URL, or pass --config FILE".into(),
            Self::Person(person::model::PersonError::Words(_)) => "correct --name and --address".into(),
            _ => "check where the output goes, and free space there".into(),
        }
    }
}

/// Exit codes for systemd and for scripts: the numbers of sysexits.h. docs/operate.md lists them.
impl Failure {
    pub(crate) fn status(&self) -> u8 {
        match self {
            Self::Settings(_)
            | Self::NotStarted(NotStarted::Vault(_) | NotStarted::AnotherKey)
            | Self::NothingSealed => CONFIG,
            Self::NotStarted(NotStarted::NoDatabase { .. }) | Self::Restore(NotRestored::NoBackup(_)) => NO_INPUT,
            Self::Since(_)
            | Self::Restore(NotRestored::Itself(_))
            | Self::BackupElsewhere(_)
            | Self::RestoreElsewhere(_)
            | Self::Unasked { .. } => USAGE,
            Self::Restore(NotRestored::NotOurs { .. }) => DATA,
            Self::NotStarted(_) | Self::Busy { .. } | Self::Resync(_) | Self::Installations(_) | Self::Sealing(_) => {
                UNAVAILABLE
            }
            Self::Audit(audit_report::NotWritten::Store(_))
            | Self::Jobs(jobs::JobsError::Store(_))
            | Self::Limits(limits::LimitsError::Store(_))
            | Self::Person(person::model::PersonError::Store(_)) => UNAVAILABLE,
            Self::Backup { .. } | Self::Pages { .. } | Self::Restore(NotRestored::Io { .. }) => CANNOT_CREATE,
            Self::Folder { .. }
            | Self::Io(_)
            | Self::Audit(_)
            | Self::Json(_)
            | Self::Jobs(jobs::JobsError::Io(_))
            | Self::Limits(limits::LimitsError::Io(_))
            | Self::Person(person::model::PersonError::Io(_)) => IO,
            Self::Restore(NotRestored::InUse(_)) => NOT_NOW,
            Self::NoInstallation(_)
            | Self::NotAlive { .. }
            | Self::Unwell(_)
            | Self::Jobs(_)
            | Self::Limits(_)
            | Self::Person(_)
            | Self::Refused { .. } => 1,
        }
    }
}

/// A wrong argument. If the command line itself is wrong, its parser exits with 2.
const USAGE: u8 = 64;
/// A file has the wrong contents.
const DATA: u8 = 65;
/// There is no such database or file.
const NO_INPUT: u8 = 66;
/// The database, a service or an address is not available at the moment.
const UNAVAILABLE: u8 = 69;
/// A file cannot be written.
const CANNOT_CREATE: u8 = 73;
/// Reading or printing failed.
const IO: u8 = 74;
/// The app is running and prevents the command.
const NOT_NOW: u8 = 75;
/// Settings are missing or wrong: a restart does not help.
const CONFIG: u8 = 78;

fn busy(what: &str, address: SocketAddr, cause: &std::io::Error) -> String {
    let way_out = "choose other ports with --listen, for example --listen 127.0.0.1:4020";
    let cause_in_words = in_words(cause);
    match cause.kind() {
        ErrorKind::AddrInUse => format!(
            "{what} cannot listen on {address}: {cause_in_words}\nhint: {way_out} (the app then takes 4021), or stop a demo \
             that still runs with Ctrl-C in its terminal"
        ),
        _ => format!("{what} cannot listen on {address}: {cause_in_words}\nhint: {way_out}"),
    }
}

fn listed(mistakes: &[Mistake]) -> String {
    let lines: Vec<_> = mistakes.iter().map(|mistake| format!("  {mistake}")).collect();
    let of_file = mistakes.iter().any(|mistake| mistake.file.is_some());
    let way_out = if of_file {
        "correct the file, or name another with --config FILE; `dialnote-slack settings` prints one to start from"
    } else {
        "set them in the environment, or in a file for --config FILE; docs/settings.md describes each"
    };
    format!("settings are missing or wrong:\n{}\nhint: {way_out}", lines.join("\n"))
}
