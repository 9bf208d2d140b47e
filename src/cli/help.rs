//! The help: groups of commands, examples, and the page of the documentation for each command.

use std::fmt::Write;

use anstyle::Style;
use clap::{Command, CommandFactory};

use crate::cli::Cli;
use crate::cli::screen::paint;

/// The program's name, as it is typed.
pub(crate) const PROGRAM: &str = "dialnote-slack";

/// The commands in the order of the help. A command that isn't here would be missing from it.
const GROUPS: [(&str, &[&str]); 4] = [
    ("Run", &["serve", "demo", "sandbox"]),
    ("Set up", &["manifest", "settings", "doctor", "health", "completions", "man"]),
    ("Operate", &["jobs", "limits", "audit", "resync", "vault", "upgrade-check"]),
    ("Keep data", &["backup", "restore", "export", "erase"]),
];

/// Each command's examples, and its page.
const EXAMPLES: [(&str, &[&str], &str); 28] = [
    ("", &["demo", "--config /etc/dialnote-slack.toml doctor"], "docs/operate.md"),
    ("serve", &["serve", "--config /etc/dialnote-slack.toml serve"], "docs/operate.md"),
    ("demo", &["demo", "demo --keep demo-data", "demo --listen 127.0.0.1:4020"], "docs/sandbox.md"),
    ("sandbox", &["sandbox --bot http://127.0.0.1:8080", "sandbox --json"], "docs/sandbox.md"),
    (
        "manifest",
        &["manifest --url https://dialnote-slack.acme.com", "manifest --socket-mode > manifest.json"],
        "docs/connect.md",
    ),
    ("settings", &["settings > settings.toml"], "docs/settings.md"),
    (
        "doctor",
        &["doctor", "doctor --deep", "doctor --installation T0ACME", "doctor --json"],
        "docs/operate.md#check-that-it-works",
    ),
    ("health", &["health", "health --json"], "docs/operate.md#check-that-it-works"),
    ("completions", &["completions bash > /etc/bash_completion.d/dialnote-slack"], "docs/operate.md#command-line"),
    ("man", &["man > dialnote-slack.1", "man --dir /usr/local/share/man/man1"], "docs/operate.md#command-line"),
    ("jobs", &["jobs list", "jobs retry job-17"], "docs/operate.md#retry-failed-jobs"),
    ("jobs list", &["jobs list", "jobs list --waiting", "jobs list --json"], "docs/operate.md#retry-failed-jobs"),
    ("jobs show", &["jobs show job-17"], "docs/operate.md#retry-failed-jobs"),
    ("jobs retry", &["jobs retry job-17 job-18", "jobs retry --all"], "docs/operate.md#retry-failed-jobs"),
    ("jobs drop", &["jobs drop job-17", "jobs drop --all --dry-run"], "docs/operate.md#retry-failed-jobs"),
    ("limits", &["limits list", "limits clear dialnote"], "docs/operate.md#lift-rate-limits"),
    ("limits list", &["limits list", "limits list --json"], "docs/operate.md#lift-rate-limits"),
    (
        "limits clear",
        &["limits clear dialnote", "limits clear chat.postMessage", "limits clear --all --installation T0ACME"],
        "docs/operate.md#lift-rate-limits",
    ),
    (
        "audit",
        &["audit --since 7d", "audit --since 2026-11-01 --csv > audit.csv"],
        "docs/operate.md#read-the-audit-log",
    ),
    ("resync", &["resync", "resync --installation T0ACME"], "docs/operate.md#back-up-and-restore"),
    ("vault", &["vault key", "vault rotate"], "docs/operate.md#replace-secrets"),
    (
        "upgrade-check",
        &["upgrade-check --backup /backups/today.db", "upgrade-check --json"],
        "docs/upgrading.md#check-before-you-upgrade",
    ),
    ("vault key", &["vault key"], "docs/operate.md#replace-secrets"),
    ("vault rotate", &["vault rotate"], "docs/operate.md#replace-secrets"),
    ("backup", &["backup /backups/today.db"], "docs/operate.md#back-up-and-restore"),
    ("restore", &["restore /backups/today.db"], "docs/operate.md#back-up-and-restore"),
    ("export", &["export --person U0ZOE > zoe.json"], "docs/operate.md#export-or-erase-a-persons-data"),
    (
        "erase",
        &["erase --person U0ZOE --dry-run", "erase --person U0ZOE --name Zo --address zoe@acme.example"],
        "docs/operate.md#export-or-erase-a-persons-data",
    ),
];

