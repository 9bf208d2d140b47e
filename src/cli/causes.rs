//! Causes and ways out of failures in the layers below, in words for the operator.

use dialnote_slack::app::NotStarted;
use dialnote_slack::core::error::{Fault, Service};
use dialnote_slack::platform::db::sqlite::NotRestored;

/// Returns the way out of a fault.
pub(crate) fn way_out(fault: &Fault) -> String {
    match fault {
        Fault::Unreachable { service, .. }
        | Fault::Unavailable { service, .. }
        | Fault::Unanswered { service, .. }
        | Fault::TimedOut { service, .. } => {
            format!("check that this machine reaches {}, then run it again", address(*service))
        }
        Fault::Unauthorized { service: Service::Slack, .. } => {
            "set SLACK_BOT_TOKEN to the app's present token (docs/connect.md), then run it again".to_owned()
        }
        Fault::Unauthorized { service: Service::Dialnote, .. } => {
            "set DIALNOTE_API_KEY to a key with write access, then run it again".to_owned()
        }
        Fault::RateLimited { .. } => {
            "run it again after that time; `dialnote-slack limits list` shows all limits".to_owned()
        }
        Fault::NoSuchAddress { .. } => "docs/settings.md has the usual addresses".to_owned(),
        Fault::Sealed(_) => "set ENCRYPTION_KEY to the key that sealed it; several are separated by commas".to_owned(),
        Fault::Store(_) => "check the database and its disk, then run it again".to_owned(),
        Fault::Unreadable { .. } => "use the newest version of the program that wrote to this database".to_owned(),
        Fault::Unusable { .. } | Fault::UnknownCode { .. } | Fault::LeaseLost => {
            "`dialnote-slack doctor` checks the setup".to_owned()
        }
    }
}

/// Names the setting with a service's address.
fn address(service: Service) -> &'static str {
    match service {
        Service::Slack => "SLACK_API_URL",
        Service::Dialnote => "DIALNOTE_API_URL",
    }
}

/// Describes why the program did not start, with the way out where it depends on the cause.
pub(crate) fn not_started(error: &NotStarted) -> String {
    match error {
        NotStarted::Database { name, cause } => {
            let (cause, hint) = of_database(name, cause);
            format!("the database {name} cannot be opened: {cause}\nhint: {hint}")
        }
        NotStarted::NoDatabase { name, why: Some(why) } => {
            let hint = if why.contains("the app") {
                "set DATABASE_URL, or pass a settings file with --config; `dialnote-slack serve` creates the tables"
            } else {
                "something else is in that place: correct DATABASE_URL, or pass another settings file with --config"
            };
            format!("no database {name}: {why}\nhint: {hint}")
        }
        NotStarted::Https(cause) => format!("cannot make HTTPS calls: {cause}\nhint: check SSL_CERT_FILE"),
        NotStarted::Traces(cause) => {
            format!("traces cannot be sent: {cause}\nhint: correct OTEL_EXPORTER_OTLP_ENDPOINT, or set it to none")
        }
        NotStarted::Vault(cause) => {
            format!("ENCRYPTION_KEY {cause}\nhint: `dialnote-slack vault key` makes one; docs/settings.md")
        }
        NotStarted::NoDatabase { why: None, .. } | NotStarted::Address { .. } | NotStarted::AnotherKey => {
            error.to_string()
        }
    }
}

/// The sentence in a database's cause that is a way out.
const WITHOUT_TLS: &str = ". If no one else is on the network between them, add ?sslmode=disable to DATABASE_URL";

/// Returns why a database cannot be opened, and the way out.
fn of_database(name: &str, cause: &str) -> (String, &'static str) {
    if let Some(cause) = cause.strip_suffix(": set DATABASE_PASSWORD") {
        return (cause.to_owned(), "set DATABASE_PASSWORD");
    }
    if let Some(cause) = cause.strip_suffix(WITHOUT_TLS) {
        let hint = "if no one else is on the network between them, add ?sslmode=disable to DATABASE_URL";
        return (cause.to_owned(), hint);
    }
    let hint = if name.contains("PostgreSQL") {
        "start the server there, or correct DATABASE_URL and DATABASE_PASSWORD"
    } else if cause.contains("ermission denied") {
        "run it as the user of the app, for example with sudo -u"
    } else {
        "check the file in DATABASE_URL, its permissions and its disk"
    };
    (cause.to_owned(), hint)
}

/// Describes why a backup was not restored.
pub(crate) fn not_restored(error: &NotRestored) -> String {
    match error {
        NotRestored::NoBackup(file) => {
            format!("no file {}\nhint: name a file that `dialnote-slack backup` made", file.display())
        }
        NotRestored::NotOurs { file, why } => {
            let file = file.display();
            format!("{file} is not a usable database of this app: {why}\nhint: use another backup; nothing was changed")
        }
        NotRestored::InUse(file) => {
            let file = file.display();
            format!("the app, or another of its commands, uses {file}\nhint: stop it first; nothing was changed")
        }
        NotRestored::Itself(_) | NotRestored::Io { .. } => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_out_of_a_server_are_hints() {
        let missing = of_database("app on PostgreSQL at h", "the server requires a password: set DATABASE_PASSWORD");
        assert_eq!(missing, ("the server requires a password".to_owned(), "set DATABASE_PASSWORD"));
        let (cause, hint) = of_database("app on PostgreSQL at h", &format!("the server offers no TLS{WITHOUT_TLS}"));
        assert!(cause == "the server offers no TLS" && hint.ends_with("add ?sslmode=disable to DATABASE_URL"));
    }
}
