//! The arguments, and the words for wrong ones: cause and way out, as in every other error.

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ColorChoice, FromArgMatches};

use crate::cli::{Cli, help, screen};

/// The exit code for a wrong command line.
const WRONG: u8 = 2;

/// Reads the arguments, or prints the help that they ask for, or the error in them.
pub(crate) fn parse(colors: ColorChoice) -> Result<Cli, ExitCode> {
    let matches = help::command().color(colors).try_get_matches();
    matches.and_then(|matches| Cli::from_arg_matches(&matches)).map_err(|error| report(&error))
}

fn report(error: &clap::Error) -> ExitCode {
    if error.use_stderr() && error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let (cause, hint) = reworded(&error.render().to_string());
        screen::error(&cause, hint.as_deref());
    } else {
        let _ = error.print();
    }
    if error.use_stderr() { ExitCode::from(WRONG) } else { ExitCode::SUCCESS }
}

/// Returns the cause and the way out in an error of the parser: its tip, else the usage.
fn reworded(text: &str) -> (String, Option<String>) {
    let mut paragraphs = text.trim_end().split("\n\n");
    let cause = paragraphs.next().unwrap_or_default().trim_start_matches("error: ");
    if let Some((cause, hint)) = cause.split_once("\nhint: ") {
        return (cause.to_owned(), Some(hint.to_owned()));
    }
    let (mut tip, mut usage) = (None, None);
    for paragraph in paragraphs.map(str::trim) {
        tip = tip.or(paragraph.strip_prefix("tip: "));
        usage = usage.or(paragraph.strip_prefix("Usage: "));
    }
    let usage = usage.map(|usage| format!("usage: {usage}"));
    let hint =
        tip.map(str::to_owned).or(usage).unwrap_or_else(|| "the same command with --help explains it".to_owned());
    (cause.to_owned(), Some(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> (String, String) {
        let parsed = help::command().try_get_matches_from(line.split(' '));
        let (cause, hint) = reworded(&parsed.err().map(|error| error.render().to_string()).unwrap_or_default());
        (cause, hint.unwrap_or_default())
    }

    #[test]
    fn a_wrong_argument_has_a_way_out() {
        for (line, cause, hint) in [
            ("dialnote-slack jobs lst", "unrecognized subcommand 'lst'", "a similar subcommand exists: 'list'"),
            (
                "dialnote-slack backup",
                "the following required arguments were not provided:\n  <FILE>",
                "usage: dialnote-slack backup <FILE>",
            ),
            ("dialnote-slack jobs show 0", "invalid value '0' for '<ID>': not the id of a job", "give one like job-17"),
        ] {
            assert_eq!(told(line), (cause.to_owned(), hint.to_owned()), "{line}");
        }
    }
}