/// Returns the command line with its whole help.
pub(crate) fn command() -> Command {
    let command = explained(Cli::command().name(PROGRAM), "");
    let template = template(&command);
    command.help_template(template)
}

/// Adds the examples of a command and of those below it.
fn explained(command: Command, path: &str) -> Command {
    let heading = *command.get_styles().get_header();
    let text = after(path, heading);
    // `dialnote-slack help jobs` is enough; `jobs help` would be listed as a job's command.
    let command = if path.is_empty() { command } else { command.disable_help_subcommand(true) };
    let command = command.mut_subcommands(|below| {
        let path = format!("{path} {}", below.get_name());
        explained(below, path.trim_start())
    });
    match text {
        Some(text) => command.after_help(text),
        None => command,
    }
}

/// Returns the text after a command's help.
fn after(path: &str, heading: Style) -> Option<String> {
    let (_, examples, page) = EXAMPLES.iter().find(|(command, ..)| *command == path)?;
    let mut text = paint(heading, "Examples:");
    for example in *examples {
        let _ = write!(text, "\n  {PROGRAM} {example}");
    }
    let codes = if path.is_empty() {
        "\nExit codes: 0 done, 1 failed, 2 wrong arguments, 78 wrong settings; the page \
                                      above has the others"
    } else {
        ""
    };
    let _ = write!(text, "\n\n{} {page}{codes}", paint(heading, "Documentation:"));
    Some(text)
}

/// Returns the template of the first page, with the commands in groups.
fn template(command: &Command) -> String {
    let (heading, literal) = (*command.get_styles().get_header(), *command.get_styles().get_literal());
    let mut page = "{about-with-newline}\n{usage-heading} {usage}\n".to_owned();
    for (group, names) in GROUPS {
        let _ = write!(page, "\n{}\n", paint(heading, &format!("{group}:")));
        for below in names.iter().filter_map(|name| command.find_subcommand(name)) {
            let name = paint(literal, &format!("{:<13}", below.get_name()));
            let _ = writeln!(page, "  {name} {}", below.get_about().cloned().unwrap_or_default());
        }
    }
    page + "\n" + &paint(heading, "Options:") + "\n{options}{after-help}"
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Returns a command and all below it, with their paths.
    fn all(command: &Command, path: &str) -> Vec<(String, Command)> {
        let below = command.get_subcommands().filter(|below| below.get_name() != "help");
        let below = below.flat_map(|below| all(below, format!("{path} {}", below.get_name()).trim_start()));
        std::iter::once((path.to_owned(), command.clone())).chain(below).collect()
    }

    #[test]
    fn every_command_is_in_one_group_and_has_examples() {
        let command = command();
        let grouped: Vec<_> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let there: BTreeSet<_> = command.get_subcommands().map(Command::get_name).collect();
        assert_eq!(grouped.len(), grouped.iter().collect::<BTreeSet<_>>().len());
        assert!(there.iter().all(|name| grouped.contains(name)), "{there:?}");
        for (path, command) in all(&command, "") {
            assert!(command.get_after_help().is_some(), "{path} has no examples");
        }
    }

    #[test]
    fn helps_of_one_line_are_imperatives_without_a_full_stop() {
        for (path, command) in all(&command(), "").into_iter().filter(|(path, _)| !path.is_empty()) {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!(
                about.starts_with(char::is_uppercase) && !about.contains('.') && about.len() <= 75,
                "{path}: {about}"
            );
        }
    }

    #[test]
    fn examples_can_be_typed_and_pages_exist() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        for (path, examples, page) in EXAMPLES {
            let built = !["demo", "sandbox"].contains(&path) || cfg!(feature = "sandbox");
            for example in examples.iter().filter(|example| cfg!(feature = "sandbox") || !example.starts_with("demo")) {
                let words = example.split(" > ").next().unwrap_or_default().split(' ');
                let parsed = command().try_get_matches_from(std::iter::once(PROGRAM).chain(words));
                assert!(!built || parsed.is_ok(), "{example}: {:?}", parsed.err().map(|error| error.to_string()));
            }
            let (file, place) = page.split_once('#').unwrap_or((page, ""));
            let text = std::fs::read_to_string(root.join(file)).unwrap_or_default();
            let titles = text.lines().filter_map(|line| line.strip_prefix("## ").or(line.strip_prefix("# ")));
            let mut anchors = titles.map(|title| title.to_lowercase().replace('\'', "").replace(' ', "-"));
            assert!(!text.is_empty() && (place.is_empty() || anchors.any(|anchor| anchor == place)), "{page}");
        }
    }
}
