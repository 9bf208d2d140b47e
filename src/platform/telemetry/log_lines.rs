//! The log in lines: each event is one line, whatever the texts in it contain.

use std::io;
use std::io::{Stderr, Write};

use tracing_subscriber::fmt::MakeWriter;

use crate::core::text;

/// The character with which the log's own colors begin.
const ESCAPE: char = '\u{1b}';

/// A log on standard error. Line breaks, control characters and hidden ones within an event are written as escapes, so
/// that a text from outside can neither forge a line nor change what a terminal shows.
#[derive(Clone, Copy)]
pub(crate) struct LogLines {
    /// True if the events have colors.
    pub(crate) in_color: bool,
}

/// Writes the events, each as a whole.
pub(crate) struct LineWriter {
    in_color: bool,
    out: Stderr,
}

impl<'a> MakeWriter<'a> for LogLines {
    type Writer = LineWriter;

    fn make_writer(&'a self) -> LineWriter {
        LineWriter { in_color: self.in_color, out: io::stderr() }
    }
}

impl Write for LineWriter {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.out.write_all(line(&String::from_utf8_lossy(event), self.in_color).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Returns an event as one line.
fn line(event: &str, in_color: bool) -> String {
    let (words, end) = event.strip_suffix('\n').map_or((event, ""), |words| (words, "\n"));
    text::one_line(words, |c| in_color && c == ESCAPE) + end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_forge_a_line() {
        for (event, in_color, expected) in [
            ("one\n", false, "one\n"),
            ("C0X\nERROR forged\u{1b}[31m\u{202e}\0\n", false, "C0X\\nERROR forged\\u{1b}[31m\\u{202e}\\u{0}\n"),
            ("\u{1b}[32mINFO\u{1b}[0m a\rb\n", true, "\u{1b}[32mINFO\u{1b}[0m a\\rb\n"),
            ("a\u{2028}b\n", false, "a\\u{2028}b\n"),
            ("Lucía „é“ 📞\n", false, "Lucía „é“ 📞\n"),
        ] {
            assert_eq!(line(event, in_color), expected);
        }
    }
}
