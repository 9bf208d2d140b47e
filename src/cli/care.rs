//! Confirmation of what cannot be undone: on a terminal by a question, elsewhere by `--yes`.

use std::io::{BufRead, IsTerminal, Write};

use crate::cli::Care;
use crate::cli::failure::Failure;

impl Care {
    /// Continues if the operator agrees. `done` names the action in the sentence that says that it was not carried out.
    pub(crate) fn ask(&self, question: &str, done: &'static str) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        let input = std::io::stdin();
        if !input.is_terminal() {
            return Err(Failure::Unasked { done });
        }
        if agrees(question, &mut input.lock(), &mut std::io::stderr())? {
            Ok(())
        } else {
            Err(Failure::Refused { done })
        }
    }
}

/// Asks, and reads a line. Everything but yes is no.
fn agrees(question: &str, input: &mut impl BufRead, out: &mut impl Write) -> std::io::Result<bool> {
    write!(out, "{question} [y/N] ")?;
    out.flush()?;
    let mut answer = String::new();
    input.read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        for (typed, agreed) in
            [("y\n", true), ("Yes\n", true), ("\n", false), ("", false), ("no\n", false), ("yy", false)]
        {
            let mut asked = Vec::new();
            let answer = agrees("Delete 2 jobs?", &mut typed.as_bytes(), &mut asked);
            assert_eq!(answer.ok(), Some(agreed), "{typed}");
            assert_eq!(String::from_utf8_lossy(&asked), "Delete 2 jobs? [y/N] ");
        }
    }
}
