//! The operator's terminal: colors, errors with their way out, and a line that shows progress.

use std::future::Future;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use clap::{ColorChoice, ValueEnum};

/// The style of what failed.
pub(crate) const FAILED: Style = AnsiColor::Red.on_default().bold();

/// The style of what works less well.
pub(crate) const WARNED: Style = AnsiColor::Yellow.on_default().bold();

/// The style of what works.
pub(crate) const PASSED: Style = AnsiColor::Green.on_default();

/// The style of a way out.
pub(crate) const HINTED: Style = AnsiColor::Cyan.on_default().bold();

/// The time between two states of a progress line.
const REFRESH: Duration = Duration::from_millis(200);

/// Returns a word in a style. Streams that take no colors drop the style.
pub(crate) fn paint(style: Style, word: &str) -> String {
    format!("{style}{word}{style:#}")
}

/// Applies `--color` before the arguments are parsed, so that their own errors and `--help` follow it.
pub(crate) fn choose_colors(words: impl Iterator<Item = String>) -> ColorChoice {
    let chosen = wanted_colors(words).unwrap_or(ColorChoice::Auto);
    let choice = match chosen {
        ColorChoice::Auto => anstream::ColorChoice::Auto,
        ColorChoice::Always => anstream::ColorChoice::Always,
        ColorChoice::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
    chosen
}

fn wanted_colors(mut words: impl Iterator<Item = String>) -> Option<ColorChoice> {
    let mut chosen = None;
    while let Some(word) = words.next().filter(|word| word != "--") {
        let value = match word.strip_prefix("--color") {
            Some("") => words.next(),
            Some(value) => value.strip_prefix('=').map(str::to_owned),
            None => None,
        };
        chosen = value.and_then(|value| ColorChoice::from_str(&value, false).ok()).or(chosen);
    }
    chosen
}

/// Prints an error and its way out.
pub(crate) fn error(cause: &str, hint: Option<&str>) {
    told("error", FAILED, cause, hint);
}

/// Prints a warning and its way out.
pub(crate) fn warn(cause: &str, hint: &str) {
    told("warning", WARNED, cause, Some(hint));
}

fn told(kind: &str, style: Style, cause: &str, hint: Option<&str>) {
    let mut err = anstream::stderr().lock();
    let kind = paint(style, &format!("{kind}:"));
    // If standard error is closed, no one reads it.
    let _ = writeln!(err, "{kind} {cause}");
    if let Some(hint) = hint {
        let _ = writeln!(err, "{} {hint}", paint(HINTED, "hint:"));
    }
}

/// A line on a terminal that shows how far a command is. Elsewhere it prints nothing.
pub(crate) struct ProgressLine {
    on: bool,
}

impl ProgressLine {
    /// Returns a line for a command whose output is short.
    pub(crate) fn new() -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        Self { on: std::io::stderr().is_terminal() && !dumb }
    }

    /// Returns a line for a command whose output is long: on the same terminal it would be torn.
    pub(crate) fn beside_output() -> Self {
        let Self { on } = Self::new();
        Self { on: on && !std::io::stdout().is_terminal() }
    }

    /// Replaces the line.
    pub(crate) fn show(&self, text: &str) {
        if self.on {
            let mut err = std::io::stderr().lock();
            let _ = write!(err, "\r\x1b[K{text}").and_then(|()| err.flush());
        }
    }

    /// Shows a text, which may change, with the time passed, until the work has ended.
    pub(crate) async fn during<T>(&self, work: impl Future<Output = T>, text: impl Fn() -> String) -> T {
        let begun = Instant::now();
        tokio::pin!(work);
        loop {
            self.show(&format!("{}, {} s", text(), begun.elapsed().as_secs()));
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep(REFRESH) => {}
            }
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.show("");
    }
}

/// Returns a size in the largest fitting unit: `12 MB`.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_valid_choice_of_colors_counts() {
        let wanted = |line: &str| wanted_colors(line.split(' ').map(str::to_owned));
        assert_eq!(wanted("doctor --json"), None);
        assert_eq!(wanted("doctor --color never"), Some(ColorChoice::Never));
        assert_eq!(wanted("--color=always doctor --color=auto"), Some(ColorChoice::Auto));
        assert_eq!(wanted("--color=always doctor --color=often"), Some(ColorChoice::Always));
        assert_eq!(wanted("doctor -- --color=always"), None);
    }

    #[test]
    fn sizes_have_a_unit_that_fits() {
        assert_eq!([999, 12_345, 3_000_000_000].map(size), ["999 B", "12 kB", "3000 MB"]);
    }
}
